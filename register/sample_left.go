package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// LeaveTrail ends a drawn trail at which nobody independent can look: everybody
// who may look at one acted in it. It is no look, and counts as none (AUD-09).
type LeaveTrail struct {
	Sample string `json:"sample"`
	Trail  string `json:"trail"`
	Reason string `json:"reason"`
}

// NobodyIndependent is what such a trail comes to.
const NobodyIndependent = "nobody independent"

// Name is the written name of the command.
func (LeaveTrail) Name() string { return "leave trail" }

// Signs says who may sign, as what: the control site's quality lead alone, who
// answers for there being nobody.
func (LeaveTrail) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.ControlSite}
}

func (c LeaveTrail) stream(*Books) audit.StreamID { return SampleStream(c.Sample) }

func (c LeaveTrail) event(_ *Books, f Facts) (Event, *Refusal) {
	if f.Sample == nil {
		return nil, refuse("no_trail", "The log has no trail of that name.")
	}
	for _, able := range f.Sample.Able {
		if !slices.Contains(f.Sample.Actors, able.ID) {
			return nil, refuse("somebody_independent", "%s did not act in this trail, and looks at it.", able.Name)
		}
	}
	able := make([]identity.PersonID, len(f.Sample.Able))
	for i, p := range f.Sample.Able {
		able[i] = p.ID
	}
	return TrailLeft{
		Trail: c.Trail, Entries: f.Sample.Entries, Head: f.Sample.Head, Actors: sortedPeople(f.Sample.Actors), Able: sortedPeople(able), Reason: strings.TrimSpace(c.Reason),
	}, readable(c.Reason)
}

// TrailLeft says that nobody independent could look at a trail, as it stood when,
// and why nobody will: Able are all who held a role that looks at trails, and all
// of them are among Actors. It is signed as approved.
type TrailLeft struct {
	inSample
	approved
	Trail   string   `json:"trail"`
	Entries int64    `json:"entries"`
	Head    string   `json:"head"`
	Actors  []string `json:"actors"`
	Able    []string `json:"able"`
	Reason  string   `json:"reason"`
}

// KindTrailLeft is its written kind.
const KindTrailLeft audit.Kind = "sample.trail_left"

// Kind is the written kind of the event's entry.
func (TrailLeft) Kind() audit.Kind { return KindTrailLeft }

// Words say why nobody looked.
func (e TrailLeft) Words() string {
	return fmt.Sprintf("Nobody independent could look at the audit trail of %s, up to its entry %d: %s", e.Trail, e.Entries, strings.TrimSuffix(e.Reason, "."))
}

// details: who signs reads that this is no look.
func (e TrailLeft) details(*Books, *time.Location) []string {
	return []string{
		fmt.Sprintf("As the trail stood: up to its entry %d, with the hash %s.", e.Entries, e.Head),
		"Everybody here who may look at an audit trail acted in it. It counts as not looked at.",
	}
}

// check: nobody who may look is independent, whoever signs among them.
func (e TrailLeft) check(b *Books, id string, act Act) *Refusal {
	refusal := b.unended(id, e.Trail)
	switch {
	case refusal != nil:
		return refusal
	case e.Entries < 1 || e.Head == "":
		return refuse("no_trail", "There is nothing in this trail.")
	case !slices.Contains(e.Able, string(act.Person)) || slices.ContainsFunc(e.Able, func(able string) bool { return !slices.Contains(e.Actors, able) }):
		return refuse("somebody_independent", "Somebody here did not act in this trail, and looks at it.")
	}
	return because(e.Reason)
}

func (e TrailLeft) apply(b *Books, id string, act Act) {
	b.sampled(id, e.Trail, act, func(t *SampledTrail) { t.Left, t.Entries, t.Head, t.Why = &act, e.Entries, e.Head, e.Reason })
}
