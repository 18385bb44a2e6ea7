package web

import (
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/web/site"
)

// fullReviewView is full review on the review page: who demands it, how far it
// is, and what whoever is signed in may do about it (REL-06).
type fullReviewView struct {
	Batch     string
	Demands   []demandLine
	Parts     []partLine // while a demand stands
	MayDemand bool
	Reason    string // as typed
}

type demandLine struct {
	Number      int
	By          signedBy
	Reason      string
	Withdrawn   *signedBy
	Why         string
	MayWithdraw bool
	Typed       string
}

// partLine is a part of the record, and who has looked at all of it.
type partLine struct {
	Part    string
	By      []signedBy // as it is now
	Changed []signedBy // before it changed
	Ready   bool
	MayLook bool
}

func fullReviewOf(s *batch.State, p identity.Person, f form, zone *time.Location) fullReviewView {
	v := fullReviewView{Batch: s.ID, MayDemand: s.MayDemand(p)}
	if f["act"] == "demandfullreview" {
		v.Reason = f["reason"]
	}
	for _, e := range s.Demands {
		line := demandLine{Number: e.Number, By: actWords(e.Act, zone), Reason: e.Reason, Why: e.Why, MayWithdraw: s.MayWithdraw(e, p)}
		if e.Withdrawn != nil {
			by := actWords(*e.Withdrawn, zone)
			line.Withdrawn = &by
		}
		if f["act"] == "withdrawdemand" && f["demand"] == number(int64(e.Number)).Text {
			line.Typed = f["reason"]
		}
		v.Demands = append(v.Demands, line)
	}
	if len(s.Demanded()) == 0 {
		return v
	}
	for _, part := range s.Seen() {
		v.Parts = append(v.Parts, partLine{
			Part: part.Part, By: actsWords(part.By, zone), Changed: actsWords(part.Changed, zone), Ready: part.Ready, MayLook: s.MayLook(part, p),
		})
	}
	return v
}

// lookedThrough says that nothing is left for somebody to look at before they
// sign the review.
func lookedThrough(s *batch.State, p identity.Person) bool {
	if len(s.Demanded()) == 0 {
		return true
	}
	for _, part := range s.Seen() {
		if !part.SeenBy(p.ID) {
			return false
		}
	}
	return true
}

// fullReviewAct reads the acts about full review; ok is false for any other.
func (f form) fullReviewAct() (c batch.Command, ok bool, err error) {
	reason := strings.TrimSpace(f["reason"])
	switch f["act"] {
	case "demandfullreview":
		return batch.DemandFullReview{Reason: reason}, true, nil
	case "withdrawdemand":
		number, err := readNumber(f["demand"])
		return batch.WithdrawDemand{Demand: int(number), Reason: reason}, true, err
	case "lookat":
		return batch.LookAt{Part: f["part"]}, true, nil
	}
	return nil, false, nil
}

// fullReviewForm gives back what was typed for such an act; false for any other.
func fullReviewForm(c batch.Command) (form, bool) {
	switch c := c.(type) {
	case batch.DemandFullReview:
		return form{"act": "demandfullreview", "reason": c.Reason}, true
	case batch.WithdrawDemand:
		return form{"act": "withdrawdemand", "demand": number(int64(c.Demand)).Text, "reason": c.Reason}, true
	case batch.LookAt:
		return form{"act": "lookat", "part": c.Part}, true
	}
	return nil, false
}

// trailView is the batch's audit trail on the review page: the changes to
// critical data first, then every entry, with those marked (AUD-05).
type trailView struct {
	Changes []trailEntry
	Lines   []trailEntry
}

type trailEntry struct {
	Version         int64
	At, Who, What   string
	Changed, Marked bool // a change to critical data; something else to look at
	Signed          string
}

func (s *Server) reviewTrail(r *http.Request, v visit, state *batch.State) (trailView, error) {
	zone := s.svc.Info().Location
	lines, err := s.svc.Trail(r.Context(), v.who, batch.Stream(state.ID))
	if err != nil {
		return trailView{}, err
	}
	view := trailView{}
	for _, change := range state.CriticalChanges(zone) {
		view.Changes = append(view.Changes, trailEntry{Version: change.Version, At: when(change.At, zone), Who: change.Name, What: change.Text})
	}
	for _, line := range lines {
		if line.Version > state.Version {
			break // written since this page's state
		}
		one := trailEntry{Version: line.Version, At: when(line.At, zone), Who: whoOf(line), What: line.Words, Changed: line.Changed, Marked: line.Critical}
		if sign := line.Signature; sign != nil {
			one.Signed = sign.Meaning + ": " + sign.Name
		}
		view.Lines = append(view.Lines, one)
	}
	return view, nil
}

// whoOf is who acted, by name where there is one.
func whoOf(line site.TrailLine) string {
	if line.Name != "" {
		return line.Name
	}
	return line.Actor
}
