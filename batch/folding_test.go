package batch

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/identity"
	"countersign/protocol"
)

// A state that was given out never changes, whoever goes on from it, and many
// entries folded at once come to what they come to one by one: each state of a
// batch is kept, others grow out of it in several ways, and in the end every
// one is as the log alone gives it.
func TestAnEarlierStateNeverChanges(t *testing.T) {
	cart := readProtocol(t, "cart-prodigy") // with branches, a decision and a loop
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		if rapid.IntRange(0, 3).Draw(rt, "cart") == 0 {
			w = simulated(t, stray(rt, cart), cart)
		} else {
			live(rt, w, 60)
		}
		kept := foldings(rt, w)
		for range 5 {
			from := rapid.IntRange(0, len(w.log)).Draw(rt, "from")
			folding := NewFolder(w.find).Resume(kept[from])
			for i, stored := range w.log[from:] {
				if err := folding.Add(stored, w.openings[stored.Index]); err != nil {
					rt.Fatal(err)
				}
				if rapid.IntRange(0, 9).Draw(rt, "look") == 0 && !reflect.DeepEqual(folding.State(), kept[from+i+1]) {
					rt.Fatalf("%d entries folded onto %d come to something else", i+1, from)
				}
			}
			if !reflect.DeepEqual(folding.State(), kept[len(w.log)]) {
				rt.Fatalf("the rest folded onto %d entries comes to something else", from)
			}
		}
		for n := range w.log {
			elsewhere(rt, w, kept[n], n)
		}
		for n, again := range foldings(rt, w) {
			if !reflect.DeepEqual(again, kept[n]) {
				rt.Fatalf("the state after %d of %d entries has changed", n, len(w.log))
			}
		}
	})
}

// foldings folds a history one by one, and gives each state on the way.
func foldings(t *rapid.T, w *world) []*State {
	all := []*State{nil}
	for i, stored := range w.log {
		next, err := Fold(all[i], stored, w.openings[stored.Index], w.find)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, next)
	}
	return all
}

// simulated does the acts of a simulated batch again, in a world.
func simulated(tb testing.TB, run Run, p *protocol.Protocol) *world {
	w := newWorldOf(tb, p)
	w.people, w.registry = castOf(p, begins()), (&simulation{p: p, now: begins()}).registered()
	for _, o := range run.Trail {
		_ = w.do(o.Who, hereOf(o.Command), o.At)
	}
	return w
}

// elsewhere takes a batch to where it never went: somebody else does what was
// done next, and what was done after that.
func elsewhere(t *rapid.T, w *world, s *State, n int) {
	several := grow(s)
	for _, stored := range w.log[n:min(n+3, len(w.log))] {
		ev, err := DecodeEvent(stored.Entry, w.openings[stored.Index])
		if err != nil {
			t.Fatal(err)
		}
		act := Act{Version: stored.Version, At: stored.Time.Add(time.Hour), Person: "somebody else", Meaning: meanings(ev)}
		if s != nil {
			if _, err := s.with(ev, act, w.protocol); err != nil {
				return // it does not follow from here
			}
		}
		if several.take(ev, act, w.protocol) != nil {
			return
		}
	}
}

// Two ways on from one state share nothing, however often what comes next has
// come before.
func TestTwoWaysOnShareNothing(t *testing.T) {
	for _, ev := range []Event{
		ScanRefused{Step: "match", Field: "patient"},
		ValueRecorded{Step: "draw up", Field: "drawn", Value: "1.5 mL"},
		StepPerformed{Step: "match"},
		StepChecked{Step: "match"},
		ItemMoved{Item: "vial"},
		RemarkNoted{},
		BatchReviewed{},
		CommandRefused{},
	} {
		s, p := openedShort(t, readText(t, "short"))
		take := func(who identity.PersonID) *State {
			next, err := s.with(ev, Act{Version: s.Version + 1, At: day(), Person: who}, p)
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
		for range 9 {
			one := take("one")
			before := fmt.Sprintf("%#v", one)
			if other := take("other"); fmt.Sprintf("%#v", one) != before || fmt.Sprintf("%#v", other) == before {
				t.Errorf("%s: the second way changed the first", ev.Kind())
			}
			s = one
		}
	}
}

// openedShort opens a batch of a text of the short protocol.
func openedShort(t *testing.T, text string) (*State, *protocol.Protocol) {
	t.Helper()
	p, problems := protocol.Parse("short.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	values := map[string]string{}
	for _, value := range p.Order {
		values[value.Name] = value.Low.Number
	}
	s, err := (&State{}).with(BatchOpened{Batch: batchID, Values: values}, Act{Version: 1, At: day()}, p)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// A correction judges anew what leans on the value, here and not in the states
// before it.
func TestACorrectionLeavesEarlierVerdictsAsTheyWere(t *testing.T) {
	text := strings.Replace(readText(t, "short"), "          density:\n", "          left:\n            unit: mL\n            places: 1\n            warn unless: within 2 % of draw up.drawn\n          density:\n", 1)
	s, p := openedShort(t, text)
	take := func(ev Event) *State {
		next, err := s.with(ev, Act{Version: s.Version + 1, At: day()}, p)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	s = take(ValueRecorded{Step: "draw up", Field: "drawn", Value: "1.5 mL"})
	s = take(ValueRecorded{Step: "rest", Field: "left", Value: "1.5 mL"})
	corrected := take(ValueCorrected{Step: "draw up", Field: "drawn", Value: "2.5 mL"})
	if was, is := s.Step("rest").Value("left").Verdict.Level, corrected.Step("rest").Value("left").Verdict.Level; was != "" || is != protocol.Warn {
		t.Errorf("the verdict was %q and is %q", was, is)
	}
}
