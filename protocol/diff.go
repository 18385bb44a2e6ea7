package protocol

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Group says what a change touches. The groups are ordered by consequence, so
// that an approver reads first what can hurt first.
type Group int

// The groups of changes.
const (
	GroupLimits    Group = iota + 1 // limits, ranges, times, formulas, criteria, and what follows a breach
	GroupPeople                     // parts, who performs and checks, what is critical, decisions, the review
	GroupMaterials                  // items and their conditions, scans, uses, the product
	GroupOrder                      // sections and steps added, removed or moved, and when they are done
	GroupWording                    // titles, instructions, safe states, status, names, comments
)

// Groups lists the groups, the gravest first.
func Groups() []Group {
	return []Group{GroupLimits, GroupPeople, GroupMaterials, GroupOrder, GroupWording}
}

// String is the group's heading, as in "People and checks".
func (g Group) String() string {
	switch g {
	case GroupLimits:
		return "Limits, times, formulas and criteria"
	case GroupPeople:
		return "People and checks"
	case GroupMaterials:
		return "Product, materials and scans"
	case GroupOrder:
		return "Order of work"
	case GroupWording:
		return "Wording"
	}
	return "Other"
}

// Change is one difference between two versions of a protocol.
type Change struct {
	Group    Group
	Where    string // as in "the step draw up" or "the window bolus"
	Sentence string // in plain English, safe to show
}

// onlyComments is what is said of a text that gives the same protocol.
const onlyComments = "Only comments or layout changed."

// Diff gives what changed from one version of a protocol to another, in words,
// the gravest first and otherwise in the protocol's order. No difference goes
// without a change: what differs in the text alone is one, too. A loop's steps
// are compared once, as they are written.
func Diff(old, new *Protocol) []Change {
	d := &differ{renamed: map[string]string{}}
	plan := d.match(old, new)
	d.header(old, new)
	d.product(&old.Product, &new.Product)
	d.label(old.Label, new.Label)
	d.order(old.Order, new.Order)
	d.site(old.SiteValues, new.SiteValues)
	d.parts(old.Parts, new.Parts)
	d.items(old.Items, new.Items)
	d.sections(plan)
	d.steps(plan)
	d.windows(old.Windows, new.Windows)
	d.budgets(old.Budgets, new.Budgets)
	d.at("the protocol").exceptions("", old.Exceptions, new.Exceptions)
	d.outOfSpecification(old.OutOfSpecification, new.OutOfSpecification)
	d.criteria(old.Criteria, new.Criteria)
	if len(d.changes) == 0 && !bytes.Equal(old.Text, new.Text) {
		d.at("the text").say(GroupWording, onlyComments)
	}
	slices.SortStableFunc(d.changes, func(a, b Change) int { return int(a.Group) - int(b.Group) })
	return d.changes
}

// WriteDiff writes changes as an approver reads them: under the heading of
// their group, the gravest first.
func WriteDiff(w io.Writer, changes []Change) {
	if len(changes) == 0 {
		fmt.Fprintln(w, "Nothing changed.")
		return
	}
	first := true
	for _, group := range Groups() {
		headed := false
		for i := range changes {
			if changes[i].Group != group {
				continue
			}
			if !headed {
				if !first {
					fmt.Fprintln(w)
				}
				fmt.Fprintln(w, group)
				headed, first = true, false
			}
			fmt.Fprintf(w, "  - %s\n", changes[i].Sentence)
		}
	}
}

// differ collects changes. renamed leads from a step's old name to its new
// one, so that what merely follows a renamed step is no change of its own.
type differ struct {
	renamed map[string]string
	changes []Change
}

// place is where in the protocol changes are being told.
type place struct {
	*differ
	where string
}

func (d *differ) at(format string, args ...any) place {
	return place{differ: d, where: fmt.Sprintf(format, args...)}
}

// say tells a change.
func (p place) say(g Group, format string, args ...any) {
	sentence := capital(fmt.Sprintf(format, args...))
	if whole, ok := strings.CutSuffix(sentence, ".”."); ok {
		sentence = whole + ".”" // what is quoted ends the sentence
	}
	p.changes = append(p.changes, Change{Group: g, Where: p.where, Sentence: sentence})
}

// text tells that words of the author changed; what is as in "the title of
// the protocol".
func (p place) text(g Group, what, old, new string) {
	switch {
	case old == new:
	case old == "":
		p.say(g, "%s is now “%s”; before, there was none.", what, new)
	case new == "":
		p.say(g, "%s was removed; it was “%s”.", what, old)
	default:
		p.say(g, "%s is now “%s” instead of “%s”.", what, new, old)
	}
}

// flag tells that a switch was turned: the sentence for on, or that for off.
func (p place) flag(g Group, old, new bool, on, off string) {
	if old == new {
		return
	}
	sentence := off
	if new {
		sentence = on
	}
	p.say(g, "%s", sentence)
}

// words tells of a list without order what came into it and what left it. The
// sentences have a place for the word.
func (p place) words(g Group, old, new []string, added, removed, reordered string) {
	list := paired(old, new, func(s *string) string { return *s })
	for _, word := range list.removed {
		p.say(g, removed, *word)
	}
	for _, word := range list.added {
		p.say(g, added, *word)
	}
	if list.reordered() {
		p.say(GroupWording, reordered, listed(new))
	}
}

// capital writes the first letter large.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// listed is "a", "a and b" or "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// orNobody keeps a sentence whole where no part is named.
func orNobody(part string) string {
	if part == "" {
		return "nobody named"
	}
	return part
}
