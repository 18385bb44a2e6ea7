package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
)

// BlankView is a numbered blank as it stands.
type BlankView struct {
	Blank     string    `json:"blank"`
	Stands    string    `json:"stands"`
	Open      bool      `json:"open" doc:"it is still to be accounted for"`
	Protocol  string    `json:"protocol"`
	Version   int       `json:"version"`
	Pages     int       `json:"pages"`
	Reference string    `json:"reference,omitempty" doc:"of the order it is meant for; absent for any"`
	Batch     string    `json:"batch,omitempty" doc:"for which it is used"`
	Reason    string    `json:"reason" doc:"for which it was printed"`
	Printed   time.Time `json:"printed"`
	By        string    `json:"by"`
	File      string    `json:"file,omitempty" doc:"of the scan of its sheets"`
	Size      int       `json:"size,omitempty" doc:"of that file, in bytes"`
	SHA256    string    `json:"sha256,omitempty" doc:"of that file"`
	Words     []string  `json:"words" doc:"what was done, a sentence each"`
}

// PaperView is a blank as a batch that it is used for keeps it.
type PaperView struct {
	Blank  string `json:"blank"`
	Stands string `json:"stands"`
	Open   bool   `json:"open"`
	Copied int    `json:"copied" doc:"entries that were copied from it"`
}

type blanksOutput struct {
	Body struct {
		Blanks []BlankView `json:"blanks"`
	}
}

type blankInput struct {
	Credentials
	ID string `path:"id" example:"F-2026-0001"`
}

type blankOutput struct{ Body BlankView }

const scansPath = "/scans"

type scanInput struct {
	Credentials
	RawBody []byte `contentType:"application/octet-stream"`
}

type scanOutput struct {
	Body struct {
		SHA256 string `json:"sha256" doc:"which the command \"finish blank\" names"`
		Size   int    `json:"size" doc:"in bytes"`
	}
}

// blanks offers blanks to be read. They are acted on as registers are, by
// proposals and signatures; what stands on them is entered with the command
// "tell" and its member "paper".
func (a *api) blanks(to huma.API) {
	offer(to, http.MethodGet, "/blanks", "Blanks for paper", func(ctx context.Context, in *Credentials) (*blanksOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Blanks(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &blanksOutput{}
		out.Body.Blanks = []BlankView{}
		for _, f := range all {
			out.Body.Blanks = append(out.Body.Blanks, blankView(f))
		}
		return out, nil
	})
	offer(to, http.MethodPost, scansPath, "Keep the scan of a blank's sheets, before a signature names it", func(ctx context.Context, in *scanInput) (*scanOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		sum, err := a.site.KeepScan(ctx, who, in.RawBody)
		if err != nil {
			return nil, problem(err)
		}
		out := &scanOutput{}
		out.Body.SHA256, out.Body.Size = sum, len(in.RawBody)
		return out, nil
	})
	offer(to, http.MethodGet, "/blanks/{id}/scan", "The scan of a blank's sheets", func(ctx context.Context, in *blankInput) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		name, file, err := a.site.Scan(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &fileOutput{ContentType: "application/octet-stream", Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}), Body: file}, nil
	})
	offer(to, http.MethodGet, "/blanks/{id}", "One blank", func(ctx context.Context, in *blankInput) (*blankOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		f, err := a.site.Blank(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &blankOutput{blankView(f)}, nil
	})
}

func blankView(f *register.Blank) BlankView {
	view := BlankView{
		Blank: f.ID, Stands: f.Stands(), Open: f.Open(), Protocol: f.Protocol, Version: f.Version, Pages: f.Pages, Reference: f.Reference, Batch: f.Batch,
		Reason: f.Reason, Printed: f.Printed.At, By: f.Printed.Name, File: f.Scan.File, Size: f.Scan.Size, SHA256: f.Scan.SHA256, Words: []string{},
	}
	for _, act := range f.History {
		view.Words = append(view.Words, act.Words+".")
	}
	return view
}
