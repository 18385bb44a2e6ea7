package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"countersign/batch"
	"countersign/batch/trend"
	"countersign/register"
)

// reviewView is one page, top to bottom in the order of a decision.
type reviewView struct {
	Batch, Status, Ended             string
	Stop                             *stopView
	Alarms                           alarms // of machines that it had
	OnHold                           []holdView
	Shifts                           []handView
	Opened                           signedBy
	Facts                            []field
	Identity                         []identityLine
	Exceptions                       []exceptionView
	Concerns                         []concernView
	Remarks                          []remarkView
	Route                            *routeView
	Seen                             int64
	Criteria                         []criterionView
	AsAt                             string        // when the criteria stood so, in a batch that is released
	Values                           []reviewValue // outside a limit, or without one
	Within                           []reviewValue // the others, folded when they are many
	Yields, Accounts                 list
	Timeline                         timeline
	Next                             []link // what the batch waits for
	ToDecide                         bool   // an exception can be decided here
	Here                             string // where the site makes medicines, for a certificate
	Signatures                       []signatureLine
	Corrections                      []correctionLine
	Refusals                         []refusalLine
	Coverage                         []string
	Full                             fullReviewView
	Entries                          trailView
	Reviews                          []signedBy
	Blocks                           []string
	Disposition                      *dispositionView
	MayReview, MayDecide, MayCertify bool
	MayReject                        bool
	ToLook                           bool   // parts of the record, before the review can be signed
	WhyNot                           string // why whoever is signed in may not sign what is next
	Typed                            form
	Statement                        string // the review's, offered
	Certify                          *certifyView
	Trail, Record, Whole             string
}

// identityLine is one piece of evidence that this is the patient's medicine.
type identityLine struct{ Step, To, What, Result, At, Name string }

type criterionView struct {
	Name, Source, To, Result, Words, Since string
	Fails                                  bool // since then
}

// reviewValue is a critical value against its limits.
type reviewValue struct {
	Step, To, Title, Value, Class, At, Name string
	Limits                                  []string
	Verdict                                 verdictView
	Working                                 string
	Series                                  string     // under which earlier batches have it too
	Among                                   *chartView // this batch among the last ones; nil where there is none
	Stands                                  string     // what the chart says in words
}

// signatureLine is a signature that is missing or was invalidated.
type signatureLine struct{ Step, To, Words string }

type correctionLine struct {
	Step, To, Title, First, Now, Reason, Name, At string
	Second                                        *signedBy
	Effects                                       []string
}

func (s *Server) reviewPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, kept := s.drafts.find(r.URL.Query().Get("draft"), v)
	if !kept {
		f = form{}
	}
	return s.showReview(w, r, v, http.StatusOK, state, f, nil)
}

func (s *Server) showReview(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := reviewOf(state, f, s.svc.Now(), s.svc.Info().Location)
	view.Typed, view.OnHold = f, holdsOf(state, v.form, s.svc.Info().Location)
	for _, e := range state.Shifts {
		view.Shifts = append(view.Shifts, handOf(e, s.svc.Info().Location))
	}
	lines, certifiers, err := s.svc.Certificate(r.Context(), v.who, state)
	if err != nil {
		return err
	}
	view.MayCertify = state.MayCertify(v.who.Person) && batch.Named(certifiers, v.who.Person.ID)
	view.Certify, view.MayReject = certifyOf(lines, f), state.MayReject(v.who.Person)
	view.Remarks, view.Route, view.Seen = s.remarksOf(state), s.routeOf(state), state.Version
	view.Here = s.svc.Info().Unit
	charts, err := s.svc.Against(r.Context(), v.who, state)
	if err != nil {
		return err
	}
	amongOthers(view.Values, charts, state.ID)
	view.Values, view.Within = apart(view.Values)
	if view.Stop, err = s.stopOf(r, v, state); err != nil {
		return err
	}
	if view.Alarms, err = s.alarmsShown(r, v, state); err != nil {
		return err
	}
	if view.Stop != nil && view.Stop.Waits {
		view.MayReview, view.WhyNot = false, "Its unit was stopped: a quality lead decides first whether this batch goes on."
	}
	if view.MayReview && !state.MayReview(v.who.Person) {
		view.MayReview, view.WhyNot = false, "The production review waits for a pharmacist or quality lead who took no part in this batch: you may not sign it."
	} else if view.MayDecide && !view.MayReview && !view.MayCertify {
		view.WhyNot = "The certificate waits for a quality lead who neither made, checked nor reviewed this batch: you may not sign it."
		if len(certifiers) > 0 {
			view.WhyNot = "The certificate waits for somebody whom the licence names, and who neither made, checked nor reviewed this batch: " + register.CertifierNames(certifiers) + "."
		}
	}
	view.Full = fullReviewOf(state, v.who.Person, f, s.svc.Info().Location)
	if view.MayReview && !lookedThrough(state, v.who.Person) {
		view.MayReview, view.WhyNot = false, "Full review was demanded: look at each part of the record first, and sign that you have."
		view.ToLook = true
	}
	if view.Entries, err = s.reviewTrail(r, v, state); err != nil {
		return err
	}
	view.Next = nextOf(&view)
	return s.render(w, r, v, status, "review", page{
		Title: "Review of " + state.ID, Patient: patientOf(state), Problem: p, View: view, Back: &link{Text: "Release desk", To: "/review"},
		Events: newsOf(state.ID), Version: state.Version,
	})
}

func reviewOf(s *batch.State, typed form, now time.Time, zone *time.Location) reviewView {
	at := batchAddress(s.ID)
	v := reviewView{
		Batch: s.ID, Status: string(s.Status), Ended: endedWords(s.Status), Opened: actWords(s.Opened, zone), Facts: factsOf(s, zone),
		Identity: identityOf(s, zone), Values: criticalValues(s, zone), Timeline: timelineOf(s, now, zone),
		Signatures: signaturesMissing(s), Corrections: correctionsOf(s, zone), Refusals: refusalLines(s, zone), Reviews: actsWords(s.Reviews, zone),
		Trail: at + "/trail", Record: at + "/record.pdf", Whole: at,
		MayReview: s.Status == batch.Complete, MayDecide: s.Disposition == nil && decidable(s),
	}
	v.Concerns = concernsOf(s, zone)
	v.AsAt, v.Criteria = criteriaOf(s, zone)
	v.Yields, v.Accounts = yieldsOf(s), accountsOf(s)
	for _, e := range s.Exceptions {
		one := exceptionOf(s, e, zone)
		if v.Ended == "" && (one.Open || one.Noted) {
			one.Offers, one.Own, v.ToDecide = offersOf(e, typed), typed[reasonField+fmt.Sprint(e.Number)], true
		}
		v.Exceptions = append(v.Exceptions, one)
	}
	slices.SortStableFunc(v.Exceptions, func(a, b exceptionView) int {
		switch {
		case a.Open == b.Open:
			return 0
		case a.Open:
			return -1
		}
		return 1
	})
	if s.Disposition == nil {
		v.Blocks = s.CertifyBlocks(now)
	}
	v.Coverage = coverageOf(s, v)
	v.Statement = "I have read this review page and what it links to, and found the record complete and correct, except where an exception says otherwise."
	if d := s.Disposition; d != nil {
		v.Disposition = dispositionOf(d, zone)
	}
	return v
}

// decidable says that the batch can still be certified or rejected.
func decidable(s *batch.State) bool {
	return s.Status != batch.Aborted && s.Status != batch.Rejected && s.Supply == nil
}

func identityOf(s *batch.State, zone *time.Location) []identityLine {
	var lines []identityLine
	for i := range s.Steps {
		st := &s.Steps[i]
		for _, scan := range st.Step.Scans {
			if scan.Field != "patient" && scan.Field != "label" {
				continue
			}
			to, what := stepAddress(s.ID, st.Step.Name), scanTitle(s.Protocol, scan.Field)
			if len(st.Scans[scan.Field]) == 0 {
				result := "not scanned"
				if scan.Field == "label" && st.Unlabelled {
					result = "none, for immediate use"
				}
				lines = append(lines, identityLine{Step: st.Step.Name, To: to, What: what, Result: result})
			}
			for _, entry := range st.Scans[scan.Field] {
				result := "matched the order"
				if !entry.Matched {
					result = "DID NOT MATCH: " + entry.Why
				}
				result += typedWords(entry, zone)
				lines = append(lines, identityLine{Step: st.Step.Name, To: to, What: what, Result: result, At: when(entry.At, zone), Name: entry.Name})
			}
		}
	}
	return lines
}

func criticalValues(s *batch.State, zone *time.Location) []reviewValue {
	var values []reviewValue
	for i := range s.Steps {
		st := &s.Steps[i]
		to := stepAddress(s.ID, st.Step.Name)
		for _, c := range st.Step.Calcs {
			result, ok := st.Results[c.Name]
			if !ok {
				continue
			}
			one := reviewValue{
				Step: st.Step.Name, To: to, Title: titleOr(c.Title, c.Name), Value: c.Show(result.Rounded), Class: "calculated",
				Verdict: verdictOf(result.Verdict), Working: result.Working, Series: trend.Name(st, c.Title, c.Name),
			}
			one.Limits = limitsOf(s, st, c.Unit, c.Limits)
			values = append(values, one)
		}
		for _, in := range st.Step.Inputs {
			entry := st.Value(in.Name)
			if entry == nil || !st.Critical(&in) {
				continue
			}
			one := reviewValue{
				Step: st.Step.Name, To: to, Title: titleOr(in.Title, in.Name), Value: in.Show(entry.Value, zone), Class: in.Class,
				At: when(entry.At, zone), Name: entry.Name, Verdict: verdictOf(entry.Verdict), Series: trend.Name(st, in.Title, in.Name),
			}
			one.Limits = limitsOf(s, st, in.Unit, in.Limits)
			values = append(values, one)
		}
	}
	return values
}

// manyValues is how many values a reviewer takes in at a glance.
const manyValues = 12

// apart puts aside the values that are within their limits, where there are
// many: whoever decides sees first what is not, and unfolds the others.
func apart(all []reviewValue) (shown, within []reviewValue) {
	if len(all) <= manyValues {
		return all, nil
	}
	for _, one := range all {
		if one.Verdict.Level == "" && len(one.Limits) > 0 {
			within = append(within, one)
		} else {
			shown = append(shown, one)
		}
	}
	return shown, within
}

func signaturesMissing(s *batch.State) []signatureLine {
	var lines []signatureLine
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease && s.Disposition == nil {
			continue
		}
		to := stepAddress(s.ID, st.Step.Name)
		add := func(words string) { lines = append(lines, signatureLine{st.Step.Name, to, words}) }
		switch {
		case st.PerformedNow() == nil && len(st.Performed) > 0:
			add("the performer's signature was taken away by a later change, and is to be given again")
		case st.PerformedNow() == nil:
			add("the performer's signature is missing")
		}
		switch {
		case st.Step.CheckedBy == "" || st.CheckedNow() != nil:
		case len(st.Checked) > 0:
			add("the second person's signature was taken away by a later change, and is to be given again")
		default:
			add("the second person's signature is missing")
		}
	}
	return lines
}

func correctionsOf(s *batch.State, zone *time.Location) []correctionLine {
	var lines []correctionLine
	for i := range s.Steps {
		st := &s.Steps[i]
		for _, in := range st.Step.Inputs {
			entries := st.Values[in.Name]
			for j, entry := range entries {
				if entry.Reason == "" || j == 0 {
					continue
				}
				line := correctionLine{
					Step: st.Step.Name, To: stepAddress(s.ID, st.Step.Name), Title: titleOr(in.Title, in.Name), First: in.Show(entries[j-1].Value, zone),
					Now: in.Show(entry.Value, zone), Reason: entry.Reason, Name: entry.Name, At: when(entry.At, zone), Effects: entry.Effects,
				}
				if second := s.Second(entry); second != nil {
					by := actWords(*second, zone)
					line.Second = &by
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// coverageOf says what this page does not show, so that nobody thinks that it
// was looked at (REL-06).
func coverageOf(s *batch.State, v reviewView) []string {
	scans := 0
	for i := range s.Steps {
		for _, all := range s.Steps[i].Scans {
			scans += len(all)
		}
	}
	typed, _ := s.Typed()
	lines := append(s.Coverage(),
		typedOfAll(typed, scans),
		fmt.Sprintf("This page shows the scans of patient and label (%d). The batch has %d scans in all; the others are in the full record only.", len(v.Identity), scans),
		fmt.Sprintf("It shows every exception (%d), every correction (%d), every refused attempt (%d) and every signature that is missing. Signatures that stand are in the audit trail on this page and in the full record.", len(v.Exceptions), len(v.Corrections), len(v.Refusals)),
		fmt.Sprintf("It shows notes (%d) in the audit trail alone, and not the text of the instructions. The record has %d entries.", len(s.Notes), s.Version))
	if len(s.Demanded()) > 0 {
		return lines
	}
	return append(lines, "Nobody has looked at what this page leaves out, unless they opened the full record.")
}

// typedOfAll says how many codes were typed in the place of a scan.
func typedOfAll(typed, scans int) string {
	switch typed {
	case 0:
		return "No code was typed by hand in the place of a scan."
	case 1:
		return fmt.Sprintf("1 of %d codes was typed by hand and not scanned; it is an exception above.", scans)
	}
	return fmt.Sprintf("%d of %d codes were typed by hand and not scanned; each is an exception above.", typed, scans)
}
