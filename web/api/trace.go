package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
	"countersign/web/site"
)

// TracedView is one thing that a text meant, and where it leads both ways.
type TracedView struct {
	Kind    string            `json:"kind" doc:"lot, number, donation, equipment, person, patient, site, batch or chain of identity"`
	Name    string            `json:"name"`
	Title   string            `json:"title"`
	Lots    []TracedLotView   `json:"lots" doc:"that it is, and that were made from it"`
	Batches []TracedBatchView `json:"batches" doc:"that lean on it or on what was made from it; of a batch, itself"`
	From    []TracedFromView  `json:"from" doc:"of a batch: everything that went into it, and everybody who had a part"`
	Recalls []string          `json:"recalls" doc:"of it"`
}

// TracedLotView is a lot.
type TracedLotView struct {
	Lot      string `json:"lot"`
	Material string `json:"material"`
	Number   string `json:"number"`
	Donation string `json:"donation,omitempty" doc:"where there is one"`
	// Donations, Of and Into are the links of what was pooled or split (COI-05).
	Donations []string `json:"donations" doc:"all that are in it, unaltered"`
	Of        []string `json:"of" doc:"the lots that it was made of"`
	Into      []string `json:"into" doc:"the lots that were made of it"`
	MadeAs    string   `json:"made_as,omitempty" doc:"the batch that made it here"`
	Status    string   `json:"status"`
}

// TracedBatchView is a batch in which something was used.
type TracedBatchView struct {
	Batch    string     `json:"batch"`
	Of       string     `json:"of" doc:"what it leans on"`
	How      string     `json:"how"`
	From     time.Time  `json:"from"`
	Until    time.Time  `json:"until"`
	Product  string     `json:"product"`
	Protocol string     `json:"protocol"`
	Status   string     `json:"status"`
	Supplied *time.Time `json:"supplied,omitempty" doc:"since when something of it may have reached the patient"`
	Patient  string     `json:"patient" doc:"masked for who may see no patients"`
	Number   string     `json:"number" doc:"the patient's"`
}

// TracedFromView is something that went into a batch.
type TracedFromView struct {
	Kind      string    `json:"kind"`
	Name      string    `json:"name"`
	Title     string    `json:"title"`
	Donation  string    `json:"donation,omitempty" doc:"where there is one"`
	Donations []string  `json:"donations" doc:"all that are in it, unaltered"`
	How       string    `json:"how"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	Batch     string    `json:"batch" doc:"in which it was used: this one, or one whose product went into it"`
}

// RecallSummary is a recall with who has been told.
type RecallSummary struct {
	Recall   string         `json:"recall"`
	Of       string         `json:"of"`
	Reason   string         `json:"reason"`
	Document string         `json:"document"`
	Opened   time.Time      `json:"opened"`
	By       string         `json:"by"`
	Stands   string         `json:"stands"`
	Lots     []string       `json:"lots"`
	Stopped  []string       `json:"stopped" doc:"batches that had not been given"`
	Supplied []SuppliedView `json:"supplied"`
	Beyond   []string       `json:"beyond,omitempty" doc:"what it concerns now and has not reached"`
}

// SuppliedView is a supplied batch, and who has been told of it.
type SuppliedView struct {
	Batch    string     `json:"batch"`
	Supplied string     `json:"supplied"`
	Told     string     `json:"told,omitempty" doc:"who; absent while nobody was"`
	How      string     `json:"how,omitempty"`
	When     *time.Time `json:"when,omitempty"`
}

type traceInput struct {
	Credentials
	For string `query:"for" maxLength:"2000" doc:"a scan, a lot, a lot number, a donation, equipment, a person, a patient's number, a batch or the site"`
}

type traceOutput struct {
	Body struct {
		Things []TracedView `json:"things"`
	}
}

type recallsOutput struct {
	Body struct {
		Recalls []RecallSummary `json:"recalls"`
	}
}

type recallPath struct {
	Credentials
	ID string `path:"id" maxLength:"64" doc:"the recall's number, as in R-0001"`
}

type recallOutput struct{ Body RecallSummary }

// traces are read here; a recall is signed as any act on a register is.
func (a *api) traces(to huma.API) {
	offer(to, http.MethodGet, "/trace", "Where used, where from", func(ctx context.Context, in *traceInput) (*traceOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Trace(ctx, who, in.For)
		if err != nil {
			return nil, problem(err)
		}
		out := &traceOutput{}
		out.Body.Things = []TracedView{}
		for _, t := range all {
			out.Body.Things = append(out.Body.Things, tracedView(t))
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/recalls", "Every recall", func(ctx context.Context, in *Credentials) (*recallsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Recalls(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &recallsOutput{}
		out.Body.Recalls = []RecallSummary{}
		for _, r := range all {
			out.Body.Recalls = append(out.Body.Recalls, recallSummary(r))
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/recalls/{id}", "One recall", func(ctx context.Context, in *recallPath) (*recallOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		found, err := a.site.Recall(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &recallOutput{recallSummary(found)}, nil
	})
}

func tracedView(t site.Traced) TracedView {
	view := TracedView{
		Kind: t.Ref.Kind.String(), Name: t.Ref.Name, Title: t.Title, Lots: []TracedLotView{}, Batches: []TracedBatchView{}, From: []TracedFromView{},
		Recalls: append([]string{}, t.Recalls...),
	}
	for _, l := range t.Lots {
		view.Lots = append(view.Lots, TracedLotView{
			Lot: l.Lot, Material: l.Material, Number: l.Number, Donation: only(l.Donations), MadeAs: l.From, Status: l.Status,
			Donations: append([]string{}, l.Donations...), Of: append([]string{}, l.Of...), Into: append([]string{}, l.Into...),
		})
	}
	for _, u := range t.Batches {
		view.Batches = append(view.Batches, TracedBatchView{
			Batch: u.Batch, Of: u.Title, How: u.How.String(), From: u.First, Until: u.Last, Product: u.Product, Protocol: u.Protocol, Status: u.Status,
			Supplied: moment(u.Supplied), Patient: u.Patient.Name, Number: u.Patient.Number,
		})
	}
	for _, f := range t.From {
		view.From = append(view.From, TracedFromView{
			Kind: f.Of.Kind.String(), Name: f.Of.Name, Title: f.Title, Donation: only(f.Donations), Donations: append([]string{}, f.Donations...), How: f.How.String(), From: f.First, Until: f.Last, Batch: f.Batch,
		})
	}
	return view
}

// only is the one of a list of one; "" for any other.
func only(all []string) string {
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

func recallSummary(r site.RecallView) RecallSummary {
	view := RecallSummary{
		Recall: r.ID, Of: r.Of.Words(), Reason: r.Reason, Document: r.Document, Opened: r.Opened.At, By: r.Opened.Name, Stands: r.Stands(),
		Lots: append([]string{}, r.Lots...), Stopped: append([]string{}, r.Stopped...), Supplied: []SuppliedView{},
		Beyond: append(append([]string(nil), r.Beyond.Lots...), r.Beyond.Batches()...),
	}
	for _, s := range r.Supplied {
		view.Supplied = append(view.Supplied, suppliedView(s, r.Told))
	}
	return view
}

func suppliedView(s register.Supplied, told []register.Told) SuppliedView {
	view := SuppliedView{Batch: s.Batch, Supplied: s.At}
	for _, t := range told {
		if t.Batch == s.Batch {
			view.Told, view.How, view.When = t.Whom, t.How, moment(t.When)
		}
	}
	return view
}
