package patient

import (
	"strings"
	"time"
)

// Type is whose number it is, in the words that the record uses (COI-01).
type Type string

// The types of number. MRN is a hospital's own; None stands until there is one.
const (
	NHS  Type = "NHS" // England, Wales, Isle of Man
	CHI  Type = "CHI" // Scotland
	HC   Type = "H&C" // Northern Ireland
	MRN  Type = "MRN"
	None Type = "none yet"
)

// Check is the check that a number passed.
type Check string

// The checks. An MRN has none that we know.
const (
	Mod11 Check = "modulus 11"
	Mod10 Check = "modulus 10"
)

// Number is a patient's number that passed the check of its type.
type Number struct {
	Digits string // without spaces: "9990000018"
	Type   Type
	Check  Check
	Test   bool // from the range 999 000 0000 to 999 999 9999, given to nobody
	Usual  bool // from a range that is known to be given out for this type
}

// String writes ten digits as 3-3-4, the form in which people compare them,
// and anything else as it is.
func (n Number) String() string { return Spaced(n.Digits) }

// Spaced writes ten digits as "999 000 0018".
func Spaced(digits string) string {
	if len(digits) != 10 || !allDigits(digits) {
		return digits
	}
	return digits[:3] + " " + digits[3:6] + " " + digits[6:]
}

// Read reads a number as what it is said to be. A ten-digit number may be
// typed with spaces or hyphens between; an MRN keeps what was typed, but for
// space around it.
func Read(t Type, typed string) (Number, error) {
	switch t {
	case NHS:
		return ReadNHS(typed)
	case CHI:
		return ReadCHI(typed)
	case HC:
		return ReadHC(typed)
	case MRN:
		typed = strings.TrimSpace(typed)
		if typed == "" {
			return Number{}, refuse("missing", "The local patient number is missing.")
		}
		return Number{Digits: typed, Type: MRN, Usual: true}, nil
	case None:
		if strings.TrimSpace(typed) != "" {
			return Number{}, refuse("number_without_type", "A number was given, but not whose it is: choose NHS, CHI, H&C or local (MRN).")
		}
		return Number{Type: None, Usual: true}, nil
	}
	return Number{}, refuse("unknown_type", "A patient's number is an NHS, a CHI, an H&C or a local (MRN) number.")
}

// ReadNHS reads an NHS number: ten digits, of which the last is the check of
// the others (COI-01). The range says only whether such a number is known to
// be given out: the rule of the NHS Data Dictionary is the check alone.
func ReadNHS(typed string) (Number, error) {
	digits, err := tenDigits("an NHS number", typed)
	if err != nil {
		return Number{}, err
	}
	if !mod11(digits) {
		return Number{}, refuse("check_digit", "This is no NHS number: its last digit does not fit the others. Read it again from the wristband.")
	}
	n := Number{Digits: digits, Type: NHS, Check: Mod11, Test: test(digits)}
	n.Usual = within(digits, "4000000000", "4999999999") || within(digits, "6000000000", "7999999999")
	return n, nil
}

// ReadCHI reads a Scottish Community Health Index number: the birth date as
// DDMMYY, two digits, one that is odd for men and even for women, and a check.
// The check is modulus 11. Scotland ran short of such numbers for some birth
// dates and announced that from November 2025, later February 2026, a number
// with a modulus 10 (Luhn) check counts too: chi_check of Public Health
// Scotland's phsmethods takes either. Which it was is in Check.
func ReadCHI(typed string) (Number, error) {
	digits, err := tenDigits("a CHI number", typed)
	if err != nil {
		return Number{}, err
	}
	if !birthIn(digits) {
		return Number{}, refuse("birth_date", "This is no CHI number: its first six digits are not a date of birth (day, month, year).")
	}
	n := Number{Digits: digits, Type: CHI, Usual: true}
	switch {
	case mod11(digits):
		n.Check = Mod11
	case luhn(digits):
		n.Check = Mod10
	default:
		return Number{}, refuse("check_digit", "This is no CHI number: its last digit does not fit the others. Read it again from the wristband.")
	}
	return n, nil
}

// ReadHC reads a Northern Irish Health and Care number: 320 000 0001 to
// 399 999 9999 with a modulus 11 check.
func ReadHC(typed string) (Number, error) {
	digits, err := tenDigits("an H&C number", typed)
	if err != nil {
		return Number{}, err
	}
	if !within(digits, "3200000001", "3999999999") {
		return Number{}, refuse("range", "This is no H&C number: those lie between 320 000 0001 and 399 999 9999.")
	}
	if !mod11(digits) {
		return Number{}, refuse("check_digit", "This is no H&C number: its last digit does not fit the others. Read it again from the wristband.")
	}
	return Number{Digits: digits, Type: HC, Check: Mod11, Usual: true}, nil
}

// Possible says what a string of ten digits could be. None at all means that
// it can be a local number only. What has the form of a CHI or an H&C number
// is called that and not an NHS number: no range of NHS numbers that is known
// to be given out begins like a day of the month or lies within theirs.
func Possible(typed string) []Number {
	var all []Number
	for _, read := range []func(string) (Number, error){ReadCHI, ReadHC} {
		if n, err := read(typed); err == nil {
			all = append(all, n)
		}
	}
	if nhs, err := ReadNHS(typed); err == nil && len(all) == 0 {
		all = append(all, nhs)
	}
	return all
}

// Agrees says whether a CHI number's birth date can be the one given, as
// "2019-03-01". Every other number agrees with any.
func (n Number) Agrees(born string) bool {
	if n.Type != CHI || len(born) != len("2019-03-01") {
		return true
	}
	return n.Digits[:6] == born[8:10]+born[5:7]+born[2:4]
}

// tenDigits takes spaces and hyphens between groups away.
func tenDigits(what, typed string) (string, error) {
	typed = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(typed))
	switch {
	case typed == "":
		return "", refuse("missing", "The number is missing: %s has ten digits.", what)
	case !allDigits(typed):
		return "", refuse("not_digits", "This holds something else than digits: %s has ten digits.", what)
	case len(typed) == 9:
		return "", refuse("nine_digits", "These are nine digits: %s has ten. A zero may be missing in front.", what)
	case len(typed) != 10:
		return "", refuse("length", "These are %d digits: %s has ten.", len(typed), what)
	}
	return typed, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// within compares numbers of ten digits, whose order is that of their text.
func within(digits, from, to string) bool { return digits >= from && digits <= to }

func test(digits string) bool { return strings.HasPrefix(digits, "999") }

// mod11 is the check of COI-01: weights 10 down to 2 on the first nine digits;
// 11 less the remainder of their sum by 11; 11 counts as 0, and 10 is given to
// nobody. That 10 never equals a digit refuses it.
func mod11(digits string) bool {
	sum := 0
	for i := range 9 {
		sum += int(digits[i]-'0') * (10 - i)
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check == int(digits[9]-'0')
}

// luhn doubles every second digit from the check's neighbour leftwards, takes
// nine off what exceeds nine, and wants the whole to end in zero.
func luhn(digits string) bool {
	sum := 0
	for i := range 10 {
		digit := int(digits[i] - '0')
		if i%2 == 0 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}

// birthIn says whether DDMMYY is a day of some century.
func birthIn(digits string) bool {
	for _, century := range []string{"19", "20"} {
		day := century + digits[4:6] + "-" + digits[2:4] + "-" + digits[:2]
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			return true
		}
	}
	return false
}
