package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// SampleDrawn orders a draw. It holds what was asked for, all trails that fit and
// the rule; which are drawn follows from its own hash. It is signed as approved.
type SampleDrawn struct {
	inSample
	approved
	Draw
	Frame []string `json:"frame"`
	Rule  string   `json:"rule"`
}

// TrailLookedAt says what was found in a trail, and as it stood when. Actors are
// everybody who had acted in it. It is signed as reviewed.
type TrailLookedAt struct {
	inSample
	Trail   string   `json:"trail"`
	Entries int64    `json:"entries"`
	Head    string   `json:"head"`
	Actors  []string `json:"actors"`
	Found   bool     `json:"found"`
	Text    string   `json:"text"`
}

// FindingFollowed links a finding to its deviation, or says why there is none.
type FindingFollowed struct {
	inSample
	approved
	Trail     string `json:"trail"`
	Deviation string `json:"deviation"`
	Reason    string `json:"reason"`
}

type inSample struct{}

func (inSample) room() string { return "sample" }

func (TrailLookedAt) meaning() identity.Meaning { return identity.Reviewed }

// The written kinds of a sample.
const (
	KindSampleDrawn     audit.Kind = "sample.drawn"
	KindTrailLookedAt   audit.Kind = "sample.trail_looked_at"
	KindFindingFollowed audit.Kind = "sample.finding_followed"
)

// Kind is the written kind of the event's entry.
func (SampleDrawn) Kind() audit.Kind     { return KindSampleDrawn }
func (TrailLookedAt) Kind() audit.Kind   { return KindTrailLookedAt }
func (FindingFollowed) Kind() audit.Kind { return KindFindingFollowed }

// Words say what was asked for.
func (e SampleDrawn) Words() string {
	return fmt.Sprintf("Draws a sample of %s from %s that fit (%s): %s", count(min(e.Size, len(e.Frame)), "audit trail"), count(len(e.Frame), "trail"), e.Draw.Words(),
		strings.TrimSuffix(e.Reason, "."))
}

// Words say what was found.
func (e TrailLookedAt) Words() string {
	words := fmt.Sprintf("Looked at the audit trail of %s, up to its entry %d: ", e.Trail, e.Entries)
	if !e.Found {
		words += NothingFound
	} else {
		words += "FOUND"
	}
	if e.Text != "" {
		words += ": " + strings.TrimSuffix(e.Text, ".")
	}
	return words
}

// Words say what became of a finding.
func (e FindingFollowed) Words() string {
	if e.Deviation == "" {
		return fmt.Sprintf("No deviation is raised from what was found in %s: %s", e.Trail, strings.TrimSuffix(e.Reason, "."))
	}
	words := fmt.Sprintf("Deviation %s was raised from what was found in %s", e.Deviation, e.Trail)
	if e.Reason != "" {
		words += ": " + strings.TrimSuffix(e.Reason, ".")
	}
	return words
}

// details: who signs a draw reads that nobody knows yet what is drawn.
func (e SampleDrawn) details(*Books, *time.Location) []string {
	return []string{
		"Which trails are drawn follows from the hash of this entry once it is signed. Nobody knows them before.",
		"Rule: " + e.Rule + ".",
	}
}

// details: who signs a look reads as of when.
func (e TrailLookedAt) details(*Books, *time.Location) []string {
	return []string{
		fmt.Sprintf("As the trail stood: up to its entry %d, with the hash %s.", e.Entries, e.Head),
		"I acted in none of them.",
	}
}

func (e SampleDrawn) check(b *Books, id string, _ Act) *Refusal {
	switch {
	case b.samples[id] != nil:
		return refuse("sample_there", "Sample %s is there already.", id)
	case !slices.Contains(SampleBases(), e.Basis):
		return refuse("bad_value", "Say whether the sample is drawn by chance or aimed.")
	case !slices.Contains(TrailRooms(), e.Of):
		return refuse("bad_value", "Say of what the audit trails are.")
	case e.Size < 1 || e.Size > mostDrawn:
		return refuse("bad_value", "Say how many trails are looked at, from 1 to %d.", mostDrawn)
	case e.Basis == SampledByChance && e.Person+e.Machine+e.EntryKind != "":
		return refuse("bad_value", "A sample by chance is aimed at nobody and nothing. Draw an aimed one.")
	case e.Basis == SampledByAim && e.Person+e.Machine+e.EntryKind == "":
		return refuse("bad_value", "Say at which person, machine or kind of entry the sample is aimed.")
	case e.Of != "batch" && e.Product+e.Unit+e.Machine != "":
		return refuse("bad_value", "Product, unit and machine narrow down the trails of batches only.")
	case e.Rule != DrawRule:
		return refuse("unknown_rule", "This program does not know the rule of the draw.")
	case len(e.Frame) == 0 || len(e.Frame) > mostInFrame || !slices.IsSorted(e.Frame) || len(slices.Compact(slices.Clone(e.Frame))) != len(e.Frame):
		return refuse("no_trail", "What the sample is drawn from is not a list of trails.")
	}
	return because(e.Reason)
}

// apply draws. A trial, of which there is no entry yet, draws nothing.
func (e SampleDrawn) apply(b *Books, id string, act Act) {
	s := &Sample{ID: id, Asked: e.Draw, Frame: e.Frame, Drawn: act, History: []Act{act}, Seed: seedOf(act.Hash)}
	if act.Hash != (audit.Hash{}) {
		for _, trail := range drawn(e.Frame, e.Size, act.Hash) {
			s.Trails = append(s.Trails, SampledTrail{Trail: trail})
		}
	}
	b.samples[id] = s
}

// sampledTrail gives a trail of a sample.
func (b *Books) sampledTrail(id, trail string) (*SampledTrail, *Refusal) {
	s := b.samples[id]
	if s == nil {
		return nil, refuse("no_such_sample", "There is no sample %s.", id)
	}
	t, ok := s.Trail(trail)
	if !ok {
		return nil, refuse("not_drawn", "That trail was not drawn in sample %s.", id)
	}
	return t, nil
}

// unended: a trail of a sample at which nobody has looked, and that nobody has
// left.
func (b *Books) unended(id, trail string) *Refusal {
	t, refusal := b.sampledTrail(id, trail)
	switch {
	case refusal != nil:
		return refusal
	case t.Looked != nil:
		return refuse("already_looked_at", "%s has looked at this trail already.", t.Looked.Name)
	case t.Left != nil:
		return refuse("already_ended", "%s has ended this trail already: %s.", t.Left.Name, NobodyIndependent)
	}
	return nil
}

// check: nobody looks at a trail in which they acted themselves (AUD-09).
func (e TrailLookedAt) check(b *Books, id string, act Act) *Refusal {
	refusal := b.unended(id, e.Trail)
	switch {
	case refusal != nil:
		return refusal
	case slices.Contains(e.Actors, string(act.Person)):
		return refuse("not_independent", "You acted in this trail yourself. Another quality lead, or the control site's, looks at it.")
	case e.Entries < 1 || e.Head == "":
		return refuse("no_trail", "There is nothing in this trail.")
	case e.Found && e.Text == "":
		return refuse("no_reason", "Write what you found.")
	}
	return nil
}

func (e TrailLookedAt) apply(b *Books, id string, act Act) {
	b.sampled(id, e.Trail, act, func(t *SampledTrail) {
		t.Looked, t.Entries, t.Head, t.Found, t.Text = &act, e.Entries, e.Head, e.Found, e.Text
	})
}

func (e FindingFollowed) check(b *Books, id string, _ Act) *Refusal {
	t, refusal := b.sampledTrail(id, e.Trail)
	switch {
	case refusal != nil:
		return refusal
	case t.Looked == nil || !t.Found:
		return refuse("no_finding", "Nothing was found in this trail.")
	case t.Followed != nil:
		return refuse("already_decided", "What was found in this trail is followed up already.")
	case e.Deviation != "" && b.deviations[e.Deviation] == nil:
		return refuse("no_such_deviation", "There is no deviation %s. Raise it first.", e.Deviation)
	case e.Deviation == "":
		return because(e.Reason)
	}
	return nil
}

func (e FindingFollowed) apply(b *Books, id string, act Act) {
	b.sampled(id, e.Trail, act, func(t *SampledTrail) { t.Deviation, t.Why, t.Followed = e.Deviation, e.Reason, &act })
}
