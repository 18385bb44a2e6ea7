package batch

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/identity"
)

// What stories say of full review (REL-06).

func (s *story) fullReviewActs(do func(Command)) []pattern {
	return []pattern{
		{`demands full review because "(.*)"`, func(m []string) { do(DemandFullReview{m[1]}) }},
		{`withdraws demand (\d+) because "(.*)"`, func(m []string) { do(WithdrawDemand{s.number(m[1]), m[2]}) }},
		{`looks at what stands beside the steps`, func([]string) { do(LookAt{Beside}) }},
		{`looks at section (.+)`, func(m []string) { do(LookAt{m[1]}) }},
	}
}

func (s *story) fullReviewThen() []pattern {
	says := func(lines []string, want string) {
		s.Helper()
		if text := strings.Join(lines, "\n"); !strings.Contains(text, want) {
			s.wrong("it says\n%s", text)
		}
	}
	sheet := func(c Command) []string {
		lines, err := Lines(s.w.state, c, s.w.factsOf("Paul"))
		if err != nil {
			s.wrong("%v", err)
		}
		return lines
	}
	return []pattern{
		{`the coverage says "(.*)"`, func(m []string) { says(s.w.state.Coverage(), m[1]) }},
		{`the sheet of section (.+) says "(.*)"`, func(m []string) { says(sheet(LookAt{m[1]}), m[2]) }},
		{`the sheet of the review says "(.*)"`, func(m []string) { says(sheet(Review{"All seen."}), m[1]) }},
	}
}

// REL-06: whatever people try after somebody has demanded full review, nothing is
// certified unless its reviewer has looked at each part of the record as it then
// was, or somebody graver, who took no part, has withdrawn every demand.
func TestNoSequenceCertifiesADemandedBatchThatNobodyLookedThrough(t *testing.T) {
	certified, looked := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		w.must("Quinn", w.open, day().Add(9*time.Hour))
		now := day().Add(9 * time.Hour)
		for range 40 * rapid.IntRange(0, 1).Draw(rt, "made first") {
			if w.state.Status != InProgress {
				break
			}
			now = now.Add(6 * time.Minute)
			c := sensible(rt, w.state)
			_ = w.do(map[bool]string{true: "Pia", false: "Asha"}[secondOf(c)], c, now) // a refusal is in the log
		}
		for range rapid.IntRange(10, 70).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 30, 300}).Draw(rt, "seconds")) * time.Second)
			before := w.state
			who, c := demanding(rt, w)
			_ = w.do(who, c, now) // a refusal is in the log
			invariants(rt, before, w.state)
			if w.state.Certification != nil && before.Certification == nil {
				certified++
				looked += rightlyInFull(rt, w.state)
			}
		}
		w.holds()
	})
	t.Logf("%d batches were certified, %d of them after a full review", certified, looked)
}

func secondOf(c Command) bool {
	switch c.(type) {
	case Check, WitnessCode:
		return true
	}
	return false
}

// demanding draws who does what, now and then about full review.
func demanding(t *rapid.T, w *world) (string, Command) {
	s := w.state
	switch rapid.IntRange(0, 11).Draw(t, "full") {
	case 0:
		return rapid.SampledFrom([]string{"Paul", "Quinn", "Asha"}).Draw(t, "who"), DemandFullReview{"because"}
	case 1:
		return rapid.SampledFrom([]string{"Paul", "Quinn", "Clara", "Asha"}).Draw(t, "who"), WithdrawDemand{rapid.IntRange(0, 2).Draw(t, "demand"), "because"}
	case 2, 3, 4:
		return rapid.SampledFrom([]string{"Paul", "Queenie", "Pia"}).Draw(t, "who"), LookAt{rapid.SampledFrom(append(s.Parts(), "nowhere")).Draw(t, "part")}
	case 5, 6:
		if missing := s.unseen(w.people["Paul"].ID); len(missing) > 0 {
			return "Paul", LookAt{missing[0]}
		}
		return "Paul", Review{"All seen."}
	}
	c := anything(t, s)
	if _, ends := c.(Abort); ends {
		c = Note{"", "almost"}
	}
	return somebody(t, c), c
}

// rightlyInFull holds a certified batch to its demands; 1 if there was one.
func rightlyInFull(t *rapid.T, s *State) int {
	standing := 0
	for _, demand := range s.Demands {
		if demand.Withdrawn == nil {
			standing = 1
			continue
		}
		if demand.Withdrawn.Person == demand.Person || identity.Role(demand.Withdrawn.Role) == identity.Pharmacist {
			t.Fatalf("a demand was withdrawn by %s", demand.Withdrawn.Name)
		}
	}
	if standing == 0 {
		return 0
	}
	review := last(s.Reviews)
	for _, part := range s.Seen() {
		if part.Part != Beside && !part.SeenBy(review.Person) {
			t.Fatalf("certified although %s had not looked at %s", review.Name, part.Part)
		}
	}
	return 1
}
