package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"countersign/identity"
	"countersign/web/site"
)

// visit is one request by one person at one terminal.
type visit struct {
	who      site.Session
	token    string
	terminal string
	form     form // of a POST
}

// action is one page's handler. Every error goes to fail.
type action func(w http.ResponseWriter, r *http.Request, v visit) error

// open serves what needs nobody signed in.
func (s *Server) open(act action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visit{token: s.cookie(r, "session"), terminal: s.terminal(w, r)}
		if err := s.take(r, &v); err != nil {
			s.fail(w, r, v, err)
			return
		}
		if err := act(w, r, v); err != nil {
			s.fail(w, r, v, err)
		}
	})
}

// signedIn serves what needs somebody signed in, awake and with a password of
// their own. The form is read first, so that it can be kept.
func (s *Server) signedIn(act action) http.Handler { return s.admitted(s.resume, act) }

// listening is signedIn for what a page asks for by itself while nobody may be
// there: it keeps no session awake (SEC-04).
func (s *Server) listening(act action) http.Handler {
	return s.admitted(func(r *http.Request, v visit) (site.Session, error) { return s.svc.Look(r.Context(), v.token) }, act)
}

func (s *Server) admitted(find func(*http.Request, visit) (site.Session, error), act action) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request, v visit) error {
		who, err := find(r, v)
		if err != nil {
			return err
		}
		v.who = who
		switch {
		case who.Locked:
			return &site.Refusal{Code: "locked", Sentence: "This terminal is locked."}
		case who.MustChange:
			return &site.Refusal{Code: "must_set_password", Sentence: "Choose your own password first."}
		}
		return act(w, r, v)
	})
}

func (s *Server) resume(r *http.Request, v visit) (site.Session, error) {
	if v.token == "" {
		return site.Session{}, &site.Refusal{Code: "no_session", Sentence: "Nobody is signed in."}
	}
	return s.svc.Resume(r.Context(), v.token)
}

// take reads the form of a POST, and the name of an address, as text.
func (s *Server) take(r *http.Request, v *visit) (err error) {
	if !utf8.ValidString(r.URL.Path) || strings.ContainsRune(r.URL.Path, 0) {
		return errNotText
	}
	if r.Method == http.MethodPost {
		v.form, err = readForm(r)
	}
	return err
}

// Cookies. __Host- binds a cookie to this host, to TLS and to the whole site.

func (s *Server) cookieName(name string) string {
	if s.options.Secure {
		return "__Host-" + name
	}
	return name
}

func (s *Server) cookie(r *http.Request, name string) string {
	found, err := r.Cookie(s.cookieName(name))
	if err != nil || len(found.Value) > 3000 {
		return ""
	}
	return found.Value
}

// setCookie sets a cookie for some seconds; 0 is until the browser closes and
// -1 takes it away.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.options.Secure, SameSite: http.SameSiteStrictMode,
	})
}

const year = 365 * 24 * 60 * 60

// terminal names the browser that asks, as in "T-3F2A91", and gives it a name
// when it has none.
func (s *Server) terminal(w http.ResponseWriter, r *http.Request) string {
	name := s.cookie(r, "terminal")
	if len(name) == 8 && strings.HasPrefix(name, "T-") && isPlain(name[2:]) {
		return name
	}
	name = "T-" + strings.ToUpper(s.svc.NewKey()[:6])
	s.setCookie(w, "terminal", name, year)
	return name
}

func isPlain(text string) bool {
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'A' || r > 'F') {
			return false
		}
	}
	return true
}

// recent is somebody who signed in at this terminal not long ago.
type recent struct {
	Username string `json:"u"`
	Name     string `json:"n"`
}

const recentAtMost = 6

// recentPeople reads who was last at this terminal. The browser holds the
// list; it opens nothing.
func (s *Server) recentPeople(r *http.Request) []recent {
	raw, err := base64.RawURLEncoding.DecodeString(s.cookie(r, "people"))
	if err != nil || !utf8.Valid(raw) {
		return nil
	}
	var people []recent
	if json.Unmarshal(raw, &people) != nil || len(people) > recentAtMost {
		return nil
	}
	return people
}

func (s *Server) rememberPerson(w http.ResponseWriter, r *http.Request, p identity.Person) {
	people := []recent{{Username: p.Username, Name: p.Name}}
	for _, one := range s.recentPeople(r) {
		if one.Username != p.Username && len(people) < recentAtMost {
			people = append(people, one)
		}
	}
	raw, err := json.Marshal(people)
	if err != nil || len(raw) > 2000 {
		return
	}
	s.setCookie(w, "people", base64.RawURLEncoding.EncodeToString(raw), year)
}

// safeTo keeps an address only when it is a clean path of ours.
func safeTo(to string) string {
	parsed, err := url.Parse(to)
	if err != nil || parsed.Scheme != "" || parsed.Host != "" || parsed.User != nil ||
		!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") ||
		path.Clean(parsed.Path) != parsed.Path || len(to) > 500 {
		return ""
	}
	return to
}

// here is the address to come back to after signing in. A form's own address
// is where it is sent again.
func here(r *http.Request) string {
	if r.Method == http.MethodPost {
		return safeTo(r.URL.EscapedPath())
	}
	return safeTo(r.URL.RequestURI())
}

func roleWords(roles []identity.Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	return strings.Join(words, ", ")
}
