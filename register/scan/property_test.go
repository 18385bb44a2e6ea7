package scan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// LAB-09, MAT-03: what is encoded reads back, field for field, with and
// without symbology identifier, first FNC1 and configured separators.
func TestWhatIsEncodedReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := drawnElements(t)
		code, err := Encode(fields, today())
		if err != nil {
			t.Fatalf("%v: %v", fields, err)
		}
		separator := rapid.SampledFrom([]string{GS, "~", "|", "{GS}", "^]"}).Draw(t, "separator")
		s := with(func(s *Settings) { s.SeparatorsSent, s.Separators = true, []string{separator} })
		shown := strings.ReplaceAll(code, GS, separator)
		for _, way := range []string{shown, "]d2" + shown, "]C1" + shown + "\r\n", separator + shown, shown + separator} {
			back, err := Parse(way, s)
			if err != nil || !equal(back, fields) {
				t.Fatalf("%q gave %v, %v, not %v", way, back, err, fields)
			}
			again, err := Encode(back, s)
			if err != nil || again != code {
				t.Fatalf("%q was encoded again as %q, %v", code, again, err)
			}
		}
	})
}

// MAT-03: a string whose separators were lost is read as it was meant or
// refused, never as anything else.
func TestNothingIsGuessedWhereSeparatorsWereLost(t *testing.T) {
	read, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		fields := drawnElements(t)
		code, err := Encode(fields, today())
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(strings.ReplaceAll(code, GS, ""), today())
		if err != nil {
			refused++
			return
		}
		if read++; !equal(back, fields) {
			t.Fatalf("%q without its separators was read as %v, and was meant as %v", code, back, fields)
		}
	})
	if read == 0 || refused == 0 {
		t.Errorf("%d were read and %d refused: the test does not reach both", read, refused)
	}
}

// MAT-03: one wrong digit in a key is always found.
func TestAKeyWithOneWrongDigitIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ai := rapid.SampledFrom([]string{"00", "01", "02", "414", "402", "8018", "8017", "253", "8003"}).Draw(t, "identifier")
		_, d, _ := newTable().at(ai)
		value := d.parts[0].drawn(t)
		at := rapid.IntRange(0, len(value)-1).Draw(t, "at")
		wrong := value[:at] + string('0'+(value[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "off")))%10) + value[at+1:]
		if got, err := Read("]C1"+ai+wrong, today()); err == nil {
			t.Fatalf("%s passed as %s did: %+v", wrong, value, got)
		}
	})
}

// A line typed from beside the code says what the code says.
func TestALabelsLineReadsAsItsCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := drawnElements(t)
		table := newTable()
		for _, field := range fields {
			if table.brackets(field.Value) {
				return
			}
		}
		back, err := Parse(Line(fields), sent())
		if err != nil || !equal(back, fields) {
			t.Fatalf("%s gave %v, %v", Line(fields), back, err)
		}
	})
}

// FuzzRead: nothing that a scanner can send makes it panic, every refusal is a
// sentence, and what was read is encoded to the same fields again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"]d20109501101530003171411201021DE\x1d21XYZ", "(01)09501101530003(10)ABC", "]C10103453120000011171205081\x1d0ABCD",
		"801850508989999000001834", "=A99992112345663=<S12954A0&>0263301459", "=+02000=A99992112345600&/CHA999921ABC123",
		"=G12349865432177=%6200", "BE00A317ABCDEFGHIJKLMA0000123001", "9990000018", "]E05012345678900", "plain",
		"&#01051234a", "&$0112345678901234", "&xown", "]J1~10~~21", "01095011015300031026[", "9" + strings.Repeat("1", 90),
		"800501234510" + strings.Repeat("21", 60),
	} {
		f.Add(seed, false, false)
		f.Add(seed, true, true)
	}
	f.Fuzz(func(t *testing.T, raw string, all, typed bool) {
		s := today()
		s.Separators = []string{"~", "<GS>"}
		if s.SeparatorsSent, s.NamesAsTyped = all, typed; all {
			s.DayZero = DayZeroReviewed
		}
		got, err := Read(raw, s)
		if err != nil {
			if code(err) == "" || strings.HasPrefix(code(err), "broken") || strings.Contains(err.Error(), "%!") || !strings.HasSuffix(err.Error(), ".") {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if got.Raw != raw || got.Kind == "" {
			t.Fatalf("%q gave %+v", raw, got)
		}
		if len(got.Elements) == 0 {
			return
		}
		code, err := Encode(got.Elements, s)
		if err != nil {
			t.Fatalf("%q: read as %v, which cannot be encoded: %v", raw, got.Elements, err)
		}
		s.SeparatorsSent = true
		if back, err := Parse(code, s); err != nil || !equal(back, got.Elements) {
			t.Fatalf("%q: %v came back as %v, %v", raw, got.Elements, back, err)
		}
	})
}

// FuzzDonated: a typed donation number never panics, and what passes has its
// check character.
func FuzzDonated(f *testing.F) {
	for _, seed := range []string{"A9999 21 123456 3", "G123 498 654 321 H", "A9999 21 123456 01 3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		d, err := Donated(typed)
		if err != nil {
			return
		}
		if again, err := Donated(d.Number + d.Check); err != nil || again.Number != d.Number {
			t.Fatalf("%q: %+v, %v", typed, again, err)
		}
	})
}
