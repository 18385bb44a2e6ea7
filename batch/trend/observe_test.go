package trend

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// simulated makes batches of the published intrathecal process, one a day, each
// with its own volume drawn up.
func simulated(t *testing.T, drawn ...string) (states []*batch.State) {
	t.Helper()
	text, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := protocol.Parse("aso-intrathecal.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i, volume := range drawn {
		start := time.Date(2026, 3, 1+i, 9, 0, 0, 0, time.UTC)
		run := batch.Simulate(p, start, batch.Answers{
			Order: map[string]string{"dose": "12.0", "strength": "2.4"},
			Value: func(_ *batch.StepState, in *protocol.Input, _ int) string {
				switch in.Name {
				case "drawn", "given", "removed":
					return volume
				case "protein":
					return "0.10"
				}
				return ""
			},
		})
		run.State.ID = fmt.Sprintf("B-2026-%04d", i+1)
		states = append(states, run.State)
	}
	return states
}

func gathered(states []*batch.State, f Filter) (map[string]Chart, []Observation) {
	var all []Observation
	for _, s := range states {
		all = append(all, Observe(s)...)
	}
	charts := map[string]Chart{}
	for _, c := range Gather(all, f) {
		charts[c.Series.Title()] = c
	}
	return charts, all
}

// What the published process asks to be watched is watched: volume, protein,
// the syringe's four hours, exceptions; not what it calls informative.
func TestABatchGivesAPointToEverythingThatItsProtocolWatches(t *testing.T) {
	charts, _ := gathered(simulated(t, "5.0", "5.0", "5.1", "4.9"), Filter{})
	for title, want := range map[string]string{
		"draw up: volume drawn up":     "4 points, mean 5.00 mL, control limits 4.73 mL to 5.27 mL; provisional, with fewer than 8 points.",
		"urine protein: urine protein": "4 points, mean 0.100 g/L, control limits 0.100 g/L to 0.100 g/L; provisional, with fewer than 8 points; the protocol allows at most 0.200 g/L.",
	} {
		c, ok := charts[title]
		if got := c.Summary(); !ok || got != want {
			t.Errorf("%s:\n got %s\nwant %s", title, got, want)
		}
	}
	for _, title := range []string{"in the syringe", "opened to made", "opened to decided", AllExceptions} {
		if c := charts[title]; len(c.Points) != 4 {
			t.Errorf("%s: %+v", title, c)
		}
	}
	if c := charts["in the syringe"]; len(c.Points) > 0 && (c.Points[0].High == nil || c.Points[0].High.FloatString(0) != "240") {
		t.Errorf("the four hours are no bound of %+v", c.Points)
	}
	for title := range charts {
		if strings.Contains(title, "platelets") || strings.Contains(title, "left in the syringe") {
			t.Errorf("%s is informative, and is followed", title)
		}
	}
}

func TestABatchUnderReviewIsHeldAgainstTheBatchesBeforeIt(t *testing.T) {
	states := simulated(t, "5.0", "5.0", "5.1", "4.9", "5.0", "5.0", "5.1", "5.0", "4.9", "5.9")
	_, all := gathered(states, Filter{})
	last := states[len(states)-1]
	charts := Against(all, Observe(last), last.Opened.At)
	i := slices.IndexFunc(charts, func(c Chart) bool { return c.Series.Name == "draw up: volume drawn up" })
	if i < 0 {
		t.Fatal("the volume has no chart")
	}
	c := charts[i]
	if len(c.Points) != 10 || len(c.Signals) != 1 || !strings.Contains(c.Signals[0].Sentence, "B-2026-0010: 5.9 mL lies above the upper control limit") {
		t.Errorf("%v", c.Signals)
	}
	if c = c.Last(3); len(c.Points) != 3 || c.Signals[0].Point != 2 {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(string(c.Picture(Small(), last.ID).SVG()), "<title>B-2026-0010: 5.9 mL</title>") {
		t.Error("the picture does not name the batch's own point")
	}
}

func TestAFilterLeavesOutWhatWasNotAskedFor(t *testing.T) {
	states := simulated(t, "5.0", "5.0")
	if charts, _ := gathered(states, Filter{Protocol: "another"}); len(charts) > 0 {
		t.Errorf("%v", charts)
	}
	charts, all := gathered(states, Filter{From: states[1].Opened.At})
	if c := charts["draw up: volume drawn up"]; len(c.Points) != 1 || c.Points[0].Batch != "B-2026-0002" {
		t.Errorf("%+v", c)
	}
	roles := map[string]bool{}
	for _, o := range all {
		roles[o.Role] = true
	}
	for role := range roles {
		for _, c := range Gather(all, Filter{Role: role}) {
			for _, p := range c.Points {
				if role != "" && p.Role != "" && p.Role != role {
					t.Errorf("asked for %s and got %s", role, p.Role)
				}
			}
		}
	}
}
