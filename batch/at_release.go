package batch

import (
	"fmt"
	"strings"

	"countersign/protocol"
)

// CriterionShown is a criterion of release as whoever released the batch saw
// it, with what has come since: what came later changes nothing that was signed
// (REL-10, DEV-04).
type CriterionShown struct {
	CriterionResult
	Since string // "" where nothing has changed
	Fails bool   // since then: what became known after the release does not hold
}

// CriteriaShown gives the criteria as at the release, and that release; as
// things stand, and nil, while there is none.
func (s *State) CriteriaShown() (*Disposition, []CriterionShown) {
	released, now := s.released(), s.Criteria()
	shown := make([]CriterionShown, len(now))
	for i, c := range now {
		shown[i].CriterionResult = c
		if released == nil || i >= len(released.Criteria) {
			continue
		}
		if then := released.Criteria[i]; then != c {
			shown[i] = CriterionShown{CriterionResult: then, Since: s.sinceRelease(s.Protocol.Criteria[i], c), Fails: s.Protocol.Criteria[i].Record == "" && c.Known && !c.Holds}
		}
	}
	return released, shown
}

// Word names a release: by a certificate, or out of specification.
func (d *Disposition) Word() string {
	if d.Status == SuppliedAnyway {
		return "the supply out of specification"
	}
	return "certification"
}

// sinceRelease says what has come about a criterion since the release.
func (s *State) sinceRelease(c protocol.Criterion, now CriterionResult) string {
	switch {
	case c.Record == protocol.RecordExceptionsDecided:
		return s.raisedSince("")
	case c.Record == protocol.RecordTimesKept:
		return s.raisedSince("timing")
	case !now.Known:
		return now.Sentence
	case now.Holds:
		return "it holds. " + now.Sentence
	}
	return "it does not hold. " + now.Sentence
}

// raisedSince lists the exceptions that were raised after the release, of one
// class or of any.
func (s *State) raisedSince(class string) string {
	var raised []string
	for _, ex := range s.Exceptions {
		if !s.AfterRelease(ex) || class != "" && ex.Class != class {
			continue
		}
		stands := "decided"
		switch {
		case ex.Resolved == nil && ex.Blocks == BlocksNothing:
			stands = "needs no decision"
		case ex.Resolved == nil:
			stands = "not decided yet"
		}
		raised = append(raised, fmt.Sprintf("exception %d was raised (%s)", ex.Number, stands))
	}
	if len(raised) == 0 {
		return "the decision on an exception was changed."
	}
	return strings.Join(raised, ", ") + "."
}

// AfterRelease says that an exception was raised in a batch that was released
// already. There is no release left that it could hold up.
func (s *State) AfterRelease(ex Exception) bool {
	released := s.released()
	return released != nil && ex.Raised.Version > released.Version
}

// HoldsUp says what an exception holds up, as a reader of the record is told.
func (s *State) HoldsUp(ex Exception) string {
	if ex.Blocks == BlocksRelease && s.AfterRelease(ex) {
		return "raised after release, which stays as it was signed"
	}
	return "holds up " + string(ex.Blocks)
}
