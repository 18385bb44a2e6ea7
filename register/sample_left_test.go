package register

import (
	"testing"
	"time"

	"countersign/identity"
)

// TestATrailAtWhichNobodyIndependentCanLookIsEndedByTheControlSite (AUD-09): with
// a reason, never while somebody took no part, and it counts as not looked at.
func TestATrailAtWhichNobodyIndependentCanLookIsEndedByTheControlSite(t *testing.T) {
	s := newShelf(t)
	if err := s.sampling("Helen", chance(2), SampleFacts{Frame: trails(2)}); err != nil {
		t.Fatal(err)
	}
	sample, _ := s.books.Sample("S-2026-0001")
	first, second := sample.Trails[0].Trail, sample.Trails[1].Trail
	helen, clara, asha := s.people["Helen"], s.people["Clara"], s.people["Asha"]
	all := SampleFacts{Entries: 17, Head: "ab", Actors: []identity.PersonID{asha.ID, helen.ID, clara.ID}, Able: []identity.Person{helen, clara}}
	without := all
	without.Actors = []identity.PersonID{asha.ID, clara.ID}
	leave := LeaveTrail{Sample: sample.ID, Trail: first, Reason: "The third quality lead has left, and the next comes in spring."}
	for _, wrong := range []struct {
		who, code string
		c         Command
		f         SampleFacts
	}{
		{"Helen", "no_role", leave, all},
		{"Omar", "no_role", leave, all},
		{"Clara", "somebody_independent", leave, without},
		{"Clara", "no_reason", LeaveTrail{Sample: sample.ID, Trail: first, Reason: " "}, all},
		{"Clara", "not_drawn", LeaveTrail{Sample: sample.ID, Trail: "batch/B-2026-9999", Reason: "x"}, all},
		{"Clara", "no_such_sample", LeaveTrail{Sample: "S-2026-0009", Trail: first, Reason: "x"}, all},
		{"Clara", "somebody_independent", leave, SampleFacts{Entries: 17, Head: "ab", Actors: all.Actors}}, // she is there herself
	} {
		if got := code(s.sampling(wrong.who, wrong.c, wrong.f)); got != wrong.code {
			t.Errorf("%+v by %s: %s, not %s", wrong.c, wrong.who, got, wrong.code)
		}
	}
	if err := s.sampling("Clara", leave, all); err != nil {
		t.Fatal(err)
	}
	sample, _ = s.books.Sample(sample.ID)
	if got := sample.Trails[0]; got.Stands() != NobodyIndependent || got.Open() || got.Looked != nil || sample.Stands() != "0 of 2 looked at, 1 by nobody independent" {
		t.Errorf("%s; %s", got.Stands(), sample.Stands())
	}
	for want, c := range map[string]Command{
		"already_ended": leave, "not_independent": LookAtTrail{Sample: sample.ID, Trail: second, Result: NothingFound},
	} {
		if got := code(s.sampling("Clara", c, all)); got != want {
			t.Errorf("%+v: %s, not %s", c, got, want)
		}
	}
	if got := code(s.sampling("Helen", LookAtTrail{Sample: sample.ID, Trail: first, Result: NothingFound}, without)); got != "already_ended" {
		t.Error(got)
	}
	if err := s.sampling("Helen", LookAtTrail{Sample: sample.ID, Trail: second, Result: NothingFound}, without); err != nil {
		t.Fatal(err)
	}
	if got := code(s.sampling("Clara", LeaveTrail{Sample: sample.ID, Trail: second, Reason: "x"}, all)); got != "already_looked_at" {
		t.Error(got)
	}
	if sample, _ = s.books.Sample(sample.ID); sample.Open() || sample.Stands() != "done: 1 of 2 looked at, 1 by nobody independent" {
		t.Error(sample.Stands())
	}
	// An entry that says that nobody was able says nothing.
	w := TrailLeft{Trail: second, Entries: 1, Head: "ab", Able: []string{}, Reason: "x"}
	if refusal := w.check(s.books, "S-2026-0001", Act{Person: clara.ID, At: time.Now()}); refusal == nil {
		t.Error("it is taken")
	}
}
