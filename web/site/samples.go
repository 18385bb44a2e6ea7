package site

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
	"countersign/reports"
)

// trails say of every stream when it was written in, by whom and with what, so
// that a sample of audit trails can be drawn (AUD-09).
type trails map[audit.StreamID]*trail

type trail struct {
	times   []int64 // quarters of an hour since 1970 in which something was written, without repeats in a row
	actors  map[identity.PersonID]bool
	kinds   map[audit.Kind]bool
	entries int64
	last    []byte // the newest entry
}

// quarter is the grain in which a trail's times are kept: no zone's day begins
// within one.
const quarter = 15 * 60

func (all trails) add(e audit.Stored) {
	t := all[e.Stream]
	if t == nil {
		t = &trail{actors: map[identity.PersonID]bool{}, kinds: map[audit.Kind]bool{}}
		all[e.Stream] = t
	}
	if at := e.Time.Unix() / quarter; len(t.times) == 0 || t.times[len(t.times)-1] != at {
		t.times = append(t.times, at)
	}
	t.actors[identity.PersonID(e.Actor)], t.kinds[e.Kind] = true, true
	t.entries, t.last = e.Version, e.Bytes
}

// within says that something was written from one instant until before another.
func (t *trail) within(from, to time.Time) bool {
	first, end := from.Unix()/quarter, to.Unix()/quarter
	return slices.ContainsFunc(t.times, func(at int64) bool { return at >= first && at < end })
}

// actedIn are those who acted in a trail, or whose own it is.
func (m *models) actedIn(stream audit.StreamID) []identity.PersonID {
	t := m.trails[stream]
	if t == nil {
		return nil
	}
	people := slices.Collect(maps.Keys(t.actors))
	if room, id, _ := strings.Cut(string(stream), "/"); room == "person" {
		people = append(people, identity.PersonID(id))
	}
	people = slices.DeleteFunc(people, func(p identity.PersonID) bool { return p == "system" })
	slices.Sort(people)
	return slices.Compact(people)
}

// aboutSample is what stands beside an act on a sample; nil for any other, and
// where no trail fits.
func (m *models) aboutSample(c register.Command, zone *time.Location) *register.SampleFacts {
	switch c := c.(type) {
	case register.DrawSample:
		frame := m.fitting(c.Asked(), zone)
		if len(frame) == 0 {
			return nil
		}
		return &register.SampleFacts{Frame: frame}
	case register.LookAtTrail:
		return m.stands(c.Trail)
	case register.LeaveTrail:
		f := m.stands(c.Trail)
		if f == nil {
			return nil
		}
		_, roles := register.LookAtTrail{}.Signs()
		for _, p := range m.people.People() {
			if p.Active && slices.ContainsFunc(roles, p.Has) {
				f.Able = append(f.Able, p)
			}
		}
		return f
	}
	return nil
}

// stands is a trail as it stands now; nil where the log has none of that name.
func (m *models) stands(name string) *register.SampleFacts {
	t := m.trails[audit.StreamID(name)]
	if t == nil {
		return nil
	}
	hash := audit.LeafHash(t.last)
	return &register.SampleFacts{Entries: t.entries, Head: fmt.Sprintf("%x", hash[:]), Actors: m.actedIn(audit.StreamID(name))}
}

// fitting names the trails that a draw asks for.
func (m *models) fitting(asked register.Draw, zone *time.Location) (frame []string) {
	from, to, ok := asked.Period(zone)
	if !ok {
		return nil
	}
	var person identity.PersonID
	if asked.Person != "" {
		named, known := m.people.ByUsername(asked.Person)
		if !known {
			return nil
		}
		person = named.ID
	}
	for stream, t := range m.trails {
		room, id, _ := strings.Cut(string(stream), "/")
		switch {
		case room != asked.Of || !t.within(from, to):
		case person != "" && !t.actors[person]:
		case asked.EntryKind != "" && !t.kinds[audit.Kind(asked.EntryKind)]:
		case room == "batch" && !m.narrowed(id, asked):
		default:
			frame = append(frame, string(stream))
		}
	}
	slices.Sort(frame)
	return frame
}

// narrowed says that a batch is of the product, unit and machine asked for.
func (m *models) narrowed(id string, asked register.Draw) bool {
	line := m.batches.line(id)
	if asked.Product == "" && asked.Unit == "" && asked.Machine == "" {
		return true
	}
	if line == nil || line.Protocol == nil {
		return false
	}
	uses := asked.Machine == "" || slices.Contains(line.Registers, "equipment/"+asked.Machine)
	return uses && (asked.Product == "" || line.Protocol.Product.Code == asked.Product) && (asked.Unit == "" || line.Unit == asked.Unit)
}

// Samples gives all samples of audit trails, the newest first.
func (s *Service) Samples(ctx context.Context, who Session) (all []*register.Sample, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		all = m.books.Samples()
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// Sample gives one sample, and who acted in each trail that was drawn.
func (s *Service) Sample(ctx context.Context, who Session, id string) (found *register.Sample, actors map[string][]identity.PersonID, err error) {
	if err := requireFit(who); err != nil {
		return nil, nil, err
	}
	err = s.read(ctx, func(m *models) error {
		sample, ok := m.books.Sample(strings.TrimSpace(id))
		if !ok {
			return &Refusal{Code: "no_such_sample", Sentence: "There is no sample " + id + " here."}
		}
		found, actors = sample, map[string][]identity.PersonID{}
		for _, one := range sample.Trails {
			actors[one.Trail] = m.actedIn(audit.StreamID(one.Trail))
		}
		return nil
	})
	return found, actors, err
}

// EntryKinds are the kinds of entry that the log has in trails that are sampled.
func (s *Service) EntryKinds(ctx context.Context, who Session) (kinds []string, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		found := map[audit.Kind]bool{}
		for stream, t := range m.trails {
			if room, _, _ := strings.Cut(string(stream), "/"); slices.Contains(register.TrailRooms(), room) {
				maps.Copy(found, t.kinds)
			}
		}
		for kind := range found {
			kinds = append(kinds, string(kind))
		}
		return nil
	})
	slices.Sort(kinds)
	return kinds, err
}

// SampleReport prints a sample as a PDF.
func (s *Service) SampleReport(ctx context.Context, who Session, id string) ([]byte, error) {
	sample, _, err := s.Sample(ctx, who, id)
	if err != nil {
		return nil, err
	}
	return reports.SampleOf(reports.SampleReport{
		Sample: sample, Site: s.info.Site, Zone: s.info.Location,
		At: s.Now(), By: who.Person.Name + " (" + who.Person.Username + ")", Software: s.info.Software,
	})
}

// toLookAt gives who acted in each trail that somebody has still to look at.
func (m *models) toLookAt() map[string][]identity.PersonID {
	actors := map[string][]identity.PersonID{}
	for _, sample := range m.books.Samples() {
		for _, one := range sample.Trails {
			if one.Looked == nil && one.Left == nil {
				actors[one.Trail] = m.actedIn(audit.StreamID(one.Trail))
			}
		}
	}
	return actors
}
