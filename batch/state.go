package batch

import (
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Status is where a batch stands.
type Status string

// The statuses. Dispositions are a closed list (REL-09).
const (
	InProgress Status = "in progress"
	Complete   Status = "awaiting review"        // every step before release is signed
	Reviewed   Status = "awaiting certification" // production review signed
	Certified  Status = "certified"
	// Conditional: certified, and named results are still to come (REL-05).
	Conditional Status = "certified conditionally"
	Given       Status = "certified and given" // certified, and the steps after release are done
	Rejected    Status = "rejected"
	// Supplied: the physician accepted that a registered specification failed
	// (DEV-05).
	SuppliedAnyway Status = "supplied out of specification at the physician's request (not certified)"
	Aborted        Status = "aborted"
	// Quarantined: its unit was stopped, and a quality lead put it aside until
	// somebody decides that it goes on (CTL-07).
	Quarantined Status = "quarantined"
	// OnHold: a hold stands on it.
	OnHold Status = "on hold"
)

// State is a batch as its entries tell it. It is a value of the log: fold the
// same entries, get the same state.
type State struct {
	ID          string
	Site        string
	Protocol    *protocol.Protocol
	Version     int64 // stream version: the number of entries
	Last        time.Time
	Status      Status
	Opened      Act
	Patient     Patient // empty members where the opening was left out
	Masked      bool
	Order       map[string]OrderEntry
	SiteValues  []SiteEntry // as the opening pinned them, in the protocol's order
	Reference   string
	Prescriber  string
	Issue       string   // the record's issue number; "" where an older program opened it
	Reissues    []string // batches opened before for the same order and patient
	Reissue     string   // why it was issued again
	Items       []Item
	Steps       []StepState // in the protocol's order
	Moves       []Moved
	Notes       []NoteEntry
	Exceptions  []Exception // number i+1 at index i
	Refusals    []RefusalEntry
	Corrections []CorrectionEntry // of critical data, as asked for; number i+1 at index i
	Reviews     []Act             // the last is the one that may count
	Demands     []DemandEntry     // that the batch is reviewed in full; number i+1 at index i
	Looks       []LookEntry       // at parts of the record, for a full review
	Basis       Basis             // what held when it was opened
	Stops       []StopEntry       // decisions after a stop of its unit
	AllHolds    []HoldEntry       // number i+1 at index i, the lifted ones among them
	Shifts      []ShiftEntry      // hand-overs between shifts
	Labellings  []Labelling       // each printing of labels
	LabelCopies []LabelCopy       // number i+1 at index i
	Accounts    []Accounted       // of materials; Holdings gives each with its lot
	Immediate   *ImmediateEntry
	Redlines    []RedlineEntry   // other texts of the protocol for this batch, approved or not
	Papers      []PaperEntry     // blanks that are used for the batch, in the order in which they were bound to it
	Kept        []KeptEntry      // what terminals kept while there was no connection; number i+1 at index i
	Alarms      []AlarmEntry     // of machines that the batch had, as they were acknowledged
	Deviations  []DeviationEntry // that concern the batch, in the order in which they reached it
	Route       []RouteStage     // to a supply out of specification
	SupplyTold  []SupplyNotice
	Taken       []Handover // unplanned hand-overs; Custody gives all
	Links       []Link     // numbers that were found to be this patient's too
	Trial       string     // with Participant: how the person is known outside the hospital (COI-08)
	Participant string
	Chain       string       // the order's chain of identity; "" where it has none (COI-06)
	Near        []Neighbour  // that could be mixed up with it when it was opened, or at a match since
	News        []NewsEntry  // what came to light after release; number i+1 at index i
	NewsTold    []NewsNotice // who was told of that
	Fates       []FateEntry  // what became of what was not given; number i+1 at index i
	Disposition *Disposition
	// Certification stays when a certified batch is aborted before it was given.
	Certification *Disposition
	// Supply is the supply out of specification, which is no certification.
	Supply *Disposition
	// Head is the hash of the last entry, hexadecimal.
	Head string

	// Made at the opening, never changed:
	steps  map[string]int   // step name → place in Steps
	rounds map[string][]int // name as written → places, one for each round
	forks  []int            // places that a condition or a loop may skip
}

// Act is a person's signed or unsigned doing, as frozen in its entry.
type Act struct {
	Index    int64 // log index
	Version  int64 // stream version
	At       time.Time
	Person   identity.PersonID
	Name     string
	Username string
	Role     string
	Meaning  identity.Meaning // "" when unsigned
	Source   *Source          // of a value that a machine sent, or that was typed in the place of that; nil otherwise
	Manner   *Manner          // of what was told late or typed for somebody else; nil otherwise
	Training string
	// Invalidated names the later entry's version that took what was signed
	// away from under the signature; 0 while it stands (SIG-04).
	Invalidated int64
	Why         string
}

// OrderEntry is a set-point as entered and as read.
type OrderEntry struct {
	Text  string
	Value protocol.Value
}

// StepState is one step of this batch.
type StepState struct {
	Step      *protocol.Step
	Section   *protocol.Section
	Begun     *Act
	Scans     map[string][]ScanEntry     // by field, in time order
	Values    map[string][]ValueEntry    // by field: first entry, repeats, corrections
	Results   map[string]protocol.Result // calculations as they stand
	Performed []Act                      // the last not invalidated one counts
	Checked   []Act
	Confirmed []Act // by those for whom something was typed
	// Started is when the step began: at Begin for a timed step, else with the
	// first thing that was done in it; zero before that.
	Started time.Time
	// Skipped: as things stand the step is no part of this batch, because its
	// condition does not hold or its loop has ended.
	Skipped bool
	// Unlabelled: the medicine is for immediate use and has no final label, so that
	// the step does not ask for it.
	Unlabelled bool
	// broken: some limit in it did not hold, now or before a correction. Few steps
	// are, and only in these has anybody to look for a breach.
	broken bool
}

// ScanEntry is one scan, taken or refused.
type ScanEntry struct {
	Act
	Raw     string // what it was read as
	Sent    string // what was received, where that is something else (MAT-03)
	Matched bool
	Why     string // of a refusal
	Item    string // the item's lot, when it is one
	Others  bool   // refused as another patient's
	// Personal: Raw may name a patient, and is sealed in the entry.
	Personal bool
	Typed    *Typing // nil when it was scanned
}

// ValueEntry is one entry of one field.
type ValueEntry struct {
	Act
	Text    string
	Value   protocol.Value
	Verdict protocol.Verdict
	Reason  string // of a correction; "" for a first entry
	Asked   int    // the correction of critical data that it is; 0 for anything else
	// Effects say what a correction changed and took away, and Counted is the
	// version of the entry with which it did.
	Effects []string
	Counted int64
	Repeat  bool // a repeat measurement that the protocol asked for
}

// Moved is an item leaving or returning to its storage.
type Moved struct {
	Act
	Item, To string
}

// NoteEntry is a remark.
type NoteEntry struct {
	Act
	Step, Text string
}

// Exception is something a quality lead must see (REL-07).
type Exception struct {
	Number   int
	Raised   Act
	Class    string // "out of limit", "timing", "identity", "wrong scan", "correction", "role conflict", "clock", "raised by hand", …
	Severity string // "minor", "major", "critical"
	Blocks   Blocks
	Step     string
	Text     string // one sentence with value and limit
	Field    string // the input or calculation concerned; "" when none is
	Cause    string // for programs: what gave rise to it; one cause is raised once
	// CausedBy is whose act gave rise to it; empty where time or the clock did.
	CausedBy   identity.PersonID
	ApprovedBy []string   // the roles that decide, each another person
	Approvals  []Approval // given so far; all of them accept
	Deviation  bool       // a deviation is raised for it
	Registered bool       // a registered specification failed
	Resolved   *Act       // the decision that settled it
	Accepted   bool
	Reason     string           // of the decision
	Undone     []UndoneDecision // decisions that a correction took away, the first first
}

// Blocks says what an open exception holds up.
type Blocks string

// What an exception can hold up.
const (
	BlocksNothing Blocks = "nothing"
	BlocksRelease Blocks = "release"
	BlocksBatch   Blocks = "every further step" // and release
)

// RefusalEntry is an attempt that was refused (axiom: refusals are facts too).
type RefusalEntry struct {
	Act
	Attempt  string // command's name
	Step     string
	Code     string
	Sentence string
}

// Disposition ends a batch.
type Disposition struct {
	Act
	Status    Status
	Statement string
	Place     string
	Entries   int64  // how many entries the batch had before this one
	Head      string // hash of the last of them, hexadecimal: "this is the whole batch"
	// Of a certificate: what is certified, a line each, the results that it
	// leaves to come, and the digest of the lines with the statement.
	Lines  []string
	Later  []LateResult
	Digest string
	Hash   string // of its own entry, hexadecimal, as the log has it; "" in a trial
	// Criteria are those of release as they stood when it was signed.
	Criteria []CriterionResult
}

// Timer is a running clock of a batch, as at one instant.
type Timer struct {
	Name  string
	Step  string
	Since time.Time
	From  time.Time     // earliest; zero when there is no minimum
	Until time.Time     // latest; zero when there is no maximum
	Spent time.Duration // of a budget, up to now
	Most  time.Duration // of a budget
	Over  bool
}
