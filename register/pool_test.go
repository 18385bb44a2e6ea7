package register

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/audit"
)

// cells takes in a donation of 100 mL for nobody, or for the patient named.
func (s *shelf) cells(who, code, donation, patient string) {
	s.t.Helper()
	s.must(who, ReceiveLot{
		Material: "cells", Code: code, Number: "N-" + code, Donation: donation, Expiry: s.now.AddDate(0, 0, 7), Quantity: "100 mL",
		Supplier: "Example Blood", Document: "delivery note 4", ForPatient: patient,
	})
}

func newCells(t testing.TB) *shelf {
	s := newShelf(t)
	s.must("Helen", ListMaterial{Material: "cells", Title: "mononuclear cells", Unit: "mL"})
	return s
}

func poolOf(code, quantity string, lots ...string) PoolLots {
	c := PoolLots{Code: code, Number: "P-" + code, Quantity: quantity, Document: "pooling 1"}
	for _, lot := range lots {
		c.From = append(c.From, Source{Lot: lot})
	}
	return c
}

// TestAPoolNamesEveryDonationUnalteredAndEndsWithWhatIsInIt (COI-05): two
// donations become one lot, that one is split, and the donor of one is excluded
// afterwards.
func TestAPoolNamesEveryDonationUnalteredAndEndsWithWhatIsInIt(t *testing.T) {
	s := newCells(t)
	s.cells("Omar", "C1", "=A9999 26  000001", "")
	s.cells("Omar", "C2", "=%A2", "")
	s.must("Asha", poolOf("POOL", "180 mL", "C1", "L-0002"))
	pool, _ := s.books.Lot("L-0003")
	if strings.Join(pool.Donations, "|") != "=A9999 26  000001|=%A2" || pool.Material != "cells" || pool.Quantity.String() != "180 mL" {
		t.Fatalf("%+v", pool)
	}
	for _, id := range []string{"L-0001", "L-0002"} {
		if lot, _ := s.books.Lot(id); !lot.Spent() || len(s.books.Into(id)) != 1 || lot.Uses[0].Into != "L-0003" {
			t.Fatalf("the other end does not see it: %+v", lot)
		}
	}
	s.refused("origin_unreleased", "Helen", ReleaseLot{Lot: "L-0003", Document: "CoA 3"})
	if one, _ := s.books.Lot("L-0001"); !s.books.Awaited(one) || s.books.WaitsFor(one) != "" || !strings.Contains(s.books.WaitsFor(pool), "L-0001") {
		t.Fatal("nobody is asked for the release that the pool waits for")
	}
	s.must("Helen", ReleaseLot{Lot: "L-0001", Document: "CoA 1"})
	s.must("Helen", ReleaseLot{Lot: "L-0002", Document: "CoA 2"})
	s.must("Helen", ReleaseLot{Lot: "L-0003", Document: "CoA 3"})
	s.must("Asha", SplitLot{Lot: "POOL", Parts: []Parted{{"PART-1", "60 mL"}, {"PART-2", "60 mL"}}, Document: "splitting 1"})
	part, _ := s.books.Lot("L-0005")
	if !slices.Equal(part.Donations, pool.Donations) || part.Number != pool.Number || part.Status != Unreleased {
		t.Fatalf("%+v", part)
	}
	if left, _ := s.books.Lot("L-0003"); left.Left.String() != "60 mL" {
		t.Fatalf("%s is left", left.Left)
	}
	s.must("Helen", ReleaseLot{Lot: "L-0005", Document: "CoA 5"})
	s.must("Asha", QuarantineLot{Lot: "L-0002", Reason: "the donor reports a fever"})
	if fit, _ := s.books.Scanned("PART-2", s.now); fit.Ended != "lot L-0002, of which it was made, is quarantined: the donor reports a fever" || len(fit.Grounds) != 3 {
		t.Fatalf("a part of what was made of a quarantined lot may be used: %+v", fit)
	}
	s.refused("origin_held", "Asha", SplitLot{Lot: "L-0005", Parts: []Parted{{"PART-3", "1 mL"}}, Document: "splitting 2"})
	open := OpenRecall{Kind: OfDonation, Of: "=%A2", Reason: "the donor was excluded", Document: "letter 4"}
	if err := s.recalling("Helen", open, Reach{Lots: []string{"L-0002", "L-0003"}}); err == nil {
		t.Fatal("a recall left out what was split off a pool")
	}
	if err := s.recalling("Helen", open, Reach{Lots: []string{"L-0002", "L-0003", "L-0004", "L-0005"}}); err != nil {
		t.Fatal(err)
	}
	s.refused("recalled", "Helen", ReleaseLot{Lot: "L-0004", Document: "CoA 4"})
}

// TestWhatIsOnePatientsIsPooledWithNothingElse (COI-07): neither with another
// patient's, nor with anybody's, nor with a donation of which nobody knows.
func TestWhatIsOnePatientsIsPooledWithNothingElse(t *testing.T) {
	s := newCells(t)
	s.cells("Omar", "R1", "=A1", "999 000 0018")
	s.cells("Omar", "R2", "=A2", "9990000018")
	s.cells("Omar", "O1", "=A3", "999 000 0026")
	s.cells("Omar", "D1", "=A4", "")
	s.refused("another_patients", "Asha", poolOf("P1", "100 mL", "R1", "O1"))
	s.refused("another_patients", "Asha", poolOf("P1", "100 mL", "R1", "D1"))
	s.refused("another_patients", "Asha", poolOf("P1", "100 mL", "D1", "O1"))
	with := poolOf("P1", "100 mL", "R1")
	with.From = append(with.From, Source{Donation: "=A9", Amount: "50 mL"})
	s.refused("another_patients", "Asha", with)
	named := poolOf("P1", "100 mL", "R1", "R2")
	named.ForPatient = "999 000 0026"
	s.refused("another_patients", "Asha", named)
	s.must("Asha", poolOf("P1", "200 mL", "R1", "R2"))
	entry := slices.IndexFunc(s.log, func(e audit.Stored) bool { return e.Kind == KindLotPooled })
	if strings.Contains(string(s.log[entry].Payload), "0018") || len(s.log[entry].Sealed) != 1 {
		t.Fatalf("the patient's number is not sealed: %s", s.log[entry].Payload)
	}
	s.must("Asha", SplitLot{Lot: "P1", Parts: []Parted{{"P1-A", "50 mL"}}, Document: "splitting 1"})
	if fit, _ := s.books.Scanned("P1-A", s.now); !fit.Personal || !samePatient(fit.ForPatient, "9990000018") {
		t.Fatalf("%+v", fit)
	}
	masked := NewBooks()
	for _, e := range s.log {
		if err := masked.Apply(e, nil); err != nil {
			t.Fatal(err)
		}
	}
	if fit, _ := masked.Scanned("P1-A", s.now); !fit.Personal || fit.ForPatient != "" {
		t.Fatalf("%+v", fit)
	}
}

// TestNoMoreIsPooledOrSplitThanThereIs, and nothing is in two places, outlives
// what it is made of or has somebody else's label.
func TestNoMoreIsPooledOrSplitThanThereIs(t *testing.T) {
	s := newCells(t)
	s.cells("Omar", "C1", "=A1", "")
	s.cells("Omar", "C2", "=A2", "")
	s.refused("pool_of", "Asha", poolOf("P1", "100 mL", "C1"))
	s.refused("named_twice", "Asha", poolOf("P1", "100 mL", "C1", "C1"))
	s.refused("more_than_came", "Asha", poolOf("P1", "201 mL", "C1", "C2"))
	s.refused("code_taken", "Asha", poolOf("C1", "100 mL", "C1", "C2"))
	s.refused("no_such_lot", "Asha", poolOf("P1", "100 mL", "C1", "C7"))
	again := poolOf("P1", "100 mL", "C1")
	again.From = append(again.From, Source{Donation: "=A2"})
	s.refused("is_a_lot", "Asha", again)
	late := poolOf("P1", "100 mL", "C1", "C2")
	late.Expiry = s.now.AddDate(0, 0, 8)
	s.refused("outlives", "Asha", late)
	much := poolOf("P1", "100 mL", "C1", "C2")
	much.From[0].Amount = "101 mL"
	s.refused("not_enough", "Asha", much)
	s.refused("no_role", "Ada", poolOf("P1", "100 mL", "C1", "C2"))
	s.refused("not_enough", "Asha", SplitLot{Lot: "C1", Parts: []Parted{{"A", "60 mL"}, {"B", "40.1 mL"}}, Document: "1"})
	s.refused("code_taken", "Asha", SplitLot{Lot: "C1", Parts: []Parted{{"A", "60 mL"}, {"A", "40 mL"}}, Document: "1"})
	s.refused("bad_quantity", "Asha", SplitLot{Lot: "C1", Parts: []Parted{{"A", "60 g"}}, Document: "1"})
	s.refused("parts", "Asha", SplitLot{Lot: "C1", Document: "1"})
	s.must("Helen", RejectLot{Lot: "C1", Reason: "clotted"})
	s.refused("lot_ended", "Asha", poolOf("P1", "100 mL", "C1", "C2"))
	s.refused("lot_ended", "Asha", SplitLot{Lot: "C1", Parts: []Parted{{"A", "60 mL"}}, Document: "1"})
	s.now = s.now.AddDate(0, 0, 8)
	s.refused("out_of_date", "Asha", SplitLot{Lot: "C2", Parts: []Parted{{"A", "60 mL"}}, Document: "1"})
}

// TestAPoolThatAnotherHouseMadeNamesDonationsThatNeverWereLotsHere (COI-05).
func TestAPoolThatAnotherHouseMadeNamesDonationsThatNeverWereLotsHere(t *testing.T) {
	s := newCells(t)
	c := PoolLots{
		Material: "cells", Code: "P1", Number: "POOL-7", Quantity: "300 mL", Supplier: "Example Blood", Document: "delivery note 9",
		From: []Source{{Donation: "=A1 1"}, {Donation: "=A2"}, {}}, Expiry: s.now.AddDate(0, 0, 3),
	}
	s.must("Asha", c)
	if lot, _ := s.books.Lot("L-0001"); strings.Join(lot.Donations, "|") != "=A1 1|=A2" || lot.FromWords() == "" {
		t.Fatalf("%+v", lot)
	}
	open := OpenRecall{Kind: OfDonation, Of: "=A2", Reason: "the donor was excluded", Document: "letter 4"}
	if err := s.recalling("Helen", open, Reach{}); err == nil {
		t.Fatal("a recall left out a pool that names the donation")
	}
}

// TestAPartThatItsLotsSplitDoesNotNameIsNotFolded: what nobody signed says
// exactly what the signed act says.
func TestAPartThatItsLotsSplitDoesNotNameIsNotFolded(t *testing.T) {
	s := newCells(t)
	s.cells("Omar", "C1", "=A1", "")
	w, err := Decide(s.books, SplitLot{Lot: "C1", Parts: []Parted{{"A", "60 mL"}}, Document: "1"}, Facts{Person: s.people["Asha"], Zone: time.UTC, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	beside := Beside(s.books, w)
	s.write("Asha", w)
	good, _ := beside[0].Event.(LotSplitOff)
	for name, change := range map[string]func(e *LotSplitOff){
		"more":             func(e *LotSplitOff) { e.Quantity = "61 mL" },
		"another donation": func(e *LotSplitOff) { e.Donations = []string{"=A2"} },
		"a longer life":    func(e *LotSplitOff) { e.Expiry = "" },
		"another code":     func(e *LotSplitOff) { e.Code = "B" },
	} {
		e := good
		change(&e)
		if e.check(s.books, "L-0002", Act{}) == nil {
			t.Errorf("a part with %s was taken", name)
		}
	}
	if good.check(s.books, "L-0003", Act{}) == nil || good.check(s.books, "L-0002", Act{}) != nil {
		t.Error("the number of the part counts for nothing")
	}
}

// TestARecallOfADonationReachesExactlyWhatIsMadeOfIt whatever was pooled and
// split, and nothing is ever made out of nothing (COI-05, MAT-07, MAT-01).
func TestARecallOfADonationReachesExactlyWhatIsMadeOfIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newCells(t)
		holds := map[string][]string{} // lot → donations, as somebody keeps it on paper
		in, lost := 0, 0
		for i := range rapid.IntRange(1, 14).Draw(rt, "acts") {
			code := fmt.Sprintf("C%d", i)
			ids := slices.Sorted(func(yield func(string) bool) {
				for id := range holds {
					if !yield(id) {
						return
					}
				}
			})
			next := fmt.Sprintf("L-%04d", len(holds)+1)
			switch what := rapid.IntRange(0, 3).Draw(rt, "what"); {
			case what == 0 || len(ids) < 2:
				donation := fmt.Sprintf("=A%d", rapid.IntRange(1, 4).Draw(rt, "donation"))
				s.cells("Omar", code, donation, "")
				holds[next], in = []string{donation}, in+100
			case what < 3:
				c, most := PoolLots{Code: code, Number: "P-" + code, Document: "1"}, 0
				var donations []string
				for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 2, 3, rapid.ID[string]).Draw(rt, "pooled") {
					amount := rapid.IntRange(1, 60).Draw(rt, "mL")
					c.From, most = append(c.From, Source{Lot: id, Amount: fmt.Sprintf("%d mL", amount)}), most+amount
					donations = append(donations, holds[id]...)
				}
				comes := most + rapid.IntRange(-3, 1).Draw(rt, "more or less")
				c.Quantity = fmt.Sprintf("%d mL", comes)
				if s.do("Asha", c) == nil {
					holds[next], lost = donations, lost+most-comes
				}
			default:
				id := rapid.SampledFrom(ids).Draw(rt, "split")
				c := SplitLot{Lot: id, Document: "1"}
				for k := range rapid.IntRange(1, 3).Draw(rt, "parts") {
					c.Parts = append(c.Parts, Parted{fmt.Sprintf("%s-%d", code, k), fmt.Sprintf("%d mL", rapid.IntRange(1, 50).Draw(rt, "mL"))})
				}
				if s.do("Asha", c) == nil {
					for k := range c.Parts {
						holds[fmt.Sprintf("L-%04d", len(ids)+1+k)] = holds[id]
					}
				}
			}
		}
		there := 0
		for _, lot := range s.books.Lots() {
			var left int
			if _, err := fmt.Sscanf(lot.Left.String(), "%d mL", &left); err != nil || left < 0 {
				rt.Fatalf("%s: %s is left", lot.ID, lot.Left)
			}
			there += left
		}
		if there != in-lost || lost < 0 {
			rt.Fatalf("%d mL came, %d were lost, and %d are there", in, lost, there)
		}
		for n := range 4 {
			donation := fmt.Sprintf("=A%d", n+1)
			var want []string
			for id, donations := range holds {
				if slices.Contains(donations, donation) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			open := OpenRecall{Kind: OfDonation, Of: donation, Reason: "excluded", Document: "1"}
			for i := range want {
				if s.recalling("Helen", open, Reach{Lots: append(slices.Clone(want[:i]), want[i+1:]...)}) == nil {
					rt.Fatalf("a recall of %s left out %s", donation, want[i])
				}
			}
			if err := s.recalling("Helen", open, Reach{Lots: want}); err != nil {
				rt.Fatal(err)
			}
			for _, lot := range s.books.Lots() {
				if (s.books.standsAgainst(lot) != nil && strings.Contains(s.books.standsAgainst(lot).Of.Name, donation)) && !slices.Contains(want, lot.ID) {
					rt.Fatalf("the recall of %s reaches %s, which holds %v", donation, lot.ID, holds[lot.ID])
				}
			}
		}
	})
}
