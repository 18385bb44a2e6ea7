package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// reconciliationClass is the class of the exception that a material is whose
// account does not come out: a quality lead finds out why (MAT-04).
const reconciliationClass = "reconciliation"

// Account says what became of all that the batch took of one lot of a material.
// What was taken is what was used, returned, destroyed and sampled; the rest is
// missing. A blank amount is none. It may be said again while nobody has signed
// the review: the first account stays in the record.
type Account struct {
	Item      string `json:"item"`
	Lot       string `json:"lot"` // as the register counts it, as in L-0003
	Used      string `json:"used"`
	Returned  string `json:"returned"` // in all; it goes back into its lot
	Destroyed string `json:"destroyed"`
	Sampled   string `json:"sampled"`
	Reason    string `json:"reason"` // how it was destroyed, what the samples are for, what is missing
}

func (Account) command() {}

// MaterialAccounted is that. Back is what goes back into the lot with this
// entry: what was returned, less what an earlier account had returned already.
type MaterialAccounted struct {
	By         `json:"by"`
	Item       string `json:"item"`
	Lot        string `json:"lot"`    // as the register counts it
	Number     string `json:"number"` // its maker's
	Taken      string `json:"taken"`
	Used       string `json:"used"`
	Returned   string `json:"returned"`
	Destroyed  string `json:"destroyed"`
	Sampled    string `json:"sampled"`
	Difference string `json:"difference"` // taken less all of them; below zero where there is too much
	Back       string `json:"back"`
	Reason     string `json:"reason"`
}

const kindAccounted audit.Kind = "batch.material_accounted"

// Kind is the written kind of the event's entry.
func (MaterialAccounted) Kind() audit.Kind { return kindAccounted }

func (e MaterialAccounted) words() string {
	words := fmt.Sprintf(
		"Accounted for %s, lot %s: of %s taken, %s used, %s returned, %s destroyed, %s sampled, difference %s.",
		e.Item, lotWords(e.Number, e.Lot), shownAmount(e.Taken), shownAmount(e.Used), shownAmount(e.Returned), shownAmount(e.Destroyed), shownAmount(e.Sampled), shownAmount(e.Difference))
	if e.Reason != "" {
		words += " " + e.Reason
	}
	return words
}

// Accounted is one account as its entry tells it.
type Accounted struct {
	Act
	MaterialAccounted
}

// Holding is what the batch took of one lot of a material, and what became of
// it.
type Holding struct {
	Item, Title string
	Lot, Number string              // as the register counts it, and its maker's
	Plan        *protocol.Reconcile // nil where the protocol asks nothing
	Taken       protocol.Quantity
	Account     *Accounted // the last one; nil while there is none
	Stale       bool       // more was taken since
	Exception   int        // its number; 0 for none
	Open        bool       // it is not decided
}

// Due says that somebody is still to say what became of it.
func (h Holding) Due() bool { return h.Plan != nil && (h.Account == nil || h.Stale) }

// Holdings gives every lot of a material that was set out, in that order. What
// was set out before there were registers is counted nowhere.
func (s *State) Holdings() []Holding {
	var all []Holding
	for _, item := range s.Items {
		planned := s.Protocol.Item(item.Name)
		taken, err := protocol.ParseQuantity(item.Amount)
		lot, isLot := strings.CutPrefix(item.Register, "lot/")
		if planned == nil || planned.Equipment || err != nil || !isLot {
			continue
		}
		i := slices.IndexFunc(all, func(h Holding) bool { return h.Item == item.Name && h.Lot == lot })
		if i < 0 {
			all = append(all, Holding{Item: item.Name, Title: s.itemTitle(item.Name), Lot: lot, Number: item.Lot, Plan: planned.Reconcile, Taken: taken})
			continue
		}
		if sum, err := plus(all[i].Taken, taken); err == nil {
			all[i].Taken = sum
		}
	}
	for i := range all {
		s.account(&all[i])
	}
	return all
}

// account finds what was said of a holding last, and the exception that came of
// it.
func (s *State) account(h *Holding) {
	for j := range s.Accounts {
		if said := &s.Accounts[j]; said.Item == h.Item && said.Lot == h.Lot {
			h.Account, h.Stale = said, said.Taken != h.Taken.Coded()
		}
	}
	for _, ex := range s.Exceptions {
		if ex.Class == reconciliationClass && strings.HasPrefix(ex.Cause, accountCause(h.Item, h.Lot)) {
			h.Exception, h.Open = ex.Number, ex.Resolved == nil
		}
	}
}

func accountCause(item, lot string) string { return "account:" + item + ":" + lot + ":" }

// plus adds amounts of one dimension, in the first one's unit.
func plus(a, b protocol.Quantity) (protocol.Quantity, error) {
	none, err := a.Minus(a)
	if err != nil {
		return a, err
	}
	less, err := none.Minus(b)
	if err != nil {
		return a, err
	}
	return a.Minus(less)
}

// Parts are the amounts of an account as people read them: taken, used,
// returned, destroyed, sampled and the difference; only the first while there
// is no account.
func (h Holding) Parts() []string {
	if h.Account == nil {
		return []string{shownAmount(h.Taken.Coded()), "", "", "", "", ""}
	}
	a := h.Account
	parts := []string{h.Taken.Coded(), a.Used, a.Returned, a.Destroyed, a.Sampled, a.Difference}
	for i := range parts {
		parts[i] = shownAmount(parts[i])
	}
	return parts
}

// Outcome says how the account came out, in words.
func (h Holding) Outcome() string {
	words := "within " + h.limit()
	switch {
	case h.Plan == nil:
		return "not asked for"
	case h.Account == nil:
		return "nobody has said what became of it"
	case h.Stale:
		return "more was taken since: to be said again"
	case h.Exception > 0 && h.Open:
		return fmt.Sprintf("exception %d, to be investigated", h.Exception)
	case h.Exception > 0:
		return fmt.Sprintf("exception %d, decided", h.Exception)
	}
	if difference, err := protocol.ParseQuantity(h.Account.Difference); err == nil {
		if keeps, err := h.Plan.Keeps(h.Taken, difference); err != nil || !keeps {
			return "outside " + h.limit()
		}
	}
	return words
}

func (h Holding) limit() string {
	if h.Plan == nil {
		return ""
	}
	return h.Plan.Within.String()
}

// unaccounted says, a sentence a lot, of what nobody has said what became.
func (s *State) unaccounted() []string {
	var all []string
	if s.Protocol == nil {
		return nil
	}
	for _, h := range s.Holdings() {
		if h.Due() {
			all = append(all, fmt.Sprintf("%s, lot %s: %s was taken, and nobody has said what became of it.", h.Title, h.Number, shownAmount(h.Taken.Coded())))
		}
	}
	return all
}

// accountFor judges an account. It adds the exception where the account does
// not come out.
func (d *decision) accountFor(c Account) (Event, *Refusal) {
	if refusal := d.accountable(); refusal != nil {
		return nil, refusal
	}
	all := d.s.Holdings()
	i := slices.IndexFunc(all, func(h Holding) bool { return h.Item == c.Item && h.Lot == c.Lot })
	if i < 0 {
		return nil, refuse("item_unknown", "This batch took nothing of such a lot.")
	}
	h := all[i]
	switch {
	case h.Plan == nil:
		return nil, refuse("not_reconciled", "The protocol does not ask what became of %s.", h.Item)
	case d.s.Needs(h.Item):
		return nil, refuse("still_needed", "%s: a step is still to use it. Say what became of it afterwards.", h.Title)
	}
	return d.accounted(h, c)
}

// accountable: before anybody has reviewed the batch, and also once it has come
// to an end without: what is left of an aborted batch is destroyed or returned
// too.
func (d *decision) accountable() *Refusal {
	switch {
	case d.s.Status == "":
		return refuse("not_opened", "There is no such batch.")
	case d.s.closed():
		return d.entitled("", staff(), identity.NeedsNothing)
	case last(d.s.Reviews) != nil || d.s.released() != nil || d.s.Supply != nil:
		return refuse("already_reviewed", "The batch is reviewed. What became of its materials is not said anew.")
	}
	return d.handling()
}

// closed says that the batch came to an end without a medicine.
func (s *State) closed() bool { return s.Status == Rejected || s.Status == Aborted }

// accounted is the entry of an account.
func (d *decision) accounted(h Holding, c Account) (Event, *Refusal) {
	e := MaterialAccounted{By: d.by, Item: h.Item, Lot: h.Lot, Number: h.Number, Taken: h.Taken.Coded()}
	left, returned := h.Taken, protocol.Quantity{}
	for _, part := range []struct {
		what, text string
		into       *string
	}{{"used", c.Used, &e.Used}, {"returned", c.Returned, &e.Returned}, {"destroyed", c.Destroyed, &e.Destroyed}, {"sampled", c.Sampled, &e.Sampled}} {
		amount, refusal := h.amount(part.what, part.text)
		if refusal != nil {
			return nil, refusal
		}
		if part.what == "returned" {
			returned = amount
		}
		less, err := left.Minus(amount)
		if err != nil {
			return nil, refuse("bad_value", "%s: %s.", h.Title, err)
		}
		left, *part.into = less, amount.Coded()
	}
	e.Difference = left.Coded()
	back, refusal := h.back(returned)
	if refusal != nil {
		return nil, refusal
	}
	e.Back = back.Coded()
	if e.Reason = strings.TrimSpace(c.Reason); e.Reason != "" || h.asksWhy(e) {
		if e.Reason, refusal = worded(c.Reason, "what was destroyed, sampled or is missing, and why"); refusal != nil {
			return nil, refusal
		}
	}
	d.judgeAccount(h, e, left)
	return e, nil
}

// asksWhy: whatever did not end in the medicine or back in its lot is explained,
// and so is a second account.
func (h Holding) asksWhy(e MaterialAccounted) bool {
	return h.Account != nil || !isNone(e.Destroyed) || !isNone(e.Sampled) || !isNone(e.Difference)
}

func isNone(amount string) bool {
	q, err := protocol.ParseQuantity(amount)
	return err == nil && strings.Trim(q.Number, "-0.") == ""
}

// amount reads one part of an account in the unit of what was taken; a bare
// number is in that unit.
func (h Holding) amount(what, text string) (protocol.Quantity, *Refusal) {
	if text = strings.TrimSpace(text); text == "" {
		text = "0"
	}
	number := register.Counted(text)
	read, err := protocol.ParseQuantity(number)
	if err != nil {
		return read, refuse("bad_value", "%s: how much was %s cannot be read: %s.", h.Title, what, err)
	}
	if number == text && read.Unit.Code == protocol.One().Code {
		read.Unit = h.Taken.Unit // whoever writes pieces means pieces, and not mL
	}
	if !read.Unit.Same(h.Taken.Unit) {
		return read, refuse("bad_value", "%s is counted in %s. Say so how much was %s.", h.Title, unitWords(h.Taken.Unit), what)
	}
	if strings.HasPrefix(read.Number, "-") {
		return read, refuse("bad_value", "%s: no less than nothing can be %s.", h.Title, what)
	}
	return read, nil
}

// back is what goes into the lot now. Nothing goes back that the protocol does
// not let go back, or that was not taken; and what went back is not taken out
// again by an account.
func (h Holding) back(returned protocol.Quantity) (protocol.Quantity, *Refusal) {
	before := protocol.Quantity{Number: "0", Unit: h.Taken.Unit}
	if h.Account != nil {
		if read, err := protocol.ParseQuantity(h.Account.Returned); err == nil {
			before = read
		}
	}
	if more, err := returned.Cmp(h.Taken); err != nil || more > 0 {
		return before, refuse("not_taken", "%s: %s was taken of lot %s, and no more can go back.", h.Title, shownAmount(h.Taken.Coded()), h.Number)
	}
	if less, err := returned.Cmp(before); err != nil || less < 0 {
		return before, refuse("went_back", "%s: %s went back into lot %s already.", h.Title, shownAmount(before.Coded()), h.Number)
	}
	if !h.Plan.Return && !zeroOrLess(returned) {
		return before, refuse("no_return", "%s: the protocol lets nothing go back into its lot. Destroy what was not used, and say so.", h.Title)
	}
	back, err := returned.Minus(before)
	if err != nil {
		return before, refuse("bad_value", "%s: %s.", h.Title, err)
	}
	return back, nil
}

// judgeAccount adds the exception of an account that does not come out. In a
// batch that came to an end nobody would decide it: there the figures stand.
func (d *decision) judgeAccount(h Holding, e MaterialAccounted, difference protocol.Quantity) {
	keeps, err := h.Plan.Keeps(h.Taken, difference)
	if d.s.closed() || err == nil && keeps {
		return
	}
	gap, word := shownAmount(e.Difference), "missing"
	if rest, more := strings.CutPrefix(gap, "-"); more {
		gap, word = rest, "too much"
	}
	word = areWord(difference) + " " + word
	d.add = append(d.add, ExceptionRaised{
		Class: reconciliationClass, Severity: protocol.SeverityMajor, Blocks: BlocksRelease,
		Cause: fmt.Sprintf("%s%d", accountCause(h.Item, h.Lot), len(d.s.Accounts)+1), CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("%s, lot %s: of %s taken, %s %s, and %s is allowed. Find out why, and write it into the decision.",
			h.Title, h.Number, shownAmount(e.Taken), gap, word, h.Plan.Within),
	})
}

// lotWords names a lot by its maker's number, and by the register's where that
// is another.
func lotWords(number, lot string) string {
	if number == lot {
		return lot
	}
	return number + " (" + lot + ")"
}

// returnedRow writes into a lot's stock what goes back with an account.
func returnedRow(batch string, e MaterialAccounted) []register.Written {
	if isNone(e.Back) {
		return nil
	}
	return []register.Written{{Stream: register.StockStream(e.Lot), Event: register.StockReturned{Batch: batch, Item: e.Item, Amount: e.Back}}}
}

// accountedFrom is the code of what an account is about, so that its books are
// looked at and do not move meanwhile.
func (s *State) accountedFrom(c Account) (codes []string) {
	if s == nil {
		return nil
	}
	for _, item := range s.Items {
		if item.Name == c.Item && item.Register == "lot/"+c.Lot {
			return []string{item.Code}
		}
	}
	return nil
}
