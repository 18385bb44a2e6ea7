package protocol

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// entered is a batch in which one value was entered.
type entered struct {
	nothing
	v Value
}

func (e entered) Value(name string) (Value, bool) { return e.v, name == "endotoxin.endotoxin" }

// A result beyond what can be measured answers a condition only where it does
// so for everything that it may be; "< 0.3" conforms to "at most 0.3".
func TestACensoredResultAnswersWhatItCan(t *testing.T) {
	in := Input{Name: "endotoxin", Type: TypeDecimal, Unit: mustUnit(t, "[EU]/mL"), Places: 2, Censored: true}
	self := named("endotoxin.endotoxin", &in)
	for _, one := range []struct{ typed, condition, want string }{
		{"< 0.30", "at most 0.30 [EU]/mL", "yes"},
		{"< 0.30", "below 0.30 [EU]/mL", "yes"},
		{"< 0.30", "at most 0.29 [EU]/mL", "unknown"},
		{"< 0.30", "above 0.30 [EU]/mL", "no"},
		{"< 0.30", "above 0.10 [EU]/mL", "unknown"},
		{"< 0.30", "is 0.10 to 0.50 [EU]/mL", "unknown"},
		{"< 0.30", "is 0.40 to 0.50 [EU]/mL", "no"},
		{"> 5.00", "at least 5.00 [EU]/mL", "yes"},
		{"> 5.00", "below 5.00 [EU]/mL", "no"},
		{"> 5.00", "at most 9.00 [EU]/mL", "unknown"},
		{"0.29", "at most 0.29 [EU]/mL", "yes"},
	} {
		v, err := in.Parse(one.typed, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		root, faults := compile(one.condition, noScope{}, self)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", one.condition, faults)
		}
		holds, _, err := (&Expression{root: root}).test(entered{v: v}, nil)
		got := map[bool]string{true: "yes", false: "no"}[holds]
		var missing *Missing
		if errors.As(err, &missing) {
			got = "unknown"
			if !strings.Contains(err.Error(), "only known to be "+one.typed[:1]) {
				t.Error(err)
			}
		} else if err != nil {
			t.Fatal(err)
		}
		if got != one.want {
			t.Errorf("%s %s: %s, and not %s", one.typed, one.condition, got, one.want)
		}
	}
}

func mustUnit(t *testing.T, text string) Unit {
	t.Helper()
	u, err := ParseUnit(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
