package scan

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// today is the day against which the tests read years.
func today() Settings { return Settings{Today: Date{2026, 11, 20}} }

func with(change func(*Settings)) Settings {
	s := today()
	change(&s)
	return s
}

// sent are the settings of a site that has shown that separators come.
func sent() Settings { return with(func(s *Settings) { s.SeparatorsSent = true }) }

func code(err error) string {
	var refused *Refusal
	if errors.As(err, &refused) {
		code, _ := refused.Refused()
		return code
	}
	if err != nil {
		return "broken: " + err.Error()
	}
	return ""
}

func mustRead(t testing.TB, raw string, s Settings) Scan {
	t.Helper()
	got, err := Read(raw, s)
	if err != nil {
		t.Fatalf("%q: %v", raw, err)
	}
	return got
}

func noted(c Scan) string {
	var codes []string
	for _, note := range c.Notes {
		codes = append(codes, note.Code)
	}
	return strings.Join(codes, " ")
}

// drawn draws a value that a field can have.
func drawn(t *rapid.T, d definition) string {
	var b strings.Builder
	for _, p := range d.parts {
		if p.optional && rapid.Bool().Draw(t, "leave out") {
			break
		}
		b.WriteString(p.drawn(t))
	}
	return b.String()
}

func (p part) drawn(t *rapid.T) string {
	two := func(from, to int) string {
		n := rapid.IntRange(from, to).Draw(t, "number")
		return string([]byte{byte('0' + n/10), byte('0' + n%10)})
	}
	keyed := func(n int) string {
		key := rapid.StringMatching(`[0-9]{`+itoa(n-1)+`}`).Draw(t, "key")
		check, _ := CheckDigit(key)
		return key + string(check)
	}
	switch p.rule {
	case "check":
		return keyed(p.most)
	case "asset":
		return "0" + keyed(p.most-1)
	case "pair":
		key := rapid.StringMatching(`[0-9]{4}[A-Za-z0-9"%/_-]{1,15}`).Draw(t, "model")
		const base = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
		for _, a := range base {
			for _, b := range base {
				if pair := key + string(a) + string(b); checkPair(pair) {
					return pair
				}
			}
		}
		t.Fatalf("%s has no check pair", key)
	case "date0":
		return two(0, 99) + two(1, 12) + two(0, 28)
	case "date":
		return two(0, 99) + two(1, 12) + two(1, 28)
	case "day":
		return "19" + two(0, 99) + two(1, 12) + two(1, 28)
	case "clock":
		return two(0, 23) + two(0, 59)
	case "hour":
		return two(0, 23)
	case "sixty":
		return two(0, 59)
	case "key":
		return "9501" + rapid.StringMatching(`[A-Z0-9-]{1,20}`).Draw(t, "reference")
	case "piece":
		return "01" + two(1, 99)
	case "baby":
		return rapid.SampledFrom([]string{"1/1", "1/2", "2/2", "1/9"}).Draw(t, "baby")
	case "percent":
		return rapid.StringMatching(`([A-Za-z]|%[0-9A-F]{2}){1,10}`).Draw(t, "text")
	case "yesno", "sex":
		return rapid.SampledFrom([]string{"0", "1"}).Draw(t, "flag")
	case "nozero":
		return rapid.StringMatching(`[1-9][0-9]{0,10}`).Draw(t, "serial")
	case "minus":
		return "-"
	}
	class := map[byte]string{
		'N': `[0-9]`, 'X': `[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]`, 'Y': `[#\-/0-9A-Z]`, 'Z': `[A-Za-z0-9_-]`,
	}[p.class]
	return rapid.StringMatching(class+`{`+itoa(p.least)+`,`+itoa(p.most)+`}`).Draw(t, "value")
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// drawnElements draws fields of different identifiers.
func drawnElements(t *rapid.T) []Element {
	all, known := identifiers(), newTable()
	var fields []Element
	for range rapid.IntRange(1, 6).Draw(t, "fields") {
		ai := rapid.SampledFrom(all).Draw(t, "identifier").ai
		if before, span, family := strings.Cut(ai, "["); family {
			ai = before + string(rapid.ByteRange(span[0], span[2]).Draw(t, "last digit"))
		}
		if _, twice := valueOf(fields, ai); twice {
			continue
		}
		_, d, found := known.at(ai)
		if !found {
			t.Fatalf("the table does not find its own %s", ai)
		}
		fields = append(fields, Element{ai, drawn(t, d)})
	}
	return fields
}
