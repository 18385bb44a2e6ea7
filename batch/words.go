package batch

import (
	"fmt"
	"slices"
	"strings"
)

// Words tells an event in one plain sentence, for an audit trail. It names no
// patient.
func Words(ev Event) string {
	switch e := ev.(type) {
	case BatchOpened:
		line := fmt.Sprintf("Opened batch %s from %s version %d, order %s.", e.Batch, e.Protocol, e.Version, e.Reference)
		if e.Issue != "" {
			line += " Issue number " + e.Issue + "."
		}
		if e.Reissue != "" {
			line += fmt.Sprintf(" Issued again after %s: %s", strings.Join(e.Reissues, ", "), e.Reissue)
		}
		return line + nearWords(e.Near)
	case StepBegun:
		return fmt.Sprintf("Began step %s.", e.Step) + e.Manner.words(e.By)
	case ScanAccepted:
		if e.Lot != "" {
			return fmt.Sprintf("Scanned %s in step %s: it matched %s.", e.Field, e.Step, e.Lot)
		}
		return fmt.Sprintf("Scanned %s in step %s: it matched.", e.Field, e.Step)
	case ScanRefused:
		return fmt.Sprintf("Scanned %s in step %s: refused, %s.", e.Field, e.Step, e.Why)
	case ValueRecorded:
		word := "Recorded"
		if e.Repeat {
			word = "Measured again"
		}
		return fmt.Sprintf("%s %s in step %s: %s.%s", word, e.Field, e.Step, e.Value, broken(e.Level, e.Reason)) + e.Manner.words(e.By)
	case ValueCorrected:
		return e.words()
	case CorrectionAsked:
		return fmt.Sprintf("Asked to correct %s in step %s from %s to %s: %s. It counts once a second person has signed it.", e.Field, e.Step, e.Before, e.Value, strings.TrimSuffix(e.Reason, "."))
	case CorrectionDropped:
		return fmt.Sprintf("Gave up correction %d in step %s: %s", e.Correction, e.Step, e.Reason)
	case ItemSetOut:
		return fmt.Sprintf("Set out another %s, %s: %s.", e.Item.Name, e.Item.Lot, strings.TrimSuffix(e.Reason, "."))
	case ItemMoved:
		switch e.To {
		case "out":
			return fmt.Sprintf("Took %s out of its storage.", e.Item) + e.Manner.words(e.By)
		case "back":
			return fmt.Sprintf("Put %s back into its storage.", e.Item) + e.Manner.words(e.By)
		}
		return sentenceCase(fmt.Sprintf("%s was %s.", e.Item, e.To)) + e.Manner.words(e.By)
	case StepDecided:
		return fmt.Sprintf("Signed the decision %s.", e.Step)
	case StepPerformed:
		return fmt.Sprintf("Signed step %s as performed.", e.Step) + e.Manner.words(e.By)
	case TypedConfirmed:
		return fmt.Sprintf("Signed that what was typed for them in step %s is theirs: %d entries.", e.Step, e.Entries)
	case StepChecked:
		return fmt.Sprintf("Signed step %s as %s.", e.Step, meanings(e))
	case RemarkNoted:
		if e.Step != "" {
			return fmt.Sprintf("Noted in step %s: %s", e.Step, e.Text)
		}
		return "Noted: " + e.Text
	case ExceptionRaised:
		return fmt.Sprintf("Exception %d (%s, %s) blocks %s: %s", e.Number, e.Class, e.Severity, e.Blocks, e.Text)
	case ExceptionResolved:
		return Resolve{Exception: e.Exception, Accept: e.Accept, Reason: e.Reason}.words()
	case DecidedTogether:
		lines := make([]string, len(e.Decisions))
		for i, one := range e.Decisions {
			lines[i] = one.words()
		}
		return strings.Join(lines, " ")
	case BlankFollowed:
		return e.words()
	case CustodyTaken:
		return sentenceCase(e.words())
	case NumberLinked:
		return e.words()
	case MaterialAccounted:
		return e.words()
	case NumberConfirmed:
		return fmt.Sprintf("Confirmed link %d of a patient number.", e.Link)
	case HoldPut:
		return fmt.Sprintf("Put the batch on hold (%d, %s): %s", e.Number, e.Type, e.Reason)
	case HoldLifted:
		return fmt.Sprintf("Lifted hold %d: %s", e.Hold, e.Reason)
	case ShiftHandedOver:
		return "Handed the batch over. " + strings.Join(append(slices.Clip(e.Open), e.Words), " ")
	case ShiftTakenOver:
		return "Took the batch over. " + e.Words
	case BatchReviewed:
		return e.words()
	case BatchRejected:
		return "Rejected the batch: " + e.Reason
	case BatchAborted:
		return "Aborted the batch: " + e.Reason
	case CommandRefused:
		if e.Step != "" {
			return fmt.Sprintf("Refused to %s in step %s: %s", AttemptWords(e.Attempt), e.Step, e.Sentence)
		}
		return fmt.Sprintf("Refused to %s: %s", AttemptWords(e.Attempt), e.Sentence)
	}
	if words := OwnWords(ev); words != "" {
		return words
	}
	if words := RedlineWords(ev); words != "" {
		return words
	}
	if words := RouteWords(ev); words != "" {
		return words
	}
	if words := TypingWords(ev); words != "" {
		return words
	}
	return LabelWords(ev)
}

// broken says which limit a value breaks; "" when none.
func broken(level, reason string) string {
	if level == "" {
		return ""
	}
	return fmt.Sprintf(" Outside its limit (%s): %s.", level, reason)
}
