package web

import "strings"

// fieldLabel is what a form calls one of its fields: a refusal names the field
// by the words that stand above it.
func fieldLabel(act, name string) string {
	if label := fieldLabels()[act+"/"+name]; label != "" {
		return label
	}
	if label := fieldLabels()[name]; label != "" {
		return label
	}
	return sentence(strings.ReplaceAll(name, "_", " "))
}

// fieldLabels are the fields that can be refused as typed: days, numbers and
// lists. A field that two forms call differently stands with its act.
func fieldLabels() map[string]string {
	return map[string]string{
		"exception":             "Number of the exception that it comes from",
		"from":                  "Effective from",
		"until":                 "Last day on which it counts",
		"clean equipment/until": "Stays clean until, if that runs out by itself",
		"version":               "Version",
		"touches":               "What it touches of that on which the designation rests",
		"related":               "Related sites",
		"searched":              "Search for, one a line",
	}
}
