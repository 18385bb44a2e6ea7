package scan

import (
	"fmt"
	"time"
)

// Date is a day as a label gives it, without a zone.
type Date struct{ Year, Month, Day int }

// String writes "2026-11-30", and nothing for no date.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// real says whether there is such a day.
func (d Date) real() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= lastDay(d.Year, d.Month)
}

func lastDay(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Moment is a day, or a day and a local time, as a label gives it. An expiry
// without a time is the end of its day (GS1 AI 17, ISBT 128 data structure
// 004).
type Moment struct {
	Date
	Timed        bool
	Hour, Minute int
	DayZero      bool // the code said day 00: read as the month's last day under a recorded rule
}

// String writes "2026-11-30", or "2026-11-30 14:05" where there is a time.
func (m Moment) String() string {
	if !m.Timed {
		return m.Date.String()
	}
	return fmt.Sprintf("%s %02d:%02d", m.Date, m.Hour, m.Minute)
}

// Instants gives the instants that a local time can mean at a place: AI 7003
// is local time without a zone (LAB-09). There is one on most days, none in
// the hour that spring skips, and two, the earlier first, in the hour that
// autumn repeats: then a person has to say which, or take the earlier.
func (m Moment) Instants(place *time.Location) []time.Time {
	if !m.Timed {
		return nil
	}
	local := time.Date(m.Year, time.Month(m.Month), m.Day, m.Hour, m.Minute, 0, 0, time.UTC)
	var all []time.Time
	// With the offset of the day before, then of the day after: where a clock
	// is put back, the first is the greater and gives the earlier instant.
	for _, probe := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := local.Add(probe).In(place).Zone()
		at := local.Add(-time.Duration(offset) * time.Second).In(place)
		if at.Hour() != m.Hour || at.Minute() != m.Minute || at.Day() != m.Day {
			continue
		}
		if len(all) == 0 || !all[0].Equal(at) {
			all = append(all, at)
		}
	}
	return all
}

// year reads two digits by GS1's sliding window: a year 51 or more ahead of
// today's two digits is of the last century, one 50 or more behind of the
// next (MAT-03; GS1 General Specifications, determination of century).
func year(yy int, today Date) int {
	century := today.Year - today.Year%100
	switch ahead := yy - today.Year%100; {
	case ahead >= 51:
		century -= 100
	case ahead <= -50:
		century += 100
	}
	return century + yy
}

// date6 reads YYMMDD. Day 00 means the month's last day, where it is allowed.
func date6(value string, today Date, zeroDay bool) (d Date, zero, ok bool) {
	if len(value) != 6 || !digits(value) {
		return Date{}, false, false
	}
	d = Date{Year: year(number(value[:2]), today), Month: number(value[2:4]), Day: number(value[4:])}
	if d.Day == 0 && zeroDay && d.Month >= 1 && d.Month <= 12 {
		d.Day, zero = lastDay(d.Year, d.Month), true
	}
	return d, zero, d.real()
}

// clock reads HHMM.
func clock(value string) (hour, minute int, ok bool) {
	if len(value) != 4 || !digits(value) {
		return 0, 0, false
	}
	hour, minute = number(value[:2]), number(value[2:])
	return hour, minute, hour <= 23 && minute <= 59
}

// julian reads CYYJJJ: the last three digits of a year and the number of the
// day in it (ISBT 128). Years repeat every thousand: it is the one nearest to
// today.
func julian(value string, today Date) (Date, bool) {
	if len(value) != 6 || !digits(value) {
		return Date{}, false
	}
	full := today.Year - today.Year%1000 + number(value[:3])
	switch ahead := full - today.Year; {
	case ahead > 500:
		full -= 1000
	case ahead <= -500:
		full += 1000
	}
	day := number(value[3:])
	at := time.Date(full, time.January, day, 0, 0, 0, 0, time.UTC)
	return Date{full, int(at.Month()), at.Day()}, day >= 1 && at.Year() == full && full >= 1 && full <= 9999
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads a few digits.
func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
