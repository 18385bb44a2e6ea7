package web

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/register"
	"countersign/register/scan"
)

// originView is the form with which lots are pooled, or one is split (COI-05).
type originView struct {
	Lot       string // that is split; "" for a pool
	Stands    string
	Left      string
	Materials []materialChoice
	Lines     []originLine
	More      int // how many lines the form has when more are asked for
	Typed     form
	May       bool
}

// originLine is a source of a pool, or a part of a split, as it was typed. What
// stands behind a source's code is said where it is known.
type originLine struct {
	N                      int
	Code, Donation, Amount string
	Says                   string
}

// linesOfForm is how many lines a form begins with, and by how many it grows.
const (
	linesOfForm = 4
	mostOfForm  = 40
)

func (s *Server) poolPage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	if from := r.URL.Query().Get("from"); len(f) == 0 && from != "" {
		f["code1"] = from
	}
	return s.showPool(w, r, v, http.StatusOK, f, nil)
}

func (s *Server) showPool(w http.ResponseWriter, r *http.Request, v visit, status int, f form, p *problem) error {
	view := originView{Typed: f, May: maySign(v.who.Person, register.PoolLots{})}
	view.lines(f)
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, m := range b.Materials() {
			view.Materials = append(view.Materials, materialChoice{Name: m.Name, Text: m.Title + " (" + m.Name + "), counted in " + countedIn(m.Unit)})
		}
		for i, line := range view.Lines {
			view.Lines[i].Says = s.sourceWords(b, line.Code, v)
		}
	})
	if err != nil {
		return err
	}
	return s.render(w, r, v, status, "pool", page{Title: "Pool lots or donations", Problem: p, View: view, Back: &link{Text: "Stock", To: "/stock"}})
}

// sourceWords say which lot a code is, so that whoever scans sees it.
func (s *Server) sourceWords(b *register.Books, code string, v visit) string {
	if strings.TrimSpace(code) == "" {
		return ""
	}
	lot, ok := b.Lot(code)
	if !ok {
		fit, known := b.Scanned(register.Label(code), s.svc.Now())
		if !known || fit.Machine() {
			return "There is no such lot here."
		}
		lot, _ = b.Lot(strings.TrimPrefix(string(fit.Stream), "lot/"))
	}
	words := fmt.Sprintf("Lot %s of %s, %s; %s left; for %s", lot.ID, lot.Material, lotStands(b, lot, s.svc.Now()), register.Pieces(lot.Left), whoseWords(lot, v))
	if len(lot.Donations) > 0 {
		words += "; donation " + donationWords(lot.Donations)
	}
	return words + "."
}

func (view *originView) lines(f form) {
	count, err := strconv.Atoi(f["lines"])
	if err != nil || count < linesOfForm || count > mostOfForm {
		count = linesOfForm
	}
	for n := 1; n <= count; n++ {
		at := strconv.Itoa(n)
		view.Lines = append(view.Lines, originLine{N: n, Code: f["code"+at], Donation: f["donation"+at], Amount: f["amount"+at]})
	}
	view.More = min(count+linesOfForm, mostOfForm)
}

// grown is a form with more lines, once its last one is used.
func grown(f form) form {
	var view originView
	view.lines(f)
	if last := view.Lines[len(view.Lines)-1]; last.Code+last.Donation+last.Amount == "" {
		return f
	}
	f = maps.Clone(f)
	f["lines"] = strconv.Itoa(view.More)
	return f
}

func (s *Server) splitPage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	return s.showSplit(w, r, v, http.StatusOK, r.PathValue("lot"), f, nil)
}

func (s *Server) showSplit(w http.ResponseWriter, r *http.Request, v visit, status int, id string, f form, p *problem) error {
	view := originView{Lot: id, Typed: f, May: maySign(v.who.Person, register.SplitLot{})}
	view.lines(f)
	found := false
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		var lot *register.Lot
		if lot, found = b.Lot(id); found {
			view.Stands, view.Left = s.sourceWords(b, id, v), register.Pieces(lot.Left)
		}
	})
	if err != nil {
		return err
	}
	if !found {
		return noSuch("lot", id)
	}
	return s.render(w, r, v, status, "split", page{Title: "Split lot " + id, Problem: p, View: view, Back: &link{Text: "The lot", To: lotAddress(id)}})
}

// pooling reads the form for a pool, and names everything in it that cannot be
// read.
func (s *Server) pooling(r *http.Request, v visit, f form) (register.Command, *problem, error) {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	wrong := &problem{Title: "Some of this cannot be read"}
	for _, one := range []struct{ name, title string }{
		{"label", "Code on its label"},
		{"number", "Lot number"},
		{"quantity", "How much it is"},
		{"document", "Record of the pooling, or delivery note"},
	} {
		if text(one.name) == "" {
			wrong.add("#"+one.name, "%s: nothing was entered.", one.title)
		}
	}
	expiry, sentence := readUntil(text("expiry"), s.svc.Info().Location)
	if sentence != "" {
		wrong.add("#expiry", "Expiry: %s", sentence)
	}
	c := register.PoolLots{
		Material: text("material"), Code: text("label"), Number: text("number"), Expiry: expiry, Supplier: text("supplier"), Document: text("document"),
		ForPatient: text("patient"),
	}
	var view originView
	view.lines(f)
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, line := range view.Lines {
			code := strings.TrimSpace(line.Code)
			unit, material := s.countedAs(b, code)
			if c.Material == "" {
				c.Material = material
			}
			if m, ok := b.Material(c.Material); ok && code == "" {
				unit = m.Unit
			}
			c.From = append(c.From, register.Source{Lot: code, Donation: donationOf(line), Amount: amountOf(strings.TrimSpace(line.Amount), unit)})
		}
		if m, ok := b.Material(c.Material); ok {
			c.Quantity = amountOf(text("quantity"), m.Unit)
		}
	})
	if c.Material == "" {
		wrong.add("#material", "Material: choose what comes of it.")
	}
	if len(wrong.Sentences) > 0 {
		return nil, wrong, err
	}
	return c, nil, err
}

// donationOf is the donation code of a line that names no lot, unaltered.
func donationOf(line originLine) string {
	if strings.TrimSpace(line.Code) != "" {
		return ""
	}
	return line.Donation
}

// countedAs is in what a source is counted, and of which material it is.
func (s *Server) countedAs(b *register.Books, code string) (unit, material string) {
	lot, ok := b.Lot(code)
	if fit, known := b.Scanned(register.Label(code), s.svc.Now()); !ok && known {
		lot, ok = b.Lot(strings.TrimPrefix(string(fit.Stream), "lot/"))
	}
	if !ok {
		return "", ""
	}
	return lot.Left.Unit.Display, lot.Material
}

// splitting reads the form for a split.
func (s *Server) splitting(r *http.Request, v visit, f form) (register.Command, *problem, error) {
	unit, err := s.unitOfLot(r, v, strings.TrimSpace(f["lot"]))
	if err != nil {
		return nil, nil, err
	}
	c := register.SplitLot{Lot: strings.TrimSpace(f["lot"]), Document: strings.TrimSpace(f["document"])}
	wrong := &problem{Title: "Some of this cannot be read"}
	var view originView
	view.lines(f)
	for _, line := range view.Lines {
		code, amount := strings.TrimSpace(line.Code), strings.TrimSpace(line.Amount)
		if (code == "") != (amount == "") {
			wrong.add(fmt.Sprintf("#code%d", line.N), "Part %d: scan its label and say how much it is.", line.N)
		}
		if code != "" {
			c.Parts = append(c.Parts, register.Parted{Code: code, Quantity: amountOf(amount, unit)})
		}
	}
	if len(c.Parts) == 0 {
		wrong.add("#code1", "Scan the label of each part, and say how much it is.")
	}
	if c.Document == "" {
		wrong.add("#document", "Record of the splitting: nothing was entered.")
	}
	if len(wrong.Sentences) > 0 {
		return nil, wrong, nil
	}
	return c, nil, nil
}

// poolForm and splitForm give back what was typed when the draft is gone.
func poolForm(c register.PoolLots, zone *time.Location) form {
	f := form{
		"act": c.Name(), "then": "sign", "material": c.Material, "label": c.Code, "number": c.Number, "quantity": c.Quantity, "supplier": c.Supplier,
		"document": c.Document, "patient": c.ForPatient, "lines": strconv.Itoa(len(c.From)),
	}
	if !c.Expiry.IsZero() {
		f["expiry"] = c.Expiry.In(zone).Format("2006-01-02 15:04")
	}
	for i, source := range c.From {
		n := strconv.Itoa(i + 1)
		f["code"+n], f["donation"+n], f["amount"+n] = source.Lot, source.Donation, source.Amount
	}
	return f
}

func splitForm(c register.SplitLot) form {
	f := form{"act": c.Name(), "then": "sign", "lot": c.Lot, "document": c.Document, "lines": strconv.Itoa(len(c.Parts))}
	for i, part := range c.Parts {
		n := strconv.Itoa(i + 1)
		f["code"+n], f["amount"+n] = part.Code, part.Quantity
	}
	return f
}

// spelledOr makes what a scanner sent visible, byte for byte; "" for nothing.
func spelledOr(sent string) string {
	if sent == "" {
		return ""
	}
	return scan.Spelled(sent)
}
