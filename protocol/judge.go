package protocol

import (
	"errors"
	"fmt"
	"strings"
)

// Limit bounds a value. It holds while its condition is true of the value.
type Limit struct {
	Level Level
	Text  string // as written, as in "above 0.20 g/L" or "within 2 % of volume"
	// Outside says that the text names what breaks the limit ("warn above …")
	// rather than what keeps it ("accept: …").
	Outside bool
	Cond    *Expression // true when the limit holds; the value itself is its subject
	Then    Breach
	// Registered says that this is a registered specification: nobody can accept
	// that it is broken (DEV-04). Only a limit that rejects is one.
	Registered bool
	Pos        Pos
}

// Result is a calculation's outcome: both figures are kept (NUM-02).
type Result struct {
	Unrounded Quantity // exact, or to 34 digits where no decimal is exact
	Rounded   Quantity // what is shown and meets the limits
	Working   string   // "12.0 mg / 2.4 mg/mL = 5 mL; rounded 5.0 mL" (NUM-05)
	Verdict   Verdict
}

// Missing is the error, as *Missing, of a calculation or condition whose
// inputs are not there yet. Names are full names, as in "draw up.drawn", or
// points, as in "draw up done", sorted.
// Inapplicable are the values that a person found not applicable, with the
// reason; a criterion that leans on nothing else is met.
type Missing struct{ Names, Inapplicable []string }

func (m *Missing) Error() string {
	if len(m.Names) == 0 {
		return "not applicable: " + strings.Join(m.Inapplicable, ", ")
	}
	return "not known yet: " + strings.Join(m.Names, ", ")
}

// Settled says that nothing is still to come: whatever is missing was not done or
// is not available.
func (m *Missing) Settled() bool {
	for _, name := range m.Names {
		if !strings.HasSuffix(name, " ("+NotDone+")") && !strings.HasSuffix(name, " ("+NotAvailable+")") {
			return false
		}
	}
	return len(m.Names) > 0
}

// severity orders the levels.
func severity(l Level) int {
	switch l {
	case Reject:
		return 3
	case Action:
		return 2
	case Warn:
		return 1
	}
	return 0
}

// Judge compares a value with the input's limits and names the most serious
// one that does not hold. A limit that leans on a value not there yet gives
// *Missing.
func (in Input) Judge(v Value, env Env) (Verdict, error) {
	return judge(in.Limits, v, in.Unit, env)
}

func judge(limits []Limit, v Value, unit Unit, env Env) (Verdict, error) {
	var worst Verdict
	if v.Absent != "" {
		return judgeAbsent(limits, v, unit, env), nil
	}
	for i := range limits {
		limit := &limits[i]
		holds, reason, err := limit.meets(v, unit, env)
		if err != nil {
			return Verdict{}, err
		}
		if holds || severity(limit.Level) <= severity(worst.Level) {
			continue
		}
		if reason == "" {
			reason = fmt.Sprintf("%s is not %s", v, limit.in(unit, env))
		}
		worst = Verdict{Level: limit.Level, Limit: limit, Reason: reason}
	}
	return worst, nil
}

// Compute runs the formula with unrounded values throughout, rounds once at
// the end, half up, and judges the rounded result (NUM-02, NUM-03). While
// inputs are missing the error is *Missing.
func (c Calculation) Compute(env Env) (Result, error) {
	outcome, working, err := c.Expr.run(env)
	if err != nil {
		return Result{}, err
	}
	r, err := fromBase(outcome, c.Unit)
	if err != nil {
		return Result{}, err
	}
	result := Result{
		Unrounded: Quantity{Number: plain(r), Unit: c.Unit},
		Rounded:   Quantity{Number: c.Rounding.apply(r), Unit: c.Unit},
	}
	result.Working = fmt.Sprintf("%s = %s; rounded %s", working, result.Unrounded.Brief(), result.Rounded)
	result.Verdict, err = judge(c.Limits, Value{Type: TypeDecimal, Quantity: result.Rounded}, c.Unit, env)
	return result, err
}

// Holds answers a criterion with a sentence that gives the figures. A
// criterion of the record (Record is set) is batch's to answer and is an
// error here. While inputs are missing the error is *Missing.
func (c Criterion) Holds(env Env) (bool, string, error) {
	if c.Expr == nil {
		return false, "", fmt.Errorf("the criterion %q is answered by the record", c.Name)
	}
	holds, reason, err := c.Expr.test(env, nil)
	var missing *Missing
	if errors.As(err, &missing) && len(missing.Inapplicable) > 0 && len(missing.Names) == 0 {
		return true, strings.Join(missing.Inapplicable, "; "), nil
	}
	if err != nil {
		return false, "", err
	}
	return holds, reason, nil
}

// Holds answers a condition of the way. While what it leans on is not there
// the error is *Missing.
func (c *Condition) Holds(env Env) (bool, error) {
	holds, _, err := c.Expr.holds(env, nil)
	return holds, err
}
