package scan

import (
	"fmt"
	"strings"
)

// Settings are what a site has recorded of its scanners and its rules. The
// zero value but for Today is the strictest.
type Settings struct {
	// Today is the day against which two-digit years are read.
	Today Date

	// Separators are what the scanners send for FNC1 besides GS (0x1D), such
	// as "~", "|", "{GS}" or "<GS>": keyboards have no key for GS.
	Separators []string

	// SeparatorsSent records that the site has shown that its scanners send a
	// separator wherever the code holds one. Then a field of variable length
	// runs to the next separator or the end. Without it, a string in which no
	// separator came may have lost some, and is refused where that would read
	// differently.
	SeparatorsSent bool

	// DayZero is the recorded rule for dates of production and expiry without
	// a day (MAT-03).
	DayZero DayZero

	// Own are the beginnings of the site's own codes, which are plain text
	// whatever else they look like, unless the symbol itself is one of GS1's.
	Own []string

	// NHSPrefix is the GS1 company prefix in front of the NHS number on a
	// wristband; "" stands for DefaultNHSPrefix.
	NHSPrefix string

	// NamesAsTyped records that wristbands here hold characters outside GS1's
	// set in their internal fields (AI 91 to 99), such as spaces in names.
	NamesAsTyped bool
}

// DayZero is what becomes of a date that names no day.
type DayZero string

// The rules for day 00. Older stock still carries it: the month's last day is
// what GS1 meant by it, and somebody has to look.
const (
	DayZeroRefused  DayZero = ""
	DayZeroReviewed DayZero = "review"
)

// DefaultNHSPrefix is the company prefix that NHS wristbands carry. We know it
// from a trust's published scanner configuration, not from the text of
// DCB1077, which is why it can be set.
const DefaultNHSPrefix = "5050898"

// GS is what FNC1 is sent as.
const GS = "\x1d"

// Check says what does not fit.
func (s Settings) Check() error {
	if !s.Today.real() {
		return fmt.Errorf("scanner settings: %s is no day to read years against", s.Today)
	}
	for _, separator := range s.Separators {
		if !splits(separator) {
			return fmt.Errorf("scanner settings: %q cannot stand for a separator, since it can be part of a field", separator)
		}
	}
	if s.DayZero != DayZeroRefused && s.DayZero != DayZeroReviewed {
		return fmt.Errorf("scanner settings: %q is no rule for day 00", s.DayZero)
	}
	for _, own := range s.Own {
		if strings.Trim(own, " \t\r\n") == "" {
			return fmt.Errorf("scanner settings: a blank can begin no code of the site's own")
		}
	}
	if prefix := s.nhsPrefix(); len(prefix) != 7 || !digits(prefix) {
		return fmt.Errorf("scanner settings: the prefix of NHS wristbands has seven digits")
	}
	return nil
}

// splits says whether no field could hold it: it has a character from outside
// GS1's set, or stands in angle brackets as a name would.
func splits(separator string) bool {
	if strings.HasPrefix(separator, "<") && strings.HasSuffix(separator, ">") && len(separator) > 2 {
		return true
	}
	for i := range len(separator) {
		if c := separator[i]; !ofClass('X', c) && strings.IndexByte(" \t\r\n]", c) < 0 {
			return true
		}
	}
	return false
}

func (s Settings) nhsPrefix() string {
	if s.NHSPrefix == "" {
		return DefaultNHSPrefix
	}
	return s.NHSPrefix
}

// own says whether a code begins as the site's own do.
func (s Settings) own(code string) bool {
	for _, own := range s.Own {
		if strings.HasPrefix(code, own) {
			return true
		}
	}
	return false
}

// separated writes every separator as GS.
func (s Settings) separated(code string) string {
	for _, separator := range s.Separators {
		code = strings.ReplaceAll(code, separator, GS)
	}
	return code
}
