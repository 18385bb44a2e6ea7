package reports

import (
	"fmt"
	"reflect"
	"strings"

	"countersign/batch"
	"countersign/protocol"
	"countersign/protocol/library"
)

// actorOf gives the person of an entry as frozen in it.
func actorOf(event batch.Event) (batch.By, bool) {
	if event == nil {
		return batch.By{}, false
	}
	by, ok := reflect.ValueOf(event).FieldByName("By").Interface().(batch.By)
	return by, ok
}

// read is a value of an entry as people read it; one that cannot be read stays.
func (r *record) read(step, field, text string) string {
	if r.State.Protocol == nil {
		return protocol.Uncoded(text)
	}
	if st := r.State.Protocol.Step(step); st != nil && st.Input(field) != nil {
		in := st.Input(field)
		if value, err := in.Parse(text, r.zone); err == nil {
			return in.Show(value, r.zone)
		}
	}
	return text
}

// eventWords says in one sentence what an entry of the batch did.
func (r *record) eventWords(e Entry) string {
	switch event := e.Event.(type) {
	case batch.BatchOpened:
		words := fmt.Sprintf("opened batch %s from %s v%d", event.Batch, event.Protocol, event.Version)
		if event.Issue != "" {
			words += ", issue number " + event.Issue
		}
		if event.Chain != "" {
			words += ", chain of identity " + event.Chain
		}
		for _, item := range event.Items {
			if origin := item.OriginWords(); origin != "" {
				words += "; " + item.Name + origin
			}
		}
		if event.Reissue != "" {
			words += "; issued again after " + strings.Join(event.Reissues, ", ") + ", because: " + event.Reissue
		}
		return words
	case batch.ItemSetOut:
		return fmt.Sprintf("set out %s, %s%s: %s", event.Item.Name, event.Item.Lot, event.Item.OriginWords(), event.Reason)
	case batch.StepBegun:
		return "began step " + event.Step + manner(event.By, event.Manner)
	case batch.ScanAccepted:
		return fmt.Sprintf("step %s: scanned %s, matched: %s", event.Step, event.Field, r.personal(event.Raw)) + r.received(event.Raw, event.Sent)
	case batch.ScanRefused:
		return fmt.Sprintf("step %s: scanned %s, refused: %s – %s", event.Step, event.Field, r.personal(event.Raw), event.Why) + r.received(event.Raw, event.Sent)
	case batch.ValueRecorded:
		words := fmt.Sprintf("step %s: recorded %s = %s", event.Step, event.Field, r.read(event.Step, event.Field, event.Value))
		if event.Repeat {
			words += " (repeated measurement)"
		}
		return words + broken(event.Level, event.Reason) + manner(event.By, event.Manner)
	case batch.ValueCorrected:
		return r.correctedWords(event)
	case batch.CorrectionAsked:
		return fmt.Sprintf("step %s: asked to correct %s from %s to %s, because: %s; it counts once a second person has signed it", event.Step, event.Field,
			r.read(event.Step, event.Field, event.Before), r.read(event.Step, event.Field, event.Value), event.Reason)
	case batch.CorrectionDropped:
		return fmt.Sprintf("step %s: gave up correction %d, because: %s", event.Step, event.Correction, event.Reason)
	case batch.ItemMoved:
		words := map[string]string{"back": "put back ", "out": "took out ", "opened": "opened ", "thawed": "thawed "}
		return words[event.To] + event.Item + manner(event.By, event.Manner)
	case batch.StepDecided:
		return "decided in step " + event.Step
	case batch.StepPerformed:
		words := "performed step " + event.Step
		for _, result := range event.Results {
			words += fmt.Sprintf("; %s = %s (unrounded %s)", result.Name, protocol.Uncoded(result.Rounded), brief(result.Unrounded)) + broken(result.Level, result.Limit)
		}
		return words + manner(event.By, event.Manner)
	case batch.TypedConfirmed:
		return fmt.Sprintf("step %s: signed that what was typed for them is theirs, %d entries", event.Step, event.Entries)
	case batch.StepChecked:
		if event.Witness {
			return "witnessed step " + event.Step
		}
		return "verified step " + event.Step
	case batch.RemarkNoted:
		return "noted" + on(event.Step) + ": " + event.Text
	case batch.ExceptionRaised:
		return fmt.Sprintf("exception %d raised%s (%s, %s, holds up %s): %s", event.Number, on(event.Step), event.Class, event.Severity, event.Blocks, event.Text)
	case batch.ExceptionResolved:
		if event.Accept {
			return fmt.Sprintf("exception %d accepted: %s", event.Exception, event.Reason)
		}
		return fmt.Sprintf("exception %d not accepted: %s", event.Exception, event.Reason)
	case batch.DecidedTogether:
		return batch.Words(event)
	case batch.StopDecided:
		words := event.Why + ": decided, " + event.Decision
		if event.Authority != "" {
			words += ", authority: " + event.Authority
		}
		return words + ", because: " + event.Reason
	case batch.CustodyTaken, batch.NumberLinked, batch.NumberConfirmed, batch.BlankFollowed, batch.MaterialAccounted:
		return batch.Words(event)
	case batch.BatchReviewed:
		return strings.TrimSpace("production review: " + event.Statement + " " + trailWords(event))
	case batch.BatchRejected:
		return "rejected: " + event.Reason
	case batch.BatchAborted:
		return "aborted: " + event.Reason
	case batch.CommandRefused:
		return fmt.Sprintf("refused to %s%s: %s", batch.AttemptWords(event.Attempt), on(event.Step), event.Sentence)
	}
	for _, words := range []string{batch.OwnWords(e.Event), batch.RedlineWords(e.Event), batch.RouteWords(e.Event), batch.TypingWords(e.Event) + batch.LabelWords(e.Event), interruptionWords(e.Event)} {
		if words != "" {
			return words
		}
	}
	return kindWords(string(e.Kind)) + ": this program cannot read the entry; it stands in full in the attached data"
}

// manner says how something came into the record, where that was not at the
// moment and by whoever did it (EXE-09, REL-07).
func manner(by batch.By, m batch.Manner) string {
	words := ""
	if m.Paper != "" {
		words += "; TRANSCRIBED from blank " + m.Paper
	}
	if m.Doer != "" {
		words += "; " + by.Name + " typed it for " + m.Name + " (" + m.Role + "), because: " + m.Scribed
	}
	if m.Done != "" {
		words += "; recorded late for " + m.Typed + ", because: " + m.Late
	}
	return words
}

func on(step string) string {
	if step == "" {
		return ""
	}
	return " in step " + step
}

func broken(level, why string) string {
	if level == "" {
		return ""
	}
	return " – " + signBroken + " " + level + " limit broken: " + why
}

// kindWords makes a kind readable: "batch.step_performed" → "step performed".
func kindWords(kind string) string {
	_, words, ok := strings.Cut(kind, ".")
	if !ok {
		words = kind
	}
	return strings.ReplaceAll(words, "_", " ")
}

// lifeOf lists the signed acts that brought a protocol version into effect.
func lifeOf(v *library.Version, c clock) []Stage {
	stages := []Stage{{"drafted", v.Drafted}}
	approved := "approved"
	if v.Reviewed != nil {
		stages = append(stages, Stage{"reviewed", *v.Reviewed})
	} else {
		approved = "approved without a review, as an older program did"
	}
	if v.Approved != nil {
		stages = append(stages, Stage{approved, *v.Approved})
	}
	if v.InEffect != nil {
		stages = append(stages, Stage{"put into effect, from " + c.at(v.From), *v.InEffect})
	}
	return stages
}

// brief is an unrounded result as people read it.
func brief(coded string) string {
	q, err := protocol.ParseQuantity(coded)
	if err != nil {
		return coded
	}
	return q.Brief()
}
