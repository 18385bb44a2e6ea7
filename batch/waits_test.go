package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stops is how often the story's unit was stopped.
func (s *story) stops() int {
	unit, ok := s.w.books.Unit("U-1")
	if !ok {
		return 0
	}
	return len(unit.Stops)
}

// waiting is what the batch waits for, from those whom the licence names.
func (s *story) waiting() []Wait {
	return Among(s.w.state.Waiting(s.stops(), s.at), s.w.factsOf("Asha").Standing.Product.Certifiers)
}

// waitsFor holds the story to one kind of thing among what its batch waits for.
func (s *story) waitsFor(kind string) {
	s.Helper()
	waits := s.waiting()
	if kind == "nothing" && len(waits) == 0 || slices.ContainsFunc(waits, func(w Wait) bool { return string(w.Kind) == kind }) {
		return
	}
	s.wrong("it waits for %+v", waits)
}

// asked holds the story to what somebody is asked for; text is a part of the
// sentence, and "" is anything.
func (s *story) isAsked(who, text string, want bool) {
	s.Helper()
	var sentences []string
	found := false
	for _, wait := range s.waiting() {
		if wait.For(s.w.people[who]) {
			sentences = append(sentences, wait.Text)
			found = found || strings.Contains(wait.Text, text)
		}
	}
	if found != want {
		s.wrong("%s is asked to %q", who, sentences)
	}
}

// REL-11, EXE-04, CTL-07: in every story, after every line, whoever is asked to
// review, certify, decide or check would not be turned away because of who they
// are; and whoever may review or certify what is ready for it is asked to.
// And a batch at rest asks nobody, however long it lies and however often its
// unit is stopped, so that no list of what waits has to ask it (REL-05, CTL-08);
// its line says of it what the whole batch says.
func TestWhoIsAskedIsWhoMayAndABatchAtRestAsksNobody(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	compared, resting := map[WaitKind]int{}, map[Status]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := &story{T: t}
		for _, line := range strings.Split(string(text), "\n") {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' || strings.HasPrefix(line, "then ") {
				continue
			}
			s.line = file + ": " + line
			s.follow(line)
			if s.w.state != nil && s.w.state.Protocol != nil {
				s.compare(compared)
				s.rests(resting)
			}
		}
	}
	for _, kind := range []WaitKind{WaitsReview, WaitsCertify, WaitsDecision, WaitsCheck, WaitsSecond, WaitsStop, WaitsNews, WaitsInform, WaitsFate, WaitsLift, WaitsShift, WaitsRedline, WaitsKept, WaitsAlarm} {
		if compared[kind] == 0 {
			t.Errorf("no story waits for %s", kind)
		}
	}
	for _, status := range []Status{Given, Rejected, Aborted} {
		if !resting[status] {
			t.Errorf("no batch that is %s comes to rest", status)
		}
	}
}

// compare asks the rules of everybody for everything that waits.
func (s *story) compare(compared map[WaitKind]int) {
	s.Helper()
	for _, wait := range s.waiting() {
		c := s.commandFor(wait)
		if c == nil {
			continue
		}
		compared[wait.Kind]++
		for name, person := range s.w.people {
			_, err := Decide(s.w.state, c, s.w.factsOf(name), s.at)
			var refusal *Refusal
			barred := errors.As(err, &refusal) && slices.Contains([]string{
				"no_role", "not_trained", "same_person", "not_independent", "suspended", "own_exception", "not_on_licence",
			}, refusal.Code)
			if wait.For(person) && barred {
				s.wrong("%s is asked for %s and turned away: %s %s", name, wait.Kind, refusal.Code, refusal.Sentence)
			}
			if !wait.For(person) && err == nil && person.Active {
				s.wrong("%s could do %s and is not asked", name, wait.Kind)
			}
		}
	}
}

// commandFor is the act that a wait asks for; nil where it takes several.
func (s *story) commandFor(w Wait) Command {
	switch w.Kind {
	case WaitsReview:
		return Review{"Everything was looked at."}
	case WaitsCertify:
		return Certify{Statement: "The batch meets its specification.", Place: "The Royal, unit 1", Where: AtSite}
	case WaitsCheck:
		return Check{w.Step}
	case WaitsSecond:
		for _, asked := range s.w.state.WaitingCorrections() {
			if w.Cause == fmt.Sprintf("correction %d", asked.Number) {
				return ConfirmCorrection{Step: asked.Step, Correction: asked.Number}
			}
		}
	case WaitsStop:
		return AfterStop{Quarantine, "", "It is put aside."}
	case WaitsLift:
		for _, h := range s.w.state.Holds() {
			if w.Cause == fmt.Sprintf("hold %d", h.Number) {
				return LiftHold{h.Number, "It may go on."}
			}
		}
	case WaitsShift:
		return TakeOverShift{}
	case WaitsRedline:
		return ApproveRedline{s.w.state.WaitingRedline().Number}
	case WaitsKept:
		for _, kept := range s.w.state.OpenKept() {
			if w.Cause == fmt.Sprintf("kept entry %d", kept.Number) {
				return CloseKept{kept.Number, "It is not needed."}
			}
		}
	case WaitsFate:
		for _, entry := range s.w.state.Fates {
			if w.Cause == fmt.Sprintf("fate %d", entry.Number) {
				return WitnessFate{entry.Number}
			}
		}
	case WaitsAlarm:
		return AnswerAlarm{Equipment: "LOT-balance", Interface: 1, Number: 1, Comment: "It was looked at."}
	case WaitsInform:
		for _, ex := range s.w.state.Exceptions {
			for _, whom := range s.w.state.NotTold(ex) {
				return TellNews{ex.Number, whom, "Somebody", "by telephone", s.at.Format(time.RFC3339), "NOTE-1"}
			}
		}
	case WaitsDecision, WaitsNews:
		for _, ex := range s.w.state.OpenExceptions() {
			if w.Cause == fmt.Sprintf("exception %d", ex.Number) {
				return Resolve{ex.Number, true, "It was looked at."}
			}
		}
	}
	return nil
}
