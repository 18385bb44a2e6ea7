package patient

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// COI-01: the worked example of the check is public (943 476 5919, whose sum
// is 299); 987 654 4321 is shown for its form only and does not pass; 999
// numbers are for tests.
func TestAnNHSNumberPassesByItsCheckDigit(t *testing.T) {
	for _, row := range []struct {
		typed string
		test  bool
		usual bool
		code  string
	}{
		{"943 476 5919", false, false, ""},
		{"943-476-5919", false, false, ""},
		{"458 270 1086", false, true, ""},
		{" 9990000018 ", true, false, ""},
		{"987 654 4321", false, false, "check_digit"},
		{"943 476 5918", false, false, "check_digit"},
		{"943 476 591", false, false, "nine_digits"},
		{"943 476 59190", false, false, "length"},
		{"943 476 591O", false, false, "not_digits"},
		{"９434765919", false, false, "not_digits"},
		{"", false, false, "missing"},
	} {
		n, err := ReadNHS(row.typed)
		if got := code(err); got != row.code {
			t.Errorf("%q: %v", row.typed, err)
			continue
		}
		if err == nil && (n.Type != NHS || n.Check != Mod11 || n.Test != row.test || n.Usual != row.usual) {
			t.Errorf("%q: %+v", row.typed, n)
		}
	}
}

// COI-01: a check digit of ten is given to nobody, and one of eleven is 0.
func TestNoNumberHasACheckDigitOfTenAndElevenIsNought(t *testing.T) {
	found := map[int]int{}
	for i := range 2000 {
		first := fmt.Sprintf("4000%05d", i)
		sum := 0
		for at, digit := range first {
			sum += int(digit-'0') * (10 - at)
		}
		passing := ""
		for last := range 10 {
			if n, err := ReadNHS(first + fmt.Sprint(last)); err == nil {
				passing += n.Digits[9:]
			}
		}
		want := fmt.Sprint((11 - sum%11) % 11)
		if want == "10" {
			want = ""
		}
		if passing != want {
			t.Fatalf("%s: %q passes, %q should", first, passing, want)
		}
		found[(11-sum%11)%11]++
	}
	if found[10] == 0 || found[0] == 0 {
		t.Fatal("the run met neither a ten nor an eleven")
	}
}

// COI-01: every slip in one digit and every exchange of two neighbours is found.
func TestTheCheckFindsEverySlipAndEveryExchange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := valid(t)
		at, other := rapid.IntRange(0, 9).Draw(t, "at"), byte('0'+rapid.IntRange(0, 9).Draw(t, "digit"))
		if slip := digits[:at] + string(other) + digits[at+1:]; slip != digits && mod11(slip) {
			t.Fatalf("%s passes as %s does", slip, digits)
		}
		if at < 9 {
			if turned := digits[:at] + digits[at+1:at+2] + digits[at:at+1] + digits[at+2:]; turned != digits && mod11(turned) {
				t.Fatalf("%s passes as %s does", turned, digits)
			}
		}
	})
}

// valid draws ten digits that pass modulus 11.
func valid(t *rapid.T) string {
	for {
		first := rapid.StringMatching(`[0-9]{9}`).Draw(t, "first nine digits")
		for last := byte('0'); last <= '9'; last++ {
			if digits := first + string(last); mod11(digits) {
				return digits
			}
		}
	}
}

// COI-01: 010101 123 7 is the example of Public Health Scotland's chi_check.
func TestACHINumberHoldsADateOfBirth(t *testing.T) {
	for _, row := range []struct{ typed, check, code string }{
		{"010101 1237", "modulus 11", ""},
		{"0101011237", "modulus 11", ""},
		{"0101011278", "modulus 10", ""}, // modulus 11 has no digit for 010101127
		{"0101011276", "", "check_digit"},
		{"3113001239", "", "birth_date"},
		{"290201123" + "0", "", "birth_date"}, // no 29 February in 1901 or 2001
		{"943 476 5919", "", "birth_date"},
	} {
		n, err := ReadCHI(row.typed)
		if code(err) != row.code || string(n.Check) != row.check {
			t.Errorf("%q: %+v, %v", row.typed, n, err)
		}
	}
	n, err := ReadCHI("0101011237")
	if err != nil || !n.Agrees("2001-01-01") || !n.Agrees("1901-01-01") || n.Agrees("2001-01-02") {
		t.Errorf("%+v, %v: a birth date is not compared with the number's", n, err)
	}
	if nhs, _ := ReadNHS("9990000018"); !nhs.Agrees("2001-01-02") {
		t.Error("an NHS number holds no birth date, and yet did not agree with one")
	}
}

func TestAnHCNumberLiesInItsRange(t *testing.T) {
	for _, row := range []struct{ typed, code string }{
		{"3200000007", ""},
		{"320 000 0007", ""},
		{"3200000008", "check_digit"},
		{"3200000000", "range"},
		{"4582701086", "range"},
	} {
		if _, err := ReadHC(row.typed); code(err) != row.code {
			t.Errorf("%q: %v", row.typed, err)
		}
	}
}

// COI-01: what a bare number could be is said, and never taken for more.
func TestTheTypesThatANumberCouldBe(t *testing.T) {
	for _, row := range []struct{ typed, want string }{
		{"9434765919", "NHS"},
		{"4582701086", "NHS"},
		{"9990000018", "NHS"},
		{"0101011237", "CHI"},
		{"3200000007", "H&C"},
		{"1234567890", ""},
		{"MRN-7", ""},
	} {
		var types []string
		for _, n := range Possible(row.typed) {
			types = append(types, string(n.Type))
		}
		if got := strings.Join(types, " "); got != row.want {
			t.Errorf("%s could be %q, not %q", row.typed, got, row.want)
		}
	}
}

func TestANumberIsReadAsItsType(t *testing.T) {
	for _, row := range []struct {
		of          Type
		typed, want string
		code        string
	}{
		{NHS, "9990000018", "999 000 0018", ""},
		{CHI, "0101011237", "010 101 1237", ""},
		{HC, "3200000007", "320 000 0007", ""},
		{MRN, " A12-7 ", "A12-7", ""},
		{MRN, " ", "", "missing"},
		{None, "", "", ""},
		{None, "7", "", "number_without_type"},
		{"passport", "7", "", "unknown_type"},
	} {
		n, err := Read(row.of, row.typed)
		if n.String() != row.want || code(err) != row.code {
			t.Errorf("%s %q: %s, %v", row.of, row.typed, n, err)
		}
	}
}

// A number that was read is read the same from how it is written.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"943 476 5919", "0101011237", "320 000 0007", "999-000-0018", "12"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, of := range []Type{NHS, CHI, HC, MRN, None} {
			n, err := Read(of, typed)
			if err != nil {
				if code(err) == "" || strings.Contains(err.Error(), "%!") {
					t.Fatalf("%v", err)
				}
				continue
			}
			if again, err := Read(of, n.String()); err != nil || of != MRN && again != n {
				t.Fatalf("%s %q came back as %+v, %v", of, typed, again, err)
			}
		}
		Possible(typed)
		if got := Alike(Named(typed, typed, typed), Named(typed, "", "")); strings.Contains(fmt.Sprint(got), "%!") {
			t.Fatal(got)
		}
	})
}

func code(err error) string {
	var refused *Refusal
	if errors.As(err, &refused) {
		code, _ := refused.Refused()
		return code
	}
	return ""
}
