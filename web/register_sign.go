package web

import (
	"maps"
	"net/http"
	"slices"

	"countersign/identity"
	"countersign/register"
	"countersign/web/site"
)

// registerSheetView is the signing sheet of an act on a register.
type registerSheetView struct {
	Lines          []string
	Meaning, Roles string
	Person         string
	Nonce, Action  string
	Hidden         []field
	Cancel         string
}

// registerHome is the page from which an act on a register is done, and to
// which it leads back.
func registerHome(f form) string {
	switch {
	case f["sample"] != "":
		return sampleAddress(f["sample"])
	case f["act"] == (register.DrawSample{}).Name():
		return "/samples"
	case f["deviation"] != "":
		return deviationAddress(f["deviation"])
	case f["act"] == (register.OpenDeviation{}).Name(), f["act"] == (register.SetAcknowledgement{}).Name():
		return "/deviations"
	case f["blank"] != "":
		return blankAddress(f["blank"])
	case f["act"] == (register.PrintBlank{}).Name():
		return "/blanks"
	case f["product"] != "":
		return productAddress(f["product"])
	case f["unit"] != "":
		return unitAddress(f["unit"])
	}
	return "/products"
}

// toRegisterSheet keeps what is to be done and leads on to its sheet.
func (s *Server) toRegisterSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	if _, _, err := registerCommand(v.form, s.svc.Info().Location); err != nil {
		return err
	}
	key := s.drafts.keep(s.svc.NewKey(), v, v.form)
	http.Redirect(w, r, "/registers/sign?draft="+key, http.StatusSeeOther)
	return nil
}

// registerSheet draws the sheet for an act on a register.
func (s *Server) registerSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	kept, ok := s.drafts.find(r.URL.Query().Get("draft"), v)
	if !ok {
		http.Redirect(w, r, "/products", http.StatusSeeOther)
		return nil
	}
	v.form = kept
	return s.drawRegisterSheet(w, r, v, http.StatusOK, nil)
}

func (s *Server) drawRegisterSheet(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	c, wrong, err := registerCommand(v.form, s.svc.Info().Location)
	if err != nil {
		return err
	}
	if wrong != nil {
		return s.showRegister(w, r, v, http.StatusUnprocessableEntity, wrong)
	}
	sheet, err := s.svc.ProposeRegister(r.Context(), v.who, c)
	if err != nil {
		return s.registerNotSigned(w, r, v, err)
	}
	view := registerSheetView{
		Lines: sheet.Lines, Meaning: string(sheet.Meaning), Roles: orWords(sheet.Roles), Person: v.who.Person.Name,
		Nonce: sheet.Nonce, Action: "/registers/signed", Hidden: hiddenOf(v.form), Cancel: registerHome(v.form),
	}
	switch c.(type) { // what is being listed may not be there to go back to
	case register.ListProduct:
		view.Cancel = "/products"
	case register.ListUnit:
		view.Cancel = "/units"
	}
	return s.render(w, r, v, status, "register-sign", page{Title: "Sign: " + sheet.Title, Problem: p, View: view, Back: &link{Text: "Back, sign nothing", To: view.Cancel}})
}

// hiddenOf is what a sheet's form carries of the form that led to it, by name
// and without its secrets.
func hiddenOf(f form) (hidden []field) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if f[name] != "" && name != "nonce" && !isSecret(name) {
			hidden = append(hidden, field{name, f[name]})
		}
	}
	return hidden
}

// signRegister puts a signature under an act on a register.
func (s *Server) signRegister(w http.ResponseWriter, r *http.Request, v visit) error {
	c, wrong, err := registerCommand(v.form, s.svc.Info().Location)
	if err != nil {
		return err
	}
	if wrong != nil {
		return errForm
	}
	again := func(title, sentence string) error {
		return s.drawRegisterSheet(w, r, v, http.StatusUnprocessableEntity, &problem{Title: title, Sentences: []string{sentence}, To: "#password"})
	}
	signed, err := underPassword(v.form, again, func() error {
		return s.svc.SignRegister(r.Context(), v.who, v.form["nonce"], c, v.form["password"])
	}, func(fault error) error {
		return s.registerNotSigned(w, r, v, fault)
	})
	if !signed {
		return err
	}
	http.Redirect(w, r, registerHome(v.form)+"?done=signed", http.StatusSeeOther)
	return nil
}

// registerNotSigned shows the page that the act began on, with the reason and
// with what was typed.
func (s *Server) registerNotSigned(w http.ResponseWriter, r *http.Request, v visit, fault error) error {
	refused, ok := site.AsRefusal(fault)
	if !ok || leavesPage(refused.Code) {
		return fault
	}
	return s.showRegister(w, r, v, http.StatusUnprocessableEntity, &problem{Title: "This cannot be signed now", Sentences: []string{refused.Sentence}})
}

// showRegister shows the page that a form in a register stands on.
func (s *Server) showRegister(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	var product, unit, deviation, blank, sample bool
	if v.form["act"] == (register.DrawSample{}).Name() {
		return s.showSamples(w, r, v, status, p)
	}
	if v.form["act"] == (register.SetAcknowledgement{}).Name() {
		return s.showDeviations(w, r, v, status, p)
	}
	if v.form["act"] == (register.OpenDeviation{}).Name() {
		return s.showNewDeviation(w, r, v, status, p)
	}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		_, product = b.Product(v.form["product"])
		_, unit = b.Unit(v.form["unit"])
		_, deviation = b.Deviation(v.form["deviation"])
		_, blank = b.Blank(v.form["blank"])
		_, sample = b.Sample(v.form["sample"])
	})
	switch {
	case err != nil:
		return err
	case sample:
		return s.showSample(w, r, v, status, v.form["sample"], p)
	case blank:
		return s.showBlank(w, r, v, status, v.form["blank"], p)
	case v.form["act"] == (register.PrintBlank{}).Name():
		return s.showBlanks(w, r, v, status, p)
	case deviation:
		return s.showDeviation(w, r, v, status, v.form["deviation"], p)
	case product:
		return s.showProduct(w, r, v, status, v.form["product"], p)
	case unit:
		return s.showUnit(w, r, v, status, v.form["unit"], p)
	case v.form["act"] == (register.ListUnit{}).Name():
		return s.showUnits(w, r, v, status, p)
	}
	return s.showProducts(w, r, v, status, p)
}

// answersForSite says who is offered the acts of quality leads; the rules decide.
func answersForSite(p identity.Person) bool {
	return p.Has(identity.QualityLead) || p.Has(identity.ControlSite)
}
