package worklist

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/identity"
)

// declared are the words of every constant of a type in a file.
func declared(t *testing.T, file, name string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == name {
			for _, value := range spec.Values {
				literal, ok := value.(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s: a constant of %s is no plain text", file, name)
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				words = append(words, text)
			}
		}
		return true
	})
	if len(words) == 0 {
		t.Fatalf("%s declares nothing of type %s", file, name)
	}
	return words
}

// REL-05: whatever can wait has its line in the one table, so that it is on the
// list, at the desk and in the mails as somebody decided it should be.
func TestWhateverCanWaitHasItsLineInTheTable(t *testing.T) {
	seen := map[Kind]bool{}
	for _, c := range Classes() {
		if seen[c.Kind] {
			t.Errorf("%q has two lines", c.Kind)
		}
		seen[c.Kind] = true
		if c.Mail != (c.Ask != "") {
			t.Errorf("%q: what is mailed asks something, and nothing else does", c.Kind)
		}
		if !c.Mail && (c.Holds || c.After > 0 || len(c.Tell) > 0) {
			t.Errorf("%q is not mailed, and says how", c.Kind)
		}
	}
	for _, word := range append(declared(t, "worklist.go", "Kind"), declared(t, "../waits.go", "WaitKind")...) {
		if !seen[Kind(word)] {
			t.Errorf("%q can wait and has no line in Classes", word)
		}
	}
}

// The order is one order, whatever waits: no list ever jumps.
func TestTheMostUrgentStandsFirstWhateverWaits(t *testing.T) {
	start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	moment := rapid.Custom(func(r *rapid.T) time.Time {
		if rapid.Bool().Draw(r, "none") {
			return time.Time{}
		}
		return start.Add(time.Duration(rapid.IntRange(0, 3).Draw(r, "hours")) * time.Hour)
	})
	item := rapid.Custom(func(r *rapid.T) Item {
		return Item{
			Key: rapid.StringMatching(`[ab]{1,2}`).Draw(r, "key"), Since: moment.Draw(r, "since"), Due: moment.Draw(r, "due"),
			Over: rapid.Bool().Draw(r, "over"), Holds: rapid.Bool().Draw(r, "holds"), Life: Life{Name: "a clock", Until: moment.Draw(r, "until")},
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := item.Draw(r, "a"), item.Draw(r, "b"), item.Draw(r, "c")
		if compare(a, b) != -compare(b, a) || compare(a, a) != 0 {
			r.Fatal("the order of two depends on who asks")
		}
		if compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) > 0 {
			r.Fatal("the order goes in a circle")
		}
		all := []Item{a, b, c}
		slices.SortFunc(all, compare)
		if (a.Over || b.Over || c.Over) && !all[0].Over {
			r.Fatal("what is over time does not stand first")
		}
	})
}

// DEV-02: a mail goes to whom it waits for and to whom the table names beside
// them, to nobody suspended, and not before its time.
func TestAMailGoesToWhomItWaitsForAndToTheControlSite(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	lead := identity.Person{ID: "p-1", Roles: []identity.Role{identity.QualityLead}, Active: true}
	control := identity.Person{ID: "p-2", Roles: []identity.Role{identity.ControlSite}, Active: true}
	technician := identity.Person{ID: "p-3", Roles: []identity.Role{identity.Technician}, Active: true}
	gone := lead
	gone.Active = false
	decision := Item{Kind: "an exception to decide", Since: now, Holds: true, may: anyOf([]identity.Role{identity.QualityLead})}
	mild, reading := decision, Item{Kind: ToRead, Since: now.Add(-unread), may: anyOf([]identity.Role{identity.Technician})}
	mild.Holds = false
	for _, c := range []struct {
		item Item
		who  identity.Person
		at   time.Time
		want bool
	}{
		{decision, lead, now, true},
		{decision, control, now, true},
		{decision, technician, now, false},
		{decision, gone, now, false},
		{mild, lead, now, false},
		{reading, technician, now, true},
		{reading, technician, now.Add(-time.Microsecond), false},
		{reading, lead, now, false},
	} {
		if got := c.item.Told(c.who, c.at); got != c.want {
			t.Errorf("%s to %s at %s: %t", c.item.Kind, c.who.ID, c.at, got)
		}
	}
}
