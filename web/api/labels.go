package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch"
)

// LabelPath names a printing of a batch's labels.
type LabelPath struct {
	BatchPath
	Printing int `path:"printing" minimum:"1" doc:"1 for the first printing"`
}

// LabelPrinting is one printing of labels; it names no patient.
type LabelPrinting struct {
	Kind    string     `json:"kind" doc:"pre-label or final"`
	At      time.Time  `json:"at"`
	By      string     `json:"by"`
	Labels  []int      `json:"labels" doc:"the numbers of the copies"`
	Expiry  *time.Time `json:"expiry,omitempty"`
	InPlace int        `json:"in_place_of,omitempty" doc:"the label in whose place it was printed"`
	Reason  string     `json:"reason,omitempty"`
}

// LabelCopy is one label and what became of it.
type LabelCopy struct {
	Number   int    `json:"number"`
	Kind     string `json:"kind"`
	Code     string `json:"code" doc:"as it stands beside the code"`
	Standing string `json:"standing" doc:"applied, destroyed, attached, or not accounted for"`
	Reason   string `json:"reason,omitempty"`
}

// LabelCount is the reconciliation of a kind of label.
type LabelCount struct {
	Kind      string `json:"kind"`
	Printed   int    `json:"printed"`
	Applied   int    `json:"applied"`
	Destroyed int    `json:"destroyed"`
	Attached  int    `json:"attached"`
	Open      int    `json:"not_accounted_for"`
}

type labelsOutput struct {
	Body struct {
		Printings []LabelPrinting `json:"printings"`
		Copies    []LabelCopy     `json:"copies"`
		Counts    []LabelCount    `json:"reconciliation"`
		Immediate []string        `json:"immediate_use" doc:"what was confirmed of immediate use and how it went, a sentence each; none where the label is needed"`
	}
}

func (a *api) labels(to huma.API) {
	offer(to, http.MethodGet, "/batches/{id}/labels", "Show a batch's labels and their reconciliation", func(ctx context.Context, in *BatchPath) (*labelsOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		state, err := a.site.Batch(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return labelsOf(state), nil
	})
	for kind, media := range map[string]string{"pdf": "application/pdf", "zpl": "text/plain; charset=utf-8"} {
		offer(to, http.MethodGet, "/batches/{id}/labels/{printing}/"+kind, "Fetch printed labels as "+kind, func(ctx context.Context, in *LabelPath) (*fileOutput, error) {
			who, err := a.session(ctx, in.Credentials)
			if err != nil {
				return nil, err
			}
			file, err := a.site.LabelFile(ctx, who, in.ID, in.Printing, kind)
			if err != nil {
				return nil, problem(err)
			}
			return &fileOutput{ContentType: media, Disposition: `attachment; filename="labels.` + kind + `"`, Body: file}, nil
		})
	}
}

func labelsOf(state *batch.State) *labelsOutput {
	out := &labelsOutput{}
	out.Body.Printings, out.Body.Copies, out.Body.Counts = []LabelPrinting{}, []LabelCopy{}, []LabelCount{}
	for _, held := range state.Labellings {
		shown := LabelPrinting{Kind: string(held.Kind), At: held.At, By: held.Name, Labels: held.Numbers, InPlace: held.Of, Reason: held.Reason}
		if !held.Expiry.IsZero() {
			shown.Expiry = &held.Expiry
		}
		out.Body.Printings = append(out.Body.Printings, shown)
	}
	for _, c := range state.LabelCopies {
		out.Body.Copies = append(out.Body.Copies, LabelCopy{Number: c.Number, Kind: string(c.Kind), Code: c.Line, Standing: c.Standing(), Reason: c.Reason})
	}
	for _, r := range state.Reconciled() {
		out.Body.Counts = append(out.Body.Counts, LabelCount{string(r.Kind), r.Printed, r.Applied, r.Destroyed, r.Attached, r.Open})
	}
	out.Body.Immediate = append([]string{}, state.ImmediateAccount(time.UTC)...)
	return out
}
