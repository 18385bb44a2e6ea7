package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The marks around a character that the fonts cannot show, or that would
// change how its neighbours read.
const (
	gateOpen  = '⟨'
	gateClose = '⟩'
)

// gate makes any text fit for a page: valid, composed (NFC) and made only of
// characters that the faces can draw. Everything else becomes visible, as in
// ⟨U+1F600⟩ for a character and ⟨0xE9⟩ for a byte that is no UTF-8; nothing is
// dropped. A typed ⟨ or ⟩ becomes visible too, so that nobody can write what
// only the gate writes. A line feed stays: it ends a line.
func gate(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for len(s) > 0 {
		valid := len(s)
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				valid = i
				break
			}
			i += size
		}
		for _, r := range norm.NFC.String(s[:valid]) {
			switch {
			case r == '\n', r != gateOpen && r != gateClose && drawable(r):
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, "%cU+%04X%c", gateOpen, r, gateClose)
			}
		}
		if s = s[valid:]; len(s) > 0 {
			fmt.Fprintf(&b, "%c0x%02X%c", gateOpen, s[0], gateClose)
			s = s[1:]
		}
	}
	return b.String()
}

// plain says whether a text is printable ASCII, the common case.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 && s[i] != '\n' || s[i] > 0x7E {
			return false
		}
	}
	return true
}

// repertoire holds the ranges of characters that a record draws as they are.
// Scripts that need shaping or run from right to left are left to the gate: a
// visible code point misleads nobody, unjoined letters may.
var repertoire = [][2]rune{
	{0x0020, 0x007E},
	{0x00A0, 0x00AC},
	{0x00AE, 0x024F}, // Latin
	{0x0259, 0x0259},
	{0x02BB, 0x02BC},
	{0x02C6, 0x02DD},
	{0x0300, 0x0345}, // combining marks
	{0x0370, 0x03FF}, // Greek
	{0x0400, 0x052F}, // Cyrillic
	{0x1E00, 0x1EFF},
	{0x2010, 0x2027},
	{0x2030, 0x205E},
	{0x2070, 0x209C},
	{0x20A0, 0x20B9},
	{0x2100, 0x214F},
	{0x2150, 0x218B},
	{0x2190, 0x2199},
	{0x2200, 0x2265},
	{0x25A0, 0x25CF},
	{0x2610, 0x2612},
	{0x2640, 0x2642},
	{0x2713, 0x2718},
	{0x27E8, 0x27E9},
}

// lastRune is the last character of the repertoire.
const lastRune = 0x27E9

// drawable says whether a character has a glyph in every face.
func drawable(r rune) bool {
	return r >= 0 && r <= lastRune && faces().covered[r]
}
