package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// mostLinks bounds how many lots go into one, or come out of one, in one act:
// all of it stands in one append.
const mostLinks = 80

// PoolLots makes one lot of several, or of donations that never were lots here.
// A source is named by the site's number of a lot or by the code of its label;
// without an amount, all that is left of it goes in.
type PoolLots struct {
	Material   string    `json:"material"` // "" for that of the lots, where they are of one
	Code       string    `json:"code"`
	Number     string    `json:"lot"`
	Expiry     time.Time `json:"expiry,omitzero"` // zero for the earliest of the lots
	Quantity   string    `json:"quantity"`
	Supplier   string    `json:"supplier,omitempty"` // who pooled it; "" for this site
	Document   string    `json:"document"`
	From       []Source  `json:"from"`
	ForPatient string    `json:"for_patient,omitempty"` // of donations that never were lots here; a lot knows its own
}

// SplitLot makes several lots of one. Lot is the site's number or the code of
// its label; the parts get the site's next numbers.
type SplitLot struct {
	Lot      string   `json:"lot"`
	Parts    []Parted `json:"parts"`
	Document string   `json:"document"`
}

// Parted is a part as it is asked for.
type Parted struct {
	Code     string `json:"code"`
	Quantity string `json:"quantity"`
}

// Name is the written name of the command.
func (PoolLots) Name() string { return "pool lots" }
func (SplitLot) Name() string { return "split lot" }

// Signs says who may sign, as what.
func (PoolLots) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }

func (SplitLot) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }

func (c PoolLots) stream(b *Books) audit.StreamID { return LotStream(b.nextLot(0)) }
func (c SplitLot) stream(b *Books) audit.StreamID { return LotStream(b.lotNumber(c.Lot)) }

// nextLot is a number that no lot has yet: the site's next, or so many after.
func (b *Books) nextLot(after int) string { return fmt.Sprintf("L-%04d", len(b.lots)+1+after) }

func (c PoolLots) event(b *Books, f Facts) (Event, *Refusal) {
	ev := LotPooled{
		Material: strings.TrimSpace(c.Material), Code: Label(c.Code), Number: strings.TrimSpace(c.Number), Quantity: Counted(c.Quantity),
		Supplier: strings.TrimSpace(c.Supplier), Document: strings.TrimSpace(c.Document), From: []Source{}, Donations: []string{},
	}
	texts := []string{c.Code, c.Number, c.Supplier, c.Document, c.ForPatient}
	for _, source := range c.From {
		texts = append(texts, source.Lot, source.Donation)
	}
	if refusal := readable(texts...); refusal != nil {
		return ev, refusal
	}
	if refusal := ev.gathers(b, c.From); refusal != nil {
		return ev, refusal
	}
	if refusal := ev.belongs(b, strings.TrimSpace(c.ForPatient)); refusal != nil {
		return ev, refusal
	}
	ev.Expiry = instant(c.Expiry)
	if earliest := ev.earliest(b); c.Expiry.IsZero() {
		ev.Expiry = instant(earliest)
	}
	if ev.Code == "" {
		return ev, nil
	}
	_, refusal := LotReceived{Material: ev.Material, Code: ev.Code, Number: ev.Number, Expiry: ev.Expiry}.labelled(b, f)
	return ev, refusal
}

// gathers finds the lots that go in and all that is left of them, where no
// amount is said, and every donation code that they bring.
func (e *LotPooled) gathers(b *Books, from []Source) *Refusal {
	for _, source := range from {
		if strings.TrimSpace(source.Lot) == "" {
			if strings.TrimSpace(source.Donation) == "" {
				continue // a line of the form that was left blank
			}
			e.From = append(e.From, Source{Donation: source.Donation, Amount: Counted(source.Amount)})
			e.donated(source.Donation)
			continue
		}
		lot := b.lots[b.lotNumber(source.Lot)]
		if lot == nil {
			return refuse("no_such_lot", "There is no lot %s in the register.", Visible(source.Lot))
		}
		amount := Counted(source.Amount)
		if amount == "" {
			amount = lot.Left.Coded()
		}
		if e.Material == "" {
			e.Material = lot.Material
		}
		e.From = append(e.From, Source{Lot: lot.ID, Amount: amount})
		e.donated(lot.Donations...)
	}
	return nil
}

func (e *LotPooled) donated(codes ...string) {
	for _, code := range codes {
		if !slices.Contains(e.Donations, code) {
			e.Donations = append(e.Donations, code)
		}
	}
}

// belongs: what is one patient's is pooled with nothing but that patient's, and
// what nobody knows to be that patient's is not (COI-07).
func (e *LotPooled) belongs(b *Books, stated string) *Refusal {
	var whose *Lot
	for _, source := range e.From {
		lot := b.lots[source.Lot]
		switch {
		case lot == nil || !lot.Personal:
		case whose != nil && !samePatient(whose.ForPatient, lot.ForPatient):
			return refuse("another_patients", "Lots %s and %s are two patients' own. They are never pooled.", whose.ID, lot.ID)
		default:
			whose = lot
		}
	}
	if whose == nil {
		e.Personal, e.ForPatient = stated != "", stated
	} else {
		e.Personal, e.ForPatient = true, whose.ForPatient
	}
	if stated != "" && !samePatient(stated, e.ForPatient) {
		return refuse("another_patients", "Lot %s is another patient's own than the one named.", whose.ID)
	}
	return nil
}

// samePatient compares two numbers as they stand on labels. A number that is
// not known is nobody's.
func samePatient(a, b string) bool {
	bare := func(text string) string { return strings.Join(strings.Fields(text), "") }
	return bare(a) != "" && strings.EqualFold(bare(a), bare(b))
}

func (c SplitLot) event(b *Books, f Facts) (Event, *Refusal) {
	ev := LotSplit{Parts: []Part{}, Document: strings.TrimSpace(c.Document)}
	lot, refusal := b.stands(b.lotNumber(c.Lot))
	if refusal != nil {
		return ev, refusal
	}
	texts := []string{c.Document}
	for _, part := range c.Parts {
		texts = append(texts, part.Code, part.Quantity)
	}
	if refusal := readable(texts...); refusal != nil {
		return ev, refusal
	}
	for _, part := range c.Parts {
		if strings.TrimSpace(part.Code) == "" && strings.TrimSpace(part.Quantity) == "" {
			continue // a line of the form that was left blank
		}
		one := Part{Lot: b.nextLot(len(ev.Parts)), Code: Label(part.Code), Quantity: Counted(part.Quantity)}
		ev.Parts = append(ev.Parts, one)
		if one.Code == "" {
			return ev, refuse("lot_code", "Every part needs a label of its own: scan its code.")
		}
		label := LotReceived{Material: lot.Material, Code: one.Code, Number: lot.Number, Expiry: instant(lot.Last())}
		if _, refusal := label.labelled(b, f); refusal != nil {
			return ev, refusal
		}
	}
	return ev, nil
}

// counts refuses an amount that is nothing, or is not in the unit that a
// material is counted in.
func (m Material) counts(text string) *Refusal {
	quantity, err := protocol.ParseQuantity(text)
	if err != nil {
		return refuse("bad_quantity", "How much it is cannot be read: %s.", err)
	}
	unit, _ := unitOf(m.Unit) // its listing has read it
	if !quantity.Unit.Same(unit) {
		return refuse("bad_quantity", "%s is counted in %s.", m.Title, unitName(m.Unit))
	}
	if !positive(quantity) {
		return refuse("bad_quantity", "How much it is has to be more than nothing.")
	}
	return nil
}
