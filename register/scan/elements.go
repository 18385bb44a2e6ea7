package scan

import "strings"

// Element is one field of a GS1 element string.
type Element struct {
	AI    string // "17"
	Value string // "261130", as it stands in the code
}

// longest is how many bytes a code may have; no symbol holds more.
const longest = 3200

// patience is how many fields the search for readings tries, and crowd how
// many one reading may have, before it gives up: a code on a label takes a few
// hundred tries and a dozen fields, and nobody may keep the site busy with one
// that was made for it.
const (
	patience = 20_000
	crowd    = 64
)

// ambiguous is what every code comes to that has more than one reading.
func ambiguous() error {
	return refuse("ambiguous", "This code can be read in two ways; scan the other code on the pack or type it with a reason.")
}

// Parse reads an element string, with or without symbology identifier, or the
// bracketed form that stands beside a code, into its fields in their order. It
// asks nothing about what the fields mean together: Read does.
//
// Without any separator in it, a string is taken only if it has one reading:
// every length of every variable field is tried, and a reading counts when all
// its fields pass, with their check digits and dates. GS1 lets an identifier
// come twice only with the same value, which holds here too.
func Parse(code string, s Settings) ([]Element, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	code = strings.Trim(code, " \t\r\n")
	if len(code) > longest {
		return nil, refuse("too_long", "This is longer than any code can be. Scan one code at a time.")
	}
	_, code = symbology(code)
	if strings.HasPrefix(code, "(") {
		return bracketed(code, s, newTable())
	}
	return parse(s.separated(code), s, newTable())
}

// parse reads a string whose separators are GS.
func parse(code string, s Settings, t table) ([]Element, error) {
	// A scanner may send the FNC1 with which every GS1 code begins, and some
	// labels end in one.
	body := strings.Trim(code, GS)
	if body == "" {
		return nil, refuse("empty", "The scanner sent nothing that can be read. Scan again.")
	}
	search := &search{s: s, t: t, certain: s.SeparatorsSent || body != code || strings.Contains(body, GS)}
	var all []Element
	for _, segment := range strings.Split(body, GS) {
		if segment == "" {
			continue // FNC1 twice in a row says nothing
		}
		read, err := search.read(segment, all)
		if err != nil {
			return nil, err
		}
		all = read
	}
	return all, nil
}

// search finds the readings of a string.
type search struct {
	s       Settings
	t       table
	certain bool // a variable field runs to the end of what is given
	found   [][]Element
	steps   int
	why     error // what stopped the first reading, in which every field is as long as it can be
}

// read gives the fields of a segment after those before it.
func (x *search) read(segment string, before []Element) ([]Element, error) {
	x.found, x.why = nil, nil
	x.walk(segment, before)
	switch {
	case len(x.found) > 1, x.steps > patience:
		return nil, ambiguous()
	case len(x.found) == 1:
		return x.found[0], nil
	}
	return nil, x.why
}

// walk reads on from rest. sofar are the fields before it.
func (x *search) walk(rest string, sofar []Element) {
	if len(sofar) > crowd && !x.certain {
		x.steps = patience + 1
	}
	if len(x.found) > 1 || x.steps > patience {
		return
	}
	if rest == "" {
		x.found = append(x.found, append([]Element(nil), sofar...))
		return
	}
	ai, d, found := x.t.at(rest)
	if !found {
		x.stopped(refuse("unknown_field", "This is no GS1 code that we know: a field begins with an identifier that is not assigned, or a separator is missing."))
		return
	}
	body := rest[len(ai):]
	for _, length := range x.lengths(ai, d, body) {
		if x.steps++; x.steps > patience {
			return
		}
		value := body[:length]
		if err := d.fits(ai, value, x.s); err != nil {
			x.stopped(err)
			continue
		}
		if other, twice := valueOf(sofar, ai); twice && other != value {
			x.stopped(refuse("twice", "The field (%s), %s, stands in this code twice and does not agree with itself. Scan the other code on the pack or type it with a reason.", ai, d.name))
			continue
		}
		x.walk(body[length:], append(sofar[:len(sofar):len(sofar)], Element{ai, value}))
	}
}

// lengths are the lengths that a field can have, the longest first.
func (x *search) lengths(ai string, d definition, body string) []int {
	most := d.most
	if x.s.NamesAsTyped && internal(ai) {
		most *= 4 // characters, not bytes
	}
	switch {
	case d.least == d.most && len(body) >= most:
		return []int{most}
	case x.certain || d.least == d.most:
		return []int{len(body)} // too long or too short is then said by fits
	}
	var all []int
	for length := min(most, len(body)); length >= d.least && length > 0; length-- {
		all = append(all, length)
	}
	if len(all) == 0 {
		all = []int{len(body)}
	}
	return all
}

// stopped keeps why the first reading could not go on.
func (x *search) stopped(why error) {
	if x.why == nil {
		x.why = why
	}
}

// valueOf finds an identifier's first value.
func valueOf(all []Element, ai string) (string, bool) {
	for _, e := range all {
		if e.AI == ai {
			return e.Value, true
		}
	}
	return "", false
}

// bracketed reads "(01)09501101530003(10)ABC": what a person types from beside
// the code. A bracketed identifier that is assigned always begins a field, for
// which reason no Label has a value that holds one.
func bracketed(code string, s Settings, t table) ([]Element, error) {
	if strings.Contains(s.separated(code), GS) {
		return nil, refuse("form", "This mixes brackets and separators. Scan the code itself.")
	}
	var all []Element
	for code != "" {
		ai, d, found := t.opening(code)
		if !found {
			return nil, refuse("unknown_field", "A field begins with an identifier that is not assigned. Type the line as it stands beside the code.")
		}
		code = code[len(ai)+2:]
		end := 0
		for end < len(code) {
			if _, _, next := t.opening(code[end:]); next {
				break
			}
			end++
		}
		value := strings.Trim(code[:end], " ")
		code = code[end:]
		if err := d.fits(ai, value, s); err != nil {
			return nil, err
		}
		if other, twice := valueOf(all, ai); twice && other != value {
			return nil, refuse("twice", "The field (%s), %s, was typed twice and does not agree with itself.", ai, d.name)
		}
		all = append(all, Element{ai, value})
	}
	return all, nil
}

// opening finds a bracketed identifier at the beginning of a text.
func (t table) opening(text string) (ai string, d definition, found bool) {
	end := strings.IndexByte(text, ')')
	if end < 0 || text[0] != '(' {
		return "", definition{}, false
	}
	ai, d, found = t.at(text[1:end])
	return ai, d, found && len(ai) == end-1
}
