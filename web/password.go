package web

import (
	"net/http"
	"strings"

	"countersign/identity"
	"countersign/web/site"
)

// passwordView is the page on which somebody chooses a password of their own
// and accepts to answer for what is signed with it (SIG-07, SIG-08).
type passwordView struct {
	Username string
	Known    bool // signed in, so the name is not asked
	First    bool // a one-time password is being replaced
	Accept   string
}

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	return s.showPassword(w, r, v, http.StatusOK, "", asked["name"])
}

func (s *Server) showPassword(w http.ResponseWriter, r *http.Request, v visit, status int, sentence, username string) error {
	view := passwordView{Username: username, First: true, Accept: identity.AccountabilityStatement}
	if who, err := s.resume(r, v); err == nil && !who.Locked {
		v.who = who
		view.Username, view.Known, view.First = who.Person.Username, true, who.MustChange
	}
	p := page{Title: "Choose your password", View: view}
	if sentence != "" {
		p.Problem = &problem{Title: "The password was not set", Sentences: []string{sentence}, To: "#current"}
	}
	return s.render(w, r, v, status, "password", p)
}

func (s *Server) setPassword(w http.ResponseWriter, r *http.Request, v visit) error {
	f := v.form
	username := strings.TrimSpace(f["username"])
	sentence := ""
	switch {
	case username == "" || f["current"] == "":
		sentence = "Give your name and the password that you have now."
	case f["next"] == "":
		sentence = "Give the new password."
	case f["next"] != f["again"]:
		sentence = "The new password was not typed the same twice. Type both again."
	}
	if sentence != "" {
		return s.showPassword(w, r, v, http.StatusUnprocessableEntity, sentence, username)
	}
	if err := s.guesses.allow(s.options.ClientAddress(r), username); err != nil {
		return s.showPassword(w, r, v, http.StatusTooManyRequests, err.Error(), username)
	}
	err := s.svc.SetPassword(r.Context(), username, f["current"], f["next"], f["accept"] == "yes")
	if refused, ok := site.AsRefusal(err); ok {
		return s.showPassword(w, r, v, http.StatusUnprocessableEntity, refused.Sentence, username)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, "session", "", -1)
	http.Redirect(w, r, "/sign-in?done=password&name="+queryEscape(username), http.StatusSeeOther)
	return nil
}
