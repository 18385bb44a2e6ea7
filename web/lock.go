package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"countersign/web/site"
)

// lockPage shows the lock.
func (s *Server) lockPage(w http.ResponseWriter, r *http.Request, v visit) error {
	view := signInView{To: safeTo(r.URL.Query().Get("to")), Locked: true}
	view.Person = s.sleeper(r, v)
	return s.showSignIn(w, r, v, http.StatusOK, view)
}

// lock locks a terminal at once, for somebody who walks away.
func (s *Server) lock(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := s.svc.Lock(r.Context(), v.token); err != nil {
		return err
	}
	http.Redirect(w, r, "/lock", http.StatusSeeOther)
	return nil
}

// sleeper names whose session is locked; "" when the session has ended.
func (s *Server) sleeper(r *http.Request, v visit) string {
	who, err := s.resume(r, v)
	if _, refused := site.AsRefusal(err); err != nil && !refused {
		s.options.Log.Warn("the locked session cannot be read", "error", err)
	}
	return who.Person.Name
}

// askAgain answers a request at a locked terminal. What was typed is kept.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, v visit) {
	view := signInView{To: here(r), Locked: true, Person: s.sleeper(r, v)}
	if r.Method == http.MethodPost {
		view.Kept = v.form.keep()
		view.Sentence = "This terminal was idle and has locked, so nothing was done. What you typed is kept: give your password, look at it, and send it again."
	}
	if err := s.showSignIn(w, r, v, http.StatusForbidden, view); err != nil {
		s.fail(w, r, v, err)
	}
}

// unlock opens a locked terminal for the person whose session it is. Script
// asks with Accept: application/json and keeps the page as it stands.
func (s *Server) unlock(w http.ResponseWriter, r *http.Request, v visit) error {
	quiet := r.Header.Get("Accept") == "application/json"
	view := signInView{To: safeTo(v.form["to"]), Kept: v.form["kept"], Locked: true}
	token, err := "", s.guesses.allow(s.options.ClientAddress(r), "")
	if err == nil {
		token, err = s.svc.Unlock(r.Context(), v.token, v.form["password"])
	}
	if err != nil {
		view.Sentence = errTooFast.sentence
		if refused, ok := site.AsRefusal(err); ok {
			view.Sentence = refused.Sentence
			if refused.Code == "no_session" {
				view.Locked = false
			}
		} else if !errors.Is(err, errTooFast) {
			return err
		}
		if quiet {
			return answerJSON(w, http.StatusForbidden, view.Sentence)
		}
		view.Person = s.sleeper(r, v)
		return s.showSignIn(w, r, v, http.StatusForbidden, view)
	}
	s.setCookie(w, "session", token, 0)
	if quiet {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.token = token
	if v.who, err = s.svc.Resume(r.Context(), token); err != nil {
		return err
	}
	return s.goOn(w, r, v, view)
}

func answerJSON(w http.ResponseWriter, status int, sentence string) error {
	body, err := json.Marshal(map[string]string{"sentence": sentence})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return nil //nolint:nilerr // the browser has gone
	}
	return nil
}
