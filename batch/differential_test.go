package batch

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/protocol"
)

// The simulator, the rules at the bedside and the replay of the record agree
// entry for entry, whatever is entered in whichever of the published
// processes: the simulated acts, done again in a world of signed and hashed
// entries, come to the same events, and the record of them replays.
func TestSimulatorBedsideAndReplayAgree(t *testing.T) {
	protocols := map[string]*protocol.Protocol{}
	for _, name := range []string{"aso-intrathecal", "redcell-tc99m", "treg", "cart-prodigy"} {
		protocols[name] = readProtocol(t, name)
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := protocols[rapid.SampledFrom([]string{"aso-intrathecal", "redcell-tc99m", "treg", "cart-prodigy"}).Draw(rt, "protocol")]
		answers := Answers{
			Value: func(st *StepState, in *protocol.Input, n int) string {
				samples := in.Samples(st.Step.Base+"."+in.Name, st.Step.Calcs, p.Conditions(), nothingKnown{})
				if n > 0 || len(samples) == 0 || rapid.IntRange(0, 9).Draw(rt, "stray") > 0 {
					return ""
				}
				return rapid.SampledFrom(samples).Draw(rt, "text")
			},
		}
		run := Simulate(p, begins(), answers)
		w := newWorldOf(t, p)
		w.people = castOf(p, begins())
		shelf := (&simulation{p: p, now: begins()}).registered()
		for _, o := range run.Trail {
			if o.Refusal != nil && (o.Refusal.Code == "too_early" || o.Refusal.Code == "outside_hours") {
				continue // the simulator does not write down that it waited
			}
			switch c := o.Command.(type) {
			case Open:
				c.Batch = batchID
				w.registry = shelf
				o.Command, o.Events[0] = c, nil
			case Scan:
				c.Raw = strings.Replace(c.Raw, "SIMULATED-1", batchID, 1)
				o.Command = c
			}
			before := len(w.log)
			_ = w.do(o.Who, o.Command, o.At)
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
				if a, b := Words(o.Events[i]), Words(events[i]); a != b || reflect.TypeOf(o.Events[i]) != reflect.TypeOf(events[i]) {
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
	})
}

// nothingKnown is a batch before anything was entered.
type nothingKnown struct{}

func (nothingKnown) Value(string) (protocol.Value, bool)     { return protocol.Value{}, false }
func (nothingKnown) Moment(protocol.Point) (time.Time, bool) { return time.Time{}, false }
