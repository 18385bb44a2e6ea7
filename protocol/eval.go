package protocol

import (
	"errors"
	"math/big"
	"slices"
	"time"
)

// known is an evaluated part: a number in base units, or one of the others.
type known struct {
	num    *big.Rat
	text   string
	yes    bool
	at     time.Time
	show   string // as people read it
	beyond string // "<" or ">": only known to lie below or above num
	low    *big.Rat
	high   *big.Rat // of a logged range, which has no num
}

// frame holds what the leaves of one evaluation stand for.
type frame struct {
	env          *memo
	self         *Value
	rounded      bool
	leaves       []leaf
	columns      map[*node][]known // of a table's columns: what stands in them; nil until one is met
	missing      []string
	inapplicable []string
}

// leaf is what one leaf stands for.
type leaf struct {
	n *node
	k known
}

func (f *frame) keep(n *node, k known) { f.leaves = append(f.leaves, leaf{n, k}) }

// leaf gives what fill found; expressions have few leaves.
func (f *frame) leaf(n *node) known {
	for i := range f.leaves {
		if f.leaves[i].n == n {
			return f.leaves[i].k
		}
	}
	return known{}
}

// fill finds every leaf's value, so that all that is missing is named at
// once.
func (f *frame) fill(n *node) error {
	switch n.op {
	case opSelf, opName:
		v, ok, err := f.value(n)
		if err != nil {
			return err
		}
		switch {
		case !ok:
		case v.Absent == NotApplicable:
			f.inapplicable = append(f.inapplicable, n.name+" is "+v.String())
		case v.Absent != "":
			f.missing = append(f.missing, n.name+" ("+v.Absent+")")
		default:
			k, err := knownOf(v)
			if err != nil {
				return err
			}
			f.keep(n, k)
		}
	case opPoint:
		at, ok := f.env.Moment(n.point)
		if !ok {
			f.missing = append(f.missing, n.point.String())
			return nil
		}
		f.keep(n, known{at: at, show: ShowMoment(at, time.UTC)})
	}
	if overColumn(n) {
		return f.gather(n.args[0], n.op)
	}
	for _, arg := range n.args {
		if err := f.fill(arg); err != nil {
			return err
		}
	}
	return nil
}

// value finds a name's value: the subject, a calculation computed anew from
// its own inputs, or what the batch holds.
func (f *frame) value(n *node) (Value, bool, error) {
	if n.op == opSelf {
		return *f.self, true, nil
	}
	if n.calc != nil && n.calc.Expr != nil {
		result, err := f.env.compute(n.calc)
		var missing *Missing
		switch {
		case err == nil && f.rounded:
			return Value{Type: TypeDecimal, Quantity: result.Rounded}, true, nil
		case err == nil:
			return Value{Type: TypeDecimal, Quantity: result.Unrounded}, true, nil
		case !errors.As(err, &missing):
			return Value{}, false, err
		}
		if v, ok := f.env.Value(n.name); ok {
			return v, true, nil
		}
		f.missing = append(f.missing, missing.Names...)
		f.inapplicable = append(f.inapplicable, missing.Inapplicable...)
		return Value{}, false, nil
	}
	v, ok := f.env.Value(n.name)
	if !ok {
		f.missing = append(f.missing, n.name)
	}
	return v, ok, nil
}

// memo is an environment that computes each calculation once, however often
// others lean on it.
type memo struct {
	Env
	done map[*Calculation]computed
}

type computed struct {
	result Result
	err    error
}

func remember(env Env) *memo {
	if m, ok := env.(*memo); ok {
		return m
	}
	return &memo{Env: env}
}

func (m *memo) compute(c *Calculation) (Result, error) {
	known, ok := m.done[c]
	if !ok {
		known.result, known.err = c.Compute(m)
		if m.done == nil {
			m.done = map[*Calculation]computed{}
		}
		m.done[c] = known
	}
	return known.result, known.err
}

func knownOf(v Value) (known, error) {
	k := known{text: v.Text, yes: v.Yes, at: v.Time, show: v.String()}
	switch v.Type {
	case TypeDecimal, TypeCount:
		num, err := v.Quantity.base()
		if err != nil {
			return known{}, err
		}
		k.num = num
		k.beyond = v.Beyond
	case TypeRange:
		var errLow, errHigh error
		k.low, errLow = v.Low.base()
		k.high, errHigh = v.High.base()
		return k, errors.Join(errLow, errHigh)
	case TypeDuration:
		k.num = seconds(v.Span)
	case TypeDateTime:
		k.show = ShowMoment(v.Time, time.UTC)
	}
	return k, nil
}

func seconds(d time.Duration) *big.Rat { return big.NewRat(int64(d), int64(time.Second)) }

// String is the point in words, as in "draw up done".
func (p Point) String() string { return p.Step + " " + p.At }

func (e *Expression) frame(env Env, self *Value) (*frame, error) {
	f := &frame{env: remember(env), self: self, rounded: e.rounded}
	if err := f.fill(e.root); err != nil {
		return nil, err
	}
	if len(f.missing)+len(f.inapplicable) > 0 {
		slices.Sort(f.missing)
		slices.Sort(f.inapplicable)
		return nil, &Missing{Names: slices.Compact(f.missing), Inapplicable: slices.Compact(f.inapplicable)}
	}
	return f, nil
}

// run gives a formula's outcome in base units and its working in figures.
func (e *Expression) run(env Env) (*big.Rat, string, error) {
	f, err := e.frame(env, nil)
	if err != nil {
		return nil, "", err
	}
	k, err := f.eval(e.root)
	if err != nil {
		return nil, "", err
	}
	if k.num == nil {
		return nil, "", errDimension
	}
	working, err := f.working(e.root, 0)
	return k.num, working, err
}

// test answers a condition with a sentence about the part that decided it.
func (e *Expression) test(env Env, self *Value) (bool, string, error) {
	holds, f, err := e.holds(env, self)
	if err != nil {
		return false, "", err
	}
	reason, err := f.reason(e.root)
	return holds, reason, err
}

// holds answers a condition; the frame can still say why. Most limits hold, and
// nobody asks them.
func (e *Expression) holds(env Env, self *Value) (bool, *frame, error) {
	f, err := e.frame(env, self)
	if err != nil {
		return false, nil, err
	}
	k, err := f.eval(e.root)
	return k.yes, f, err
}

// breaks is test for a limit: it says why only where it does not hold.
func (e *Expression) breaks(env Env, self *Value) (holds bool, reason string, err error) {
	holds, f, err := e.holds(env, self)
	if err != nil || holds {
		return holds, "", err
	}
	reason, err = f.reason(e.root)
	return false, reason, err
}

var errZero = errors.New("the formula divides by zero")

func (f *frame) eval(n *node) (known, error) {
	switch n.op {
	case opSelf, opName, opPoint:
		return f.leaf(n), nil
	case opLiteral:
		num, err := n.qty.base()
		return known{num: num, show: n.qty.String()}, err
	case opText:
		return known{text: n.text, show: n.text}, nil
	case opTruth:
		return known{yes: n.yes}, nil
	case "_&&_", "_||_", "_?_:_":
		return f.choose(n)
	}
	args := make([]known, 0, len(n.args))
	for _, arg := range n.args {
		if arg.sort.class == span {
			return f.inside(n, args[0])
		}
		if arg.op == opColumn {
			args = append(args, f.columns[arg]...)
			continue
		}
		k, err := f.eval(arg)
		if err != nil {
			return known{}, err
		}
		args = append(args, k)
	}
	if n.op == "count" {
		return known{num: new(big.Rat).SetInt64(int64(len(args)))}, nil
	}
	for i, k := range args {
		if k.beyond != "" {
			return uncertain(n, args, i)
		}
	}
	return calculate(n, args)
}

func (f *frame) choose(n *node) (known, error) {
	first, err := f.eval(n.args[0])
	if err != nil {
		return known{}, err
	}
	switch {
	case n.op == "_?_:_" && first.yes:
		return f.eval(n.args[1])
	case n.op == "_?_:_":
		return f.eval(n.args[2])
	case first.yes == (n.op == "_||_"):
		return first, nil
	}
	return f.eval(n.args[1])
}

// bounds gives the lowest and highest value of a range or tolerance.
func (f *frame) bounds(n *node) (low, high *big.Rat, err error) {
	a, err := f.eval(n.args[0])
	if err != nil {
		return nil, nil, err
	}
	b, err := f.eval(n.args[1])
	if err != nil {
		return nil, nil, err
	}
	if n.op == "range" {
		return a.num, b.num, nil
	}
	by := new(big.Rat).Abs(a.num)
	if n.args[0].sort.percent {
		by.Mul(by, new(big.Rat).Abs(b.num))
	}
	return new(big.Rat).Sub(b.num, by), new(big.Rat).Add(b.num, by), nil
}

func (f *frame) inside(n *node, value known) (known, error) {
	low, high, err := f.bounds(n.args[1])
	if err != nil {
		return known{}, err
	}
	if value.beyond != "" {
		may, span := value.interval(), interval{low: low, high: high}
		if !may.within(span) && !may.meet(span).empty() {
			return known{}, notSure(n.args[0], value)
		}
		return known{yes: may.within(span) == (n.op == "_==_")}, nil
	}
	in := value.lowest().Cmp(low) >= 0 && value.highest().Cmp(high) <= 0
	return known{yes: in == (n.op == "_==_")}, nil
}
