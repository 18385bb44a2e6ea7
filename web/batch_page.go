package web

import (
	"net/http"

	"countersign/batch"
	"countersign/web/site"
)

// showing draws a page of a batch, with what was typed into it and what was wrong
// with that, if anything.
type showing func(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error

// ofBatch shows a page of a batch beside its steps.
func (s *Server) ofBatch(show showing) action {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
		if err != nil {
			return err
		}
		return show(w, r, v, http.StatusOK, state, form{}, nil)
	}
}

// doOn carries out what such a page asks for, and leads back to it. A refusal
// stands at the head of the page, with what was typed.
func (s *Server) doOn(page string, asked func(form) (batch.Command, bool), show showing) action {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		c, ok := asked(v.form)
		if !ok {
			return errForm
		}
		id := r.PathValue("id")
		_, err := s.svc.Do(r.Context(), v.who, v.form["key"], id, 0, c)
		refusal, refused := site.AsRefusal(err)
		switch {
		case err == nil:
			http.Redirect(w, r, batchAddress(id)+page, http.StatusSeeOther)
			return nil
		case !refused:
			return err
		}
		state, err := s.svc.Batch(r.Context(), v.who, id)
		if err != nil {
			return err
		}
		return show(w, r, v, http.StatusUnprocessableEntity, state, v.form, &problem{
			Title: "Not done", Sentences: []string{refusal.Sentence, "Nothing else was changed. The attempt is in the log."},
		})
	}
}
