package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

func queryEscape(text string) string { return url.QueryEscape(text) }

// inputOf draws one value to be entered, with what was entered already.
func inputOf(s *batch.State, st *batch.StepState, in protocol.Input, t typed, zone *time.Location) inputView {
	v := inputView{
		Field: in.Name, Title: titleOr(in.Title, in.Name), Type: string(in.Type), Unit: in.Unit.Display, Class: in.Class,
		Choices: choicesOf(in), Optional: in.Optional, Hint: hintOf(in), Mode: modeOf(in.Type), Long: in.Type == protocol.TypeText,
		Fix: batchAddress(s.ID) + "/wrong?step=" + queryEscape(st.Step.Name) + "&field=" + queryEscape(in.Name),
	}
	v.Limits = limitsOf(s, st, in.Unit, in.Limits)
	entries := st.Values[in.Name]
	for i, entry := range entries {
		v.Values = append(v.Values, valueOf(s, in, entry, i, len(entries), zone))
	}
	if current := st.Value(in.Name); current != nil {
		v.Value, v.Verdict = in.Show(current.Value, zone), verdictOf(current.Verdict)
		v.Again = repeatAsked(entries)
	}
	v.Open = len(entries) == 0 || v.Again
	v.Waiting = waitsFor(s, st.Step.Name, in.Name)
	v.Typed, v.Error = t.texts[in.Name], t.sentences[in.Name]
	return v
}

// repeatAsked says whether the protocol lets the value be measured again
// (EXE-08: the first stays).
func repeatAsked(entries []batch.ValueEntry) bool {
	repeats := 0
	for _, entry := range entries {
		if entry.Repeat {
			repeats++
		}
	}
	latest := entries[len(entries)-1]
	return latest.Verdict.Limit != nil && repeats < latest.Verdict.Limit.Then.Repeat
}

func valueOf(s *batch.State, in protocol.Input, entry batch.ValueEntry, i, count int, zone *time.Location) valueView {
	v := valueView{
		Text: in.Show(entry.Value, zone), At: when(entry.At, zone), Name: entry.Name, Reason: entry.Reason,
		Struck: i < count-1, Verdict: verdictOf(entry.Verdict), Effects: entry.Effects,
		Manner: mannerWords(entry.Act, zone),
	}
	if second := s.Second(entry); second != nil {
		by := actWords(*second, zone)
		v.Second = &by
	}
	if v.Text == "" {
		v.Text = entry.Text
	}
	switch {
	case entry.Repeat:
		v.Kind = "measured again"
	case entry.Reason != "":
		v.Kind = "corrected"
	case i == 0 && count > 1:
		v.Kind = "first entry"
	}
	return v
}

// limitsOf are the limits of a value in words, in figures as far as they are
// known.
func limitsOf(s *batch.State, st *batch.StepState, unit protocol.Unit, limits []protocol.Limit) []string {
	var words []string
	for _, limit := range limits {
		words = append(words, levelled(limit, s.LimitWords(st, limit, unit)))
	}
	return words
}

// levelled says what happens when a limit is broken.
func levelled(limit protocol.Limit, words string) string {
	if limit.Outside {
		return fmt.Sprintf("%s if %s", levelWords(limit.Level), strings.TrimPrefix(words, "is "))
	}
	return fmt.Sprintf("%s; otherwise %s", words, levelWords(limit.Level))
}

func levelWords(level protocol.Level) string {
	switch level {
	case protocol.Warn:
		return "a warning"
	case protocol.Action:
		return "an exception"
	}
	return "never acceptable"
}

// waitWords say how long a step takes.
func waitWords(step *protocol.Step) string {
	least, most := protocol.ShowDuration(step.Wait.Min), protocol.ShowDuration(step.Wait.Max)
	switch {
	case step.Wait.Min > 0 && step.Wait.Max > 0:
		return fmt.Sprintf("It takes from %s to %s.", least, most)
	case step.Wait.Min > 0:
		return fmt.Sprintf("It takes at least %s.", least)
	case step.Wait.Max > 0:
		return fmt.Sprintf("It takes at most %s.", most)
	}
	return ""
}

// choicesOf are the words of which one is pressed: those that may stand in the
// value's place among them. Where one of these needs its reason, it is typed.
func choicesOf(in protocol.Input) []string {
	choices := in.Choices
	if in.Type == protocol.TypeYesNo {
		choices = []string{"yes", "no"}
	}
	if len(choices) == 0 || slices.Contains(in.Absent, protocol.NotApplicable) {
		return nil
	}
	return slices.Concat(choices, in.Absent)
}

// hintOf says how a value is typed, and what may stand in its place.
func hintOf(in protocol.Input) string {
	hint := typedAs(in)
	for _, word := range in.Absent {
		if word == protocol.NotApplicable {
			word += ": and why"
		}
		if hint != "" {
			hint += "; or "
		}
		hint += word
	}
	return hint
}

func typedAs(in protocol.Input) string {
	switch in.Type {
	case protocol.TypeChoice:
		return strings.Join(in.Choices, ", ")
	case protocol.TypeYesNo:
		return "yes or no"
	case protocol.TypeDecimal:
		return "Write it as in 5" + tenths(in.Places)
	case protocol.TypeRange:
		at := tenths(in.Places)
		return fmt.Sprintf("Lowest to highest, as in 2%s to 8%s; the mean may follow, as in 2%s to 8%s, mean 4%s", at, at, at, at, at)
	case protocol.TypeFile:
		return "The file’s name and its SHA-256, as in scale.jpg, sha256 and 64 digits"
	case protocol.TypeCount:
		return "A whole number"
	case protocol.TypeDateTime:
		return "Site time, as in 2026-11-20 10:03"
	case protocol.TypeDuration:
		return "As in 30 min or 1 h 30 min"
	}
	return ""
}

// tenths are as many decimal places as a figure is written with.
func tenths(places int) string {
	if places == 0 {
		return ""
	}
	return "." + strings.Repeat("0", places)
}

func modeOf(t protocol.InputType) string {
	switch t {
	case protocol.TypeDecimal:
		return "decimal"
	case protocol.TypeCount:
		return "numeric"
	}
	return "text"
}

// itemsOf gives the items whose lot or moves matter in a step.
func itemsOf(s *batch.State, step *protocol.Step) []batch.Item {
	wanted := map[string]bool{}
	for _, name := range step.Uses {
		wanted[name] = true
	}
	for _, scan := range step.Scans {
		wanted[scan.Field] = true
	}
	var found []batch.Item
	for _, item := range s.Items {
		if wanted[item.Name] {
			found = append(found, item)
		}
	}
	return found
}

// itemOf draws one item with the move that it can make next.
func itemOf(s *batch.State, item batch.Item, zone *time.Location) itemView {
	v := itemView{Name: item.Name, Title: item.Name, Kind: s.LotOrNumber(item.Name), Lot: item.Lot, Expiry: when(item.Expiry, zone), To: registeredAddress(item.Register)}
	if s.Protocol != nil {
		if planned := s.Protocol.Item(item.Name); planned != nil {
			v.Title = titleOr(planned.Title, item.Name)
		}
		for _, budget := range s.Protocol.Budgets {
			v.Movable = v.Movable || budget.Item == item.Name
		}
		v.Marks = marksOf(s, item.Name)
	}
	v.Where, v.Direction, v.Words = "in its storage", "out", "Take it out of storage"
	for _, moved := range s.Moves {
		if moved.Item != item.Name || moved.To != "out" && moved.To != "back" {
			continue
		}
		if moved.To == "out" {
			v.Where, v.Direction, v.Words = "out of storage since "+when(moved.At, zone), "back", "Put it back into storage"
		} else {
			v.Where, v.Direction, v.Words = "in its storage since "+when(moved.At, zone), "out", "Take it out of storage"
		}
	}
	return v
}

// offer gives each act that an item can still see its idempotency key; none
// once the batch has ended.
func (v *itemView) offer(batch, step, ended string, key func() string) {
	if ended != "" {
		v.Movable, v.Marks = false, nil
	} else {
		v.Another = setOutAddress(batch, v.Name, step)
	}
	if v.Movable {
		v.Key = key()
	}
	for i := range v.Marks {
		v.Marks[i].Key = key()
	}
}

// marksOf are the things that a window waits for to happen to an item.
func marksOf(s *batch.State, item string) []itemMark {
	var marks []itemMark
	for _, to := range []string{"opened", "thawed"} {
		asked, done := false, false
		for _, w := range s.Protocol.Windows {
			for _, p := range []protocol.Point{w.From, w.To} {
				asked = asked || p.Step == item && p.At == to
			}
		}
		for _, moved := range s.Moves {
			done = done || moved.Item == item && moved.To == to
		}
		if asked && !done {
			marks = append(marks, itemMark{To: to})
		}
	}
	return marks
}

// exceptionView is one exception with its decision, if there is one.
type exceptionView struct {
	Number                               int
	Class, Severity, HoldsUp, Step, To   string
	Text, At, Name, Decision, Reason, By string
	Decider                              string // who decides it
	Open                                 bool
	Noted                                bool     // it needs no decision
	Given                                []string // of two decisions, the one that is there
	Undone                               []undoneView
	Offers                               []choice // of a decision, on the review page
	Own                                  string   // reason that was begun there
}

// undoneView is a decision that a correction took away.
type undoneView struct {
	Decision, Reason string
	By               signedBy
}

func exceptionOf(s *batch.State, e batch.Exception, zone *time.Location) exceptionView {
	v := exceptionView{
		Number: e.Number, Class: e.Class, Severity: e.Severity, HoldsUp: s.HoldsUp(e), Step: e.Step, Text: e.Text,
		At: when(e.Raised.At, zone), Name: e.Raised.Name, Reason: e.Reason, Decider: e.Decider(),
		Open: e.Resolved == nil && e.Blocks != batch.BlocksNothing, Noted: e.Resolved == nil && e.Blocks == batch.BlocksNothing,
	}
	for _, given := range e.Approvals {
		v.Given = append(v.Given, fmt.Sprintf("Accepted by %s, %s, %s: %s", given.Name, given.Role, when(given.At, zone), given.Reason))
	}
	for _, undone := range e.Undone {
		v.Undone = append(v.Undone, undoneView{Decision: decisionWords(undone.Accepted), Reason: undone.Reason, By: actWords(undone.Act, zone)})
	}
	if e.Resolved != nil {
		v.By = fmt.Sprintf("%s, %s, %s", e.Resolved.Name, e.Resolved.Role, when(e.Resolved.At, zone))
		v.Decision = decisionWords(e.Accepted)
	}
	return v
}

func decisionWords(accepted bool) string {
	if accepted {
		return "accepted"
	}
	return "not accepted: the batch may not be released"
}

func noteOf(n batch.NoteEntry, zone *time.Location) noteView {
	return noteView{Text: n.Text, Step: n.Step, Name: n.Name, At: when(n.At, zone)}
}
