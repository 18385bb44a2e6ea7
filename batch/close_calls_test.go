package batch

import (
	"testing"
	"time"
)

// TestAWrongCodeOutsideOfAStepIsCountedLikeItIsListed (COI-03): a label that is
// another batch's, and an item that may not be set out, stand in the list, and so
// in the month's figures; a refusal that is about no code stands in neither.
func TestAWrongCodeOutsideOfAStepIsCountedLikeItIsListed(t *testing.T) {
	at := Act{At: time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC)}
	s := &State{ID: "B-2026-0001", Refusals: []RefusalEntry{
		{Act: at, Attempt: "applylabel", Code: "wrong_label"},
		{Act: at, Attempt: "setout", Code: "item_unfit"},
		{Act: at, Attempt: "review", Code: "no_role"},
	}}
	months := s.codesOf(time.UTC)
	if len(s.CloseCalls()) != 2 || len(months) != 1 || months[0].Month != "2026-11" || months[0].Wrong != 2 || months[0].All != 2 || months[0].Identity != 0 {
		t.Errorf("%d are listed, and counted are %+v", len(s.CloseCalls()), months)
	}
}
