package protocol

import "math/big"

// LessThanNothing says that a figure lies below zero although nothing of its
// kind can, as -5.0 mL: it was misread or mistyped (EXE-07). The protocol lets a
// figure below zero stand where one of the value's own limits names one, as it
// is in env, or asks for one; and some units lie below zero by their nature. A
// limit that leans on a value not there yet names nothing.
func (in Input) LessThanNothing(v Value, env Env) bool {
	if !v.belowZero() || in.Unit.goesBelowZero() {
		return false
	}
	self := &Value{Type: TypeDecimal, Quantity: Quantity{Number: "0", Unit: in.Unit}}
	for i := range in.Limits {
		cond := in.Limits[i].Cond
		if cond == nil {
			continue
		}
		f := &frame{env: remember(env), self: self, rounded: true}
		var named []*big.Rat
		f.bars(cond.root, func(n *node) bool { return n.op == opSelf }, &named)
		for _, figure := range named {
			if figure.Sign() < 0 {
				return false
			}
		}
		zero, _, errZero := in.Limits[i].meets(*self, in.Unit, env)
		this, _, errThis := in.Limits[i].meets(v, in.Unit, env)
		if errZero == nil && errThis == nil && this && !zero {
			return false // "below 0.0 mL" asks for nothing else
		}
	}
	return true
}

// belowZero says that a figure, or the lowest of a logged range, is below zero.
// Below a limit of measurement that is zero lies nothing else.
func (v Value) belowZero() bool {
	at := v.Quantity
	switch {
	case v.Absent != "":
		return false
	case v.Type == TypeRange:
		at = v.Low
	case v.Type != TypeDecimal:
		return false // a count, or a duration, cannot be typed below zero
	}
	r, err := at.rat()
	return err == nil && (r.Sign() < 0 || r.Sign() == 0 && v.Beyond == "<")
}

// goesBelowZero: the degree Celsius begins at ice, a gauge at the pressure of its
// room, and pH and a bare number, which may be a logarithm, begin nowhere. A
// share in % and everything that is weighed or counted begins at nothing.
func (u Unit) goesBelowZero() bool {
	d, err := u.dim()
	if err != nil {
		return false
	}
	pressure, _ := atomOf("Pa")
	return u.Code == "" || u.Code == "1" || d[temperature] != 0 || d[acidity] != 0 || d == pressure.dim
}
