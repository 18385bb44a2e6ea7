package main

import (
	"maps"

	"countersign/batch"
)

// accounts says by hand what became of a material, at the page of a batch's
// materials, and looks at the page before and after (MAT-04).
func (s *screen) accounts(id string, c batch.Account) {
	s.t.Helper()
	s.open("/batches/" + id + "/materials")
	s.look("materials-asked")
	typed := map[string]string{"used": c.Used, "returned": c.Returned, "destroyed": c.Destroyed, "sampled": c.Sampled, "reason": c.Reason}
	maps.DeleteFunc(typed, func(_, text string) bool { return text == "" })
	s.fill("lot", c.Lot, "", typed)
	s.look("materials-accounted")
}
