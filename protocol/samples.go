package protocol

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Samples gives what could be entered for an input, as people type it: figures
// at, just inside and just outside everything that its limits and the
// conditions of the way compare it with, every choice, and every word for a
// value that is not there. name is the input's full name, as in
// "draw up.drawn", and calcs are those of its step. Limits that lean on what env
// does not know yet are left out.
func (in Input) Samples(name string, calcs []Calculation, conditions []*Condition, env Env) []string {
	var texts []string
	switch in.Type {
	case TypeChoice:
		texts = slices.Clone(in.Choices)
		if in.Cell != (Cell{}) && in.Cell.Row == 0 {
			texts = []string{in.Choices[0], in.Choices[len(in.Choices)-1]} // as few rows and as many as there can be
		}
	case TypeYesNo:
		texts = []string{"yes", "no"}
	case TypeText:
		texts = []string{"simulated"}
	case TypeFile:
		texts = []string{"simulated.jpg, sha256 " + strings.Repeat("0", 64)}
	case TypeDateTime:
		texts = nil // of a clock that the caller has
	case TypeDecimal, TypeCount, TypeRange, TypeDuration:
		texts = in.figures(in.compared(name, calcs, conditions, env))
	}
	return append(texts, in.absentSamples()...)
}

func (in Input) absentSamples() []string {
	var texts []string
	for _, word := range in.Absent {
		if word == NotApplicable {
			word += ": simulated"
		}
		texts = append(texts, word)
	}
	return texts
}

// compared are the figures, in base units, that the input is held against.
func (in Input) compared(name string, calcs []Calculation, conditions []*Condition, env Env) []*big.Rat {
	var all []*big.Rat
	self := &Value{Type: TypeDecimal, Quantity: Quantity{Number: "1", Unit: in.Unit}}
	gather := func(e *Expression, is func(*node) bool) {
		f := &frame{env: remember(env), self: self, rounded: true}
		f.bars(e.root, is, &all)
	}
	for i := range in.Limits {
		if cond := in.Limits[i].Cond; cond != nil {
			gather(cond, func(n *node) bool { return n.op == opSelf })
		}
	}
	for _, calc := range calcs {
		if sortOf(calc.Unit) != sortOf(in.Unit) {
			continue
		}
		for i := range calc.Limits {
			if cond := calc.Limits[i].Cond; cond != nil {
				gather(cond, func(n *node) bool { return n.op == opSelf })
			}
		}
	}
	for i := range calcs {
		all = append(all, in.yielding(name, &calcs[i], env)...)
	}
	for _, c := range conditions {
		if c.Expr != nil {
			gather(c.Expr, func(n *node) bool { return n.means(name) })
		}
	}
	return in.shared(name, calcs, conditions, all, env)
}

// yielding are the amounts at which the yield that a value is the actual amount of
// meets its limits: each limit's share of the theoretical amount, once that is
// known.
func (in Input) yielding(name string, c *Calculation, env Env) []*big.Rat {
	root := c.Expr.root
	if c.Yield == "" || root.op != "_/_" || root.args[0].name != name {
		return nil
	}
	f := &frame{env: remember(env), self: &Value{Type: TypeDecimal, Quantity: Quantity{Number: "1", Unit: c.Unit}}, rounded: true}
	if f.fill(root.args[1]) != nil || len(f.missing)+len(f.inapplicable) > 0 {
		return nil
	}
	whole, err := f.eval(root.args[1])
	if err != nil || whole.num == nil {
		return nil
	}
	var all []*big.Rat
	for i := range c.Limits {
		if cond := c.Limits[i].Cond; cond != nil {
			f.bars(cond.root, func(n *node) bool { return n.op == opSelf }, &all)
		}
	}
	for i, share := range all {
		all[i] = new(big.Rat).Mul(share, whole.num)
	}
	return all
}

// means says that a part is a value, or gathers the column in which it stands.
func (n *node) means(name string) bool {
	if overColumn(n) && n.op != "count" && n.op != "sd" {
		return slices.ContainsFunc(n.args[0].args, func(cell *node) bool { return cell.name == name })
	}
	return n.op == opName && n.name == name
}

// shared puts before the others, for a value whose column is summed up, what
// falls to one row of each figure: a sum reaches it by all its rows together.
func (in Input) shared(name string, calcs []Calculation, conditions []*Condition, bars []*big.Rat, env Env) []*big.Rat {
	var t *Table
	for i := range calcs {
		t = calcs[i].Expr.root.summed(name, t)
	}
	for _, c := range conditions {
		if c.Expr != nil {
			t = c.Expr.root.summed(name, t)
		}
	}
	if t == nil {
		return bars
	}
	step, _, _ := strings.Cut(name, ".")
	counts := []int{t.Least, t.Most}
	v, ok := env.Value(step + "." + t.Counted())
	if rows, known := t.RowsOf(v, ok); known {
		counts = []int{rows}
	}
	var shares []*big.Rat
	for _, bar := range bars {
		for _, rows := range counts {
			shares = append(shares, new(big.Rat).Quo(bar, new(big.Rat).SetInt64(int64(rows))))
		}
	}
	return append(shares, bars...)
}

// summed finds the table in which a value's column is summed up; else is what
// was found before.
func (n *node) summed(name string, found *Table) *Table {
	if n.op == "sum" && n.means(name) && overColumn(n) {
		return n.args[0].table
	}
	for _, arg := range n.args {
		found = arg.summed(name, found)
	}
	return found
}

// bars finds what a value is compared with in an expression.
func (f *frame) bars(n *node, is func(*node) bool, into *[]*big.Rat) {
	subject := n
	if len(n.args) == 2 {
		subject = n.args[0]
		if subject.op == opLowest || subject.op == opHighest {
			subject = subject.args[0]
		}
	}
	if len(n.args) == 2 && is(subject) && (subject.sort.class == quantity || subject.sort.class == logged) {
		right := n.args[1]
		if f.fill(right) != nil || len(f.missing)+len(f.inapplicable) > 0 {
			f.missing, f.inapplicable = nil, nil
			return
		}
		if right.sort.class == span {
			if low, high, err := f.bounds(right); err == nil {
				*into = append(*into, low, high, mean(low, high))
			}
			return
		}
		if k, err := f.eval(right); err == nil && k.num != nil {
			*into = append(*into, k.num)
		}
		return
	}
	for _, arg := range n.args {
		f.bars(arg, is, into)
	}
}

func mean(a, b *big.Rat) *big.Rat {
	sum := new(big.Rat).Add(a, b)
	return sum.Mul(sum, big.NewRat(1, 2))
}

// figures writes each figure, and its neighbours at the last place, as people
// type them.
func (in Input) figures(bars []*big.Rat) []string {
	var texts []string
	add := func(text string) {
		if _, err := in.Parse(text, time.UTC); err == nil && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if len(bars) == 0 {
		bars = []*big.Rat{big.NewRat(1, 1)}
		if in.Type != TypeDuration {
			if one, err := (Quantity{Number: "1", Unit: in.Unit}).base(); err == nil {
				bars[0] = one
			}
		}
	}
	var plainOnes []*big.Rat
	for _, bar := range bars {
		if in.Type == TypeDuration {
			for _, by := range []int64{0, 1, -1} {
				seconds := new(big.Rat).Add(bar, big.NewRat(by, 1))
				if seconds.IsInt() && seconds.Num().IsInt64() && seconds.Sign() > 0 {
					add(ShowDuration(time.Duration(seconds.Num().Int64()) * time.Second))
				}
			}
			continue
		}
		if r, err := fromBase(bar, in.Unit); err == nil {
			plainOnes = append(plainOnes, r)
		}
	}
	step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(in.Places)), nil))
	for _, r := range plainOnes {
		for _, by := range []int64{0, 1, -1} {
			beside := new(big.Rat).Add(r, new(big.Rat).Mul(step, big.NewRat(by, 1)))
			add(Rounding{Places: in.Places}.apply(beside))
		}
	}
	if in.Type == TypeRange {
		return in.ranges(plainOnes, step)
	}
	if in.Censored && len(texts) > 0 {
		add("< " + texts[0])
		add("> " + texts[0])
	}
	return texts
}

// ranges spans from the lowest to the highest figure, and a little beyond.
func (in Input) ranges(bars []*big.Rat, step *big.Rat) []string {
	low, high := bars[0], bars[0]
	for _, bar := range bars {
		if bar.Cmp(low) < 0 {
			low = bar
		}
		if bar.Cmp(high) > 0 {
			high = bar
		}
	}
	write := func(a, b *big.Rat) string {
		by := Rounding{Places: in.Places}
		return fmt.Sprintf("%s to %s", by.apply(a), by.apply(b))
	}
	return []string{
		write(low, high), write(new(big.Rat).Sub(low, step), high), write(low, new(big.Rat).Add(high, step)),
	}
}

// Conditions gives everything on which the way through the protocol hangs.
func (p *Protocol) Conditions() []*Condition {
	var all []*Condition
	for i := range p.Sections {
		s := &p.Sections[i]
		if s.When != nil {
			all = append(all, s.When)
		}
		if s.Loop != nil {
			all = append(all, &s.Loop.Until)
		}
		for j := range s.Steps {
			if s.Steps[j].When != nil && s.Steps[j].Round < 2 {
				all = append(all, s.Steps[j].When)
			}
		}
	}
	return all
}
