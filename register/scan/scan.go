package scan

import (
	"strings"

	"countersign/register/patient"
)

// Kind is what a code names.
type Kind string

// The kinds of code.
const (
	Patient  Kind = "patient"
	Staff    Kind = "member of staff"
	Pack     Kind = "item"                // a product number, with what else the code says
	PackPart Kind = "part of an item"     // lot, expiry or serial number without a product number
	Given    Kind = "donation"            // blood, tissue or cells (COI-05)
	Chain    Kind = "chain of identity"   // ISBT 128 data structure 040 (COI-06)
	Logistic Kind = "logistic unit"       // SSCC
	Place    Kind = "location"            // GLN
	Asset    Kind = "asset"               // GIAI or GRAI, as on equipment
	Coded    Kind = "other standard code" // read whole, of no kind above
	Plain    Kind = "plain"               // none of these: a code of the site's own, or anything else
)

// Scan is what a code says. Of the typed results those are filled that Kind
// and the code allow; what the code leaves out is blank, and says nothing.
type Scan struct {
	Raw        string // as the scanner sent it (MAT-03)
	Symbology  string // "]d2", "" where the scanner does not say
	Kind       Kind
	Elements   []Element   // GS1, in their order
	Structures []Structure // ISBT 128, in their order
	Wristband  Wristband
	Item       Item
	Donation   Donation
	Identity   string // chain of identity identifier, unaltered
	Unit       string // SSCC
	Location   string // GLN
	Asset      string // GIAI, or GRAI with its serial number
	Text       string // a plain code, without what a scanner puts around it
	// MayBe are the patients' numbers that a plain code could be. One in
	// eleven strings of ten digits is one by chance: it is for whoever asked
	// for a patient's number to take it for one (COI-01).
	MayBe []patient.Number
	Notes []Note
}

// Read says what a code is. An error that is a *Refusal is for the person who
// scanned; any other says that the settings do not hold.
func Read(raw string, s Settings) (Scan, error) {
	if err := s.Check(); err != nil {
		return Scan{}, err
	}
	found := Scan{Raw: raw}
	// A scanner adds a line end or a tab; nothing that we read begins or ends
	// in a blank.
	code := strings.Trim(raw, " \t\r\n")
	switch {
	case code == "":
		return Scan{}, refuse("empty", "The scanner sent nothing that can be read. Scan again.")
	case len(code) > longest:
		return Scan{}, refuse("too_long", "This is longer than any code can be. Scan one code at a time.")
	}
	found.Symbology, code = symbology(code)
	return found.read(code, s)
}

func (c Scan) read(code string, s Settings) (Scan, error) {
	t := newTable()
	switch {
	case trade128(c.Symbology):
		all, err := parse(s.separated(code), s, t)
		return c.elements(all, err, s)
	case retail(c.Symbology) > 0 && !s.own(code):
		return c.retail(code)
	case s.own(code):
		return c.plain(code)
	case strings.HasPrefix(code, "="), strings.HasPrefix(code, "&"):
		return c.isbt(code, s)
	}
	if _, _, typed := t.opening(code); typed {
		all, err := bracketed(code, s, t)
		return c.elements(all, err, s)
	}
	if separated := s.separated(code); t.claims(separated) {
		all, err := parse(separated, s, t)
		return c.elements(all, err, s)
	}
	if european(code) {
		c.Kind, c.Donation.European = Given, code
		return c, nil
	}
	return c.plain(code)
}

// symbology takes the identifier away that a scanner may send in front: a
// closing bracket, a letter for the kind of symbol, a character more (ISO/IEC
// 15424).
func symbology(code string) (id, rest string) {
	if len(code) < 3 || code[0] != ']' {
		return "", code
	}
	letter := code[1] &^ 0x20 // as a capital
	if letter < 'A' || letter > 'Z' || !ofClass('X', code[2]) {
		return "", code
	}
	return code[:3], code[3:]
}

// trade128 says whether a symbol can hold nothing but GS1 fields: GS1-128,
// GS1 DataMatrix, GS1 QR, GS1 DataBar and composites, GS1 DotCode.
func trade128(symbology string) bool {
	switch symbology {
	case "]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1":
		return true
	}
	return false
}

// retail gives the number of digits of a symbol that holds a bare product
// number: EAN-13 (UPC is sent as one), EAN-8, ITF with its check.
func retail(symbology string) int {
	switch symbology {
	case "]E0":
		return 13
	case "]E4":
		return 8
	case "]I1":
		return 14
	}
	return 0
}

func (c Scan) retail(code string) (Scan, error) {
	want := retail(c.Symbology)
	if c.Symbology == "]I1" && len(code) != want {
		return c.plain(code) // interleaved digits of some other use
	}
	if len(code) != want || !digits(code) {
		return Scan{}, refuse("length", "This product number has the wrong length: the code was cut short. Scan it again.")
	}
	if !checkDigit(code) {
		return Scan{}, refuse("check_digit", "This product number fails its check digit: the code was misread or misprinted. Scan it again.")
	}
	c.Kind, c.Item.GTIN = Pack, strings.Repeat("0", 14-len(code))+code
	return c, nil
}

// claims says whether a code without symbology identifier is to be read as GS1
// or refused: it holds separators and begins with an assigned identifier, or
// it begins with a key and as many digits as that key has. A lot or serial
// number alone claims nothing, since any code of the site's own could begin
// like one.
func (t table) claims(code string) bool {
	ai, d, found := t.at(strings.TrimLeft(code, GS))
	if !found {
		return false
	}
	if strings.Contains(code, GS) {
		return true
	}
	body := code[len(ai):]
	switch ai {
	case "00", "01", "02", "03", "253", "255", "414", "8003", "8006", "8017", "8018", "8026":
		return len(body) >= d.parts[0].least && digits(body[:d.parts[0].least])
	case "8004":
		return len(body) > 4 && digits(body[:4])
	}
	return false
}

// plain keeps a code that no standard claims. It shows as it is, or is
// refused: what cannot be seen cannot be compared.
func (c Scan) plain(code string) (Scan, error) {
	if !printable(code) {
		return Scan{}, refuse("unreadable", "This code holds characters that cannot be shown: the scanner may be set up wrongly. Scan the other code on the pack or type it with a reason.")
	}
	if code == "" {
		return Scan{}, refuse("empty", "The scanner sent nothing that can be read. Scan again.")
	}
	c.Kind, c.Text, c.MayBe = Plain, code, patient.Possible(code)
	return c, nil
}
