package trend

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Chart is a series in the order of time, with the limits between which it
// varies while nothing but chance acts on it. Centre, Lower and Upper are nil
// with fewer than three points.
type Chart struct {
	Series      Series
	Points      []Observation
	Centre      *big.Rat
	Lower       *big.Rat
	Upper       *big.Rat
	Provisional bool // fewer points than limits should rest on
	Signals     []Signal
}

// Signal is something that chance alone would hardly do.
type Signal struct {
	Point    int // of the chart, the one that gave it
	Sentence string
}

// The number of points below which there are no limits, and below which they
// are provisional.
const (
	leastPoints = 3
	firmPoints  = 8
)

// constantD2 is the mean range of two values drawn from one normal
// distribution, in standard deviations, times a thousand (ISO 7870-2, NIST/SEMATECH
// e-Handbook of Statistical Methods 6.3.2.2).
const constantD2 = 1128

// ChartOf makes the chart of one series from its observations, which are in
// order of time. Figures get an individuals chart: the mean, and three standard deviations
// taken from the moving ranges of neighbours. Counts get a c chart: the mean,
// and three times its root.
func ChartOf(series Series, points []Observation) Chart {
	c := Chart{Series: series, Points: points, Provisional: len(points) < firmPoints}
	if len(points) < leastPoints {
		return c
	}
	c.Centre = mean(points)
	three := new(big.Rat)
	if series.Kind == Exceptions {
		three.Mul(big.NewRat(3, 1), root(c.Centre))
	} else {
		three.Mul(big.NewRat(3, 1), sigma(points))
	}
	c.Lower, c.Upper = new(big.Rat).Sub(c.Centre, three), new(big.Rat).Add(c.Centre, three)
	if c.Lower.Sign() < 0 && !slices.ContainsFunc(points, func(o Observation) bool { return o.Value.Sign() < 0 }) {
		c.Lower = new(big.Rat) // nothing that is counted or measured here goes below nought
	}
	c.signal()
	return c
}

func mean(points []Observation) *big.Rat {
	sum := new(big.Rat)
	for i := range points {
		sum.Add(sum, points[i].Value)
	}
	return sum.Quo(sum, new(big.Rat).SetInt64(int64(len(points))))
}

// sigma is the standard deviation as the mean moving range shows it; nought for
// fewer than two points.
func sigma(points []Observation) *big.Rat {
	if len(points) < 2 {
		return new(big.Rat)
	}
	sum := new(big.Rat)
	for i := range points[1:] {
		step := new(big.Rat).Sub(points[i+1].Value, points[i].Value)
		sum.Add(sum, step.Abs(step))
	}
	sum.Quo(sum, new(big.Rat).SetInt64(int64(len(points)-1)))
	return sum.Mul(sum, big.NewRat(1000, constantD2))
}

// root is a square root to twelve places, rounded down.
func root(r *big.Rat) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(24), nil)
	n := new(big.Int).Mul(r.Num(), scale)
	n.Quo(n, r.Denom())
	return new(big.Rat).SetFrac(n.Sqrt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(12), nil))
}

// The runs that count as signals (Nelson, Journal of Quality Technology 16,
// 1984, tests 1 to 3).
const (
	sameSide = 9
	oneWay   = 6
)

// signal finds every point beyond a limit and every run that chance would
// hardly make. A run is told once, where it is complete.
func (c *Chart) signal() {
	side, run, way, steps := 0, 0, 0, 0
	for i := range c.Points {
		p := &c.Points[i]
		c.judge(i)
		if now := p.Value.Cmp(c.Centre); now != 0 && now == side {
			run++
		} else {
			side, run = now, min(1, now*now)
		}
		if run == sameSide {
			c.tell(i, "%d in a row lie %s the mean of %s, up to %s.", sameSide, above(side), c.Show(c.Centre), p.Batch)
		}
		if i == 0 {
			continue
		}
		if now := p.Value.Cmp(c.Points[i-1].Value); now != 0 && now == way {
			steps++
		} else {
			way, steps = now, min(1, now*now)
		}
		if steps == oneWay-1 {
			c.tell(i, "%d in a row %s, up to %s.", oneWay, rising(way), p.Batch)
		}
	}
}

// judge tells a point that lies beyond a control limit.
func (c *Chart) judge(i int) {
	p := &c.Points[i]
	switch {
	case !c.Beyond(p.Value):
	case p.Value.Cmp(c.Upper) > 0:
		c.tell(i, "%s: %s lies above the upper control limit, %s.", p.Batch, p, c.Show(c.Upper))
	default:
		c.tell(i, "%s: %s lies below the lower control limit, %s.", p.Batch, p, c.Show(c.Lower))
	}
}

func (c *Chart) tell(point int, format string, parts ...any) {
	c.Signals = append(c.Signals, Signal{Point: point, Sentence: fmt.Sprintf(format, parts...)})
}

func above(side int) string {
	if side > 0 {
		return "above"
	}
	return "below"
}

func rising(way int) string {
	if way > 0 {
		return "rise"
	}
	return "fall"
}

// Figure writes a figure of the chart with one place more than its points have.
func (c *Chart) Figure(r *big.Rat) string {
	places := 0
	for i := range c.Points {
		places = max(places, c.Points[i].Places)
	}
	return r.FloatString(places + 1)
}

// Show is Figure with its unit.
func (c *Chart) Show(r *big.Rat) string { return measured(c.Figure(r), c.Series.Measure) }

func measured(figure, measure string) string {
	if measure == "" {
		return figure
	}
	return figure + " " + measure
}

// Summary says in a line what the lines of the chart are.
func (c *Chart) Summary() string {
	text := countOf(len(c.Points), "point")
	if c.Centre == nil {
		return text + fmt.Sprintf(": too few for control limits, which need %d.", leastPoints)
	}
	text += fmt.Sprintf(", mean %s, control limits %s to %s", c.Show(c.Centre), c.Show(c.Lower), c.Show(c.Upper))
	if c.Provisional {
		text += fmt.Sprintf("; provisional, with fewer than %d points", firmPoints)
	}
	last := &c.Points[len(c.Points)-1]
	for _, bound := range []struct {
		word string
		at   *big.Rat
	}{{"at least", last.Low}, {"at most", last.High}} {
		if bound.at != nil {
			text += fmt.Sprintf("; the protocol allows %s %s", bound.word, c.Show(bound.at))
		}
	}
	return text + "."
}

// StandsOut is every sentence that a reader of the chart must see.
func (c *Chart) StandsOut() []string {
	var told []string
	for _, signal := range c.Signals {
		told = append(told, signal.Sentence)
	}
	return append(told, c.Drifting()...)
}

// Against makes a chart for each figure of a batch: its points come after those
// of the batches opened before it, whose limits the chart has. What the batch
// itself did moves no limit that it is held against.
func Against(all, own []Observation, opened time.Time) []Chart {
	var order []Series
	before, here := map[Series][]Observation{}, map[Series][]Observation{}
	for _, o := range own {
		if here[o.Series] == nil {
			order = append(order, o.Series)
		}
		here[o.Series] = append(here[o.Series], o)
	}
	for i := range all {
		o := &all[i]
		if of := here[o.Series]; of != nil && o.Batch != of[0].Batch && o.At.Before(opened) {
			before[o.Series] = append(before[o.Series], *o)
		}
	}
	var charts []Chart
	for _, series := range order {
		earlier := before[series]
		slices.SortStableFunc(earlier, byTime)
		c := ChartOf(series, earlier)
		c.Points, c.Signals = append(c.Points, here[series]...), nil
		for i := range here[series] {
			c.judge(len(earlier) + i)
		}
		charts = append(charts, c)
	}
	return charts
}

func byTime(a, b Observation) int { return a.At.Compare(b.At) }

// Beyond says that a figure lies outside the control limits.
func (c *Chart) Beyond(value *big.Rat) bool {
	return c.Centre != nil && (value.Cmp(c.Upper) > 0 || value.Cmp(c.Lower) < 0)
}

// Last is the chart with no more than its last points; its limits stay those of
// all.
func (c Chart) Last(points int) Chart {
	from := max(0, len(c.Points)-points)
	var signals []Signal
	for _, signal := range c.Signals {
		if signal.Point -= from; signal.Point >= 0 {
			signals = append(signals, signal)
		}
	}
	c.Points, c.Signals = c.Points[from:], signals
	return c
}

// Filter says which observations are wanted; an empty member wants all.
type Filter struct {
	Protocol, Unit, Role string
	From, Until          time.Time // Until is not within
}

func (f Filter) wants(o *Observation) bool {
	return (f.Protocol == "" || o.Series.Protocol == f.Protocol) && (f.Unit == "" || o.Unit == f.Unit) &&
		(f.Role == "" || o.Role == "" || o.Role == f.Role) &&
		(f.From.IsZero() || !o.At.Before(f.From)) && (f.Until.IsZero() || o.At.Before(f.Until))
}

// Gather makes the charts of everything that a filter wants, in the order in
// which a page lists them.
func Gather(all []Observation, f Filter) []Chart {
	series := map[Series][]Observation{}
	var counted []Observation
	for i := range all {
		if o := &all[i]; f.wants(o) {
			series[o.Series] = append(series[o.Series], *o)
			if o.Series.Name == AllExceptions && o.Series.Kind == Exceptions {
				counted = append(counted, *o)
			}
		}
	}
	var charts []Chart
	for of, points := range series {
		if of.Kind == Exceptions {
			points = withNoughts(of, points, counted)
		}
		slices.SortStableFunc(points, byTime)
		charts = append(charts, ChartOf(of, points))
	}
	slices.SortFunc(charts, func(a, b Chart) int { return strings.Compare(a.Series.key(), b.Series.key()) })
	return charts
}

// withNoughts counts a class of exceptions as none in every batch that had
// others, or none at all.
func withNoughts(of Series, points, counted []Observation) []Observation {
	had := map[string]bool{}
	for i := range points {
		had[points[i].Batch] = true
	}
	for _, o := range counted {
		if o.Series.Protocol == of.Protocol && !had[o.Batch] {
			o.Series, o.Value = of, new(big.Rat)
			points = append(points, o)
		}
	}
	return points
}
