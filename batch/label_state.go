package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/register/label"
)

// Labelling is one printing of labels as its entry tells it.
type Labelling struct {
	Act
	Kind          label.Kind
	Labels        []label.Label // one for each copy; personal lines are empty where the record is masked
	Numbers       []int         // of the copies
	Entered       string
	Expiry        time.Time
	Width, Height int
	Of            int
	Reason        string
	Image         string
}

// LabelCopy is one printed label and what became of it.
type LabelCopy struct {
	Number   int
	Kind     label.Kind
	Line     string // as it stands beside the code
	Printed  Act
	Applied  *Act // the first scan where it was put
	Step     string
	Ended    *Act // destroyed or attached
	Attached bool
	Reason   string
}

// Open says that nobody has said yet what became of the copy.
func (c LabelCopy) Open() bool { return c.Applied == nil && c.Ended == nil }

// Standing is what became of the copy, in a word.
func (c LabelCopy) Standing() string {
	switch {
	case c.Ended != nil && c.Attached:
		return "attached"
	case c.Ended != nil:
		return "destroyed"
	case c.Applied != nil:
		return "applied"
	}
	return "not accounted for"
}

// Reconciliation counts the labels of a kind: printed is applied, destroyed,
// attached and open together (LAB-10).
type Reconciliation struct {
	Kind                                        label.Kind
	Printed, Applied, Destroyed, Attached, Open int
}

// Sentence tells the numbers.
func (r Reconciliation) Sentence() string {
	return fmt.Sprintf("Labels (%s): %d printed, %d applied, %d destroyed, %d attached, %d not accounted for.",
		r.Kind, r.Printed, r.Applied, r.Destroyed, r.Attached, r.Open)
}

// Reconciled counts each kind of label that was printed.
func (s *State) Reconciled() []Reconciliation {
	var all []Reconciliation
	for _, kind := range []label.Kind{label.PreLabel, label.Final} {
		r := Reconciliation{Kind: kind}
		for _, c := range s.LabelCopies {
			if c.Kind != kind {
				continue
			}
			r.Printed++
			switch c.Standing() {
			case "attached":
				r.Attached++
			case "destroyed":
				r.Destroyed++
			case "applied":
				r.Applied++
			default:
				r.Open++
			}
		}
		if r.Printed > 0 {
			all = append(all, r)
		}
	}
	return all
}

// unreconciled says, a sentence a kind, which labels are not accounted for.
func (s *State) unreconciled() []string {
	var all []string
	for _, r := range s.Reconciled() {
		if r.Open > 0 {
			all = append(all, r.Sentence())
		}
	}
	return all
}

// printed takes in a printing.
func (s *growing) printed(e LabelPrinted, act Act) error {
	printing := Labelling{
		Act: act, Kind: e.Label, Entered: e.Entered, Width: e.Width, Height: e.Height, Of: e.Of, Reason: e.Reason, Image: e.Image,
	}
	if e.Expiry != "" {
		expiry, err := time.Parse(time.RFC3339, e.Expiry)
		if err != nil {
			return fmt.Errorf("expiry of a label: %w", err)
		}
		printing.Expiry = expiry.UTC()
	}
	lines := make([]label.Line, len(e.Lines))
	for i, l := range e.Lines {
		lines[i] = label.Line{Text: l.Text, Weight: l.Weight, Personal: l.Personal}
	}
	s.LabelCopies = slices.Clone(s.LabelCopies)
	for _, c := range e.Copies {
		if c.Number != len(s.LabelCopies)+1 {
			return fmt.Errorf("label %d follows label %d", c.Number, len(s.LabelCopies))
		}
		printing.Numbers = append(printing.Numbers, c.Number)
		printing.Labels = append(printing.Labels, label.Label{
			Lines: lines, Warnings: e.Warnings, Batch: s.ID, Code: label.Code{Text: c.Code, GS1: c.GS1, Line: c.Line},
		})
		s.LabelCopies = append(s.LabelCopies, LabelCopy{Number: c.Number, Kind: e.Label, Line: c.Line, Printed: act})
	}
	s.Labellings = append(slices.Clip(s.Labellings), printing)
	if e.Label == label.Final {
		s.unlabel(false)
	}
	return nil
}

// copied changes what became of a copy.
func (s *growing) copied(number int, how func(*LabelCopy)) error {
	if number < 1 || number > len(s.LabelCopies) {
		return fmt.Errorf("there is no label %d", number)
	}
	s.LabelCopies = slices.Clone(s.LabelCopies)
	how(&s.LabelCopies[number-1])
	return nil
}

// appliedIn takes in that a label's code matched in a step. The first scan says
// that it was put there; a later one finds it there again.
func (s *growing) appliedIn(e ScanAccepted, act Act) error {
	number, _ := label.Names(e.Raw, s.ID)
	if e.Field != labelField || number == 0 {
		return nil
	}
	return s.copied(number, func(c *LabelCopy) {
		if c.Applied == nil {
			c.Applied, c.Step = &act, e.Step
		}
	})
}

// ended takes in that a copy was destroyed or attached.
func (s *growing) ended(number int, act Act, attached bool, reason string) error {
	return s.copied(number, func(c *LabelCopy) { c.Ended, c.Attached, c.Reason = &act, attached, reason })
}

// MaskedLabellings are printings without what names the patient.
func MaskedLabellings(all []Labelling) []Labelling {
	all = slices.Clone(all)
	for i := range all {
		all[i].Image, all[i].Labels = "", slices.Clone(all[i].Labels)
		for j := range all[i].Labels {
			lines := slices.Clone(all[i].Labels[j].Lines)
			for k := range lines {
				if lines[k].Personal {
					lines[k].Text = ""
				}
			}
			all[i].Labels[j].Lines = lines
		}
	}
	return all
}

// sealedLabel are the sealed members of a printing.
func sealedLabel(e LabelPrinted) map[string]string {
	sealed := map[string]string{"image": e.Image}
	for i, l := range e.Lines {
		if l.Personal {
			sealed[lineMember(i)] = l.Text
		}
	}
	return sealed
}

func lineMember(i int) string { return "lines." + strconv.Itoa(i) }

// closedLabel is a printing without its sealed members.
func closedLabel(e LabelPrinted) LabelPrinted {
	return openedLabel(e, nil)
}

// openedLabel puts the opened members of a printing back.
func openedLabel(e LabelPrinted, openings map[string]string) LabelPrinted {
	e.Image, e.Lines = openings["image"], slices.Clone(e.Lines)
	for i := range e.Lines {
		if e.Lines[i].Personal {
			e.Lines[i].Text = openings[lineMember(i)]
		}
	}
	return e
}

// LabelWords tells what an entry on labels says; "" for any other.
func LabelWords(ev Event) string {
	switch e := ev.(type) {
	case LabelPrinted:
		numbers := make([]int, len(e.Copies))
		for i, c := range e.Copies {
			numbers[i] = c.Number
		}
		if e.Of > 0 {
			return fmt.Sprintf("Printed %s (%s) in the place of label %d: %s", LabelNumbers(numbers), e.Label, e.Of, e.Reason)
		}
		if e.Reason != "" {
			return fmt.Sprintf("Printed the %s, %s, once manufacture had started: %s", labelKindWords(e.Label), LabelNumbers(numbers), e.Reason)
		}
		return fmt.Sprintf("Printed the %s: %s.", labelKindWords(e.Label), LabelNumbers(numbers))
	case LabelApplied:
		return fmt.Sprintf("Applied label %d and scanned it.", e.Copy)
	case LabelDestroyed:
		return fmt.Sprintf("Destroyed label %d: %s", e.Copy, e.Reason)
	case LabelAttached:
		return fmt.Sprintf("Attached label %d to a paper that is kept: %s", e.Copy, e.Reason)
	case ImmediateUseConfirmed:
		return e.words()
	}
	return ""
}

// labelKindWords names a kind of label.
func labelKindWords(kind label.Kind) string {
	if kind == label.Final {
		return "final label"
	}
	return string(kind)
}

// LabelNumbers name labels by their numbers, as in "label 1", "labels 1, 2".
func LabelNumbers(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	if len(texts) == 1 {
		return "label " + texts[0]
	}
	return "labels " + strings.Join(texts, ", ")
}
