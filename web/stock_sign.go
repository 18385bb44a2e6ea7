package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/register"
	"countersign/web/site"
)

// stockSheetView is the signing sheet of an act on a register.
type stockSheetView struct {
	Lines          []string
	Patient        string // number of the patient whose it is: sealed, and not among the lines
	Meaning, Roles string
	Person         string
	Nonce, Command string
	Draft, Cancel  string
}

// toStockSheet reads an act on a register. What can be read leads to its
// sheet; what cannot is shown again, with everything that is wrong in it.
func (s *Server) toStockSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	f := v.form
	if f["act"] == "receive lot" {
		filled, p, err := s.fillDelivery(r, v, f)
		if err != nil {
			return err
		}
		if f = filled; p != nil {
			return s.showRegisterForm(w, r, v, f, p)
		}
		if f["then"] != "sign" {
			http.Redirect(w, r, registerFormAddress(f, s.drafts.keep(s.svc.NewKey(), v, f)), http.StatusSeeOther)
			return nil
		}
	}
	if f["then"] == "more" { // a form that grows, with what was typed
		f = grown(f)
		http.Redirect(w, r, registerFormAddress(f, s.drafts.keep(s.svc.NewKey(), v, f)), http.StatusSeeOther)
		return nil
	}
	_, p, err := s.stockCommand(r, v, f)
	if err != nil {
		return err
	}
	if p != nil {
		return s.showRegisterForm(w, r, v, f, p)
	}
	key := s.drafts.keep(s.svc.NewKey(), v, f)
	http.Redirect(w, r, "/stock/sign?draft="+key, http.StatusSeeOther)
	return nil
}

// stockSheet draws the sheet of an act on a register.
func (s *Server) stockSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	key := r.URL.Query().Get("draft")
	f, kept := s.drafts.find(key, v)
	if !kept {
		return &refusal{
			status: http.StatusGone, title: "This sheet is no longer kept",
			sentence: "Nothing was signed. Look under Stock or Equipment whether it was done before; if not, fill in the form again.",
		}
	}
	c, p, err := s.stockCommand(r, v, f)
	if err != nil {
		return err
	}
	if p != nil {
		return s.showRegisterForm(w, r, v, f, p)
	}
	return s.drawStockSheet(w, r, v, http.StatusOK, c, f, key, nil)
}

func (s *Server) drawStockSheet(w http.ResponseWriter, r *http.Request, v visit, status int, c register.Command, f form, key string, p *problem) error {
	sheet, err := s.svc.ProposeRegister(r.Context(), v.who, c)
	if err != nil {
		return s.stockNotSigned(w, r, v, f, err)
	}
	whole, err := register.MarshalCommand(c)
	if err != nil {
		return fmt.Errorf("write the command into the sheet: %w", err)
	}
	view := stockSheetView{
		Lines: sheet.Lines, Meaning: string(sheet.Meaning), Roles: orWords(sheet.Roles), Person: v.who.Person.Name,
		Nonce: sheet.Nonce, Command: string(whole), Draft: key, Cancel: registerFormAddress(f, key),
	}
	switch c := c.(type) {
	case register.ReceiveLot:
		view.Patient = strings.TrimSpace(c.ForPatient)
	case register.PoolLots:
		view.Patient = strings.TrimSpace(c.ForPatient)
	}
	return s.render(w, r, v, status, "stock-sign", page{
		Title: "Sign: " + c.Name(), Problem: p, View: view, Back: &link{Text: "Back, sign nothing", To: view.Cancel},
	})
}

// signStock puts a signature under an act on a register.
func (s *Server) signStock(w http.ResponseWriter, r *http.Request, v visit) error {
	c, err := register.UnmarshalCommand([]byte(v.form["command"]))
	if err != nil {
		return errForm
	}
	f, kept := s.drafts.find(v.form["draft"], v)
	if !kept {
		f = placeOf(c, s.svc.Info().Location)
	}
	again := func(title, sentence string) error {
		return s.drawStockSheet(w, r, v, http.StatusUnprocessableEntity, c, f, v.form["draft"], &problem{Title: title, Sentences: []string{sentence}, To: "#password"})
	}
	signed, err := underPassword(v.form, again, func() error {
		return s.svc.SignRegister(r.Context(), v.who, v.form["nonce"], c, v.form["password"])
	}, func(fault error) error {
		return s.stockNotSigned(w, r, v, f, fault)
	})
	if !signed {
		return err
	}
	to, err := s.afterRegister(r, v, c)
	if err != nil {
		return err
	}
	http.Redirect(w, r, to+"?done=signed", http.StatusSeeOther)
	return nil
}

// stockNotSigned shows the page that the act began on, with the reason.
func (s *Server) stockNotSigned(w http.ResponseWriter, r *http.Request, v visit, f form, fault error) error {
	p := unsigned(fault)
	// What is not there is not the page's own: it was typed, and is typed again.
	if refused, ok := site.AsRefusal(fault); p == nil && ok && !leavesPage(refused.Code) && f["lot"]+f["equipment"] == "" {
		p = &problem{Title: "This cannot be signed now", Sentences: []string{refused.Sentence}}
	}
	if p == nil {
		return fault
	}
	return s.showRegisterForm(w, r, v, f, p)
}

// showRegisterForm shows the page that a form of an act on a register stands
// on, with what was typed and why it was not taken.
func (s *Server) showRegisterForm(w http.ResponseWriter, r *http.Request, v visit, f form, p *problem) error {
	const status = http.StatusUnprocessableEntity
	switch {
	case f["act"] == "receive lot":
		return s.showReceive(w, r, v, status, f, p)
	case f["act"] == "pool lots":
		return s.showPool(w, r, v, status, f, p)
	case f["act"] == "split lot":
		return s.showSplit(w, r, v, status, f["lot"], f, p)
	case f["act"] == "list material":
		return s.showMaterial(w, r, v, status, f, p)
	case f["lot"] != "":
		return s.showLot(w, r, v, status, f["lot"], f, p)
	case f["equipment"] != "":
		return s.showMachine(w, r, v, status, f["equipment"], f, p)
	case f["act"] == "list equipment":
		return s.showNewMachine(w, r, v, status, f, p)
	}
	return errForm
}

// registerFormAddress is that page's address, with the draft of what was typed.
func registerFormAddress(f form, draft string) string {
	at := "/equipment/new"
	switch {
	case f["act"] == "receive lot":
		at = "/stock/receive"
	case f["act"] == "pool lots":
		at = "/stock/pool"
	case f["act"] == "split lot":
		at = lotAddress(f["lot"]) + "/split"
	case f["act"] == "list material":
		at = "/stock/materials/new"
	case f["lot"] != "":
		at = lotAddress(f["lot"])
	case f["equipment"] != "":
		at = machineAddress(f["equipment"])
	}
	return at + "?draft=" + queryEscape(draft)
}

// placeOf says on which page an act stands whose draft is no longer kept.
func placeOf(c register.Command, zone *time.Location) form {
	f := form{"act": c.Name()}
	switch c := c.(type) {
	case register.ReceiveLot:
		f = deliveryForm(c, zone)
	case register.PoolLots:
		f = poolForm(c, zone)
	case register.SplitLot:
		f = splitForm(c)
	case register.ListMaterial:
		f = materialForm(c)
	case register.ListEquipment:
		f["equipment"] = c.Equipment
	default:
		f["lot"], f["equipment"] = subjectOf(c)
	}
	return f
}

// subjectOf is the lot or the machine that an act is about.
func subjectOf(c register.Command) (lot, machine string) {
	switch c := c.(type) {
	case register.ReleaseLot:
		return c.Lot, ""
	case register.QuarantineLot:
		return c.Lot, ""
	case register.RejectLot:
		return c.Lot, ""
	case register.OpenLot:
		return c.Lot, ""
	case register.ThawLot:
		return c.Lot, ""
	case register.AdjustStock:
		return c.Lot, ""
	case register.SplitLot:
		return c.Lot, ""
	case register.ListEquipment:
		return "", c.Equipment
	case register.ProveEquipment:
		return "", c.Equipment
	case register.CleanEquipment:
		return "", c.Equipment
	case register.StopEquipment:
		return "", c.Equipment
	case register.ReturnEquipment:
		return "", c.Equipment
	case register.RetireEquipment:
		return "", c.Equipment
	}
	return "", dataSubject(c)
}

// afterRegister is the page of what was acted on.
func (s *Server) afterRegister(r *http.Request, v visit, c register.Command) (to string, err error) {
	lot, machine := subjectOf(c)
	code := ""
	switch c := c.(type) {
	case register.ListMaterial:
		return "/stock/materials", nil
	case register.ReceiveLot:
		code = c.Code
	case register.PoolLots:
		code = c.Code
	case register.ListEquipment:
		if code = c.Code; c.Equipment != "" {
			code = ""
		}
	}
	switch {
	case code != "":
		err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
			if fit, ok := b.Scanned(register.Label(code), s.svc.Now()); ok {
				to = registeredAddress(string(fit.Stream))
			}
		})
	case lot != "":
		to = lotAddress(lot)
	case machine != "":
		to = machineAddress(machine)
	}
	if to == "" {
		to = "/stock"
	}
	return to, err
}

func lotAddress(id string) string     { return "/stock/" + url.PathEscape(id) }
func machineAddress(id string) string { return "/equipment/" + url.PathEscape(id) }

// registeredAddress is the page of what a register's stream is about; "" for
// what was set out before there were registers.
func registeredAddress(stream string) string {
	if id, ok := strings.CutPrefix(stream, "lot/"); ok {
		return lotAddress(id)
	}
	if id, ok := strings.CutPrefix(stream, "equipment/"); ok {
		return machineAddress(id)
	}
	return ""
}

// toStock answers a reload on an address that only takes forms.
func (s *Server) toStock(w http.ResponseWriter, r *http.Request, _ visit) error {
	http.Redirect(w, r, "/stock", http.StatusSeeOther)
	return nil
}
