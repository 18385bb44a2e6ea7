package batch

import (
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Command is what a person asks of a batch. The set is closed.
type Command interface{ command() }

// Open issues a new batch record from an effective protocol (MBR-03). Signed
// as approved by a pharmacist or quality lead.
type Open struct {
	Batch      string // "B-2026-0007", unique, readable as to site (COI-04)
	Protocol   string
	Version    int
	Digest     [32]byte
	Patient    Patient
	Order      map[string]string // order value name → text as entered
	Reference  string            // prescription or order number
	Prescriber string
	Items      []Item
}

// Begin starts a timed step.
type Begin struct{ Step string }

// Scan is one code as the scanner sent it.
type Scan struct{ Step, Field, Raw string }

// Record enters one value, as typed. A second Record for the same field is
// refused unless the protocol asks for a repeat: Correct is the way.
type Record struct{ Step, Field, Text string }

// Move takes an item out of its storage or puts it back: "out" or "back".
type Move struct{ Item, To string }

// Perform signs that a step was done, with all that was recorded in it.
type Perform struct{ Step string }

// Check is the second person's signature: verified, or witnessed where the
// protocol says so.
type Check struct{ Step string }

// Correct gives a value anew, with the reason; the first stays (PDF-02).
type Correct struct{ Step, Field, Text, Reason string }

// Note adds a remark to a step ("" for the batch); it changes nothing.
type Note struct{ Step, Text string }

// Raise opens an exception by hand.
type Raise struct {
	Step, Text string
	Blocks     bool
}

// Resolve decides an exception: Accept it with a reason, or confirm that the
// batch may not be released. Signed as authorised deviation.
type Resolve struct {
	Exception int
	Accept    bool
	Reason    string
}

// Abort ends the batch for good (EXE-16). Signed as rejected.
type Abort struct{ Reason string }

// Review is the production review (REL-01). Signed as reviewed.
type Review struct{ Statement string }

// Certify releases; Reject refuses. Only an independent quality lead may.
type Certify struct{ Statement, Place string }

// Reject refuses release for good.
type Reject struct{ Reason string }

func (Open) command()    {}
func (Begin) command()   {}
func (Scan) command()    {}
func (Record) command()  {}
func (Move) command()    {}
func (Perform) command() {}
func (Check) command()   {}
func (Correct) command() {}
func (Note) command()    {}
func (Raise) command()   {}
func (Resolve) command() {}
func (Abort) command()   {}
func (Review) command()  {}
func (Certify) command() {}
func (Reject) command()  {}

// Patient is who the medicine is for. Name, birth date and number are sealed
// members of the entry; a masked record leaves them out.
type Patient struct {
	Name       string // "SURNAME, Given"
	Born       string // "2019-03-01"
	Number     string // "999 000 0018"
	NumberType string // "NHS", "CHI", "H&C", "MRN"
	Wristband  string // the code as scanned when the order was taken
}

// Item is a lot or a machine set out for this batch.
type Item struct {
	Name       string    // the protocol's item name
	Code       string    // what its label's code says, as scanned when it was set out
	Lot        string    // lot, or the equipment's id
	Expiry     time.Time // in date until; calibrated until, for equipment
	Released   bool
	Clean      bool
	Reference  string // certificate, calibration or control number
	ForPatient string // patient number on the label; "" when for anybody
	Amount     string // amount set out, with unit
}

// Facts are what deciding needs and the batch does not hold.
type Facts struct {
	Person     identity.Person
	Protocol   *protocol.Protocol // effective version, for Open; the batch's own otherwise
	Effective  bool               // Protocol is the effective version now (MBR-01)
	Origin     string
	Site       string // site name and unit
	SiteActive bool
	Zone       *time.Location // site time, for what people read and type
}
