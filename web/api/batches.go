package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch"
	"countersign/web/site"
)

// BatchPath names a batch.
type BatchPath struct {
	Credentials
	ID string `path:"id" maxLength:"64" doc:"the batch's number, as in B-2026-0007"`
}

type batchesOutput struct {
	Body struct {
		Batches []BatchSummary `json:"batches"`
	}
}

type batchOutput struct{ Body BatchView }

type commandInput struct {
	BatchPath
	Body struct {
		Key     string          `json:"key" doc:"32 hexadecimal digits, new for each act and the same when it is sent again"`
		Seen    int64           `json:"seen,omitempty" minimum:"0" doc:"the batch's version that the person looked at; 0 for any"`
		Command json.RawMessage `json:"command" doc:"one act, as {\"command\":\"record\",\"step\":…,\"field\":…,\"text\":…}"`
	}
}

type proposalInput struct {
	BatchPath
	Body struct {
		Command  json.RawMessage `json:"command"`
		Username string          `json:"username,omitempty" maxLength:"64" doc:"who will sign, when it is not who is signed in"`
	}
}

// SheetView is what will be signed.
type SheetView struct {
	Nonce   string   `json:"nonce" doc:"send it with the signature"`
	Batch   string   `json:"batch"`
	Version int64    `json:"version"`
	Lines   []string `json:"lines" doc:"exactly what is signed"`
	Meaning string   `json:"meaning"`
	Roles   []string `json:"roles"`
	Second  bool     `json:"second" doc:"somebody other than the person signed in signs"`
	Becomes []string `json:"becomes,omitempty" doc:"the exceptions that the signature makes as things stand, a sentence each; not signed"`
}

type proposalOutput struct{ Body SheetView }

type signatureInput struct {
	BatchPath
	Body struct {
		Nonce    string          `json:"nonce"`
		Command  json.RawMessage `json:"command" doc:"the same as was proposed"`
		Username string          `json:"username,omitempty" maxLength:"64"`
		Password string          `json:"password" maxLength:"256"`
	}
}

func (a *api) batches(to huma.API) {
	offer(to, http.MethodGet, "/batches", "List batches", func(ctx context.Context, in *Credentials) (*batchesOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Lines(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &batchesOutput{}
		out.Body.Batches = make([]BatchSummary, len(all))
		for i, line := range all {
			out.Body.Batches[i] = summaryOf(line)
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/batches/{id}", "Show a batch", func(ctx context.Context, in *BatchPath) (*batchOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		state, err := a.site.Batch(ctx, who, in.ID)
		return a.shown(state, err)
	})
	offer(to, http.MethodPost, "/batches/{id}/commands", "Do an act that needs no signature", func(ctx context.Context, in *commandInput) (*batchOutput, error) {
		who, command, err := a.command(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		state, err := a.site.Do(ctx, who, in.Body.Key, in.ID, in.Body.Seen, command)
		return a.shown(state, err)
	})
	offer(to, http.MethodPost, "/batches/{id}/proposals", "Draw the sheet of an act to be signed", func(ctx context.Context, in *proposalInput) (*proposalOutput, error) {
		who, command, err := a.command(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		sheet, err := a.site.Propose(ctx, who, in.ID, command, in.Body.Username)
		if err != nil {
			return nil, problem(err)
		}
		return &proposalOutput{sheetView(sheet)}, nil
	})
	offer(to, http.MethodPost, "/batches/{id}/signatures", "Sign an act", func(ctx context.Context, in *signatureInput) (*batchOutput, error) {
		who, command, err := a.command(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		state, err := a.site.Sign(ctx, who, in.Body.Nonce, in.ID, command, in.Body.Username, in.Body.Password)
		return a.shown(state, err)
	})
}

func (a *api) command(ctx context.Context, c Credentials, body json.RawMessage) (site.Session, batch.Command, error) {
	who, err := a.session(ctx, c)
	if err != nil {
		return site.Session{}, nil, err
	}
	command, err := batch.UnmarshalCommand(body)
	if err != nil {
		return site.Session{}, nil, &Problem{Status: http.StatusBadRequest, Code: "bad_command", Title: err.Error()}
	}
	return who, command, nil
}

func (a *api) shown(state *batch.State, err error) (*batchOutput, error) {
	if err != nil {
		return nil, problem(err)
	}
	return &batchOutput{viewOf(state, a.site.Now())}, nil
}

func sheetView(sheet site.Sheet) SheetView {
	view := SheetView{
		Nonce: sheet.Nonce, Batch: sheet.Batch, Version: sheet.Version, Lines: sheet.Lines,
		Meaning: string(sheet.Meaning), Second: sheet.Second, Becomes: sheet.Becomes,
	}
	for _, role := range sheet.Roles {
		view.Roles = append(view.Roles, string(role))
	}
	return view
}
