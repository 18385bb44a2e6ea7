package label

import "strings"

// notForPatients ends the mark of a label that was printed to practise.
const notForPatients = " – NOT FOR USE IN PATIENTS"

// MarkOf is what stands first, in a box, on every label of a site that
// practises: what is printed there looks like the real thing, and must never
// pass for it once it is off the page (MBR-07). Kind is "training" or
// "rehearsal"; a live site's labels carry no mark.
func MarkOf(kind string) string {
	if kind == "" {
		return ""
	}
	return strings.ToUpper(kind) + notForPatients
}

// Marked says that lines of a label begin with such a mark.
func Marked(lines []Line) bool {
	return len(lines) > 0 && lines[0].Weight == Notice && strings.HasSuffix(lines[0].Text, notForPatients)
}
