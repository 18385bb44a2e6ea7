package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/web/site"
)

// ProtocolView is one version of a protocol.
type ProtocolView struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Marked  string `json:"marked,omitempty" doc:"as in: example, not for use in patients"`
	Status  string `json:"status"`
	Digest  string `json:"digest" doc:"SHA-256 of the text"`
	Text    string `json:"text"`
}

type protocolsOutput struct {
	Body struct {
		Protocols []ProtocolView `json:"protocols"`
	}
}

// ProtocolPath names one version of a protocol.
type ProtocolPath struct {
	Credentials
	Name    string `path:"name" maxLength:"60"`
	Version int    `path:"version" minimum:"1"`
}

type protocolProposalInput struct {
	Credentials
	Body struct {
		Command json.RawMessage `json:"command" doc:"submit, approve, make effective or withdraw"`
	}
}

type protocolSignatureInput struct {
	Credentials
	Body struct {
		Nonce    string          `json:"nonce"`
		Command  json.RawMessage `json:"command" doc:"the same as was proposed"`
		Password string          `json:"password" maxLength:"256"`
	}
}

func (a *api) protocols(to huma.API) {
	offer(to, http.MethodGet, "/protocols", "List protocols", func(ctx context.Context, in *Credentials) (*protocolsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		known, err := a.site.Library(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &protocolsOutput{}
		out.Body.Protocols = []ProtocolView{}
		for _, version := range known.Versions() {
			p := version.Protocol
			out.Body.Protocols = append(out.Body.Protocols, ProtocolView{
				Name: p.Name, Version: p.Version, Title: p.Title, Marked: p.Status, Status: string(version.Status),
				Digest: hexadecimal(p.Digest), Text: string(p.Text),
			})
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/protocols/{name}/{version}/protocol.pdf", "Print a version of a protocol", func(ctx context.Context, in *ProtocolPath) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		var pdf bytes.Buffer
		if err := a.site.ProtocolPDF(ctx, who, in.Name, in.Version, &pdf); err != nil {
			return nil, problem(err)
		}
		return &fileOutput{
			ContentType: "application/pdf", Disposition: fmt.Sprintf(`attachment; filename="%s-v%d.pdf"`, in.Name, in.Version), Body: pdf.Bytes(),
		}, nil
	})
	offer(to, http.MethodPost, "/protocols/proposals", "Draw the sheet of an act on a protocol", func(ctx context.Context, in *protocolProposalInput) (*proposalOutput, error) {
		who, command, err := a.libraryCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		sheet, err := a.site.ProposeProtocol(ctx, who, command)
		if err != nil {
			return nil, protocolProblem(err)
		}
		view := SheetView{Nonce: sheet.Nonce, Lines: sheet.Lines, Meaning: string(sheet.Meaning)}
		for _, role := range sheet.Roles {
			view.Roles = append(view.Roles, string(role))
		}
		return &proposalOutput{view}, nil
	})
	offer(to, http.MethodPost, "/protocols/signatures", "Sign an act on a protocol", func(ctx context.Context, in *protocolSignatureInput) (*struct{}, error) {
		who, command, err := a.libraryCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		return nil, protocolProblem(a.site.SignProtocol(ctx, who, in.Body.Nonce, command, in.Body.Password))
	})
}

func (a *api) libraryCommand(ctx context.Context, c Credentials, body json.RawMessage) (site.Session, library.Command, error) {
	who, err := a.session(ctx, c)
	if err != nil {
		return site.Session{}, nil, err
	}
	command, err := library.UnmarshalCommand(body)
	if err != nil {
		return site.Session{}, nil, &Problem{Status: http.StatusBadRequest, Code: "bad_command", Title: err.Error()}
	}
	return who, command, nil
}

// protocolProblem adds what the checker says of a text to the answer.
func protocolProblem(err error) error {
	var faults protocol.Problems
	if errors.As(err, &faults) {
		p := &Problem{Status: http.StatusUnprocessableEntity, Code: "protocol_faults", Title: "The protocol has faults and cannot be submitted."}
		for _, fault := range faults {
			p.Faults = append(p.Faults, fault.String())
		}
		return p
	}
	return problem(err)
}
