package reports

import (
	"fmt"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
)

// masked stands where the opening of a sealed member was left out (PDF-09).
const masked = "[masked]"

// The signs of a result. Each stands beside a word: nothing is meant by a
// sign or by a shade alone (PDF-04).
const (
	signHolds  = "✓"
	signBroken = "✗"
	signOpen   = "☐"
)

// clock writes moments in the site's time with its offset (NUM-08).
type clock struct{ zone *time.Location }

// at is a moment, as in "20 Nov 2026 14:05:09 +00:00".
func (c clock) at(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(c.zone).Format("02 Jan 2006 15:04:05 -07:00")
}

// day is a moment that counts to the minute, such as an expiry.
func (c clock) day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(c.zone).Format("02 Jan 2006 15:04 -07:00")
}

// who names a person as frozen in their act.
func who(a batch.Act) string {
	if a.Person == "" || a.Person == "system" {
		return "the system"
	}
	words := orDash(a.Name)
	if a.Username != "" {
		words += " (" + a.Username + ")"
	}
	if a.Role != "" {
		words += ", " + a.Role
	}
	return words
}

// whoWhen is who and when, on two lines.
func (c clock) whoWhen(a batch.Act) cell {
	lines := cell{{smallStyle, who(a)}, {smallStyle, c.at(a.At)}}
	if words := a.MannerWords(c.at); words != "" {
		lines = append(lines, text{smallStyle, words})
	}
	return lines
}

// duration writes a span in hours, minutes and seconds, as in "1 h 30 min" or
// "1 min 40.5 s". Below a tenth of a second nobody reads it; the moments
// themselves stand in full in the attached data.
func duration(d time.Duration) string {
	if d < 0 {
		return "minus " + duration(-d)
	}
	return protocol.ShowDuration(d.Round(100 * time.Millisecond))
}

// span writes the bounds of a time.
func span(s protocol.Span) string {
	switch {
	case s.Min > 0 && s.Max > 0:
		return "at least " + duration(s.Min) + ", at most " + duration(s.Max)
	case s.Min > 0:
		return "at least " + duration(s.Min)
	case s.Max > 0:
		return "at most " + duration(s.Max)
	}
	return "no limit"
}

// keeps says whether a time lies within its bounds; they are inclusive.
func keeps(s protocol.Span, d time.Duration) bool {
	return (s.Min == 0 || d >= s.Min) && (s.Max == 0 || d <= s.Max)
}

// limits writes the approved limits of a value, each with its level, and, where
// they lean on another value, the figures that they come to in this batch.
func (r *record) limits(st *batch.StepState, unit protocol.Unit, list []protocol.Limit) string {
	if len(list) == 0 {
		return "none"
	}
	var approved, here []string
	for _, l := range list {
		words, figures := l.Shown(), r.State.Resolved(st, l, unit)
		if figures != "" {
			here = append(here, "here: "+figures)
		} else {
			words = r.State.Figured(words)
		}
		if l.Outside {
			approved = append(approved, string(l.Level)+" "+words)
		} else {
			approved = append(approved, words+" ("+string(l.Level)+" limit)")
		}
	}
	return strings.Join(append(approved, here...), "\n")
}

// outcome writes how a value stands to its limits, in words and with a sign.
func outcome(v protocol.Verdict, limited bool) cell {
	switch {
	case v.Level != "":
		return cell{{boldStyle, signBroken + " " + string(v.Level) + " limit broken"}, {smallStyle, v.Reason}}
	case !limited:
		return small("no limit")
	}
	return say(signHolds + " within limits")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}

// inWords gives a meaning for a signature block.
func inWords(m identity.Meaning) string { return strings.ToUpper(string(m)) }

// plural writes a count with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// status gives the mark of every page: where the batch stands, in capitals
// (PDF-05).
func status(s *batch.State) string {
	switch s.Status {
	case batch.Certified:
		return "CERTIFIED"
	case batch.Conditional:
		return "CERTIFIED CONDITIONALLY"
	case batch.Given:
		return "CERTIFIED AND GIVEN"
	case batch.OnHold:
		return "ON HOLD – NOT CERTIFIED – NOT FOR USE"
	case batch.Quarantined:
		return "QUARANTINED – NOT FOR USE"
	case batch.SuppliedAnyway:
		return "SUPPLIED OUT OF SPECIFICATION AT THE PHYSICIAN'S REQUEST – NOT CERTIFIED"
	case batch.Rejected:
		return "REJECTED – NOT CERTIFIED – NOT FOR USE"
	case batch.Aborted:
		return "ABORTED – NOT CERTIFIED – NOT FOR USE"
	}
	return "NOT CERTIFIED – " + string(s.Status)
}
