package register

import (
	"testing"
)

func TestPiecesAreTypedAsPeopleWriteThem(t *testing.T) {
	for typed, want := range map[string]string{
		"1 piece": "1", "3 pieces": "3", " 3 Pieces ": "3", "3": "3", "5 mL": "5 mL", "": "", "pieces": "pieces", "3  pieces": "3  pieces", "1 piece more": "1 piece more",
	} {
		if got := Counted(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

// TestWhatIsCountedInPiecesIsTakenInAndCountedInPieces (MAT-01): the register
// keeps the bare number that it always kept, and 3 pieces are never 3 mL.
func TestWhatIsCountedInPiecesIsTakenInAndCountedInPieces(t *testing.T) {
	s := newCells(t)
	s.must("Helen", ListMaterial{Material: "vial", Title: "vial"})
	take := ReceiveLot{Material: "vial", Code: "V1", Number: "A1", Expiry: s.now.AddDate(0, 0, 7), Quantity: "4 pieces", Supplier: "Example Works", Document: "note 1"}
	s.must("Asha", take)
	s.must("Omar", AdjustStock{Lot: "L-0001", Left: "1 piece", Reason: "Three broke."})
	lot, _ := s.books.Lot("L-0001")
	if lot.Quantity.Coded() != "4" || lot.Left.Coded() != "1" || Pieces(lot.Left) != "1 piece" {
		t.Fatalf("%+v", lot)
	}
	s.must("Omar", AdjustStock{Lot: "L-0001", Left: "4 pieces", Reason: "They were found."})
	s.must("Asha", SplitLot{Lot: "L-0001", Document: "split 1", Parts: []Parted{{Code: "V2", Quantity: "1 piece"}, {Code: "V3", Quantity: "2 pieces"}}})
	if part, _ := s.books.Lot("L-0003"); part == nil || part.Left.Coded() != "2" {
		t.Fatalf("%+v", part)
	}
	pool := poolOf("V4", "3 pieces", "L-0002", "L-0003")
	pool.From[0].Amount = "1 piece"
	s.must("Asha", pool)
	take.Material, take.Code, take.Quantity = "cells", "C9", "3 pieces"
	s.refused("bad_quantity", "Asha", take)
}
