package trend

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// Kind is what is followed.
type Kind string

// The kinds, in the order in which a page lists them.
const (
	Values     Kind = "value"
	Results    Kind = "result"
	Timings    Kind = "timing"
	Exceptions Kind = "exceptions"
)

// Kinds gives every kind, in the order in which a page lists them.
func Kinds() []Kind { return []Kind{Values, Results, Timings, Exceptions} }

// Series is one thing that is followed from batch to batch. Two versions of a
// protocol share their series: a change of the process is to be seen in them.
type Series struct {
	Protocol string // its name, as in "aso-intrathecal"
	Kind     Kind
	Name     string // "draw up: volume", "thaw to infusion", "out of limit"
	Measure  string // the unit as shown, as in "mL"; "min" for timings, "" for counts
}

// Observation is one figure of one batch.
type Observation struct {
	Series Series
	Batch  string
	Unit   string // of the site, in which the batch was made
	Role   string // of whoever recorded it; "" where time or the clock did
	At     time.Time
	Value  *big.Rat
	Places int // decimal places as recorded
	// Low and High are the protocol's own bounds, where they are figures; nil
	// where there are none.
	Low, High *big.Rat
}

// Observe gives every figure of a batch that is followed, in the order of its
// protocol.
func Observe(s *batch.State) []Observation {
	if s.Protocol == nil {
		return nil
	}
	o := observer{s: s}
	for i := range s.Steps {
		if !s.Steps[i].Skipped {
			o.step(&s.Steps[i])
		}
	}
	o.times()
	o.exceptions()
	return o.all
}

type observer struct {
	s   *batch.State
	all []Observation
}

func (o *observer) add(kind Kind, name, measure, role string, at time.Time, value *big.Rat, places int) *Observation {
	o.all = append(o.all, Observation{
		Series: Series{Protocol: o.s.Protocol.Name, Kind: kind, Name: name, Measure: measure},
		Batch:  o.s.ID, Unit: o.s.Basis.Unit, Role: role, At: at, Value: value, Places: places,
	})
	return &o.all[len(o.all)-1]
}

// followed says that a value matters to the process: it has limits, or the
// protocol calls it more than informative. The cells of a table are followed
// by what is calculated from them.
func followed(in *protocol.Input) bool {
	return in.Cell == (protocol.Cell{}) && (len(in.Limits) > 0 || in.Class != "" && in.Class != "informative")
}

// Name is that of the series of a value or result in a step: the rounds of a
// loop share it.
func Name(st *batch.StepState, title, name string) string {
	return st.Step.Base + ": " + cmp.Or(title, name)
}

// step observes the values and results of a step. A censored or absent result
// is no figure and is left out; a corrected value counts as corrected.
func (o *observer) step(st *batch.StepState) {
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		entry := st.Value(in.Name)
		if entry == nil || !followed(in) {
			continue
		}
		name := Name(st, in.Title, in.Name)
		switch v := entry.Value; {
		case v.Absent != "" || v.Beyond != "":
		case v.Type == protocol.TypeDuration:
			o.add(Timings, name, "min", entry.Role, entry.At, minutes(v.Span), 1)
		case v.Type == protocol.TypeDecimal || v.Type == protocol.TypeCount:
			o.quantity(Values, name, entry.Role, entry.At, v.Quantity, in.Limits)
		}
	}
	for i := range st.Step.Calcs {
		calc := &st.Step.Calcs[i]
		signed := st.PerformedNow()
		result, worked := st.Results[calc.Name]
		if worked && signed != nil && len(calc.Limits) > 0 {
			o.quantity(Results, Name(st, calc.Title, calc.Name), signed.Role, signed.At, result.Rounded, calc.Limits)
		}
	}
}

func (o *observer) quantity(kind Kind, name, role string, at time.Time, q protocol.Quantity, limits []protocol.Limit) {
	value, ok := new(big.Rat).SetString(q.Number)
	if !ok {
		return // no number: Parse lets none through
	}
	one := o.add(kind, name, q.Unit.Display, role, at, value, q.Places())
	for i := range limits {
		low, high := limits[i].Bounds(q.Unit)
		one.Low, one.High = narrower(one.Low, low, 1), narrower(one.High, high, -1)
	}
}

// narrower is the bound further in: the higher for sign 1, the lower for -1.
func narrower(bound, other *big.Rat, sign int) *big.Rat {
	if bound == nil || other != nil && other.Cmp(bound) == sign {
		return other
	}
	return bound
}

func minutes(d time.Duration) *big.Rat { return big.NewRat(int64(d), int64(time.Minute)) }

// times observes how long the protocol's windows were, how much of its budgets
// was spent, and how long the whole took.
func (o *observer) times() {
	for _, window := range o.s.Protocol.Windows {
		from, began := o.s.Env().Moment(window.From)
		to, ended := o.s.Env().Moment(window.To)
		if !began || !ended || to.Before(from) {
			continue
		}
		o.span(window.Name, o.roleAt(to), to, to.Sub(from), window.Span)
	}
	for _, budget := range o.s.Protocol.Budgets {
		if at, ended := o.s.Env().Moment(budget.Until); ended {
			o.span(budget.Name, o.roleAt(at), at, o.s.Spent(budget, at), protocol.Span{Max: budget.Most})
		}
	}
	if done, made := o.s.Completed(); made {
		o.span("opened to made", o.roleAt(done), done, done.Sub(o.s.Opened.At), protocol.Span{})
	}
	if d := o.s.Disposition; d != nil {
		o.span("opened to decided", d.Role, d.At, d.At.Sub(o.s.Opened.At), protocol.Span{})
	}
}

func (o *observer) span(name, role string, at time.Time, took time.Duration, span protocol.Span) {
	one := o.add(Timings, name, "min", role, at, minutes(took), 1)
	if span.Min > 0 {
		one.Low = minutes(span.Min)
	}
	if span.Max > 0 {
		one.High = minutes(span.Max)
	}
}

// roleAt is the role under which a step was signed as done at an instant.
func (o *observer) roleAt(at time.Time) string {
	for i := range o.s.Steps {
		for _, act := range slices.Concat(o.s.Steps[i].Performed, o.s.Steps[i].Checked) {
			if act.When().Equal(at) {
				return act.Role
			}
		}
	}
	return ""
}

// exceptions counts them, all together and class by class. Where a class had
// none, Gather puts a nought.
func (o *observer) exceptions() {
	at := o.s.Last
	if d := o.s.Disposition; d != nil {
		at = d.At
	}
	count := func(name string, n int) { o.add(Exceptions, name, "", "", at, big.NewRat(int64(n), 1), 0) }
	count(AllExceptions, len(o.s.Exceptions))
	classes := map[string]int{}
	for i := range o.s.Exceptions {
		classes[o.s.Exceptions[i].Class]++
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		count(class, classes[class])
	}
}

// AllExceptions is the name of the series that counts every exception.
const AllExceptions = "all exceptions"

// Figure is the bare figure, with as many places as it was recorded with.
func (o *Observation) Figure() string { return o.Value.FloatString(o.Places) }

// String is the figure as shown.
func (o *Observation) String() string { return measured(o.Figure(), o.Series.Measure) }

// Title names a series on a page.
func (s Series) Title() string {
	if s.Kind == Exceptions && s.Name != AllExceptions {
		return "exceptions: " + s.Name
	}
	return s.Name
}

// key orders series as a page lists them.
func (s Series) key() string {
	first := "1"
	if s.Name == AllExceptions {
		first = "0"
	}
	return s.Protocol + "\x00" + strconv.Itoa(slices.Index(Kinds(), s.Kind)) + "\x00" + first + s.Name + "\x00" + s.Measure
}
