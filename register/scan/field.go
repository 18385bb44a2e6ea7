package scan

import (
	"strings"
	"unicode/utf8"
)

// definition is an identifier whose format has been read.
type definition struct {
	identifier
	parts       []part
	least, most int // length of the field, in characters
}

// part is one piece of a field: so many characters of a class, and what else
// is verified of it.
type part struct {
	class       byte // 'N', 'X', 'Y' or 'Z'
	least, most int
	optional    bool
	rule        string
}

// table finds definitions; a family stands under its digits without the last.
type table map[string]definition

func newTable() table {
	all := identifiers()
	t := make(table, len(all))
	for _, row := range all {
		d := definition{identifier: row, parts: parts(row.format)}
		for _, p := range d.parts {
			if !p.optional {
				d.least += p.least
			}
			d.most += p.most
		}
		key, _, _ := strings.Cut(row.ai, "[")
		t[key] = d
	}
	return t
}

// parts reads a format: "N13:check [X..17]".
func parts(format string) []part {
	var all []part
	for _, word := range strings.Fields(format) {
		p := part{optional: word[0] == '['}
		word = strings.Trim(word, "[]")
		word, p.rule, _ = strings.Cut(word, ":")
		p.class = word[0]
		if most, found := strings.CutPrefix(word[1:], ".."); found {
			p.least, p.most = 1, number(most)
		} else {
			p.least = number(word[1:])
			p.most = p.least
		}
		all = append(all, p)
	}
	return all
}

// at finds the identifier with which a text begins: its first two digits say
// how long it is.
func (t table) at(text string) (ai string, d definition, found bool) {
	if len(text) < 2 || !digits(text[:2]) {
		return "", definition{}, false
	}
	length := identifierLength(text[:2])
	if length == 0 || len(text) < length || !digits(text[:length]) {
		return "", definition{}, false
	}
	ai = text[:length]
	if d, found = t[ai]; found && !strings.Contains(d.ai, "[") {
		return ai, d, true
	}
	d, found = t[ai[:length-1]]
	_, span, family := strings.Cut(d.ai, "[")
	if !found || !family || ai[length-1] < span[0] || ai[length-1] > span[2] {
		return "", definition{}, false
	}
	return ai, d, true
}

// identifierLength is GS1's rule: an identifier's first two digits give its
// length, 0 where none is assigned.
func identifierLength(two string) int {
	switch {
	case two <= "04", two >= "10" && two <= "22", two == "30", two == "37", two >= "90":
		return 2
	case two >= "23" && two <= "25", two >= "40" && two <= "42", two == "71":
		return 3
	case two >= "31" && two <= "36", two == "39", two == "43", two == "70", two == "72", two >= "80" && two <= "82":
		return 4
	}
	return 0
}

// predefined says whether a field needs no separator after it: GS1 fixed for
// ever which first two digits announce a length that every reader knows.
func predefined(ai string) bool {
	two := ai[:2]
	return two <= "04" || two >= "11" && two <= "20" || two >= "31" && two <= "36" || two == "41"
}

// fits verifies a field's value against its format.
func (d definition) fits(ai, value string, s Settings) error {
	count := len(value)
	if s.NamesAsTyped && internal(ai) {
		count = utf8.RuneCountInString(value)
	}
	if count < d.least || count > d.most {
		return refuse("length", "The field (%s), %s, has the wrong length: the code was cut short, or a separator is missing. Scan it again.", ai, d.name)
	}
	bytes := count == len(value)
	for _, p := range d.parts {
		if value == "" && p.optional {
			break
		}
		piece := value
		if bytes && len(piece) > p.most {
			piece = piece[:p.most] // a field counted in characters has one part
		}
		if len(piece) < p.least {
			return refuse("length", "The field (%s), %s, has the wrong length: the code was cut short. Scan it again.", ai, d.name)
		}
		if !p.classed(ai, piece, s) {
			return refuse("characters", "The field (%s), %s, holds a character that may not stand there: the code was misread or misprinted. Scan it again.", ai, d.name)
		}
		if why := p.verify(piece, s); why != "" {
			return refuse(why, "The field (%s), %s, %s.", ai, d.name, sentence(why))
		}
		value = value[len(piece):]
	}
	return nil
}

func sentence(why string) string {
	switch why {
	case "check_digit":
		return "fails its check digit: the code was misread or misprinted. Scan it again"
	case "date":
		return "holds no real date or time. Read the date on the pack and type it with a reason"
	case "day_zero":
		return "names a month but no day (day 00), which GS1 has forbidden for medicines since 1 January 2025. Read the date on the pack and type it with a reason"
	}
	return "does not have the form that its standard asks for. Scan it again"
}

// internal says whether a field is the house's own affair (AI 91 to 99).
func internal(ai string) bool { return len(ai) == 2 && ai > "90" }

// classed says whether every character is of the part's class.
func (p part) classed(ai, piece string, s Settings) bool {
	if s.NamesAsTyped && internal(ai) {
		return printable(piece)
	}
	for i := range len(piece) {
		if !ofClass(p.class, piece[i]) {
			return false
		}
	}
	return true
}

// ofClass knows GS1's character sets: 82, 39 and 64.
func ofClass(class, c byte) bool {
	digit, upper, lower := c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z'
	switch class {
	case 'N':
		return digit
	case 'X':
		return digit || upper || lower || strings.IndexByte(`!"%&'()*+,-./:;<=>?_`, c) >= 0
	case 'Y':
		return digit || upper || c == '#' || c == '-' || c == '/'
	case 'Z':
		return digit || upper || lower || c == '-' || c == '_'
	}
	return false
}

// verify says what is wrong with a piece beyond its characters, or nothing.
func (p part) verify(piece string, s Settings) (why string) {
	ok := true
	switch p.rule {
	case "":
	case "check":
		if !checkDigit(piece) {
			return "check_digit"
		}
	case "asset":
		// A returnable asset's number follows a filling zero.
		if piece[0] != '0' {
			return "form"
		}
		if !checkDigit(piece[1:]) {
			return "check_digit"
		}
	case "pair":
		if !checkPair(piece) {
			return "check_digit"
		}
	case "date0", "date":
		return s.dated(piece, p.rule == "date0")
	case "day":
		if !(Date{number(piece[:4]), number(piece[4:6]), number(piece[6:])}).real() {
			return "date"
		}
	case "clock":
		if _, _, real := clock(piece); !real {
			return "date"
		}
	case "hour", "sixty":
		if n := number(piece); n > 59 || p.rule == "hour" && n > 23 {
			return "date"
		}
	default:
		ok = formed(p.rule, piece)
	}
	if !ok {
		return "form"
	}
	return ""
}

// dated verifies YYMMDD. That day 00 is in the field is allowed here where the
// format knows it; whether it is taken is the recorded rule's (MAT-03), which
// Read asks for the dates of medicines only.
func (s Settings) dated(piece string, zeroDay bool) (why string) {
	if _, _, ok := date6(piece, s.Today, zeroDay); !ok {
		return "date"
	}
	return ""
}

// formed verifies the smaller forms.
func formed(rule, piece string) bool {
	switch rule {
	case "key":
		// A key begins with a GS1 company prefix, which is of digits.
		return len(piece) >= 4 && digits(piece[:4])
	case "piece":
		of, total := number(piece[:2]), number(piece[2:])
		return of >= 1 && of <= total
	case "baby":
		return piece[0] >= '1' && piece[0] <= '9' && piece[1] == '/' && piece[2] >= piece[0] && piece[2] <= '9'
	case "percent":
		return percented(piece)
	case "yesno":
		return piece == "0" || piece == "1"
	case "sex":
		return piece == "0" || piece == "1" || piece == "2" || piece == "9"
	case "nozero":
		return piece[0] != '0' || len(piece) == 1
	case "minus":
		return piece == "-"
	}
	return false
}
