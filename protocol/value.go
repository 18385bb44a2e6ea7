package protocol

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Value is one entered value, exactly as the type of its input reads it.
type Value struct {
	Type     InputType
	Quantity Quantity      // of a decimal or a count
	Text     string        // of a choice or a text
	Time     time.Time     // of a date and time, UTC
	Span     time.Duration // of a duration
	Yes      bool          // of a yes or no
	Low      Quantity      // of a range; its mean, if known, is Quantity
	High     Quantity
	Beyond   string // "<" or ">": the result lies below or above Quantity, which was the limit of what can be measured
	// Absent says why there is no value: NotDone, NotAvailable, or
	// NotApplicable with its reason in Text.
	Absent string
}

// String is the value in words, as in "5.0 mL", "yes" or "1 h 30 min". A date
// and time stands in UTC; Show gives it in site time.
func (v Value) String() string { return v.Show(time.UTC) }

// Show is the value in words, a date and time with the zone's offset
// (NUM-08).
func (v Value) Show(zone *time.Location) string {
	if v.Absent != "" {
		return v.absence()
	}
	switch v.Type {
	case TypeDecimal:
		if v.Beyond != "" {
			return v.Beyond + " " + v.Quantity.String()
		}
		return v.Quantity.String()
	case TypeCount:
		return v.Quantity.String()
	case TypeRange:
		return v.logged()
	case TypeYesNo:
		if v.Yes {
			return "yes"
		}
		return "no"
	case TypeDateTime:
		if v.Time.IsZero() {
			return ""
		}
		return ShowMoment(v.Time, zone)
	case TypeDuration:
		return ShowDuration(v.Span)
	case TypeChoice, TypeText, TypeFile:
		return v.Text
	}
	return ""
}

// maxText bounds a text, in characters.
const maxText = 2000

// Parse reads what somebody typed for this input (EXE-07). zone is the site's
// zone, in which a date and time without an offset is meant. The error is a
// sentence that is safe to show.
func (in Input) Parse(text string, zone *time.Location) (Value, error) {
	if !utf8.ValidString(text) {
		return Value{}, errors.New("the entry is not readable text")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return Value{}, errors.New("nothing was entered")
	}
	if v, ok, err := in.parseAbsence(text); ok || err != nil {
		return v, err
	}
	v := Value{Type: in.Type}
	var err error
	switch in.Type {
	case TypeDecimal:
		v.Beyond, text, err = in.cutBeyond(text)
		if err == nil {
			v.Quantity, err = in.parseDecimal(text)
		}
	case TypeRange:
		err = in.parseRange(&v, text)
	case TypeFile:
		v.Text, err = parseFile(text)
	case TypeCount:
		v.Quantity, err = parseCount(text)
	case TypeChoice:
		v.Text, err = in.parseChoice(text)
	case TypeText:
		v.Text, err = parseText(text)
	case TypeYesNo:
		switch strings.ToLower(text) {
		case "yes":
			v.Yes = true
		case "no":
		default:
			err = errors.New("answer yes or no")
		}
	case TypeDateTime:
		v.Time, err = parseMoment(text, zone)
	case TypeDuration:
		v.Span, err = ParseDuration(text)
	default:
		err = fmt.Errorf("a value of type %q cannot be entered", in.Type)
	}
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// parseDecimal asks for exactly the decimal places that the protocol says,
// since they carry the precision (NUM-01). The unit may be typed or not.
func (in Input) parseDecimal(text string) (Quantity, error) {
	number, unit, typed := strings.Cut(text, " ")
	if _, percent := strings.CutSuffix(text, "%"); percent && !typed {
		number, unit, typed = strings.TrimSuffix(text, "%"), "%", true
	}
	if strings.Contains(number, ",") {
		return Quantity{}, fmt.Errorf("write the number with a point and without commas, as in %s", in.sample())
	}
	if err := checkNumber(number); err != nil {
		return Quantity{}, err
	}
	q := Quantity{Number: number, Unit: in.Unit}
	if unit = strings.TrimSpace(unit); typed && unit != in.Unit.Code {
		u, err := ParseUnit(unit)
		if err != nil {
			return Quantity{}, fmt.Errorf("write the number alone, or with its unit %s, as in %s", in.Unit.name(), in.sample())
		}
		if u.Code != in.Unit.Code {
			return Quantity{}, fmt.Errorf("this value is entered in %s, not in %s", in.Unit.name(), u.name())
		}
	}
	if q.Places() != in.Places {
		if in.Places == 0 {
			return Quantity{}, fmt.Errorf("write a whole number, as in %s", in.sample())
		}
		return Quantity{}, fmt.Errorf("write %s, as in %s", countOf(in.Places, "decimal place"), in.sample())
	}
	return q, nil
}

func (u Unit) name() string {
	if u.Display == "" {
		return "a bare number"
	}
	return u.Display
}

// sample is a number with the right places.
func (in Input) sample() string {
	if in.Places == 0 {
		return "5"
	}
	return "5." + strings.Repeat("0", in.Places)
}

func parseCount(text string) (Quantity, error) {
	if !allDigits(text) || len(text) > 9 || len(text) > 1 && text[0] == '0' {
		return Quantity{}, errors.New("write a whole number from 0 to 999999999")
	}
	return Quantity{Number: text, Unit: One()}, nil
}

func (in Input) parseChoice(text string) (string, error) {
	for _, choice := range in.Choices {
		if strings.EqualFold(choice, text) {
			return choice, nil
		}
	}
	return "", fmt.Errorf("choose one of: %s", strings.Join(in.Choices, "; "))
}

// parseText takes the line ends of a browser's form and a tab as what they
// look like.
func parseText(text string) (string, error) {
	text = strings.NewReplacer("\r\n", "\n", "\t", " ").Replace(text)
	if utf8.RuneCountInString(text) > maxText {
		return "", fmt.Errorf("a text has no more than %d characters", maxText)
	}
	for _, r := range text {
		if r != '\n' && hidden(r) {
			return "", fmt.Errorf("the text holds a hidden character (U+%04X)", r)
		}
	}
	return text, nil
}

// hidden says that a character shows nothing and can change how its
// neighbours read: controls, bidirectional marks, zero-width signs.
func hidden(r rune) bool {
	switch r {
	case utf8.RuneError, '\uFEFF', '\u200B', '\u2028', '\u2029':
		return true
	case '\u200D', '\u200C': // joiners, which some scripts and emoji need
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r)
}

// parseMoment reads "2026-11-20 10:03", with seconds or without, with "T" for
// the space, with an offset or without. In the hour that a clock change
// repeats or leaves out the offset is asked for (NUM-08).
func parseMoment(text string, zone *time.Location) (time.Time, error) {
	sentence := errors.New("write date and time as in 2026-11-20 10:03")
	plain := strings.Replace(text, "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04 Z07:00"} {
		if t, err := time.Parse(layout, plain); err == nil {
			return within(t, sentence)
		}
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04"} {
		t, err := time.ParseInLocation(layout, plain, zone)
		if err != nil {
			continue
		}
		if t.Format(layout) != plain {
			return time.Time{}, errors.New("this time did not exist: the clocks went forward")
		}
		for _, near := range []time.Duration{-time.Hour, time.Hour} {
			if t.Add(near).Format(layout) == plain {
				return time.Time{}, errors.New("this time came twice, since the clocks went back: write the offset behind it, as in 2026-10-25 01:30 +00:00")
			}
		}
		return within(t, sentence)
	}
	return time.Time{}, sentence
}

// within keeps a moment inside the years in which a batch can be made.
func within(t time.Time, sentence error) (time.Time, error) {
	if t.Year() < 2000 || t.Year() > 2199 || t.Nanosecond() != 0 {
		return time.Time{}, sentence
	}
	return t.UTC(), nil
}

// ParseDuration reads "30 min", "4 h", "1 h 30 min", "2 d" or "45 s": whole
// numbers with units, the larger first. The error is a sentence that is safe
// to show.
func ParseDuration(text string) (time.Duration, error) {
	sentence := errors.New("write a duration as in 30 min, 4 h or 1 h 30 min")
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields)%2 != 0 || len(fields) > 8 {
		return 0, sentence
	}
	var total time.Duration
	last := time.Duration(1<<63 - 1)
	for i := 0; i < len(fields); i += 2 {
		n, unit := fields[i], time.Duration(0)
		switch fields[i+1] {
		case "d":
			unit = 24 * time.Hour
		case "h":
			unit = time.Hour
		case "min":
			unit = time.Minute
		case "s":
			unit = time.Second
		}
		if !allDigits(n) || len(n) > 7 || unit == 0 || unit >= last || len(n) > 1 && n[0] == '0' {
			return 0, sentence
		}
		last = unit
		count := time.Duration(0)
		for _, digit := range n {
			count = count*10 + time.Duration(digit-'0')
		}
		if count > 36525*24*time.Hour/unit {
			return 0, errors.New("a duration is no longer than a hundred years")
		}
		total += count * unit
	}
	return total, nil
}

// ShowDuration writes a duration as in "1 h 30 min" or "4 min 59 s". Parts of a
// second are kept to the millisecond, as in "0.5 s", and below one whole.
func ShowDuration(d time.Duration) string {
	if d < 0 {
		return "-" + ShowDuration(-d)
	}
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}} {
		if n := d / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.size
		}
	}
	if d > 0 || len(parts) == 0 {
		if d > time.Millisecond {
			d = d.Truncate(time.Millisecond)
		}
		seconds := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
		parts = append(parts, strings.TrimRight(strings.TrimRight(seconds, "0"), ".")+" s")
	}
	return strings.Join(parts, " ")
}
