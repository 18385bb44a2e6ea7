package register

import (
	"countersign/identity"
	"countersign/protocol"
)

// Permit gives the acts by which a rehearsal, a demonstration or a test comes
// to be allowed to make what a protocol makes in a unit that can be moved, in
// order, each with the role under which it is signed.
func Permit(p *protocol.Protocol, unit, place string) []Furnished {
	return append(PermitUnit(Mode(p.Product.Mode), unit, place), PermitProduct(p, unit)...)
}

// PermitUnit gives the acts by which a unit becomes active.
func PermitUnit(mode Mode, unit, place string) []Furnished {
	acts := []Furnished{{identity.QualityLead, ListUnit{
		Unit: unit, Title: "clean room", Marking: "plate at the door, " + unit, Place: place, Relocatable: true, Mode: mode,
		Related: []Related{{"the hospital's pharmacy", "storage of components"}, {"the control site's laboratory", "testing"}},
	}}}
	for _, what := range evidenceWanted() {
		acts = append(acts, Furnished{identity.QualityLead, AddEvidence{Unit: unit, What: what, Document: "DOC-" + unit}})
	}
	return append(acts, Furnished{identity.ControlSite, InitiateUnit{Unit: unit, Reason: "the evidence list is complete"}})
}

// PermitProduct gives the acts by which a product may be made in a unit.
func PermitProduct(p *protocol.Protocol, unit string) []Furnished {
	product, mode := p.Product, Mode(p.Product.Mode)
	lead := func(c Command) Furnished { return Furnished{identity.QualityLead, c} }
	return []Furnished{
		lead(ListProduct{
			Product: product.Code, Title: product.Name, Supply: product.Supply, Activity: Manufacture, ATMP: product.ATMP, Immediate: product.ImmediateUse,
		}),
		lead(DesignateProduct{
			Product: product.Code, Mode: mode, Date: "2026-01-31", Reference: "DES-" + product.Code, Indication: "as in the master file",
			Assumptions: []string{"it lives too short to be made elsewhere", "it is made for one patient at a time"},
		}),
		lead(AddForm{Product: product.Code, Form: product.Form, Licence: product.Licence, Mode: mode}),
		lead(GrantForm{Product: product.Code, Form: product.Form, Variation: "VAR-" + product.Code, Date: "2026-02-28"}),
		lead(IssueMasterFile{
			Product: product.Code, Document: product.MasterFile, Version: product.MasterFileVersion, Units: []string{unit}, Changes: "the version that the protocol is written after",
		}),
	}
}
