package reports

import (
	"countersign/audit"
	"countersign/batch"
)

// Words says in one sentence what an entry of a batch did, as the record's
// audit trail does. Opened are its sealed members; without them, what
// identifies the patient is shown as masked.
func Words(e audit.Entry, opened map[string]string) string {
	r := &record{Input: Input{State: &batch.State{Masked: len(e.Sealed) > 0 && len(opened) == 0}}}
	event, err := batch.DecodeEvent(e, opened)
	if err != nil {
		event = nil // eventWords says that it cannot be read
	}
	return r.eventWords(Entry{Stored: audit.Stored{Entry: e}, Event: event})
}
