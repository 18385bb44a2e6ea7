package web

import (
	"fmt"
	"net/http"

	"countersign/batch"
	"countersign/register"
)

// stopView is what a batch's pages show after its unit was stopped: why, what
// makes safe, and the decision, which a quality lead signs at this very
// terminal (CTL-07).
type stopView struct {
	Batch, Why, Safe  string
	Waits             bool // nothing goes on until somebody has decided
	Quarantined       bool
	Authority, Reason string // as typed
	Decided           []actLine
}

// stopOf says how a batch stands to the stops of its unit; nil while there was
// none since it was opened, or nothing is left to decide.
func (s *Server) stopOf(r *http.Request, v visit, state *batch.State) (*stopView, error) {
	if state.Basis.Unit == "" || endedWords(state.Status) != "" {
		return nil, nil //nolint:nilnil // no stop to show, and no fault
	}
	var unit register.UnitStanding
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) { unit = b.UnitStanding(state.Basis.Unit) })
	if err != nil || unit.Stops <= state.Basis.Stops {
		return nil, err
	}
	view := &stopView{
		Batch: state.ID, Why: unit.Why(), Waits: state.Waits(unit.Stops), Quarantined: state.Status == batch.Quarantined, Safe: state.Told(state.Protocol.SafeState),
	}
	if view.Why == "" {
		view.Why = "unit " + unit.ID + " was stopped since this batch was opened, and works again"
	}
	if next := state.Next(); next != nil && next.Step.SafeState != "" {
		view.Safe = state.Told(next.Step.SafeState)
	}
	for _, stop := range state.Stops {
		words := fmt.Sprintf("%s: %s", stop.Decision, stop.Reason)
		if stop.Authority != "" {
			words += " (authority: " + stop.Authority + ")"
		}
		view.Decided = append(view.Decided, actLine{Words: words, At: when(stop.At, s.svc.Info().Location), Name: stop.Name, Role: stop.Role})
	}
	if typed, err := v.form.signed(); err == nil {
		if decision, ok := typed.(batch.AfterStop); ok {
			view.Authority, view.Reason = decision.Authority, decision.Reason
		}
	}
	return view, nil
}

// stoppedUnits say, to whoever signs in, which units are stopped and why, so
// that nobody prepares for what cannot begin (CTL-04).
func (s *Server) stoppedUnits(r *http.Request, v visit) (all []string, err error) {
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, unit := range b.Units() {
			if unit.Status == register.Paused || unit.Status == register.Active && !unit.May() {
				all = append(all, b.UnitStanding(unit.ID).Why())
			}
		}
	})
	return all, err
}
