package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"countersign/identity"
	"countersign/web/site"
)

// signInView is "who are you".
type signInView struct {
	Username, Sentence string
	To, Kept           string
	People             []recent
	Notice, Terminal   string
	Locked             bool   // the terminal is locked, and Person alone can open it
	Person             string // printed name
}

// front leads on to where a person's work is.
func (s *Server) front(w http.ResponseWriter, r *http.Request, v visit) error {
	who, err := s.resume(r, v)
	if err != nil {
		return err
	}
	http.Redirect(w, r, frontOf(who.Person), http.StatusSeeOther)
	return nil
}

// frontOf is the first page: the batches for who makes them, the work list for
// everybody else.
func frontOf(p identity.Person) string {
	if p.Has(identity.Technician) {
		return "/batches"
	}
	return "/work"
}

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	return s.showSignIn(w, r, v, http.StatusOK, signInView{To: safeTo(asked["to"]), Username: asked["name"]})
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, v visit, status int, view signInView) error {
	view.People, view.Notice, view.Terminal = s.recentPeople(r), s.options.Notice, v.terminal
	p := page{Title: "Who are you?", View: view}
	if view.Locked {
		p.Title, p.Sleeper = "This terminal is locked", view.Person
	}
	if view.Sentence != "" {
		p.Problem = &problem{Title: "You are not signed in", Sentences: []string{view.Sentence}, To: "#password"}
	}
	v.who = site.Session{}
	return s.render(w, r, v, status, "sign-in", p)
}

// askWho answers a request of nobody. What was typed is kept in the page.
func (s *Server) askWho(w http.ResponseWriter, r *http.Request, v visit) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		to := "/sign-in"
		if back := here(r); back != "" && back != "/" {
			to += "?to=" + url.QueryEscape(back)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	view := signInView{
		To: here(r), Kept: v.form.keep(),
		Sentence: "Your session has ended, so nothing was done. What you typed is kept: sign in, look at it, and send it again.",
	}
	if err := s.showSignIn(w, r, v, http.StatusForbidden, view); err != nil {
		s.fail(w, r, v, err)
	}
}

// signIn tries a name and a password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, v visit) error {
	f := v.form
	view := signInView{Username: strings.TrimSpace(f["username"]), To: safeTo(f["to"]), Kept: f["kept"]}
	if f["pick"] != "" {
		view.Username = f["pick"]
		return s.showSignIn(w, r, v, http.StatusOK, view)
	}
	if view.Username == "" || f["password"] == "" {
		view.Sentence = "Give your name and your password."
		return s.showSignIn(w, r, v, http.StatusUnprocessableEntity, view)
	}
	if err := s.guesses.allow(s.options.ClientAddress(r), view.Username); err != nil {
		view.Sentence = err.Error()
		return s.showSignIn(w, r, v, http.StatusTooManyRequests, view)
	}
	token, who, err := s.svc.SignIn(r.Context(), view.Username, f["password"], v.terminal)
	if refused, ok := site.AsRefusal(err); ok {
		if refused.Code == "must_set_password" {
			http.Redirect(w, r, "/password?name="+url.QueryEscape(view.Username), http.StatusSeeOther)
			return nil
		}
		view.Sentence = refused.Sentence
		return s.showSignIn(w, r, v, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, "session", token, 0)
	s.rememberPerson(w, r, who.Person)
	v.who, v.token = who, token
	return s.goOn(w, r, v, view)
}

// goOn leads somebody who has just given a password back to what they did.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, v visit, view signInView) error {
	switch {
	case v.who.MustChange:
		http.Redirect(w, r, "/password", http.StatusSeeOther)
	case view.Kept != "" && view.To != "":
		return s.showKept(w, r, v, view.To, recoverForm(view.Kept))
	case view.To != "" && view.To != "/":
		http.Redirect(w, r, view.To, http.StatusSeeOther)
	default:
		http.Redirect(w, r, frontOf(v.who.Person), http.StatusSeeOther)
	}
	return nil
}

// keptView shows what was typed before the session ended.
type keptView struct {
	To     string
	Hidden []field // everything that is sent again
	Shown  []field // what the person typed
	Leave  string
}

// field is one name and its value.
type field struct{ Name, Value string }

func (s *Server) showKept(w http.ResponseWriter, r *http.Request, v visit, to string, kept form) error {
	view := keptView{To: to, Leave: frontOf(v.who.Person)}
	// A sheet belongs to the session that it was shown in: it is drawn again.
	if rest, ok := strings.CutSuffix(view.To, "/signed"); ok {
		view.To = rest + "/sign"
		delete(kept, "nonce")
	}
	shown := page{Title: "What you typed was kept"}
	if rest, ok := strings.CutPrefix(view.To, "/batches/"); ok && rest != "new" {
		id, _, _ := strings.Cut(rest, "/")
		view.Leave = "/batches/" + id
		if id, err := url.PathUnescape(id); err == nil {
			if state, err := s.svc.Batch(r.Context(), v.who, id); err == nil && state != nil {
				shown.Patient = patientOf(state)
			}
		}
	}
	for name, value := range kept {
		view.Hidden = append(view.Hidden, field{name, value})
		if value != "" && !strings.HasPrefix(name, "key-") && (!slices.Contains(ours, name) || name == "step" || name == "field" || name == "item") {
			view.Shown = append(view.Shown, field{fieldWords(name), value})
		}
	}
	byName := func(a, b field) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(view.Hidden, byName)
	slices.SortFunc(view.Shown, byName)
	shown.View = view
	return s.render(w, r, v, http.StatusOK, "kept", shown)
}

// fieldWords turns a form's name into a label: "order-dose" is "Order dose".
func fieldWords(name string) string {
	words := strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(name)
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// signOut ends the session. It needs no session: twice is once.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, v visit) error {
	if v.token != "" {
		if err := s.svc.SignOut(r.Context(), v.token); err != nil {
			if _, refused := site.AsRefusal(err); !refused {
				return err
			}
		}
	}
	s.drafts.forget(v.terminal)
	s.setCookie(w, "session", "", -1)
	http.Redirect(w, r, "/sign-in?done=out", http.StatusSeeOther)
	return nil
}
