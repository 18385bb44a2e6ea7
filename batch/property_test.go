package batch

import (
	"errors"
	"testing"
	"time"

	"countersign/identity"
	"pgregory.net/rapid"
)

// somebody draws who acts: three times in four one who may well be allowed to.
func somebody(t *rapid.T, c Command) string {
	if rapid.IntRange(0, 3).Draw(t, "fit") > 0 {
		switch c.(type) {
		case Check, ConfirmCorrection, WitnessCode:
			return "Pia"
		case Review:
			return "Paul"
		case Resolve, Certify, Reject:
			return "Quinn"
		case Begin, Scan, TypeCode, Record, Perform:
			return "Asha"
		}
	}
	return rapid.SampledFrom([]string{"Asha", "Ben", "Pia", "Paul", "Quinn", "Queenie", "Tim", "Ada"}).Draw(t, "who")
}

// anything draws a command: nine times in ten what the batch waits for,
// else whatever comes to mind.
func anything(t *rapid.T, s *State) Command {
	if s != nil && s.Protocol != nil && rapid.IntRange(0, 9).Draw(t, "kind") > 0 {
		if c := sensible(t, s); c != nil {
			return c
		}
	}
	step := rapid.SampledFrom([]string{"clearance", "match", "mix", "test", "draw up", "rest", "give", "nowhere", ""}).Draw(t, "step")
	field := rapid.SampledFrom([]string{"patient", "label", "vial", "cabinet", "pH", "protein", "colour", "drawn", "density", "given", ""}).Draw(t, "field")
	text := rapid.SampledFrom([]string{"7.0", "5.0", "0.10", "0.30", "clear", "cloudy", "1.5", "1.2", "1.00", "", "\x00", "because"}).Draw(t, "text")
	switch rapid.IntRange(-2, 13).Draw(t, "command") {
	case -2:
		return TypeCode{
			step, field, rapid.SampledFrom([]string{"9990000018", "9990000026", "9990000000", "CODE-vial", "(01)1", batchID, ""}).Draw(t, "raw"),
			rapid.SampledFrom([]string{TypingReasons()[0], "laziness"}).Draw(t, "reason"), text,
		}
	case -1:
		return WitnessCode{step}
	case 0:
		return Begin{step}
	case 1:
		return Scan{step, field, rapid.SampledFrom([]string{"9990000018", "9990000026", "CODE-vial", "CODE-cabinet", batchID, ""}).Draw(t, "raw")}
	case 2:
		return Record{step, field, text}
	case 3:
		return Move{"vial", rapid.SampledFrom([]string{"out", "back", "away"}).Draw(t, "to")}
	case 4:
		return Perform{step}
	case 5:
		return Check{step}
	case 6:
		return Correct{step, field, text, "because"}
	case 7:
		return Note{step, text}
	case 8:
		return Raise{Step: step, Text: text, Blocks: rapid.Bool().Draw(t, "blocks")}
	case 9:
		return Resolve{rapid.IntRange(0, 5).Draw(t, "exception"), rapid.IntRange(0, 9).Draw(t, "accept") > 0, "because"}
	case 10:
		return Review{"All seen."}
	case 11:
		return Certify{Statement: "Good.", Place: "Here", Where: AtSite}
	case 12:
		if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
			return Note{"", "almost"}
		}
		return Reject{"because"}
	}
	if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
		return Note{"", "almost"}
	}
	return Abort{"because"}
}

// sensible draws what the batch waits for.
func sensible(t *rapid.T, s *State) Command {
	if waiting := s.WaitingCorrections(); len(waiting) > 0 && rapid.Bool().Draw(t, "second") {
		if rapid.IntRange(0, 4).Draw(t, "give up") == 0 {
			return DropCorrection{waiting[0].Step, 1, "because"}
		}
		return ConfirmCorrection{waiting[0].Step, waiting[len(waiting)-1].Number}
	}
	if open := s.OpenExceptions(); len(open) > 0 && rapid.Bool().Draw(t, "decide") {
		return Resolve{open[0].Number, true, "because"}
	}
	next := s.Next()
	if next == nil {
		if s.Status == Complete {
			return Review{"All seen."}
		}
		return Certify{Statement: "Good.", Place: "Here", Where: AtSite}
	}
	if next.PerformedNow() != nil {
		return Check{next.Step.Name}
	}
	for _, scan := range next.Step.Scans {
		if next.Matched(scan.Field) == nil {
			raw := "CODE-" + scan.Field
			switch scan.Field {
			case patientField:
				raw = "9990000018"
			case labelField:
				raw = batchID
			}
			if rapid.IntRange(0, 4).Draw(t, "typed") == 0 {
				return TypeCode{next.Step.Name, scan.Field, raw, TypingReasons()[1], "The scanner is dead."}
			}
			return Scan{next.Step.Name, scan.Field, raw}
		}
	}
	if next.Unwitnessed() {
		return WitnessCode{next.Step.Name}
	}
	if next.Step.Timed && next.Begun == nil {
		return Begin{next.Step.Name}
	}
	good := map[string]string{"pH": "7.0", "protein": "0.10", "colour": "clear", "drawn": "1.5", "density": "1.00", "given": "1.5"}
	for _, in := range next.Step.Inputs {
		if !in.Optional && (next.Value(in.Name) == nil || next.repeatDue(in.Name)) {
			return Record{next.Step.Name, in.Name, good[in.Name]}
		}
	}
	return Perform{next.Step.Name}
}

// live lets random people do random things at random times.
func live(t *rapid.T, w *world, most int) {
	w.must("Quinn", w.open, day().Add(9*time.Hour))
	now := day().Add(9 * time.Hour)
	for range rapid.IntRange(0, most).Draw(t, "acts") {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 30, 60, 300, 301, -2, 3600}).Draw(t, "seconds")) * time.Second)
		w.clock = rapid.SampledFrom([]string{"", "", "", "", "", "the clock is not synchronised"}).Draw(t, "clock")
		before, entries := w.state, len(w.log)
		command := anything(t, w.state)
		err := w.do(somebody(t, command), command, now)
		if len(w.log) <= entries {
			t.Fatal("an act left no entry")
		}
		var refusal *Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("neither done nor refused: %v", err)
		}
		invariants(t, before, w.state)
	}
}

// invariants are what must be so after every entry, whoever did what.
func invariants(t *rapid.T, before, now *State) {
	for i := range now.Exceptions {
		if i < len(before.Exceptions) && before.Exceptions[i].Text != now.Exceptions[i].Text {
			t.Fatal("an exception was rewritten")
		}
	}
	for i := range now.Steps {
		st := &now.Steps[i]
		for field, entries := range before.Steps[i].Values {
			for j, entry := range entries {
				if st.Values[field][j].Text != entry.Text {
					t.Fatalf("a value of %s was rewritten (EXE-08)", field)
				}
			}
		}
		if len(st.Performed) > 0 {
			for j := range i {
				if !now.Steps[j].Done() {
					t.Fatalf("%s was performed before %s (EXE-02)", st.Step.Name, now.Steps[j].Step.Name)
				}
			}
		}
		if performed, checked := st.PerformedNow(), st.CheckedNow(); checked != nil && (performed == nil || performed.Person == checked.Person) {
			t.Fatalf("%s was checked by who performed it (EXE-04)", st.Step.Name)
		}
		if st.Unwitnessed() && (st.Begun != nil && st.Begun.At.After(st.Matched(patientField).At) || st.PerformedNow() != nil) {
			t.Fatalf("%s went on with a typed wristband that nobody else had read (COI-03)", st.Step.Name)
		}
		for _, act := range st.witnesses() {
			if st.workers()[act.Person] && len(st.Checked) == 0 {
				t.Fatalf("%s was witnessed by who worked in it (EXE-04)", st.Step.Name)
			}
		}
		if st.Section.AfterRelease && len(st.Performed)+len(st.Scans)+len(st.Values) > 0 && now.Certification == nil {
			t.Fatalf("%s came before release", st.Step.Name)
		}
		for _, in := range st.Step.Inputs {
			if entry := st.Value(in.Name); entry != nil && entry.Verdict.Level != "" && !excepted(now, st.Step.Name, in.Name) {
				t.Fatalf("%s is out of its limit and has no exception (EXE-08)", in.Name)
			}
		}
	}
	if now.Certification != nil && before.Certification == nil {
		certifiedRightly(t, now)
	}
}

func excepted(s *State, step, field string) bool {
	for _, ex := range s.Exceptions {
		if ex.Step == step && ex.Field == field && ex.Class == "out of limit" {
			return true
		}
	}
	return false
}

// certifiedRightly looks at a batch that was just certified (REL-10, REL-11).
func certifiedRightly(t *rapid.T, s *State) {
	if open := s.OpenExceptions(); len(open) > 0 {
		t.Fatalf("certified with open exceptions: %v", open)
	}
	certifier := s.Certification.Person
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease {
			continue
		}
		if !st.Signed() {
			t.Fatalf("certified with %s unsigned", st.Step.Name)
		}
		if !st.Step.Critical {
			continue
		}
		people := []identity.PersonID{st.PerformedNow().Person}
		if st.CheckedNow() == nil {
			t.Fatalf("certified without a second person in %s", st.Step.Name)
		}
		for _, person := range append(people, st.CheckedNow().Person) {
			if person == certifier {
				t.Fatalf("certified by who signed in %s", st.Step.Name)
			}
		}
	}
	if last(s.Reviews) == nil || last(s.Reviews).Person == certifier {
		t.Fatal("certified without another person's review")
	}
	for _, ex := range s.Exceptions {
		if ex.Resolved != nil && !ex.Accepted {
			t.Fatal("certified with an exception that was not accepted")
		}
	}
}

func TestNobodyBreaksTheRulesWhateverTheyTry(t *testing.T) {
	certified := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		live(rt, w, 90)
		w.holds()
		if w.state.Certification != nil {
			certified++
		}
	})
	t.Logf("%d of the batches were certified", certified)
}

// TestReplayRefusesAHistoryWithOneEntryChanged changes one entry of a history
// that Decide wrote; whatever is changed, Replay names that entry or the next.
func TestReplayRefusesAHistoryWithOneEntryChanged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		live(rt, w, 40)
		place := rapid.IntRange(0, len(w.log)-1).Draw(rt, "place")
		change := rapid.IntRange(0, len(changes())-1).Draw(rt, "change")
		name := changes()[change].name
		history, changed := changes()[change].do(w.log, place)
		if !changed {
			return
		}
		_, err := Replay(history, w.witnesses(false))
		var mismatch *Mismatch
		if !errors.As(err, &mismatch) {
			rt.Fatalf("%s at %d (%s) was accepted: %v", name, place, w.log[place].Kind, err)
		}
	})
}

func TestDecidingOnABatchThatWasNeverOpenedIsRefused(t *testing.T) {
	w := newWorld(t, "short")
	for name, c := range commands() {
		if _, err := Decide(nil, c, w.factsOf("Quinn"), day()); err == nil {
			t.Errorf("%s was allowed", name)
		}
		if _, err := Decide(nil, c, Facts{}, day()); err == nil {
			t.Errorf("%s by nobody was allowed", name)
		}
	}
	if _, err := Decide(nil, nil, Facts{}, day()); err == nil {
		t.Error("no command at all was allowed")
	}
}
