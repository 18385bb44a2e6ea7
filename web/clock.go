package web

import (
	"net/http"
	"slices"
	"time"
)

// moves are what the clock of a training or rehearsal site can be moved
// forward by, in minutes. A live site's clock is the server's.
var moves = []string{"1", "5", "30", "240"}

// moveClock moves a training or rehearsal site's clock forward, so that nobody
// waits half an hour to learn a step. The move stands in the log.
func (s *Server) moveClock(w http.ResponseWriter, r *http.Request, v visit) error {
	if !slices.Contains(moves, v.form["minutes"]) {
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
