package api

import (
	"time"

	"countersign/batch"
)

// FullReviewView says what was looked at of a record, and by whom (REL-06,
// AUD-05).
type FullReviewView struct {
	Coverage []string     `json:"coverage" doc:"what the rules judged, what a reviewer was shown and what nobody need have looked at, in sentences"`
	Demands  []DemandView `json:"demands,omitempty" doc:"that the batch is reviewed in full"`
	Parts    []PartView   `json:"parts,omitempty" doc:"of the record, while a demand stands"`
	Changes  []ChangeView `json:"changes_of_critical_data,omitempty" doc:"in the audit trail"`
}

// DemandView is a demand for full review.
type DemandView struct {
	Number    int      `json:"number"`
	Reason    string   `json:"reason"`
	Demanded  ActView  `json:"demanded"`
	Withdrawn *ActView `json:"withdrawn,omitempty"`
	Because   string   `json:"because,omitempty"`
}

// PartView is a part of the record.
type PartView struct {
	Part     string    `json:"part"`
	Ready    bool      `json:"ready" doc:"no signature is missing in it"`
	LookedAt []ActView `json:"looked_at,omitempty" doc:"as it is now"`
	Changed  []ActView `json:"looked_at_before_it_changed,omitempty"`
}

// ChangeView is a change of critical data.
type ChangeView struct {
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	Text    string    `json:"text"`
}

func fullReviewView(s *batch.State) FullReviewView {
	view := FullReviewView{Coverage: s.Coverage()}
	for _, e := range s.Demands {
		view.Demands = append(view.Demands, DemandView{Number: e.Number, Reason: e.Reason, Demanded: actView(e.Act), Withdrawn: maybe(e.Withdrawn), Because: e.Why})
	}
	if len(s.Demanded()) > 0 {
		for _, part := range s.Seen() {
			view.Parts = append(view.Parts, PartView{Part: part.Part, Ready: part.Ready, LookedAt: actViews(part.By), Changed: actViews(part.Changed)})
		}
	}
	for _, change := range s.CriticalChanges(time.UTC) {
		view.Changes = append(view.Changes, ChangeView{change.Version, change.At, change.Name, change.Text})
	}
	return view
}
