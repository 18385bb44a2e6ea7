package register

import (
	"time"

	"countersign/audit"
)

// Product is a medicine as licence, designation and master file describe it.
// Its code is the one that protocols name (REG-01 to REG-04).
type Product struct {
	Code        string
	Name        string
	Supply      string   // as protocols say it: "unlicensed special"
	Activity    Activity // REG-04
	ATMP        bool
	Immediate   bool // for immediate use
	Designation *Designation
	Scopes      []Scope      // one for each dosage form, the first named first
	Files       []MasterFile // in the order in which they were entered
	Changes     []Change
	Certifiers  []Certifier // whom its licences name to certify
	History     []Act
}

// Activity is what is done with a product, as the law tells it apart.
type Activity string

// The activities. Only the first two give a batch record for certification.
const (
	Manufacture    Activity = "manufacture"
	Assembly       Activity = "assembly"
	Reconstitution Activity = "reconstitution" // preparation for administration
)

// Mode is how a product is made, by its designation and its licence.
type Mode string

// The modes, in the words that protocols use.
const (
	PointOfCare Mode = "point of care"
	Modular     Mode = "modular"
)

// Designation is the regulator's, with what it rests on (REG-02).
type Designation struct {
	Act
	Mode       Mode
	Date       string // "2026-03-31"
	Reference  string
	Indication string // indication and population
	// Assumptions are what supported it; a change to one may call for a new
	// designation. Changes name them by number, the first is 1.
	Assumptions []string
	// Ended says why it counts no longer; "" while it does.
	Ended string
}

// ScopeStatus is where a dosage form stands on the licence.
type ScopeStatus string

// The statuses of a dosage form (REG-03).
const (
	VariationNeeded ScopeStatus = "variation needed"
	Granted         ScopeStatus = "granted"
	ScopeGone       ScopeStatus = "no longer licensed"
)

// Scope is one dosage form on the licence.
type Scope struct {
	Act
	Form      string
	Licence   string
	Mode      Mode
	Status    ScopeStatus
	Variation string // reference that it was granted by
	Reason    string // that it ended for
}

// MasterFile is one version of a product's master file (CTL-02).
type MasterFile struct {
	Act
	Document string // "DMMF-0042"
	Version  string
	From     time.Time // from when it is effective
	Units    []string  // that it lists (CTL-04)
	Changes  string
	Gone     string // why it was withdrawn; "" while it was not
}

// Change is a change request that concerns a product (REG-02).
type Change struct {
	Act
	Reference string
	Title     string
	Touches   []int // numbers of the designation's assumptions
	// Closed is nil while nobody has assessed it.
	Closed *Act
	Ended  string // what came of it
}

// Blocked is an opening that the registers stood in the way of.
type Blocked struct {
	Act
	OpeningRefused
}

// Blocked gives the openings of a product that were refused, listed or not, the
// first first.
func (b *Books) Blocked(product string) []Blocked { return b.blocked[product] }

// ProductStream is where a product's acts stand.
func ProductStream(code string) audit.StreamID { return audit.StreamID("product/" + code) }

// Product gives one product. It is not to be changed.
func (b *Books) Product(code string) (*Product, bool) {
	p, ok := b.products[code]
	return p, ok
}

// Products gives all products, by code.
func (b *Books) Products() []*Product {
	return sorted(b.products, func(p *Product) string { return p.Code })
}

// Scope is where a dosage form stands on the product's licence.
func (p *Product) Scope(form string) (Scope, bool) {
	for _, scope := range p.Scopes {
		if sameWords(scope.Form, form) {
			return scope, true
		}
	}
	return Scope{}, false
}

// Effective is the version of the master file that counts at a moment: of
// those that have begun and were not withdrawn, the one that began last.
func (p *Product) Effective(now time.Time) (MasterFile, bool) {
	found, ok := MasterFile{}, false
	for _, file := range p.Files {
		if file.Gone != "" || file.From.After(now) || ok && file.From.Before(found.From) {
			continue
		}
		found, ok = file, true
	}
	return found, ok
}

// Questioned gives the change requests that touch what the designation rests
// on and that nobody has assessed yet (REG-02).
func (p *Product) Questioned() []Change {
	var open []Change
	for _, change := range p.Changes {
		if change.Closed == nil && len(change.Touches) > 0 {
			open = append(open, change)
		}
	}
	return open
}
