package register

import (
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// handlers are who takes materials in and handles them.
func handlers() []identity.Role {
	return []identity.Role{identity.Technician, identity.Pharmacist, identity.QualityLead}
}

// releasers are who lets a lot or a machine be used.
func releasers() []identity.Role {
	return []identity.Role{identity.Pharmacist, identity.QualityLead}
}

// ReceiveLot takes in a delivery of a lot, or one patient's material.
type ReceiveLot struct {
	Material   string    `json:"material"`
	Code       string    `json:"code"`
	Number     string    `json:"lot"`
	Serial     string    `json:"serial,omitempty"` // of a pack that has one; what its code says, where it says one
	Donation   string    `json:"donation"`
	Expiry     time.Time `json:"expiry"`
	Quantity   string    `json:"quantity"`
	Supplier   string    `json:"supplier"`
	Document   string    `json:"document"`
	ForPatient string    `json:"for_patient"` // the number on its label; "" when for anybody
}

// ReleaseLot lets a lot be used, by the document named. Here and below a lot is
// named by the site's number or by the code of its label.
type ReleaseLot struct {
	Lot      string `json:"lot"`
	Document string `json:"document"`
}

// QuarantineLot stops a lot until it is released anew.
type QuarantineLot struct {
	Lot    string `json:"lot"`
	Reason string `json:"reason"`
}

// RejectLot ends a lot for good.
type RejectLot struct {
	Lot    string `json:"lot"`
	Reason string `json:"reason"`
}

// OpenLot and ThawLot begin a lot's time in use.
type OpenLot struct {
	Lot string `json:"lot"`
}

// ThawLot begins a lot's time after thawing.
type ThawLot struct {
	Lot string `json:"lot"`
}

// Name is the written name of the command.
func (ReceiveLot) Name() string    { return "receive lot" }
func (ReleaseLot) Name() string    { return "release lot" }
func (QuarantineLot) Name() string { return "quarantine lot" }
func (RejectLot) Name() string     { return "reject lot" }
func (OpenLot) Name() string       { return "open lot" }
func (ThawLot) Name() string       { return "thaw lot" }

// Signs says who may sign, as what.
func (ReceiveLot) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }

func (ReleaseLot) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, releasers() }

func (QuarantineLot) Signs() (identity.Meaning, []identity.Role) {
	return identity.Performed, handlers()
}
func (OpenLot) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }
func (ThawLot) Signs() (identity.Meaning, []identity.Role) { return identity.Performed, handlers() }

// Signs says who may sign, as what.
func (RejectLot) Signs() (identity.Meaning, []identity.Role) {
	return identity.Rejected, []identity.Role{identity.QualityLead}
}

// stream: a new lot gets the site's next number.
func (c ReceiveLot) stream(b *Books) audit.StreamID {
	return LotStream(b.nextLot(0))
}
func (c ReleaseLot) stream(b *Books) audit.StreamID    { return LotStream(b.lotNumber(c.Lot)) }
func (c QuarantineLot) stream(b *Books) audit.StreamID { return LotStream(b.lotNumber(c.Lot)) }
func (c RejectLot) stream(b *Books) audit.StreamID     { return LotStream(b.lotNumber(c.Lot)) }
func (c OpenLot) stream(b *Books) audit.StreamID       { return LotStream(b.lotNumber(c.Lot)) }
func (c ThawLot) stream(b *Books) audit.StreamID       { return LotStream(b.lotNumber(c.Lot)) }

func (c ReceiveLot) event(b *Books, f Facts) (Event, *Refusal) {
	patient := strings.TrimSpace(c.ForPatient)
	ev := LotReceived{
		Material: strings.TrimSpace(c.Material), Code: Label(c.Code), Number: strings.TrimSpace(c.Number), Serial: strings.TrimSpace(c.Serial), Donation: c.Donation,
		Expiry: instant(c.Expiry), Quantity: Counted(c.Quantity), Supplier: strings.TrimSpace(c.Supplier),
		Document: strings.TrimSpace(c.Document), Personal: patient != "", ForPatient: patient,
	}
	if ev.Sent = f.Sent[c.Code]; ev.Sent == "" {
		ev.Sent = c.Code
	}
	if ev.Sent == ev.Code {
		ev.Sent = ""
	}
	if refusal := readable(c.Code, c.Number, c.Serial, c.Donation, c.Supplier, c.Document, c.ForPatient); refusal != nil || ev.Code == "" {
		return ev, refusal
	}
	return ev.labelled(b, f)
}

func (c ReleaseLot) event(*Books, Facts) (Event, *Refusal) {
	return LotReleased{Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}

func (c QuarantineLot) event(*Books, Facts) (Event, *Refusal) {
	return LotQuarantined{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c RejectLot) event(*Books, Facts) (Event, *Refusal) {
	return LotRejected{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c OpenLot) event(b *Books, f Facts) (Event, *Refusal) {
	lot, refusal := b.usable(b.lotNumber(c.Lot), f.Now)
	if refusal != nil {
		return nil, refusal
	}
	return LotOpened{UseBy: useBy(b.materials[lot.Material].Opened, f.Now)}, nil
}

func (c ThawLot) event(b *Books, f Facts) (Event, *Refusal) {
	lot, refusal := b.usable(b.lotNumber(c.Lot), f.Now)
	if refusal != nil {
		return nil, refusal
	}
	return LotThawed{UseBy: useBy(b.materials[lot.Material].Thawed, f.Now)}, nil
}

// usable: nothing is opened or thawed that could not be used then (MAT-02). What
// waits for its release may be: a result comes while the patient's cells thaw. It
// is asked of who wants to, and not of entries: earlier programs asked less.
func (b *Books) usable(id string, now time.Time) (*Lot, *Refusal) {
	lot, refusal := b.passable(id, Act{At: now})
	if refusal == nil && lot.Spent() {
		return nil, refuse("used_up", "Nothing of lot %s is left.", id)
	}
	return lot, refusal
}

// instant writes a moment as it stands in entries; "" for none.
func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Truncate(time.Second).Format(time.RFC3339)
}
