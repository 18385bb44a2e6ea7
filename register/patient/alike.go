package patient

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Person is what likeness looks at. What is blank is like nothing.
type Person struct {
	Family string // "Smith-Jones"
	Given  string // "Robin Lee"
	Born   string // "2019-03-01"
	Number string // as typed; spaces and hyphens do not count
}

// Named reads "SURNAME, Given", as names stand in a record. Without a comma
// the whole is taken for the surname.
func Named(name, born, number string) Person {
	family, given, _ := strings.Cut(name, ",")
	return Person{Family: strings.TrimSpace(family), Given: strings.TrimSpace(given), Born: born, Number: number}
}

// Likeness is one way in which two patients can be taken for each other.
type Likeness struct {
	Code     string // for programs: "same_family"
	Sentence string // for people; names nobody
}

// Alike says in which ways two patients are alike enough to raise the alert of
// two batches open in one area (COI-11); none means no alert. The order of the
// two does not matter. Names are compared without case, accents, hyphens,
// apostrophes and spaces; they are similar when one slip of the pen (a letter
// more, fewer, other, or two exchanged) lies between them, or two in names of
// eight letters and more.
func Alike(a, b Person) []Likeness {
	var all []Likeness
	add := func(code string) { all = append(all, Likeness{code, Words(code)}) }
	af, bf, ag, bg := fold(a.Family), fold(b.Family), fold(a.Given), fold(b.Given)
	switch {
	case same(af, bf):
		add("same_family")
	case similar(af, bf):
		add("similar_family")
	case shared(a.Family, b.Family):
		add("shared_family")
	}
	switch {
	case same(ag, bg):
		add("same_given")
	case similar(ag, bg):
		add("similar_given")
	case shared(a.Given, b.Given):
		add("shared_given")
	}
	if alike(af, bg) && alike(ag, bf) {
		add("swapped")
	}
	switch {
	case a.Born == "" || b.Born == "":
	case a.Born == b.Born:
		add("same_birth")
	case exchanged(a.Born) == b.Born:
		add("exchanged_birth")
	}
	switch na, nb := bare(a.Number), bare(b.Number); {
	case na == "" || nb == "":
	case na == nb:
		add("same_number")
	case distance(na, nb) == 1:
		add("near_number")
	}
	return all
}

// Words gives the sentence of a likeness by its code; an unknown code is its
// own. A record keeps the code and shows the sentence.
func Words(code string) string {
	for _, known := range []Likeness{
		{"same_family", "The surnames read the same."},
		{"similar_family", "The surnames are similar."},
		{"shared_family", "The surnames have a part in common."},
		{"same_given", "The given names read the same."},
		{"similar_given", "The given names are similar."},
		{"shared_given", "The given names have a part in common."},
		{"swapped", "One patient's surname is the other's given name, and the other way round."},
		{"same_birth", "The dates of birth are the same."},
		{"exchanged_birth", "The dates of birth differ only in day and month being exchanged."},
		{"same_number", "The patient numbers are the same."},
		{"near_number", "The patient numbers differ in one character, or in two neighbours exchanged."},
	} {
		if known.Code == code {
			return known.Sentence
		}
	}
	return code
}

func same(a, b string) bool  { return a != "" && a == b }
func alike(a, b string) bool { return same(a, b) || similar(a, b) }

func similar(a, b string) bool {
	shorter, slips := min(letters(a), letters(b)), 1
	if shorter < 2 {
		return false // an initial is like every other
	}
	if shorter >= 8 {
		slips = 2
	}
	return distance(a, b) <= slips
}

func letters(s string) int { return len([]rune(s)) }

// shared says whether a part of one name, of three letters or more, is the
// same as a part of the other, or similar if it has four or more: Smith-Jones
// and Jones, Anna Maria and Maria. Shorter parts are mostly particles.
func shared(a, b string) bool {
	for _, x := range parts(a) {
		for _, y := range parts(b) {
			if shorter := min(letters(x), letters(y)); shorter >= 3 && x == y || shorter >= 4 && similar(x, y) {
				return true
			}
		}
	}
	return false
}

func parts(name string) []string {
	var all []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }) {
		if part = fold(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// fold makes one spelling of many: decomposed, without marks, lower case,
// letters and digits only, and the letters that do not decompose written as
// people write them who have no such key.
func fold(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch r = unicode.ToLower(r); {
		case r == 'ø':
			b.WriteRune('o')
		case r == 'ł':
			b.WriteRune('l')
		case r == 'đ', r == 'ð':
			b.WriteRune('d')
		case r == 'ı':
			b.WriteRune('i')
		case r == 'ħ':
			b.WriteRune('h')
		case r == 'ß', r == 'ẞ':
			b.WriteString("ss")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'œ':
			b.WriteString("oe")
		case r == 'þ':
			b.WriteString("th")
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

func bare(number string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(number))
}

// exchanged writes "2019-03-01" as "2019-01-03".
func exchanged(born string) string {
	if len(born) != len("2019-03-01") {
		return ""
	}
	return born[:5] + born[8:10] + born[7:8] + born[5:7]
}

// distance counts the slips between two words: a letter added, dropped or
// replaced, or two neighbours exchanged, each part of a word touched once
// (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
