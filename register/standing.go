package register

import (
	"fmt"
	"slices"
	"time"

	"countersign/audit"
)

// Standing is what the registers say of a product and of a unit at one moment:
// all that a batch's rules ask of them (REG-01, CTL-04, CTL-07).
type Standing struct {
	Product ProductStanding
	Unit    UnitStanding
}

// ProductStanding is what the register says of a product, of one dosage form
// of it and of the master file that counts.
type ProductStanding struct {
	Stream   audit.StreamID // "product/ASO-IT"
	Version  int64          // of that stream; 0 when nothing stands there
	Listed   bool
	Name     string
	Supply   string
	Activity Activity
	ATMP     bool
	// Immediate says that it is for immediate use.
	Immediate bool
	// Designation is the letter's reference, and Mode and Designated what it
	// says; Undesignated is why it counts no longer.
	Designation, Designated, Undesignated string
	Mode                                  Mode
	// Questions are the change requests that touch what the designation rests
	// on, a sentence each: they warn and stop nothing (REG-02).
	Questions []string
	Form      ScopeStatus // "" when the form is not on the licence
	Licence   string
	FormMode  Mode
	File      string // the effective master file; "" when there is none
	FileIs    string // its version
	FileFrom  time.Time
	Lists     bool // whether it lists the unit (CTL-04)
	// Certifiers are those whom the form's licence names to certify (REL-02).
	Certifiers []Certifier
}

// UnitStanding is what the register says of a unit.
type UnitStanding struct {
	Stream  audit.StreamID
	Version int64
	ID      string
	Title   string
	Place   string
	Mode    Mode
	Status  UnitStatus // "" when there is no such unit
	// Stops is how many stops there ever were, and Stop the one that stands and
	// weighs most, nil when none does. What was decided of a batch covers the
	// stops that there had been by then.
	Stops int
	Stop  *Stop
}

// May says whether batches may begin in the unit.
func (u UnitStanding) May() bool { return u.Status == Active && u.Stop == nil }

// Why says, in words, why no batch may begin in the unit; "" when one may.
func (u UnitStanding) Why() string {
	switch {
	case u.Stop != nil:
		why := fmt.Sprintf("unit %s is %s: %s", u.ID, u.Stop.Kind, u.Stop.Reason)
		if u.Stop.Reference != "" {
			why += " (" + u.Stop.Reference + ")"
		}
		return why
	case u.Status == "":
		return "unit " + said(u.ID) + " is not in the register"
	case u.Status != Active:
		return fmt.Sprintf("unit %s is %s", u.ID, u.Status)
	}
	return ""
}

// Standing says how a product's dosage form and a unit stand at a moment.
func (b *Books) Standing(product, form, unit string, now time.Time) Standing {
	return Standing{Product: b.productStanding(product, form, unit, now), Unit: b.UnitStanding(unit)}
}

func (b *Books) productStanding(code, form, unit string, now time.Time) ProductStanding {
	s := ProductStanding{Stream: ProductStream(code), Version: b.versions[ProductStream(code)]}
	p := b.products[code]
	if p == nil {
		return s
	}
	s.Listed, s.Name, s.Supply, s.Activity, s.ATMP, s.Immediate = true, p.Name, p.Supply, p.Activity, p.ATMP, p.Immediate
	if p.Designation != nil {
		s.Designation, s.Designated, s.Undesignated, s.Mode = p.Designation.Reference, p.Designation.Date, p.Designation.Ended, p.Designation.Mode
	}
	for _, change := range p.Questioned() {
		s.Questions = append(s.Questions, fmt.Sprintf("Change request %s (%s) touches what the designation rests on, %s, and is not assessed yet.",
			change.Reference, change.Title, numbered(change.Touches)))
	}
	if scope, ok := p.Scope(form); ok {
		s.Form, s.Licence, s.FormMode, s.Certifiers = scope.Status, scope.Licence, scope.Mode, p.certifying(scope.Licence)
	}
	if file, ok := p.Effective(now); ok {
		s.File, s.FileIs, s.FileFrom, s.Lists = file.Document, file.Version, file.From, slices.Contains(file.Units, unit)
	}
	return s
}

// UnitStanding says how a unit stands.
func (b *Books) UnitStanding(id string) UnitStanding {
	s := UnitStanding{Stream: UnitStream(id), Version: b.versions[UnitStream(id)], ID: id}
	u := b.units[id]
	if u == nil {
		return s
	}
	s.Title, s.Place, s.Mode, s.Status, s.Stops, s.Stop = u.Title, u.Place, u.Mode, u.Status, len(u.Stops), u.Standing()
	return s
}
