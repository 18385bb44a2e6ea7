package scan

import (
	"fmt"
	"strings"
)

// Written writes a code with GS for FNC1 wherever the site's scanners send
// something else for it, if a standard then explains the code. Any other code
// stays as it came: nobody knows what a "~" is in it.
func Written(raw string, s Settings) string {
	if len(s.Separators) == 0 {
		return raw
	}
	if found, err := Read(raw, s); err != nil || len(found.Elements) == 0 {
		return raw
	}
	return s.separated(raw)
}

// Identified says whether a scanner put a symbology identifier in front.
func Identified(raw string) bool {
	id, _ := symbology(strings.Trim(raw, " \t\r\n"))
	return id != ""
}

// Spelled makes every byte of a code visible: what cannot be seen by its name,
// "<GS>", or by its number, "<1E>".
func Spelled(raw string) string {
	var b strings.Builder
	for _, r := range raw {
		switch {
		case r == '\x1d':
			b.WriteString("<GS>")
		case r == '\r':
			b.WriteString("<CR>")
		case r == '\n':
			b.WriteString("<LF>")
		case r == '\t':
			b.WriteString("<TAB>")
		case r == ' ':
			b.WriteString("␣")
		case !printable(string(r)):
			fmt.Fprintf(&b, "<%02X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Named is what an identifier stands for, in words; "" where none is assigned.
func Named(ai string) string {
	found, d, ok := newTable().at(ai)
	if !ok || found != ai {
		return ""
	}
	return d.name
}

// Symbol names the kind of symbol that an identifier stands for.
func Symbol(id string) string {
	switch id {
	case "":
		return ""
	case "]d2":
		return "GS1 DataMatrix"
	case "]d1":
		return "DataMatrix, not GS1"
	case "]C1":
		return "GS1-128"
	case "]C0":
		return "Code 128, not GS1"
	case "]Q3":
		return "GS1 QR"
	case "]Q1":
		return "QR, not GS1"
	case "]e0":
		return "GS1 DataBar"
	case "]E0", "]E4":
		return "EAN"
	case "]I1":
		return "interleaved 2 of 5"
	case "]A0":
		return "Code 39"
	}
	return "another kind of symbol"
}

// Suspects are the texts in a code that may stand for FNC1 although the
// settings do not say so, for somebody who looks why it cannot be read: with
// each of them taken for a separator, the code would read.
func Suspects(raw string, s Settings) []string {
	var all []string
	for _, candidate := range []string{"{GS}", "<GS>", "[GS]", "~", "|", "^", "\\F", "@", "#", "$"} {
		if !strings.Contains(raw, candidate) || !splits(candidate) {
			continue
		}
		with := s
		with.Separators = append(append([]string{}, s.Separators...), candidate)
		if found, err := Read(raw, with); err == nil && len(found.Elements) > 0 {
			all = append(all, candidate)
		}
	}
	return all
}
