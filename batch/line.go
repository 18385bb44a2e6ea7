package batch

import (
	"math"
	"slices"
	"time"

	"countersign/protocol"
)

// Line is what lists show of a batch: all that anybody asks of many batches at
// once, and nothing of what was done in it. A site that has made thousands
// keeps a line of each, and the whole of those in which something goes on.
type Line struct {
	ID          string
	Version     int64 // stream version: the number of entries that it tells of
	Last        time.Time
	Status      Status
	Protocol    *protocol.Protocol
	Unit        string
	Opened      time.Time
	Patient     Patient
	Masked      bool
	Reference   string
	Prescriber  string
	Issue       string
	Steps       int
	Signed      int       // of the steps
	Next        string    // the next step; "" when there is none
	Exceptions  int       // that wait for a decision
	Supplied    time.Time // zero while nothing has left
	RecalledBy  []string
	Registers   []string          // the streams of what was set out, as in "equipment/E-0001"
	Certified   *CertifiedBatch   // its line of the register, without a number; nil without a certificate
	Unlicensed  *UnlicensedSupply // its line of the record of unlicensed supply; nil where it has none
	Calls       []CloseCall
	Codes       []CodesOfMonth // the first month first
	administers bool           // it has steps after release
}

// CodesOfMonth counts the codes of a month of site time.
type CodesOfMonth struct {
	Month string // "2026-11"
	CodeCount
}

// Line is the batch as lists show it; months are those of a zone.
func (s *State) Line(zone *time.Location) *Line {
	l := &Line{
		ID: s.ID, Version: s.Version, Last: s.Last, Status: s.Status, Protocol: s.Protocol, Unit: s.Basis.Unit, Opened: s.Opened.At,
		Patient: s.Patient, Masked: s.Masked, Reference: s.Reference, Prescriber: s.Prescriber, Issue: s.Issue,
		Steps: len(s.Steps), Exceptions: len(s.OpenExceptions()), RecalledBy: s.Recalls(), Calls: s.CloseCalls(), Codes: s.codesOf(zone),
		Certified: s.certifiedLine(), Unlicensed: s.unlicensedLine(),
	}
	for _, item := range s.Items {
		l.Registers = append(l.Registers, item.Register)
	}
	for i := range s.Steps {
		if s.Steps[i].Signed() {
			l.Signed++
		}
		l.administers = l.administers || s.Steps[i].Section.AfterRelease
	}
	if s.Protocol == nil {
		return l
	}
	if next := s.Next(); next != nil {
		l.Next = next.Step.Name
	}
	l.Supplied, _ = s.Supplied()
	return l
}

// WithoutPatient is the line for who need not know whom the batch is for
// (COI-09).
func (l *Line) WithoutPatient() *Line {
	blank := *l
	blank.Patient, blank.Masked = Patient{}, true
	if l.Unlicensed != nil {
		supply := *l.Unlicensed
		supply.Recipient, blank.Unlicensed = "", &supply
	}
	return &blank
}

// Ended is [State.Ended].
func (l *Line) Ended() bool { return ended(l.Status, l.administers) }

// ended says that nothing more is to be done in a batch of a status:
// administers says whether it has steps after release.
func ended(status Status, administers bool) bool {
	switch status {
	case Rejected, Aborted, Given:
		return true
	case Certified, Conditional, SuppliedAnyway:
		return !administers
	}
	return false
}

// Recalled is [State.Recalled].
func (l *Line) Recalled(recall string) bool { return slices.Contains(l.RecalledBy, recall) }

// AtRest says that the batch has ended and that nobody is waited for in it, now
// or ever, unless something more is written to it: its lines say all that lists
// ask. Only a clock that goes back behind its last entry could bring something
// about, as in any batch.
func (s *State) AtRest() bool {
	return s.Protocol != nil && s.ended() && len(s.Waiting(math.MaxInt, s.Last)) == 0 && len(s.Waiting(math.MaxInt, never())) == 0
}

// never is later than any deadline.
func never() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }
