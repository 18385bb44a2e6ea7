package post

import (
	"fmt"
	"strings"
	"time"

	"countersign/batch/worklist"
)

// Sender is who writes: a site, and where people reach it.
type Sender struct {
	Origin, Site, Unit string
	Kind               string // "live", "training" or "rehearsal"
	Address            string // of the site's pages
	Zone               *time.Location
}

// MessageID names a letter for mail servers and readers, without its brackets:
// the same letter has the same wherever and whenever it is sent.
func (s Sender) MessageID(l Letter) string {
	return l.Number + "@" + strings.Trim(strings.ReplaceAll(s.Origin, "/", "."), ".")
}

// Subject is one line of what waits.
func (s Sender) Subject(l Letter) string {
	words := fmt.Sprintf("%s: %s", l.item.About, l.item.Kind)
	if s.Kind != "live" {
		words = strings.ToUpper(s.Kind) + ", not for use in patients. " + words
	}
	return oneLine(words)
}

// Text is the letter. It tells no more than who reads it needs to know in order
// to go and look.
func (s Sender) Text(l Letter) string {
	item := l.item
	var b strings.Builder
	line := func(form string, args ...any) { fmt.Fprintf(&b, form+"\n", args...) }
	line("%s,\n", oneLine(l.Name))
	line("%s %s\n", oneLine(item.About), "("+oneLine(item.What)+"):")
	line("%s\n", worklist.ClassOf(item.Kind).Ask)
	line("It waits since %s.", item.Since.In(s.Zone).Format("2 Jan 2006 15:04 MST"))
	if !item.Due.IsZero() {
		line("By: %s.", item.Due.In(s.Zone).Format("2 Jan 2006 15:04 MST"))
	}
	if item.Life.Name != "" {
		line("The product lives until %s.", item.Life.Until.In(s.Zone).Format("2 Jan 2006 15:04 MST"))
	}
	line("\nSign in to see it: %s%s", s.Address, item.Place)
	line("\n%s, %s. This mail was sent by Countersign because you are asked, or are to know of it.", s.Site, s.Unit)
	line("What is said here was so when it was sent; the site says how it is now.")
	return b.String()
}

// oneLine keeps what stands in a header on its line.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}
