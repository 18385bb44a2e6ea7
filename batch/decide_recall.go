package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/identity"
)

// Recall stops a batch because something that went into it, or somebody or
// something that worked on it, was recalled (MAT-07). It comes with the signed
// act in the recall's own stream, "recall/R-0001", and never by itself; it
// carries the sentence that the act gave, so that a record which holds no
// other batch's business can be decided again.
type Recall struct {
	Recall string `json:"recall"` // "R-0001"
	Text   string `json:"text"`   // what was recalled and why, one sentence
}

func (Recall) command() {}

const (
	recallClass = "recall"
	recallCause = "recall:"
)

// recall raises the exception that holds up every further step, the release
// and what comes after it, until a quality lead has decided over a signature.
// Nobody's act in this batch gave rise to it. A batch that was given is held up
// in nothing any more: its record says that it was recalled.
func (d *decision) recall(c Recall) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	number, refusal := worded(c.Recall, "the recall's number")
	if refusal != nil {
		return nil, refusal
	}
	text, refusal := worded(c.Text, "what was recalled")
	if refusal != nil {
		return nil, refusal
	}
	if d.s.Recalled(number) {
		return nil, refuse("recalled_already", "Recall %s has reached this batch already.", number)
	}
	ex := ExceptionRaised{
		By: d.by, Number: len(d.s.Exceptions) + 1, Class: recallClass, Severity: "critical", Blocks: BlocksBatch,
		Text: text, Cause: recallCause + number,
	}
	if d.s.Status == Given {
		ex.Blocks = BlocksNothing
	}
	return d.s.ruled(ex), nil
}

// recallOf makes the command again that stopped a batch.
func recallOf(e ExceptionRaised) Recall {
	return Recall{Recall: strings.TrimPrefix(e.Cause, recallCause), Text: e.Text}
}

// Recalled says that a recall has reached this batch.
func (s *State) Recalled(recall string) bool { return s.raised(recallCause + recall) }

// Recalls are the recalls that have reached this batch, the first first.
func (s *State) Recalls() (numbers []string) {
	for _, ex := range s.Exceptions {
		if ex.Class == recallClass {
			numbers = append(numbers, strings.TrimPrefix(ex.Cause, recallCause))
		}
	}
	return numbers
}

// Supplied says since when the medicine, or some of it, may have reached its
// patient: since the first act after release. Where the protocol has no step
// after release nobody can tell, and it counts from certification.
func (s *State) Supplied() (time.Time, bool) {
	if s.released() == nil {
		return time.Time{}, false
	}
	var first time.Time
	after := slices.ContainsFunc(s.Steps, func(st StepState) bool { return st.Section.AfterRelease })
	for i := range s.Steps {
		st := &s.Steps[i]
		if !st.Section.AfterRelease {
			continue
		}
		at := st.Started
		if at.IsZero() && len(st.Performed) > 0 {
			at = st.Performed[0].At
		}
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if !after {
		first = s.released().At
	}
	return first, !first.IsZero()
}
