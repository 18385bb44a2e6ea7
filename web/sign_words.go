package web

import (
	"fmt"

	"countersign/batch"
	"countersign/identity"
)

// stepOfCommand is the step that a command is about, or "".
func stepOfCommand(c batch.Command) string {
	switch c := c.(type) {
	case batch.Perform:
		return c.Step
	case batch.Check:
		return c.Step
	case batch.ConfirmCorrection:
		return c.Step
	case batch.WitnessCode:
		return c.Step
	case batch.ConfirmTyped:
		return c.Step
	case batch.Tell:
		return c.Step
	}
	return ""
}

// headOf heads a sheet with what is done by signing it.
func headOf(c batch.Command, m identity.Meaning) string {
	switch c := c.(type) {
	case batch.Open:
		return "open batch " + c.Batch
	case batch.Perform:
		if m == identity.AuthorisedDeviation {
			return "I decide in the step " + c.Step
		}
		return "I did the step " + c.Step
	case batch.Tell:
		return "I did the step " + c.Step + ", at " + c.Done
	case batch.EnterKept:
		return "what I recorded without a connection is mine"
	case batch.ConfirmTyped:
		return "what was typed for me in the step " + c.Step + " is mine"
	case batch.Check:
		return "I checked the step " + c.Step
	case batch.ConfirmCorrection:
		return "the correction in the step " + c.Step + " is right"
	case batch.WitnessCode:
		return "I read the wristband in the step " + c.Step
	case batch.Resolve:
		if c.Accept {
			return fmt.Sprintf("accept exception %d", c.Exception)
		}
		return fmt.Sprintf("do not accept exception %d", c.Exception)
	case batch.DecideTogether:
		return fmt.Sprintf("decide %d exceptions", len(c.Decisions))
	case batch.TakeOver, batch.LinkNumber, batch.ConfirmNumber:
		return custodyHead(c)
	case batch.LiftHold:
		return fmt.Sprintf("lift hold %d", c.Hold)
	case batch.ApproveRedline:
		return fmt.Sprintf("approve redline %d", c.Redline)
	case batch.ReadRedline:
		return fmt.Sprintf("I have read redline %d", c.Redline)
	case batch.HandOverShift:
		return "I hand the batch over"
	case batch.TakeOverShift:
		return "I take the batch over"
	case batch.AfterStop:
		if c.Decision == batch.Quarantine {
			return "quarantine the batch"
		}
		return "let the batch go on after its unit was stopped"
	case batch.ImmediateUse:
		return "immediate use, no final label"
	case batch.AnswerAlarm:
		return "I have seen the alarm"
	case batch.WitnessFate:
		return "I saw what became of it"
	case batch.SetApart:
		return "the batch is " + string(c.As)
	case batch.DemandFullReview:
		return "demand full review"
	case batch.WithdrawDemand:
		return fmt.Sprintf("withdraw demand %d for full review", c.Demand)
	case batch.LookAt:
		return "I have looked at all of " + c.Part
	case batch.Review:
		return "production review"
	case batch.Certify:
		return "certify for use"
	case batch.RecordRoute:
		return c.Stage
	case batch.Supply:
		return "supply out of specification"
	case batch.Reject:
		return "reject the batch"
	case batch.Abort:
		return "abort the batch"
	}
	return batch.CommandName(c)
}

func cancelTo(id string, c batch.Command, draft string) string {
	switch c := c.(type) {
	case batch.Open:
		return "/batches/new?protocol=" + queryEscape(c.Protocol) + "&draft=" + queryEscape(draft)
	case batch.Review, batch.Certify, batch.Reject, batch.Resolve, batch.DecideTogether, batch.RecordRoute, batch.Supply, batch.DemandFullReview, batch.WithdrawDemand, batch.LookAt:
		return batchAddress(id) + "/review?draft=" + queryEscape(draft)
	case batch.EnterKept:
		return keptAddress(id)
	case batch.ImmediateUse:
		return batchAddress(id) + "/labels"
	case batch.WitnessFate, batch.SetApart:
		return batchAddress(id) + "/afterwards"
	case batch.TakeOver, batch.LinkNumber, batch.ConfirmNumber:
		return batchAddress(id) + "/custody?draft=" + queryEscape(draft)
	case batch.Abort:
		return batchAddress(id) + "/wrong"
	case batch.ApproveRedline, batch.ReadRedline:
		return redlineAddress(id)
	case batch.HandOverShift, batch.TakeOverShift:
		return batchAddress(id) + "/shift?draft=" + queryEscape(draft)
	}
	if step := stepOfCommand(c); step != "" {
		return stepAddress(id, step)
	}
	return batchAddress(id)
}
