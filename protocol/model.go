package protocol

import "time"

// Protocol is a master batch record: what is made, from what, by whom, in
// which order, within which limits (MBR-02). It is made by Parse and never
// changed after.
type Protocol struct {
	Name    string // "aso-intrathecal"
	Version int
	Title   string
	Status  string // free words, as in "example, not for use in patients"
	Digest  [32]byte
	Text    []byte // the file as approved

	Product Product
	Label   LabelPlan
	Order   []OrderValue
	// SiteValues are what a site may set; everything else only the control site
	// changes, by a new version.
	SiteValues []SiteValue
	Parts      []Part
	Items      []Item
	Sections   []Section
	Windows    []Window
	Budgets    []Budget
	Criteria   []Criterion
	// Exceptions say which classes of exceptions are graver here, and who decides
	// on them; a step's own come first.
	Exceptions []ExceptionRule
	// OutOfSpecification is nil where nothing is ever supplied out of it.
	OutOfSpecification *OutOfSpecification
	// SafeState says what makes patient and product safe when the batch stops.
	SafeState string
	// ReviewByChecker allows the production review by somebody who checked
	// (never by somebody who performed); it then stands in the record as a
	// role conflict (REL-11).
	ReviewByChecker bool
}

// Product is the header's account of the medicine.
type Product struct {
	Name, Code, Form, Strength string
	Mode                       string // "point of care" or "modular"
	Supply                     string // supply status, as in "unlicensed special"
	ATMP                       bool
	ImmediateUse               bool
	Licence                    string // manufacturer's licence number
	ControlSite                string // name and UK address (CTL-01)
	MasterFile                 string // "DMMF-0042"
	MasterFileVersion          string // "7" (CTL-02)
	Container                  string // container and closure (MAT-06)
	Storage                    string
	BatchSize                  string // "one syringe"
}

// OrderValue is a patient-specific set-point and its approved range (MBR-05).
type OrderValue struct {
	Name  string
	Title string
	Input Input // its type, unit and places
	Dose  bool  // it is shown as a dose (NUM-07)
	Low   Quantity
	High  Quantity
	Pos   Pos
}

// Part is a role in this protocol: "preparer" is a technician.
type Part struct {
	Name string
	Role string   // one of identity's roles, as written there
	Not  []string // parts whose holder in the same step may not hold this one
	Pos  Pos
}

// Item is a material or a piece of equipment that the batch needs.
type Item struct {
	Name      string
	Title     string
	Equipment bool
	// RegisteredAs is what the site's registers call the material, or the kind
	// of equipment: the item's name, unless the protocol says otherwise.
	RegisteredAs string
	Need         Quantity   // amount planned; dimensionless for a count
	MustBe       []string   // "released", "in date", "for this patient", "qualified", "calibrated", "clean"
	Reconcile    *Reconcile // nil when nobody is asked what became of it
	Pos          Pos
}

// Section is a run of steps, in order unless it says otherwise.
type Section struct {
	Name         string
	Steps        []Step // a loop's rounds stand one after the other
	AfterRelease bool   // its steps are open only once the batch is certified
	AnyOrder     bool   // its steps are done in any order; the next section joins them
	Alongside    bool   // it runs beside the section before it; the next one joins both
	When         *Condition
	Loop         *Loop
	Pos          Pos
}

// Condition says when a section or a step is part of the batch at all. While
// what it leans on is not known, the step waits.
type Condition struct {
	Text string // as written
	Expr *Expression
	Pos  Pos
}

// Loop repeats a section's steps until a condition holds after a round, and no
// more often than Most.
type Loop struct {
	Until Condition
	Most  int
}

// Step is one act at the bedside.
type Step struct {
	Name      string // unique in the protocol, as in "draw up"
	Do        string // instruction, as approved
	Critical  bool   // MBR-04
	By        string // part that performs
	CheckedBy string // part that verifies; empty when nobody must
	Witness   bool   // the second person witnesses (signs at the time) instead of verifying after
	Timed     bool   // has a start of its own: somebody presses Begin
	Scans     []Scan
	Inputs    []Input // the cells of its tables among them, each at its place
	Tables    []Table
	Calcs     []Calculation
	Uses      []string // items whose budgets and conditions gate this step
	HandsOver string   // ProductHanded or a material that the performer hands to who checks; "" for nothing
	Into      string   // the container into which the step moves what it works on; "" for none
	Wait      Span     // minimum and maximum from begin (or last scan) to performed
	// Decision marks a quality lead's signed decision on how the batch goes on.
	Decision  bool
	When      *Condition
	Hours     Hours  // of the day, in site time, between which it may be done
	SafeState string // what makes safe when the batch stops here
	// Exceptions say which classes are graver in this step.
	Exceptions []ExceptionRule
	Base       string // the name as written; Name adds the round of a loop
	Round      int    // of a loop, from 1; 0 outside one
	Pos        Pos
}

// Hours are a part of the day in site time, in minutes since midnight; both
// zero when there is none.
type Hours struct{ From, To int }

// Span is a time between two bounds; a zero bound is absent.
type Span struct{ Min, Max time.Duration }

// Scan is one code to be read in a step.
type Scan struct {
	Field string // "patient", "label", or an item's name
	Stop  bool   // a mismatch stops the batch until the control site decides (COI-03)
	Pos   Pos
}

// InputType is the closed list of what can be entered.
type InputType string

// The input types.
const (
	TypeDecimal  InputType = "decimal"
	TypeCount    InputType = "count"
	TypeChoice   InputType = "choice"
	TypeText     InputType = "text"
	TypeYesNo    InputType = "yes or no"
	TypeDateTime InputType = "date and time"
	TypeDuration InputType = "duration"
	TypeRange    InputType = "range" // logged by a device: lowest and highest, and the mean if known
	TypeFile     InputType = "file"  // a photo or a file, by name and SHA-256
)

// The words for a value that is not there.
const (
	NotDone       = "not done"
	NotAvailable  = "not available"
	NotApplicable = "not applicable"
)

// Input is one value to be entered, with its type and limits (EXE-07).
type Input struct {
	Name     string
	Title    string
	Type     InputType
	Unit     Unit
	Places   int // decimal places that are entered, for decimals
	Choices  []string
	Optional bool
	Censored bool     // a result may be below or above what can be measured: "< 0.3"
	Absent   []string // NotDone, NotAvailable, NotApplicable: what may stand in its place
	Class    string   // "critical parameter", "quality attribute", "in-process control", "informative"
	Dose     bool     // it is shown as a dose (NUM-07)
	SentBy   Sender   // the machine that sends it; zero for a value that people enter (EXE-13)
	Limits   []Limit
	Cell     Cell // its place in a table; zero for a value that stands alone
	Pos      Pos
}

// Level says how serious a limit is.
type Level string

// The levels. A reject limit that is broken can never be accepted within the
// batch; an action limit raises an exception that must be decided; a warn
// limit is shown and noted.
const (
	Warn   Level = "warn"
	Action Level = "action"
	Reject Level = "reject"
)

// Rounding says how a result is rounded before it meets a limit (NUM-02, NUM-04).
type Rounding struct {
	Places      int // decimal places, when Significant is 0
	Significant int // significant figures
}

// Calculation is a formula over order values, inputs and times, with a worked
// example that ran when the protocol was checked (MBR-06, NUM-05).
type Calculation struct {
	Name     string
	Title    string
	Formula  string // as written
	Unit     Unit
	Rounding Rounding
	Example  string // as written
	Dose     bool   // its result is shown as a dose (NUM-07)
	Yield    string // the phase whose yield it is; "" for any other result (MAT-04)
	Limits   []Limit
	Expr     *Expression
	Pos      Pos
}

// Breach is what happens when a limit or window does not hold.
type Breach struct {
	Exception bool // raise one
	Blocks    bool // nothing goes on and nothing is released until it is decided
	Stops     bool // the steps concerned cannot be performed at all: abort or reject remain
	Repeat    int  // how often the value is to be measured again
}

// Point is one moment of a batch that a window can hang on.
type Point struct {
	Step string // a step's name; or an item's name for its moves
	At   string // "started", "done", "checked", "scanned"; of an item "out", "back", "opened", "thawed"
}

// Window bounds the time between two points, whatever steps lie between.
type Window struct {
	Name     string
	From, To Point
	Span     Span
	Then     Breach
	Pos      Pos
}

// Budget bounds a total over any number of excursions: from each From to the
// next To, and the running one, which ends for good at Until.
type Budget struct {
	Name     string
	Item     string
	From, To Point
	Until    Point
	Most     time.Duration
	Then     Breach
	Pos      Pos
}

// Criterion is a condition of release with its source (a step's value, a
// rule of the record) and its expression.
type Criterion struct {
	Name   string // the sentence as written
	Source string // step name, "order" or "record"
	Expr   *Expression
	// Record is set for the criteria that the record itself answers, as in
	// "every critical step checked by another person".
	Record string
	// Later is set for what is known only after release (REL-05); Due is how
	// long after certification it is expected, and Tell whom a failure concerns.
	Later bool
	Due   time.Duration
	Tell  string
	// Registered is set for a registered specification (DEV-04).
	Registered bool
	Pos        Pos
}

// The criteria that the record itself answers.
const (
	RecordCriticalChecked   = "every critical step checked by another person"
	RecordExceptionsDecided = "every exception decided"
	RecordPatientMatched    = "the patient matched at every scan"
	RecordTimesKept         = "every window and budget kept"
)

// Pos is a place in the protocol's file, from 1.
type Pos struct{ Line, Column int }

// Env gives an expression the values and moments of a batch.
type Env interface {
	// Value finds "order.dose", "draw up.drawn" or "draw up.volume".
	Value(name string) (Value, bool)
	// Moment finds when a point was last reached.
	Moment(p Point) (time.Time, bool)
}

// Verdict is how a value stands to the limits of its input or calculation.
type Verdict struct {
	Level  Level  // "" when every limit holds
	Limit  *Limit // the most serious one broken; nil when none is
	Reason string // "5.3 mL is above 5.1 mL", safe to show
}
