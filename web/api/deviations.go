package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
	"countersign/web/site"
)

// DeviationView is a deviation as it stands.
type DeviationView struct {
	Deviation     string       `json:"deviation"`
	Risk          string       `json:"risk"`
	What          string       `json:"what"`
	Immediate     string       `json:"immediate"`
	Batch         string       `json:"batch,omitempty" doc:"in which it arose"`
	Step          string       `json:"step,omitempty"`
	Exception     int          `json:"exception,omitempty"`
	Unit          string       `json:"unit,omitempty"`
	Raised        time.Time    `json:"raised"`
	By            string       `json:"by,omitempty" doc:"absent when the system raised it"`
	AcknowledgeBy time.Time    `json:"acknowledge_by" doc:"until when the control site says that it knows"`
	Acknowledged  *time.Time   `json:"acknowledged,omitempty"`
	Overdue       bool         `json:"acknowledgement_overdue"`
	Batches       []RulingView `json:"batches" doc:"that it concerns"`
	Stands        string       `json:"stands"`
	Missing       []string     `json:"missing,omitempty" doc:"before it can be closed, in sentences"`
	Closed        *time.Time   `json:"closed,omitempty"`
	Words         []string     `json:"words" doc:"everything about it, a sentence each"`
}

// RulingView is a batch and what a deviation means for it.
type RulingView struct {
	Batch    string `json:"batch"`
	Decision string `json:"decision,omitempty" doc:"absent while nobody has decided"`
	Reason   string `json:"reason,omitempty"`
	By       string `json:"by,omitempty"`
}

type deviationsOutput struct {
	Body struct {
		Deviations []DeviationView `json:"deviations"`
		Clock      register.Hours  `json:"acknowledge_within" doc:"hours within which the control site says that it knows, for what is raised from now on"`
	}
}

type deviationInput struct {
	Credentials
	ID string `path:"id" example:"D-2026-0001"`
}

type deviationOutput struct{ Body DeviationView }

// deviations offers deviations to be read. They are acted on as registers are,
// by proposals and signatures.
func (a *api) deviations(to huma.API) {
	offer(to, http.MethodGet, "/deviations", "Deviations", func(ctx context.Context, in *Credentials) (*deviationsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Deviations(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &deviationsOutput{}
		out.Body.Deviations = []DeviationView{}
		if err := a.site.Registers(ctx, who, func(b *register.Books) { out.Body.Clock, _ = b.AcknowledgementClock() }); err != nil {
			return nil, problem(err)
		}
		for _, d := range all {
			out.Body.Deviations = append(out.Body.Deviations, deviationView(d, a.site.Now()))
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/deviations/{id}", "One deviation", func(ctx context.Context, in *deviationInput) (*deviationOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		d, err := a.site.Deviation(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &deviationOutput{deviationView(d, a.site.Now())}, nil
	})
}

func deviationView(d site.DeviationView, now time.Time) DeviationView {
	view := DeviationView{
		Deviation: d.ID, Risk: string(d.Risk), What: d.Arising.What, Immediate: d.Arising.Immediate, Batch: d.Arising.Batch, Step: d.Arising.Step,
		Exception: d.Arising.Exception, Unit: d.Arising.Unit, Raised: d.Opened.At, By: d.Opened.Name, AcknowledgeBy: d.Deadline(),
		Overdue: d.Unacknowledged(now), Batches: []RulingView{}, Stands: d.Stands(), Missing: d.Missing(), Words: d.Lines(),
	}
	if d.Told != nil {
		view.Acknowledged = moment(d.Told.At)
	}
	if d.Closed != nil {
		view.Closed, view.Missing = moment(d.Closed.At), nil
	}
	for _, id := range d.Batches {
		one := RulingView{Batch: id}
		if ruling := d.Ruling(id); ruling != nil {
			one.Decision, one.Reason, one.By = string(ruling.Decision), ruling.Reason, ruling.Name
		}
		view.Batches = append(view.Batches, one)
	}
	return view
}
