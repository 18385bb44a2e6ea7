package web

import (
	"net/http"

	"countersign/batch"
)

// nearView is another batch that can be mixed up with the one on the page: open
// in the same unit, or of a patient who is like this one (COI-11). It names no
// patient.
type nearView struct {
	Alike    bool
	Sentence string
}

// nearOf looks for them, so that every page of a batch shows them under its
// patient.
func (s *Server) nearOf(r *http.Request, patient *patientBar) ([]nearView, error) {
	if patient == nil || patient.Batch == "" {
		return nil, nil
	}
	near, err := s.svc.Near(r.Context(), patient.Batch)
	return nearViews(near), err
}

func nearViews(near []batch.Neighbour) []nearView {
	var views []nearView
	for _, n := range near {
		views = append(views, nearView{len(n.Alike) > 0, n.Sentence()})
	}
	return views
}
