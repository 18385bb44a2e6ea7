package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/protocol"
	"countersign/register"
)

// Basis is what licence, designation, master file and unit said of a batch when
// it was opened. It is pinned: whatever comes later, this is what held at the
// start (CTL-02, CTL-04, REL-03).
type Basis struct {
	Product     string   `json:"product"`
	Activity    string   `json:"activity"`
	Designation string   `json:"designation"`
	Designated  string   `json:"designated"` // the day
	Mode        string   `json:"mode"`
	Licence     string   `json:"licence"`
	File        string   `json:"master_file"`
	FileVersion string   `json:"master_file_version"`
	FileFrom    string   `json:"master_file_from"` // RFC 3339, UTC
	Unit        string   `json:"unit"`
	UnitTitle   string   `json:"unit_title"`
	UnitPlace   string   `json:"unit_place"`
	UnitStatus  string   `json:"unit_status"`
	Stops       int      `json:"stops"`    // that the unit had had by then, all lifted
	Warnings    []string `json:"warnings"` // that stopped nothing (REG-02)
}

// Streams are those of the registers on which the opening rests.
func (b Basis) Streams() []audit.StreamID {
	if b.Unit == "" {
		return nil // opened before there were registers
	}
	return []audit.StreamID{register.ProductStream(b.Product), register.UnitStream(b.Unit)}
}

// Grounds says on which streams of the registers of products and units a
// command's decision rests, and where they stood: nothing may slip in between.
// A refusal rests on them too.
func Grounds(c Command, f Facts) []audit.Condition {
	var grounds []audit.Condition
	if unit := f.Standing.Unit; unit.ID != "" {
		grounds = append(grounds, audit.Condition{Stream: unit.Stream, Version: unit.Version})
	}
	if product := f.Standing.Product; product.Stream != "" {
		switch c.(type) {
		case Open, ImmediateUse, Certify:
			grounds = append(grounds, audit.Condition{Stream: product.Stream, Version: product.Version})
		}
	}
	return grounds
}

// simulatedUnit is where a simulation makes its batch.
const simulatedUnit = "SIMULATED"

// Permitting is what registers say that cover a protocol, and list a unit for
// it: for simulations, which have no registers.
func Permitting(p *protocol.Protocol, unit string) register.Standing {
	return register.Standing{
		Product: register.ProductStanding{
			Stream: "product/SIMULATED", Listed: true, Name: p.Product.Name, Supply: p.Product.Supply, Activity: register.Manufacture,
			ATMP: p.Product.ATMP, Immediate: p.Product.ImmediateUse, Designation: "SIMULATED", Designated: "2000-01-01",
			Mode: register.Mode(p.Product.Mode), Form: register.Granted, Licence: p.Product.Licence, FormMode: register.Mode(p.Product.Mode),
			File: p.Product.MasterFile, FileIs: p.Product.MasterFileVersion, Lists: true,
		},
		Unit: register.UnitStanding{
			Stream: "unit/SIMULATED", ID: unit, Title: "simulated", Place: "nowhere", Mode: register.Mode(p.Product.Mode), Status: register.Active,
		},
	}
}

// uncovered are the codes under which an opening is refused because of what
// the registers of products and units say.
func uncovered() []string {
	return []string{
		"product_unlisted", "no_batch_record", "not_designated", "designation_mode", "form_unlicensed", "variation_needed", "form_ended",
		"licence_differs", "licence_mode", "no_master_file", "master_file_differs", "unit_unknown", "unit_not_active", "unit_stopped",
		"unit_mode", "unit_not_listed",
	}
}

// Uncovered says whether a code is that of an opening which the registers of
// products and units stood in the way of. Such a refusal stands in the
// product's stream, since there is no batch yet whose log could hold it.
func Uncovered(code string) bool { return slices.Contains(uncovered(), code) }

// CoveredBy says why no batch of a protocol may be opened as the registers
// stand; nil when one may. A page asks it before anybody fills in a form.
func CoveredBy(p *protocol.Protocol, standing register.Standing) *Refusal {
	d := &decision{f: Facts{Protocol: p, Standing: standing}}
	return d.covered()
}

// covered: what is made is on a licence that says so, designated so, by the
// master file that counts, which lists the unit (REG-01 to REG-04, CTL-04).
func (d *decision) covered() *Refusal {
	for _, rule := range []func() *Refusal{d.listed, d.designated, d.licensed, d.byMasterFile, d.inUnit} {
		if refusal := rule(); refusal != nil {
			return refusal
		}
	}
	return nil
}

// listed: the product is in the register, and what is done is something that
// gives a batch record for certification (REG-04).
func (d *decision) listed() *Refusal {
	product, standing := d.f.Protocol.Product, d.f.Standing.Product
	if !standing.Listed {
		return refuse("product_unlisted", "The product %s is not in this site's register of products. A quality lead enters it there, with its designation, licence and master file.", product.Code)
	}
	if standing.Activity != register.Manufacture && standing.Activity != register.Assembly {
		return refuse("no_batch_record", "What is done with %s is %s: it gives no batch record for certification.", standing.Name, standing.Activity)
	}
	return nil
}

// designated: the designation counts, and is for the protocol's mode (REG-02).
func (d *decision) designated() *Refusal {
	mode, product := d.f.Protocol.Product.Mode, d.f.Standing.Product
	switch {
	case product.Designation == "":
		return refuse("not_designated", "%s has no designation in the register.", product.Name)
	case product.Undesignated != "":
		return refuse("not_designated", "The designation of %s counts no longer: %s.", product.Name, product.Undesignated)
	case string(product.Mode) != mode:
		return refuse("designation_mode", "The protocol is for %s, and %s is designated for %s.", mode, product.Name, product.Mode)
	}
	return nil
}

// licensed: the dosage form is on the licence, with its mode, and the
// protocol names that licence (REG-01, REG-03).
func (d *decision) licensed() *Refusal {
	product, standing := d.f.Protocol.Product, d.f.Standing.Product
	switch {
	case standing.Form == "":
		return refuse("form_unlicensed", "The dosage form %q of %s is not on the licence in the register.", product.Form, standing.Name)
	case standing.Form == register.VariationNeeded:
		return refuse("variation_needed", "A variation of the licence is needed for %s as %s, and its grant is not recorded.", standing.Name, product.Form)
	case standing.Form != register.Granted:
		return refuse("form_ended", "The licence covers %s as %s no longer.", standing.Name, product.Form)
	case strings.Join(strings.Fields(standing.Licence), " ") != strings.Join(strings.Fields(product.Licence), " "):
		return refuse("licence_differs", "The protocol names licence %s, and %s is on licence %s.", product.Licence, standing.Name, standing.Licence)
	case string(standing.FormMode) != product.Mode:
		return refuse("licence_mode", "The protocol is for %s, and the licence covers %s for %s.", product.Mode, standing.Name, standing.FormMode)
	}
	return nil
}

// byMasterFile: the protocol is written after the very version of the master
// file that counts now (REG-01, CTL-02).
func (d *decision) byMasterFile() *Refusal {
	product, standing := d.f.Protocol.Product, d.f.Standing.Product
	switch {
	case standing.File == "":
		return refuse("no_master_file", "No version of a master file of %s counts now.", standing.Name)
	case standing.File != product.MasterFile || standing.FileIs != product.MasterFileVersion:
		return refuse("master_file_differs", "The protocol is written after master file %s, version %s, and %s, version %s, counts now.",
			product.MasterFile, product.MasterFileVersion, standing.File, standing.FileIs)
	}
	return nil
}

// inUnit: the unit is active, no stop stands, and the master file lists it
// (CTL-04, CTL-06, CTL-07, CTL-09).
func (d *decision) inUnit() *Refusal {
	product, unit := d.f.Standing.Product, d.f.Standing.Unit
	switch {
	case unit.ID == "":
		return refuse("unit_unknown", "Say in which unit the batch is made. A quality lead lists units, and the control site makes them active.")
	case unit.Status == "":
		return refuse("unit_unknown", "Unit %.40q is not in the register. A quality lead lists it, and the control site makes it active.", unit.ID)
	case unit.Stop != nil:
		return refuse("unit_stopped", "No batch can be opened: %s.", unit.Why())
	case unit.Status != register.Active:
		return refuse("unit_not_active", "No batch can be opened: %s. The control site makes it active.", unit.Why())
	case string(unit.Mode) != d.f.Protocol.Product.Mode:
		return refuse("unit_mode", "The protocol is for %s, and unit %s is for %s.", d.f.Protocol.Product.Mode, unit.ID, unit.Mode)
	case !product.Lists:
		return refuse("unit_not_listed", "Master file %s, version %s, does not list unit %s.", product.File, product.FileIs, unit.ID)
	}
	return nil
}

// warnings are the sentences that go with an opening and stop nothing: open
// questions to the designation (REG-02), and where protocol and register say
// different things of how the product is supplied.
func warnings(p *protocol.Protocol, standing register.ProductStanding) []string {
	all := append([]string{}, standing.Questions...)
	said := map[bool]string{true: "yes", false: "no"}
	for _, one := range []struct{ what, protocol, register string }{
		{"supply", p.Product.Supply, standing.Supply},
		{"advanced therapy", said[p.Product.ATMP], said[standing.ATMP]},
		{"immediate use", said[p.Product.ImmediateUse], said[standing.Immediate]},
	} {
		if one.protocol != one.register {
			all = append(all, "Of "+one.what+" the protocol says "+one.protocol+", and the register of products "+one.register+".")
		}
	}
	return all
}

// basisOf is what is pinned.
func basisOf(f Facts) Basis {
	product, unit := f.Standing.Product, f.Standing.Unit
	return Basis{
		Product: f.Protocol.Product.Code, Activity: string(product.Activity), Designation: product.Designation, Designated: product.Designated,
		Mode: string(product.Mode), Licence: product.Licence, File: product.File, FileVersion: product.FileIs,
		FileFrom: product.FileFrom.UTC().Truncate(time.Second).Format(time.RFC3339), Unit: unit.ID, UnitTitle: unit.Title, UnitPlace: unit.Place,
		UnitStatus: string(unit.Status), Stops: unit.Stops, Warnings: warnings(f.Protocol, product),
	}
}

// warn raises what goes with an opening and stops nothing, to be seen at the
// review.
func (d *decision) warn() {
	for _, text := range warnings(d.f.Protocol, d.f.Standing.Product) {
		d.add = append(d.add, ExceptionRaised{
			Class: "licence and designation", Severity: "minor", Blocks: BlocksNothing, Cause: "basis:" + text, Text: text,
		})
	}
}
