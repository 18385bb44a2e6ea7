package register

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// A lot may be made of several lots or donations, or one lot made into several
// (COI-05). What came from where are links between streams that stand in both:
// the new lot names all that is in it, with every donation code unaltered, and
// the stock of each source says what went where. Nobody copies a status along
// the links: whether a lot may be used is asked of it and of everything that it
// came from, each time, so that a quarantine or a recall reaches what was made
// of it at any depth, at once.

// Source is a lot or a donation that went into a pool.
type Source struct {
	Lot      string `json:"lot"`      // the site's own number; "" for a donation that never was a lot here
	Donation string `json:"donation"` // its code, unaltered; "" for a lot, which names its own
	Amount   string `json:"amount"`   // "" where nobody knows: of a donation alone
}

// Part is one of the lots that a lot is split into.
type Part struct {
	Lot      string `json:"lot"` // the site's own number
	Code     string `json:"code"`
	Quantity string `json:"quantity"`
}

// LotPooled makes one lot of several lots or donations. Signed as performed by
// whoever pooled them. The patient's number of a personal one is sealed.
type LotPooled struct {
	inLot
	performed
	Material   string   `json:"material"`
	Code       string   `json:"code"`
	Number     string   `json:"lot"`
	Expiry     string   `json:"expiry"` // RFC 3339, UTC; "" when it has none
	Quantity   string   `json:"quantity"`
	Supplier   string   `json:"supplier"` // who pooled it; "" for this site
	Document   string   `json:"document"`
	From       []Source `json:"from"`
	Donations  []string `json:"donations"` // all of them, unaltered
	Personal   bool     `json:"personal"`
	ForPatient string   `json:"-"`
}

// LotSplit makes several lots of one. Beside it, in the same append, each part
// begins its own stream. Signed as performed.
type LotSplit struct {
	inLot
	performed
	Parts    []Part `json:"parts"`
	Document string `json:"document"`
}

// LotSplitOff begins the stream of a part. It stands beside the split's signed
// act, carries that act's actor, and says what the split and the lot said.
type LotSplitOff struct {
	inLot
	unsigned
	From       string   `json:"from"` // the lot that was split
	Material   string   `json:"material"`
	Code       string   `json:"code"`
	Number     string   `json:"lot"`
	Expiry     string   `json:"expiry"`
	Quantity   string   `json:"quantity"`
	Document   string   `json:"document"`
	Donations  []string `json:"donations"`
	Personal   bool     `json:"personal"`
	ForPatient string   `json:"-"`
}

// StockPassedOn is what went out of a lot into another, beside the signed act
// that made that one.
type StockPassedOn struct {
	inStock
	unsigned
	Into   string `json:"into"`
	Amount string `json:"amount"`
}

// The written kinds of where a lot came from.
const (
	KindLotPooled     audit.Kind = "lot.pooled"
	KindLotSplit      audit.Kind = "lot.split"
	KindLotSplitOff   audit.Kind = "lot.split_off"
	KindStockPassedOn audit.Kind = "stock.passed_on"
)

// Kind is the written kind of the event's entry.
func (LotPooled) Kind() audit.Kind     { return KindLotPooled }
func (LotSplit) Kind() audit.Kind      { return KindLotSplit }
func (LotSplitOff) Kind() audit.Kind   { return KindLotSplitOff }
func (StockPassedOn) Kind() audit.Kind { return KindStockPassedOn }

// Words name the source.
func (s Source) Words() string {
	words := "lot " + s.Lot
	if s.Lot == "" {
		words = "donation " + Visible(s.Donation)
	}
	if s.Amount == "" {
		return words + " (how much is not known)"
	}
	return pieces(s.Amount) + " of " + words
}

// Words say what was pooled.
func (e LotPooled) Words() string {
	from := make([]string, len(e.From))
	for i, source := range e.From {
		from[i] = source.Words()
	}
	words := fmt.Sprintf("Pools %s into %s of %s, lot %s", strings.Join(from, ", "), pieces(e.Quantity), e.Material, e.Number)
	if e.Personal {
		words += ", one patient's own"
	}
	return words
}

// Words say into what it was split.
func (e LotSplit) Words() string {
	parts := make([]string, len(e.Parts))
	for i, part := range e.Parts {
		parts[i] = fmt.Sprintf("%s as %s", pieces(part.Quantity), part.Lot)
	}
	return "Splits the lot: " + strings.Join(parts, ", ")
}

// Words say where the part came from.
func (e LotSplitOff) Words() string {
	return fmt.Sprintf("Is split off lot %s: %s of %s, lot %s", e.From, pieces(e.Quantity), e.Material, e.Number)
}

// Words say what went where.
func (e StockPassedOn) Words() string {
	return fmt.Sprintf("Passes %s on into lot %s", pieces(e.Amount), e.Into)
}

func (e LotPooled) sealed() map[string]string {
	if !e.Personal {
		return nil
	}
	return map[string]string{"for_patient": e.ForPatient}
}

func (e LotPooled) open(members map[string]string) Event {
	if e.Personal {
		e.ForPatient = members["for_patient"]
	}
	return e
}

func (e LotSplitOff) sealed() map[string]string {
	return LotPooled{Personal: e.Personal, ForPatient: e.ForPatient}.sealed()
}

func (e LotSplitOff) open(members map[string]string) Event {
	if e.Personal {
		e.ForPatient = members["for_patient"]
	}
	return e
}

// details are what is signed of a pool besides its words.
func (e LotPooled) details(b *Books, zone *time.Location) []string {
	until := "It has no expiry."
	if at, err := time.Parse(time.RFC3339, e.Expiry); err == nil {
		until = fmt.Sprintf("May be used until %s, and no longer than anything that is in it.", shown(at, zone))
	}
	lines := []string{
		fmt.Sprintf("%s: the code of its label is %s.", b.materials[e.Material].Title, Visible(e.Code)), until,
		fmt.Sprintf("Pooled by %s; %s.", orHere(e.Supplier), e.Document),
	}
	for _, code := range e.Donations {
		lines = append(lines, "Donation: "+Visible(code)+".")
	}
	for _, source := range e.From {
		if lot := b.lots[source.Lot]; lot != nil {
			lines = append(lines, lot.Lines(zone)...)
		}
	}
	if !e.bounded(b) {
		lines = append(lines, "How much went in cannot be compared with what came of it: it is counted otherwise, or nobody knows.")
	}
	return append(lines, "It waits for release like any other lot, by somebody else.")
}

func (e LotSplit) details(*Books, *time.Location) []string {
	lines := make([]string, 0, len(e.Parts)+2)
	for _, part := range e.Parts {
		lines = append(lines, fmt.Sprintf("Lot %s, %s: the code of its label is %s.", part.Lot, pieces(part.Quantity), Visible(part.Code)))
	}
	return append(lines, "By: "+e.Document+".", "Each part waits for release like any other lot, by somebody else, and may be used no longer than this one.")
}

func orHere(supplier string) string {
	if supplier == "" {
		return "this site"
	}
	return supplier
}

// Beside gives what stands in the log beside an act that makes lots of others,
// in the same append: the parts' own streams, and in the stock of every source
// what went out of it.
func Beside(b *Books, w Written) (all []Written) {
	_, id, _ := strings.Cut(string(w.Stream), "/")
	switch e := w.Event.(type) {
	case LotPooled:
		for _, source := range e.From {
			if source.Lot != "" {
				all = append(all, Written{StockStream(source.Lot), StockPassedOn{Into: id, Amount: source.Amount}})
			}
		}
	case LotSplit:
		lot := b.lots[id]
		for _, part := range e.Parts {
			all = append(
				all, Written{LotStream(part.Lot), lot.partOf(part, e.Document)},
				Written{StockStream(id), StockPassedOn{Into: part.Lot, Amount: part.Quantity}},
			)
		}
	}
	return all
}

// RestsOn are the streams that an act rests on which makes lots of others:
// those lots and their stock, and all that they came from; and the parts' own,
// which nobody else may begin.
func RestsOn(b *Books, w Written) (all []audit.StreamID) {
	_, id, _ := strings.Cut(string(w.Stream), "/")
	var sources []string
	switch e := w.Event.(type) {
	case LotPooled:
		for _, source := range e.From {
			sources = append(sources, source.Lot)
		}
	case LotSplit:
		sources = append(sources, id)
		for _, part := range e.Parts {
			all = append(all, LotStream(part.Lot))
		}
	}
	for _, source := range sources {
		if source == "" {
			continue
		}
		all = append(all, LotStream(source), StockStream(source))
		for _, from := range b.Ancestors(source) {
			all = append(all, LotStream(from.ID))
		}
	}
	return all
}

// partOf is the beginning of a part's stream: what it inherits, and what is its
// own.
func (l *Lot) partOf(part Part, document string) LotSplitOff {
	return LotSplitOff{
		From: l.ID, Material: l.Material, Code: part.Code, Number: l.Number, Expiry: instant(l.Last()), Quantity: part.Quantity,
		Document: document, Donations: l.Donations, Personal: l.Personal, ForPatient: l.ForPatient,
	}
}

// Origins are the streams of the lots that a lot's first entry says it came
// from, and of what it is a lot of: nobody can judge it without them.
func Origins(ev Event) (all []audit.StreamID) {
	switch e := ev.(type) {
	case LotReceived:
		return []audit.StreamID{MaterialStream(e.Material)}
	case LotPooled:
		all = append(all, MaterialStream(e.Material))
		for _, source := range e.From {
			if source.Lot != "" {
				all = append(all, LotStream(source.Lot))
			}
		}
	case LotSplitOff:
		return []audit.StreamID{MaterialStream(e.Material), LotStream(e.From)}
	}
	return all
}

// most is the sum of amounts; false where they cannot be added up or compared
// with a quantity of the unit.
func most(unit protocol.Unit, amounts ...string) (sum protocol.Quantity, ok bool) {
	for i, text := range amounts {
		amount, err := protocol.ParseQuantity(text)
		if err != nil || !amount.Unit.Same(unit) {
			return sum, false
		}
		if i == 0 {
			sum = amount
			continue
		}
		if sum, err = sum.Minus(negated(amount)); err != nil {
			return sum, false
		}
	}
	return sum, len(amounts) > 0
}
