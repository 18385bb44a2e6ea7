package batch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Stream is the stream of a batch in the log.
func Stream(batch string) audit.StreamID { return audit.StreamID("batch/" + batch) }

// DraftOf makes an event the entry that the ledger stores: canonical payload,
// and sealed members for what identifies the patient. salts gives a fresh
// random salt at each call. The signature, where one is needed, is added by
// whoever lets the person sign.
func DraftOf(ev Event, id string, actor identity.PersonID, now time.Time, salts func() [32]byte) (audit.Draft, error) {
	raw, err := payloadOf(ev)
	if err != nil {
		return audit.Draft{}, err
	}
	draft := audit.Draft{
		Stream: Stream(id), Kind: ev.Kind(), KindVersion: versionOf(ev),
		Time: now.UTC().Truncate(time.Microsecond), Actor: string(actor), Payload: raw,
	}
	draft.Sealed = audit.Seal(sealedOf(ev), salts)
	return draft, nil
}

// payloadOf is the canonical JSON of an event without its sealed members.
func payloadOf(ev Event) ([]byte, error) {
	switch e := ev.(type) {
	case LabelPrinted:
		ev = closedLabel(e)
	case ScanAccepted:
		if e.Field == patientField {
			e.Raw, e.Sent = "", ""
		}
		ev = e
	case ScanRefused:
		if e.Personal {
			e.Raw, e.Sent = "", ""
		}
		ev = e
	case NumberLinked:
		e.Number, e.Wristband = "", ""
		ev = e
	case CodeTyped:
		if e.Personal {
			e.Raw = ""
		}
		ev = e
	case closing:
		ev = e.closed()
	case sealing:
		ev = e.closed()
	case CommandRefused:
		if personal(e) {
			e.Command = ""
		}
		ev = e
	}
	raw, err := json.Marshal(ev)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ev.Kind(), err)
	}
	canonical, err := audit.CanonicalJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ev.Kind(), err)
	}
	return canonical, nil
}

// personal says that a refused command may name a patient: an opening, a scan,
// which may be of a wristband, an item for a patient, or a patient's number.
func personal(e CommandRefused) bool {
	if _, is := commands()[e.Attempt].(personalCommand); is {
		return true
	}
	return e.Attempt == "open" || e.Attempt == "scan" || e.Attempt == "setout" || e.Attempt == "applylabel" || e.Attempt == "linknumber" || e.Attempt == "takeover" || e.Attempt == "typecode"
}

// sealedOf gives the members that are sealed, by name.
func sealedOf(ev Event) map[string]string {
	switch e := ev.(type) {
	case sealing:
		return e.sealed()
	case BatchOpened:
		sealed := map[string]string{
			"name": e.Patient.Name, "born": e.Patient.Born,
			"number": e.Patient.Number, "wristband": e.Patient.Wristband, "wristband_sent": e.Patient.Sent,
		}
		for i, item := range e.Items {
			if item.Personal {
				sealed[itemMember(i)] = item.ForPatient
			}
		}
		return sealed
	case LabelPrinted:
		return sealedLabel(e)
	case ItemSetOut:
		if e.Item.Personal {
			return map[string]string{"item.for_patient": e.Item.ForPatient}
		}
	case ScanAccepted:
		if e.Field == patientField {
			return map[string]string{"raw": e.Raw, "sent": e.Sent}
		}
	case ScanRefused:
		if e.Personal {
			return map[string]string{"raw": e.Raw, "sent": e.Sent}
		}
	case NumberLinked:
		return map[string]string{"number": e.Number, "wristband": e.Wristband}
	case CodeTyped:
		if e.Personal {
			return map[string]string{"raw": e.Raw}
		}
	case CommandRefused:
		if personal(e) {
			return map[string]string{"command": e.Command}
		}
	}
	return nil
}

func itemMember(i int) string { return "items." + strconv.Itoa(i) + ".for_patient" }

// events gives the zero event of each kind.
func events() []Event {
	return []Event{
		BatchOpened{},
		StepBegun{},
		ScanAccepted{},
		ScanRefused{},
		ValueRecorded{},
		ValueCorrected{},
		CorrectionAsked{},
		CorrectionDropped{},
		ItemSetOut{},
		ItemMoved{},
		StepPerformed{},
		StepDecided{},
		StepChecked{},
		TypedConfirmed{},
		RemarkNoted{},
		ExceptionRaised{},
		ExceptionResolved{},
		StopDecided{},
		HoldPut{},
		HoldLifted{},
		ShiftHandedOver{},
		ShiftTakenOver{},
		BatchReviewed{},
		BatchCertified{},
		BatchRejected{},
		BatchAborted{},
		CommandRefused{},
		CustodyTaken{},
		NumberLinked{},
		NumberConfirmed{},
		LabelPrinted{},
		LabelApplied{},
		LabelDestroyed{},
		LabelAttached{},
		ImmediateUseConfirmed{},
		DeviationAttached{},
		DeviationRuled{},
		RouteRecorded{},
		BatchSupplied{},
		SupplyTold{},
		CodeTyped{},
		CodeWitnessed{},
		BlankFollowed{},
		RedlineProposed{},
		RedlineApproved{},
		RedlineDropped{},
		RedlineRead{},
		InformationReported{},
		NewsTold{},
		FateRecorded{},
		FateWitnessed{},
		DecidedTogether{},
		MaterialAccounted{},
		BatchSetApart{},
		FullReviewDemanded{},
		DemandWithdrawn{},
		PartLookedAt{},
		KeptHandedIn{},
		KeptEntered{},
		KeptClosed{},
		ReadingTaken{},
		TypedInstead{},
		AlarmAnswered{},
	}
}

// DecodeEvent reads an entry of a batch strictly: an unknown kind, a strange
// member or a payload that DraftOf would not have written is an error.
// openings holds the opened members by name; what is not there stays empty.
func DecodeEvent(e audit.Entry, openings map[string]string) (Event, error) {
	known := false
	for _, zero := range append(events(), earlier()...) {
		if zero.Kind() != e.Kind {
			continue
		}
		if known = true; versionOf(zero) != e.KindVersion {
			continue
		}
		target := reflect.New(reflect.TypeOf(zero))
		if err := audit.DecodeStrictly(e.Payload, target.Interface()); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Kind, err)
		}
		ev, ok := target.Elem().Interface().(Event)
		if !ok {
			return nil, fmt.Errorf("read %s: not an event", e.Kind)
		}
		again, err := payloadOf(ev)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(again, e.Payload) {
			return nil, fmt.Errorf("read %s: the payload is not as it would be written", e.Kind)
		}
		if old, ok := ev.(older); ok {
			ev = old.today()
		}
		return opened(ev, openings), nil
	}
	if known {
		return nil, fmt.Errorf("read %s: version %d of this kind is not known", e.Kind, e.KindVersion)
	}
	return nil, fmt.Errorf("read entry: no kind %q in a batch", e.Kind)
}

// opened puts the opened members back.
func opened(ev Event, openings map[string]string) Event {
	switch e := ev.(type) {
	case sealing:
		return e.unsealed(openings)
	case BatchOpened:
		e.Patient = Patient{
			Name: openings["name"], Born: openings["born"], Number: openings["number"],
			NumberType: e.NumberType, Wristband: openings["wristband"], Sent: openings["wristband_sent"],
		}
		for i := range e.Items {
			if e.Items[i].Personal {
				e.Items[i].ForPatient = openings[itemMember(i)]
			}
		}
		return e
	case LabelPrinted:
		return openedLabel(e, openings)
	case ItemSetOut:
		if e.Item.Personal {
			e.Item.ForPatient = openings["item.for_patient"]
		}
		return e
	case ScanAccepted:
		if e.Field == patientField {
			e.Raw, e.Sent = openings["raw"], openings["sent"]
		}
		return e
	case ScanRefused:
		if e.Personal {
			e.Raw, e.Sent = openings["raw"], openings["sent"]
		}
		return e
	case NumberLinked:
		e.Number, e.Wristband = openings["number"], openings["wristband"]
		return e
	case CodeTyped:
		if e.Personal {
			e.Raw = openings["raw"]
		}
		return e
	case CommandRefused:
		if personal(e) {
			e.Command = openings["command"]
		}
		return e
	}
	return ev
}
