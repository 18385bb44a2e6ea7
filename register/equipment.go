package register

import (
	"fmt"
	"time"

	"countersign/audit"
)

// Equipment is a machine, an instrument or a room (MAT-05, EXE-03).
type Equipment struct {
	ID    string // the site's own, "E-0003"
	Kind  string // what protocols call it: "calibrator", "cabinet", "room"
	Title string
	Code  string // what its label's code says
	Model, Serial,
	Firmware, // software or firmware, and recipe, of an automated device
	Place string
	Listed     Act
	Qualified  time.Time // until when; zero when it never was
	Calibrated time.Time
	Cleaned    time.Time // when it was last cleaned and cleared; zero when it is not clean now
	CleanUntil time.Time // zero when cleaning does not run out by itself
	Documents  map[string]string
	Out        string // why it is out of service; "" while it is in service
	Retired    bool
	Interfaces []Interface // under which its data were accepted; the last may be in force
	Holder     string      // the batch that has it now
	UsedBy     string      // the last batch that had it since it was cleaned
	History    []Act       // the log book
	Uses       []Use       // which batches had it
}

// EquipmentStream is a machine's stream.
func EquipmentStream(id string) audit.StreamID { return audit.StreamID("equipment/" + id) }

// LogbookStream is its log book's, which stands apart as a lot's stock does.
func LogbookStream(id string) audit.StreamID { return audit.StreamID("logbook/" + id) }

// EquipmentListed brings a machine; said again, it says anew what it is.
// Signed as approved.
type EquipmentListed struct {
	inEquipment
	approved
	Item     string `json:"kind"`
	Title    string `json:"title"`
	Code     string `json:"code"`
	Model    string `json:"model"`
	Serial   string `json:"serial"`
	Firmware string `json:"firmware"`
	Place    string `json:"place"`
}

// EquipmentProven says until when a machine is qualified or calibrated. Signed
// as approved.
type EquipmentProven struct {
	inEquipment
	approved
	What     string `json:"what"`  // "qualified" or "calibrated"
	Until    string `json:"until"` // RFC 3339, UTC
	Document string `json:"document"`
}

// EquipmentCleaned says that a machine, or a room with its line, is clean and
// holds nothing of what was made before. Signed as performed.
type EquipmentCleaned struct {
	inEquipment
	performed
	Until    string `json:"until"` // RFC 3339, UTC; "" until it is used
	Document string `json:"document"`
}

// EquipmentStopped takes a machine out of service. Signed as performed:
// anybody may stop.
type EquipmentStopped struct {
	inEquipment
	performed
	Reason string `json:"reason"`
}

// EquipmentReturned puts it back into service. Signed as approved.
type EquipmentReturned struct {
	inEquipment
	approved
	Document string `json:"document"`
}

// EquipmentRetired ends a machine's service for good. Signed as approved.
type EquipmentRetired struct {
	inEquipment
	approved
	Reason string `json:"reason"`
}

// EquipmentTaken is a batch taking a machine for itself: it stands in the log
// beside the scan that took it, and carries that act's actor.
type EquipmentTaken struct {
	inLogbook
	unsigned
	Batch string `json:"batch"`
	Item  string `json:"item"`
}

// EquipmentFreed is a batch's last step with a machine, or its end.
type EquipmentFreed struct {
	inLogbook
	unsigned
	Batch string `json:"batch"`
	Item  string `json:"item"`
}

// The written kinds of a machine.
const (
	KindEquipmentListed   audit.Kind = "equipment.listed"
	KindEquipmentProven   audit.Kind = "equipment.proven"
	KindEquipmentCleaned  audit.Kind = "equipment.cleaned"
	KindEquipmentStopped  audit.Kind = "equipment.stopped"
	KindEquipmentReturned audit.Kind = "equipment.returned"
	KindEquipmentRetired  audit.Kind = "equipment.retired"
	KindEquipmentTaken    audit.Kind = "logbook.taken"
	KindEquipmentFreed    audit.Kind = "logbook.freed"
)

// Kind is the written kind of the event's entry.
func (EquipmentListed) Kind() audit.Kind   { return KindEquipmentListed }
func (EquipmentProven) Kind() audit.Kind   { return KindEquipmentProven }
func (EquipmentCleaned) Kind() audit.Kind  { return KindEquipmentCleaned }
func (EquipmentStopped) Kind() audit.Kind  { return KindEquipmentStopped }
func (EquipmentReturned) Kind() audit.Kind { return KindEquipmentReturned }
func (EquipmentRetired) Kind() audit.Kind  { return KindEquipmentRetired }
func (EquipmentTaken) Kind() audit.Kind    { return KindEquipmentTaken }
func (EquipmentFreed) Kind() audit.Kind    { return KindEquipmentFreed }

// Words say what happened to the machine.
func (e EquipmentListed) Words() string { return fmt.Sprintf("Lists %s as %s", e.Title, e.Item) }

// Words say what happened to the machine.
func (e EquipmentProven) Words() string {
	return fmt.Sprintf("States that it is %s until %s, by %s", e.What, dated(e.Until), e.Document)
}

// Words say what happened to the machine.
func (e EquipmentCleaned) Words() string {
	if e.Until == "" {
		return "Cleans it, and states that nothing of earlier work is left"
	}
	return fmt.Sprintf("Cleans it, and states that nothing of earlier work is left; clean until %s", dated(e.Until))
}

// Words say what happened to the machine.
func (e EquipmentStopped) Words() string { return "Takes it out of service: " + e.Reason }

// Words say what happened to the machine.
func (e EquipmentReturned) Words() string { return "Puts it back into service by " + e.Document }

// Words say what happened to the machine.
func (e EquipmentRetired) Words() string { return "Retires it for good: " + e.Reason }

// Words say what happened to the machine.
func (e EquipmentTaken) Words() string { return "Is taken for batch " + e.Batch }

// Words say what happened to the machine.
func (e EquipmentFreed) Words() string { return "Is freed by batch " + e.Batch }
