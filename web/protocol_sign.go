package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/web/site"
)

// protocolSheetView is the signing sheet of an act on a protocol.
type protocolSheetView struct {
	Lines          []string
	Meaning, Roles string
	Person         string // who signs
	Other          bool   // and that is not whoever is signed in
	Nonce          string
	Whole          string // where all of the version stands
	Hidden         []field
	Cancel         string
}

// protocolCommand reads what is to be done with a protocol. Zone is the site's,
// for the instant from which a version is to be effective.
func (f form) protocolCommand(zone *time.Location) (library.Command, error) {
	if f["act"] == "submit" {
		return library.Submit{Text: f["text"]}, nil
	}
	version, err := strconv.Atoi(f["version"])
	if err != nil {
		return nil, errForm
	}
	switch f["act"] {
	case "review":
		return library.Review{Protocol: f["protocol"], Version: version}, nil
	case "approve":
		return library.Approve{Protocol: f["protocol"], Version: version}, nil
	case "effective":
		c := library.MakeEffective{Protocol: f["protocol"], Version: version}
		if text := strings.TrimSpace(f["from"]); text != "" {
			moment, err := protocol.Input{Type: protocol.TypeDateTime}.Parse(text, zone)
			if err != nil {
				return nil, &site.Refusal{Code: "bad_date", Sentence: "From when it is effective: " + err.Error() + "."}
			}
			c.From = moment.Time.UTC()
		}
		return c, nil
	case "site values":
		return library.SetSiteValues{Protocol: f["protocol"], Version: version, Values: f.siteValues()}, nil
	case "withdraw":
		return library.Withdraw{Protocol: f["protocol"], Version: version, Reason: strings.TrimSpace(f["reason"])}, nil
	case "acknowledge":
		return library.Acknowledge{Protocol: f["protocol"], Version: version}, nil
	}
	return nil, errForm
}

// submitProtocol checks a text and, when nothing is wrong with it, draws the
// sheet under which its author submits it.
func (s *Server) submitProtocol(w http.ResponseWriter, r *http.Request, v visit) error {
	text, err := uploaded(r)
	if err != nil {
		return err
	}
	if text == "" {
		text = v.form["text"]
	}
	if strings.TrimSpace(text) == "" {
		return s.showSubmit(w, r, v, http.StatusUnprocessableEntity, submitView{}, &problem{Title: "There is no text", Sentences: []string{"Choose a file, or put the text into the field."}})
	}
	v.form = form{"act": "submit", "text": text}
	c := library.Submit{Text: text}
	if _, err := s.svc.ProposeProtocol(r.Context(), v.who, c, ""); err != nil {
		return s.protocolNotSigned(w, r, v, c, err)
	}
	return s.toProtocolSheet(w, r, v)
}

// toProtocolSheet keeps what is to be done and leads on to its sheet.
func (s *Server) toProtocolSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	if _, err := v.form.protocolCommand(s.svc.Info().Location); err != nil {
		refused, isRefusal := site.AsRefusal(err)
		version, notNumber := strconv.Atoi(v.form["version"])
		if !isRefusal || notNumber != nil {
			return err
		}
		return s.showProtocol(w, r, v, http.StatusUnprocessableEntity, v.form["protocol"], version, &problem{
			Title: "Some of this cannot be read", Sentences: []string{refused.Sentence}, To: "#from",
		})
	}
	key := s.drafts.keep(s.svc.NewKey(), v, v.form)
	http.Redirect(w, r, "/protocols/sign?draft="+key, http.StatusSeeOther)
	return nil
}

// protocolSheet draws the sheet for an act on a protocol.
func (s *Server) protocolSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	kept, ok := s.drafts.find(r.URL.Query().Get("draft"), v)
	if !ok {
		return s.toProtocols(w, r, v)
	}
	v.form = kept
	return s.drawProtocolSheet(w, r, v, http.StatusOK, nil)
}

func (s *Server) drawProtocolSheet(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	c, err := v.form.protocolCommand(s.svc.Info().Location)
	if err != nil {
		return err
	}
	sheet, err := s.svc.ProposeProtocol(r.Context(), v.who, c, v.form["username"])
	if err != nil {
		return s.protocolNotSigned(w, r, v, c, err)
	}
	view := protocolSheetView{
		Lines: sheet.Lines, Meaning: string(sheet.Meaning), Roles: orWords(sheet.Roles), Person: sheet.Signer.Name, Other: sheet.Signer.ID != v.who.Person.ID,
		Nonce: sheet.Nonce, Cancel: "/protocols",
	}
	for _, name := range []string{"act", "protocol", "version", "reason", "from", "text", "username", "back"} {
		if v.form[name] != "" {
			view.Hidden = append(view.Hidden, field{name, v.form[name]})
		}
	}
	changed := v.form.siteValues()
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		view.Hidden = append(view.Hidden, field{sitePrefix + name, changed[name]})
	}
	if v.form["protocol"] != "" {
		view.Cancel = "/protocols/" + queryEscape(v.form["protocol"]) + "/" + queryEscape(v.form["version"])
		view.Whole = view.Cancel
	}
	if back := safeTo(v.form["back"]); back != "" {
		view.Cancel = back
	}
	return s.render(w, r, v, status, "protocol-sign", page{Title: "Sign: " + view.Meaning, Problem: p, View: view, Back: &link{Text: "Back, sign nothing", To: view.Cancel}})
}

// signProtocol puts a signature under an act on a protocol.
func (s *Server) signProtocol(w http.ResponseWriter, r *http.Request, v visit) error {
	c, err := v.form.protocolCommand(s.svc.Info().Location)
	if err != nil {
		return err
	}
	again := func(title, sentence string) error {
		return s.drawProtocolSheet(w, r, v, http.StatusUnprocessableEntity, &problem{Title: title, Sentences: []string{sentence}, To: "#password"})
	}
	signed, err := underPassword(v.form, again, func() error {
		return s.svc.SignProtocol(r.Context(), v.who, v.form["nonce"], c, v.form["username"], v.form["password"])
	}, func(fault error) error {
		return s.protocolNotSigned(w, r, v, c, fault)
	})
	if !signed {
		return err
	}
	name, version, err := library.Subject(c)
	if err != nil {
		return err
	}
	done := "signed"
	if v.form["act"] == "submit" {
		done = "submitted"
	}
	to := protocolAddress(name, version) + "?done=" + done
	if back := safeTo(v.form["back"]); back != "" {
		to = back
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// protocolNotSigned shows the page that the act began on, with the reason.
func (s *Server) protocolNotSigned(w http.ResponseWriter, r *http.Request, v visit, c library.Command, fault error) error {
	var problems protocol.Problems
	p := unsigned(fault)
	if errors.As(fault, &problems) {
		p = &problem{Title: "The text has problems", Sentences: []string{"Nothing was submitted. Each problem stands below with its place; the text is still in the field."}}
	}
	if p == nil {
		return fault
	}
	const status = http.StatusUnprocessableEntity
	if submit, ok := c.(library.Submit); ok {
		view := submitView{Text: submit.Text}
		for _, one := range problems {
			view.Problems = append(view.Problems, one.String())
		}
		return s.showSubmit(w, r, v, status, view, p)
	}
	name, version, err := library.Subject(c)
	if err != nil {
		return err
	}
	return s.showProtocol(w, r, v, status, name, version, p)
}

// toProtocols answers a reload on an address that only takes forms.
func (s *Server) toProtocols(w http.ResponseWriter, r *http.Request, _ visit) error {
	http.Redirect(w, r, "/protocols", http.StatusSeeOther)
	return nil
}
