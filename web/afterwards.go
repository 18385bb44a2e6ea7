package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/batch"
)

// afterwardsView is what came after the certificate, or the supply: how the
// medicine was given, what became of the rest, what came to light, and who was
// told (EXE-12, REL-12, DEV-06).
type afterwardsView struct {
	Batch, Status, Now string
	Seen               int64
	Given              []string
	Fates              []fateLine
	Reports            []reportLine
	Untold             []untoldLine
	Classes            []choice
	Outcomes           []choice
	Remains, FateKinds []choice
	Released           bool // something can come to light
	MayRecordFate      bool
	MaySetApart        bool
	Aparts             []choice
	OnHold             []holdView
	Typed              form
	ReportKey, FateKey string
	Masked             bool
	Regulator          string
}

type fateLine struct {
	Number   int
	Sentence string
	Waits    bool // for its witness
}

// reportLine is a report, or a late result, with its review.
type reportLine struct {
	Title, Text, Known, Due string
	Facts                   []field
	Told                    []string
	Exception               exceptionView
	Overdue                 bool
	Closable                bool // everybody was told, and a quality lead can decide
}

type untoldLine struct {
	Exception      int
	Whom, Due, Key string
	ID             string
}

func (s *Server) afterwardsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showAfterwards(w, r, v, http.StatusOK, state, form{}, nil)
}

func (s *Server) showAfterwards(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	now, zone := s.svc.Now(), s.svc.Info().Location
	view := afterwardsOf(state, now, zone, f)
	view.OnHold = holdsOf(state, v.form, zone)
	view.MaySetApart = answersForSite(v.who.Person) && state.Status != batch.Given && state.Status != batch.Rejected && state.Status != batch.Aborted
	for _, as := range batch.Aparts() {
		view.Aparts = append(view.Aparts, choice{Value: string(as), Text: string(as), Chosen: f["as"] == string(as)})
	}
	view.ReportKey, view.FateKey = s.svc.NewKey(), s.svc.NewKey()
	for i := range view.Untold {
		view.Untold[i].Key = s.svc.NewKey()
	}
	return s.render(w, r, v, status, "afterwards", page{
		Title: "After release of " + state.ID, Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Events: newsOf(state.ID), Version: state.Version,
	})
}

func afterwardsOf(s *batch.State, now time.Time, zone *time.Location, f form) afterwardsView {
	released := s.Certification != nil || s.Supply != nil
	v := afterwardsView{
		Batch: s.ID, Status: string(s.Status), Now: now.In(zone).Format("2006-01-02 15:04"), Seen: s.Version, Given: s.GivenWords(zone),
		Released: released, MayRecordFate: (released || s.Status == batch.Rejected || s.Status == batch.Aborted) && !s.Gone(),
		Typed: f, Masked: s.Masked, Regulator: batch.Regulator,
		Classes: choices(batch.NewsClasses(), f["class"]), Outcomes: choices(batch.Outcomes(), f["outcome"]),
		Remains: choices(batch.Remains(), f["of"]), FateKinds: choices(batch.Fates(), f["fate"]),
	}
	v.Given = v.Given[:len(v.Given)-len(s.Fates)] // those stand below, each with its form
	for i := range s.Fates {
		v.Fates = append(v.Fates, fateLine{s.Fates[i].Number, s.Fates[i].Sentence(), s.Fates[i].Witnessed == nil})
	}
	for _, ex := range s.Exceptions {
		report := s.ReportOf(ex)
		if report == nil && len(s.ToTell(ex)) == 0 {
			continue
		}
		v.Reports = append(v.Reports, newsOfReport(s, ex, report, now, zone))
		for _, whom := range s.NotTold(ex) {
			one := untoldLine{Exception: ex.Number, Whom: whom, ID: fmt.Sprintf("%d-%d", ex.Number, len(v.Untold))}
			if report != nil && whom == batch.Regulator && !report.Due.IsZero() {
				one.Due = "before " + when(report.Due, zone)
			}
			v.Untold = append(v.Untold, one)
		}
	}
	return v
}

func choices(all []string, chosen string) []choice {
	list := make([]choice, len(all))
	for i, one := range all {
		list[i] = choice{Value: one, Text: one, Chosen: one == chosen}
	}
	return list
}

func newsOfReport(s *batch.State, ex batch.Exception, report *batch.NewsEntry, now time.Time, zone *time.Location) reportLine {
	line := reportLine{Title: fmt.Sprintf("Exception %d: %s", ex.Number, ex.Class), Exception: exceptionOf(s, ex, zone)}
	line.Closable = line.Exception.Open && len(s.NotTold(ex)) == 0
	for _, told := range s.NewsTold {
		if told.Exception == ex.Number {
			line.Told = append(line.Told, fmt.Sprintf("%s (%s) was told on %s, %s, by %s. Recorded by %s, %s.",
				told.Whom, told.Name, shownMoment(told.When, zone), told.How, told.Document, told.Act.Name, when(told.At, zone)))
		}
	}
	if report == nil {
		return line
	}
	line.Text, line.Known = report.Text, when(report.Known, zone)
	if s.Masked {
		line.Text = "What was reported is masked."
	}
	if report.Class == batch.AdverseReaction {
		serious := map[bool]string{true: "yes", false: "no"}[report.Serious]
		line.Facts = append(line.Facts, field{"Serious", serious})
		if !s.Masked {
			line.Facts = append(line.Facts, field{"Began on", report.Onset}, field{"Outcome", report.Outcome})
		}
	}
	if !report.Due.IsZero() {
		line.Due = when(report.Due, zone)
		for _, whom := range s.NotTold(ex) {
			line.Overdue = line.Overdue || whom == batch.Regulator && !now.Before(report.Due)
		}
	}
	return line
}

// afterwards reads the acts of this page; ok is false for any other.
func (f form) afterwards() (c batch.Command, ok bool, err error) {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	switch f["act"] {
	case "reportnews":
		c := batch.ReportNews{Class: f["class"], Known: f["known"], Text: text("text"), Tell: text("tell")}
		if c.Class == batch.AdverseReaction { // what is beside the choice counts for it alone
			c.Serious, c.Onset, c.Outcome = f["serious"] == "yes", text("onset"), f["outcome"]
		}
		return c, true, nil
	case "tellnews":
		number, err := readNumber(f["exception"])
		return batch.TellNews{Exception: int(number), Whom: f["whom"], Name: text("name"), How: text("how"), When: f["when"], Document: text("document")}, true, err
	case "recordfate":
		return batch.RecordFate{Of: f["of"], Fate: f["fate"], Amount: text("amount"), Place: text("place"), Document: text("document"), Reason: text("reason")}, true, nil
	case "setapart":
		c := batch.SetApart{As: batch.Status(f["as"]), Reason: text("reason")}
		if c.As == batch.Withheld { // what is beside the choice counts for it alone
			c.Reference, c.Until = text("reference"), text("until")
		}
		return c, true, nil
	case "witnessfate":
		number, err := readNumber(f["number"])
		return batch.WitnessFate{Fate: int(number)}, true, err
	}
	return nil, false, nil
}
