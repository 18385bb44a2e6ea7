package protocol

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Quantity is an exact decimal with its unit. The digits stand as they were
// written: "5.0 mL" and "5.00 mL" are different quantities that compare equal
// (NUM-01). It is made by ParseQuantity; the zero Quantity is absent.
type Quantity struct {
	Number string // plain decimal, as in "12.0" or "-0.5"
	Unit   Unit
}

// ParseQuantity reads "12.0 mg", "2.4 mg/mL", "95 %" or a bare "3". Exactly
// one space, or none before %, stands between number and unit. The error is
// a sentence that is safe to show.
func ParseQuantity(text string) (Quantity, error) {
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.' || text[end] == '-') {
		end++
	}
	number, rest := text[:end], text[end:]
	if err := checkNumber(number); err != nil {
		return Quantity{}, err
	}
	if rest == "" {
		return Quantity{Number: number, Unit: One()}, nil
	}
	code := strings.TrimPrefix(rest, " ")
	if code == "" || strings.HasPrefix(code, " ") || code == rest && code != "%" {
		return Quantity{}, fmt.Errorf("write one space between the number and its unit, as in %s mg", number)
	}
	unit, err := ParseUnit(code)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{Number: number, Unit: unit}, nil
}

// String is the quantity as people read it, as in "50 microgram/mL"; a bare
// number stands alone. ParseQuantity reads it back.
func (q Quantity) String() string {
	if q.Unit.Display == "" {
		return q.Number
	}
	return q.Number + " " + q.Unit.Display
}

// Coded is the quantity with its UCUM code, as in "50 ug/mL".
func (q Quantity) Coded() string {
	if q.Unit.Code == "" || q.Unit.Code == "1" {
		return q.Number
	}
	return q.Number + " " + q.Unit.Code
}

// briefDigits are the significant figures of an unrounded result that people
// read; no instrument here resolves more.
const briefDigits = 12

// Brief is a quantity as people read it: a number of more than twelve
// significant figures is cut there, with an ellipsis for what was left out.
func (q Quantity) Brief() string {
	significant, point := 0, false
	for i, r := range q.Number {
		point = point || r == '.'
		if significant > 0 || r >= '1' && r <= '9' {
			if r != '.' {
				significant++
			}
		}
		if point && significant > briefDigits {
			q.Number = q.Number[:i] + "…"
			break
		}
	}
	return q.String()
}

// IsZero says that there is no quantity (not that it is 0).
func (q Quantity) IsZero() bool { return q.Number == "" }

// Places is the number of decimal places written.
func (q Quantity) Places() int {
	_, fraction, _ := strings.Cut(q.Number, ".")
	return len(fraction)
}

// rat gives the bare number.
func (q Quantity) rat() (*big.Rat, error) {
	r, ok := new(big.Rat).SetString(q.Number)
	if !ok {
		return nil, errNumber
	}
	return r, nil
}

// base gives the quantity in base units.
func (q Quantity) base() (*big.Rat, error) {
	if f, ok := q.figure(); ok {
		return f.rat(), nil
	}
	r, err := q.rat()
	if err != nil {
		return nil, err
	}
	f, err := q.Unit.factor()
	if err != nil {
		return nil, err
	}
	return r.Mul(r, f.scale), nil
}

// Cmp is -1, 0 or 1 as q is less than, equal to or more than p, exactly and
// across units of one dimension. Different dimensions are an error.
func (q Quantity) Cmp(p Quantity) (int, error) {
	if !q.Unit.Same(p.Unit) {
		return 0, fmt.Errorf("%s and %s cannot be compared", q, p)
	}
	if f, ok := q.figure(); ok {
		if g, ok := p.figure(); ok {
			if order, ok := f.cmp(g); ok {
				return order, nil
			}
		}
	}
	a, err := q.base()
	if err != nil {
		return 0, err
	}
	b, err := p.base()
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

// Minus is q less p, exactly and in q's unit, as the books of a stock count.
// Different dimensions are an error.
func (q Quantity) Minus(p Quantity) (Quantity, error) {
	if _, err := q.Cmp(p); err != nil {
		return Quantity{}, fmt.Errorf("%s cannot be taken from %s", p, q)
	}
	a, err := q.base()
	if err != nil {
		return Quantity{}, err
	}
	b, err := p.base()
	if err != nil {
		return Quantity{}, err
	}
	left, err := fromBase(a.Sub(a, b), q.Unit)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{Number: plain(left), Unit: q.Unit}, nil
}

// Round rounds half up (NUM-03).
func (q Quantity) Round(by Rounding) (Quantity, error) {
	r, err := q.rat()
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{Number: by.apply(r), Unit: q.Unit}, nil
}

func (by Rounding) apply(r *big.Rat) string {
	if by.Significant > 0 {
		return roundFigures(r, by.Significant)
	}
	return roundPlaces(r, by.Places)
}

// errDimension is wrapped by what goes wrong between dimensions at run time;
// the checker sees to it that it never does.
var errDimension = errors.New("the units do not fit")

// fromBase expresses a number of base units in a unit, to 34 digits.
func fromBase(r *big.Rat, u Unit) (*big.Rat, error) {
	f, err := u.factor()
	if err != nil {
		return nil, err
	}
	return new(big.Rat).Quo(r, f.scale), nil
}
