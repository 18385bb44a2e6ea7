package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// setOut says of an item what the registers say of it.
func (sh *sheet) setOut(item Item, f Facts) string {
	code := scanned(item.Code)
	fit, ok := f.Registered[code]
	if !ok {
		return item.Name + ", code " + code
	}
	_, number, _ := strings.Cut(string(fit.Stream), "/")
	line := fmt.Sprintf("%s, %s %s", item.Name, kindOf(fit), fit.Number)
	if number != fit.Number {
		line += " (" + number + ")"
	}
	line += ", code " + code + OpenedItem{Donations: fit.Donations, Chain: fit.Chain}.OriginWords()
	for _, fact := range []struct {
		word  string
		until time.Time
	}{{"good until", fit.Until}, {"qualified until", fit.Qualified}, {"calibrated until", fit.Calibrated}, {"clean until", fit.CleanUntil}} {
		if !fact.until.IsZero() {
			line += ", " + fact.word + " " + sh.at(fact.until)
		}
	}
	for _, fact := range []struct {
		holds bool
		word  string
	}{{fit.Released, "released"}, {fit.Machine() && fit.Clean && fit.CleanUntil.IsZero(), "clean"}, {fit.Personal, "labelled for this patient"}} {
		if fact.holds {
			line += ", " + fact.word
		}
	}
	if fit.Document != "" {
		line += ", " + fit.Document
	}
	if planned := f.Protocol.Item(item.Name); planned != nil && !fit.Machine() {
		if amount, refusal := enough(planned, fit, item.Amount, ""); refusal == nil {
			line += fmt.Sprintf(", %s of the %s left", shownAmount(amount), shownAmount(fit.Left.Coded()))
		}
	}
	return line
}

// notFitYet says on an opening's sheet what a scan would refuse as things stand.
func (sh *sheet) notFitYet(item Item, id string, f Facts) {
	planned := f.Protocol.Item(item.Name)
	fit, ok := f.Registered[scanned(item.Code)]
	if !ok || planned == nil {
		return
	}
	if why := NotFitYet(planned, fit, id); why != "" {
		sh.add("NOT FIT AS IT STANDS: %s.", why)
	}
}

// shownAmount is an amount as people read it.
func shownAmount(coded string) string {
	q, err := protocol.ParseQuantity(coded)
	if err != nil {
		return coded
	}
	return register.Pieces(q)
}

// areWord is the verb that an amount takes: 1 piece is, 3 pieces are, 5 mL is.
func areWord(q protocol.Quantity) string {
	if q.Unit.Display == "" && strings.Trim(q.Number, "-") != "1" {
		return "are"
	}
	return "is"
}
