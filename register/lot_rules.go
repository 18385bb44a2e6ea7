package register

import (
	"strings"
	"time"

	"countersign/protocol"
)

func (e LotReceived) check(b *Books, id string, act Act) *Refusal {
	m, ok := b.materials[e.Material]
	if !ok {
		return refuse("no_such_material", "There is no material %q in the register. A quality lead lists it first.", e.Material)
	}
	if b.lots[id] != nil {
		return refuse("lot_there", "Lot %s was taken in already.", id)
	}
	if e.Code == "" || e.Number == "" {
		return refuse("lot_code", "A lot needs the code of its label, as scanned, and its lot number.")
	}
	if e.Sent != "" && !SameCode(e.Sent, e.Code) {
		return refuse("bad_code", "What was received and what it was read as are not the same code. Scan it again.")
	}
	if e.Document == "" {
		return refuse("no_document", "Name the delivery note or certificate that came with it.")
	}
	if other := b.byCode(e.Code, act.At); other != nil {
		return refuse("code_taken", "The code of this label is that of %s, lot %s. What came later gets a label of its own.", other.ID, other.Number)
	}
	if e.Expiry != "" {
		expiry, err := time.Parse(time.RFC3339, e.Expiry)
		if err != nil || !expiry.After(act.At) {
			return refuse("out_of_date", "It is out of date already, so it is not taken in.")
		}
	}
	quantity, err := protocol.ParseQuantity(e.Quantity)
	if err != nil {
		return refuse("bad_quantity", "How much came cannot be read: %s.", err)
	}
	unit, _ := unitOf(m.Unit) // its listing has read it
	if !quantity.Unit.Same(unit) {
		return refuse("bad_quantity", "%s is counted in %s.", m.Title, unitName(m.Unit))
	}
	if !positive(quantity) {
		return refuse("bad_quantity", "How much came has to be more than nothing.")
	}
	return nil
}

func (e LotReceived) apply(b *Books, id string, act Act) {
	quantity, _ := protocol.ParseQuantity(e.Quantity) // check has read it
	expiry, _ := time.Parse(time.RFC3339, e.Expiry)   // zero when there is none
	b.codes[Key(e.Code, act.At)] = id
	b.lots[id] = &Lot{
		ID: id, Material: e.Material, Code: e.Code, Sent: e.Sent, Number: e.Number, Serial: e.Serial, Donations: donationsOf(e.Donation), Chain: Chain(e.Code, act.At), Expiry: expiry,
		Quantity: quantity, Left: quantity, Supplier: e.Supplier, Document: e.Document,
		Personal: e.Personal, ForPatient: e.ForPatient, Status: Unreleased, Received: act, History: []Act{act},
	}
}

func donationsOf(code string) []string {
	if strings.TrimSpace(code) == "" {
		return []string{}
	}
	return []string{code}
}

// stands: the lot is there and its end has not come.
func (b *Books) stands(id string) (*Lot, *Refusal) {
	lot := b.lots[id]
	if lot == nil {
		return nil, refuse("no_such_lot", "There is no lot %s in the register.", id)
	}
	if lot.Status == RejectedLot || lot.Status == Recalled {
		return nil, refuse("lot_ended", "Lot %s is %s, for good.", id, lot.Status)
	}
	return lot, nil
}

// check: whoever took a lot in does not release it (SIG-09 in spirit), and
// nothing out of date is released.
func (e LotReleased) check(b *Books, id string, act Act) *Refusal {
	lot, refusal := b.stands(id)
	switch {
	case refusal != nil:
		return refusal
	case lot.Status == Released:
		return refuse("released_already", "Lot %s is released already.", id)
	case lot.Received.Person == act.Person:
		return refuse("not_independent", "Whoever took a lot in does not release it. Somebody else signs.")
	case b.standsAgainst(lot) != nil:
		return refuse("recalled", "Recall %s stands against lot %s, of %s. It is not released.", b.standsAgainst(lot).ID, id, b.standsAgainst(lot).Of.Words())
	case b.Held(lot) != "":
		return refuse("origin_held", "Lot %s is not released: %s.", id, b.Held(lot))
	case b.awaits(lot) != nil:
		return refuse("origin_unreleased", "Lot %s was made of lot %s, which is not released. That one is released first.", id, b.awaits(lot).ID)
	case e.Document == "":
		return refuse("no_document", "Name the certificate or control number that it is released by.")
	case !lot.Last().IsZero() && act.At.After(lot.Last()):
		return refuse("out_of_date", "Lot %s is out of date.", id)
	}
	return nil
}

func (e LotReleased) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Status, lot.Release, lot.Reason = Released, e.Document, "" })
}

func (e LotQuarantined) check(b *Books, id string, _ Act) *Refusal {
	lot, refusal := b.stands(id)
	if refusal != nil {
		return refusal
	}
	if lot.Status == Quarantined {
		return refuse("quarantined_already", "Lot %s is in quarantine already.", id)
	}
	return because(e.Reason)
}

func (e LotQuarantined) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Status, lot.Reason, lot.Stopped = Quarantined, e.Reason, act })
}

func (e LotRejected) check(b *Books, id string, _ Act) *Refusal {
	if _, refusal := b.stands(id); refusal != nil {
		return refusal
	}
	return because(e.Reason)
}

func (e LotRejected) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Status, lot.Reason = RejectedLot, e.Reason })
}

// check: a lot is opened once, and its time in use is its material's.
func (e LotOpened) check(b *Books, id string, act Act) *Refusal {
	lot, refusal := b.stands(id)
	if refusal != nil {
		return refusal
	}
	if !lot.Opened.IsZero() {
		return refuse("opened_already", "Lot %s was opened already, and its time is running.", id)
	}
	if e.UseBy != useBy(b.materials[lot.Material].Opened, act.At) {
		return refuse("use_by", "The time in use is not the one of %s.", lot.Material)
	}
	return nil
}

func (e LotOpened) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Opened, lot.UseBy = act.At, sooner(lot.UseBy, e.UseBy) })
}

func (e LotThawed) check(b *Books, id string, act Act) *Refusal {
	lot, refusal := b.stands(id)
	if refusal != nil {
		return refusal
	}
	if !lot.Thawed.IsZero() {
		return refuse("thawed_already", "Lot %s was thawed already, and its time is running.", id)
	}
	if e.UseBy != useBy(b.materials[lot.Material].Thawed, act.At) {
		return refuse("use_by", "The time after thawing is not the one of %s.", lot.Material)
	}
	return nil
}

func (e LotThawed) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Thawed, lot.UseBy = act.At, sooner(lot.UseBy, e.UseBy) })
}

// useBy is the last moment of a time in use that begins now, cut to seconds;
// "" without one.
func useBy(span time.Duration, now time.Time) string {
	if span == 0 {
		return ""
	}
	return now.UTC().Add(span).Truncate(time.Second).Format(time.RFC3339)
}

func sooner(was time.Time, text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !was.IsZero() && was.Before(at) {
		return was
	}
	return at
}

// change puts a changed lot in the old one's place, which somebody may hold:
// they see as much of a list as they had.
func (b *Books) change(id string, act Act, how func(lot *Lot)) {
	lot := *b.lots[id]
	lot.History = append(lot.History, act)
	how(&lot)
	b.lots[id] = &lot
}

func because(reason string) *Refusal {
	if strings.TrimSpace(reason) == "" {
		return refuse("no_reason", "Write the reason.")
	}
	return nil
}

func positive(q protocol.Quantity) bool {
	more, err := q.Cmp(protocol.Quantity{Number: "0", Unit: q.Unit})
	return err == nil && more > 0
}
