package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"countersign/web/site"
)

// refusal is a no of this room: of the form or the address, not of the rules.
type refusal struct {
	status          int
	title, sentence string
}

func (r *refusal) Error() string { return r.sentence }

// errorView is an error page: what happened, what was kept, what to do.
type errorView struct {
	Sentences []string
	Reference string
	Links     []link
}

// status gives a refusal's code its place among HTTP's.
func statusOf(code string) int {
	switch {
	case strings.HasPrefix(code, "no_such"):
		return http.StatusNotFound
	case code == "not_allowed", code == "suspended", code == "wrong_role":
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

// fail answers an error. Every error of every page ends here.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if r.Context().Err() != nil {
		return // the browser has gone on; nobody waits for an answer
	}
	var own *refusal
	var conflict *site.Conflict
	var broken *site.Broken
	refused, isRefusal := site.AsRefusal(err)
	view := errorView{Links: []link{{Text: "Go to the batches", To: "/batches"}}}
	if id := batchOf(r); id != "" {
		view.Links = append([]link{{Text: "Go back to batch " + id, To: batchAddress(id)}}, view.Links...)
	}
	status, title := http.StatusInternalServerError, "Something is broken here"
	switch {
	case isRefusal && refused.Code == "no_session":
		s.askWho(w, r, v)
		return
	case isRefusal && refused.Code == "locked":
		s.askAgain(w, r, v)
		return
	case isRefusal && refused.Code == "must_set_password":
		http.Redirect(w, r, "/password", http.StatusSeeOther)
		return
	case errors.As(err, &own):
		status, title, view.Sentences = own.status, own.title, []string{own.sentence}
	case errors.As(err, &conflict):
		status, title = http.StatusConflict, "Somebody was faster"
		view.Sentences = []string{conflict.Sentence}
	case isRefusal:
		status, title, view.Sentences = statusOf(refused.Code), "This was refused", []string{refused.Sentence}
	default:
		if errors.As(err, &broken) {
			view.Reference = broken.Reference
		} else {
			view.Reference = s.svc.NewKey()[:8]
			s.options.Log.Error("broken", "reference", view.Reference, "path", r.URL.Path, "error", err)
		}
		view.Sentences = []string{
			"This is our fault and not yours. What was recorded before is kept.",
			"Whether this last act was recorded is not certain: open the page again and look before you repeat it. Sending the same form again is safe, it is done once.",
			"If it happens again, give the site administrator this reference.",
		}
	}
	if err := s.render(w, r, v, status, "error", page{Title: title, View: view}); err != nil {
		s.options.Log.Error("the error page cannot be rendered", "error", err)
		http.Error(w, "Something is broken here, and the page that should say so is broken too. What was recorded is kept.", http.StatusInternalServerError)
	}
}

// nowhere answers an address that leads nowhere.
func (s *Server) nowhere(_ http.ResponseWriter, _ *http.Request, _ visit) error {
	return &refusal{
		status: http.StatusNotFound, title: "There is no such page",
		sentence: "The address leads nowhere. It may have been typed wrongly, or a link was cut short.",
	}
}

// batchOf is the batch that an address is about, or "".
func batchOf(r *http.Request) string {
	rest, ok := strings.CutPrefix(r.URL.Path, "/batches/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	if id == "new" {
		return ""
	}
	return id
}

func batchAddress(id string) string { return "/batches/" + url.PathEscape(id) }

func stepAddress(id, step string) string {
	return batchAddress(id) + "/steps/" + url.PathEscape(step)
}
