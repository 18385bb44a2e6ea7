package batch

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/register"
)

// COI-03: whatever a scanner sends in the place of the wristband, it matches
// only if it says what the wristband says; it stops the batch unless it is of
// this batch; and masked, the same history comes out the same.
func TestNothingButTheWristbandMatchesThePatient(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		at := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, at)
		w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
		w.must("Asha", Perform{"clearance"}, at)
		code := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[0-9]{10}`), rapid.StringMatching(`8018[0-9]{18}`),
			rapid.SampledFrom([]string{"9990000018", " 9990000018\r\n", "]C19990000018", "CODE-vial", "CODE-cabinet", batchID, batchID + "/L1", "B-2026-0002/L1"}),
		).Draw(rt, "code")
		err := w.do("Asha", Scan{"match", "patient", code}, at)
		matched := w.state.Step("match").Matched("patient") != nil
		if same := register.Key(scanned(code), at) == register.Key("9990000018", at); matched != same {
			rt.Fatalf("%q matched: %v", code, matched)
		}
		own := strings.HasPrefix(scanned(code), "CODE-") || strings.HasPrefix(scanned(code), batchID)
		if err == nil && !matched && w.state.Mismatched() == own {
			rt.Fatalf("%q stops the batch: %v", code, !own)
		}
		if w.state.Mismatched() && w.do("Asha", Scan{"match", "patient", "9990000018"}, at) == nil {
			rt.Fatal("the batch went on after a mismatch")
		}
		w.holds()
	})
}

// COI-03: whoever tries to hand on or take over, at any time exactly one person
// holds what was handed over, each hand-over begins with its holder, and the
// chain has no gap.
func TestTheChainOfCustodyHasNoGap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "carried")
		at := day().Add(9 * time.Hour)
		w.must("Quinn", w.open, at)
		who := rapid.SampledFrom([]string{"Asha", "Ben", "Pia", "Paul", "Queenie", "Quinn"})
		for range rapid.IntRange(5, 40).Draw(rt, "acts") {
			at = at.Add(time.Second)
			next := w.state.Next()
			if next == nil {
				break
			}
			step := next.Step.Name
			switch rapid.IntRange(0, 4).Draw(rt, "act") {
			case 0:
				_ = w.do(who.Draw(rt, "who"), TakeOver{rapid.SampledFrom([]string{"product", "cells"}).Draw(rt, "of"), rapid.SampledFrom([]string{batchID, "CODE-cells"}).Draw(rt, "raw"), "here", "why"}, at)
			case 1:
				_ = w.do(who.Draw(rt, "checker"), Check{step}, at)
			default:
				person := who.Draw(rt, "performer")
				for _, scan := range next.Step.Scans {
					_ = w.do(person, Scan{step, scan.Field, map[string]string{"patient": "9990000018", "label": batchID, "cells": "CODE-cells"}[scan.Field]}, at)
				}
				for _, in := range next.Step.Inputs {
					_ = w.do(person, Record{step, in.Name, map[string]string{
						"place": "there", "bag": "intact", "transport": "2.4 to 6.1", "logger": "run.csv, sha256 " + strings.Repeat("ab", 32),
					}[in.Name]}, at)
				}
				_ = w.do(person, Perform{step}, at)
			}
			held := map[string]string{}
			for _, h := range w.state.Custody() {
				if holder := held[h.Of]; holder != "" && string(h.From.Person) != holder {
					rt.Fatalf("%s handed over the %s, which %s held", h.From.Name, h.Of, holder)
				}
				if h.To != nil {
					held[h.Of] = string(h.To.Person)
				}
			}
			for of, person := range held {
				if holder := w.state.Holder(of); holder == nil || string(holder.Person) != person {
					rt.Fatalf("%s should hold the %s", person, of)
				}
			}
		}
		w.holds()
	})
}
