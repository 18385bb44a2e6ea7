package register

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Sample is a number of audit trails that the quality unit looks at beside the
// reviews of batches: drawn by chance, or aimed at a person, a machine or a kind
// of entry (AUD-09). Which trails are drawn follows from the hash of the very
// entry that orders the draw, its signature included, so that nobody can know
// them before it is signed, nobody can pick them, and everybody can draw them
// again. A draw that somebody does not like stands in the log like any other.
type Sample struct {
	ID     string // "S-2026-0001"
	Asked  Draw
	Frame  []string // the trails that it was drawn from, by name
	Seed   string   // leaf hash of its entry, hexadecimal
	Trails []SampledTrail
	Drawn  Act
	// History is everything that was done in it.
	History []Act
}

// Draw is what is asked for.
type Draw struct {
	Basis     string `json:"basis"` // one of SampleBases
	Of        string `json:"of"`    // one of TrailRooms
	From      string `json:"from"`  // first day of the period, "2026-11-01", site time
	To        string `json:"to"`    // last day
	Product   string `json:"product"`
	Unit      string `json:"unit"`
	Person    string `json:"person"` // user name of who acted in them
	Machine   string `json:"machine"`
	EntryKind string `json:"entry_kind"`
	Size      int    `json:"size"`
	Reason    string `json:"reason"`
}

// SampledTrail is one trail that was drawn.
type SampledTrail struct {
	Trail     string // its stream, "batch/B-2026-0007"
	Looked    *Act
	Left      *Act   // that nobody independent could look at it
	Entries   int64  // that were looked at, or stood there when it was left
	Head      string // hash of the last of them, hexadecimal
	Found     bool
	Text      string
	Deviation string // that was raised from what was found
	Why       string // none was, or nobody looked
	Followed  *Act
}

// How trails are chosen.
const (
	SampledByChance = "by chance"
	SampledByAim    = "aimed"
)

// SampleBases are both.
func SampleBases() []string { return []string{SampledByChance, SampledByAim} }

// TrailRooms are the kinds of subject whose trails are sampled.
func TrailRooms() []string {
	return []string{"batch", "lot", "equipment", "protocol", "person", "deviation", "unit", "product"}
}

// DrawRule says how trails are drawn, for whoever draws them again.
const DrawRule = "SHA-256 over the 32 bytes of this entry's leaf hash followed by the trail's name; the trails with the lowest are drawn"

// mostInFrame bounds from how many trails one draw chooses, and mostDrawn how many
// it draws: somebody has to look at each.
const (
	mostInFrame = 5000
	mostDrawn   = 100
)

// drawn are the trails that a rule draws by a seed, in the order of the draw.
func drawn(frame []string, size int, seed audit.Hash) []string {
	type ranked struct {
		rank  [32]byte
		trail string
	}
	all := make([]ranked, len(frame))
	for i, trail := range frame {
		all[i] = ranked{sha256.Sum256(append(bytes.Clone(seed[:]), trail...)), trail}
	}
	slices.SortFunc(all, func(a, b ranked) int { return bytes.Compare(a.rank[:], b.rank[:]) })
	trails := make([]string, 0, size)
	for _, one := range all[:min(size, len(all))] {
		trails = append(trails, one.trail)
	}
	return trails
}

// Trail gives a drawn trail.
func (s *Sample) Trail(name string) (*SampledTrail, bool) {
	i := slices.IndexFunc(s.Trails, func(t SampledTrail) bool { return t.Trail == name })
	if i < 0 {
		return nil, false
	}
	return &s.Trails[i], true
}

// Stands says how one trail of a sample stands.
func (t SampledTrail) Stands() string {
	switch {
	case t.Left != nil:
		return NobodyIndependent
	case t.Looked == nil:
		return "to be looked at"
	case !t.Found:
		return "nothing found"
	case t.Followed == nil:
		return "a finding, to be followed up"
	case t.Deviation != "":
		return "a finding, deviation " + t.Deviation
	}
	return "a finding, no deviation"
}

// Open says that somebody has still to look at it, or to follow a finding up.
func (t SampledTrail) Open() bool {
	return t.Looked == nil && t.Left == nil || t.Found && t.Followed == nil
}

// Open says that something is still to be done in the sample.
func (s *Sample) Open() bool { return slices.ContainsFunc(s.Trails, SampledTrail.Open) }

// Stands says how the sample stands.
func (s *Sample) Stands() string {
	looked, found, open, left := 0, 0, 0, 0
	for _, t := range s.Trails {
		if t.Looked != nil {
			looked++
		}
		if t.Found {
			found++
		}
		if t.Left != nil {
			left++
		}
		if t.Open() {
			open++
		}
	}
	words := fmt.Sprintf("%d of %d looked at", looked, len(s.Trails))
	if found > 0 {
		words += ", " + count(found, "finding")
	}
	if left > 0 {
		words += fmt.Sprintf(", %d by %s", left, NobodyIndependent)
	}
	if open == 0 {
		words = "done: " + words
	}
	return words
}

// Words say what was asked for.
func (d Draw) Words() string {
	words := fmt.Sprintf("%s, trails of kind %s, written in from %s to %s", d.Basis, d.Of, d.From, d.To)
	for _, part := range []struct{ what, is string }{
		{"product", d.Product}, {"unit", d.Unit}, {"in which somebody acted who is", d.Person}, {"with machine", d.Machine}, {"with an entry of kind", d.EntryKind},
	} {
		if part.is != "" {
			words += ", " + part.what + " " + part.is
		}
	}
	return words
}

// Lines say what a sample is, for who signs an act on it.
func (s *Sample) Lines() []string {
	lines := []string{
		fmt.Sprintf("Sample %s: %s. %s.", s.ID, s.Asked.Words(), strings.TrimSuffix(s.Asked.Reason, ".")),
		fmt.Sprintf("Drawn by %s: %d of %s. %s.", s.Drawn.Name, len(s.Trails), count(len(s.Frame), "trail"), strings.ToUpper(s.Stands()[:1])+s.Stands()[1:]),
	}
	for _, t := range s.Trails {
		lines = append(lines, fmt.Sprintf("%s: %s.", t.Trail, t.Stands()))
	}
	return lines
}

// SampleStream is a sample's stream.
func SampleStream(id string) audit.StreamID { return audit.StreamID("sample/" + id) }

// Sample gives one sample. It is not to be changed.
func (b *Books) Sample(id string) (*Sample, bool) {
	s, ok := b.samples[id]
	return s, ok
}

// Samples gives all samples, by number.
func (b *Books) Samples() []*Sample { return sorted(b.samples, func(s *Sample) string { return s.ID }) }

// SampleNumber is the number that the next sample of a year gets.
func (b *Books) SampleNumber(year int) string {
	prefix := fmt.Sprintf("S-%04d-", year)
	n := 1
	for id := range b.samples {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return fmt.Sprintf("%s%04d", prefix, n)
}

// sampled changes a sample as change does a lot.
func (b *Books) sampled(id, trail string, act Act, how func(t *SampledTrail)) {
	s := *b.samples[id]
	s.History = append(append([]Act{}, s.History...), act)
	s.Trails = slices.Clone(s.Trails)
	if t, ok := s.Trail(trail); ok {
		how(t)
	}
	b.samples[id] = &s
}

// SampleFacts is what stands beside an act on a sample, as the log has it: for a
// draw the trails that fit, for a look the trail as it stands.
type SampleFacts struct {
	Frame   []string // sorted
	Entries int64
	Head    string
	Actors  []identity.PersonID // who acted in the trail, or whose own it is; sorted
	Able    []identity.Person   // who may look at trails here, whether they acted in this one or not
}

// period reads the days of a draw: from the first one's beginning to the last
// one's end, in site time.
func (d Draw) period(zone *time.Location) (from, to time.Time, refusal *Refusal) {
	from, err := time.ParseInLocation(time.DateOnly, d.From, zone)
	to, later := time.ParseInLocation(time.DateOnly, d.To, zone)
	if err != nil || later != nil || to.Before(from) {
		return from, to, refuse("bad_period", "Give the first and the last day of the period as in 2026-11-01, the first not after the last.")
	}
	return from, to.AddDate(0, 0, 1), nil
}

// Period is the instants of a draw's period, its end not among them; ok is false
// where its days cannot be read.
func (d Draw) Period(zone *time.Location) (from, to time.Time, ok bool) {
	from, to, refusal := d.period(zone)
	return from, to, refusal == nil
}

// seedOf is a leaf hash as a sample keeps it.
func seedOf(seed audit.Hash) string { return hex.EncodeToString(seed[:]) }

// sortedPeople puts people in an order that is always the same.
func sortedPeople(people []identity.PersonID) []string {
	all := make([]string, 0, len(people))
	for _, p := range people {
		all = append(all, string(p))
	}
	slices.SortFunc(all, cmp.Compare[string])
	return slices.Compact(all)
}
