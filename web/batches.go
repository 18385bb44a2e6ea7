package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/register"
)

// batchesView is the batches here: a card each for those that are under way.
type batchesView struct {
	Cards   []card
	Ended   table
	MayOpen bool
	AsOf    string
	Stops   []string    // units where nothing begins
	Moves   []clockMove // by which the clock can be moved; none at a live site
	Key     string
}

// card is one batch at a glance.
type card struct {
	Patient *patientBar
	To      string
	Product string
	Step    string // "step 9 of 14: draw up"
	StepTo  string
	Due     string // what is due and when
	Over    bool
	Holds   string
	until   time.Time
}

func (s *Server) batchesPage(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := s.svc.Lines(r.Context(), v.who)
	if err != nil {
		return err
	}
	underway, err := s.svc.Underway(r.Context(), v.who)
	if err != nil {
		return err
	}
	now, zone := s.svc.Now(), s.svc.Info().Location
	view := batchesOf(all, underway, now, zone)
	if view.Stops, err = s.stoppedUnits(r, v); err != nil {
		return err
	}
	view.MayOpen = mayOpen(v.who.Person)
	view.AsOf = when(now, zone)
	if s.svc.Info().Kind != register.Live {
		view.Moves, view.Key = moves(), s.svc.NewKey()
	}
	view.Ended.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.Ended.writeCSV(w, "batches")
	}
	return s.render(w, r, v, http.StatusOK, "batches", page{Title: "Batches here", View: view})
}

func batchesOf(all []*batch.Line, underway []*batch.State, now time.Time, zone *time.Location) batchesView {
	var v batchesView
	v.Ended = table{
		Caption: "Every batch of this site", Empty: "There is no batch yet.",
		Columns: titles("Batch", "Product", "Patient", "Opened", "Steps signed", "Open exceptions", "Status"),
	}
	for _, s := range underway {
		if endedWords(s.Status) == "" {
			v.Cards = append(v.Cards, cardOf(s, now))
		}
	}
	for _, l := range all {
		patient := l.Patient.Name
		if l.Masked {
			patient = "masked"
		}
		v.Ended.Rows = append(v.Ended.Rows, row{
			{Text: l.ID, To: batchAddress(l.ID)},
			{Text: productWords(l.Protocol)},
			{Text: patient},
			{Text: when(l.Opened, zone), Sort: l.Opened.UTC().Format(time.RFC3339Nano)},
			{Text: fmt.Sprintf("%d of %d", l.Signed, l.Steps)},
			number(int64(l.Exceptions)),
			{Text: string(l.Status)},
		})
	}
	slices.SortStableFunc(v.Cards, func(a, b card) int {
		if a.Over != b.Over {
			if a.Over {
				return -1
			}
			return 1
		}
		if a.until.IsZero() != b.until.IsZero() {
			if b.until.IsZero() {
				return -1
			}
			return 1
		}
		if order := a.until.Compare(b.until); order != 0 {
			return order
		}
		return strings.Compare(a.Patient.Batch, b.Patient.Batch)
	})
	return v
}

func titles(names ...string) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i].Title = name
	}
	return columns
}

func cardOf(s *batch.State, now time.Time) card {
	c := card{Patient: patientOf(s), To: batchAddress(s.ID), StepTo: batchAddress(s.ID)}
	if s.Protocol != nil {
		c.Product = s.Protocol.Title
	}
	if next := s.Next(); next != nil {
		for i := range s.Steps {
			if s.Steps[i].Step.Name == next.Step.Name {
				c.Step = fmt.Sprintf("Step %d of %d: %s", i+1, len(s.Steps), next.Step.Name)
			}
		}
		c.StepTo = stepAddress(s.ID, next.Step.Name)
	}
	switch s.Status {
	case batch.Complete, batch.Reviewed:
		c.Step, c.StepTo = "Waits at the release desk", batchAddress(s.ID)+"/review"
	}
	if life, lives := s.Life(now); lives {
		c.until, c.Over = life.Until, life.Over
		c.Due = fmt.Sprintf("%s: %s", life.Name, timerText(life, now))
	}
	for _, e := range s.OpenExceptions() {
		if e.Blocks == batch.BlocksBatch {
			c.Holds = fmt.Sprintf("Held by exception %d: %s", e.Number, e.Text)
		}
	}
	return c
}
