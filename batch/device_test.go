package batch

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWhateverIsSentTakenOrTypedAReadingIsUsedOnceAndNoFigureIsMadeUp (EXE-13): in
// random order, from before and after the scan, in several units, forged and used
// elsewhere. What stands in the batch is what the machine sent, exactly, or has its
// exception; and the record alone gives the same again.
func TestWhateverIsSentTakenOrTypedAReadingIsUsedOnceAndNoFigureIsMadeUp(t *testing.T) {
	taken, typed := 0, 0
	p := readProtocol(t, "weighed")
	rapid.Check(t, func(rt *rapid.T) {
		w, at := newWorldOf(t, p), day().Add(9*time.Hour)
		w.weighing(at)
		fields := map[string]string{"weigh": "empty", "weigh again": "full"}
		for i := range rapid.IntRange(8, 30).Draw(rt, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "seconds")) * time.Second)
			step := rapid.SampledFrom([]string{"weigh", "weigh again"}).Draw(rt, "step")
			number := rapid.IntRange(1, 6).Draw(rt, "number")
			switch rapid.SampledFrom([]string{"send", "send", "send", "take", "take", "take", "take", "take", "type", "record", "scan", "perform", "elsewhere"}).Draw(rt, "act") {
			case "send":
				if w.messages[fmt.Sprintf("1/%d", number)] == nil {
					unit := rapid.SampledFrom([]string{"g", "g", "g", "g", "mg", "mL"}).Draw(rt, "unit")
					w.send("balance", "mass", fmt.Sprintf("%d.%d00 %s", rapid.IntRange(9, 15).Draw(rt, "grams"), i, unit), number, at, at.Add(time.Duration(rapid.IntRange(-150, 150).Draw(rt, "clock"))*time.Second))
				}
			case "take":
				_ = w.do("Asha", TakeReading{Step: step, Field: fields[step], Equipment: "LOT-balance", Interface: 1, Number: int64(number)}, at)
			case "type":
				_ = w.do("Asha", TypeInstead{Step: step, Field: fields[step], Text: "12.31", Reason: "No cable."}, at)
			case "record":
				if err := w.do("Asha", Record{Step: step, Field: fields[step], Text: "12.31"}, at); err == nil {
					rt.Fatal("a value that a machine sends was typed without a word")
				}
			case "scan":
				_ = w.do("Asha", Scan{Step: step, Field: "balance", Raw: "CODE-balance"}, at)
			case "perform":
				_ = w.do("Asha", Perform{Step: step}, at)
			case "elsewhere":
				if sent := w.messages[fmt.Sprintf("1/%d", number)]; sent != nil && rapid.Bool().Draw(rt, "used elsewhere") {
					used := *sent
					used.Taken = "B-2026-0099"
					w.messages[fmt.Sprintf("1/%d", number)] = &used
				}
			}
		}
		used := map[int64]bool{}
		for step, field := range fields {
			for _, entry := range w.state.Step(step).Values[field] {
				if entry.Source == nil {
					rt.Fatalf("%s came from nowhere", entry.Text)
				}
				if entry.Source.Equipment == "" {
					typed++
					if !w.state.raised(fmt.Sprintf("manual:%s/%s#1", step, field)) {
						rt.Fatal("a typed value has no exception")
					}
					continue
				}
				taken++
				sent, err := entry.Source.Message.Measured()
				if err != nil {
					rt.Fatal(err)
				}
				if same, err := sent.Cmp(entry.Value.Quantity); err != nil || same != 0 || entry.Value.Quantity.Places() != 2 {
					rt.Fatalf("%s was sent and %s stands there", sent, entry.Value.Quantity)
				}
				if used[entry.Source.Message.Number] || entry.Source.Sent.Taken != "" {
					rt.Fatal("a reading was used twice")
				}
				used[entry.Source.Message.Number] = true
				if received := entry.Source.Sent.at(); received.Before(w.state.Step(step).Matched("balance").At) {
					rt.Fatal("a reading from before the scan was taken")
				}
			}
		}
		w.holds()
	})
	if t.Logf("%d readings taken, %d figures typed", taken, typed); taken < 10 || typed < 10 {
		t.Error("the histories show little")
	}
}
