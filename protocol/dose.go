package protocol

import (
	"math/big"
	"strings"
	"time"
)

// A dose is written as a prescriber writes it, and a result as an analyst does
// (NUM-07, X2): the zero behind 5.0 carries the precision of a result, and
// turns a dose of 5 into 50 for whoever misses the point. So there are two
// formatters. This one follows the medication line of the NHS Common User
// Interface (MEDi-015 to 017, MEDi-041 to 050): a zero before the point, none
// behind the last figure, a comma for thousands from 1,000 on, a space before
// the unit, and per in the place of a stroke. Units that are confused when they
// are abbreviated (microgram, nanogram, units) stand in full, and no power of
// ten stands in figures. Nothing is rounded and no unit is changed for another:
// the amount is the one that was prescribed.

// Dose is the quantity as a dose, as in "1,500 units" or "0.5 mg per kg".
func (q Quantity) Dose() string {
	number, unit := q.dose()
	if unit == "" || unit == "%" {
		return number + unit
	}
	return number + " " + unit
}

// DoseRange is two doses with their unit once, as in "3.5 to 42 mg".
func DoseRange(low, high Quantity) string {
	number, unit := low.dose()
	if _, other := high.dose(); unit != other && unit != oneFewer(other) {
		return low.Dose() + " to " + high.Dose()
	}
	return number + " to " + high.Dose()
}

// oneFewer is a unit as it stands behind 1.
func oneFewer(many string) string {
	for _, w := range [...]string{"units", "cells", "hours", "days", "weeks", "minutes", "seconds"} {
		if rest, ok := strings.CutPrefix(many, w); ok {
			return strings.TrimSuffix(w, "s") + rest
		}
	}
	return many
}

// dose is the number and the unit of a dose.
func (q Quantity) dose() (number, unit string) {
	number = q.Number
	parts := splitUnit(q.Unit.Code)
	if q.Unit.Code == "" {
		parts = []string{"1"}
	}
	var words []string
	for i, part := range parts {
		switch {
		case i%2 == 1 && part == "/":
			words = append(words, "per")
		case i%2 == 1:
			words = append(words, "×")
		case i == 0:
			word := doseWord(part)
			number = shifted(number, word.tens)
			if word.one == "" {
				continue
			}
			if r, ok := new(big.Rat).SetString(number); ok && r.Cmp(big.NewRat(1, 1)) != 0 {
				words = append(words, word.many)
			} else {
				words = append(words, word.one)
			}
		default:
			word := doseWord(part)
			words = append(words, word.under())
		}
	}
	return grouped(number), strings.Join(words, " ")
}

// inWords is a unit in the words of a dose. What it counts in thousands goes
// into the number.
type inWords struct {
	one, many string
	tens      int
}

// under is the unit behind per.
func (w inWords) under() string {
	if w.tens == 0 {
		return w.one
	}
	return strings.TrimSpace("thousand " + w.many)
}

func doseWord(code string) inWords {
	same := func(word string) inWords { return inWords{one: word, many: word} }
	counted := func(one string) inWords { return inWords{one: one, many: one + "s"} }
	switch code {
	case "1":
		return same("")
	case "U", "[IU]":
		return counted("unit")
	case "k[IU]":
		return inWords{one: "unit", many: "units", tens: 3}
	case "[EU]":
		return counted("endotoxin unit")
	case "[CFU]":
		return counted("colony-forming unit")
	case "{cells}":
		return counted("cell")
	case "10*9{cells}":
		return inWords{one: "million cells", many: "million cells", tens: 3}
	case "10*3":
		return inWords{tens: 3}
	case "10*6":
		return same("million")
	case "10*9":
		return inWords{one: "million", many: "million", tens: 3}
	case "L":
		return same("litre")
	case "dL":
		return same("decilitre")
	case "wk":
		return counted("week")
	case "d":
		return counted("day")
	case "h":
		return counted("hour")
	case "min":
		return counted("minute")
	case "s":
		return counted("second")
	}
	if a, ok := atomOf(code); ok {
		return same(a.display)
	}
	return same(code)
}

// shifted moves the point of a plain decimal to the right, exactly.
func shifted(number string, tens int) string {
	if tens == 0 {
		return number
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(number, "-"), ".")
	fraction += strings.Repeat("0", max(0, tens-len(fraction)))
	digits := strings.TrimLeft(whole+fraction[:tens], "0")
	if digits == "" {
		digits = "0"
	}
	if fraction = fraction[tens:]; fraction != "" {
		digits += "." + fraction
	}
	if strings.HasPrefix(number, "-") {
		return "-" + digits
	}
	return digits
}

// grouped writes a plain decimal without needless zeros behind its point, and
// with a comma at each thousand before it.
func grouped(number string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(number, "-"); ok {
		sign, number = "-", rest
	}
	whole, fraction, _ := strings.Cut(number, ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if whole == "0" && fraction == "" {
		sign = ""
	}
	return sign + whole + fraction
}

// Show is a value of this input in words, as Value.Show has it; a figure that
// the protocol says is a dose, as a dose.
func (in Input) Show(v Value, zone *time.Location) string {
	if in.Dose && v.Absent == "" && v.Type == TypeDecimal {
		return v.Quantity.Dose()
	}
	return v.Show(zone)
}

// Show is a figure of this calculation in words: a dose as a dose.
func (c Calculation) Show(q Quantity) string {
	if c.Dose {
		return q.Dose()
	}
	return q.String()
}

// Allowed is the approved range in words, as in "3.5 to 42.0 mg", or "2.4 mg/mL"
// when there is nothing between; that of a dose as doses.
func (v OrderValue) Allowed() string {
	switch {
	case v.Dose && v.Low == v.High:
		return v.High.Dose()
	case v.Dose:
		return DoseRange(v.Low, v.High)
	}
	return v.written()
}

// written is the approved range with all its digits.
func (v OrderValue) written() string {
	switch {
	case v.Low == v.High:
		return v.High.String()
	case v.Low.Unit == v.High.Unit:
		return v.Low.Number + " to " + v.High.String()
	}
	return v.Low.String() + " to " + v.High.String()
}

// dose says that a value is shown as a dose. Only a figure with a unit can be
// one, and none that lies beyond what can be measured.
func (b *builder) dose(o *object, unit Unit, figure bool) bool {
	switch shown := o.text("shown as"); {
	case shown == "":
		return false
	case shown != "dose":
		b.fail(o.values["shown as"], "write shown as: dose, or leave it out", "nothing is shown as %q", shown)
	case !figure:
		b.fail(o.values["shown as"], "", "only a value that is always one figure can be a dose")
	case unit.Code == "1":
		b.fail(o.values["shown as"], "give it a unit, as in unit: mg", "a dose has a unit, and %s has none", o.what)
	}
	return true
}
