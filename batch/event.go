package batch

import (
	"countersign/audit"
	"countersign/identity"
)

// Event is what a command comes to: one entry each. The set is closed. Each
// event is the whole payload of its entry except for its sealed members.
type Event interface {
	Kind() audit.Kind
	by() By
}

// By freezes who acted, as they were: printed name, username, the role the
// act was done under, and the state of training in words (SIG-01, SIG-02).
type By struct {
	Name     string `json:"name"`
	Username string `json:"username"`
	Role     string `json:"role"`
	Training string `json:"training"`
}

func (b By) by() By { return b }

// BatchOpened starts a batch: its record is issued. The patient's name, birth
// date, number and wristband and the items' patient numbers are sealed.
type BatchOpened struct {
	By         `json:"by"`
	Batch      string            `json:"batch"`
	Site       string            `json:"site"`
	Protocol   string            `json:"protocol"`
	Version    int               `json:"version"`
	Digest     audit.Hash        `json:"digest"`
	Patient    Patient           `json:"-"`
	NumberType string            `json:"number_type"`
	Order      map[string]string `json:"order"`  // as entered
	Values     map[string]string `json:"values"` // as read
	Reference  string            `json:"reference"`
	Prescriber string            `json:"prescriber"`
	Items      []OpenedItem      `json:"items"`
	SiteValues []OpenedSiteValue `json:"site_values"` // in force at this site, in the protocol's order
	Basis      Basis             `json:"basis"`
	Issue      string            `json:"issue"`    // site, protocol, version and running number (MBR-03)
	Reissues   []string          `json:"reissues"` // batches opened before for the same order and patient
	Reissue    string            `json:"reissue"`  // why it is issued again
	// Near are the other batches that are open in the unit, or whose patient is
	// like this one (COI-11).
	Near []Neighbour `json:"near,omitempty"`
	// Trial and Participant are the trial and its participant's number, where
	// the person is known by that outside the hospital; both or neither (COI-08).
	Trial       string `json:"trial,omitempty"`
	Participant string `json:"participant,omitempty"`
	// Chain is the order's chain of identity, which ties several collections to
	// one therapy; "" where it has none (COI-06).
	Chain string `json:"chain,omitempty"`
}

// OpenedSiteValue is a value of the site as it was in force when the batch was
// opened, and where it came from: the entry of the site's log that set it.
type OpenedSiteValue struct {
	Name     string `json:"name"`
	Entered  string `json:"entered"`
	Value    string `json:"value"`   // as read
	Version  int    `json:"version"` // of the protocol for which it was set
	Entry    int64  `json:"entry"`
	SetBy    string `json:"set_by"`
	Username string `json:"set_by_username"`
	SetAt    string `json:"set_at"` // RFC 3339, UTC
}

// OpenedItem is an Item in its entry: ForPatient is sealed.
type OpenedItem struct {
	Name       string `json:"name"`
	Code       string `json:"code"`
	Register   string `json:"register"`
	Left       string `json:"left"` // of a lot, before this batch took its amount
	Lot        string `json:"lot"`
	Expiry     string `json:"expiry"` // RFC 3339, UTC; "" when there is none
	Released   bool   `json:"released"`
	Clean      bool   `json:"clean"`
	Reference  string `json:"reference"`
	Amount     string `json:"amount"`
	Personal   bool   `json:"personal"` // its label names a patient
	ForPatient string `json:"-"`
	// Donations are the unique codes of all that is in it, unaltered (COI-05),
	// and Chain the chain of identity that it carries (COI-06).
	Donations []string `json:"donations,omitempty"`
	Chain     string   `json:"chain,omitempty"`
	// Sent is the code exactly as it was received, where that is not Code (MAT-03).
	Sent string `json:"sent,omitempty"`
}

// StepBegun starts a timed step's clock.
type StepBegun struct {
	By     `json:"by"`
	Step   string `json:"step"`
	Manner Manner `json:"manner,omitzero"`
}

// ScanAccepted is a code that matched. Raw is what it was read as, and Sent what
// was received, exactly, where that is something else: with the mark of the kind
// of symbol, or with what a scanner sends for GS (MAT-03). Both are sealed where
// they are a patient's.
type ScanAccepted struct {
	By    `json:"by"`
	Step  string `json:"step"`
	Field string `json:"field"`
	Raw   string `json:"raw,omitempty"`
	Sent  string `json:"sent,omitempty"`
	Lot   string `json:"lot"`
	// Near are the other batches at a match of patient or label (COI-11).
	Near []Neighbour `json:"near,omitempty"`
}

// ScanRefused is a code that did not match, or whose item may not be used. Raw
// and Sent are as in ScanAccepted, and sealed where they may name a patient.
type ScanRefused struct {
	By    `json:"by"`
	Step  string `json:"step"`
	Field string `json:"field"`
	Raw   string `json:"raw,omitempty"`
	Sent  string `json:"sent,omitempty"`
	Why   string `json:"why"`
	// Holder and UsedBy are what the machine's log book said, which this
	// batch's record does not carry: the batch that had it, and the last one
	// since it was cleaned.
	Holder string `json:"holder"`
	UsedBy string `json:"used_by"`
	// Known is what of this batch the code belongs to: an item's name,
	// "patient" or "label"; "" for nothing of it.
	Known string `json:"known"`
	// Others says that it is another patient's: an identity mismatch (COI-03).
	Others   bool        `json:"others"`
	Personal bool        `json:"personal"` // Raw is sealed
	Near     []Neighbour `json:"near,omitempty"`
}

// ValueRecorded is a value as it was first entered, out of limits or not
// (EXE-08).
type ValueRecorded struct {
	By     `json:"by"`
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`  // as typed
	Value  string `json:"value"` // as read, with its unit; a date and time in UTC
	Level  string `json:"level"` // of the worst limit broken; "" when all hold
	Reason string `json:"limit"` // what broke, in words
	Repeat bool   `json:"repeat"`
	Manner Manner `json:"manner,omitzero"`
}

// ItemSetOut is one more item, set out during the batch.
type ItemSetOut struct {
	By     `json:"by"`
	Item   OpenedItem `json:"item"`
	Reason string     `json:"reason"`
}

// ItemMoved is an item leaving or returning to its storage.
type ItemMoved struct {
	By     `json:"by"`
	Item   string `json:"item"`
	To     string `json:"to"`
	Manner Manner `json:"manner,omitzero"`
}

// ResultOf is a calculation as it stood when its step was signed (NUM-05).
type ResultOf struct {
	Name      string `json:"name"`
	Unrounded string `json:"unrounded"`
	Rounded   string `json:"rounded"`
	Working   string `json:"working"`
	Level     string `json:"level"`
	Limit     string `json:"limit"`
}

// StepPerformed is the performer's signature over a step.
type StepPerformed struct {
	By      `json:"by"`
	Step    string     `json:"step"`
	Results []ResultOf `json:"results"`
	Manner  Manner     `json:"manner,omitzero"`
}

// StepDecided is a quality lead's signature over a decision that the protocol
// asks for on the way.
type StepDecided struct {
	By   `json:"by"`
	Step string `json:"step"`
}

// StepChecked is the second person's signature over a step.
type StepChecked struct {
	By      `json:"by"`
	Step    string `json:"step"`
	Witness bool   `json:"witness"`
}

// RemarkNoted is a remark.
type RemarkNoted struct {
	By   `json:"by"`
	Step string `json:"step"`
	Text string `json:"text"`
}

// ExceptionRaised opens an exception. Cause says, for programs, what gave rise
// to it, so that one cause is raised once; CausedBy names the person whose act
// did, and is empty where time or the clock did.
type ExceptionRaised struct {
	By       `json:"by"`
	Number   int               `json:"number"`
	Class    string            `json:"class"`
	Severity string            `json:"severity"`
	Blocks   Blocks            `json:"blocks"`
	Step     string            `json:"step"`
	Field    string            `json:"field"`
	Text     string            `json:"text"`
	Cause    string            `json:"cause"`
	CausedBy identity.PersonID `json:"caused_by"`
	// ApprovedBy are the roles that decide, each another person. Deviation says
	// that a deviation is raised for it, Registered that a registered
	// specification failed (DEV-04).
	ApprovedBy []string `json:"approved_by"`
	Deviation  bool     `json:"deviation"`
	Registered bool     `json:"registered"`
}

// ExceptionResolved is the signed decision on an exception.
type ExceptionResolved struct {
	By        `json:"by"`
	Exception int    `json:"exception"`
	Accept    bool   `json:"accept"`
	Reason    string `json:"reason"`
}

// BatchRejected refuses release for good. Entries and Head say that this is the
// whole batch.
type BatchRejected struct {
	By      `json:"by"`
	Reason  string `json:"reason"`
	Entries int64  `json:"entries"`
	Head    string `json:"head"`
}

// BatchAborted ends the batch for good (EXE-16).
type BatchAborted struct {
	By      `json:"by"`
	Reason  string `json:"reason"`
	Entries int64  `json:"entries"`
	Head    string `json:"head"`
}

// CommandRefused is an attempt that Decide refused. Command is the attempt
// itself as JSON; it is sealed where it names a patient.
type CommandRefused struct {
	By       `json:"by"`
	Attempt  string `json:"attempt"`
	Step     string `json:"step"`
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
	Command  string `json:"command,omitempty"`
}

// The written kinds. They are never derived from Go names and never change.
const (
	kindOpened         audit.Kind = "batch.opened"
	kindBegun          audit.Kind = "batch.step_begun"
	kindScan           audit.Kind = "batch.scan_accepted"
	kindWrongScan      audit.Kind = "batch.scan_refused"
	kindRecorded       audit.Kind = "batch.value_recorded"
	kindCorrected      audit.Kind = "batch.value_corrected"
	kindAsked          audit.Kind = "batch.correction_asked"
	kindDropped        audit.Kind = "batch.correction_dropped"
	kindSetOut         audit.Kind = "batch.item_set_out"
	kindMoved          audit.Kind = "batch.item_moved"
	kindPerformed      audit.Kind = "batch.step_performed"
	kindDecided        audit.Kind = "batch.step_decided"
	kindChecked        audit.Kind = "batch.step_checked"
	kindEntryConfirmed audit.Kind = "batch.typed_confirmed"
	kindNoted          audit.Kind = "batch.noted"
	kindRaised         audit.Kind = "batch.exception_raised"
	kindResolved       audit.Kind = "batch.exception_resolved"
	kindStop           audit.Kind = "batch.stop_decided"
	kindHold           audit.Kind = "batch.hold_put"
	kindLifted         audit.Kind = "batch.hold_lifted"
	kindHanded         audit.Kind = "batch.shift_handed_over"
	kindShiftTaken     audit.Kind = "batch.shift_taken_over"
	kindReviewed       audit.Kind = "batch.reviewed"
	kindCertified      audit.Kind = "batch.certified"
	kindRejected       audit.Kind = "batch.rejected"
	kindAborted        audit.Kind = "batch.aborted"
	kindRefused        audit.Kind = "batch.refused"
)

// Kind is the written kind of the event's entry.
func (BatchOpened) Kind() audit.Kind       { return kindOpened }
func (StepBegun) Kind() audit.Kind         { return kindBegun }
func (ScanAccepted) Kind() audit.Kind      { return kindScan }
func (ScanRefused) Kind() audit.Kind       { return kindWrongScan }
func (ValueRecorded) Kind() audit.Kind     { return kindRecorded }
func (ValueCorrected) Kind() audit.Kind    { return kindCorrected }
func (CorrectionAsked) Kind() audit.Kind   { return kindAsked }
func (CorrectionDropped) Kind() audit.Kind { return kindDropped }
func (ItemSetOut) Kind() audit.Kind        { return kindSetOut }
func (ItemMoved) Kind() audit.Kind         { return kindMoved }
func (StepDecided) Kind() audit.Kind       { return kindDecided }
func (StepPerformed) Kind() audit.Kind     { return kindPerformed }
func (StepChecked) Kind() audit.Kind       { return kindChecked }
func (TypedConfirmed) Kind() audit.Kind    { return kindEntryConfirmed }
func (RemarkNoted) Kind() audit.Kind       { return kindNoted }
func (ExceptionRaised) Kind() audit.Kind   { return kindRaised }
func (ExceptionResolved) Kind() audit.Kind { return kindResolved }
func (StopDecided) Kind() audit.Kind       { return kindStop }
func (HoldPut) Kind() audit.Kind           { return kindHold }
func (HoldLifted) Kind() audit.Kind        { return kindLifted }
func (ShiftHandedOver) Kind() audit.Kind   { return kindHanded }
func (ShiftTakenOver) Kind() audit.Kind    { return kindShiftTaken }
func (BatchRejected) Kind() audit.Kind     { return kindRejected }
func (BatchAborted) Kind() audit.Kind      { return kindAborted }
func (CommandRefused) Kind() audit.Kind    { return kindRefused }
