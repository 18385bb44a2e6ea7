package register

import (
	"testing"
	"time"

	"countersign/identity"
)

// recalling gives a command with what it reaches, as a site finds it.
func (s *shelf) recalling(who string, c Command, reach Reach) error {
	s.t.Helper()
	w, err := Decide(s.books, c, Facts{Person: s.people[who], Zone: time.UTC, Now: s.now, Reach: &reach})
	if err != nil {
		return err
	}
	s.write(who, w)
	return nil
}

// TestARecallIsClosedOnlyWhenEverybodyIsTold (MAT-07).
func TestARecallIsClosedOnlyWhenEverybodyIsTold(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.must("Helen", ReleaseLot{Lot: "L-0001", Document: "CoA 1"})
	open := OpenRecall{Kind: OfNumber, Of: "ASO-7", Material: "vial", Reason: "particles", Document: "MHRA class 1, 21 Nov 2026"}
	s.refused("no_reach", "Helen", open)
	early, late := instant(s.now.Add(-time.Hour)), instant(s.now)
	reach := Reach{Lots: []string{"L-0001"}, Stopped: []string{"B-3"}, Supplied: []Supplied{{"B-2", late}, {"B-1", early}}}
	if err := s.recalling("Asha", open, reach); err == nil {
		t.Fatal("a technician recalled a lot")
	}
	if err := s.recalling("Helen", open, Reach{}); err == nil {
		t.Fatal("a recall left out a lot that it is of")
	}
	if err := s.recalling("Helen", open, reach); err != nil {
		t.Fatal(err)
	}
	if err := s.recalling("Helen", open, reach); err == nil {
		t.Fatal("the same was recalled twice")
	}
	r, _ := s.books.Recall("R-0001")
	if left := r.Untold(); len(left) != 2 || left[0].Batch != "B-1" {
		t.Fatalf("the oldest is not first: %v", left)
	}
	s.refused("untold", "Helen", CloseRecall{Recall: "R-0001", Statement: "all told"})
	told := TellRecall{Recall: "R-0001", Batches: []string{"B-1"}, Whom: "Dr Example", How: "by telephone", When: s.now}
	s.refused("no_role", "Asha", told)
	s.must("Omar", told)
	s.refused("not_to_be_told", "Omar", told)
	told.Batches, told.When = []string{"B-2"}, s.now.Add(time.Hour)
	s.refused("told_when", "Omar", told)
	told.When = s.now
	s.must("Omar", told)
	s.must("Helen", CloseRecall{Recall: "R-0001", Statement: "all told"})
	if r, _ = s.books.Recall("R-0001"); r.Stands() != "closed" || len(r.Told) != 2 {
		t.Fatalf("%+v", r)
	}
	if err := s.recalling("Helen", ExtendRecall{Recall: "R-0001"}, reach); err == nil {
		t.Fatal("a recall was extended to what it has reached")
	}
	reach.Supplied = append(reach.Supplied, Supplied{"B-9", late})
	if err := s.recalling("Helen", ExtendRecall{Recall: "R-0001"}, reach); err != nil {
		t.Fatal(err)
	}
	if r, _ = s.books.Recall("R-0001"); r.Closed != nil || len(r.Untold()) != 1 {
		t.Fatal("what came to light later is told to nobody")
	}
}

// TestALotOfARecalledNumberThatComesLaterIsNeverReleased (MAT-07).
func TestALotOfARecalledNumberThatComesLaterIsNeverReleased(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	open := OpenRecall{Kind: OfDonation, Of: "=A9999 26 123456", Reason: "the donor's test was positive", Document: "letter 4"}
	if err := s.recalling("Helen", open, Reach{}); err != nil {
		t.Fatal(err)
	}
	c := delivery(s)
	c.Donation = "=A9999 26 123456"
	s.must("Omar", c)
	s.refused("recalled", "Helen", ReleaseLot{Lot: "L-0001", Document: "CoA 1"})
}

// TestARecallEndsALotWithoutASecondSignature: the signed act is the recall's.
func TestARecallEndsALotWithoutASecondSignature(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.write("Helen", Written{LotStream("L-0001"), LotCalledBack{Recall: "R-0001", Reason: "particles"}})
	if fit, _ := s.books.Scanned("VIAL-1", s.now); fit.Ended == "" {
		t.Fatalf("a recalled lot may be used: %+v", fit)
	}
	s.refused("lot_ended", "Helen", ReleaseLot{Lot: "L-0001", Document: "CoA 1"})
	if refusal := (LotCalledBack{Recall: "R-0002", Reason: "again"}).check(s.books, "L-0001", Act{}); refusal == nil {
		t.Fatal("a lot ended twice")
	}
}

func TestEverySignatureOfARecallIsOneThatItsRolesMayGive(t *testing.T) {
	for _, c := range Commands() {
		meaning, roles := c.Signs()
		able := false
		for _, role := range roles {
			able = able || identity.MayMean(role, meaning)
		}
		if !able {
			t.Errorf("nobody may sign %s", c.Name())
		}
	}
}
