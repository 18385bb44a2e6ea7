package protocol

import (
	"fmt"
	"math/big"
	"strings"
)

// Unit is a UCUM code, case-sensitive, with the name that people read
// (NUM-06). Units are made by ParseUnit from a closed table; a code may join
// several of its entries with "." and "/", as in "mg/mL" or "mL/kg/h".
type Unit struct {
	Code    string // "ug/mL"; "1" for a bare number
	Display string // "microgram/mL", "million cells/kg", "× 10⁹/L"; ParseUnit reads it too
}

// One is the unit of a bare number.
func One() Unit { return Unit{Code: "1", Display: ""} }

// dims counts how often each base dimension stands in a unit.
type dims [11]int8

// The base dimensions. Units of the arbitrary ones do not convert into
// anything else. Radioactivity is kept apart from 1/s, so that a count rate
// is never taken for an activity.
const (
	mass = iota
	length
	duration
	temperature
	radioactivity
	substance
	international
	endotoxin
	colonies
	acidity
	cells
)

func (d dims) plus(e dims, sign int8) dims {
	for i := range d {
		d[i] += sign * e[i]
	}
	return d
}

// String names the dimension as in "mass/volume".
func (d dims) String() string {
	names := [...]string{
		"mass", "length", "time", "temperature", "radioactivity", "amount of substance",
		"international units", "endotoxin units", "colony-forming units", "pH", "cells",
	}
	var over, under []string
	put := func(name string, n int8) {
		to := &over
		if n < 0 {
			to, n = &under, -n
		}
		if n > 1 {
			name = fmt.Sprintf("%s^%d", name, n)
		}
		*to = append(*to, name)
	}
	for i, n := range d {
		if i == length {
			switch n {
			case 3, -3:
				put("volume", n/3)
				continue
			case 2, -2:
				put("area", n/2)
				continue
			}
		}
		if n != 0 {
			put(names[i], n)
		}
	}
	switch {
	case len(over) == 0 && len(under) == 0:
		return "a bare number"
	case len(over) == 0:
		return "1/" + strings.Join(under, "/")
	case len(under) == 0:
		return strings.Join(over, "·")
	}
	return strings.Join(over, "·") + "/" + strings.Join(under, "/")
}

// atom is one entry of the table: its value in base units is
// num × 10^exp; the base units are g, m, s, °C, Bq, mol and the arbitrary units.
type atom struct {
	display string
	dim     dims
	num     int64
	exp     int
}

func dim(base int, power int8) dims {
	var d dims
	d[base] = power
	return d
}

// atomOf is the closed table of units. Celsius is the only temperature, so no
// offset is ever added: a difference of temperatures is not a temperature and
// is not offered.
func atomOf(code string) (atom, bool) {
	switch code {
	case "1":
		return atom{"", dims{}, 1, 0}, true
	case "%":
		return atom{"%", dims{}, 1, -2}, true
	case "10*3":
		return atom{"× 10³", dims{}, 1, 3}, true
	case "10*6":
		return atom{"× 10⁶", dims{}, 1, 6}, true
	case "10*9":
		return atom{"× 10⁹", dims{}, 1, 9}, true
	case "kg":
		return atom{"kg", dim(mass, 1), 1, 3}, true
	case "g":
		return atom{"g", dim(mass, 1), 1, 0}, true
	case "mg":
		return atom{"mg", dim(mass, 1), 1, -3}, true
	case "ug":
		return atom{"microgram", dim(mass, 1), 1, -6}, true
	case "ng":
		return atom{"nanogram", dim(mass, 1), 1, -9}, true
	case "pg":
		return atom{"picogram", dim(mass, 1), 1, -12}, true
	case "L":
		return atom{"L", dim(length, 3), 1, -3}, true
	case "dL":
		return atom{"dL", dim(length, 3), 1, -4}, true
	case "mL":
		return atom{"mL", dim(length, 3), 1, -6}, true
	case "uL":
		return atom{"microlitre", dim(length, 3), 1, -9}, true
	case "nL":
		return atom{"nanolitre", dim(length, 3), 1, -12}, true
	case "m":
		return atom{"m", dim(length, 1), 1, 0}, true
	case "cm":
		return atom{"cm", dim(length, 1), 1, -2}, true
	case "mm":
		return atom{"mm", dim(length, 1), 1, -3}, true
	case "um":
		return atom{"micrometre", dim(length, 1), 1, -6}, true
	case "nm":
		return atom{"nanometre", dim(length, 1), 1, -9}, true
	case "m2":
		return atom{"m²", dim(length, 2), 1, 0}, true
	case "cm2":
		return atom{"cm²", dim(length, 2), 1, -4}, true
	case "wk":
		return atom{"wk", dim(duration, 1), 604800, 0}, true
	case "d":
		return atom{"d", dim(duration, 1), 86400, 0}, true
	case "h":
		return atom{"h", dim(duration, 1), 3600, 0}, true
	case "min":
		return atom{"min", dim(duration, 1), 60, 0}, true
	case "s":
		return atom{"s", dim(duration, 1), 1, 0}, true
	case "ms":
		return atom{"ms", dim(duration, 1), 1, -3}, true
	case "Hz":
		return atom{"Hz", dim(duration, -1), 1, 0}, true
	}
	return rareAtom(code)
}

// rareAtom holds the second half of the table.
func rareAtom(code string) (atom, bool) {
	pressure := dim(mass, 1).plus(dim(length, -1), 1).plus(dim(duration, -2), 1)
	catalytic := dim(substance, 1).plus(dim(duration, -1), 1)
	switch code {
	case "Cel":
		return atom{"°C", dim(temperature, 1), 1, 0}, true
	case "Bq":
		return atom{"Bq", dim(radioactivity, 1), 1, 0}, true
	case "kBq":
		return atom{"kBq", dim(radioactivity, 1), 1, 3}, true
	case "MBq":
		return atom{"MBq", dim(radioactivity, 1), 1, 6}, true
	case "GBq":
		return atom{"GBq", dim(radioactivity, 1), 1, 9}, true
	case "mol":
		return atom{"mol", dim(substance, 1), 1, 0}, true
	case "mmol":
		return atom{"mmol", dim(substance, 1), 1, -3}, true
	case "umol":
		return atom{"micromole", dim(substance, 1), 1, -6}, true
	case "nmol":
		return atom{"nanomole", dim(substance, 1), 1, -9}, true
	case "U": // one micromole a minute: 10^-6 / 60 mol/s
		return atom{"units", catalytic, -60, -6}, true
	case "[IU]":
		return atom{"IU", dim(international, 1), 1, 0}, true
	case "k[IU]":
		return atom{"kIU", dim(international, 1), 1, 3}, true
	case "[EU]":
		return atom{"EU", dim(endotoxin, 1), 1, 0}, true
	case "[CFU]":
		return atom{"CFU", dim(colonies, 1), 1, 0}, true
	case "[pH]":
		return atom{"pH", dim(acidity, 1), 1, 0}, true
	case "{cells}":
		return atom{"cells", dim(cells, 1), 1, 0}, true
	case "10*6{cells}":
		return atom{"million cells", dim(cells, 1), 1, 6}, true
	case "10*9{cells}":
		return atom{"× 10⁹ cells", dim(cells, 1), 1, 9}, true
	case "Pa":
		return atom{"Pa", pressure, 1, 3}, true
	case "hPa":
		return atom{"hPa", pressure, 1, 5}, true
	case "kPa":
		return atom{"kPa", pressure, 1, 6}, true
	case "mbar":
		return atom{"mbar", pressure, 1, 5}, true
	case "bar":
		return atom{"bar", pressure, 1, 8}, true
	case "N":
		return atom{"N", pressure.plus(dim(length, 2), 1), 1, 3}, true
	case "J":
		return atom{"J", pressure.plus(dim(length, 3), 1), 1, 3}, true
	}
	return atom{}, false
}

// factor is what a unit is worth in base units, exactly.
type factor struct {
	dim   dims
	scale *big.Rat
}

// ParseUnit reads a unit by its code or its display name. The error is a
// sentence that is safe to show.
func ParseUnit(text string) (Unit, error) {
	if text == "" || text == "1" {
		return One(), nil
	}
	if len(text) > longestUnit {
		return Unit{}, errUnitLong
	}
	var code, display strings.Builder
	if under, ok := strings.CutPrefix(text, "per "); ok {
		text = "1/" + under
	}
	for i, part := range splitUnit(text) {
		if i%2 == 1 {
			code.WriteString(part)
			display.WriteString(part)
			continue
		}
		c := codeOf(part)
		a, ok := atomOf(c)
		if !ok {
			return Unit{}, &unknownUnit{part: part, whole: text}
		}
		code.WriteString(c)
		if c == "1" {
			display.WriteString("1")
		} else {
			display.WriteString(a.display)
		}
	}
	if max(code.Len(), display.Len()) > longestUnit {
		return Unit{}, errUnitLong
	}
	name := display.String()
	if under, ok := strings.CutPrefix(name, "1/"); ok {
		name = "per " + under // "5 1/mL" would read as 51
	}
	return Unit{Code: code.String(), Display: name}, nil
}

const longestUnit = 80 // bytes, of its code and of its name

var errUnitLong = fmt.Errorf("a unit has no more than %d letters", longestUnit)

// unknownUnit is a unit outside the table.
type unknownUnit struct{ part, whole string }

func (u *unknownUnit) Error() string {
	if u.part == "" {
		return fmt.Sprintf("%q is no unit: something is missing beside / or .", u.whole)
	}
	return fmt.Sprintf("%q is not a unit that is known here", u.part)
}

// splitUnit cuts "mg/mL" into "mg", "/", "mL".
func splitUnit(text string) []string {
	var parts []string
	from := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '/' || text[i] == '.' {
			parts = append(parts, text[from:i], text[i:i+1])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// factor looks the unit up in the table.
func (u Unit) factor() (factor, error) {
	f := factor{scale: big.NewRat(1, 1)}
	if u.Code == "" || u.Code == "1" {
		return f, nil
	}
	sign := int8(1)
	for i, part := range splitUnit(u.Code) {
		if i%2 == 1 {
			sign = 1
			if part == "/" {
				sign = -1
			}
			continue
		}
		a, ok := atomOf(part)
		if !ok {
			return factor{}, &unknownUnit{part: part, whole: u.Code}
		}
		f.dim = f.dim.plus(a.dim, sign)
		scale := a.scale()
		if sign < 0 {
			scale.Inv(scale)
		}
		f.scale.Mul(f.scale, scale)
	}
	return f, nil
}

// scale is the atom's worth in base units. A negative num divides.
func (a atom) scale() *big.Rat {
	n, exp := a.num, a.exp
	r := big.NewRat(1, 1)
	if n < 0 {
		r.SetFrac64(1, -n)
	} else {
		r.SetInt64(n)
	}
	return r.Mul(r, tenTo(exp))
}

// Same says whether two units measure the same dimension, so that a quantity
// of the one converts into the other. A percentage is not a bare number.
func (u Unit) Same(v Unit) bool {
	f, errF := u.dim()
	g, errG := v.dim()
	return errF == nil && errG == nil && f == g && (u.Code == "%") == (v.Code == "%")
}

// dim is what the unit measures. For one that stands alone no scale has to be
// multiplied.
func (u Unit) dim() (dims, error) {
	if a, ok := atomOf(u.Code); ok {
		return a.dim, nil
	}
	f, err := u.factor()
	return f.dim, err
}
