package batch

import (
	"strings"
	"testing"

	"countersign/register/label"
)

// TestEveryLabelOfASiteThatPractisesSaysSo first of all, and replay writes it
// again (MBR-07). A live site's says nothing.
func TestEveryLabelOfASiteThatPractisesSaysSo(t *testing.T) {
	for practises, mark := range map[string]string{
		"": "", ".training": "TRAINING – NOT FOR USE IN PATIENTS", ".rehearsal": "REHEARSAL – NOT FOR USE IN PATIENTS",
	} {
		w, s := labelWorldOf(t, plannedLabel, practises)
		w.must("Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
		made(t, s)
		w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
		w.must("Asha", Reprint{2, "smeared", drawnAs()}, s.at)
		for _, held := range w.state.Labellings {
			first := held.Labels[0].Lines[0]
			if mark != "" && (first.Text != mark || first.Weight != label.Notice || first.Personal) {
				t.Errorf("a label of a site %q begins with %+v", practises, first)
			}
			if texts := strings.Join(held.Labels[0].Texts(false), "\n"); mark == "" && strings.Contains(texts, "PATIENTS") {
				t.Errorf("a live site's label says:\n%s", texts)
			}
		}
		w.holds()
	}
}

// TestALabelPrintedBeforeThereWereMarksStands: it replays, and is not out of
// date for want of one. A live site's label that claims to be for practice does
// not replay.
func TestALabelPrintedBeforeThereWereMarksStands(t *testing.T) {
	for _, c := range []struct{ then, now string }{{"", ".training"}, {".training", ""}} {
		w, s := labelWorldOf(t, plannedLabel, c.then)
		made(t, s)
		w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
		last := w.log[len(w.log)-1].Index
		facts := w.facts[last]
		facts.Origin = "royal.example" + c.now
		w.facts[last] = facts
		_, err := Replay(w.log, w.witnesses(false))
		if c.now == "" {
			if err == nil {
				t.Error("a live site's label that claims to be for practice replays")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		w.practises = c.now
		s.must(s.complete("Asha", "", "rest", "density = 1.00"))
		w.must("Asha", ApplyLabel{w.state.Labellings[0].Labels[0].Code.Text}, s.at)
		w.must("Paul", Review{"Seen."}, s.at)
	}
}
