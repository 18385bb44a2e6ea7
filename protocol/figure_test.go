package protocol

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Most limits are judged by their figures alone; the expression that they were
// compiled to says the same of every value, and what bounds a value is exact
// (NUM-01, EXE-08).
func TestALimitSaysTheSameByItsFiguresAsByItsExpression(t *testing.T) {
	figure := rapid.StringMatching(`(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?`)
	asked, unknown := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		unit := rapid.SampledFrom([]string{"mL", "mg", "g", "kg", "min", "Cel", "%", "1", "mg/mL", "10*9"}).Draw(rt, "unit")
		written := func(label string) string {
			return figure.Draw(rt, label) + strings.TrimPrefix(strings.Replace(" "+unit, " %", "%", 1), " 1")
		}
		var text string
		switch form := rapid.SampledFrom([]string{"above", "below", "at least", "at most", "is", "to", "and", "or", "self", "negative"}).Draw(rt, "form"); form {
		case "to":
			text = figure.Draw(rt, "low") + " to " + written("high")
		case "and", "or":
			text = "above " + written("low") + " " + form + " self at most " + written("high")
		case "self":
			text = written("low") + " below self"
		case "negative":
			text = "above -" + written("low")
		default:
			text = form + " " + written("bound")
		}
		u := mustUnit(t, unit)
		in := Input{Name: "taken", Type: TypeDecimal, Unit: u}
		self := named("step.taken", &in)
		self.op = opSelf
		root, faults := compile(text, selfScope{noScope{}, self}, self)
		if len(faults) > 0 {
			rt.Skip(text)
		}
		for _, holds := range []bool{true, false} {
			if !holds {
				root = &node{op: "!_", args: []*node{root}, sort: sort{class: truth}}
			}
			limit := Limit{Level: Action, Text: text, Cond: &Expression{root: root, rounded: true, plain: figuresOf(root, bounded(root, true))}}
			v := Value{Type: TypeDecimal, Quantity: Quantity{Number: rapid.SampledFrom([]string{"", "-"}).Draw(rt, "sign") + figure.Draw(rt, "value"), Unit: u}}
			if at := rapid.IntRange(0, 2).Draw(rt, "at a bound"); at > 0 && limit.Cond.plain != nil { // chance seldom meets a bound
				bound := limit.Cond.plain.low
				if at == 2 {
					bound = limit.Cond.plain.high
				}
				if r, err := fromBase(bound.rat(), u); err == nil {
					v.Quantity.Number = plain(r)
				}
			}
			want, _, err := limit.meetsAll(v, Unit{}, nothing{})
			if err != nil {
				rt.Fatal(err)
			}
			asked++
			if got, known := limit.Cond.plain.hold(&v); !known {
				unknown++
			} else if got != want {
				rt.Fatalf("%s meets %q (turned round: %v): %v by its figures, %v by its expression", v, text, !holds, got, want)
			}
			if got, _, err := limit.meets(v, Unit{}, nothing{}); err != nil || got != want {
				rt.Fatalf("%s meets %q: %v, not %v: %v", v, text, got, want, err)
			}
		}
	})
	if unknown > asked*2/3 {
		t.Errorf("%d of %d values were judged by the expression: this test shows little", unknown, asked)
	}
}

// selfScope lets a limit name its value.
type selfScope struct {
	noScope
	self *node
}

func (s selfScope) find(name string) (*node, bool) { return s.self, name == "self" }

func TestAFigureIsExactOrNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) *big.Rat {
			return big.NewRat(rapid.Int64().Draw(t, label), tens(rapid.IntRange(0, mostPlaces).Draw(t, "places of "+label)))
		}
		a, b := draw("a"), draw("b")
		if rapid.Bool().Draw(t, "alike") {
			b = new(big.Rat).Add(a, big.NewRat(rapid.Int64Range(-1, 1).Draw(t, "more"), tens(mostPlaces)))
		}
		f, okF := figureOf(a)
		g, okG := figureOf(b)
		if !okF || okF && f.rat().Cmp(a) != 0 || okG && g.rat().Cmp(b) != 0 {
			t.Fatalf("%s and %s are the figures %v and %v", a, b, f, g)
		}
		if order, ok := f.cmp(g); okG && ok && order != a.Cmp(b) {
			t.Fatalf("%s and %s compare as %d", a, b, order)
		}
	})
	for _, no := range []*big.Rat{big.NewRat(1, 3), new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil)), new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63))} {
		if f, ok := figureOf(no); ok {
			t.Errorf("%s is the figure %v", no, f)
		}
	}
	if _, ok := (figure{n: 1 << 60}).cmp(figure{n: 1, places: mostPlaces}); ok {
		t.Error("a figure that is too long was compared")
	}
}
