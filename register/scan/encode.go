package scan

import "strings"

// Encode writes an element string: identifiers and values in the order given,
// with GS for FNC1 after every field whose length is not predefined and that
// is not the last. It carries no symbology identifier and no first FNC1: those
// are the printer's. What would not read back, element for element, is
// refused.
func Encode(all []Element, s Settings) (string, error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	t := newTable()
	var b strings.Builder
	for i, e := range all {
		ai, d, found := t.at(e.AI)
		if !found || ai != e.AI {
			return "", refuse("unknown_field", "A field has an identifier that is not assigned.")
		}
		if err := d.fits(e.AI, e.Value, s); err != nil {
			return "", err
		}
		b.WriteString(e.AI + e.Value)
		if i < len(all)-1 && !predefined(e.AI) {
			b.WriteString(GS)
		}
	}
	s.SeparatorsSent = true // our own code has them all
	back, err := Parse(b.String(), s)
	if err != nil {
		return "", err
	}
	if !equal(back, all) {
		return "", refuse("reads_back", "These fields would not be read back from a code as they are.")
	}
	return b.String(), nil
}

// Label writes the element string of a label: as Encode, and every identifier
// stands there once, has beside it what it belongs to, and nothing that may
// not stand beside it. So an expiry with its time (7003) comes with the
// product number (LAB-09). The second value is the line for people to read.
func Label(all []Element, s Settings) (code, line string, err error) {
	code, err = Encode(all, s)
	if err != nil {
		return "", "", err
	}
	t := newTable()
	for i, e := range all {
		if _, twice := valueOf(all[:i], e.AI); twice {
			return "", "", refuse("twice", "The field (%s) stands there twice.", e.AI)
		}
		_, d, _ := t.at(e.AI)
		if t.brackets(e.Value) {
			return "", "", refuse("brackets", "The field (%s), %s, holds an identifier in brackets; beside the code it would read as another field.", e.AI, d.name)
		}
		if d.with != "" {
			for _, group := range strings.Split(d.with, "|") {
				if !anyOf(all, group) {
					return "", "", refuse("incomplete", "The field (%s), %s, needs one of these beside it: %s.", e.AI, d.name, strings.Join(strings.Fields(group), ", "))
				}
			}
		}
		if d.not != "" && anyOf(all, d.not) {
			return "", "", refuse("together", "The field (%s), %s, may not stand beside one of these: %s.", e.AI, d.name, strings.Join(strings.Fields(d.not), ", "))
		}
	}
	return code, Line(all), nil
}

// Line writes fields as they stand beside a code: "(01)09501101530003(10)ABC".
func Line(all []Element) string {
	var b strings.Builder
	for _, e := range all {
		b.WriteString("(" + e.AI + ")" + e.Value)
	}
	return b.String()
}

// brackets says whether a value holds what would read as a field of its own.
func (t table) brackets(value string) bool {
	for i := range len(value) {
		if value[i] != '(' {
			continue
		}
		if _, _, found := t.opening(value[i:]); found {
			return true
		}
	}
	return false
}

func anyOf(all []Element, names string) bool {
	for _, name := range strings.Fields(names) {
		if _, found := valueOf(all, name); found {
			return true
		}
	}
	return false
}

func equal(a, b []Element) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
