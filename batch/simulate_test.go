package batch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/protocol"
)

func begins() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// Left to itself the simulator makes a batch of every example that is released
// and given.
func TestTheSimulatorMakesAWholeBatchOfEveryExample(t *testing.T) {
	for _, name := range []string{"aso-intrathecal", "redcell-tc99m", "treg", "cart-prodigy", "tables"} {
		run := Simulate(readProtocol(t, name), begins(), Answers{})
		if run.State.Status != Given {
			t.Errorf("%s ends %s: %s", name, run.State.Status, run.Ends)
			for _, o := range run.Trail {
				if o.Refusal != nil {
					t.Logf("%s %s %+v: %s", o.At.Format(time.TimeOnly), o.Who, o.Command, o.Refusal.Sentence)
				}
			}
		}
	}
}

// The exploration reaches every step, both outcomes of every condition, and
// breaks every limit, window and budget of the published processes; what it
// cannot reach it names.
func TestExploringReachesEverythingThatCanBeReached(t *testing.T) {
	for name, left := range map[string][]string{
		"aso-intrathecal": nil, "redcell-tc99m": nil, "treg": nil, "cart-prodigy": nil, "tables": nil,
	} {
		got := Explore(readProtocol(t, name), begins(), 2000)
		t.Logf("%s: %d runs, %v", name, got.Runs, got.Ends)
		if !slices.Equal(got.Unreached(), left) || !got.Exhausted {
			t.Errorf("%s does not reach (exhausted: %t)\n  %s", name, got.Exhausted, strings.Join(got.Unreached(), "\n  "))
		}
	}
}

// A budget is a total: at its bound, in two excursions, it is kept, and a
// second beyond nothing more is done with the item (EXE-11).
func TestASimulatedBudgetIsKeptAtItsBoundAndBrokenASecondBeyond(t *testing.T) {
	p := readProtocol(t, "aso-intrathecal")
	budget := p.Budgets[0]
	for _, one := range []struct {
		beside  time.Duration
		ends    Status
		reached string
	}{
		{-time.Second, Given, ""},
		{0, Given, "budget spent to its bound: out of the carton"},
		{time.Second, Rejected, "budget broken: out of the carton"},
	} {
		run := Simulate(p, begins(), Answers{Spend: func(name string) time.Duration {
			if name != budget.Name {
				t.Errorf("there is no budget %q", name)
			}
			return budget.Most + one.beside
		}})
		if spent := run.State.Spent(budget, run.State.Last); one.beside <= 0 && spent != budget.Most+one.beside || one.beside > 0 && spent < budget.Most+one.beside {
			t.Errorf("%s were spent of %s", spent, budget.Most)
		}
		var reached []string
		for place, yes := range Cover(p, run).Reached {
			if yes && strings.HasPrefix(place, "budget") {
				reached = append(reached, place)
			}
		}
		if run.State.Status != one.ends || strings.Join(reached, "; ") != one.reached {
			t.Errorf("%s beside its bound the batch ends %s, and reaches %q", one.beside, run.Ends, reached)
		}
	}
}

// The same answers give the same run, act for act.
func TestASimulationIsReproducible(t *testing.T) {
	p := readProtocol(t, "cart-prodigy")
	answers := Answers{Order: map[string]string{"weight": "70"}, Value: func(st *StepState, in *protocol.Input, _ int) string {
		if st.Step.Base == "feed" && st.Step.Round < 3 {
			return "0.90"
		}
		return ""
	}}
	a, b := Simulate(p, begins(), answers), Simulate(p, begins(), answers)
	if len(a.Trail) != len(b.Trail) || a.State.Step("feed round 3").PerformedNow() == nil || !a.State.Step("feed round 4").Skipped {
		t.Errorf("%d and %d acts", len(a.Trail), len(b.Trail))
	}
	for i := range a.Trail {
		if !a.Trail[i].At.Equal(b.Trail[i].At) {
			t.Fatalf("act %d differs", i)
		}
	}
}
