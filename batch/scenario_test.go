package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestScenarios reads every file of testdata/scenarios: stories in plain words
// that a quality officer can check against the requirements in their heads.
// testdata/scenarios/README.md says how they are written.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { tell(t, file) })
	}
}

// story is one scenario being told.
type story struct {
	*testing.T
	w    *world
	at   time.Time
	line string

	who       string // of the act that is told
	terminals map[string]*terminal
}

var (
	acts    = regexp.MustCompile(`^at (?:day (\d+) )?(\d\d:\d\d(?::\d\d)?)(?: and (\d+) microseconds?)? (\w+)(?: and (\w+))? (.+?)(?:: refused (\w+)(?: "(.*)")?)?$`)
	clauses = regexp.MustCompile(`^then (.+)$`)
)

func tell(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{T: t}
	if !strings.Contains(string(text), "# Requirements: ") {
		t.Error("the story names no requirement")
	}
	for number, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		s.line = fmt.Sprintf("%s:%d: %s", filepath.Base(file), number+1, line)
		s.follow(line)
	}
	if s.w == nil {
		t.Fatal("the story names no protocol")
	}
	s.w.holds()
}

func (s *story) wrong(form string, args ...any) {
	s.Helper()
	s.Fatalf("%s\n  %s", s.line, fmt.Sprintf(form, args...))
}

func (s *story) follow(line string) {
	s.Helper()
	if name, ok := strings.CutPrefix(line, "protocol "); ok {
		s.w = newWorld(s.T, name)
		return
	}
	if given, ok := strings.CutPrefix(line, "given "); ok {
		s.given(given)
		return
	}
	if found := clauses.FindStringSubmatch(line); found != nil {
		s.then(found[1])
		return
	}
	found := acts.FindStringSubmatch(line)
	if found == nil {
		s.wrong("this cannot be understood")
	}
	s.at = s.moment(found[1], found[2], found[3])
	err := s.act(found[4], found[5], found[6])
	var refusal *Refusal
	switch {
	case found[7] == "" && err != nil:
		s.wrong("refused: %v", err)
	case found[7] == "":
	case !errors.As(err, &refusal):
		s.wrong("this was allowed")
	case refusal.Code != found[7] || !strings.Contains(refusal.Sentence, found[8]):
		s.wrong("refused %s %q", refusal.Code, refusal.Sentence)
	}
}

func (s *story) moment(dayText, clock, micro string) time.Time {
	if len(clock) == 5 {
		clock += ":00"
	}
	t, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		s.wrong("%v", err)
	}
	at := day().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second)
	if n, err := strconv.Atoi(dayText); err == nil {
		at = at.AddDate(0, 0, n-1)
	}
	if n, err := strconv.Atoi(micro); err == nil {
		at = at.Add(time.Duration(n) * time.Microsecond)
	}
	return at
}

type pattern struct {
	form string
	then func(found []string)
}

func choose(text string, patterns []pattern) bool {
	for _, p := range patterns {
		if found := regexp.MustCompile(`^` + p.form + `$`).FindStringSubmatch(text); found != nil {
			p.then(found)
			return true
		}
	}
	return false
}

func (s *story) act(who, second, text string) error {
	s.Helper()
	var err error
	s.who = who
	do := func(c Command) { err = s.w.do(who, c, s.at) }
	if c := registerCommand(s.w, text); c != nil {
		return s.w.tell(who, c, s.at)
	}
	understood := s.labelActs(text, do) || choose(text, slices.Concat(s.originActs(do), s.deviceActs(do), s.matchActs(do), s.paperActs(do), s.redlineActs(do), s.fullReviewActs(do))) || choose(text, s.keptActs(do)) || choose(text, s.afterwardsActs(do)) || choose(text, s.accountActs(do)) || choose(text, []pattern{
		{`opens the batch`, func([]string) { do(s.w.open) }},
		{`lets the batch go on by "(.*)" because "(.*)"`, func(m []string) { do(AfterStop{Continue, m[1], m[2]}) }},
		{`quarantines the batch because "(.*)"`, func(m []string) { do(AfterStop{Quarantine, "", m[1]}) }},
		{`begins (.+)`, func(m []string) { do(Begin{m[1]}) }},
		{`scans another patient's wristband in (.+)`, func(m []string) { do(Scan{m[1], "patient", "9990000026"}) }},
		{`scans "(.*)" as (.+) in (.+)`, func(m []string) { do(Scan{m[3], m[2], m[1]}) }},
		{`types "(.*)" as (.+) in (.+) because (.+): "(.*)"`, func(m []string) { do(TypeCode{m[3], m[2], m[1], m[4], m[5]}) }},
		{`types (.+) in (.+) because (.+): "(.*)"`, func(m []string) { do(TypeCode{m[2], m[1], s.code(m[1]), m[3], m[4]}) }},
		{`witnesses the wristband in (.+)`, func(m []string) { do(WitnessCode{m[1]}) }},
		{`scans (.+) in (.+)`, func(m []string) { do(Scan{m[2], m[1], s.code(m[1])}) }},
		{`records (.+) of (.+) as "(.*)"`, func(m []string) { do(Record{m[2], m[1], m[3]}) }},
		{`corrects (.+) of (.+) to "(.*)" because "(.*)"`, func(m []string) { do(Correct{m[2], m[1], m[3], m[4]}) }},
		{`signs correction (\d+)`, func(m []string) { do(ConfirmCorrection{s.asked(m[1]).Step, s.number(m[1])}) }},
		{`gives up correction (\d+) because "(.*)"`, func(m []string) { do(DropCorrection{s.asked(m[1]).Step, s.number(m[1]), m[2]}) }},
		{`takes the (.+) out`, func(m []string) { do(Move{m[1], "out"}) }},
		{`opens the (vial)`, func(m []string) { do(Move{m[1], "opened"}) }},
		{`puts the (.+) back`, func(m []string) { do(Move{m[1], "back"}) }},
		{`tells at (\S+), because "(.*)", that (?:she|he) began (.+)`, func(m []string) { do(Tell{Act: "begin", Step: m[3], Done: asTyped(m[1]), Late: m[2]}) }},
		{`tells at (\S+), because "(.*)", that (.+) of (.+) was "(.*)"`, func(m []string) {
			do(Tell{Act: "record", Step: m[4], Field: m[3], Text: m[5], Done: asTyped(m[1]), Late: m[2]})
		}},
		{`tells at (\S+), because "(.*)", that (?:she|he) took the (.+) out`, func(m []string) { do(Tell{Act: "move", Item: m[3], To: "out", Done: asTyped(m[1]), Late: m[2]}) }},
		{`tells at (\S+), because "(.*)", that (?:she|he) put the (.+) back`, func(m []string) { do(Tell{Act: "move", Item: m[3], To: "back", Done: asTyped(m[1]), Late: m[2]}) }},
		{`tells at (\S+), because "(.*)", that (?:she|he) performed (.+)`, func(m []string) { do(Tell{Act: "perform", Step: m[3], Done: asTyped(m[1]), Late: m[2]}) }},
		{`types for (\w+) (.+) of (.+) as "(.*)" because "(.*)"`, func(m []string) {
			do(Tell{Act: "record", Step: m[3], Field: m[2], Text: m[4], Doer: s.w.people[m[1]].ID, Scribed: m[5]})
		}},
		{`types for (\w+) the beginning of (.+) because "(.*)"`, func(m []string) { do(Tell{Act: "begin", Step: m[2], Doer: s.w.people[m[1]].ID, Scribed: m[3]}) }},
		{`types for (\w+) the signature under (.+) because "(.*)"`, func(m []string) {
			do(Tell{Act: "perform", Step: m[2], Doer: s.w.people[m[1]].ID, Scribed: m[3]})
		}},
		{`signs what was typed for (?:her|him) in (.+)`, func(m []string) { do(ConfirmTyped{m[1]}) }},
		{`puts the batch on hold for (.+?) because "(.*)"`, func(m []string) { do(PutOnHold{HoldKind(m[1]), m[2]}) }},
		{`lifts hold (\d+) because "(.*)"`, func(m []string) { do(LiftHold{s.number(m[1]), m[2]}) }},
		{`hands over with "(.*)"`, func(m []string) { do(HandOverShift{m[1]}) }},
		{`takes over`, func([]string) { do(TakeOverShift{}) }},
		{`performs (.+)`, func(m []string) { do(Perform{m[1]}) }},
		{`checks (.+)`, func(m []string) { do(Check{m[1]}) }},
		{`notes "(.*)"`, func(m []string) { do(Note{"", m[1]}) }},
		{`raises "(.*)" in (.+) and stops the batch`, func(m []string) { do(Raise{Step: m[2], Text: m[1], Blocks: true}) }},
		{`raises "(.*)" in (.+)`, func(m []string) { do(Raise{Step: m[2], Text: m[1]}) }},
		{`accepts exception (\d+) because "(.*)"`, func(m []string) { do(Resolve{s.number(m[1]), true, m[2]}) }},
		{`decides together: (.+)`, func(m []string) { do(s.together(m[1])) }},
		{`does not accept exception (\d+) because "(.*)"`, func(m []string) { do(Resolve{s.number(m[1]), false, m[2]}) }},
		{`raises an? (.+) "(.*)" in (.+)`, func(m []string) { do(Raise{Step: m[3], Text: m[2], Class: m[1]}) }},
		{`makes an exception of the first remark: "(.*)"`, func(m []string) { do(Promote{s.w.state.Notes[0].Version, m[1]}) }},
		{`records the (physician's request|risk evaluation given to the physician|physician's acceptance|notice that it is supplied at the physician's request)`, func(m []string) {
			do(RecordRoute{m[1], "Dr Example", s.at.Format(time.RFC3339), "LETTER-1", "The patient has no other chance."})
		}},
		{`supplies the batch out of specification`, func([]string) { do(Supply{"The physician asked for it.", "The Royal"}) }},
		{`tells the (.+) of the supply`, func(m []string) {
			do(TellSupply{m[1], "Somebody", "by telephone", s.at.Format(time.RFC3339), "NOTE-1"})
		}},
		{`recalls it under (R-\d+) because "(.*)"`, func(m []string) { do(Recall{m[1], m[2]}) }},
		{`aborts because "(.*)"`, func(m []string) { do(Abort{m[1]}) }},
		{`rejects because "(.*)"`, func(m []string) { do(Reject{m[1]}) }},
		{`reviews`, func([]string) { do(Review{"Everything was looked at."}) }},
		{`certifies`, func([]string) {
			do(Certify{Statement: "The batch meets its specification.", Place: "The Royal, unit 1", Where: AtSite})
		}},
		{`complete (.+?)(?: with (.+))?`, func(m []string) { err = s.complete(who, second, m[1], m[2]) }},
		{`completes (.+?)(?: with (.+))?`, func(m []string) { err = s.complete(who, second, m[1], m[2]) }},
	})
	if !understood {
		s.wrong("this cannot be understood")
	}
	return err
}

// asTyped is a moment of day 1 as somebody types it.
func asTyped(clock string) string { return "2026-11-20 " + clock }

// asked is a correction by its number; an empty one when there is none.
func (s *story) asked(text string) CorrectionEntry {
	if n := s.number(text); n > 0 && n <= len(s.w.state.Corrections) {
		return s.w.state.Corrections[n-1]
	}
	return CorrectionEntry{}
}

func (s *story) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		s.wrong("%v", err)
	}
	return n
}

func (s *story) then(text string) {
	s.Helper()
	state := s.w.state
	same := func(got any, want string) {
		s.Helper()
		if fmt.Sprint(got) != want {
			s.wrong("it is %v", got)
		}
	}
	understood := choose(text, slices.Concat(s.originThen(same), s.deviceThen(same), s.matchThen(same), paperThen(state, same), redlineThen(state, same), s.labelThen(), s.fullReviewThen())) || choose(text, s.afterwardsThen(same)) || choose(text, s.keptThen(same)) || choose(text, s.accountThen(same)) || choose(text, []pattern{
		{`the batch is (.+)`, func(m []string) { same(state.Status, m[1]) }},
		{`there (?:is|are) (\d+) exceptions?`, func(m []string) { same(len(state.Exceptions), m[1]) }},
		{`there (?:is|are) (\d+) open exceptions?`, func(m []string) { same(len(state.OpenExceptions()), m[1]) }},
		{`there (?:is|are) (\d+) refusals?`, func(m []string) { same(len(state.Refusals), m[1]) }},
		{`exception (\d+) is (.+), (\w+), blocks (.+?)(?:: "(.*)")?`, func(m []string) {
			n := s.number(m[1])
			if n > len(state.Exceptions) {
				s.wrong("there are %d exceptions", len(state.Exceptions))
			}
			ex := state.Exceptions[n-1]
			same(fmt.Sprintf("%s, %s, %s", ex.Class, ex.Severity, ex.Blocks), m[2]+", "+m[3]+", "+m[4])
			if !strings.Contains(ex.Text, m[5]) {
				s.wrong("it says %q", ex.Text)
			}
		}},
		{`the decision on exception (\d+) no longer stands`, func(m []string) {
			ex := state.Exceptions[s.number(m[1])-1]
			same(ex.Resolved == nil && len(ex.Undone) > 0, "true")
		}},
		{`correction (\d+) waits for a second person`, func(m []string) {
			c := s.asked(m[1])
			same(c.Confirmed == nil && c.Dropped == nil, "true")
		}},
		{`the sheet of correction (\d+) says "(.*)"`, func(m []string) {
			lines, err := Lines(state, ConfirmCorrection{s.asked(m[1]).Step, s.number(m[1])}, s.w.factsOf("Pia"))
			if text := strings.Join(lines, "\n"); err != nil || !strings.Contains(text, m[2]) {
				s.wrong("it says %s, %v", text, err)
			}
		}},
		{`(\w+) is responsible`, func(m []string) {
			if by := state.Responsible(); by == nil || by.Name != m[1] {
				s.wrong("it is %v", by)
			}
		}},
		{`nobody has taken the batch over`, func([]string) { same(state.Responsible() == nil, "true") }},
		{`the sheet under (.+) says "(.*)"`, func(m []string) {
			lines, err := Lines(state, Perform{m[1]}, s.w.factsOf("Asha"))
			if text := strings.Join(lines, "\n"); err != nil || !strings.Contains(text, m[2]) {
				s.wrong("it says %s, %v", text, err)
			}
		}},
		{`to sign (.+) says before "(.*)"`, func(m []string) {
			events, err := Decide(state, Perform{m[1]}, s.w.factsOf("Asha"), s.at)
			if text := strings.Join(Becomes(events), "\n"); err != nil || !strings.Contains(text, m[2]) {
				s.wrong("it says %s, %v", text, err)
			}
		}},
		{`the opening says "(.*)"`, func(m []string) {
			lines, err := Lines(nil, s.w.open, s.w.factsOf("Quinn"))
			if text := strings.Join(lines, "\n"); err != nil || !strings.Contains(text, m[1]) {
				s.wrong("it says %s, %v", text, err)
			}
		}},
		{`close call (\d+) was (?:the right thing, and it was (.+)|a wrong code)`, func(m []string) {
			same(state.CloseCalls()[s.number(m[1])-1].Unfit, m[2])
		}},
		{`the hand-over says "(.*)"`, func(m []string) {
			if open := strings.Join(state.HandingOver().Open, "\n"); !strings.Contains(open, m[1]) {
				s.wrong("it says %s", open)
			}
		}},
		{`step (.+) is signed`, func(m []string) { same(state.Step(m[1]).Signed(), "true") }},
		{`step (.+) is to be signed again`, func(m []string) { same(!state.Step(m[1]).Signed() && state.Step(m[1]).Done(), "true") }},
		{`exception (\d+) waits for (.+)`, func(m []string) { same(orRoles(state.Exceptions[s.number(m[1])-1].Waiting()), m[2]) }},
		{`exception (\d+) needs a deviation`, func(m []string) { same(state.WantsDeviation(state.Exceptions[s.number(m[1])-1]), "true") }},
		{`a registered specification failed: "(.*)"`, func(m []string) {
			if !strings.Contains(strings.Join(state.FailedSpecifications(), "\n"), m[1]) {
				s.wrong("these failed: %q", state.FailedSpecifications())
			}
		}},
		{`(\d+) are still to be told`, func(m []string) { same(len(state.Untold()), m[1]) }},
		{`the next step is (.+)`, func(m []string) {
			if state.Next() == nil {
				s.wrong("there is none")
			}
			same(state.Next().Step.Name, m[1])
		}},
		{`(.+) of (.+) was first "(.*)" and is now "(.*)"`, func(m []string) {
			entries := state.Step(m[2]).Values[m[1]]
			same(entries[0].Text, m[3])
			same(entries[len(entries)-1].Text, m[4])
		}},
		{`(.+) of (.+) is calculated as "(.*)" from "(.*)"`, func(m []string) {
			result := state.Step(m[2]).Results[m[1]]
			same(result.Rounded, m[3])
			if !strings.HasPrefix(result.Unrounded.String(), m[4]) {
				s.wrong("unrounded it is %s", result.Unrounded)
			}
		}},
		{`(.+) of (.+) is calculated as "(.*)"`, func(m []string) { same(state.Step(m[2]).Results[m[1]].Rounded, m[3]) }},
		{`certification waits for "(.*)"`, func(m []string) {
			blocks := strings.Join(state.CertifyBlocks(s.at), "\n")
			if !strings.Contains(blocks, m[1]) {
				s.wrong("it waits for %s", blocks)
			}
		}},
		{`nothing stands between the batch and certification`, func([]string) {
			if blocks := state.CertifyBlocks(s.at); len(blocks) > 0 {
				s.wrong("it waits for %q", blocks)
			}
		}},
		{`the issue number is (.+)`, func(m []string) { same(state.Issue, m[1]) }},
		{`the record was issued again after (.+): "(.*)"`, func(m []string) { same(strings.Join(state.Reissues, ", ")+": "+state.Reissue, m[1]+": "+m[2]) }},
		{`(\w+)'s signature under (.+) says "(.*)"`, func(m []string) {
			performed := state.Step(m[2]).PerformedNow()
			if performed == nil || performed.Name != m[1] || !strings.Contains(performed.Training, m[3]) {
				s.wrong("it is %+v", performed)
			}
		}},
		{`(\d+) of (\d+) codes were typed`, func(m []string) {
			typed, all := state.Typed()
			same(fmt.Sprint(typed, " of ", all), m[1]+" of "+m[2])
		}},
		{`the yield of (.+) is not known`, func(m []string) { same(s.yield(m[1]).Known, "false") }},
		{`the yield of (.+) is (.+): (.+) of (.+)`, func(m []string) {
			y := s.yield(m[1])
			same(y.Calc.Show(y.Result.Rounded)+": "+y.Actual+" of "+y.Theoretical, m[2]+": "+m[3]+" of "+m[4])
		}},
		{`the review stands`, func([]string) { same(last(state.Reviews) != nil, "true") }},
		{`the review no longer stands`, func([]string) { same(len(state.Reviews) > 0 && last(state.Reviews) == nil, "true") }},
		{`the clock (.+) says (.+)`, func(m []string) { same(s.clock(m[1]), m[2]) }},
		{`the account of immediate use says "(.*)"`, func(m []string) {
			if account := strings.Join(state.ImmediateAccount(time.UTC), "\n"); !strings.Contains(account, m[1]) {
				s.wrong("it says\n%s", account)
			}
		}},
		{`the batch waits for (.+)`, func(m []string) { s.waitsFor(m[1]) }},
		{`(\w+) is asked for nothing`, func(m []string) { s.isAsked(m[1], "", false) }},
		{`(\w+) is asked to "(.*)"( never)?`, func(m []string) { s.isAsked(m[1], m[2], m[3] == "") }},
		{`the product lives (.+) more by (.+)`, func(m []string) {
			life, lives := state.Life(s.at)
			if !lives {
				s.wrong("no clock runs")
			}
			same(fmt.Sprintf("%s more by %s", life.Until.Sub(s.at), life.Name), m[1]+" more by "+m[2])
		}},
		{`the disposition counts (\d+) entries`, func(m []string) { same(state.Disposition.Entries, m[1]) }},
	})
	if !understood {
		s.wrong("this cannot be understood")
	}
}
