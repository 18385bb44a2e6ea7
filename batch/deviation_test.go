package batch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/register"
	"pgregory.net/rapid"
)

// deviations are all that the books hold, as facts beside a batch.
func (w *world) deviations() map[string]register.Deviation {
	all := map[string]register.Deviation{}
	for _, d := range w.books.Deviations() {
		all[d.ID] = *d
	}
	return all
}

// aboutDeviation is what stands beside an act on a deviation.
func (w *world) aboutDeviation(c register.Command) *register.DeviationFacts {
	f := &register.DeviationFacts{Unit: w.unit(), Found: []string{batchID}, Involved: []string{}}
	if open, ok := c.(register.OpenDeviation); ok && w.state != nil {
		f.Involved = w.state.Involved(open.Step, open.Exception)
	}
	return f
}

// beside writes in the batch's record what an act on a deviation means for it.
func (w *world) beside(who string, written register.Written, reaches []string, rules string, now time.Time) error {
	w.tb.Helper()
	_, id, _ := strings.Cut(string(written.Stream), "/")
	if slices.Contains(reaches, batchID) {
		opened, _ := w.books.Deviation(id)
		exception := 0
		if opened.Arising.Batch == batchID {
			exception = opened.Arising.Exception
		}
		return w.do(who, AttachDeviation{id, exception}, now)
	}
	if rules == batchID {
		return w.do(who, RuleDeviation{id}, now)
	}
	return nil
}

// deviationPatterns are what a story says is done to a deviation.
func deviationPatterns(c *register.Command) []pattern {
	return []pattern{
		{`raises a (minor|major|critical) deviation in (.+?) for exception 1 because "(.*)"`, func(m []string) {
			*c = register.OpenDeviation{Year: 2026, Batch: batchID, Step: m[2], Exception: 1, Risk: register.Risk(m[1]), What: m[3], Immediate: "The batch was held."}
		}},
		{`raises a (minor|major|critical) deviation in (.+?) because "(.*)"`, func(m []string) {
			*c = register.OpenDeviation{Year: 2026, Batch: batchID, Step: m[2], Risk: register.Risk(m[1]), What: m[3], Immediate: "The batch was held."}
		}},
		{`assesses the impact of (D-\S+): "(.*)"`, func(m []string) {
			*c = register.AssessDeviation{Deviation: m[1], Searched: []register.Shared{{Kind: register.OfEquipment, Name: "E-0001"}}, Concerns: []string{}, Words: m[2]}
		}},
		{`finds that (D-\S+) came from (.+): "(.*)"`, func(m []string) {
			*c = register.InvestigateDeviation{Deviation: m[1], Cause: m[2], Words: m[3]}
		}},
		{`concludes (D-\S+): "(.*)"`, func(m []string) { *c = register.ConcludeDeviation{Deviation: m[1], Words: m[2]} }},
		{`plans for (D-\S+) "(.*)" by (\w+) until (\S+)`, func(m []string) {
			*c = register.PlanAction{Deviation: m[1], What: m[2], Owner: m[3], Due: m[4]}
		}},
		{`finishes action 1 of (D-\S+): "(.*)"`, func(m []string) { *c = register.FinishAction{Deviation: m[1], Action: 1, Outcome: m[2]} }},
		{`decides that (D-\S+) (does not bear on this batch|bears on this batch, which may be certified|bars this batch from being certified) because "(.*)"`, func(m []string) {
			*c = register.RuleOnBatch{Deviation: m[1], Batch: batchID, Decision: register.Decision(m[2]), Reason: m[3]}
		}},
		{`acknowledges (D-\S+)`, func(m []string) { *c = register.AcknowledgeDeviation{Deviation: m[1], Note: "Seen."} }},
		{`closes (D-\S+): "(.*)"`, func(m []string) { *c = register.CloseDeviation{Deviation: m[1], Statement: m[2]} }},
	}
}

// cellsCommand draws a command for the batch of cells: mostly what the batch
// waits for, with a viability that fails or not, and every act of deviations
// and of the way out of specification.
func cellsCommand(t *rapid.T, s *State, now time.Time) Command {
	when := now.Format(time.RFC3339)
	switch rapid.IntRange(0, 19).Draw(t, "cells") {
	case 0, 1:
		return RecordRoute{rapid.SampledFrom(Stages()).Draw(t, "stage"), "Dr Example", when, "LETTER-1", "because"}
	case 2:
		return Supply{"asked for", "Here"}
	case 3:
		return TellSupply{rapid.SampledFrom([]string{"sponsor", "supervisory authority"}).Draw(t, "whom"), "Somebody", "by post", when, "NOTE-1"}
	case 4:
		return Correct{"test", "viable", rapid.SampledFrom([]string{"79.9", "80.0", "91.0", "not done"}).Draw(t, "viable"), "misread"}
	case 5, 6:
		return Record{"test", "viable", rapid.SampledFrom([]string{"79.9", "80.0", "91.0", "not done"}).Draw(t, "viable")}
	case 7:
		return Certify{Statement: "Good.", Place: "Here", Where: AtSite}
	case 8:
		if len(s.Exceptions) > 0 {
			return Resolve{rapid.IntRange(1, len(s.Exceptions)).Draw(t, "exception"), true, "because"}
		}
	case 9:
		if next := s.NextStage(); s.MaySupplyAnyway() && next != "" {
			return RecordRoute{next, "Dr Example", when, "LETTER-1", "because"}
		}
		return Supply{"asked for", "Here"}
	}
	return anything(t, s)
}

// TestNoSequenceOfCommandsCertifiesABatchWhoseRegisteredSpecificationFailed lets
// random people do random things: whatever they do, while a registered
// specification fails the batch is not certified; it is supplied only after the
// physician's request, evaluation, acceptance and notice, by somebody
// independent, and is never called certified (DEV-04, DEV-05, REL-09).
func TestNoSequenceOfCommandsCertifiesABatchWhoseRegisteredSpecificationFailed(t *testing.T) {
	failed, certified, supplied := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "cells")
		now := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, now)
		if far := rapid.IntRange(0, 2).Draw(rt, "how far"); far > 0 {
			viable := rapid.SampledFrom([]string{"79.9", "not done", "80.0"}).Draw(rt, "viability")
			if now = w.makeCells(viable, now); far > 1 {
				now = w.finishCells(now)
			}
		}
		for range rapid.IntRange(1, 60).Draw(rt, "acts") {
			now = now.Add(time.Second)
			before := w.state
			c := cellsCommand(rt, w.state, now)
			who := somebody(rt, c)
			if _, lead := c.(RecordRoute); lead {
				who = "Queenie"
			}
			if _, lead := c.(Supply); lead {
				who = "Quinn"
			}
			_ = w.do(who, c, now) // what is refused is in the log too
			fails := len(before.FailedSpecifications()) > 0
			if fails {
				failed++
			}
			switch {
			case before.Certification == nil && w.state.Certification != nil && fails:
				rt.Fatalf("certified although %q", before.FailedSpecifications())
			case before.Certification == nil && w.state.Certification != nil:
				certified++
			case before.Supply == nil && w.state.Supply != nil:
				supplied++
				suppliedRightly(rt, before)
			}
			if w.state.Supply != nil && w.state.Certification != nil {
				rt.Fatal("supplied out of specification, and certified")
			}
			for i, ex := range w.state.Exceptions {
				if ex.Registered && ex.Accepted && before.final(ex) && !before.Exceptions[i].Accepted {
					rt.Fatal("an exception of a registered specification that fails was accepted")
				}
			}
		}
		w.holds()
	})
	t.Logf("a registered specification failed %d times; %d certified, %d supplied", failed, certified, supplied)
	if failed == 0 || supplied == 0 {
		t.Error("nothing failed, or nothing was supplied: this shows nothing")
	}
}

func suppliedRightly(t *rapid.T, before *State) {
	if len(before.FailedSpecifications()) == 0 {
		t.Fatal("supplied out of specification, and nothing failed")
	}
	done := before.stagesDone()
	for i, stage := range Stages() {
		if i >= len(done) || done[i].Stage != stage {
			t.Fatalf("supplied without %s", stage)
		}
	}
	if last(before.Reviews) == nil {
		t.Fatal("supplied without a review")
	}
}

// makeCells brings the batch to its review, with a viability, and gives the
// time when it is there.
func (w *world) makeCells(viable string, now time.Time) time.Time {
	w.tb.Helper()
	next := func() time.Time { now = now.Add(time.Minute); return now }
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, next())
	w.must("Asha", Perform{"clearance"}, next())
	w.must("Asha", Scan{"match", "patient", "9990000018"}, next())
	w.must("Asha", Perform{"match"}, next())
	w.must("Pia", Check{"match"}, next())
	w.must("Asha", Scan{"mix", "vial", "CODE-vial"}, next())
	w.must("Asha", Begin{"mix"}, next())
	now = now.Add(5 * time.Minute)
	w.must("Asha", Perform{"mix"}, next())
	for _, value := range [][2]string{{"pH", "7.0"}, {"protein", "0.10"}, {"colour", "clear"}, {"viable", viable}} {
		w.must("Asha", Record{"test", value[0], value[1]}, next())
	}
	return next()
}

// finishCells goes on to the review; with a failed specification that takes the
// physician's acceptance.
func (w *world) finishCells(now time.Time) time.Time {
	w.tb.Helper()
	next := func() time.Time { now = now.Add(time.Minute); return now }
	if w.state.MaySupplyAnyway() {
		for _, stage := range Stages() {
			at := next()
			w.must("Queenie", RecordRoute{stage, "Dr Example", at.Format(time.RFC3339), "LETTER-1", "because"}, at)
		}
	}
	w.must("Asha", Perform{"test"}, next())
	w.must("Pia", Check{"test"}, next())
	w.must("Asha", Record{"draw up", "drawn", "1.5"}, next())
	w.must("Asha", Perform{"draw up"}, next())
	w.must("Pia", Check{"draw up"}, next())
	w.must("Asha", Record{"rest", "density", "1.00"}, next())
	w.must("Asha", Perform{"rest"}, next())
	w.must("Paul", Review{"All seen."}, next())
	return next()
}

// TestADeviationsEntriesThatTheStreamDoesNotSupportAreRefused: a batch's record
// says of a deviation what the deviation's own stream says, and nothing else.
func TestADeviationsEntriesThatTheStreamDoesNotSupportAreRefused(t *testing.T) {
	w := newWorld(t, "cells")
	now := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, now)
	for _, c := range []Command{AttachDeviation{"D-2026-0001", 0}, RuleDeviation{"D-2026-0001"}} {
		if err := w.do("Quinn", c, now); err == nil {
			t.Errorf("%s was taken without a deviation", CommandName(c))
		}
	}
	w.keep("Asha", register.OpenDeviation{Year: 2026, Batch: batchID, Step: "clearance", Risk: "major", What: "A spill.", Immediate: "It was wiped up."}, now)
	for _, c := range []Command{AttachDeviation{"D-2026-0001", 0}, RuleDeviation{"D-2026-0001"}} {
		if err := w.do("Quinn", c, now); err == nil {
			t.Errorf("%s was taken a second time, or undecided", CommandName(c))
		}
	}
	if blocks := w.state.deviationsHolding(); len(blocks) != 1 {
		t.Errorf("it holds %q", blocks)
	}
	w.holds()
	// A record whose facts know no such deviation does not replay.
	for index, f := range w.facts {
		f.Deviations = nil
		w.facts[index] = f
	}
	if _, err := Replay(w.log, w.witnesses(false)); err == nil {
		t.Error("a deviation that no stream knows was believed")
	}
}
