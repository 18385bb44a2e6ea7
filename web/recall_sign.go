package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
	"countersign/web/site"
)

// tellPrefix begins the names of the boxes that choose batches to be told of.
const tellPrefix = "told-"

// recallCommand reads what is to be done about a recall. The problem names what
// cannot be read.
func (f form) recallCommand(zone *time.Location) (register.Command, *problem, error) {
	wrong := &problem{Title: "Something is missing or cannot be read"}
	moment := func(field, title string) time.Time {
		if f[field] == "" {
			return time.Time{}
		}
		read, err := protocol.Input{Type: protocol.TypeDateTime}.Parse(f[field], zone)
		if err != nil {
			wrong.add("#"+field, "%s: %s.", title, err)
		}
		return read.Time
	}
	var c register.Command
	switch f["act"] {
	case "open":
		c = register.OpenRecall{
			Kind: f["kind"], Of: f["name"], Material: f["material"], From: moment("from", "From"), Until: moment("until", "Until"),
			Reason: f["reason"], Document: f["document"],
		}
	case "extend":
		c = register.ExtendRecall{Recall: f["recall"]}
	case "tell":
		tell := register.TellRecall{Recall: f["recall"], Whom: f["whom"], How: f["how"], When: moment("when", "When")}
		for _, name := range slices.Sorted(maps.Keys(f)) {
			if id, box := strings.CutPrefix(name, tellPrefix); box && f[name] == "yes" {
				tell.Batches = append(tell.Batches, id)
			}
		}
		c = tell
	case "close":
		c = register.CloseRecall{Recall: f["recall"], Statement: f["statement"]}
	default:
		return nil, nil, errForm
	}
	if len(wrong.Sentences) > 0 {
		return c, wrong, nil
	}
	return c, nil, nil
}

// toRecallSheet keeps what is to be done and leads on to its sheet.
func (s *Server) toRecallSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	c, wrong, err := v.form.recallCommand(s.svc.Info().Location)
	if err != nil {
		return err
	}
	if wrong != nil {
		return s.backToRecall(w, r, v, wrong)
	}
	if _, err := s.svc.ProposeRegister(r.Context(), v.who, c); err != nil {
		return s.recallNotSigned(w, r, v, err)
	}
	key := s.drafts.keep(s.svc.NewKey(), v, v.form)
	http.Redirect(w, r, "/recalls/sign?draft="+key, http.StatusSeeOther)
	return nil
}

// recallSheet draws the sheet of an act on a recall.
func (s *Server) recallSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	kept, ok := s.drafts.find(r.URL.Query().Get("draft"), v)
	if !ok {
		return s.toRecalls(w, r, v)
	}
	v.form = kept
	return s.drawRecallSheet(w, r, v, http.StatusOK, nil)
}

func (s *Server) drawRecallSheet(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	c, wrong, err := v.form.recallCommand(s.svc.Info().Location)
	if err != nil || wrong != nil {
		return errForm
	}
	sheet, err := s.svc.ProposeRegister(r.Context(), v.who, c)
	if err != nil {
		return s.recallNotSigned(w, r, v, err)
	}
	view := registerSheetView{
		Lines: sheet.Lines, Meaning: string(sheet.Meaning), Roles: orWords(sheet.Roles), Person: v.who.Person.Name, Nonce: sheet.Nonce,
		Action: "/recalls/signed", Hidden: hiddenOf(v.form), Cancel: "/recalls",
	}
	if v.form["recall"] != "" {
		view.Cancel = recallAddress(v.form["recall"])
	}
	return s.render(w, r, v, status, "register-sign", page{Title: "Sign: " + sheet.Title, Problem: p, View: view, Back: &link{Text: "Back, sign nothing", To: view.Cancel}})
}

// signRecall puts a signature under an act on a recall.
func (s *Server) signRecall(w http.ResponseWriter, r *http.Request, v visit) error {
	c, wrong, err := v.form.recallCommand(s.svc.Info().Location)
	if err != nil || wrong != nil {
		return errForm
	}
	again := func(title, sentence string) error {
		return s.drawRecallSheet(w, r, v, http.StatusUnprocessableEntity, &problem{Title: title, Sentences: []string{sentence}, To: "#password"})
	}
	signed, err := underPassword(v.form, again, func() error {
		return s.svc.SignRegister(r.Context(), v.who, v.form["nonce"], c, v.form["password"])
	}, func(fault error) error {
		return s.recallNotSigned(w, r, v, fault)
	})
	if !signed {
		return err
	}
	id := v.form["recall"]
	if id == "" {
		all, err := s.svc.Recalls(r.Context(), v.who)
		if err != nil {
			return err
		}
		id = all[0].ID // the newest
	}
	http.Redirect(w, r, recallAddress(id)+"?done=signed", http.StatusSeeOther)
	return nil
}

// recallNotSigned shows the page that the act began on, with the reason.
func (s *Server) recallNotSigned(w http.ResponseWriter, r *http.Request, v visit, fault error) error {
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(fault)
	switch {
	case errors.As(fault, &conflict):
		return s.backToRecall(w, r, v, &problem{Title: "Somebody was faster", Sentences: []string{conflict.Sentence}})
	case isRefusal && !leavesPage(refused.Code) && refused.Code != "no_such_recall":
		return s.backToRecall(w, r, v, &problem{Title: "This cannot be signed now", Sentences: []string{refused.Sentence}})
	}
	return fault
}

// backToRecall shows the form again with everything in it.
func (s *Server) backToRecall(w http.ResponseWriter, r *http.Request, v visit, p *problem) error {
	if v.form["act"] == "open" {
		return s.showNewRecall(w, r, v, http.StatusUnprocessableEntity, p)
	}
	return s.showRecall(w, r, v, http.StatusUnprocessableEntity, v.form["recall"], p)
}

// toRecalls answers a reload on an address that only takes forms.
func (s *Server) toRecalls(w http.ResponseWriter, r *http.Request, _ visit) error {
	http.Redirect(w, r, "/recalls", http.StatusSeeOther)
	return nil
}
