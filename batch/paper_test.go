package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/register"
	"pgregory.net/rapid"
)

// blanks are all that the books hold, as facts beside a batch.
func (w *world) blanks() map[string]register.Blank {
	all := map[string]register.Blank{}
	for _, f := range w.books.Blanks() {
		all[f.ID] = *f
	}
	if w.blank != nil {
		all[w.blank.ID] = *w.blank
	}
	return all
}

// followed writes in the batch's record where a blank will stand, before its
// own stream says so: both stand in one append, or neither does.
func (w *world) followed(who string, written register.Written, now time.Time) error {
	w.tb.Helper()
	after, ok := w.books.BlankAfter(written, register.Act{At: now, Person: w.people[who].ID})
	if !ok || after.Batch != batchID {
		return nil
	}
	w.blank = after
	defer func() { w.blank = nil }()
	return w.do(who, FollowBlank{after.ID}, now)
}

// aboutBlank is what stands beside an act on a blank.
func (w *world) aboutBlank() *register.BlankFacts {
	return &register.BlankFacts{Digest: w.protocol.Digest, Effective: true, Pages: 3, Kept: true}
}

// blankPatterns are what a story says is done with a blank.
func blankPatterns(c *register.Command) []pattern {
	scan := func(blank string, pages int) register.FinishBlank {
		return register.FinishBlank{Blank: blank, File: "scan.pdf", Size: 91204, SHA256: strings.Repeat("a1", 32), Pages: pages}
	}
	return []pattern{
		{`prints a blank for the order (\S+) because "(.*)"`, func(m []string) {
			*c = register.PrintBlank{Year: 2026, Protocol: "short", Version: 3, Reference: m[1], Reason: m[2]}
		}},
		{`prints a blank because "(.*)"`, func(m []string) {
			*c = register.PrintBlank{Year: 2026, Protocol: "short", Version: 3, Reason: m[1]}
		}},
		{`uses (F-\S+) for the batch`, func(m []string) { *c = register.BindBlank{Blank: m[1], Batch: batchID} }},
		{`finishes (F-\S+) with a scan of 2 pages`, func(m []string) { *c = scan(m[1], 2) }},
		{`finishes (F-\S+) with a scan`, func(m []string) { *c = scan(m[1], 3) }},
		{`compares (F-\S+) with the record`, func(m []string) { *c = register.CheckBlank{Blank: m[1]} }},
		{`returns (F-\S+) because "(.*)"`, func(m []string) {
			*c = register.EndBlank{Blank: m[1], Outcome: register.BlankReturned, Reason: m[2]}
		}},
		{`destroys (F-\S+) because "(.*)"`, func(m []string) {
			*c = register.EndBlank{Blank: m[1], Outcome: register.BlankDestroyed, Reason: m[2]}
		}},
		{`saw (F-\S+) destroyed`, func(m []string) { *c = register.WitnessBlank{Blank: m[1]} }},
	}
}

// paperActs are what a story says is copied from a blank.
func (s *story) paperActs(do func(Command)) []pattern {
	return []pattern{
		{`copies from (\S+) at (\S+) the beginning of (.+)`, func(m []string) { do(Tell{Act: "begin", Step: m[3], Done: asTyped(m[2]), Paper: m[1]}) }},
		{`copies from (\S+) at (\S+) (.+) of (.+) as "(.*)" by (\w+)`, func(m []string) {
			do(Tell{Act: "record", Step: m[4], Field: m[3], Text: m[5], Done: asTyped(m[2]), Paper: m[1], Doer: s.w.people[m[6]].ID})
		}},
		{`copies from (\S+) at (\S+) (.+) of (.+) as "(.*)"`, func(m []string) {
			do(Tell{Act: "record", Step: m[4], Field: m[3], Text: m[5], Done: asTyped(m[2]), Paper: m[1]})
		}},
		{`copies from (\S+) at (\S+) (?:her|his) signature under (.+)`, func(m []string) { do(Tell{Act: "perform", Step: m[3], Done: asTyped(m[2]), Paper: m[1]}) }},
	}
}

// paperThen is what must be so of a blank.
func paperThen(state *State, same func(got any, want string)) []pattern {
	return []pattern{
		{`the blank (\S+) is "(.*)" in the record`, func(m []string) { same(state.paper(m[1]).Stands, m[2]) }},
	}
}

// paperAct does something with a blank, or copies something from one; false
// when it drew nothing of the kind.
func paperAct(t *rapid.T, w *world, now time.Time) bool {
	who := rapid.SampledFrom([]string{"Asha", "Ben", "Pia", "Paul", "Quinn", "Queenie", "Tim", "Ada"}).Draw(t, "who")
	id := rapid.SampledFrom([]string{"F-2026-0001", "F-2026-0001", "F-2026-0001", "F-2026-0002"}).Draw(t, "blank")
	var c register.Command
	choice := rapid.IntRange(0, 9).Draw(t, "paper")
	if f, ok := w.books.Blank(id); !ok {
		choice = 0
	} else if rapid.Bool().Draw(t, "as due") {
		choice = map[string]int{register.BlankOut: 1, register.BlankInUse: 9, register.BlankTranscribed: 3, register.BlankUnwitnessed: 5}[f.Stands()]
	}
	switch choice {
	case 0:
		c = register.PrintBlank{Year: 2026, Protocol: "short", Version: 3, Reason: "The network is down."}
	case 1:
		c = register.BindBlank{Blank: id, Batch: rapid.SampledFrom([]string{batchID, batchID, "another"}).Draw(t, "batch")}
	case 2:
		c = register.FinishBlank{Blank: id, File: "scan.pdf", Size: 7, SHA256: strings.Repeat("0f", 32), Pages: 3}
	case 3:
		c = register.CheckBlank{Blank: id}
	case 4:
		c = register.EndBlank{Blank: id, Outcome: rapid.SampledFrom(register.BlankOutcomes()).Draw(t, "outcome"), Reason: "It was wet."}
	case 5:
		c = register.WitnessBlank{Blank: id}
	default:
		return copied(t, w, who, id, now)
	}
	var refusal *Refusal
	if err := w.tell(who, c, now); err != nil && !errors.As(err, &refusal) {
		t.Fatalf("neither done nor refused: %v", err)
	}
	return true
}

// copied enters what the batch waits for from a blank.
func copied(t *rapid.T, w *world, who, id string, now time.Time) bool {
	tell := Tell{Paper: id, Done: now.Add(-time.Duration(rapid.IntRange(0, 4).Draw(t, "ago")) * time.Minute).Format("2006-01-02 15:04:05")}
	switch c := sensible(t, w.state).(type) {
	case Begin:
		tell.Act, tell.Step = "begin", c.Step
	case Record:
		tell.Act, tell.Step, tell.Field, tell.Text = "record", c.Step, c.Field, c.Text
	case Perform:
		tell.Act, tell.Step = "perform", c.Step
	default:
		return false
	}
	before := w.state
	err := w.do(who, tell, now)
	var refusal *Refusal
	switch held := before.paper(id); {
	case err != nil && !errors.As(err, &refusal):
		t.Fatalf("neither done nor refused: %v", err)
	case err == nil && (held == nil || held.Stands != register.BlankInUse):
		t.Fatalf("something was copied from a blank that is not in use: %+v", held)
	}
	return true
}

// TestNothingIsReviewedOnPaperThatNobodyHasAccountedFor lets random people
// print, use, copy, compare and end blanks between everything else (EXE-15).
func TestNothingIsReviewedOnPaperThatNobodyHasAccountedFor(t *testing.T) {
	reviewed, checked := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		now := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, now)
		for range rapid.IntRange(0, 110).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 30, 60, 300}).Draw(rt, "seconds")) * time.Second)
			before := w.state
			if rapid.IntRange(0, 2).Draw(rt, "of paper") > 0 || !paperAct(rt, w, now) {
				command := anything(rt, w.state)
				_ = w.do(somebody(rt, command), command, now)
			}
			invariants(rt, before, w.state)
			accounted(rt, before, w.state)
		}
		if last(w.state.Reviews) != nil && len(w.state.Papers) > 0 {
			reviewed++
		}
		for i := range w.state.Papers {
			if w.state.Papers[i].Stands == register.BlankChecked {
				checked++
			}
		}
		if n := len(w.books.Blanks()); n > 0 {
			if _, ok := w.books.Blank(fmt.Sprintf("F-2026-%04d", n)); !ok {
				rt.Fatalf("%d blanks, and their numbers have a gap", n)
			}
		}
		w.holds()
	})
	t.Logf("%d batches with blanks were reviewed, %d blanks were checked", reviewed, checked)
}

// accounted is what must be so of blanks after every entry.
func accounted(t *rapid.T, before, now *State) {
	if len(now.Reviews) > len(before.Reviews) && len(before.OpenPapers()) > 0 {
		t.Fatal("a batch was reviewed while a blank of it was open (EXE-15)")
	}
	for _, act := range now.FromPaper("") {
		held := now.paper(act.Manner.Paper)
		if held == nil || held.Stands == register.BlankReturned || held.Stands == register.BlankDestroyed {
			t.Fatalf("something was copied from blank %s, which is %+v", act.Manner.Paper, held)
		}
		if held.Stands == register.BlankChecked && held.History[len(held.History)-1].Person == act.Person {
			t.Fatal("somebody compared what they had entered themselves")
		}
		if !slices.ContainsFunc(now.Exceptions, func(ex Exception) bool { return ex.Class == paperClass }) {
			t.Fatal("something was copied from paper and is no exception (REL-07)")
		}
	}
}
