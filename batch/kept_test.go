package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// terminal is one that keeps what is done while it cannot reach the server.
type terminal struct {
	id     string
	chain  []KeptNote
	behind time.Duration // by which its clock is behind the server's
}

// keep keeps an act as a terminal's page does.
func (k *terminal) keep(w *world, who string, at time.Time, n KeptNote) {
	p := w.people[who]
	n.Number, n.Person, n.Name, n.At = len(k.chain)+1, p.ID, p.Name, at.Add(-k.behind).Format("2006-01-02T15:04:05.000Z")
	salt := sha256.Sum256([]byte(fmt.Sprint(k.id, n.Number)))
	n.Salt = hex.EncodeToString(salt[:16])
	if len(k.chain) > 0 {
		n.Before = k.chain[len(k.chain)-1].Digest
	}
	n.Digest = n.DigestOf(batchID, k.id)
	k.chain = append(k.chain, n)
}

// handIn is what it hands in.
func (k *terminal) handIn(now time.Time) HandIn {
	return HandIn{Terminal: k.id, Called: "theatre " + k.id, Clock: now.Add(-k.behind).Format("2006-01-02T15:04:05.000Z"), Notes: slices.Clone(k.chain)}
}

// entering is the signature over a kept entry, with what the site reads a code as.
func (s *State) entering(kept int) EnterKept {
	c := EnterKept{Kept: kept}
	if kept >= 1 && kept <= len(s.Kept) && s.Kept[kept-1].Note.scans() {
		c.Code = s.Kept[kept-1].Note.Text
	}
	return c
}

// keptActs are what a story says of terminals without a connection (EXE-14).
func (s *story) keptActs(do func(Command)) []pattern {
	keep := func(id, who, at string, n KeptNote) { s.terminal(id).keep(s.w, who, s.moment("", at, ""), n) }
	return []pattern{
		{`hands in what terminal (\S+) kept`, func(m []string) { do(s.terminal(m[1]).handIn(s.at)) }},
		{`hands in what terminal (\S+) kept, without (\d+)`, func(m []string) {
			c, out := s.terminal(m[1]).handIn(s.at), s.number(m[2])-1
			c.Notes = slices.Delete(c.Notes, out, out+1)
			do(c)
		}},
		{`hands in what terminal (\S+) kept, with (\d+) changed`, func(m []string) {
			c := s.terminal(m[1]).handIn(s.at)
			c.Notes[s.number(m[2])-1].Text = "9.9"
			do(c)
		}},
		{`signs kept entry (\d+)`, func(m []string) { do(s.w.state.entering(s.number(m[1]))) }},
		{`closes kept entry (\d+) because "(.*)"`, func(m []string) { do(CloseKept{s.number(m[1]), m[2]}) }},
		{`at terminal (\S+) keeps from (\S+) (.+) of (.+) as "(.*)"`, func(m []string) {
			keep(m[1], s.who, m[2], KeptNote{Act: "record", Step: m[4], Field: m[3], Text: m[5]})
		}},
		{`at terminal (\S+) keeps from (\S+) the beginning of (.+)`, func(m []string) { keep(m[1], s.who, m[2], KeptNote{Act: "begin", Step: m[3]}) }},
		{`at terminal (\S+) keeps from (\S+) another patient's wristband in (.+)`, func(m []string) {
			keep(m[1], s.who, m[2], KeptNote{Act: "scan", Step: m[3], Field: "patient", Text: "9990000026"})
		}},
		{`at terminal (\S+) keeps from (\S+) the scan of (.+) in (.+)`, func(m []string) {
			keep(m[1], s.who, m[2], KeptNote{Act: "scan", Step: m[4], Field: m[3], Text: s.code(m[3])})
		}},
		{`at terminal (\S+) keeps from (\S+) that (.+) was done`, func(m []string) { keep(m[1], s.who, m[2], KeptNote{Act: "perform", Step: m[3]}) }},
		{`at terminal (\S+) keeps from (\S+) that the (.+) went (out|back)`, func(m []string) {
			keep(m[1], s.who, m[2], KeptNote{Act: "move", Item: m[3], To: m[4]})
		}},
	}
}

func (s *story) terminal(id string) *terminal {
	if s.terminals[id] == nil {
		if s.terminals == nil {
			s.terminals = map[string]*terminal{}
		}
		s.terminals[id] = &terminal{id: id}
	}
	return s.terminals[id]
}

// keptThen is what must be so of them.
func (s *story) keptThen(same func(got any, want string)) []pattern {
	return []pattern{
		{`(\d+) kept entr(?:y|ies) wait`, func(m []string) { same(len(s.w.state.OpenKept()), m[1]) }},
		{`the clock of terminal (\S+) is (\S+) behind`, func(m []string) {
			behind, err := time.ParseDuration(m[2])
			if err != nil {
				s.wrong("%v", err)
			}
			s.terminal(m[1]).behind = behind
		}},
		{`(\S+) of (.+) was done at (\d\d:\d\d:\d\d)`, func(m []string) {
			same(s.w.state.Step(m[2]).Value(m[1]).When().Format(time.TimeOnly), m[3])
		}},
		{`the record says of (\S+) of (.+) that it was "(.*)"`, func(m []string) {
			words := s.w.state.Step(m[2]).Value(m[1]).MannerWords(func(at time.Time) string { return at.Format(time.TimeOnly) })
			if !strings.Contains(words, m[3]) {
				s.wrong("it says %q", words)
			}
		}},
	}
}

// EXE-14: whatever terminals keep, whoever hands it in, signs or closes it, in
// whatever order and however often: nothing stands twice, nothing counts that
// nobody signed, whoever did it signed it, and everything replays.
func TestNothingThatATerminalKeptIsDoubledOrLost(t *testing.T) {
	entered, closed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		now := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, now)
		terminals := []*terminal{{id: "T-1", behind: 3 * time.Minute}, {id: "T-2", behind: -time.Second}}
		for range rapid.IntRange(5, 60).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 20, 61, 301}).Draw(rt, "seconds")) * time.Second)
			who := rapid.SampledFrom([]string{"Asha", "Asha", "Asha", "Ben", "Pia", "Quinn", "Tim"}).Draw(rt, "who")
			k := terminals[rapid.IntRange(0, 1).Draw(rt, "terminal")]
			before := w.state
			switch c := keptAct(rt, w, k, who, now); c := c.(type) {
			case nil:
				continue
			default:
				_ = w.do(who, c, now)
			}
			keptRightly(rt, before, w.state)
		}
		w.holds()
		for _, kept := range w.state.Kept {
			if kept.Entered {
				entered++
			} else if kept.Settled != nil {
				closed++
			}
		}
	})
	if entered == 0 || closed == 0 {
		t.Errorf("%d were signed and %d closed: the property shows nothing", entered, closed)
	}
}

// keptAct keeps something at a terminal, hands in, signs or closes, or does what
// the batch waits for.
func keptAct(t *rapid.T, w *world, k *terminal, who string, now time.Time) Command {
	number := rapid.IntRange(0, len(w.state.Kept)+1).Draw(t, "number")
	if open := w.state.OpenKept(); len(open) > 0 && rapid.IntRange(0, 3).Draw(t, "open") > 0 {
		number = open[0].Number
	}
	switch rapid.IntRange(0, 9).Draw(t, "act") {
	case 0, 1, 2:
		if n, ok := noteOf(anything(t, w.state)); ok {
			k.keep(w, who, now, n)
		}
		return nil
	case 3, 4:
		c := k.handIn(now)
		if len(c.Notes) > 1 && rapid.IntRange(0, 9).Draw(t, "lose") == 0 {
			c.Notes = c.Notes[1:]
		}
		return c
	case 5, 6, 7:
		return w.state.entering(number)
	case 8:
		return CloseKept{number, "because"}
	}
	if c := sensible(t, w.state); c != nil {
		return c
	}
	return Note{"", "nothing"}
}

// noteOf is what a terminal keeps of a command.
func noteOf(c Command) (KeptNote, bool) {
	switch c := c.(type) {
	case Begin:
		return KeptNote{Act: "begin", Step: c.Step}, true
	case Scan:
		return KeptNote{Act: "scan", Step: c.Step, Field: c.Field, Text: c.Raw}, true
	case Record:
		return KeptNote{Act: "record", Step: c.Step, Field: c.Field, Text: c.Text}, true
	case Perform:
		return KeptNote{Act: "perform", Step: c.Step}, true
	case Move:
		return KeptNote{Act: "move", Item: c.Item, To: c.To}, true
	}
	return KeptNote{}, false
}

// keptRightly looks at what an act did to the kept entries.
func keptRightly(t *rapid.T, before, now *State) {
	seen := map[string]bool{}
	for i, kept := range now.Kept {
		if seen[kept.Terminal+kept.Note.Digest] {
			t.Fatalf("kept entry %d stands twice", kept.Number)
		}
		seen[kept.Terminal+kept.Note.Digest] = true
		if i < len(before.Kept) && before.Kept[i].Settled != nil && *before.Kept[i].Settled != *kept.Settled {
			t.Fatalf("kept entry %d was settled twice", kept.Number)
		}
		if kept.Entered && (kept.Settled.Person != kept.Note.Person || !now.raised(fmt.Sprintf("kept:%d", kept.Number))) {
			t.Fatalf("kept entry %d was signed by another, or without an exception", kept.Number)
		}
	}
	offline, signed := 0, 0
	count := func(a Act) {
		if a.Manner != nil && a.Manner.Offline != nil {
			if offline++; a.When().After(a.At) {
				t.Fatal("it was done after it was signed")
			}
		}
	}
	for i := range now.Steps {
		st := &now.Steps[i]
		if st.Begun != nil {
			count(*st.Begun)
		}
		for _, act := range st.Performed {
			count(act)
		}
		for _, entries := range st.Scans {
			for _, entry := range entries {
				count(entry.Act)
			}
		}
		for _, entries := range st.Values {
			for _, entry := range entries {
				count(entry.Act)
			}
		}
	}
	for _, moved := range now.Moves {
		count(moved.Act)
	}
	for _, kept := range now.Kept {
		if kept.Entered {
			signed++
		}
	}
	if offline != signed {
		t.Fatalf("%d acts were done without a connection and %d kept entries signed", offline, signed)
	}
}

// EXE-14: what no terminal of ours would hand in is refused, and leaves nothing
// that could not be written or read again.
func TestWhatNoTerminalKeepsIsNotTakenIn(t *testing.T) {
	at := day().Add(9 * time.Hour)
	for name, spoil := range map[string]func(c *HandIn, n *KeptNote){
		"a number that is no number here": func(c *HandIn, n *KeptNote) { n.Number, n.Digest = 1<<60, "" },
		"no digest":                       func(_ *HandIn, n *KeptNote) { n.Digest = "" },
		"a digest of another":             func(_ *HandIn, n *KeptNote) { n.Text = "8.0" },
		"of another terminal":             func(c *HandIn, _ *KeptNote) { c.Terminal = "T-9" },
		"an act that nobody keeps":        func(_ *HandIn, n *KeptNote) { n.Act = "certify" },
		"no person":                       func(_ *HandIn, n *KeptNote) { n.Person = "" },
		"no time":                         func(_ *HandIn, n *KeptNote) { n.At = "noon" },
		"what is no text":                 func(_ *HandIn, n *KeptNote) { n.Name = "\xff" },
		"more than anybody types":         func(_ *HandIn, n *KeptNote) { n.Text = strings.Repeat("x", longestNote+1) },
		"no clock":                        func(c *HandIn, _ *KeptNote) { c.Clock = "" },
		"too much at once":                func(c *HandIn, _ *KeptNote) { c.Notes = slices.Repeat(c.Notes, mostNotes+1) },
		"one twice":                       func(c *HandIn, _ *KeptNote) { c.Notes = slices.Repeat(c.Notes, 2) },
		"nothing":                         func(c *HandIn, _ *KeptNote) { c.Notes = nil },
	} {
		w := newWorld(t, "short")
		w.must("Quinn", w.open, at)
		k := &terminal{id: "T-1"}
		k.keep(w, "Asha", at, KeptNote{Act: "record", Step: "test", Field: "pH", Text: "7.0"})
		c := k.handIn(at)
		if len(c.Notes) > 0 {
			spoil(&c, &c.Notes[0])
		}
		if err := w.do("Asha", c, at); err == nil {
			t.Errorf("%s: it was taken in", name)
		}
		for _, masked := range []bool{false, true} {
			if _, err := Replay(w.log, w.witnesses(masked)); err != nil {
				t.Errorf("%s, masked %t: %v", name, masked, err)
			}
		}
	}
}

// EXE-14: a terminal's clock moves nothing out of its bounds, wherever it stands.
func TestATerminalsClockPutsNothingBeforeWhatItFollowsOrAfterNow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		at := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, at)
		k := &terminal{id: "T-1", behind: time.Duration(rapid.Int64Range(-int64(200*time.Hour), int64(200*time.Hour)).Draw(rt, "behind"))}
		kept := at.Add(time.Duration(rapid.IntRange(-300, 300).Draw(rt, "seconds")) * time.Second)
		k.keep(w, "Asha", kept, KeptNote{Act: "scan", Step: "clearance", Field: "cabinet", Text: "CODE-cabinet"})
		k.behind += time.Duration(rapid.IntRange(-200, 200).Draw(rt, "changed")) * time.Second
		now := at.Add(2 * time.Minute)
		w.must("Asha", k.handIn(now), now)
		done := w.state.Kept[0].Done
		err := w.do("Asha", w.state.entering(1), now)
		if within := !done.After(now) && !done.Before(at); within != (err == nil) {
			rt.Fatalf("done at %s, and %v", done, err)
		}
		w.holds()
	})
}
