package register

import (
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/register/scan"
)

// Key is what a code says, whatever a scanner put around and between it: two
// codes with one key name the same thing. A code that no standard explains is
// its own key (MAT-03).
func Key(code string, now time.Time) string {
	read, err := scan.Read(code, scan.Settings{Today: dayOf(now)})
	if err != nil || len(read.Elements) == 0 {
		return code
	}
	fields := make([]string, len(read.Elements))
	for i, e := range read.Elements {
		fields[i] = "(" + e.AI + ")" + e.Value
	}
	slices.Sort(fields)
	return strings.Join(slices.Compact(fields), "")
}

func dayOf(now time.Time) scan.Date {
	year, month, day := now.UTC().Date()
	return scan.Date{Year: year, Month: int(month), Day: day}
}

// NamesSomebody says whether a code is a person's, or a number that could be a
// patient's (COI-09).
func NamesSomebody(code string, now time.Time) bool {
	read, err := scan.Read(code, scan.Settings{Today: dayOf(now), NamesAsTyped: true})
	if err != nil { // a wristband's that cannot be read may name its patient all the same
		return strings.Contains(code, "8017") || strings.Contains(code, "8018")
	}
	return read.Kind == scan.Patient || read.Kind == scan.Staff || len(read.MayBe) > 0
}

// Misread says, in a sentence, why nobody can have printed a code: it claims to
// be of a standard, and its check digit, length or date does not hold. "" for
// a code that reads, or that no standard explains.
func Misread(code string, now time.Time) string {
	_, err := scan.Read(code, scan.Settings{Today: dayOf(now), NamesAsTyped: true, DayZero: scan.DayZeroReviewed})
	var refused *scan.Refusal
	if !errors.As(err, &refused) || refused.Code == "ambiguous" {
		return ""
	}
	return refused.Sentence
}

// Wristband says what a wristband's code says of its patient; it is blank where
// the code says nothing that a standard explains. A code that claims to be a
// wristband and cannot be read as one is refused (COI-02).
func Wristband(code string, now time.Time) (scan.Wristband, error) {
	read, err := scan.Read(code, scan.Settings{Today: dayOf(now), NamesAsTyped: true})
	return read.Wristband, err
}

// Chain is the chain of identity identifier that a code carries (ISBT 128 data
// structure 040), unaltered; "" for none (COI-06).
func Chain(code string, now time.Time) string {
	read, err := scan.Read(code, scan.Settings{Today: dayOf(now)})
	if err != nil {
		return ""
	}
	return read.Identity
}

// SameCode says that what was received is a code, with nothing but what scanners
// put around it and send between its elements in the place of GS (MAT-03).
func SameCode(sent, code string) bool {
	const longest = 16 // of what stands for a separator, in bytes
	sent = Label(sent)
	ends := map[int]bool{0: true} // where a part may end
	for i, part := range strings.Split(Label(code), string(rune(groupSeparator))) {
		next := map[int]bool{}
		for end := range ends {
			from, until := end+1, end+longest
			if i == 0 {
				from, until = 0, 0
			}
			for at := from; at <= min(until, len(sent)); at++ {
				if strings.HasPrefix(sent[at:], part) {
					next[at+len(part)] = true
				}
			}
		}
		ends = next
	}
	return ends[len(sent)]
}
