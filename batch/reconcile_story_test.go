package batch

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/protocol"
	"countersign/register"
)

// What stories say of what became of materials.

func (s *story) accountActs(do func(Command)) []pattern {
	return []pattern{
		{`accounts for (\w+): (.+?)(?:, because "(.*)")?`, func(m []string) {
			c := Account{Item: m[1], Lot: "LOT-" + m[1], Reason: m[3]}
			for _, part := range strings.Split(m[2], ", ") {
				word, amount, _ := strings.Cut(part, " ")
				amount = strings.Trim(amount, `"`)
				switch word {
				case "used":
					c.Used = amount
				case "returned":
					c.Returned = amount
				case "destroyed":
					c.Destroyed = amount
				case "sampled":
					c.Sampled = amount
				default:
					s.wrong("nothing is %s", word)
				}
			}
			do(c)
		}},
	}
}

func (s *story) accountThen(same func(got any, want string)) []pattern {
	return []pattern{
		{`of (\w+) (.+) was taken, (.+) used, (.+) returned, (.+) destroyed, (.+) sampled, and the difference is (.+)`, func(m []string) {
			for _, h := range s.w.state.Holdings() {
				if h.Item == m[1] && h.Account != nil {
					a := h.Account
					same(strings.Join([]string{a.Taken, a.Used, a.Returned, a.Destroyed, a.Sampled, a.Difference}, "; "), strings.Join(m[2:], "; "))
					return
				}
			}
			s.wrong("nobody accounted for it")
		}},
		{`(.+) goes back into lot (\S+)`, func(m []string) { same(s.backNow(), m[1]+" into stock/"+m[2]) }},
		{`nothing goes back`, func([]string) { same(s.backNow(), "") }},
	}
}

// backNow is what the last entry writes back into the books.
func (s *story) backNow() string {
	ev, err := DecodeEvent(s.w.log[len(s.w.log)-1].Entry, nil)
	for i := len(s.w.log) - 1; err == nil && i >= 0; i-- {
		if ev, err = DecodeEvent(s.w.log[i].Entry, nil); err == nil {
			if _, found := ev.(MaterialAccounted); found {
				break
			}
		}
	}
	if err != nil {
		s.wrong("%v", err)
	}
	rows := Rows(s.w.state, s.w.state.ID, []Event{ev}, Facts{}, s.at)
	if len(rows) == 0 {
		return ""
	}
	returned, ok := rows[0].Event.(register.StockReturned)
	if !ok || len(rows) != 1 {
		s.wrong("the rows are %v", rows)
	}
	return returned.Amount + " into " + string(rows[0].Stream)
}

// TestAnAccountAlwaysComesOutToTheLastDrop: whatever amounts are given, either
// the account is refused and nothing moves, or its parts and its difference are
// together what was taken, no more went back than was taken, and an exception
// stands for each that is outside what the protocol allows (MAT-04).
func TestAnAccountAlwaysComesOutToTheLastDrop(t *testing.T) {
	base := func() *world {
		w := newWorld(t, "reconciled")
		s := &story{w: w, at: day().Add(9 * 3600e9), T: t}
		w.open.Order["dose"] = "12.0"
		w.must("Quinn", w.open, s.at)
		s.must(s.complete("Asha", "Pia", "match", ""))
		s.must(s.complete("Asha", "Pia", "wash", "before = 100.0, after = 80.0"))
		return w
	}
	w := base()
	at, backs := w.now.Add(60e9), "0 mL"
	rapid.Check(t, func(rt *rapid.T) {
		amount := func(name string) string {
			return fmt.Sprintf("%s mL", rapid.SampledFrom([]string{"0", "0.05", "1.5", "5", "10.00", "19.95", "20", "20.01", "1e3", "-1"}).Draw(rt, name))
		}
		c := Account{
			Item: "medium", Lot: "LOT-medium", Used: amount("used"), Returned: amount("returned"), Destroyed: amount("destroyed"), Sampled: amount("sampled"),
			Reason: rapid.SampledFrom([]string{"", "As measured."}).Draw(rt, "reason"),
		}
		before := w.state
		if err := w.do("Asha", c, at); err != nil {
			if len(w.state.Accounts) != len(before.Accounts) {
				rt.Fatal("a refused account stands in the record")
			}
			return
		}
		e := w.state.Accounts[len(w.state.Accounts)-1]
		left := read(rt, e.Taken)
		for _, part := range []string{e.Used, e.Returned, e.Destroyed, e.Sampled, e.Difference} {
			left = less(rt, left, read(rt, part))
		}
		if !isNone(left.Coded()) {
			rt.Fatalf("%+v leaves %s", c, left)
		}
		sum, err := plus(read(rt, backs), read(rt, e.Back))
		if cmp, _ := sum.Cmp(read(rt, e.Returned)); err != nil || cmp != 0 {
			rt.Fatalf("%s went back in all, and %s is told", sum, e.Returned)
		}
		backs = sum.Coded()
		if over, _ := sum.Cmp(read(rt, e.Taken)); over > 0 {
			rt.Fatalf("%s went back of %s", sum, e.Taken)
		}
		gap := strings.TrimPrefix(e.Difference, "-")
		outside, _ := read(rt, gap).Cmp(read(rt, "1 mL")) // 5 % of 20 mL
		if raised := len(w.state.Exceptions) > len(before.Exceptions); raised != (outside > 0) {
			rt.Fatalf("a difference of %s: exception %v", e.Difference, raised)
		}
	})
}

func read(t *rapid.T, text string) protocol.Quantity {
	q, err := protocol.ParseQuantity(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func less(t *rapid.T, a, b protocol.Quantity) protocol.Quantity {
	q, err := a.Minus(b)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestNobodyAccountsForWhatWasNotTaken: of another lot, of equipment, or of a
// material of which the protocol asks nothing.
func TestNobodyAccountsForWhatWasNotTaken(t *testing.T) {
	w := newWorld(t, "reconciled")
	at := day().Add(9 * 3600e9)
	w.open.Order["dose"] = "12.0"
	w.must("Quinn", w.open, at)
	for want, c := range map[string]Account{
		"item_unknown": {Item: "vial", Lot: "LOT-other", Used: "1"},
		"still_needed": {Item: "vial", Lot: "LOT-vial", Used: "1"},
	} {
		refused(t, w, "Asha", c, at, want, "")
	}
	refused(t, w, "Asha", Account{Item: "cabinet", Lot: "LOT-cabinet", Used: "1"}, at, "item_unknown", "")
	other := newWorld(t, "yields")
	other.open.Order["dose"] = "12.0"
	other.must("Quinn", other.open, at)
	refused(t, other, "Asha", Account{Item: "vial", Lot: "LOT-vial", Used: "1"}, at, "not_reconciled", "")
	w.must("Quinn", Abort{Reason: "The patient is too ill."}, at)
	w.must("Asha", Account{Item: "vial", Lot: "LOT-vial", Destroyed: "1", Reason: "Incinerated."}, at)
	refused(t, w, "Ada", Account{Item: "medium", Lot: "LOT-medium", Returned: "20 mL"}, at, "no_role", "")
	w.must("Asha", Account{Item: "medium", Lot: "LOT-medium", Returned: "20 mL"}, at)
}
