package library

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// Status is where a version stands in its life at an instant.
type Status string

// The statuses. Draft → reviewed → approved → effective → superseded;
// withdrawn ends any of the first four.
const (
	Draft      Status = "draft"
	Reviewed   Status = "reviewed"
	Approved   Status = "approved" // also while the instant from which it counts is still to come
	Effective  Status = "effective"
	Superseded Status = "superseded"
	Withdrawn  Status = "withdrawn"
)

// Status is where the version stands at an instant that is not before its last
// entry.
func (v *Version) Status(at time.Time) Status {
	switch {
	case v.Ended != nil && !at.Before(v.ended):
		return Withdrawn
	case v.begun(at) && !v.Until.IsZero() && !at.Before(v.Until):
		return Superseded
	case v.begun(at):
		return Effective
	case v.Approved != nil:
		return Approved
	case v.Reviewed != nil:
		return Reviewed
	}
	return Draft
}

// begun says that the instant from which the version counts has come.
func (v *Version) begun(at time.Time) bool { return !v.From.IsZero() && !at.Before(v.From) }

// Coming says that the version is approved and takes effect later.
func (v *Version) Coming(at time.Time) bool {
	return v.Ended == nil && !v.From.IsZero() && at.Before(v.From)
}

// Counts says that the version takes, or took, its turn: a withdrawal before
// it began calls that off, and leaves the earlier version in effect.
func (v *Version) Counts() bool {
	return !v.From.IsZero() && (v.Ended == nil || !v.ended.Before(v.From))
}

func effective(versions []*Version, at time.Time) (*Version, bool) {
	for _, v := range versions {
		if v.Counts() && v.Status(at) == Effective {
			return v, true
		}
	}
	return nil, false
}

// settled gives each version the instant at which the next takes its place.
// The versions themselves stay as they are: those that change are copied.
func settled(versions []*Version) []*Version {
	var turns []int
	for i, v := range versions {
		if v.Counts() {
			turns = append(turns, i)
		}
	}
	slices.SortStableFunc(turns, func(a, b int) int {
		if order := versions[a].From.Compare(versions[b].From); order != 0 {
			return order
		}
		return int(versions[a].InEffect.Index - versions[b].InEffect.Index)
	})
	for i, turn := range turns {
		until, next := time.Time{}, 0
		if i+1 < len(turns) {
			until, next = versions[turns[i+1]].From, versions[turns[i+1]].Protocol.Version
		}
		if v := *versions[turn]; !v.Until.Equal(until) || v.Next != next {
			v.Until, v.Next = until, next
			versions[turn] = &v
		}
	}
	return versions
}

var errFold = errors.New("the entry does not follow from the ones before it")

// fold gives the story after an event; what it was before stays as it is.
func (s story) fold(name string, ev Event, kindVersion int, by Act) (story, error) {
	s.last = s.instant(by.At)
	next := slices.Clone(s.versions)
	if _, refused := ev.(CommandRefused); refused {
		return s, nil
	}
	if set, ok := ev.(SiteValuesSet); ok {
		return s.set(set, by)
	}
	if drafted, ok := ev.(Drafted); ok {
		p, problems := protocol.Reread(name, []byte(drafted.Text))
		if len(problems) > 0 {
			return s, fmt.Errorf("%w: %w", errFold, problems)
		}
		if _, there := find(next, p.Version); there || p.Name != name || p.Version != drafted.Version || audit.Hash(p.Digest) != drafted.Digest {
			return s, errFold
		}
		next = append(next, &Version{Protocol: p, Drafted: by})
		slices.SortFunc(next, func(a, b *Version) int { return a.Protocol.Version - b.Protocol.Version })
		s.versions = next
		return s, nil
	}
	number, digest := subject(ev)
	at := slices.IndexFunc(next, func(v *Version) bool { return v.Protocol.Version == number })
	if at < 0 || audit.Hash(next[at].Protocol.Digest) != digest {
		return s, errFold
	}
	v := *next[at]
	if refusal := s.change(&v, ev, kindVersion, by); refusal != nil {
		return s, fmt.Errorf("%w: %w", errFold, refusal)
	}
	_, review := ev.(VersionReviewed)
	next[at], s.reviews = &v, s.reviews || review || kindVersion > 1
	s.versions = settled(next)
	return s, nil
}

// change puts an act into a version's life, if the rules let it happen.
func (s story) change(v *Version, ev Event, kindVersion int, by Act) *Refusal {
	switch ev := ev.(type) {
	case VersionReviewed:
		if refusal := mayReview(v, by.Person, s.last); refusal != nil {
			return refusal
		}
		v.Reviewed = &by
	case VersionApproved:
		refusal := mayApprove(v, by.Person, s.last)
		if kindVersion == 1 {
			refusal = s.mayApproveUnreviewed(v, by.Person)
		} else if refusal == nil && ev.ReviewedBy != v.Reviewed.Person {
			refusal = refuse("other_reviewer", "Somebody else reviewed %s.", v.Protocol.ID())
		}
		if refusal != nil {
			return refusal
		}
		v.Approved = &by
	case MadeEffective:
		from := ev.From
		if kindVersion == 1 {
			from = s.last
		}
		if refusal := s.mayTakeEffect(v, by.Person, from, s.last); refusal != nil {
			return refusal
		}
		if kindVersion == 1 && s.reviews {
			return refuse("older_kind", "In this stream it is said from when a version counts.")
		}
		if kindVersion > 1 && (ev.Supersedes != s.supersededAt(from) || from != from.UTC().Truncate(time.Microsecond)) {
			return refuse("other_version", "Another version would be superseded then.")
		}
		v.InEffect, v.From = &by, from
	case VersionWithdrawn:
		if refusal := mayWithdraw(v, ev.Reason, s.last); refusal != nil {
			return refusal
		}
		v.Ended, v.Reason, v.ended = &by, ev.Reason, s.last
	}
	return nil
}

// supersededAt is the version that one which takes effect at an instant would
// end, as things stand; 0 when there is none.
func (s story) supersededAt(from time.Time) int {
	if before, ok := effective(s.versions, from); ok {
		return before.Protocol.Version
	}
	return 0
}
