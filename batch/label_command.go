package batch

import (
	"countersign/audit"
	"countersign/register/label"
)

// PrintLabel prints a kind of label for the first time, in so many copies.
// Later ones are reprints. Expiry is given where the protocol sets no shelf
// life. Image and size are filled in by whoever draws the label.
type PrintLabel struct {
	Label  label.Kind `json:"label"`
	Copies int        `json:"copies"`
	Expiry string     `json:"expiry,omitempty"` // as typed, in site time
	Reason string     `json:"reason,omitempty"` // why a pre-label is printed once manufacture has started (LAB-04)
	Drawn
}

// Reprint prints one copy more, in the place of one that exists, which is still
// to be accounted for. Reason says why (LAB-10).
type Reprint struct {
	Copy   int    `json:"copy"`
	Reason string `json:"reason"`
	Drawn
}

// Drawn says how labels were drawn: their size in millimetres and the hash of
// the PDF, which a verifier draws again.
type Drawn struct {
	Image  string `json:"image,omitempty"` // SHA-256, hexadecimal
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Unfit  string `json:"unfit,omitempty"` // why it could not be drawn, in words that name no patient
}

// ApplyLabel says by its scanned code that a copy was put where it belongs
// (LAB-10). A step that asks for the label does the same.
type ApplyLabel struct {
	Raw string `json:"raw"`
}

// DestroyLabel says that a copy was destroyed, or was spoilt where it was.
type DestroyLabel struct {
	Copy   int    `json:"copy"`
	Reason string `json:"reason"`
}

// AttachLabel says that a copy was attached to a paper that is kept.
type AttachLabel struct {
	Copy   int    `json:"copy"`
	Reason string `json:"reason"`
}

func (PrintLabel) command()   {}
func (Reprint) command()      {}
func (ApplyLabel) command()   {}
func (DestroyLabel) command() {}
func (AttachLabel) command()  {}

// LabelPrinted is one printing. The lines that name the patient are sealed, and
// so is the image's hash: whoever guesses a name could draw the label and
// compare.
type LabelPrinted struct {
	By       `json:"by"`
	Label    label.Kind    `json:"label"`
	Copies   []PrintedCopy `json:"copies"`
	Lines    []PrintedLine `json:"lines"`
	Entered  string        `json:"entered"` // the expiry as typed; "" where the protocol gives it
	Expiry   string        `json:"expiry"`  // RFC 3339, UTC; "" on a pre-label
	Warnings []string      `json:"warnings"`
	Width    int           `json:"width"`
	Height   int           `json:"height"`
	Of       int           `json:"of"` // the copy in whose place it was printed; 0 for a first print
	Reason   string        `json:"reason"`
	Image    string        `json:"-"`
}

// PrintedCopy is one copy and its code.
type PrintedCopy struct {
	Number int    `json:"number"`
	Code   string `json:"code"`
	GS1    bool   `json:"gs1"`
	Line   string `json:"line"`
}

// PrintedLine is a line of a label. Text is sealed where it names the patient.
type PrintedLine struct {
	Text     string       `json:"text"`
	Weight   label.Weight `json:"weight"`
	Personal bool         `json:"personal"`
}

// LabelApplied is a copy that was scanned where it was put, outside a step.
type LabelApplied struct {
	By   `json:"by"`
	Copy int    `json:"copy"`
	Raw  string `json:"raw"`
	Sent string `json:"sent,omitempty"` // exactly as received, where that is not Raw (MAT-03)
}

// LabelDestroyed is a copy that is no more.
type LabelDestroyed struct {
	By     `json:"by"`
	Copy   int    `json:"copy"`
	Reason string `json:"reason"`
}

// LabelAttached is a copy that is kept on paper.
type LabelAttached struct {
	By     `json:"by"`
	Copy   int    `json:"copy"`
	Reason string `json:"reason"`
}

const (
	kindLabelPrinted   audit.Kind = "batch.label_printed"
	kindLabelApplied   audit.Kind = "batch.label_applied"
	kindLabelDestroyed audit.Kind = "batch.label_destroyed"
	kindLabelAttached  audit.Kind = "batch.label_attached"
)

// Kind is the written kind of the event's entry.
func (LabelPrinted) Kind() audit.Kind   { return kindLabelPrinted }
func (LabelApplied) Kind() audit.Kind   { return kindLabelApplied }
func (LabelDestroyed) Kind() audit.Kind { return kindLabelDestroyed }
func (LabelAttached) Kind() audit.Kind  { return kindLabelAttached }
