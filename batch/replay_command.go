package batch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// commandOf makes the command again that an event came from. In a masked
// record what is sealed is stood in for; nil means that it cannot be.
func commandOf(ev Event, masked bool) (Command, error) {
	switch e := ev.(type) {
	case occurrence:
		return e.again(masked), nil
	case BatchOpened:
		return openOf(e)
	case StepBegun:
		return tellOf(Begin{Step: e.Step}, e.Manner), nil
	case ScanAccepted:
		return Scan{Step: e.Step, Field: e.Field, Raw: e.Raw}, nil
	case ScanRefused:
		if e.Personal && masked {
			return Scan{Step: e.Step, Field: e.Field, Raw: "masked"}, nil
		}
		return Scan{Step: e.Step, Field: e.Field, Raw: e.Raw}, nil
	case CodeTyped:
		return e.again(masked), nil
	case CodeWitnessed:
		return WitnessCode{Step: e.Step}, nil
	case ValueRecorded:
		return tellOf(Record{Step: e.Step, Field: e.Field, Text: e.Text}, e.Manner), nil
	case ValueCorrected:
		if e.Asked > 0 {
			return ConfirmCorrection{Step: e.Step, Correction: e.Asked}, nil
		}
		return Correct{Step: e.Step, Field: e.Field, Text: e.Text, Reason: e.Reason}, nil
	case CorrectionAsked:
		return Correct{Step: e.Step, Field: e.Field, Text: e.Text, Reason: e.Reason}, nil
	case CorrectionDropped:
		return DropCorrection{Step: e.Step, Correction: e.Correction, Reason: e.Reason}, nil
	case ItemSetOut:
		item, err := itemOf(e.Item)
		return SetOut{Item: item, Reason: e.Reason}, err
	case ItemMoved:
		return tellOf(Move{Item: e.Item, To: e.To}, e.Manner), nil
	case StepPerformed:
		return tellOf(Perform{Step: e.Step}, e.Manner), nil
	case HoldPut:
		return PutOnHold{Kind: HoldKind(e.Type), Reason: e.Reason}, nil
	case HoldLifted:
		return LiftHold{Hold: e.Hold, Reason: e.Reason}, nil
	case ShiftHandedOver:
		return HandOverShift{Words: e.Words}, nil
	case ShiftTakenOver:
		return TakeOverShift{Words: e.Words}, nil
	case TypedConfirmed:
		return ConfirmTyped{Step: e.Step}, nil
	case StepDecided:
		return Perform{Step: e.Step}, nil
	case StepChecked:
		return Check{Step: e.Step}, nil
	case RemarkNoted:
		return Note{Step: e.Step, Text: e.Text}, nil
	case ExceptionRaised:
		switch {
		case e.Class == recallClass:
			return recallOf(e), nil
		case strings.HasPrefix(e.Cause, handCause):
			return raiseOf(e), nil
		case e.Class == promoted:
			note, err := strconv.ParseInt(strings.TrimPrefix(e.Cause, noteCause), 10, 64)
			return Promote{Note: note, Text: e.Text}, err
		}
		return nil, errors.New("no act gave rise to this exception")
	case ExceptionResolved:
		return Resolve{Exception: e.Exception, Accept: e.Accept, Reason: e.Reason}, nil
	case DecidedTogether:
		return DecideTogether{Decisions: e.Decisions}, nil
	case StopDecided:
		return AfterStop{Decision: e.Decision, Authority: e.Authority, Reason: e.Reason}, nil
	case DeviationAttached:
		return AttachDeviation{Deviation: e.Deviation, Exception: e.Exception}, nil
	case RedlineProposed:
		return ProposeRedline{Text: e.Text, Reason: e.Reason}, nil
	case RedlineApproved:
		return ApproveRedline{Redline: e.Redline}, nil
	case RedlineDropped:
		return DropRedline{Redline: e.Redline, Reason: e.Reason}, nil
	case RedlineRead:
		return ReadRedline{Redline: e.Redline}, nil
	case BlankFollowed:
		return FollowBlank{Blank: e.Blank}, nil
	case DeviationRuled:
		return RuleDeviation{Deviation: e.Deviation}, nil
	case RouteRecorded:
		return RecordRoute{Stage: e.Stage, Whom: e.Whom, When: e.When, Document: e.Document, Text: e.Text}, nil
	case BatchSupplied:
		return Supply{Statement: e.Statement, Place: e.Place}, nil
	case SupplyTold:
		return TellSupply{Whom: e.Whom, Name: e.Name, How: e.How, When: e.When, Document: e.Document}, nil
	case BatchReviewed:
		return Review{Statement: e.Statement}, nil
	case BatchRejected:
		return Reject{Reason: e.Reason}, nil
	case BatchAborted:
		return Abort{Reason: e.Reason}, nil
	case CustodyTaken:
		return TakeOver{Of: e.Of, Raw: e.Raw, Place: e.Place, Reason: e.Reason}, nil
	case NumberLinked:
		return linkOf(e, masked), nil
	case NumberConfirmed:
		return ConfirmNumber{Link: e.Link}, nil
	case LabelPrinted:
		drawn := Drawn{Image: e.Image, Width: e.Width, Height: e.Height}
		if e.Of > 0 {
			return Reprint{Copy: e.Of, Reason: e.Reason, Drawn: drawn}, nil
		}
		return PrintLabel{Label: e.Label, Copies: len(e.Copies), Expiry: e.Entered, Reason: e.Reason, Drawn: drawn}, nil
	case LabelApplied:
		return ApplyLabel{Raw: e.Raw}, nil
	case LabelDestroyed:
		return DestroyLabel{Copy: e.Copy, Reason: e.Reason}, nil
	case LabelAttached:
		return AttachLabel{Copy: e.Copy, Reason: e.Reason}, nil
	case MaterialAccounted:
		return Account{Item: e.Item, Lot: e.Lot, Used: e.Used, Returned: e.Returned, Destroyed: e.Destroyed, Sampled: e.Sampled, Reason: e.Reason}, nil
	case ImmediateUseConfirmed:
		return ImmediateUse{PointOfCare: e.PointOfCare, Entirely: e.Entirely, NothingKept: e.NothingKept}, nil
	case CommandRefused:
		if e.Command == "" {
			return nil, nil
		}
		return UnmarshalCommand([]byte(e.Command))
	}
	return nil, fmt.Errorf("no command comes to %s", ev.Kind())
}
