package batch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
)

// The opening says what was in force at the site and which entry of its log
// set it; a replay beside which something else was in force does not hold.
func TestTheOpeningPinsWhatTheSiteHadSet(t *testing.T) {
	w := newWorld(t, "sited")
	w.set("residue", "0.3")
	at := day().Add(9 * time.Hour)
	lines, err := Lines(nil, w.open, w.factsOf("Quinn"))
	if err != nil {
		t.Fatal(err)
	}
	const line = "Volume that stays in the line: 0.3 mL, set for this site by Quinn (quinn), 20 Oct 2026 00:00:00 UTC; the protocol allows 0.1 to 0.5 mL."
	if !slices.Contains(lines, line) {
		t.Errorf("SIG-09: the sheet does not say it:\n%s", strings.Join(lines, "\n"))
	}
	w.must("Quinn", w.open, at)
	want := OpenedSiteValue{
		Name: "residue", Entered: "0.3", Value: "0.3 mL", Version: 3, Entry: w.settings["residue"].Entry, SetBy: "Quinn", Username: "quinn", SetAt: "2026-10-20T00:00:00Z",
	}
	ev, err := DecodeEvent(w.log[0].Entry, nil)
	if err != nil {
		t.Fatal(err)
	}
	if opened := ev.(BatchOpened); len(opened.SiteValues) != 3 || opened.SiteValues[0] != want {
		t.Errorf("MBR-05: %+v", opened.SiteValues)
	}
	if told := w.state.Told(w.protocol.Step("fill").Do); told != "Fill the line. In doubt ring simulated." {
		t.Errorf("%q", told)
	}
	w.holds()
	for _, change := range []func(s *Setting){
		func(s *Setting) { s.Value = "0.4 mL" },
		func(s *Setting) { s.Entry++ },
		func(s *Setting) { s.Name = "Somebody" },
		func(s *Setting) { s.At = s.At.Add(time.Second) },
		func(s *Setting) { s.Version-- },
	} {
		facts := w.factsOf("Quinn")
		other := facts.Settings["residue"]
		change(&other)
		facts.Settings = map[string]Setting{"residue": other, "store": facts.Settings["store"], "duty call": facts.Settings["duty call"]}
		witnesses := w.witnesses(false)
		witnesses.Facts = func(audit.Entry) (Facts, error) { return facts, nil }
		if _, err := Replay(w.log, witnesses); err == nil {
			t.Errorf("beside %+v the record still holds", other)
		}
	}
}

// Explore tries what else a site may set: the step of the other store is
// reached.
func TestExplorationTriesWhatASiteMaySet(t *testing.T) {
	p := readProtocol(t, "sited")
	total := Explore(p, day(), 500)
	if missed := total.Unreached(); !total.Exhausted || len(missed) > 0 {
		t.Errorf("exhausted: %t, and never reached: %q", total.Exhausted, missed)
	}
	if run := Simulate(p, day(), Answers{Site: map[string]string{"residue": "0.6"}}); !strings.Contains(run.Ends, "could not be opened") {
		t.Errorf("MBR-05: a site set 0.6 mL: %s", run.Ends)
	}
	run := Simulate(p, day(), Answers{Site: map[string]string{"store": "cool box", "residue": "0.5"}})
	if value, _ := run.State.siteValue("residue"); value.String() != "0.5 mL" || len(run.State.Step("cool").Performed) != 1 {
		t.Errorf("%s: %+v", run.Ends, run.State.SiteValues)
	}
}
