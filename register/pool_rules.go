package register

import (
	"slices"
	"strings"
	"time"

	"countersign/protocol"
)

// check: everything that goes in is there, stands, and is known; nothing that is
// one patient's meets anything else; and no more comes out than went in.
func (e LotPooled) check(b *Books, id string, act Act) *Refusal {
	if refusal := e.begins(b, id, act); refusal != nil {
		return refusal
	}
	if len(e.From) < 2 || len(e.From) > mostLinks {
		return refuse("pool_of", "A pool is of at least two lots or donations, and of at most %d.", mostLinks)
	}
	donations := []string{}
	for i, source := range e.From {
		if slices.ContainsFunc(e.From[:i], func(s Source) bool { return s.Lot == source.Lot && s.Donation == source.Donation }) {
			return refuse("named_twice", "%s is named twice.", strings.ToUpper(source.name()[:1])+source.name()[1:])
		}
		more, refusal := e.takes(b, source, act)
		if refusal != nil {
			return refusal
		}
		for _, code := range more {
			if !slices.Contains(donations, code) {
				donations = append(donations, code)
			}
		}
	}
	if !slices.Equal(donations, e.Donations) {
		return refuse("donations_differ", "The pool has to name every donation that is in it, and no other.")
	}
	if refusal := b.oneChain(Chain(e.Code, act.At), e.From); refusal != nil {
		return refusal
	}
	if came, ok := e.came(b); ok && e.bounded(b) {
		if quantity, err := protocol.ParseQuantity(e.Quantity); err == nil {
			if more, err := quantity.Cmp(came); err == nil && more > 0 {
				return refuse("more_than_came", "%s went in, and no more than that can come of it.", pieces(came.Coded()))
			}
		}
	}
	return nil
}

func (s Source) name() string {
	if s.Lot == "" {
		return "donation " + Visible(s.Donation)
	}
	return "lot " + s.Lot
}

// begins: a pool is a new lot with a label of its own, of a material that is
// listed, that outlives nothing that is in it.
func (e LotPooled) begins(b *Books, id string, act Act) *Refusal {
	m, listed := b.materials[e.Material]
	switch {
	case !listed:
		return refuse("no_such_material", "There is no material %q in the register. A quality lead lists it first.", e.Material)
	case b.lots[id] != nil:
		return refuse("lot_there", "Lot %s is there already.", id)
	case e.Code == "" || e.Number == "":
		return refuse("lot_code", "A lot needs the code of its label, as scanned, and its lot number.")
	case e.Document == "":
		return refuse("no_document", "Name the record of the pooling, or what came with it.")
	case b.byCode(e.Code, act.At) != nil:
		return refuse("code_taken", "The code of this label is that of %s. A pool gets a label of its own.", b.byCode(e.Code, act.At).ID)
	}
	if refusal := m.counts(e.Quantity); refusal != nil {
		return refusal
	}
	if e.Expiry == "" {
		if earliest := e.earliest(b); !earliest.IsZero() {
			return refuse("outlives", "It may be used no longer than what is in it, and that is until %s.", shown(earliest, time.UTC))
		}
		return nil
	}
	expiry, err := time.Parse(time.RFC3339, e.Expiry)
	if err != nil || !expiry.After(act.At) {
		return refuse("out_of_date", "It would be out of date already, so it is not made.")
	}
	if earliest := e.earliest(b); !earliest.IsZero() && expiry.After(earliest) {
		return refuse("outlives", "It may be used no longer than what is in it, and that is until %s.", shown(earliest, time.UTC))
	}
	return nil
}

// takes: a source can be in a pool. It gives the donations that it brings.
func (e LotPooled) takes(b *Books, source Source, act Act) (donations []string, refusal *Refusal) {
	if source.Lot == "" {
		return e.takesDonation(b, source)
	}
	lot, refusal := b.passable(source.Lot, act)
	if refusal != nil {
		return nil, refusal
	}
	amount, err := protocol.ParseQuantity(source.Amount)
	if err != nil || !positive(amount) {
		return nil, refuse("bad_quantity", "How much of lot %s goes in cannot be read: %s.", lot.ID, said(source.Amount))
	}
	if refusal := lot.Enough(amount); refusal != nil {
		return nil, refusal
	}
	if lot.Personal != e.Personal {
		return nil, refuse("another_patients", "Lot %s is not that patient's own. What is one patient's is pooled with nothing else.", lot.ID)
	}
	if e.Personal && e.ForPatient != "" && lot.ForPatient != "" && !samePatient(e.ForPatient, lot.ForPatient) {
		return nil, refuse("another_patients", "Lot %s is another patient's own. It is never pooled with this one.", lot.ID)
	}
	return lot.Donations, nil
}

// takesDonation: a donation without a lot here was pooled by somebody else, and
// is whose the delivery says. One that is a lot here is named as that lot, so
// that its stock and its status go with it.
func (e LotPooled) takesDonation(b *Books, source Source) ([]string, *Refusal) {
	if strings.TrimSpace(source.Donation) == "" {
		return nil, refuse("pool_of", "A lot or a donation code is missing.")
	}
	for _, lot := range b.Lots() {
		if slices.Contains(lot.Donations, source.Donation) {
			return nil, refuse("is_a_lot", "Donation %s is in lot %s here. Name the lot.", Visible(source.Donation), lot.ID)
		}
	}
	if e.Personal && slices.ContainsFunc(e.From, func(s Source) bool { return s.Lot != "" }) {
		return nil, refuse("another_patients", "Nobody here knows whose donation %s is. What is one patient's is pooled with that patient's lots alone.", Visible(source.Donation))
	}
	if source.Amount != "" {
		if amount, err := protocol.ParseQuantity(source.Amount); err != nil || !positive(amount) {
			return nil, refuse("bad_quantity", "How much of donation %s is in it cannot be read: %s.", Visible(source.Donation), source.Amount)
		}
	}
	return []string{source.Donation}, nil
}

// passable: a lot stands, is held by nothing, and is not out of date.
func (b *Books) passable(id string, act Act) (*Lot, *Refusal) {
	lot, refusal := b.stands(id)
	switch {
	case refusal != nil:
		return nil, refusal
	case lot.Status == Quarantined:
		return nil, refuse("quarantined", "Lot %s is in quarantine: %s.", id, lot.Reason)
	case b.Held(lot) != "":
		return nil, refuse("origin_held", "Lot %s cannot be used: %s.", id, b.Held(lot))
	case !lot.Last().IsZero() && act.At.After(lot.Last()):
		return nil, refuse("out_of_date", "Lot %s is out of date.", id)
	}
	return lot, nil
}

// earliest is the last moment of what is in it that ends first; zero when
// nothing does.
func (e LotPooled) earliest(b *Books) (at time.Time) {
	for _, source := range e.From {
		if lot := b.lots[source.Lot]; lot != nil && !lot.Last().IsZero() && (at.IsZero() || lot.Last().Before(at)) {
			at = lot.Last()
		}
	}
	return at
}

// came is how much went in; false where nobody can say.
func (e LotPooled) came(b *Books) (protocol.Quantity, bool) {
	unit, err := unitOf(b.materials[e.Material].Unit)
	if err != nil {
		return protocol.Quantity{}, false
	}
	amounts := make([]string, len(e.From))
	for i, source := range e.From {
		amounts[i] = source.Amount
	}
	return most(unit, amounts...)
}

// bounded says that what comes of it can be held against what went in: pieces of
// one material are not pieces of another.
func (e LotPooled) bounded(b *Books) bool {
	if _, ok := e.came(b); !ok {
		return false
	}
	return b.materials[e.Material].Unit != "" || !slices.ContainsFunc(e.From, func(s Source) bool {
		lot := b.lots[s.Lot]
		return lot == nil || lot.Material != e.Material
	})
}

func (e LotPooled) apply(b *Books, id string, act Act) {
	quantity, _ := protocol.ParseQuantity(e.Quantity) // check has read it
	expiry, _ := time.Parse(time.RFC3339, e.Expiry)   // zero when there is none
	b.codes[Key(e.Code, act.At)] = id
	b.lots[id] = &Lot{
		ID: id, Material: e.Material, Code: e.Code, Number: e.Number, Donations: e.Donations, From: e.From, Chain: b.chained(Chain(e.Code, act.At), e.From), Expiry: expiry, Quantity: quantity, Left: quantity,
		Supplier: e.Supplier, Document: e.Document, Personal: e.Personal, ForPatient: e.ForPatient, Status: Unreleased, Received: act, History: []Act{act},
	}
	for _, source := range e.From {
		b.leadsTo(source.Lot, id)
	}
}

// check: a lot is split into no more than is left of it, and every part has a
// label of its own.
func (e LotSplit) check(b *Books, id string, act Act) *Refusal {
	lot, refusal := b.passable(id, act)
	switch {
	case refusal != nil:
		return refusal
	case e.Document == "":
		return refuse("no_document", "Name the record of the splitting.")
	case len(e.Parts) == 0 || len(e.Parts) > mostLinks:
		return refuse("parts", "A lot is split into at least one part, and into at most %d.", mostLinks)
	}
	amounts := make([]string, len(e.Parts))
	for i, part := range e.Parts {
		if b.lots[part.Lot] != nil {
			return refuse("lot_there", "Lot %s is there already.", part.Lot)
		}
		if part.Code == "" {
			return refuse("lot_code", "Every part needs a label of its own: scan its code.")
		}
		taken := b.byCode(part.Code, act.At) != nil
		for _, other := range e.Parts[:i] {
			taken = taken || Key(other.Code, act.At) == Key(part.Code, act.At) || other.Lot == part.Lot
		}
		if taken {
			return refuse("code_taken", "The code %s is on something else already. Every part gets a label of its own.", Visible(part.Code))
		}
		if chain := Chain(part.Code, act.At); chain != "" && chain != lot.Chain {
			return refuse("another_chain", "The label of this part carries the chain of identity %s, and lot %s does not.", chain, id)
		}
		if refusal := b.materials[lot.Material].counts(part.Quantity); refusal != nil {
			return refusal
		}
		amounts[i] = part.Quantity
	}
	sum, ok := most(lot.Left.Unit, amounts...)
	if !ok {
		return refuse("bad_quantity", "The parts cannot be added up.")
	}
	return lot.Enough(sum)
}

func (e LotSplit) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) {
		for _, part := range e.Parts {
			lot.Parts = append(slices.Clip(lot.Parts), parted{part, instant(lot.Last()), e.Document})
		}
	})
}

// parted is a part as its lot's split says it, before its own stream begins.
type parted struct {
	Part
	expiry   string
	document string
}

// check: a part is what its lot's split says it is, and begins once.
func (e LotSplitOff) check(b *Books, id string, _ Act) *Refusal {
	lot := b.lots[e.From]
	if lot == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", e.From)
	}
	at := slices.IndexFunc(lot.Parts, func(p parted) bool { return p.Lot == id })
	if at < 0 || b.lots[id] != nil {
		return refuse("not_a_part", "Lot %s was not split into %s.", e.From, id)
	}
	part := lot.Parts[at]
	same := e.Material == lot.Material && e.Number == lot.Number && slices.Equal(e.Donations, lot.Donations) && e.Personal == lot.Personal &&
		e.Code == part.Code && e.Quantity == part.Quantity && e.Expiry == part.expiry && e.Document == part.document
	if !same || e.ForPatient != "" && lot.ForPatient != "" && e.ForPatient != lot.ForPatient {
		return refuse("not_a_part", "Lot %s is not what the split of lot %s says of it.", id, e.From)
	}
	return nil
}

func (e LotSplitOff) apply(b *Books, id string, act Act) {
	quantity, _ := protocol.ParseQuantity(e.Quantity) // the split's check has read it
	expiry, _ := time.Parse(time.RFC3339, e.Expiry)   // zero when there is none
	b.codes[Key(e.Code, act.At)] = id
	b.lots[id] = &Lot{
		ID: id, Material: e.Material, Code: e.Code, Number: e.Number, Donations: e.Donations, From: []Source{{Lot: e.From, Amount: e.Quantity}},
		Chain: b.lots[e.From].Chain, Expiry: expiry, Quantity: quantity, Left: quantity, Document: e.Document, Personal: e.Personal, ForPatient: e.ForPatient,
		Status: Unreleased, Received: act, History: []Act{act},
	}
	b.leadsTo(e.From, id)
}

// check: nothing goes out that is not there, and only into a lot that says so.
func (e StockPassedOn) check(b *Books, id string, act Act) *Refusal {
	if refusal := (StockTaken{Amount: e.Amount}).check(b, id, act); refusal != nil {
		return refusal
	}
	into := b.lots[e.Into]
	if into == nil || !slices.ContainsFunc(into.From, func(s Source) bool { return s.Lot == id && s.Amount == e.Amount }) {
		return refuse("not_passed_on", "Lot %s does not say that %s of lot %s went into it.", e.Into, e.Amount, id)
	}
	return nil
}

func (e StockPassedOn) apply(b *Books, id string, act Act) {
	amount, _ := protocol.ParseQuantity(e.Amount) // check has read it
	b.use(id, Use{Act: act, Into: e.Into, Amount: amount})
}
