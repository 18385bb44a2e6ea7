package register

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// ListEquipment brings a machine, or with its number says anew what it is.
type ListEquipment struct {
	Equipment string `json:"equipment"` // "" for a new one
	Kind      string `json:"kind"`
	Title     string `json:"title"`
	Code      string `json:"code"`
	Model     string `json:"model"`
	Serial    string `json:"serial"`
	Firmware  string `json:"firmware"`
	Place     string `json:"place"`
}

// ProveEquipment says until when a machine is qualified or calibrated.
type ProveEquipment struct {
	Equipment string    `json:"equipment"`
	What      string    `json:"what"`
	Until     time.Time `json:"until"`
	Document  string    `json:"document"`
}

// CleanEquipment says that a machine, or a room with its line, is clean.
type CleanEquipment struct {
	Equipment string    `json:"equipment"`
	Until     time.Time `json:"until"` // zero: until it is used
	Document  string    `json:"document"`
}

// StopEquipment takes a machine out of service.
type StopEquipment struct {
	Equipment string `json:"equipment"`
	Reason    string `json:"reason"`
}

// ReturnEquipment puts it back into service.
type ReturnEquipment struct {
	Equipment string `json:"equipment"`
	Document  string `json:"document"`
}

// RetireEquipment ends a machine's service for good.
type RetireEquipment struct {
	Equipment string `json:"equipment"`
	Reason    string `json:"reason"`
}

// Name is the written name of the command.
func (ListEquipment) Name() string   { return "list equipment" }
func (ProveEquipment) Name() string  { return "prove equipment" }
func (CleanEquipment) Name() string  { return "clean equipment" }
func (StopEquipment) Name() string   { return "stop equipment" }
func (ReturnEquipment) Name() string { return "return equipment" }
func (RetireEquipment) Name() string { return "retire equipment" }

// Signs says who may sign, as what.
func (ListEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

func (ProveEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

func (CleanEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Performed, handlers()
}

func (StopEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Performed, handlers()
}

func (ReturnEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (RetireEquipment) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

func (c ListEquipment) stream(b *Books) audit.StreamID {
	if c.Equipment == "" {
		return EquipmentStream(fmt.Sprintf("E-%04d", len(b.equipment)+1))
	}
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c ProveEquipment) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c CleanEquipment) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c StopEquipment) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c ReturnEquipment) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c RetireEquipment) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c ListEquipment) event(b *Books, _ Facts) (Event, *Refusal) {
	if _, refusal := b.serves(b.machineNumber(c.Equipment)); c.Equipment != "" && refusal != nil {
		return nil, refusal
	}
	return EquipmentListed{
		Item: strings.TrimSpace(c.Kind), Title: strings.TrimSpace(c.Title), Code: Label(c.Code), Model: strings.TrimSpace(c.Model),
		Serial: strings.TrimSpace(c.Serial), Firmware: strings.TrimSpace(c.Firmware), Place: strings.TrimSpace(c.Place),
	}, readable(c.Title, c.Code, c.Model, c.Serial, c.Firmware, c.Place)
}

func (c ProveEquipment) event(*Books, Facts) (Event, *Refusal) {
	return EquipmentProven{What: c.What, Until: instant(c.Until), Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}

func (c CleanEquipment) event(*Books, Facts) (Event, *Refusal) {
	return EquipmentCleaned{Until: instant(c.Until), Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}

func (c StopEquipment) event(*Books, Facts) (Event, *Refusal) {
	return EquipmentStopped{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c ReturnEquipment) event(*Books, Facts) (Event, *Refusal) {
	return EquipmentReturned{Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}

func (c RetireEquipment) event(*Books, Facts) (Event, *Refusal) {
	return EquipmentRetired{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}
