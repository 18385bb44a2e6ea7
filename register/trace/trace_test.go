package trace

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// pooled is a site where two donations became one lot, and that lot medicines.
func pooled(tb testing.TB) *world {
	w := newWorld(tb)
	w.lot("L-0001", "D1", "=A1", "C1")
	w.lot("L-0002", "D2", "=A2", "C2")
	w.lot("L-0003", "D2-b", "=A2", "C3") // the other half of a split donation
	w.open("B-1", "p-1", "999 000 0018", "lot/L-0001", "lot/L-0002", "equipment/E-0001")
	w.write("B-1", "p-2", "performed", batch.StepPerformed{Step: "pool", Results: []batch.ResultOf{}})
	w.write("B-1", "p-3", "certified", batch.BatchCertified{})
	w.lot("L-0004", "B-1", "", "POOL-1") // its lot number is the batch's
	w.open("B-2", "p-1", "999 000 0026", "lot/L-0004")
	w.open("B-3", "p-4", "999 000 0034", "lot/L-0003")
	w.write("B-2", "p-5", "verified", batch.StepChecked{Step: "mix"})
	return w
}

// TestADonationIsFollowedThroughWhatWasMadeOfIt: pooled, split and made into
// other patients' medicines (MAT-07, COI-05).
func TestADonationIsFollowedThroughWhatWasMadeOfIt(t *testing.T) {
	x := pooled(t).indexed()
	for _, c := range []struct {
		of      Ref
		lots    string
		batches string
	}{
		{Ref{Donation, "=A1"}, "L-0001 L-0004", "B-1 B-2"},
		{Ref{Donation, "=A2"}, "L-0002 L-0003 L-0004", "B-1 B-2 B-3"},
		{Ref{Lot, "L-0003"}, "L-0003", "B-3"},
		{Ref{Number, "D2"}, "L-0002 L-0004", "B-1 B-2"},
		{Ref{Person, "p-2"}, "L-0004", "B-1 B-2"},
		{Ref{Person, "p-5"}, "", "B-2"},
		{Ref{Equipment, "E-0001"}, "L-0004", "B-1 B-2"},
		{Ref{Patient, "9990000026"}, "", "B-2"},
		{Ref{Site, "The Royal, unit 1"}, "", "B-1 B-2 B-3"},
		{Ref{Donation, "=A9"}, "", ""},
	} {
		found := x.Where(c.of, Span{})
		if got := strings.Join(found.Lots, " "); got != c.lots {
			t.Errorf("%v: the lots %s", c.of, got)
		}
		if got := strings.Join(found.Batches(), " "); got != c.batches {
			t.Errorf("%v: the batches %s", c.of, got)
		}
	}
	if found := x.WhereOf("D2", "syringe"); len(found.Lots)+len(found.Uses) > 0 {
		t.Errorf("another material's lot of that number: %v", found)
	}
}

// TestABatchIsFollowedBackToTheDonationsOfWhatItIsMadeFrom (MAT-07).
func TestABatchIsFollowedBackToTheDonationsOfWhatItIsMadeFrom(t *testing.T) {
	x := pooled(t).indexed()
	var donations, people []string
	for _, use := range x.From("B-2") {
		if came, ok := x.Delivery(use.Of.Name); ok {
			donations = append(donations, came.Donations...)
		}
		if use.Of.Kind == Person {
			people = append(people, use.Of.Name+" in "+use.Batch)
		}
	}
	if strings.Join(donations, " ") != "=A1 =A2" {
		t.Errorf("made from %v", donations)
	}
	if !slices.Contains(people, "p-3 in B-1") || !slices.Contains(people, "p-5 in B-2") {
		t.Errorf("made by %v", people)
	}
}

// TestAMachineCountsFromWhenItWasSetOutUntilItIsFreed (MAT-05).
func TestAMachineCountsFromWhenItWasSetOutUntilItIsFreed(t *testing.T) {
	w := newWorld(t)
	start := w.now
	w.open("B-1", "p-1", "1", "equipment/E-0001")
	w.now = start.Add(time.Hour)
	w.note(register.LogbookStream("E-0001"), register.EquipmentFreed{Batch: "B-1", Item: "cabinet"})
	w.now = start.Add(2 * time.Hour)
	w.write("B-1", "p-1", "", batch.RemarkNoted{Text: "still going on"})
	x := w.indexed()
	in := func(from, until time.Duration) int {
		return len(x.Where(Ref{Equipment, "E-0001"}, Span{start.Add(from), start.Add(until)}).Uses)
	}
	if in(30*time.Minute, 40*time.Minute) != 1 || in(time.Hour, 3*time.Hour) != 1 {
		t.Error("a use within the span was not found")
	}
	if in(90*time.Minute, 3*time.Hour) != 0 || in(-2*time.Hour, -time.Hour) != 0 {
		t.Error("a use outside the span was found")
	}
}

// TestWhatWasScannedOrTypedIsFoundByWhateverNameItHas (MAT-03).
func TestWhatWasScannedOrTypedIsFoundByWhateverNameItHas(t *testing.T) {
	w := pooled(t)
	w.note(register.EquipmentStream("E-0001"), register.EquipmentListed{Item: "cabinet", Title: "cabinet 2", Code: "CAB-2", Serial: "77"})
	x := w.indexed()
	for text, want := range map[string]Ref{
		"B-2": {Batch, "B-2"}, "L-0001": {Lot, "L-0001"}, "c1": {Lot, "L-0001"}, "D1": {Number, "D1"}, "=a2": {Donation, "=A2"},
		"cab-2": {Equipment, "E-0001"}, "77": {Equipment, "E-0001"}, "p-4": {Person, "p-4"}, "999 000 0034": {Patient, "9990000034"},
		"The Royal, unit 1": {Site, "The Royal, unit 1"}, "POOL-1": {Lot, "L-0004"},
	} {
		if got := x.Find(text); !slices.Contains(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
	if got := x.Find("nothing"); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// history draws a log: deliveries, batches that use them and become lots of
// their own, people, machines and corrections of course.
func history(t *rapid.T, w *world) {
	pick := func(prefix string, most int) string {
		return fmt.Sprintf("%s-%d", prefix, rapid.IntRange(1, most).Draw(t, prefix))
	}
	var lots, batches []string
	for range rapid.IntRange(1, 60).Draw(t, "entries") {
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 8:
			if len(lots) > 1 {
				lots = append(lots, w.pool(t, fmt.Sprintf("L-%d", len(lots)+1), lots))
			}
		case 9:
			if len(lots) > 0 {
				id := fmt.Sprintf("L-%d", len(lots)+1)
				w.part(id, rapid.SampledFrom(lots).Draw(t, "split"))
				lots = append(lots, id)
			}
		case 0:
			id := fmt.Sprintf("L-%d", len(lots)+1)
			number := pick("N", 4)
			if len(batches) > 0 && rapid.Bool().Draw(t, "made here") {
				number = rapid.SampledFrom(batches).Draw(t, "of")
			}
			w.lot(id, number, rapid.SampledFrom([]string{"", "=A1", "=A2", "=A3"}).Draw(t, "donation"), "C-"+id)
			lots = append(lots, id)
		case 1, 2:
			var uses []string
			for range rapid.IntRange(0, 3).Draw(t, "uses") {
				if len(lots) > 0 {
					uses = append(uses, "lot/"+rapid.SampledFrom(lots).Draw(t, "lot"))
				}
			}
			uses = append(uses, "equipment/"+pick("E", 3))
			id := fmt.Sprintf("B-%d", len(batches)+1)
			w.open(id, pick("p", 4), pick("n", 5), uses...)
			batches = append(batches, id)
		default:
			if len(batches) == 0 {
				continue
			}
			id := rapid.SampledFrom(batches).Draw(t, "batch")
			switch rapid.IntRange(0, 5).Draw(t, "act") {
			case 0:
				w.write(id, pick("p", 4), "performed", batch.StepPerformed{Step: "mix", Results: []batch.ResultOf{}})
			case 1:
				w.write(id, pick("p", 4), "", batch.CommandRefused{Attempt: "perform"})
			case 2:
				if len(lots) > 0 {
					w.write(id, pick("p", 4), "", batch.ItemSetOut{Item: batch.OpenedItem{Name: "more", Register: "lot/" + rapid.SampledFrom(lots).Draw(t, "lot")}})
				}
			case 3:
				w.note(register.LogbookStream(pick("E", 3)), register.EquipmentTaken{Batch: id, Item: "cabinet"})
			case 4:
				w.write(id, pick("p", 4), "certified", batch.BatchCertified{})
			case 5:
				w.write(id, pick("p", 4), "", batch.RemarkNoted{Text: "seen"})
			}
		}
	}
}

// walk goes over all entries for one thing, as somebody would with the printed
// log in hand, until nothing more comes to light.
func walk(w *world, of Ref) (lots, batches map[string]bool) {
	lots, batches = map[string]bool{}, map[string]bool{}
	opened := map[string]bool{}
	touches := func(e audit.Stored, i int, id string) bool {
		switch of.Kind {
		case Person:
			return e.Actor == of.Name && e.Kind != kindRefused
		case Patient:
			return spaceless(w.opened[i]["number"]) == of.Name
		case Site:
			return e.Kind == kindOpened
		}
		return false
	}
	for again := true; again; {
		before := len(lots) + len(batches)
		clear(opened)
		for i, e := range w.log {
			room, id, _ := strings.Cut(string(e.Stream), "/")
			text := string(e.Payload)
			switch room {
			case "lot":
				number, donations, from := began(ev(e))
				own := of == Ref{Lot, id} || of == Ref{Number, number} || of.Kind == Donation && slices.Contains(donations, of.Name)
				if own || of.Kind != Patient && of.Kind != Site && len(from) == 0 && opened[number] && batches[number] {
					lots[id] = true
				}
				if of.Kind != Patient && of.Kind != Site && slices.ContainsFunc(from, func(one string) bool { return lots[one] }) {
					lots[id] = true
				}
			case "logbook":
				if of == (Ref{Equipment, id}) {
					batches[ev(e).(register.EquipmentTaken).Batch] = true
				}
			case "batch":
				opened[id] = true
				for lot := range lots {
					if strings.Contains(text, `"lot/`+lot+`"`) {
						batches[id] = true
					}
				}
				if touches(e, i, id) || of.Kind == Equipment && strings.Contains(text, `"equipment/`+of.Name+`"`) {
					batches[id] = true
				}
			}
		}
		again = len(lots)+len(batches) > before
	}
	return lots, batches
}

// began is what the first entry of a lot says: its number, the donations in it
// and the lots that it was made of.
func began(ev register.Event) (number string, donations, from []string) {
	switch e := ev.(type) {
	case register.LotReceived:
		return e.Number, []string{e.Donation}, nil
	case register.LotPooled:
		for _, source := range e.From {
			from = append(from, source.Lot)
		}
		return e.Number, e.Donations, from
	case register.LotSplitOff:
		return e.Number, e.Donations, []string{e.From}
	}
	return "", nil, nil
}

func ev(e audit.Stored) register.Event {
	found, _ := register.DecodeEvent(e.Entry, nil)
	return found
}

// things are everything that a history may name.
func things() (all []Ref) {
	for i := range 12 {
		all = append(all, Ref{Lot, fmt.Sprintf("L-%d", i+1)})
		if i < 5 {
			all = append(
				all, Ref{Number, fmt.Sprintf("N-%d", i+1)}, Ref{Donation, fmt.Sprintf("=A%d", i+1)}, Ref{Equipment, fmt.Sprintf("E-%d", i+1)},
				Ref{Person, fmt.Sprintf("p-%d", i+1)}, Ref{Patient, fmt.Sprintf("n-%d", i+1)},
			)
		}
	}
	return append(all, Ref{Site, "The Royal, unit 1"})
}

// TestTheIndexFindsWhatAWalkOverEveryEntryFinds, both ways (MAT-07): no batch
// that leaned on something is missed, and none is found that did not.
func TestTheIndexFindsWhatAWalkOverEveryEntryFinds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		history(rt, w)
		x := w.indexed()
		back := map[string]map[Ref]bool{} // batch → what it leans on, by the walk
		for _, of := range things() {
			lots, batches := walk(w, of)
			found := x.Where(of, Span{})
			if got := set(found.Lots); !reflect.DeepEqual(got, lots) {
				rt.Fatalf("%v: the lots %v, and the walk finds %v", of, got, lots)
			}
			if got := set(found.Batches()); !reflect.DeepEqual(got, batches) {
				rt.Fatalf("%v: the batches %v, and the walk finds %v", of, got, batches)
			}
			for id := range batches {
				if back[id] == nil {
					back[id] = map[Ref]bool{}
				}
				back[id][of] = true
			}
		}
		for id := range back {
			from := map[Ref]bool{}
			for _, use := range x.From(id) {
				if (use.Of.Kind == Patient || use.Of.Kind == Site) && use.Batch != id {
					continue
				}
				from[use.Of] = true
				if came, ok := x.Delivery(use.Of.Name); use.Of.Kind == Lot && ok {
					from[Ref{Number, came.Number}] = true
					for _, code := range came.Donations {
						from[Ref{Donation, code}] = true
					}
				}
			}
			for _, of := range things() {
				if from[of] != back[id][of] {
					rt.Fatalf("%s: back to %v is %t, and the walk says %t", id, of, from[of], back[id][of])
				}
			}
		}
	})
}

func set(list []string) map[string]bool {
	all := map[string]bool{}
	for _, one := range list {
		all[one] = true
	}
	return all
}
