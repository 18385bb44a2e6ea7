package batch

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"countersign/identity"
)

// filled gives an event whose every member says its own name, so that the
// golden file shows where each one stands in the payload.
func filled(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToLower(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).SetUint(0xab)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"dose": "12.0 mg", "a < b": "µ"}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), name)
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), v.Type().Field(i).Name)
		}
	}
}

// TestThePayloadsOfEveryKindStayAsTheyAre: kinds are added, never changed. A
// line that differs from testdata/golden/payloads.txt would make old records
// unreadable.
func TestThePayloadsOfEveryKindStayAsTheyAre(t *testing.T) {
	var lines []string
	for _, zero := range append(events(), earlier()...) {
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		filled(v, "")
		ev, ok := v.Interface().(Event)
		if !ok {
			t.Fatalf("%T is no event", zero)
		}
		payload, err := payloadOf(ev)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %d %s", ev.Kind(), versionOf(ev), payload))
	}
	want, err := os.ReadFile("testdata/golden/payloads.txt")
	if err != nil {
		t.Fatal(err)
	}
	pinned := strings.Split(strings.TrimSpace(string(want)), "\n")
	if len(pinned) != len(lines) {
		t.Fatalf("%d kinds are pinned, and there are %d", len(pinned), len(lines))
	}
	for i, line := range pinned {
		if lines[i] != line {
			t.Errorf("line %d should be\n%s\nand is\n%s", i+1, line, lines[i])
		}
	}
}

// TestEveryEarlierVersionOfAKindIsReadAsTodays: a type that has lost the means
// would leave old logs unread.
func TestEveryEarlierVersionOfAKindIsReadAsTodays(t *testing.T) {
	for _, zero := range earlier() {
		old, ok := zero.(older)
		if !ok {
			t.Errorf("%T cannot be read as what its kind is today", zero)
			continue
		}
		if today := old.today(); today.Kind() != zero.Kind() || versionOf(today) == versionOf(zero) {
			t.Errorf("%T is read as version %d of %s", zero, versionOf(today), today.Kind())
		}
	}
}

// TestAMaskedBatchTakesNoCommand: without the patient nobody can be matched,
// so nobody may act (COI-03).
func TestAMaskedBatchTakesNoCommand(t *testing.T) {
	w := histories(t)
	masked, err := Fold(nil, w.log[0], nil, w.find)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range commands() {
		var refusal *Refusal
		_, err := Decide(masked, c, w.factsOf("Queenie"), day())
		if !errors.As(err, &refusal) || refusal.Code != "masked" {
			t.Errorf("%s in a masked batch: %v", name, err)
		}
	}
}

// TestAHostileAttemptLeavesASmallRefusal: what was sent is not kept when it is
// far too long, and the refusal is (EXE-02).
func TestAHostileAttemptLeavesASmallRefusal(t *testing.T) {
	w := histories(t)
	long := strings.Repeat("x", 1<<20)
	c := Record{Step: long, Field: "\xff", Text: long}
	if err := w.do("Asha", c, w.state.Last); err == nil {
		t.Fatal("it was taken")
	}
	if size := len(w.log[len(w.log)-1].Bytes); size > 4096 {
		t.Errorf("the refusal takes %d bytes", size)
	}
	if err := w.do("Asha", Record{Step: "\xff\x00", Field: "pH", Text: "\xff"}, w.state.Last); err == nil {
		t.Fatal("it was taken")
	}
	if _, err := Replay(w.log, w.witnesses(false)); err != nil {
		t.Error(err)
	}
}

// TestTheSheetSaysWhatIsSignedInPlainWords (SIG-09).
func TestTheSheetSaysWhatIsSignedInPlainWords(t *testing.T) {
	w := newWorld(t, "aso-intrathecal")
	w.open.Order["dose"] = "12.0"
	lines, err := Lines(nil, w.open, w.factsOf("Quinn"))
	if err != nil {
		t.Fatal(err)
	}
	sheet := strings.Join(lines, "\n")
	for _, words := range []string{batchID, "Dose: 12 mg; the protocol allows 3.5 to 42 mg.", "LOT-vial", "released", "Signed as: approved."} {
		if !strings.Contains(sheet, words) {
			t.Errorf("the sheet does not say %q:\n%s", words, sheet)
		}
	}
	if _, err := Lines(nil, Note{}, w.factsOf("Quinn")); err == nil {
		t.Error("a note has a sheet, and is not signed")
	}
	for _, c := range commands() {
		if meaning, roles, ok := Signs(nil, c); ok && (meaning == "" || len(roles) == 0) {
			t.Errorf("%s is signed by nobody", CommandName(c))
		} else if ok {
			for _, role := range roles {
				if !identity.MayMean(role, meaning) {
					t.Errorf("%s: a %s may not sign as %s", CommandName(c), role, meaning)
				}
			}
		}
	}
}

// Every earlier version of a kind is read as later ones are.
func TestEveryEarlierVersionBecomesTodays(t *testing.T) {
	for _, zero := range earlier() {
		old, ok := zero.(older)
		if !ok {
			t.Errorf("%T is read as it stands, and nothing folds that", zero)
			continue
		}
		today := old.today()
		if today.Kind() != zero.Kind() || versionOf(today) <= versionOf(zero) {
			t.Errorf("%T becomes %T of version %d", zero, today, versionOf(today))
		}
	}
}
