package web

import (
	"strings"
	"sync"
	"testing"

	"countersign/batch"
	"countersign/register"
	"countersign/web/site"
)

// Two terminals want the last syringe of a lot: one batch gets it, and the
// other is told what is left (MAT-01).
func TestTwoTerminalsRaceForTheLastOfALotAndOneGetsIt(t *testing.T) {
	w := newWorld(t).staffed()
	first, second := w.opening("B-2026-0001"), w.opening("B-2026-0002")
	second.Reference = "RX-1002"
	w.register(w.session("b.okoro"), register.AdjustStock{Lot: "SYR-7", Left: "1", Reason: "counted again"})
	who, openings := w.session("b.okoro"), []batch.Open{first, second}
	var sheets [2]site.Sheet
	for i, c := range openings {
		var err error
		sheets[i], err = w.svc.Propose(t.Context(), who, c.Batch, c, "")
		must(t, err)
	}
	var got [2]error
	var together sync.WaitGroup
	for i, c := range openings {
		together.Go(func() {
			_, got[i] = w.svc.Sign(t.Context(), who, sheets[i].Nonce, c.Batch, c, "", secret)
		})
	}
	together.Wait()
	if (got[0] == nil) == (got[1] == nil) {
		t.Fatalf("one of the two was to be opened: %v; %v", got[0], got[1])
	}
	lost := got[0]
	if lost == nil {
		lost = got[1]
	}
	// Either is told at once, or reads the sheet again and is told then.
	if refusal, ok := site.AsRefusal(lost); ok && !strings.Contains(refusal.Sentence, " left, and ") {
		t.Errorf("the other is told: %s", refusal.Sentence)
	}
	must(t, w.svc.Registers(t.Context(), w.session("b.okoro"), func(b *register.Books) {
		for _, lot := range b.Lots() {
			if lot.Code == "SYR-7" && (lot.Left.Number != "0" || len(lot.Uses) != 2) {
				t.Errorf("%s is left after %d rows", lot.Left, len(lot.Uses))
			}
		}
	}))
}

// Two terminals scan the one cabinet at the same moment: one batch has it, and
// the other is shown which (EXE-03, COI-11).
func TestTwoTerminalsRaceForOneMachineAndOneGetsIt(t *testing.T) {
	w := newWorld(t).staffed()
	ids := []string{"B-2026-0001", "B-2026-0002"}
	for i, id := range ids {
		c := w.opening(id)
		c.Reference += ids[i]
		w.signed("b.okoro", "", id, c)
	}
	var after [2]*batch.State
	var together sync.WaitGroup
	for i, id := range ids {
		who := w.session("a.lee")
		together.Go(func() {
			var err error
			after[i], err = w.svc.Do(t.Context(), who, w.svc.NewKey(), id, 0, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
			if err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	matched, told := 0, ""
	for _, s := range after {
		for _, scan := range s.Step("clearance").Scans["cabinet"] {
			if scan.Matched {
				matched++
			} else {
				told += scan.Why
			}
		}
	}
	if matched != 1 || !strings.Contains(told, "is using E-0001") {
		t.Errorf("%d batches have the cabinet, and the other is told %q", matched, told)
	}
}
