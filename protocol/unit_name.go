package protocol

import "strings"

// nameWithSpaces is the name of a unit that holds a space, where a text begins
// with one. No other unit does.
func nameWithSpaces(text string) string {
	for _, name := range [...]string{"million cells", "× 10⁹ cells", "× 10⁹", "× 10⁶", "× 10³", "per "} {
		if strings.HasPrefix(text, name) {
			return name
		}
	}
	return ""
}

// codeOf finds the code for a display name, so that people may write what
// they read; and for the names that earlier programs showed and wrote.
func codeOf(display string) string {
	switch display {
	case "microgram":
		return "ug"
	case "nanogram":
		return "ng"
	case "picogram":
		return "pg"
	case "microlitre":
		return "uL"
	case "nanolitre":
		return "nL"
	case "micrometre":
		return "um"
	case "nanometre":
		return "nm"
	case "micromole":
		return "umol"
	case "nanomole":
		return "nmol"
	case "°C":
		return "Cel"
	case "units":
		return "U"
	case "IU":
		return "[IU]"
	case "kIU":
		return "k[IU]"
	case "EU":
		return "[EU]"
	case "CFU":
		return "[CFU]"
	case "pH":
		return "[pH]"
	case "cells":
		return "{cells}"
	case "× 10³":
		return "10*3"
	case "× 10⁶":
		return "10*6"
	case "× 10⁹":
		return "10*9"
	case "m²":
		return "m2"
	case "cm²":
		return "cm2"
	case "× 10⁹ cells", "10^9cells":
		return "10*9{cells}"
	case "million cells", "10^6cells":
		return "10*6{cells}"
	}
	return display
}
