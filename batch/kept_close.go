package batch

import (
	"fmt"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// CloseKept ends a kept entry that is not signed: because the rules refuse it as
// things stand, or because it was wrong. Whoever made it does, or a quality lead
// where they do not come back. What was kept stays in the record.
type CloseKept struct {
	Kept   int    `json:"kept"`
	Reason string `json:"reason"`
}

func (CloseKept) command() {}

// KeptClosed is one that was closed. Known is the version of the batch's entry
// that says the same: the server had it before the connection failed.
type KeptClosed struct {
	By     `json:"by"`
	Kept   int    `json:"kept"`
	Reason string `json:"reason"`
	Known  int64  `json:"known"`
}

const kindKeptClosed audit.Kind = "batch.kept_closed"

// Kind is the written kind of the event's entry.
func (KeptClosed) Kind() audit.Kind { return kindKeptClosed }

func (KeptClosed) meaning() identity.Meaning { return "" }

func (e KeptClosed) again(bool) Command { return CloseKept{Kept: e.Kept, Reason: e.Reason} }

func (e KeptClosed) fold(s *growing, act Act) error {
	return s.settleKept(e.Kept, act, false, e.Reason)
}

// decide closes a kept entry. It holds nothing up and is held up by nothing, not
// even the batch's end: nothing that was kept is lost silently.
func (c CloseKept) decide(d *decision) (Event, *Refusal) {
	kept, refusal := d.openKept(c.Kept)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", kept.closers(d.f.Person), identity.NeedsNothing); refusal != nil {
		if refusal.Code == "no_role" {
			return nil, refuse("not_yours", "%s recorded this while there was no connection. They close it, or a quality lead where they do not come back.", kept.Note.Name)
		}
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why it is not signed")
	if refusal != nil {
		return nil, refusal
	}
	ev := KeptClosed{By: d.by, Kept: c.Kept, Reason: reason, Known: d.s.knownAlready(kept)}
	ex := ExceptionRaised{
		Class: offlineClass, Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Step: d.s.stepNamed(kept.Note.Step),
		Cause: fmt.Sprintf("kept-closed:%d", kept.Number), CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("Kept by terminal %s without a connection at %s, not signed, and closed by %s: %s. Reason: %s", kept.Called, d.shown(kept.Done), d.by.Name, kept.What(), reason),
	}
	if ev.Known > 0 {
		ex.Severity, ex.Blocks = protocol.SeverityMinor, BlocksNothing
		ex.Text += fmt.Sprintf(" Entry %d of the batch says the same: the server had it before the connection failed.", ev.Known)
	}
	d.add = append(d.add, d.s.unlessEnded(ex)...)
	return ev, nil
}

// closers are the roles under which somebody may close it.
func (k KeptEntry) closers(p identity.Person) []identity.Role {
	if k.Note.Person == p.ID {
		return staff()
	}
	return leads()
}

// MayClose says whether somebody may close a kept entry.
func (s *State) MayClose(k KeptEntry, p identity.Person) bool {
	return k.Settled == nil && holds(p, k.closers(p))
}

// soonAfter is how long after an act on the terminal the server can have
// written it, its answer being lost.
const soonAfter = 2 * time.Minute

// knownAlready is the version of the entry that says what a note says, because
// only the answer was lost; 0 when there is none. What a code was is not asked:
// it is sealed.
func (s *State) knownAlready(kept KeptEntry) int64 {
	same := func(a Act) bool {
		gap := a.At.Sub(kept.Done)
		return a.Person == kept.Note.Person && a.Manner == nil && gap > -soonAfter && gap < soonAfter
	}
	if kept.Note.Act == "move" {
		for _, m := range s.Moves {
			if same(m.Act) && m.Item == kept.Note.Item && m.To == kept.Note.To {
				return m.Version
			}
		}
	}
	st := s.Step(kept.Note.Step)
	if st == nil {
		return 0
	}
	switch kept.Note.Act {
	case "begin":
		if st.Begun != nil && same(*st.Begun) {
			return st.Begun.Version
		}
	case "perform":
		for _, act := range st.Performed {
			if same(act) {
				return act.Version
			}
		}
	case "scan":
		for _, scan := range st.Scans[kept.Note.Field] {
			if same(scan.Act) {
				return scan.Version
			}
		}
	case "record":
		for _, entry := range st.Values[kept.Note.Field] {
			if same(entry.Act) && entry.Text == kept.Note.Text {
				return entry.Version
			}
		}
	}
	return 0
}
