package web

import (
	"net/http"
	"slices"
	"time"
)

// moves are what the clock of a training or rehearsal site can be moved
// forward by, in minutes. A live site's clock is the server's.
func moves() []clockMove {
	return []clockMove{{"1", "1 min"}, {"5", "5 min"}, {"30", "30 min"}, {"240", "4 h"}}
}

type clockMove struct{ Minutes, Words string }

// moveClock moves a training or rehearsal site's clock forward, so that nobody
// waits half an hour to learn a step. The move stands in the log.
func (s *Server) moveClock(w http.ResponseWriter, r *http.Request, v visit) error {
	if !slices.ContainsFunc(moves(), func(m clockMove) bool { return m.Minutes == v.form["minutes"] }) {
		return errForm
	}
	by, err := time.ParseDuration(v.form["minutes"] + "m")
	if err != nil {
		return errForm
	}
	if err := s.svc.MoveClock(r.Context(), v.who, v.form["key"], by); err != nil {
		return err
	}
	http.Redirect(w, r, "/batches", http.StatusSeeOther)
	return nil
}
