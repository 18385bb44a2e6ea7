package register

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/audit"
	"countersign/identity"
)

// sampling gives a command with what the log says beside it.
func (s *shelf) sampling(who string, c Command, f SampleFacts) error {
	s.t.Helper()
	w, err := Decide(s.books, c, Facts{Person: s.people[who], Zone: time.UTC, Now: s.now, Sample: &f})
	if err != nil {
		return err
	}
	s.write(who, w)
	return nil
}

func trails(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("batch/B-2026-%04d", i+1)
	}
	return all
}

func chance(size int) DrawSample {
	return DrawSample{Year: 2026, Basis: SampledByChance, Of: "batch", From: "2026-11-01", To: "2026-11-21", Size: size, Reason: "the month's sample"}
}

func code(err error) string {
	var refusal *Refusal
	var other *identity.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal.Code
	case errors.As(err, &other):
		return other.Code
	}
	return fmt.Sprint(err)
}

// TestASampleIsDrawnLookedAtAndFollowedUp (AUD-09).
func TestASampleIsDrawnLookedAtAndFollowedUp(t *testing.T) {
	s := newShelf(t)
	frame := SampleFacts{Frame: trails(40)}
	for _, wrong := range []struct {
		who, code string
		c         DrawSample
		f         SampleFacts
	}{
		{"Asha", "no_role", chance(3), frame},
		{"Omar", "no_role", chance(3), frame},
		{"Helen", "no_trail", chance(3), SampleFacts{}},
		{"Helen", "bad_value", chance(0), frame},
		{"Helen", "bad_value", chance(101), frame},
		{"Helen", "too_many", chance(3), SampleFacts{Frame: trails(5001)}},
		{"Helen", "no_reason", DrawSample{Year: 2026, Basis: SampledByChance, Of: "batch", From: "2026-11-01", To: "2026-11-21", Size: 1, Reason: " "}, frame},
		{"Helen", "bad_period", DrawSample{Year: 2026, Basis: SampledByChance, Of: "batch", From: "2026-11-30", To: "2026-11-21", Size: 1, Reason: "x"}, frame},
		{"Helen", "bad_value", DrawSample{Year: 2026, Basis: SampledByChance, Of: "batch", From: "2026-11-01", To: "2026-11-21", Size: 1, Reason: "x", Person: "asha"}, frame},
		{"Helen", "bad_value", DrawSample{Year: 2026, Basis: SampledByAim, Of: "batch", From: "2026-11-01", To: "2026-11-21", Size: 1, Reason: "x"}, frame},
		{"Helen", "bad_value", DrawSample{Year: 2026, Basis: SampledByChance, Of: "access", From: "2026-11-01", To: "2026-11-21", Size: 1, Reason: "x"}, frame},
		{"Helen", "not_independent", DrawSample{Year: 2026, Basis: SampledByAim, Of: "batch", From: "2026-11-01", To: "2026-11-21", Size: 1, Reason: "x", Person: "helen"}, frame},
	} {
		if got := code(s.sampling(wrong.who, wrong.c, wrong.f)); got != wrong.code {
			t.Errorf("%+v by %s: %s, not %s", wrong.c, wrong.who, got, wrong.code)
		}
	}
	if err := s.sampling("Helen", chance(3), frame); err != nil {
		t.Fatal(err)
	}
	sample, ok := s.books.Sample("S-2026-0001")
	if !ok || len(sample.Trails) != 3 || !sample.Open() || sample.Stands() != "0 of 3 looked at" {
		t.Fatalf("%+v", sample)
	}
	first, second, third := sample.Trails[0].Trail, sample.Trails[1].Trail, sample.Trails[2].Trail
	as := SampleFacts{Entries: 17, Head: "ab", Actors: []identity.PersonID{s.people["Asha"].ID, s.people["Helen"].ID}}
	look := LookAtTrail{Sample: sample.ID, Trail: first, Result: NothingFound}
	for _, wrong := range []struct {
		who, code string
		c         Command
	}{
		{"Omar", "no_role", look},
		{"Helen", "not_independent", look},
		{"Clara", "not_drawn", LookAtTrail{Sample: sample.ID, Trail: "batch/B-2026-9999", Result: NothingFound}},
		{"Clara", "no_such_sample", LookAtTrail{Sample: "S-2026-0009", Trail: first, Result: NothingFound}},
		{"Clara", "bad_value", LookAtTrail{Sample: sample.ID, Trail: first, Result: "all well"}},
		{"Clara", "no_reason", LookAtTrail{Sample: sample.ID, Trail: first, Result: SomethingFound}},
		{"Clara", "no_finding", FollowFinding{Sample: sample.ID, Trail: first, Reason: "x"}},
	} {
		if got := code(s.sampling(wrong.who, wrong.c, as)); got != wrong.code {
			t.Errorf("%+v by %s: %s, not %s", wrong.c, wrong.who, got, wrong.code)
		}
	}
	for _, c := range []Command{
		look,
		LookAtTrail{Sample: sample.ID, Trail: second, Result: SomethingFound, Text: "A result was typed twice."},
		LookAtTrail{Sample: sample.ID, Trail: third, Result: SomethingFound, Text: "A remark was cut short."},
	} {
		if err := s.sampling("Clara", c, as); err != nil {
			t.Fatal(err)
		}
	}
	if got := code(s.sampling("Clara", look, as)); got != "already_looked_at" {
		t.Error(got)
	}
	s.refused("no_such_deviation", "Helen", FollowFinding{Sample: sample.ID, Trail: second, Deviation: "D-2026-0001"})
	s.refused("no_reason", "Helen", FollowFinding{Sample: sample.ID, Trail: third})
	s.must("Helen", FollowFinding{Sample: sample.ID, Trail: third, Reason: "Nothing of the batch hangs on it."})
	if sample, _ = s.books.Sample(sample.ID); !sample.Open() || sample.Stands() != "3 of 3 looked at, 2 findings" {
		t.Error(sample.Stands())
	}
	open := OpenDeviation{Year: 2026, Risk: "minor", What: "A result was typed twice.", Immediate: "None."}
	w, err := Decide(s.books, open, Facts{Person: s.people["Helen"], Zone: time.UTC, Now: s.now, Deviation: &DeviationFacts{}})
	if err != nil {
		t.Fatal(err)
	}
	s.write("Helen", w)
	s.must("Helen", FollowFinding{Sample: sample.ID, Trail: second, Deviation: "D-2026-0001"})
	if sample, _ = s.books.Sample(sample.ID); sample.Open() || sample.Stands() != "done: 3 of 3 looked at, 2 findings" {
		t.Error(sample.Stands())
	}
}

// TestADrawIsRepeatedByAnybodyAndPickedByNobody (AUD-09): what is drawn follows
// from the entry's bytes by the rule that it holds, worked out here a second
// time; no trail is drawn that does not fit, none twice; and over many draws each
// is drawn about as often as another.
func TestADrawIsRepeatedByAnybodyAndPickedByNobody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newShelf(t)
		size, of := rapid.IntRange(1, 100).Draw(rt, "size"), rapid.IntRange(1, 300).Draw(rt, "of")
		frame := trails(of)
		if err := s.sampling("Helen", chance(size), SampleFacts{Frame: frame}); err != nil {
			rt.Fatal(err)
		}
		sample, _ := s.books.Sample("S-2026-0001")
		seed := audit.LeafHash(s.log[len(s.log)-1].Bytes)
		if sample.Seed != hex.EncodeToString(seed[:]) {
			rt.Fatal("the seed is not its entry's hash")
		}
		var again []string
		for len(again) < min(size, of) {
			best, lowest := "", ""
			for _, trail := range frame {
				sum := sha256.Sum256([]byte(string(seed[:]) + trail))
				if rank := hex.EncodeToString(sum[:]); !slices.Contains(again, trail) && (lowest == "" || rank < lowest) {
					best, lowest = trail, rank
				}
			}
			again = append(again, best)
		}
		var got []string
		for _, one := range sample.Trails {
			got = append(got, one.Trail)
		}
		if !slices.Equal(got, again) {
			rt.Fatalf("drawn were %v, and by the rule %v", got, again)
		}
	})
	times := map[string]int{}
	const draws = 2000
	for i := range draws {
		for _, trail := range drawn(trails(10), 3, audit.Hash(sha256.Sum256([]byte{byte(i), byte(i >> 8)}))) {
			times[trail]++
		}
	}
	for trail, n := range times { // 600 on average, with a deviation of about 20
		if n < 500 || n > 700 {
			t.Errorf("%s was drawn %d times of %d", trail, n, draws)
		}
	}
}
