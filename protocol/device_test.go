package protocol

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestWhatAMachineSendsIsConvertedExactlyOrNotAtAll (EXE-13, NUM-01).
func TestWhatAMachineSendsIsConvertedExactlyOrNotAtAll(t *testing.T) {
	for _, one := range []struct {
		sent, unit string
		places     int
		want       string
	}{
		{"12.31 g", "g", 2, "12.31 g"},
		{"12.3100 g", "g", 2, "12.31 g"},
		{"12.3 g", "g", 2, "12.30 g"},
		{"0.01231 kg", "g", 2, "12.31 g"},
		{"-0.02 g", "mg", 0, "-20 mg"},
		{"12.314 g", "g", 2, ""},
		{"12.31 g", "mL", 2, ""},
		{"740 MBq", "kBq", 0, "740000 kBq"},
		{"12", "1", 0, "12"},
	} {
		sent, err := ParseQuantity(one.sent)
		if err != nil {
			t.Fatal(err)
		}
		unit, err := ParseUnit(one.unit)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := sent.In(unit, one.places)
		if ok != (one.want != "") || ok && got.String() != one.want {
			t.Errorf("%s in %s with %d places: %s, %v", one.sent, one.unit, one.places, got, ok)
		}
	}
}

// TestNoConversionChangesWhatWasMeasured: what is taken compares equal to what
// was sent.
func TestNoConversionChangesWhatWasMeasured(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		units := []string{"kg", "g", "mg", "ug", "L", "mL"}
		sent, err := ParseQuantity(fmt.Sprintf("%d.%04d %s", rapid.IntRange(0, 1e6).Draw(rt, "whole"), rapid.IntRange(0, 9999).Draw(rt, "rest"), rapid.SampledFrom(units).Draw(rt, "sent")))
		if err != nil {
			rt.Fatal(err)
		}
		unit, err := ParseUnit(rapid.SampledFrom(units).Draw(rt, "unit"))
		if err != nil {
			rt.Fatal(err)
		}
		places := rapid.IntRange(0, 6).Draw(rt, "places")
		got, ok := sent.In(unit, places)
		if !ok {
			return
		}
		if same, err := got.Cmp(sent); err != nil || same != 0 || got.Places() != places {
			rt.Fatalf("%s became %s", sent, got)
		}
	})
}

func TestWhoSendsAValueIsToldWhenItChanges(t *testing.T) {
	before := full(t)
	for was, now := range map[string]string{
		`sent by: "cabinet, as temperature"`: `sent by: cabinet`, `, sent by: "cabinet, as temperature"`: ``,
	} {
		after, problems := Parse("full.yaml", []byte(strings.Replace(string(before.Text), was, now, 1)))
		if len(problems) > 0 {
			t.Fatal(problems.Error())
		}
		all := ""
		for _, c := range append(Diff(before, after), Diff(after, before)...) {
			all += c.Sentence + "\n"
		}
		if !strings.Contains(all, "sent by cabinet") {
			t.Errorf("%q to %q says\n%s", was, now, all)
		}
	}
}
