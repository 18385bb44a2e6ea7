package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch"
)

// CloseCallView is a wrong code that was stopped. It names no patient, and who
// read it by role alone.
type CloseCallView struct {
	At       time.Time `json:"at"`
	Batch    string    `json:"batch"`
	Step     string    `json:"step,omitempty"`
	Expected string    `json:"expected"`
	Read     string    `json:"read" doc:"what was read, unless it could be somebody's"`
	Why      string    `json:"why"`
	Unfit    string    `json:"unfit,omitempty" doc:"the rule, as in 'not clean', where the right thing was read and was not fit; absent for a wrong code"`
	Typed    bool      `json:"typed" doc:"it was typed and not scanned"`
	Stopped  bool      `json:"stopped" doc:"it stopped the batch"`
	Role     string    `json:"role,omitempty"`
}

// MonthView counts the codes of a month of site time.
type MonthView struct {
	Month    string `json:"month"`
	Codes    int    `json:"codes"`
	Wrong    int    `json:"wrong"`
	Identity int    `json:"stopped_the_batch"`
	Typed    int    `json:"typed"`
}

type closeCallsOutput struct {
	Body struct {
		CloseCalls []CloseCallView `json:"close_calls"`
		Months     []MonthView     `json:"months"`
	}
}

func (a *api) closeCalls(to huma.API) {
	offer(to, http.MethodGet, "/close-calls", "Wrong codes that were stopped, and codes by month", func(ctx context.Context, in *Credentials) (*closeCallsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		calls, months, err := a.site.CloseCalls(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &closeCallsOutput{}
		out.Body.CloseCalls, out.Body.Months = []CloseCallView{}, []MonthView{}
		for _, c := range calls {
			out.Body.CloseCalls = append(out.Body.CloseCalls, closeCallView(c))
		}
		for _, m := range months {
			out.Body.Months = append(out.Body.Months, MonthView{Month: m.Month, Codes: m.All, Wrong: m.Wrong, Identity: m.Identity, Typed: m.Typed})
		}
		return out, nil
	})
}

func closeCallView(c batch.CloseCall) CloseCallView {
	return CloseCallView{
		At: c.At, Batch: c.Batch, Step: c.Step, Expected: c.Expected, Read: c.Scanned, Why: c.Why, Unfit: c.Unfit, Typed: c.Typed, Stopped: c.Stopped, Role: c.Role,
	}
}
