package register

import (
	"testing"
	"time"
)

// MAT-02: what could not be used is neither opened nor thawed, whoever asks; what
// waits for its release may be thawed while its result is on the way.
func TestWhatCouldNotBeUsedIsNeitherOpenedNorThawed(t *testing.T) {
	for name, c := range map[string]struct {
		code  string
		first func(s *shelf)
		mend  func(s *shelf)
	}{
		"quarantined": {
			"quarantined",
			func(s *shelf) { s.must("Asha", QuarantineLot{Lot: "L-0001", Reason: "the box was warm"}) },
			func(s *shelf) { s.must("Helen", ReleaseLot{Lot: "L-0001", Document: "inspected"}) },
		},
		"rejected": {"lot_ended", func(s *shelf) { s.must("Helen", RejectLot{Lot: "L-0001", Reason: "cracked"}) }, nil},
		"used up": {
			"used_up",
			func(s *shelf) { s.must("Asha", AdjustStock{Lot: "L-0001", Left: "0.0 mL", Reason: "all of it broke"}) },
			func(s *shelf) { s.must("Asha", AdjustStock{Lot: "L-0001", Left: "1.0 mL", Reason: "one was found"}) },
		},
		"out of date": {"out_of_date", func(s *shelf) { s.now = s.now.AddDate(0, 6, 1) }, nil},
		"made of what is quarantined": {
			"origin_held",
			func(s *shelf) {
				s.must("Omar", PoolLots{Code: "POOL-1", Number: "P-1", Document: "pooling 1", Quantity: "1.0 mL", Material: "vial", From: []Source{{Lot: "L-0001", Amount: "0.5 mL"}, {Donation: "G0017 26 000042", Amount: "0.5 mL"}}})
				s.must("Asha", QuarantineLot{Lot: "L-0001", Reason: "the box was warm"})
			}, nil,
		},
		"waiting for its release": {"", func(*shelf) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			listed := vials()
			listed.Thawed = "2 h"
			s.must("Helen", listed)
			s.must("Omar", delivery(s))
			c.first(s)
			lot := "L-0001"
			if c.code == "origin_held" {
				lot = "L-0002"
			}
			if c.code == "" {
				s.must("Asha", ThawLot{Lot: lot})
				s.must("Asha", OpenLot{Lot: lot})
				return
			}
			s.refused(c.code, "Asha", OpenLot{Lot: lot})
			s.refused(c.code, "Asha", ThawLot{Lot: lot})
			if c.mend != nil {
				c.mend(s)
				s.must("Asha", ThawLot{Lot: lot})
				s.must("Asha", OpenLot{Lot: lot})
			}
		})
	}
}

// What an earlier program let be opened is read as it was written.
func TestALogInWhichAQuarantinedLotWasOpenedIsStillRead(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.must("Asha", QuarantineLot{Lot: "L-0001", Reason: "the box was warm"})
	s.write("Asha", Written{LotStream("L-0001"), LotOpened{UseBy: useBy(6*time.Hour, s.now)}})
	if lot, _ := s.books.Lot("L-0001"); lot.Opened.IsZero() {
		t.Error("it was not read")
	}
}
