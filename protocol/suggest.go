package protocol

import "strings"

// suggest finds the known word nearest to a misspelt one and asks whether it
// was meant; "" when none is near.
func suggest(word string, known []string) string {
	best, nearest := "", len(word)/3+2
	for _, candidate := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(candidate), nearest); d < nearest {
			best, nearest = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance counts the letters to change, drop, add or swap; it gives up
// beyond most.
func distance(a, b string, most int) int {
	if len(a) > 80 || len(b) > 80 || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// suggestUnit helps with a unit that is not in the table.
func suggestUnit(unit string) string {
	switch unit {
	case "mcg", "μg", "µg":
		return "write ug, or microgram"
	case "cc", "ml", "ML":
		return "write mL"
	case "l":
		return "write L"
	case "iu", "Iu":
		return "write IU"
	case "hr", "hrs", "hour", "hours", "H":
		return "write h"
	case "mins", "minute", "minutes", "Min":
		return "write min"
	case "sec", "seconds", "S":
		return "write s"
	case "days", "day", "D":
		return "write d"
	case "mbq", "Mbq", "MBQ":
		return "write MBq"
	case "u", "IE":
		return "write U for enzyme units, or IU for international units"
	case "C", "°c", "celsius":
		return "write °C, or Cel"
	}
	return suggest(unit, []string{
		"kg", "g", "mg", "ug", "ng", "L", "dL", "mL", "uL", "m", "cm", "mm", "d", "h", "min", "s", "Bq", "kBq",
		"MBq", "GBq", "mol", "mmol", "umol", "U", "IU", "EU", "CFU", "kPa", "mbar", "g/L", "mg/mL", "microgram", "units",
	})
}
