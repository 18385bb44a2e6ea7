package web

import (
	"errors"
	"net/http"
	"net/url"

	"countersign/batch"
	"countersign/web/site"
)

// stepPage shows one step.
func (s *Server) stepPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showStep(w, r, v, http.StatusOK, state, r.PathValue("step"), typed{}, nil)
}

func (s *Server) showStep(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, step string, t typed, p *problem) error {
	view, ok := stepOf(state, step, t, s.svc.Now(), s.svc.Info().Location, s.svc.NewKey)
	if !ok {
		return &refusal{status: http.StatusNotFound, title: "There is no such step", sentence: "The protocol of this batch has no step of that name."}
	}
	return s.render(w, r, v, status, "step", page{
		Title: view.Step, Patient: patientOf(state), Problem: p, View: view,
		Back:   &link{Text: "The whole batch", To: batchAddress(state.ID)},
		Events: batchAddress(state.ID) + "/events", Version: state.Version,
	})
}

// done says what a finished act is called when the next page opens.
var done = map[string]string{
	"begin": "begun", "scan": "scanned", "record": "recorded", "move": "moved",
	"correct": "corrected", "note": "noted", "raise": "raised",
}

// do carries out an act that needs no signature: a scan, a value, a move. Each
// is an entry of its own (EXE-01).
func (s *Server) do(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := r.PathValue("id"), v.form
	c, err := f.unsigned()
	if err != nil {
		return err
	}
	if _, err := s.svc.Do(r.Context(), v.who, f["key"], id, f.seen(), c); err != nil {
		return s.notDone(w, r, v, id, err)
	}
	http.Redirect(w, r, backTo(id, f)+"?done="+done[f["act"]]+anchor(f), http.StatusSeeOther)
	return nil
}

// backTo is the page that a form stands on.
func backTo(id string, f form) string {
	if f["back"] == "batch" || f["step"] == "" {
		return batchAddress(id)
	}
	return stepAddress(id, f["step"])
}

func anchor(f form) string {
	if f["act"] == "record" {
		return "#field-" + url.PathEscape(elementID(f["field"]))
	}
	return ""
}

// notDone draws the page again with what was typed and why it was not taken.
func (s *Server) notDone(w http.ResponseWriter, r *http.Request, v visit, id string, fault error) error {
	f := v.form
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(fault)
	p := &problem{}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(fault, &conflict):
		status, p.Title = http.StatusConflict, "Somebody was faster"
		p.Sentences = []string{conflict.Sentence, "This page now shows how the batch stands. What you typed is still in its field."}
	case isRefusal && statusOf(refused.Code) == http.StatusUnprocessableEntity && !leavesPage(refused.Code):
		p.Title, p.Sentences = "This was not accepted", []string{refused.Sentence}
	default:
		return fault
	}
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	t := typed{Field: f["field"], Text: f["text"]}
	if f["act"] == "record" {
		p.To, t.Sentence = "#field-"+elementID(f["field"]), p.Sentences[0]
	}
	if f["act"] == "correct" || f["act"] == "note" || f["act"] == "raise" {
		return s.showWrong(w, r, v, status, state, f, p)
	}
	if state.Step(f["step"]) == nil || f["back"] == "batch" {
		return s.showOverview(w, r, v, status, state, p)
	}
	return s.showStep(w, r, v, status, state, f["step"], t, p)
}

// leavesPage says that a refusal is about the person or the session, so that
// the page cannot simply be drawn again.
func leavesPage(code string) bool {
	return code == "locked" || code == "no_session" || code == "must_set_password" || code == "suspended"
}

// backToBatch answers a reload or the back button on an address that only
// takes forms: nothing is done, the batch is shown.
func (s *Server) backToBatch(w http.ResponseWriter, r *http.Request, _ visit) error {
	http.Redirect(w, r, batchAddress(r.PathValue("id")), http.StatusSeeOther)
	return nil
}
