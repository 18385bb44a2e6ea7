package batch

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// toldUntil tells a story up to the line that begins with the words given, which
// is not told.
func toldUntil(t *testing.T, name, until string) *story {
	t.Helper()
	text, err := os.ReadFile("testdata/scenarios/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	s := &story{T: t}
	before, _, found := strings.Cut(string(text), "\n"+until)
	if !found {
		t.Fatalf("%s has no line %q", name, until)
	}
	for _, line := range strings.Split(before, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s.line = line
			s.follow(line)
		}
	}
	return s
}

// copied is another world that has come as far, and goes on by itself.
func (w *world) copied() *world {
	other := *w
	other.log, other.openings, other.facts = slices.Clip(w.log), maps.Clone(w.openings), maps.Clone(w.facts)
	return &other
}

// published says, without the rules' code, which of the published release
// specifications the batch does not meet: a figure against its bound, and what was
// not done meets none.
func published(s *State) (failed []string) {
	for _, spec := range []struct {
		step, field string
		meets       func(float64) bool
	}{
		{"viability", "viability", func(x float64) bool { return x >= 90 }},
		{"identity", "purity", func(x float64) bool { return x > 80 }},
		{"identity", "CD127", func(x float64) bool { return x > 80 }},
		{"identity", "FoxP3", func(x float64) bool { return x > 80 }},
		{"identity", "combined", func(x float64) bool { return x > 80 }},
		{"identity", "CD19", func(x float64) bool { return x < 2 }},
		{"identity", "CD56", func(x float64) bool { return x < 2 }},
		{"identity", "CD8", func(x float64) bool { return x < 2 }},
		{"endotoxin", "endotoxin", func(x float64) bool { return x <= 0.3 }},
	} {
		entry := s.Step(spec.step).Value(spec.field)
		if entry == nil {
			failed = append(failed, spec.field+" is missing")
			continue
		}
		if x, err := strconv.ParseFloat(strings.TrimPrefix(entry.Text, "< "), 64); err != nil || !spec.meets(x) {
			failed = append(failed, spec.field+": "+entry.Text)
		}
	}
	return failed
}

// tregCommand draws an act on a run whose results are in: decisions, reviews,
// certificates, the physician's way, and corrections of what failed.
func tregCommand(t *rapid.T, s *State, now time.Time) Command {
	when := now.Format(time.RFC3339)
	switch rapid.IntRange(0, 12).Draw(t, "act") {
	case 0, 1:
		return Certify{Statement: "Good.", Place: "Here", Where: AtSite}
	case 2:
		return Correct{"identity", "combined", rapid.SampledFrom([]string{"80.0", "80.1", "92.7", "not done"}).Draw(t, "combined"), "misread"}
	case 3:
		return Correct{"viability", "viability", rapid.SampledFrom([]string{"89.9", "90.0", "not done", "not available"}).Draw(t, "viability"), "misread"}
	case 4, 5:
		if next := s.NextStage(); next != "" && rapid.Bool().Draw(t, "in order") {
			return RecordRoute{next, "Dr Example", when, "LETTER-1", "because"}
		}
		return RecordRoute{rapid.SampledFrom(Stages()).Draw(t, "stage"), "Dr Example", when, "LETTER-1", "because"}
	case 6:
		return Supply{"asked for", "Here"}
	case 7, 8:
		if len(s.Exceptions) > 0 {
			return Resolve{rapid.IntRange(1, len(s.Exceptions)).Draw(t, "exception"), rapid.IntRange(0, 5).Draw(t, "accept") > 0, "because"}
		}
	case 9, 10:
		return Review{"All seen."}
	}
	return anything(t, s)
}

// TestNoSequenceOfCommandsCertifiesThePublishedRunThatFails: run 1 has 79.2 % where
// above 80 % is asked for, and no viability. Whatever anybody does, it is not
// certified while a published specification is not met; only the physician's way
// leads on (DEV-04, DEV-05).
func TestNoSequenceOfCommandsCertifiesThePublishedRunThatFails(t *testing.T) {
	run := toldUntil(t, "treg-run-1", "at day 10 13:01")
	if failed := published(run.w.state); len(failed) != 2 {
		t.Fatalf("of run 1 fails %q", failed)
	}
	certified, supplied := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w, now := run.w.copied(), run.at
		switch rapid.IntRange(0, 3).Draw(rt, "first") {
		case 0:
			now = w.physiciansWay(now)
		case 1:
			now = w.readAgain(now, "92.7", "95.0")
		case 2:
			now = w.readAgain(now, "80.0", "95.0")
		}
		for range rapid.IntRange(1, 40).Draw(rt, "acts") {
			now = now.Add(time.Second)
			before := w.state
			c := tregCommand(rt, before, now)
			who := somebody(rt, c)
			switch c.(type) {
			case RecordRoute:
				who = "Queenie"
			case Supply:
				who = "Quinn"
			}
			_ = w.do(who, c, now) // what is refused is in the log too
			if before.Certification == nil && w.state.Certification != nil {
				certified++
				if failed := published(before); len(failed) > 0 {
					rt.Fatalf("certified although %q", failed)
				}
			}
			if before.Supply == nil && w.state.Supply != nil {
				supplied++
				suppliedRightly(rt, before)
			}
			if w.state.Supply != nil && w.state.Certification != nil {
				rt.Fatal("supplied out of specification, and certified")
			}
		}
		w.holds()
	})
	t.Logf("%d certified after a correction, %d supplied at the physician's request", certified, supplied)
	if certified == 0 || supplied == 0 {
		t.Error("nothing was certified, or nothing supplied: this shows nothing")
	}
}

// physiciansWay records every stage of it, and has the batch reviewed.
func (w *world) physiciansWay(now time.Time) time.Time {
	for _, stage := range Stages() {
		now = now.Add(time.Minute)
		w.must("Queenie", RecordRoute{stage, "Dr Example", now.Format(time.RFC3339), "LETTER-1", "because"}, now)
	}
	w.must("Paul", Review{"All seen."}, now.Add(time.Minute))
	return now.Add(2 * time.Minute)
}

// readAgain corrects what failed, has both steps signed again, and every exception
// decided that can be; then the batch is reviewed.
func (w *world) readAgain(now time.Time, combined, viability string) time.Time {
	for _, c := range []Correct{{"identity", "combined", combined, "read again"}, {"viability", "viability", viability, "found in the notebook"}} {
		now = now.Add(time.Minute)
		w.must("Asha", c, now)
		if waiting := w.state.WaitingCorrections(); len(waiting) > 0 {
			w.must("Pia", ConfirmCorrection{c.Step, waiting[0].Number}, now)
		}
		if !w.state.Step(c.Step).Signed() {
			w.must("Asha", Perform{c.Step}, now)
			w.must("Pia", Check{c.Step}, now)
		}
	}
	for _, ex := range w.state.OpenExceptions() {
		_ = w.do("Queenie", Resolve{ex.Number, true, "It was misread."}, now) // of what fails still it is refused
	}
	w.must("Paul", Review{"All seen."}, now.Add(time.Minute))
	return now.Add(2 * time.Minute)
}

// TestThePublishedRunThatConformsIsCertified, as it stands: nothing but the review
// and the certificate is left, and nothing published fails.
func TestThePublishedRunThatConformsIsCertified(t *testing.T) {
	run := toldUntil(t, "treg-run-4", "at day 10 13:00")
	if failed := published(run.w.state); len(failed) != 0 {
		t.Fatalf("of run 4 fails %q", failed)
	}
	run.w.must("Paul", Review{"All seen."}, run.at.Add(time.Minute))
	run.w.must("Quinn", Certify{Statement: "Good.", Place: "Here", Where: AtSite}, run.at.Add(2*time.Minute))
	if run.w.state.Certification == nil {
		t.Error("it is not certified")
	}
}
