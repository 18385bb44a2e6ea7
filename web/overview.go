package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// overviewView is the whole batch on one page.
type overviewView struct {
	Batch, Product, Protocol, ProtocolTo string
	Step                                 string // always "": a move made here leads back here
	Seen                                 int64
	Status, Ended                        string
	Facts                                []field
	Opened                               signedBy
	NextStep, NextTo                     string
	Timers                               []timerView
	Steps                                []stepLine
	Items                                []itemView
	Moves                                []moveLine
	Exceptions                           []exceptionView
	Notes                                []noteView
	Refusals                             []refusalLine
	Timeline                             timeline
	Reviews                              []signedBy
	Disposition                          *dispositionView
	Trail, Record, Review, Wrong, Labels string
	Custody, Afterwards                  string
	Accounts                             string // what became of its materials, where the protocol asks
	Band                                 string // the wristband to practise with, where nobody is a patient
	Stop                                 *stopView
	Alarms                               alarms // of machines that it had
	Waiting                              []waitingView
	OnHold                               []holdView
	Holds                                []string // exceptions that let nothing go on
	Redline                              redlineNotice
	Kept                                 *keptNotice
	Shift                                string
}

type stepLine struct {
	Number             int
	Section, Name, To  string
	Sign, Words        string
	Critical           bool
	Values             []field
	Performed, Checked []signedBy
	Second             bool // a second person is asked for
}

type moveLine struct{ Item, Words, At, Name string }

type refusalLine struct{ Attempt, Step, Sentence, Name, At string }

type dispositionView struct {
	signedBy
	Status, Statement, Place, Head string
	Digest                         string
	Lines, Later                   []string // of a certificate
	Entries                        int64
}

func dispositionOf(d *batch.Disposition, zone *time.Location) *dispositionView {
	v := &dispositionView{
		signedBy: actWords(d.Act, zone), Status: string(d.Status), Statement: d.Statement, Place: d.Place, Entries: d.Entries, Head: d.Head,
		Lines: d.Lines, Digest: d.Digest,
	}
	for _, late := range d.Later {
		if late.Due != "" {
			v.Later = append(v.Later, fmt.Sprintf("%s Due by %s.", late.Name, shownMoment(late.Due, zone)))
		}
	}
	return v
}

func (s *Server) overviewPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showOverview(w, r, v, http.StatusOK, state, nil)
}

func (s *Server) showOverview(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, p *problem) error {
	view := overviewOf(state, s.svc.Now(), s.svc.Info().Location, s.svc.NewKey)
	if s.svc.Info().Kind != register.Live && !state.Masked {
		view.Band = batchAddress(state.ID) + "/wristband.pdf"
	}
	var err error
	view.Redline, view.Kept = redlineNoticeOf(state, v.who.Person), waitingKept(state)
	view.OnHold, view.Shift = holdsOf(state, v.form, s.svc.Info().Location), batchAddress(state.ID)+"/shift"
	if view.Stop, err = s.stopOf(r, v, state); err != nil {
		return err
	}
	if view.Alarms, err = s.alarmsShown(r, v, state); err != nil {
		return err
	}
	return s.render(w, r, v, status, "overview", page{
		Title: "Batch " + state.ID, Patient: patientOf(state), Problem: p, View: view, Back: &link{Text: "Batches", To: "/batches"},
		Events: newsOf(state.ID), Version: state.Version,
	})
}

func overviewOf(s *batch.State, now time.Time, zone *time.Location, key func() string) overviewView {
	at := batchAddress(s.ID)
	v := overviewView{
		Batch: s.ID, Seen: s.Version, Protocol: protocolWords(s.Protocol), Status: string(s.Status), Ended: endedWords(s.Status),
		Opened: actWords(s.Opened, zone), Timers: timersOf(s, now, zone), Reviews: actsWords(s.Reviews, zone),
		Trail: at + "/trail", Record: at + "/record.pdf", Labels: at + "/labels", Review: at + "/review", Wrong: at + "/wrong", Custody: at + "/custody", Afterwards: at + "/afterwards",
		Steps: stepLines(s, zone), Timeline: timelineOf(s, now, zone), Refusals: refusalLines(s, zone), Moves: moveLines(s, zone),
	}
	if len(accountsOf(s).Rows) > 0 {
		v.Accounts = at + "/materials"
	}
	v.Holds = whatHolds(s)
	v.Facts, v.Waiting = factsOf(s, zone), waitingCorrections(s, zone, key)
	if s.Protocol != nil {
		v.Product = s.Protocol.Title
		v.ProtocolTo = protocolAddress(s.Protocol.Name, s.Protocol.Version)
	}
	if next := s.Next(); next != nil {
		v.NextStep, v.NextTo = next.Step.Name, stepAddress(s.ID, next.Step.Name)
	}
	for _, item := range s.Items {
		one := itemOf(s, item, zone)
		one.offer(s.ID, "", v.Ended, key)
		v.Items = append(v.Items, one)
	}
	for _, e := range s.Exceptions {
		v.Exceptions = append(v.Exceptions, exceptionOf(s, e, zone))
	}
	for _, n := range s.Notes {
		v.Notes = append(v.Notes, noteOf(n, zone))
	}
	if d := s.Disposition; d != nil {
		v.Disposition = dispositionOf(d, zone)
	}
	return v
}

// basisWords say where a batch is made, and what covers it (CTL-02, REL-03).
func basisWords(b batch.Basis) string {
	if b.Unit == "" {
		return "opened before units were registered"
	}
	return fmt.Sprintf("%s, %s, at %s; licence %s, master file %s, version %s", b.Unit, b.UnitTitle, b.UnitPlace, b.Licence, b.File, b.FileVersion)
}

func factsOf(s *batch.State, zone *time.Location) []field {
	facts := []field{
		{"Unit", basisWords(s.Basis)},
		{"Order", fmt.Sprintf("%s, prescribed by %s", s.Reference, s.Prescriber)},
	}
	if s.Trial != "" {
		facts = append(facts, field{"Trial, participant", s.Trial + ", " + s.Participant})
	}
	if s.Chain != "" {
		facts = append(facts, field{"Chain of identity", s.Chain})
	}
	if codes := s.Donated(); len(codes) > 0 {
		facts = append(facts, field{"Donations", donationWords(codes)})
	}
	if words := holderWords(s, zone); words != "" {
		facts = append(facts, field{"In whose hands", words})
	}
	if s.Issue != "" {
		facts = append(facts, field{"Issue number", s.Issue})
	}
	if s.Reissue != "" {
		facts = append(facts, field{"Issued again", fmt.Sprintf("after %s: %s", strings.Join(s.Reissues, ", "), s.Reissue)})
	}
	names := make([]string, 0, len(s.Order))
	for name := range s.Order {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		facts = append(facts, field{fieldWords(name), ordered(s, name).Show(s.Order[name].Value, zone)})
	}
	for _, set := range s.SiteValues {
		facts = append(facts, field{titleOr(set.Of.Title, set.Of.Name), fmt.Sprintf("%s, set for this site by %s, %s", set.Read.Show(zone), set.Name, when(set.At, zone))})
	}
	facts = append(facts, field{"Opened", when(s.Opened.At, zone)}, field{"Entries in the log", fmt.Sprint(s.Version)})
	return facts
}

// ordered is the input of an order value, which knows how it is shown.
func ordered(s *batch.State, name string) protocol.Input {
	for i := 0; s.Protocol != nil && i < len(s.Protocol.Order); i++ {
		if s.Protocol.Order[i].Name == name {
			return s.Protocol.Order[i].Input
		}
	}
	return protocol.Input{}
}

func stepLines(s *batch.State, zone *time.Location) []stepLine {
	var lines []stepLine
	for i := range s.Steps {
		st := &s.Steps[i]
		if !shows(s, st) {
			continue
		}
		line := stepLine{
			Number: i + 1, Section: st.Section.Name, Name: st.Step.Name, To: stepAddress(s.ID, st.Step.Name), Critical: st.Step.Critical,
			Performed: actsWords(st.Performed, zone), Checked: actsWords(st.Checked, zone), Second: st.Step.CheckedBy != "",
		}
		line.Sign, line.Words, _ = standing(st, s.IsOpen(st))
		for _, c := range st.Step.Calcs {
			if result, ok := st.Results[c.Name]; ok {
				line.Values = append(line.Values, field{titleOr(c.Title, c.Name), c.Show(result.Rounded)})
			}
		}
		for _, in := range st.Step.Inputs {
			if entry := st.Value(in.Name); entry != nil {
				line.Values = append(line.Values, field{titleOr(in.Title, in.Name), in.Show(entry.Value, zone)})
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func moveLines(s *batch.State, zone *time.Location) []moveLine {
	var lines []moveLine
	for _, moved := range s.Moves {
		words := map[string]string{"out": "taken out of storage", "back": "put back into storage", "opened": "opened", "thawed": "thawed"}[moved.To]
		lines = append(lines, moveLine{Item: moved.Item, Words: words, At: when(moved.At, zone), Name: moved.Name})
	}
	return lines
}

func refusalLines(s *batch.State, zone *time.Location) []refusalLine {
	var lines []refusalLine
	for _, one := range s.Refusals {
		lines = append(lines, refusalLine{Attempt: batch.AttemptWords(one.Attempt), Step: one.Step, Sentence: one.Sentence, Name: one.Name, At: when(one.At, zone)})
	}
	return lines
}
