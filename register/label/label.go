package label

import (
	"fmt"
	"strings"
	"time"
)

// Kind is what a label is for.
type Kind string

// The kinds of label.
const (
	// PreLabel goes on containers before manufacture starts (LAB-04): it names
	// product, batch and patient, and says that it is no release.
	PreLabel Kind = "pre-label"
	// Final goes on the finished medicine.
	Final Kind = "final"
)

// Supply is a supply status for which there is a template.
type Supply string

// The supply statuses.
const (
	Licensed     Supply = "UK marketing authorisation"        // LAB-06
	LicensedATMP Supply = "UK marketing authorisation, ATMP"  // LAB-07
	Special      Supply = "unlicensed special"                // LAB-01
	ExemptATMP   Supply = "exempt ATMP"                       // LAB-07
	Trial        Supply = "investigational medicinal product" // LAB-08
	TrialATMP    Supply = "investigational medicinal ATMP"    // LAB-07, LAB-08
)

// SupplyOf reads a supply status as a protocol writes it. An advanced therapy
// that is a special is labelled as an exempt ATMP. An unknown status has no
// template, and nothing is guessed.
func SupplyOf(status string, atmp bool) (Supply, bool) {
	switch strings.ToLower(strings.Join(strings.Fields(status), " ")) {
	case "uk marketing authorisation", "marketing authorisation":
		return either(atmp, LicensedATMP, Licensed), true
	case "unlicensed special", "special":
		return either(atmp, ExemptATMP, Special), true
	case "exempt atmp", "hospital exemption":
		return ExemptATMP, atmp
	case "investigational medicinal product":
		return either(atmp, TrialATMP, Trial), true
	}
	return "", false
}

func either(first bool, a, b Supply) Supply {
	if first {
		return a
	}
	return b
}

// Patient is who the medicine is for.
type Patient struct{ Name, Born, Number, NumberType string }

// Data is what a label is made from. What is blank is not known.
type Data struct {
	Kind   Kind
	Supply Supply
	Mark   string // of a site that practises; "" at a live one

	Name, Strength, Form string
	Actives              string // what is in it that acts, with amounts
	Contents             string // by weight, volume or number of doses
	Excipients           string // those that must be known
	Route                string // route and method
	Warnings             []string
	Storage, Disposal    string
	Holder               string // of the licence or authorisation: name and address
	Number               string // of the licence or authorisation
	Supplier             string // who supplies it to the patient: name and address

	Batch string
	// Immediate: the pre-label may be all that the medicine ever carries (LAB-04).
	Immediate bool
	Copy      int       // 1 and on; no two of a batch are the same
	Made      time.Time // completion of manufacture; zero on a pre-label
	Expiry    time.Time
	Zone      *time.Location // of the site
	GTIN      string         // "" where the product has no number
	Patient   Patient

	// Advanced therapies.
	Cells      string // the statement on cells or tissue, and their origin
	Donation   string // unique donation code, or all of a pool
	Chain      string // of identity, where the order or the material carries one (COI-06)
	Autologous bool

	// Trials.
	Trial        string // its code
	Sponsor      string // and whom to ask
	Participant  string // what links the label to the participant
	Investigator string
	Directions   string // for use
	HospitalOnly bool   // it never leaves the hospital
	Comparator   string // or placebo, of a blinded trial; "" for an open one
	OldRules     bool   // the trial goes on under the rules before 28 April 2026
}

// Line is one line of a label. Personal says that it names the patient.
type Line struct {
	Text     string `json:"text"`
	Weight   Weight `json:"weight"`
	Personal bool   `json:"-"`
}

// Weight is how a line is set.
type Weight string

// The weights.
const (
	Plain  Weight = "plain"
	Strong Weight = "strong"
	Head   Weight = "head"   // what must be seen first: who it is for, and what it is
	Notice Weight = "notice" // in a box
)

// Label is a label as it is printed and kept.
type Label struct {
	Lines []Line
	Code  Code
	// Batch is the batch's number, which stands in a linear code too where
	// there is room for one: many a hospital's scanner reads no other.
	Batch string
	// Warnings are for whoever prints it: they stand in the entry too.
	Warnings []string
}

// Refusal names every particular that is missing.
type Refusal struct {
	Supply  Supply
	Missing []string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("A label for the supply status %s needs what is not known: %s.", r.Supply, strings.Join(r.Missing, "; "))
}

// Make makes a label, or refuses with all that is missing, as *Refusal. Any
// other error is of the code: a product number that does not hold, say.
func Make(d Data) (Label, error) {
	if missing := d.missing(); len(missing) > 0 {
		return Label{}, &Refusal{Supply: d.Supply, Missing: missing}
	}
	code, err := d.code()
	if err != nil {
		return Label{}, err
	}
	made := Label{Code: code, Batch: d.Batch}
	if d.Kind == PreLabel {
		made.Lines = d.preLines()
		return made, nil
	}
	made.Warnings = d.warnings()
	made.Lines = d.finalLines()
	return made, nil
}

// Texts are the texts of a label in their order, without those that name the
// patient where masked is true.
func (l Label) Texts(masked bool) []string {
	var all []string
	for _, line := range l.Lines {
		if !masked || !line.Personal {
			all = append(all, line.Text)
		}
	}
	return all
}
