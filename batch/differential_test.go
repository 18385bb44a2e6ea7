package batch

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/protocol"
)

// The simulator, the rules at the bedside and the replay of the record agree
// entry for entry, whatever is entered in whichever of the published
// processes, or in tables: the simulated acts, done again in a world of signed
// and hashed entries, come to the same events, and the record of them replays.
func TestSimulatorBedsideAndReplayAgree(t *testing.T) {
	protocols := map[string]*protocol.Protocol{}
	names := []string{"aso-intrathecal", "redcell-tc99m", "treg", "cart-prodigy", "tables"}
	for _, name := range names {
		protocols[name] = readProtocol(t, name)
	}
	rapid.Check(t, func(rt *rapid.T) {
		agree(rt, t, protocols[rapid.SampledFrom(names).Draw(rt, "protocol")])
	})
}

// Nor does it matter which shape a table has.
func TestSimulatorBedsideAndReplayAgreeOnTablesOfAnyShape(t *testing.T) {
	whole := readText(t, "tables")
	before, rest, _ := strings.Cut(whole, "      - step: transport\n")
	_, after, _ := strings.Cut(rest, "  - section: give\n")
	after, _, _ = strings.Cut(after, "  - criterion: The bag was")
	rapid.Check(t, func(rt *rapid.T) {
		text := before + "      - step: transport\n        do: Fill the tables.\n        enter:\n" + anyTable(rt, "one") + anyTable(rt, "two") + "\n  - section: give\n" + after
		p, problems := protocol.Parse("any.yaml", []byte(text))
		if len(problems) > 0 {
			rt.Fatalf("%s\n%s", problems, text)
		}
		agree(rt, t, p)
	})
}

// anyTable writes a table of any shape, as a step's field.
func anyTable(t *rapid.T, name string) string {
	least := rapid.IntRange(1, 4).Draw(t, "least")
	most := least + rapid.IntRange(1, 3).Draw(t, "more")
	rows := rapid.SampledFrom([]string{fmt.Sprint(most), fmt.Sprintf("%d to %d", least, most), "[start, 15 min]"}).Draw(t, "rows")
	text := "          " + name + ":\n            rows: " + rows + "\n            columns:\n"
	columns := []string{
		"{type: count, accept: at least 5}", "{unit: mL, places: 1, reject above: 9.0 mL, may be: [not done, not applicable]}",
		"{choices: [clear, cloudy], warn is: cloudy, then: repeat once}", "{type: text, optional: yes}", "{type: date and time}",
		"{type: duration, accept: at least 30 s}", "{type: yes or no, accept: yes, otherwise: [exception, blocks]}",
		"{type: range, unit: Cel, places: 1, accept: 2.0 to 8.0 Cel}", "{unit: g/L, places: 2, censored: yes, warn above: 0.30 g/L}",
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "columns") {
		text += fmt.Sprintf("              column%d: %s\n", i, rapid.SampledFrom(columns).Draw(t, "column"))
	}
	return text
}

// agree makes a batch of a protocol three times over.
func agree(rt *rapid.T, t *testing.T, p *protocol.Protocol) {
	t.Helper()
	run := stray(rt, p)
	w := newWorldOf(t, p)
	w.people = castOf(p, begins())
	shelf := (&simulation{p: p, now: begins()}).registered()
	for _, o := range run.Trail {
		if o.Refusal != nil && (o.Refusal.Code == "too_early" || o.Refusal.Code == "outside_hours") {
			continue // the simulator does not write down that it waited
		}
		if _, opening := o.Command.(Open); opening {
			w.registry = shelf
			o.Events[0] = nil // it names another batch
		}
		before := len(w.log)
		_ = w.do(o.Who, hereOf(o.Command), o.At)
		var events []Event
		for _, stored := range w.log[before:] {
			ev, err := DecodeEvent(stored.Entry, w.openings[stored.Index])
			if err != nil {
				rt.Fatal(err)
			}
			events = append(events, ev)
		}
		if len(o.Events) != len(events) {
			rt.Fatalf("%+v by %s: the simulator writes %d entries, the bedside %d", o.Command, o.Who, len(o.Events), len(events))
		}
		for i := range events {
			if o.Events[i] == nil {
				continue // the opening names another batch
			}
			if a, b := Words(anywhere(o.Events[i])), Words(anywhere(events[i])); a != b || reflect.TypeOf(o.Events[i]) != reflect.TypeOf(events[i]) {
				rt.Fatalf("the simulator writes %q and the bedside %q", a, b)
			}
		}
	}
	if replayed, err := Replay(w.log, w.witnesses(false)); err != nil || replayed.Entries != len(w.log) {
		rt.Fatalf("the record does not replay: %v", err)
	}
	if run.State.Protocol != nil && run.State.Status != w.state.Status {
		rt.Fatalf("the simulator ends %s and the bedside %s", run.State.Status, w.state.Status)
	}
}

// stray simulates a batch in which one answer in ten is any that could be given.
func stray(t *rapid.T, p *protocol.Protocol) Run {
	return Simulate(p, begins(), Answers{
		Value: func(st *StepState, in *protocol.Input, n int) string {
			samples := in.Samples(st.Step.Base+"."+in.Name, st.Step.Calcs, p.Conditions(), nothingKnown{})
			if n > 0 || len(samples) == 0 || rapid.IntRange(0, 9).Draw(t, "stray") > 0 {
				return ""
			}
			return rapid.SampledFrom(samples).Draw(t, "text")
		},
	})
}

// hereOf is a simulated command as it is given in a world's batch.
func hereOf(c Command) Command {
	switch c := c.(type) {
	case Open:
		c.Batch = batchID
		return c
	case Scan:
		c.Raw = strings.Replace(c.Raw, "SIMULATED-1", batchID, 1)
		return c
	case ApplyLabel:
		c.Raw = strings.Replace(c.Raw, "SIMULATED-1", batchID, 1)
		return c
	}
	return c
}

// nothingKnown is a batch before anything was entered.
type nothingKnown struct{}

func (nothingKnown) Value(string) (protocol.Value, bool)     { return protocol.Value{}, false }
func (nothingKnown) Moment(protocol.Point) (time.Time, bool) { return time.Time{}, false }

// anywhere is an event without what a certificate says of unit and registers,
// which a simulation has none of.
func anywhere(ev Event) Event {
	if certified, is := ev.(BatchCertified); is {
		certified.Lines = slices.DeleteFunc(slices.Clone(certified.Lines), func(line string) bool {
			return strings.HasPrefix(line, "Manufacturing licence ") || strings.HasPrefix(line, "Master file ") || strings.HasPrefix(line, "Unit ")
		})
		return certified
	}
	return ev
}
