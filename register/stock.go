package register

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// StockTaken is what a batch takes of a lot: every use is a row of its own. It
// stands in the log beside the act that took it, and carries that act's actor.
type StockTaken struct {
	inStock
	unsigned
	Batch  string `json:"batch"`
	Item   string `json:"item"`
	Amount string `json:"amount"`
}

// StockReturned is what a batch did not use and gives back.
type StockReturned struct {
	inStock
	unsigned
	Batch  string `json:"batch"`
	Item   string `json:"item"`
	Amount string `json:"amount"`
}

// StockAdjusted is what was destroyed or lost, or found at a count, outside of
// any batch. Left is what there is afterwards. Signed as performed.
type StockAdjusted struct {
	inStock
	performed
	Left   string `json:"left"`
	Reason string `json:"reason"`
}

// The written kinds of a stock.
const (
	KindStockTaken    audit.Kind = "stock.taken"
	KindStockReturned audit.Kind = "stock.returned"
	KindStockAdjusted audit.Kind = "stock.adjusted"
)

// Kind is the written kind of the event's entry.
func (StockTaken) Kind() audit.Kind    { return KindStockTaken }
func (StockReturned) Kind() audit.Kind { return KindStockReturned }
func (StockAdjusted) Kind() audit.Kind { return KindStockAdjusted }

// Words say what was taken.
func (e StockTaken) Words() string {
	return fmt.Sprintf("Takes %s for batch %s", pieces(e.Amount), e.Batch)
}

// Words say what came back.
func (e StockReturned) Words() string {
	return fmt.Sprintf("Takes back %s from batch %s", pieces(e.Amount), e.Batch)
}

// Words say what is left now.
func (e StockAdjusted) Words() string {
	return fmt.Sprintf("Puts what is left to %s: %s", pieces(e.Left), e.Reason)
}

// check: nothing is taken that is not there (issue: the last 2 mL go once).
func (e StockTaken) check(b *Books, id string, _ Act) *Refusal {
	lot := b.lots[id]
	if lot == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", id)
	}
	amount, err := protocol.ParseQuantity(e.Amount)
	if err != nil || !positive(amount) {
		return refuse("bad_quantity", "How much is taken cannot be read: %s.", e.Amount)
	}
	return lot.Enough(amount)
}

// Enough refuses an amount that is not left.
func (l *Lot) Enough(amount protocol.Quantity) *Refusal {
	more, err := amount.Cmp(l.Left)
	if err != nil {
		return refuse("bad_quantity", "Lot %s is counted in %s, and %s is something else.", l.ID, unitName(l.Left.Unit.Display), amount)
	}
	if more > 0 {
		return refuse("not_enough", "Of lot %s, %s is left, and %s is needed.", l.ID, l.Left, amount)
	}
	return nil
}

func (e StockTaken) apply(b *Books, id string, act Act) {
	amount, _ := protocol.ParseQuantity(e.Amount) // check has read it
	b.use(id, Use{Act: act, Batch: e.Batch, Item: e.Item, Amount: amount})
}

// check: a batch gives back no more than it took.
func (e StockReturned) check(b *Books, id string, _ Act) *Refusal {
	lot := b.lots[id]
	if lot == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", id)
	}
	amount, err := protocol.ParseQuantity(e.Amount)
	if err != nil || !positive(amount) {
		return refuse("bad_quantity", "How much comes back cannot be read: %s.", e.Amount)
	}
	held := protocol.Quantity{Number: "0", Unit: lot.Left.Unit}
	for _, use := range lot.Uses {
		if use.Batch != e.Batch {
			continue
		}
		if held, err = held.Minus(negated(use.Amount)); err != nil {
			return refuse("bad_quantity", "%s.", err)
		}
	}
	if more, err := amount.Cmp(held); err != nil || more > 0 {
		return refuse("not_taken", "Batch %s holds %s of lot %s, and cannot give back %s.", e.Batch, held, id, amount)
	}
	return nil
}

func (e StockReturned) apply(b *Books, id string, act Act) {
	amount, _ := protocol.ParseQuantity(e.Amount) // check has read it
	b.use(id, Use{Act: act, Batch: e.Batch, Item: e.Item, Amount: negated(amount)})
}

func negated(q protocol.Quantity) protocol.Quantity {
	if rest, ok := strings.CutPrefix(q.Number, "-"); ok {
		q.Number = rest
		return q
	}
	q.Number = "-" + q.Number
	return q
}

func (e StockAdjusted) check(b *Books, id string, _ Act) *Refusal {
	lot := b.lots[id]
	if lot == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", id)
	}
	left, err := protocol.ParseQuantity(e.Left)
	if err != nil || !left.Unit.Same(lot.Left.Unit) || strings.HasPrefix(left.Number, "-") {
		return refuse("bad_quantity", "Say what is left in %s.", unitName(lot.Left.Unit.Display))
	}
	if more, _ := left.Cmp(lot.Quantity); more > 0 {
		return refuse("more_than_came", "%s came of lot %s, so no more can be left. What came besides is taken in as a delivery of its own.", pieces(lot.Quantity.Coded()), id)
	}
	if same, _ := left.Cmp(lot.Left); same == 0 {
		return refuse("nothing_changed", "That is what the register says already.")
	}
	return because(e.Reason)
}

func (e StockAdjusted) apply(b *Books, id string, act Act) {
	left, _ := protocol.ParseQuantity(e.Left) // check has read it
	amount, _ := b.lots[id].Left.Minus(left)  // of one dimension
	b.use(id, Use{Act: act, Amount: amount, Why: e.Reason})
}

// use adds a row to a lot's stock.
func (b *Books) use(id string, row Use) {
	b.change(id, row.Act, func(lot *Lot) {
		lot.Left, _ = lot.Left.Minus(row.Amount) // of one dimension
		lot.Uses = append(lot.Uses, row)
	})
}

// AdjustStock puts a lot's stock to what was counted, with the reason.
type AdjustStock struct {
	Lot    string `json:"lot"`
	Left   string `json:"left"`
	Reason string `json:"reason"`
}

// Name is "adjust stock".
func (AdjustStock) Name() string { return "adjust stock" }

// Signs says who counts.
func (AdjustStock) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }

func (c AdjustStock) stream(b *Books) audit.StreamID { return StockStream(b.lotNumber(c.Lot)) }

func (c AdjustStock) event(*Books, Facts) (Event, *Refusal) {
	return StockAdjusted{Left: Counted(c.Left), Reason: strings.TrimSpace(c.Reason)}, readable(c.Left, c.Reason)
}
