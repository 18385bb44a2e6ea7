package batch

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"
	_ "time/tzdata"

	"countersign/protocol"
	"pgregory.net/rapid"
)

// DEV-06: the days are counted from the day after knowledge, in site time,
// whatever the clocks do in between; the last day counts to its end.
func TestTheDaysAreCountedFromTheDayAfterKnowledge(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		known   string
		serious bool
		want    string // the first moment that is too late
	}{
		{"2026-03-01T00:00:00Z", true, "2026-03-17T00:00:00Z"},
		{"2026-03-01T23:59:59Z", true, "2026-03-17T00:00:00Z"},
		{"2026-03-02T00:00:00Z", true, "2026-03-18T00:00:00Z"},
		// The clocks go forward on 29 March: day 15 ends at 23:00 universal time.
		{"2026-03-20T12:00:00Z", true, "2026-04-04T23:00:00Z"},
		// Half past midnight of 1 July in site time is still June elsewhere.
		{"2026-06-30T23:30:00Z", true, "2026-07-16T23:00:00Z"},
		// The clocks go back on 25 October.
		{"2026-10-15T12:00:00Z", true, "2026-10-31T00:00:00Z"},
		{"2026-03-01T12:00:00Z", false, "2026-05-30T23:00:00Z"},
		{"2027-12-01T12:00:00Z", false, "2028-03-01T00:00:00Z"}, // over a leap day
	} {
		known, err := time.Parse(time.RFC3339, row.known)
		if err != nil {
			t.Fatal(err)
		}
		if got := TellRegulatorBy(known, row.serious, london).UTC().Format(time.RFC3339); got != row.want {
			t.Errorf("known %s, serious %v: too late from %s, want %s", row.known, row.serious, got, row.want)
		}
	}
}

// REL-12: whatever is reported, told and decided after certification, the
// certificate, its words and the entries that it covers stay byte for byte, and
// the history is decided again the same, masked too.
func TestNothingThatComesToLightChangesWhatWasCertified(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := madeShort(t)
		at := day().Add(10 * time.Hour)
		next := func() time.Time { at = at.Add(time.Minute); return at }
		certified, count := *w.state.Certification, len(w.log)
		before := make([][]byte, count)
		for i := range w.log {
			before[i] = bytes.Clone(w.log[i].Bytes)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(rt, "hours")) * time.Hour)
			_ = w.do(rapid.SampledFrom([]string{"Asha", "Pia", "Quinn", "Queenie", "Clara", "Tim", "Ada"}).Draw(rt, "who"), newsCommand(rt, w.state, at), next())
		}
		if now := w.state.Certification; now == nil || !reflect.DeepEqual(*now, certified) {
			rt.Fatalf("the certificate was %+v and is %+v", certified, now)
		}
		for i, was := range before {
			if !bytes.Equal(was, w.log[i].Bytes) {
				rt.Fatalf("entry %d has changed", i)
			}
		}
		if last(w.state.Reviews) == nil {
			rt.Fatal("the review was taken away")
		}
		for _, ex := range w.state.Exceptions {
			if ex.Resolved != nil && len(w.state.NotTold(ex)) > 0 {
				rt.Fatalf("exception %d is closed, and %q were not told", ex.Number, w.state.NotTold(ex))
			}
		}
		for _, masked := range []bool{false, true} {
			if _, err := Replay(w.log, w.witnesses(masked)); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// madeShort makes and certifies a batch of the protocol "short".
func madeShort(t *testing.T) *world {
	t.Helper()
	s := &story{T: t}
	for _, line := range []string{
		"protocol short", "at 09:00 Quinn opens the batch", "at 09:01 Asha completes clearance", "at 09:02 Asha and Pia complete match",
		"at 09:03 Asha scans vial in mix", "at 09:03 Asha begins mix", "at 09:08 Asha performs mix",
		"at 09:09 Asha and Pia complete test with pH = 7.0, protein = 0.10, colour = clear", "at 09:10 Asha and Pia complete draw up with drawn = 1.5",
		"at 09:11 Asha completes rest with density = 1.00", "at 09:13 Paul reviews", "at 09:15 Quinn certifies",
	} {
		s.line = line
		s.follow(line)
	}
	return s.w
}

// newsCommand draws something that somebody does after certification.
func newsCommand(t *rapid.T, s *State, now time.Time) Command {
	exception := rapid.IntRange(0, len(s.Exceptions)+1).Draw(t, "exception")
	at := now.Add(-time.Duration(rapid.IntRange(-1, 48).Draw(t, "before")) * time.Hour).Format(time.RFC3339)
	switch rapid.IntRange(0, 3).Draw(t, "act") {
	case 0:
		return TellNews{exception, rapid.SampledFrom([]string{Regulator, "the ward", ""}).Draw(t, "whom"), "Somebody", "by post", at, "NOTE-1"}
	case 1:
		return Resolve{exception, rapid.Bool().Draw(t, "accept"), "It was looked at."}
	case 2:
		return ReportNews{Class: rapid.SampledFrom(append(NewsClasses(), "rumour")).Draw(t, "class"), Known: at, Text: "It itched.", Tell: "the ward"}
	}
	return ReportNews{
		Class: AdverseReaction, Known: at, Text: "It itched.", Serious: rapid.Bool().Draw(t, "serious"), Onset: rapid.SampledFrom([]string{"2026-11-20", "", "2036-01-01"}).Draw(t, "onset"),
		Outcome: rapid.SampledFrom(append(Outcomes(), "")).Draw(t, "outcome"), Tell: rapid.SampledFrom([]string{"", "the sponsor", Regulator}).Draw(t, "tell"),
	}
}

// Every class of news is one of the table's, and nobody raises it otherwise.
func TestEveryClassOfNewsIsInTheTable(t *testing.T) {
	for _, name := range NewsClasses() {
		class := protocol.ExceptionClassNamed(name)
		if class == nil || class.Told {
			t.Error(fmt.Sprint(name, " is not there, or is raised by hand"))
		}
	}
}
