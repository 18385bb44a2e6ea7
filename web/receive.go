package web

import (
	"net/http"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// receiveView is the form with which a delivery is taken in (MAT-01).
type receiveView struct {
	Materials []materialChoice
	Typed     form
	Says      []field // what the scanned code says
	May       bool
	MayList   bool
}

// materialChoice is a material that a delivery can be of.
type materialChoice struct{ Name, Text string }

func (s *Server) receivePage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	return s.showReceive(w, r, v, http.StatusOK, f, nil)
}

func (s *Server) showReceive(w http.ResponseWriter, r *http.Request, v visit, status int, f form, p *problem) error {
	view := receiveView{Typed: f, May: maySign(v.who.Person, register.ReceiveLot{}), MayList: maySign(v.who.Person, register.ListMaterial{})}
	if says, err := s.readLabel(f["code"]); err == nil {
		view.Says = says.fields()
	}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, m := range b.Materials() {
			view.Materials = append(view.Materials, materialChoice{Name: m.Name, Text: m.Title + " (" + m.Name + "), counted in " + countedIn(m.Unit)})
		}
	})
	if err != nil {
		return err
	}
	return s.render(w, r, v, status, "receive", page{Title: "Take in a delivery", Problem: p, View: view, Back: &link{Text: "Stock", To: "/stock"}})
}

func countedIn(unit string) string {
	if unit == "" {
		return "pieces"
	}
	return unit
}

// delivery reads the form for a delivery, and names everything in it that
// cannot be read.
func (s *Server) delivery(r *http.Request, v visit, f form) (register.Command, *problem, error) {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	wrong := &problem{Title: "Some of this cannot be read"}
	for _, one := range []struct{ name, title string }{
		{"code", "Code on its label"},
		{"material", "Material"},
		{"number", "Lot number"},
		{"quantity", "How much came"},
		{"document", "Delivery note or certificate"},
	} {
		if text(one.name) == "" {
			wrong.add("#"+one.name, "%s: nothing was entered.", one.title)
		}
	}
	expiry, sentence := readUntil(text("expiry"), s.svc.Info().Location)
	if sentence != "" {
		wrong.add("#expiry", "Expiry: %s", sentence)
	}
	unit := ""
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		if m, ok := b.Material(text("material")); ok {
			unit = m.Unit
		}
	})
	if err != nil {
		return nil, nil, err
	}
	quantity := amountOf(text("quantity"), unit)
	if _, err := protocol.ParseQuantity(register.Counted(quantity)); err != nil && quantity != "" {
		wrong.add("#quantity", "How much came: %s.", err)
	}
	if len(wrong.Sentences) > 0 {
		return nil, wrong, nil
	}
	return register.ReceiveLot{
		Material: text("material"), Code: text("code"), Number: text("number"), Serial: text("serial"), Donation: text("donation"), Expiry: expiry,
		Quantity: quantity, Supplier: text("supplier"), Document: text("document"), ForPatient: text("patient"),
	}, nil, nil
}

// deliveryForm gives back what was typed for a delivery that was not signed.
func deliveryForm(c register.ReceiveLot, zone *time.Location) form {
	f := form{
		"act": c.Name(), "then": "sign", "material": c.Material, "code": c.Code, "number": c.Number, "serial": c.Serial, "donation": c.Donation,
		"quantity": c.Quantity, "supplier": c.Supplier, "document": c.Document, "patient": c.ForPatient,
	}
	if !c.Expiry.IsZero() {
		local := c.Expiry.In(zone)
		if f["expiry"] = local.Format("2006-01-02 15:04"); local.Format(time.TimeOnly) == "23:59:59" {
			f["expiry"] = local.Format(time.DateOnly)
		}
	}
	return f
}
