package batch

import (
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// Command is what a person asks of a batch. The set is closed.
type Command interface{ command() }

// Open issues a new batch record from an effective protocol (MBR-03). Signed
// as approved by a pharmacist or quality lead.
type Open struct {
	Batch      string            `json:"batch"` // "B-2026-0007", unique, readable as to site (COI-04)
	Protocol   string            `json:"protocol"`
	Version    int               `json:"version"`
	Digest     audit.Hash        `json:"digest"`
	Patient    Patient           `json:"patient"`
	Order      map[string]string `json:"order"`     // order value name → text as entered
	Reference  string            `json:"reference"` // prescription or order number
	Prescriber string            `json:"prescriber"`
	Items      []Item            `json:"items"`
	Unit       string            `json:"unit,omitempty"`    // of the site, in which it is made (CTL-03)
	Reissue    string            `json:"reissue,omitempty"` // why, when the same order was opened for the patient before
	// Trial and Participant name somebody by their number in a trial; both or
	// neither (COI-08).
	Trial       string `json:"trial,omitempty"`
	Participant string `json:"participant,omitempty"`
	// Chain is the ISBT 128 chain of identity identifier that ties the patient's
	// collections to this therapy, as scanned or typed; "" for none (COI-06).
	Chain string `json:"chain,omitempty"`
}

// Begin starts a timed step.
type Begin struct {
	Step string `json:"step"`
}

// Scan is one code as the site reads it: with GS for what its scanners send in
// its place. What they sent is among the facts (MAT-03).
type Scan struct {
	Step  string `json:"step"`
	Field string `json:"field"`
	Raw   string `json:"raw"`
}

// Record enters one value, as typed. A second Record for the same field is
// refused unless the protocol asks for a repeat: Correct is the way.
type Record struct {
	Step  string `json:"step"`
	Field string `json:"field"`
	Text  string `json:"text"`
}

// Move takes an item out of its storage or puts it back: "out" or "back".
type Move struct {
	Item string `json:"item"`
	To   string `json:"to"`
}

// SetOut sets out one more item during the batch: a second vial, another
// machine. Reason says why.
type SetOut struct {
	Item   Item   `json:"item"`
	Reason string `json:"reason"`
}

// Perform signs that a step was done, with all that was recorded in it.
type Perform struct {
	Step string `json:"step"`
}

// Check is the second person's signature: verified, or witnessed where the
// protocol says so.
type Check struct {
	Step string `json:"step"`
}

// Correct gives a value anew, with the reason; the first stays (PDF-02).
type Correct struct {
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// Note adds a remark to a step ("" for the batch); it changes nothing.
type Note struct {
	Step string `json:"step"`
	Text string `json:"text"`
}

// Raise opens an exception by hand.
type Raise struct {
	Step   string `json:"step"`
	Text   string `json:"text"`
	Blocks bool   `json:"blocks"`
	// Class says what happened, of those that a person tells: "alarm", "offline"
	// and their like; "" when nothing more is said.
	Class string `json:"class,omitempty"`
}

// Resolve decides an exception: Accept it with a reason, or confirm that the
// batch may not be released. Signed as authorised deviation.
type Resolve struct {
	Exception int    `json:"exception"`
	Accept    bool   `json:"accept"`
	Reason    string `json:"reason"`
}

// Abort ends the batch for good (EXE-16). Signed as rejected.
type Abort struct {
	Reason string `json:"reason"`
}

// Review is the production review (REL-01). Signed as reviewed.
type Review struct {
	Statement string `json:"statement"`
}

// Reject refuses release for good. Only an independent quality lead may.
type Reject struct {
	Reason string `json:"reason"`
}

func (Open) command()    {}
func (Begin) command()   {}
func (Scan) command()    {}
func (Record) command()  {}
func (Move) command()    {}
func (SetOut) command()  {}
func (Perform) command() {}
func (Check) command()   {}
func (Correct) command() {}
func (Note) command()    {}
func (Raise) command()   {}
func (Resolve) command() {}
func (Abort) command()   {}
func (Review) command()  {}
func (Reject) command()  {}

// Patient is who the medicine is for. Name, birth date and number are sealed
// members of the entry; a masked record leaves them out.
type Patient struct {
	Name       string `json:"name"`        // "SURNAME, Given"
	Born       string `json:"born"`        // "2019-03-01"
	Number     string `json:"number"`      // "999 000 0018"
	NumberType string `json:"number_type"` // "NHS", "CHI", "H&C", "MRN"
	Wristband  string `json:"wristband"`   // the code as scanned when the order was taken
	Sent       string `json:"-"`           // the code exactly as received, where that is something else (MAT-03)
}

// Item is a lot or a machine set out for this batch. A command says Name, Code
// and Amount; the rest is what the registers said of it then.
type Item struct {
	Name       string    `json:"name"`               // the protocol's item name
	Code       string    `json:"code"`               // what its label's code says, as scanned when it was set out
	Register   string    `json:"register,omitempty"` // its stream: "lot/L-0007"; "" before there were registers
	Left       string    `json:"left,omitempty"`     // of a lot, before this batch took its amount
	Lot        string    `json:"lot,omitempty"`      // lot, or the equipment's id
	Expiry     time.Time `json:"expiry,omitzero"`    // in date until; calibrated until, for equipment
	Released   bool      `json:"released,omitempty"`
	Clean      bool      `json:"clean,omitempty"`
	Reference  string    `json:"reference,omitempty"`   // certificate, calibration or control number
	ForPatient string    `json:"for_patient,omitempty"` // patient number on the label; "" when for anybody
	Amount     string    `json:"amount,omitempty"`      // amount set out, with unit
	Donations  []string  `json:"donations,omitempty"`   // codes of all that is in it, unaltered (COI-05)
	Chain      string    `json:"chain,omitempty"`       // of identity, that it carries (COI-06)
	Sent       string    `json:"-"`                     // the code exactly as received, where that is not Code (MAT-03)
}

// Facts are what deciding needs and the batch does not hold.
type Facts struct {
	Person    identity.Person
	Protocol  *protocol.Protocol // effective version, for Open; the batch's own otherwise
	Effective bool               // Protocol is the effective version now (MBR-01)
	Origin    string
	Site      string // site name and unit
	// Standing is what the registers say, now, of the product and of the unit in
	// which the batch is made, or for Open is to be.
	Standing register.Standing
	Zone     *time.Location // site time, for what people read and type
	// Settings are the values in force at this site for Protocol, by name, for
	// Open.
	Settings map[string]Setting
	// Registered is what the registers say, now, of everything whose code the
	// command or the batch names, by code.
	Registered map[string]register.Fitness
	// Sent is what was received, byte for byte, by the code that it was read as:
	// with the mark of the kind of symbol, or with what a scanner sends for GS
	// (MAT-03). Unmarked says that every scanner of the site puts such a mark in
	// front, and that the code of a scan came without one.
	Sent     map[string]string
	Unmarked bool
	// Found is what the code of a scan belongs to outside the batch (COI-03).
	Found Found
	// Near are the other batches in the unit, and those of patients who are like
	// this one, for an opening and for a scan of patient or label (COI-11).
	Near      []Neighbour
	masked    bool         // the patient of a replayed opening is stood in for
	wrongScan *ScanRefused // of a replayed scan, as it was written
	unmarked  bool         // a replayed printing carries no mark

	// Deviations are those that the command or the batch names, as their streams
	// have them.
	Deviations map[string]register.Deviation
	// Blanks are those that the command or the batch names, as their streams have
	// them.
	Blanks map[string]register.Blank
	// Unsound says why the site's clock is not known to be sound; "" when it is (NUM-09).
	Unsound string
	// Doer is for whom a command says that it is typed; zero when it names nobody here.
	Doer identity.Person

	// Reading is the message that TakeReading names, as the site received it; nil
	// when there is none such.
	Reading *Sent
	// Alarms are those that machines gave while this batch had them.
	Alarms []Sounded

	// For Open alone:
	Issue   int             // running number that the version's next batch record gets (MBR-03)
	Earlier []Earlier       // batches opened before for the same order and patient
	Unread  []identity.Role // roles that the protocol needs and nobody holds who acknowledged it (CTL-14)
}

// Earlier is a batch that was opened before for the same order and patient.
type Earlier struct {
	Batch  string
	Status Status
	Ended  bool // nothing more is done in it
}
