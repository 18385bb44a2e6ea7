package register

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/identity"
)

type inProduct struct{}

func (inProduct) room() string { return "product" }

// ProductListed says what a product is; said again, it says so anew. Signed as
// approved, as are all acts on a product that are not said to end something.
type ProductListed struct {
	inProduct
	approved
	Name      string   `json:"name"`
	Supply    string   `json:"supply"`
	Activity  Activity `json:"activity"`
	ATMP      bool     `json:"atmp"`
	Immediate bool     `json:"immediate_use"`
}

// ProductDesignated records a designation; a later one takes its place.
type ProductDesignated struct {
	inProduct
	approved
	Mode        Mode     `json:"mode"`
	Date        string   `json:"date"` // "2026-03-31"
	Reference   string   `json:"reference"`
	Indication  string   `json:"indication"`
	Assumptions []string `json:"assumptions"`
}

// DesignationEnded records that the designation counts no longer. Signed as
// rejected.
type DesignationEnded struct {
	inProduct
	rejected
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// FormAdded brings a dosage form: a variation of the licence is needed before
// it may be made (REG-03).
type FormAdded struct {
	inProduct
	approved
	Form    string `json:"form"`
	Licence string `json:"licence"`
	Mode    Mode   `json:"mode"`
}

// FormGranted records that the licence covers a dosage form.
type FormGranted struct {
	inProduct
	approved
	Form      string `json:"form"`
	Variation string `json:"variation"` // the grant's reference
	Date      string `json:"date"`
}

// FormEnded records that the licence covers a form no longer. Signed as
// rejected.
type FormEnded struct {
	inProduct
	rejected
	Form     string `json:"form"`
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// MasterFileIssued records a version of the master file, and which units it
// lists (CTL-02, CTL-04).
type MasterFileIssued struct {
	inProduct
	approved
	Document string   `json:"document"`
	Version  string   `json:"version"`
	From     string   `json:"from"` // RFC 3339, UTC; "" from its signature on
	Units    []string `json:"units"`
	Changes  string   `json:"changes"` // what changed since the one before
}

// MasterFileWithdrawn takes a version back. Signed as rejected.
type MasterFileWithdrawn struct {
	inProduct
	rejected
	Document string `json:"document"`
	Version  string `json:"version"`
	Reason   string `json:"reason"`
}

// ChangeLinked ties a change request to the product, and says which of the
// designation's assumptions it touches (REG-02).
type ChangeLinked struct {
	inProduct
	approved
	Reference string `json:"reference"`
	Title     string `json:"title"`
	Touches   []int  `json:"touches"`
}

// ChangeAssessed closes a change request. A significant one ends the
// designation: a new one is needed.
type ChangeAssessed struct {
	inProduct
	approved
	Reference   string `json:"reference"`
	Significant bool   `json:"significant"`
	Reason      string `json:"reason"`
}

// OpeningRefused records that a batch was not opened because of what the
// registers say (REG-01). There is no batch yet whose log could hold it.
type OpeningRefused struct {
	inProduct
	unsigned
	Batch    string `json:"batch"`
	Protocol string `json:"protocol"`
	Version  int    `json:"version"`
	Unit     string `json:"unit"`
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}

// The written kinds of a product.
const (
	KindProductListed       audit.Kind = "product.listed"
	KindProductDesignated   audit.Kind = "product.designated"
	KindDesignationEnded    audit.Kind = "product.designation_ended"
	KindFormAdded           audit.Kind = "product.form_added"
	KindFormGranted         audit.Kind = "product.form_granted"
	KindFormEnded           audit.Kind = "product.form_ended"
	KindMasterFileIssued    audit.Kind = "product.master_file_issued"
	KindMasterFileWithdrawn audit.Kind = "product.master_file_withdrawn"
	KindChangeLinked        audit.Kind = "product.change_linked"
	KindChangeAssessed      audit.Kind = "product.change_assessed"
	KindOpeningRefused      audit.Kind = "product.opening_refused"
)

// Kind is the written kind of the event's entry.
func (ProductListed) Kind() audit.Kind       { return KindProductListed }
func (ProductDesignated) Kind() audit.Kind   { return KindProductDesignated }
func (DesignationEnded) Kind() audit.Kind    { return KindDesignationEnded }
func (FormAdded) Kind() audit.Kind           { return KindFormAdded }
func (FormGranted) Kind() audit.Kind         { return KindFormGranted }
func (FormEnded) Kind() audit.Kind           { return KindFormEnded }
func (MasterFileIssued) Kind() audit.Kind    { return KindMasterFileIssued }
func (MasterFileWithdrawn) Kind() audit.Kind { return KindMasterFileWithdrawn }
func (ChangeLinked) Kind() audit.Kind        { return KindChangeLinked }
func (ChangeAssessed) Kind() audit.Kind      { return KindChangeAssessed }
func (OpeningRefused) Kind() audit.Kind      { return KindOpeningRefused }

// Words say what happened to the product.
func (e ProductListed) Words() string {
	words := fmt.Sprintf("Lists %s, %s; what is done here is %s", e.Name, e.Supply, e.Activity)
	if e.ATMP {
		words += "; an advanced therapy medicine"
	}
	if e.Immediate {
		words += "; for immediate use"
	}
	return words
}

// Words say what happened to the product.
func (e ProductDesignated) Words() string {
	words := fmt.Sprintf("Records the designation %s of %s as %s, for %s", e.Reference, e.Date, e.Mode, e.Indication)
	for i, assumption := range e.Assumptions {
		words += fmt.Sprintf("; it rests on (%d) %s", i+1, assumption)
	}
	return words
}

// Words say what happened to the product.
func (e DesignationEnded) Words() string {
	return fmt.Sprintf("Records that the designation counts no longer, by %s: %s", e.Document, e.Reason)
}

// Words say what happened to the product.
func (e FormAdded) Words() string {
	return fmt.Sprintf("Adds the dosage form %s, made as %s under licence %s: a variation is needed first", e.Form, e.Mode, e.Licence)
}

// Words say what happened to the product.
func (e FormGranted) Words() string {
	return fmt.Sprintf("Records that the licence covers %s, by variation %s of %s", e.Form, e.Variation, e.Date)
}

// Words say what happened to the product.
func (e FormEnded) Words() string {
	return fmt.Sprintf("Records that the licence covers %s no longer, by %s: %s", e.Form, e.Document, e.Reason)
}

// Words say what happened to the product.
func (e MasterFileIssued) Words() string {
	from := "at once"
	if e.From != "" {
		from = "from " + dated(e.From)
	}
	return fmt.Sprintf("Issues master file %s, version %s, effective %s, for %s: %s", e.Document, e.Version, from, unitsNamed(e.Units), e.Changes)
}

// Words say what happened to the product.
func (e MasterFileWithdrawn) Words() string {
	return fmt.Sprintf("Withdraws master file %s, version %s: %s", e.Document, e.Version, e.Reason)
}

// Words say what happened to the product.
func (e ChangeLinked) Words() string {
	words := fmt.Sprintf("Ties change request %s to it: %s", e.Reference, e.Title)
	if len(e.Touches) == 0 {
		return words + "; it touches nothing that the designation rests on"
	}
	return fmt.Sprintf("%s; it touches what the designation rests on, %s", words, numbered(e.Touches))
}

// Words say what happened to the product.
func (e ChangeAssessed) Words() string {
	if e.Significant {
		return fmt.Sprintf("Closes change request %s: a new designation is needed. %s", e.Reference, e.Reason)
	}
	return fmt.Sprintf("Closes change request %s: the designation stands. %s", e.Reference, e.Reason)
}

// Words say what was tried and why not.
func (e OpeningRefused) Words() string {
	return fmt.Sprintf("An attempt to open batch %s from %s version %d was refused: %s", e.Batch, e.Protocol, e.Version, strings.TrimSuffix(e.Sentence, "."))
}

// RefusedOpening is where and how the refusal of an opening is written down.
func RefusedOpening(product string, e OpeningRefused) Written {
	if !unitForm.MatchString(e.Unit) {
		e.Unit = ""
	}
	return Written{Stream: ProductStream(product), Event: e}
}

func unitsNamed(units []string) string {
	if len(units) == 1 {
		return "unit " + units[0]
	}
	return "units " + strings.Join(units, ", ")
}

func numbered(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = fmt.Sprintf("(%d)", n)
	}
	return strings.Join(words, ", ")
}

// leads are who answers for products and units here or at the control site.
func leads() []identity.Role { return []identity.Role{identity.QualityLead, identity.ControlSite} }

// controlSite is who signs for the control site, and nobody else.
func controlSite() []identity.Role { return []identity.Role{identity.ControlSite} }

// UnitsOf are the streams of the units that a version of a master file lists:
// it cannot be judged without them.
func UnitsOf(ev Event) (streams []audit.StreamID) {
	if issued, ok := ev.(MasterFileIssued); ok {
		for _, unit := range issued.Units {
			streams = append(streams, UnitStream(unit))
		}
	}
	return streams
}
