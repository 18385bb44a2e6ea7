package register

import (
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// ListProduct says what a product is, or with its code says so anew.
type ListProduct struct {
	Product   string   `json:"product"` // the code that protocols name
	Title     string   `json:"title"`
	Supply    string   `json:"supply"`
	Activity  Activity `json:"activity"`
	ATMP      bool     `json:"atmp"`
	Immediate bool     `json:"immediate_use"`
}

// DesignateProduct records a designation.
type DesignateProduct struct {
	Product     string   `json:"product"`
	Mode        Mode     `json:"mode"`
	Date        string   `json:"date"`
	Reference   string   `json:"reference"`
	Indication  string   `json:"indication"`
	Assumptions []string `json:"assumptions"`
}

// EndDesignation records that the designation counts no longer.
type EndDesignation struct {
	Product  string `json:"product"`
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// AddForm brings a dosage form, for which a variation is needed.
type AddForm struct {
	Product string `json:"product"`
	Form    string `json:"form"`
	Licence string `json:"licence"`
	Mode    Mode   `json:"mode"`
}

// GrantForm records that the licence covers a dosage form.
type GrantForm struct {
	Product   string `json:"product"`
	Form      string `json:"form"`
	Variation string `json:"variation"`
	Date      string `json:"date"`
}

// EndForm records that the licence covers a form no longer.
type EndForm struct {
	Product  string `json:"product"`
	Form     string `json:"form"`
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// IssueMasterFile records a version of the master file. A zero From
// is when it is signed.
type IssueMasterFile struct {
	Product  string    `json:"product"`
	Document string    `json:"document"`
	Version  string    `json:"version"`
	From     time.Time `json:"from"`
	Units    []string  `json:"units"`
	Changes  string    `json:"changes"`
}

// WithdrawMasterFile takes a version of the master file back.
type WithdrawMasterFile struct {
	Product  string `json:"product"`
	Document string `json:"document"`
	Version  string `json:"version"`
	Reason   string `json:"reason"`
}

// LinkChange ties a change request to a product.
type LinkChange struct {
	Product   string `json:"product"`
	Reference string `json:"reference"`
	Title     string `json:"title"`
	Touches   []int  `json:"touches"`
}

// AssessChange closes a change request.
type AssessChange struct {
	Product     string `json:"product"`
	Reference   string `json:"reference"`
	Significant bool   `json:"significant"`
	Reason      string `json:"reason"`
}

// Name is the written name of the command.
func (ListProduct) Name() string        { return "list product" }
func (DesignateProduct) Name() string   { return "designate product" }
func (EndDesignation) Name() string     { return "end designation" }
func (AddForm) Name() string            { return "add form" }
func (GrantForm) Name() string          { return "grant form" }
func (EndForm) Name() string            { return "end form" }
func (IssueMasterFile) Name() string    { return "issue master file" }
func (WithdrawMasterFile) Name() string { return "withdraw master file" }
func (LinkChange) Name() string         { return "link change" }
func (AssessChange) Name() string       { return "assess change" }

// Signs says who may sign, as what.
func (ListProduct) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (DesignateProduct) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, leads()
}

func (EndDesignation) Signs() (identity.Meaning, []identity.Role) { return identity.Rejected, leads() }

func (AddForm) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (GrantForm) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (EndForm) Signs() (identity.Meaning, []identity.Role) { return identity.Rejected, leads() }

func (IssueMasterFile) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

// Signs says who may sign, as what.
func (WithdrawMasterFile) Signs() (identity.Meaning, []identity.Role) {
	return identity.Rejected, leads()
}

func (LinkChange) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (AssessChange) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (c ListProduct) stream(*Books) audit.StreamID        { return ProductStream(c.Product) }
func (c DesignateProduct) stream(*Books) audit.StreamID   { return ProductStream(c.Product) }
func (c EndDesignation) stream(*Books) audit.StreamID     { return ProductStream(c.Product) }
func (c AddForm) stream(*Books) audit.StreamID            { return ProductStream(c.Product) }
func (c GrantForm) stream(*Books) audit.StreamID          { return ProductStream(c.Product) }
func (c EndForm) stream(*Books) audit.StreamID            { return ProductStream(c.Product) }
func (c IssueMasterFile) stream(*Books) audit.StreamID    { return ProductStream(c.Product) }
func (c WithdrawMasterFile) stream(*Books) audit.StreamID { return ProductStream(c.Product) }
func (c LinkChange) stream(*Books) audit.StreamID         { return ProductStream(c.Product) }
func (c AssessChange) stream(*Books) audit.StreamID       { return ProductStream(c.Product) }

func (c ListProduct) event(*Books, Facts) (Event, *Refusal) {
	return ProductListed{
		Name: strings.TrimSpace(c.Title), Supply: strings.TrimSpace(c.Supply), Activity: c.Activity, ATMP: c.ATMP, Immediate: c.Immediate,
	}, readable(c.Title, c.Supply)
}

func (c DesignateProduct) event(*Books, Facts) (Event, *Refusal) {
	assumptions := lines(c.Assumptions)
	return ProductDesignated{
		Mode: c.Mode, Date: strings.TrimSpace(c.Date), Reference: strings.TrimSpace(c.Reference),
		Indication: strings.TrimSpace(c.Indication), Assumptions: assumptions,
	}, first(readable(c.Indication), readable(assumptions...))
}

// lines are texts without blanks around them, and without empty ones.
func lines(texts []string) []string {
	kept := []string{}
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

func (c EndDesignation) event(*Books, Facts) (Event, *Refusal) {
	return DesignationEnded{Reason: strings.TrimSpace(c.Reason), Document: strings.TrimSpace(c.Document)}, readable(c.Reason)
}

func (c AddForm) event(*Books, Facts) (Event, *Refusal) {
	return FormAdded{Form: strings.TrimSpace(c.Form), Licence: strings.TrimSpace(c.Licence), Mode: c.Mode}, readable(c.Form)
}

func (c GrantForm) event(*Books, Facts) (Event, *Refusal) {
	return FormGranted{Form: strings.TrimSpace(c.Form), Variation: strings.TrimSpace(c.Variation), Date: strings.TrimSpace(c.Date)}, readable(c.Form)
}

func (c EndForm) event(*Books, Facts) (Event, *Refusal) {
	return FormEnded{Form: strings.TrimSpace(c.Form), Reason: strings.TrimSpace(c.Reason), Document: strings.TrimSpace(c.Document)}, readable(c.Form, c.Reason)
}

func (c IssueMasterFile) event(*Books, Facts) (Event, *Refusal) {
	return MasterFileIssued{
		Document: strings.TrimSpace(c.Document), Version: strings.TrimSpace(c.Version), From: instant(c.From),
		Units: lines(c.Units), Changes: strings.TrimSpace(c.Changes),
	}, readable(c.Changes)
}

func (c WithdrawMasterFile) event(*Books, Facts) (Event, *Refusal) {
	return MasterFileWithdrawn{
		Document: strings.TrimSpace(c.Document), Version: strings.TrimSpace(c.Version), Reason: strings.TrimSpace(c.Reason),
	}, readable(c.Reason)
}

func (c LinkChange) event(*Books, Facts) (Event, *Refusal) {
	return ChangeLinked{
		Reference: strings.TrimSpace(c.Reference), Title: strings.TrimSpace(c.Title), Touches: append([]int{}, slices.Sorted(slices.Values(c.Touches))...),
	}, readable(c.Title)
}

func (c AssessChange) event(*Books, Facts) (Event, *Refusal) {
	return ChangeAssessed{Reference: strings.TrimSpace(c.Reference), Significant: c.Significant, Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}
