package batch

import (
	"strings"
	"testing"
	"time"

	"countersign/protocol"
	"pgregory.net/rapid"
)

// redlineActs are what a story says is done with a redline. A text is the one
// that the batch is made by, with one piece of it replaced; “\n” is a line's end.
func (s *story) redlineActs(do func(Command)) []pattern {
	number := func() int { return len(s.w.state.Redlines) }
	return []pattern{
		{`proposes a redline of "(.*)" to "(.*)" because "(.*)"`, func(m []string) {
			lines := func(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }
			text := string(s.w.state.Protocol.Text)
			if !strings.Contains(text, lines(m[1])) {
				s.wrong("the protocol does not hold %q", lines(m[1]))
			}
			do(ProposeRedline{Text: strings.Replace(text, lines(m[1]), lines(m[2]), 1), Reason: m[3]})
		}},
		{`approves the redline`, func([]string) { do(ApproveRedline{number()}) }},
		{`gives up the redline because "(.*)"`, func(m []string) { do(DropRedline{number(), m[1]}) }},
		{`reads the redline`, func([]string) { do(ReadRedline{number()}) }},
	}
}

// redlineThen is what must be so of a redline.
func redlineThen(state *State, same func(got any, want string)) []pattern {
	return []pattern{
		{`the redline changes "(.*)"`, func(m []string) { same(strings.Join(state.Redlines[len(state.Redlines)-1].Changes, " "), m[1]) }},
		{`the batch is made by redline (\d+)`, func(m []string) { same(state.Redline().Number, m[1]) }},
		{`(.+) of (.+) may be "(.*)"`, func(m []string) { same(limitsOf(state.Step(m[2]).Step, m[1]), m[3]) }},
	}
}

func limitsOf(step *protocol.Step, field string) string {
	var words []string
	for i := range step.Input(field).Limits {
		words = append(words, step.Input(field).Limits[i].Words())
	}
	return strings.Join(words, "; ")
}

// TestARedlineLeavesWhatIsDoneAsItWas lets random people change the protocol of
// a batch between everything else: what was recorded, signed and raised before
// stays, nothing weaker is let through, and the whole is decided again and
// comes out the same (MBR-03, SIG-04).
func TestARedlineLeavesWhatIsDoneAsItWas(t *testing.T) {
	pieces := [][2]string{
		{"wait: 5 min to 10 min", "wait: 1 min to 20 min"},
		{"action outside: 6.0 to 8.0", "action outside: 5.5 to 8.5"},
		{"        critical: yes\n", ""},
		{"warn above: 0.20 g/L", "warn above: 0.05 g/L"},
		{"      - step: rest\n", "      - step: look\n        do: Look at it.\n\n      - step: rest\n"},
		{"      - step: match\n", "      - step: wash\n        do: Wash.\n\n      - step: match\n"},
		{"accept: within 2 % of volume", "accept: within 5 % of volume"},
		{"        scan: vial\n", ""},
		{"Weigh the syringe.", "Weigh the syringe twice."},
	}
	approved := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		now := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, now)
		for range rapid.IntRange(0, 80).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 30, 60, 300}).Draw(rt, "seconds")) * time.Second)
			before, command := w.state, anything(rt, w.state)
			who := somebody(rt, command)
			switch rapid.IntRange(0, 9).Draw(rt, "redline") {
			case 0:
				piece := rapid.SampledFrom(pieces).Draw(rt, "piece")
				command = ProposeRedline{Text: strings.Replace(string(w.state.Protocol.Text), piece[0], piece[1], 1), Reason: "It does not fit."}
			case 1, 2:
				command, who = ApproveRedline{len(w.state.Redlines)}, rapid.SampledFrom([]string{"Quinn", "Queenie", "Asha"}).Draw(rt, "approver")
			case 3, 4:
				command = ReadRedline{len(w.state.Redlines)}
			}
			_ = w.do(who, command, now)
			if _, ok := command.(ApproveRedline); ok && w.state.Protocol != before.Protocol {
				approved++
				untouched(rt, before, w.state)
				continue
			}
			invariants(rt, before, w.state)
		}
		w.holds()
	})
	t.Logf("%d redlines were approved", approved)
}

// untouched is what must be so of a batch around the approval of a redline.
func untouched(t *rapid.T, before, now *State) {
	for i := range before.Steps {
		old := &before.Steps[i]
		st := now.Step(old.Step.Name)
		if st == nil || old.Step.Critical && !st.Step.Critical || old.Step.CheckedBy != st.Step.CheckedBy || len(st.Step.Scans) < len(old.Step.Scans) {
			t.Fatalf("step %s lost a safeguard", old.Step.Name)
		}
		if !old.touched() {
			continue
		}
		if now.Steps[i].Step.Name != old.Step.Name || len(st.Performed) != len(old.Performed) || len(st.Checked) != len(old.Checked) || st.Started != old.Started {
			t.Fatalf("step %s is not as it was", old.Step.Name)
		}
		for field, entries := range old.Values {
			for j, entry := range entries {
				if got := st.Values[field][j]; got.Value.Coded() != entry.Value.Coded() || got.Verdict.Level != entry.Verdict.Level {
					t.Fatalf("%s of %s is not what it was, or is judged otherwise", field, old.Step.Name)
				}
			}
		}
	}
	if len(now.Exceptions) <= len(before.Exceptions) || now.Exceptions[len(now.Exceptions)-1].Class != redlineClass {
		t.Fatal("a redline is no exception")
	}
}
