package reports

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// ungate undoes gate: what the pages show is enough to write the text again.
func ungate(s string) string {
	marks := regexp.MustCompile(`⟨(U\+[0-9A-F]{4,6}|0x[0-9A-F]{2})⟩`)
	return marks.ReplaceAllStringFunc(s, func(m string) string {
		m = strings.TrimSuffix(strings.TrimPrefix(m, "⟨"), "⟩")
		if digits, ok := strings.CutPrefix(m, "0x"); ok {
			b, err := hex.DecodeString(digits)
			if err != nil {
				panic(err)
			}
			return string(b)
		}
		r, err := strconv.ParseUint(strings.TrimPrefix(m, "U+"), 16, 32)
		if err != nil {
			panic(err)
		}
		return string(rune(r))
	})
}

// composed is what the gate may change without a sign: canonical composition.
func composed(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := 0
		for n < len(s) {
			if r, size := utf8.DecodeRuneInString(s[n:]); r == utf8.RuneError && size == 1 {
				break
			} else {
				n += size
			}
		}
		b.WriteString(norm.NFC.String(s[:n]))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return b.String()
}

func checkGate(t interface{ Fatalf(string, ...any) }, s string) {
	got := gate(s)
	if ungate(got) != composed(s) {
		t.Fatalf("%q became %q: something was dropped", s, got)
	}
	for _, r := range got {
		if r != '\n' && !drawable(r) {
			t.Fatalf("%q became %q: %U has no glyph", s, got, r)
		}
	}
}

func TestTheTextGateDropsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkGate(t, rapid.String().Draw(t, "text"))
		checkGate(t, string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
	})
}

func TestOddTextIsShownByItsCodePoints(t *testing.T) {
	for in, want := range map[string]string{
		"fine 😀":             "fine ⟨U+1F600⟩",
		"tab\there":          "tab⟨U+0009⟩here",
		"caf\xe9":            "caf⟨0xE9⟩",
		"abc\u202Edef":       "abc⟨U+202E⟩def",
		"zero\u200Bwidth":    "zero⟨U+200B⟩width",
		"e\u0301":            "é",
		"⟨U+0041⟩":           "⟨U+27E8⟩U+0041⟨U+27E9⟩",
		"{nb} 5 µg ≤ 6 µg ✓": "{nb} 5 µg ≤ 6 µg ✓",
		"محمد":               "⟨U+0645⟩⟨U+062D⟩⟨U+0645⟩⟨U+062F⟩",
		"two\nlines":         "two\nlines",
	} {
		if got := gate(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// Whatever the width, wrapping keeps every character but the spaces at which
// a line ends.
func TestWrappingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("abc  WWW-\n€é"))).Draw(t, "text")
		limit := pt(rapid.IntRange(900, 20000).Draw(t, "width"))
		var got strings.Builder
		for _, l := range say(s).wrap(limit) {
			if w := width(l.style.face, l.style.size, strings.TrimRight(l.text, " ")); w > limit {
				t.Fatalf("%q is %d wide in %d", l.text, w, limit)
			}
			got.WriteString(l.text)
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if bare.Replace(got.String()) != bare.Replace(s) {
			t.Fatalf("%q was set as %q", s, got.String())
		}
	})
}

func FuzzGate(f *testing.F) {
	f.Add("Ünï\xffcode 😀\u202E")
	f.Fuzz(func(t *testing.T, s string) { checkGate(t, s) })
}

func FuzzCompanion(f *testing.F) {
	f.Add([]byte(`{"record":"countersign/record/v1","layout":1,"software":"0.1.0","batch":"B-1","generated_by":"x","bundle":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		head, bundle, err := decodeCompanion(data)
		if err != nil {
			return
		}
		raw, err := bundle.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := head.encode(raw)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _, err := decodeCompanion(again); err != nil || twice != head {
			t.Fatalf("%+v came back as %+v, %v", head, twice, err)
		}
	})
}

func FuzzAttached(f *testing.F) {
	pdf := assemble([]object{
		{},
		{dict: []byte("<</Type /Catalog /AF [2 0 R]>>")},
		{dict: []byte("<</Type /Filespec /EF <</F 3 0 R>>>>")},
		packed("/Type /EmbeddedFile /Subtype /application#2Fjson ", []byte("{}")),
	}, 1, 1, []byte("0123456789abcdef"))
	f.Add(pdf)
	if data, err := attached(pdf); err != nil || string(data) != "{}" {
		f.Fatalf("%q, %v", data, err)
	}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if data, err := attached(pdf); err == nil && len(data) > mostAttached {
			t.Fatal("too much came out")
		}
	})
}
