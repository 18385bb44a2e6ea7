package web

import (
	"strings"
	"time"

	"countersign/batch"
)

// typingView is the form for a code that cannot be scanned.
type typingView struct {
	Form                actForm
	Field, Title        string
	Text, Reason, Words string
	Reasons             []string
	Open                bool // it was sent and not taken
	Personal            bool // a second person signs then
}

// typingOf draws that form for one field, with what was typed into it before.
func typingOf(scan scanView, step stepView, sent form, key string) typingView {
	v := typingView{
		Form: newAct("typecode", step.Batch, step.Seen, key, step.Step), Field: scan.Field, Title: scan.Title,
		Reasons: batch.TypingReasons(), Personal: scan.Field == "patient",
	}
	if sent["field"] == scan.Field {
		v.Open, v.Text, v.Reason, v.Words = true, sent["typed"], sent["reason"], sent["words"]
	}
	return v
}

// typed marks a line whose code was typed, and says why, and who witnessed it.
func (l *scanLine) typed(entry batch.ScanEntry, zone *time.Location) {
	if entry.Typed == nil {
		return
	}
	l.Typed = entry.Typed.Reason + ": " + strings.TrimSuffix(entry.Typed.Words, ".")
	if w := entry.Typed.Witnessed; w != nil {
		l.Witness = w.Name + ", " + when(w.At, zone)
	}
}

// typedWords says in a line that a code was typed, why, and who witnessed it.
func typedWords(entry batch.ScanEntry, zone *time.Location) string {
	var line scanLine
	line.typed(entry, zone)
	switch {
	case line.Typed == "":
		return ""
	case line.Witness != "":
		return "; TYPED, because " + line.Typed + "; witnessed by " + line.Witness
	}
	return "; TYPED, because " + line.Typed
}
