package batch

import (
	"strings"
	"time"

	"countersign/audit"
	"countersign/register"
)

// Rows are what events write into the books of what they use, beside the
// batch's own entries: what is taken of a lot when it is set out, and a machine
// that is taken for the batch with its first scan (MAT-01, MAT-05).
func Rows(s *State, batch string, events []Event, f Facts, now time.Time) []register.Written {
	var rows []register.Written
	for _, ev := range events {
		switch e := within(ev).(type) {
		case BatchOpened:
			for _, item := range e.Items {
				rows = append(rows, stockRow(batch, item)...)
			}
		case ItemSetOut:
			rows = append(rows, stockRow(batch, e.Item)...)
		case AlarmAnswered:
			rows = append(rows, alarmRow(batch, e)...)
		case ReadingTaken:
			rows = append(rows, readingRow(batch, e)...)
		case MaterialAccounted:
			rows = append(rows, returnedRow(batch, e)...)
		case ScanAccepted:
			rows = append(rows, takenRow(s, batch, e.Raw, e.Field, f, now)...)
		case CodeTyped:
			if e.Why == "" {
				rows = append(rows, takenRow(s, batch, e.Raw, e.Field, f, now)...)
			}
		}
	}
	return rows
}

// takenRow takes a machine for the batch whose code matched first.
func takenRow(s *State, batch, raw, field string, f Facts, now time.Time) []register.Written {
	fit, ok := f.Registered[s.codeOf(raw, now)]
	if !ok || !fit.Machine() || fit.Holder != "" {
		return nil
	}
	return []register.Written{{Stream: fit.Rows(), Event: register.EquipmentTaken{Batch: batch, Item: field}}}
}

func stockRow(batch string, item OpenedItem) []register.Written {
	id, isLot := strings.CutPrefix(item.Register, "lot/")
	if !isLot {
		return nil
	}
	return []register.Written{{Stream: register.StockStream(id), Event: register.StockTaken{Batch: batch, Item: item.Name, Amount: item.Amount}}}
}

// Rests says on which streams of the registers a command's decision rests,
// and where they stood: nothing may slip in between (two terminals, one lot).
func Rests(s *State, c Command, f Facts, now time.Time) []audit.Condition {
	var codes []string
	switch c := c.(type) {
	case Open:
		for _, item := range c.Items {
			codes = append(codes, scanned(item.Code))
		}
	case SetOut:
		codes = append(codes, scanned(c.Item.Code))
	case Scan:
		codes = append(codes, s.codeOf(scanned(c.Raw), now))
	case EnterKept:
		codes = append(codes, s.codeOf(scanned(c.Code), now))
		if c.Kept >= 1 && c.Kept <= len(s.Kept) {
			codes = append(codes, s.senders(s.Kept[c.Kept-1].Note.Step, s.Kept[c.Kept-1].Note.Field)...)
		}
	case TypeCode:
		codes = append(codes, s.codeOf(scanned(c.Text), now))
	case TakeReading:
		codes = s.senders(c.Step, c.Field)
	case TypeInstead:
		codes = s.senders(c.Step, c.Field)
	case Record:
		codes = s.senders(c.Step, c.Field)
	case Tell:
		codes = s.senders(c.Step, c.Field)
	case Correct:
		codes = s.senders(c.Step, c.Field)
	case Account:
		codes = s.accountedFrom(c)
	case Perform:
		codes = s.usedIn(c.Step)
	}
	var rests []audit.Condition
	for _, code := range codes {
		fit, ok := f.Registered[code]
		if !ok {
			continue
		}
		rests = append(append(rests, audit.Condition{Stream: fit.Stream, Version: fit.Version}), fit.Grounds...)
		if _, signing := c.(Perform); !signing {
			rests = append(rests, audit.Condition{Stream: fit.Rows(), Version: fit.Row})
		}
	}
	return rests
}

// usedIn gives the codes of what a step uses.
func (s *State) usedIn(step string) (codes []string) {
	if s == nil || s.Step(step) == nil {
		return nil
	}
	for _, item := range s.Items {
		if uses(s.Step(step).Step, item.Name) {
			codes = append(codes, item.Code)
		}
	}
	return codes
}

// Codes are all codes that deciding a command asks the registers about.
func Codes(s *State, c Command) []string {
	var codes []string
	if s != nil {
		for _, item := range s.Items {
			codes = append(codes, item.Code)
		}
	}
	switch c := c.(type) {
	case Open:
		for _, item := range c.Items {
			codes = append(codes, scanned(item.Code))
		}
	case SetOut:
		codes = append(codes, scanned(c.Item.Code))
	case Scan:
		codes = append(codes, scanned(c.Raw))
	case EnterKept:
		codes = append(codes, scanned(c.Code))
	case TypeCode:
		codes = append(codes, scanned(c.Text))
	}
	return codes
}
