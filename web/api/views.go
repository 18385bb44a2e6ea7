package api

import (
	"strings"
	"time"

	"countersign/batch"
)

// BatchSummary is a batch in a list.
type BatchSummary struct {
	ID       string    `json:"id"`
	Protocol string    `json:"protocol" doc:"name and version"`
	Product  string    `json:"product"`
	Status   string    `json:"status"`
	Patient  string    `json:"patient,omitempty" doc:"left out for those who need not know"`
	Opened   time.Time `json:"opened"`
	Version  int64     `json:"version" doc:"number of entries"`
	Next     string    `json:"next,omitempty" doc:"the step that is due"`
	Open     int       `json:"open_exceptions"`
}

// BatchView is a batch as it stands.
type BatchView struct {
	BatchSummary
	Issue       string            `json:"issue_number,omitempty" doc:"site, protocol, version and running number; batches of older programs have none"`
	Reissues    []string          `json:"issued_again_after,omitempty" doc:"batches opened before for the same order and patient"`
	Reissue     string            `json:"issued_again_because,omitempty"`
	Order       map[string]string `json:"order"`
	SiteValues  []SetView         `json:"site_values,omitempty" doc:"what the site had set when the batch was opened"`
	Steps       []StepView        `json:"steps"`
	Yields      []YieldView       `json:"yields,omitempty" doc:"of each phase that the protocol asks for"`
	Materials   []AccountView     `json:"materials,omitempty" doc:"what became of each lot that was taken"`
	Exceptions  []ExceptionView   `json:"exceptions"`
	Custody     CustodyView       `json:"custody"`
	Timers      []TimerView       `json:"timers"`
	Deviations  []ConcernView     `json:"deviations,omitempty" doc:"that concern the batch"`
	Redlines    []RedlineView     `json:"redlines,omitempty" doc:"other texts of the protocol for this batch, approved or not"`
	Kept        []KeptView        `json:"kept,omitempty" doc:"by terminals without a connection; it is not reviewed while one is neither signed nor closed"`
	Blanks      []PaperView       `json:"blanks,omitempty" doc:"that are used for the batch; it is not reviewed while one is open"`
	Failed      []string          `json:"failed_specifications,omitempty" doc:"registered specifications that fail, in sentences"`
	Route       []StageView       `json:"out_of_specification,omitempty" doc:"the way to a supply at the physician's request"`
	Blocks      []string          `json:"blocks_certification" doc:"everything that stands between this batch and certification, in sentences"`
	Reviews     []ActView         `json:"reviews,omitempty"`
	FullReview  FullReviewView    `json:"full_review" doc:"what was looked at, and by whom"`
	Holds       []HoldView        `json:"holds,omitempty"`
	Shifts      []ShiftView       `json:"hand_overs,omitempty" doc:"between shifts; the last without a taker waits for one"`
	Corrections []CorrectionView  `json:"corrections_of_critical_data,omitempty"`
	Disposition *ActView          `json:"disposition,omitempty"`
	Certificate *CertificateView  `json:"certificate,omitempty"`
	Afterwards  AfterwardsView    `json:"after_release"`
}

// TypedView says why a code was typed and not scanned.
type TypedView struct {
	Reason    string   `json:"reason"`
	Words     string   `json:"words"`
	Witnessed *ActView `json:"witnessed,omitempty" doc:"of a patient's code: the second person's signature"`
}

// ActView is one act with its signature, when it has one.
type ActView struct {
	Version     int64        `json:"version"`
	At          time.Time    `json:"at"`
	Person      string       `json:"person"`
	Name        string       `json:"name"`
	Role        string       `json:"role,omitempty"`
	Meaning     string       `json:"meaning,omitempty"`
	Invalidated int64        `json:"invalidated_by,omitempty" doc:"the entry that took away what was signed"`
	Done        *time.Time   `json:"done,omitempty" doc:"when it was done, as stated, of what was recorded late"`
	Late        string       `json:"recorded_late_because,omitempty"`
	Doer        string       `json:"typed_for,omitempty" doc:"who did what this person typed"`
	DoerName    string       `json:"typed_for_name,omitempty"`
	Scribed     string       `json:"typed_because,omitempty"`
	Paper       string       `json:"transcribed_from,omitempty" doc:"number of the blank that it was copied from"`
	Offline     *OfflineView `json:"without_connection,omitempty" doc:"of what a terminal kept while it could not reach the server"`
	Sent        *SentView    `json:"sent,omitempty" doc:"of a value that a machine sent"`
	Instead     string       `json:"typed_instead_because,omitempty" doc:"of a value that was typed although a machine sends it"`
}

// StepView is one step.
type StepView struct {
	Name      string              `json:"name"`
	Section   string              `json:"section"`
	Do        string              `json:"do"`
	Critical  bool                `json:"critical"`
	Begun     *ActView            `json:"begun,omitempty"`
	Scans     map[string][]Taken  `json:"scans,omitempty"`
	Values    map[string][]Taken  `json:"values,omitempty"`
	Results   map[string]Computed `json:"results,omitempty"`
	Performed []ActView           `json:"performed,omitempty"`
	Checked   []ActView           `json:"checked,omitempty"`
	Confirmed []ActView           `json:"typed_confirmed,omitempty" doc:"signatures of those for whom something was typed"`
}

// Taken is one scan or value.
type Taken struct {
	ActView
	Text     string     `json:"text"`
	Received string     `json:"received,omitempty" doc:"of a code: what came from the scanner, byte for byte, where that is not the text"`
	Verdict  string     `json:"verdict,omitempty" doc:"warn, action or reject when a limit does not hold"`
	Reason   string     `json:"reason,omitempty"`
	Refused  bool       `json:"refused,omitempty"`
	Second   *ActView   `json:"second,omitempty" doc:"the second person's signature under a correction of critical data"`
	Effects  []string   `json:"effects,omitempty" doc:"what a correction changed beside its value, and what was to be signed again"`
	Typed    *TypedView `json:"typed,omitempty" doc:"of a code: it was typed by hand, and why"`
}

// Computed is a calculation's result.
type Computed struct {
	Unrounded string `json:"unrounded"`
	Rounded   string `json:"rounded"`
	Working   string `json:"working"`
}

// ExceptionView is one exception.
type ExceptionView struct {
	Number   int      `json:"number"`
	Class    string   `json:"class"`
	Severity string   `json:"severity"`
	Blocks   string   `json:"blocks"`
	Step     string   `json:"step,omitempty"`
	Text     string   `json:"text"`
	Raised   ActView  `json:"raised"`
	Resolved *ActView `json:"resolved,omitempty"`
	Accepted bool     `json:"accepted"`
	Reason   string   `json:"reason,omitempty"`
	// Since a protocol can ask for two people.
	ApprovedBy []string  `json:"approved_by" doc:"the roles that decide, each another person"`
	Approvals  []ActView `json:"approvals,omitempty" doc:"given so far"`
	Registered bool      `json:"registered_specification,omitempty" doc:"one that failed; nobody can accept it"`
	Deviation  bool      `json:"deviation_asked,omitempty"`
	Undone     []ActView `json:"decisions_taken_away,omitempty" doc:"decisions that a later correction took away"`
}

// CorrectionView is a correction of critical data that was asked for.
type CorrectionView struct {
	Number    int      `json:"number"`
	Step      string   `json:"step"`
	Field     string   `json:"field"`
	Before    string   `json:"before"`
	Value     string   `json:"value"`
	Reason    string   `json:"reason"`
	Asked     ActView  `json:"asked"`
	Confirmed *ActView `json:"confirmed,omitempty" doc:"the second person; the correction counts from then"`
	Dropped   *ActView `json:"given_up,omitempty"`
	Why       string   `json:"given_up_because,omitempty"`
}

// ConcernView is a deviation as it concerns a batch.
type ConcernView struct {
	Deviation string `json:"deviation"`
	Exception int    `json:"exception,omitempty"`
	Text      string `json:"text"`
	Decision  string `json:"decision,omitempty" doc:"absent while nobody has decided"`
	Reason    string `json:"reason,omitempty"`
	Holds     bool   `json:"holds_certification"`
}

// StageView is one stage on the way to a supply out of specification.
type StageView struct {
	ActView
	Stage    string `json:"stage"`
	Whom     string `json:"whom"`
	When     string `json:"when"`
	Document string `json:"document"`
	Text     string `json:"text"`
}

// HoldView is a hold, standing or lifted.
type HoldView struct {
	Number  int      `json:"number"`
	Kind    string   `json:"kind"`
	Reason  string   `json:"reason"`
	Put     ActView  `json:"put"`
	Lifted  *ActView `json:"lifted,omitempty"`
	Because string   `json:"lifted_because,omitempty"`
}

// ShiftView is a hand-over between shifts.
type ShiftView struct {
	Handed ActView  `json:"handed_over"`
	Open   []string `json:"open" doc:"what was open, in sentences"`
	Words  string   `json:"words,omitempty"`
	Taken  *ActView `json:"taken_over,omitempty"`
	Said   string   `json:"remark,omitempty"`
}

// TimerView is a running clock.
type TimerView struct {
	Name  string     `json:"name"`
	Step  string     `json:"step,omitempty"`
	Since time.Time  `json:"since"`
	From  *time.Time `json:"from,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	Over  bool       `json:"over"`
}

func summaryOf(l *batch.Line) BatchSummary {
	return BatchSummary{
		ID: l.ID, Protocol: l.Protocol.ID(), Product: l.Protocol.Product.Name, Status: string(l.Status),
		Patient: l.Patient.Name, Opened: l.Opened, Version: l.Version, Open: l.Exceptions, Next: l.Next,
	}
}

func viewOf(s *batch.State, now time.Time) BatchView {
	view := BatchView{
		BatchSummary: summaryOf(s.Line(time.UTC)), Issue: s.Issue, Reissues: s.Reissues, Reissue: s.Reissue, Order: map[string]string{}, Steps: []StepView{}, Exceptions: []ExceptionView{},
		Timers: []TimerView{}, Blocks: s.CertifyBlocks(now), Custody: custodyView(s),
	}
	for name, entry := range s.Order {
		view.Order[name] = entry.Text
	}
	for _, set := range s.SiteValues {
		view.SiteValues = append(view.SiteValues, SetView{
			Name: set.Of.Name, Title: set.Of.Title, Approved: set.Of.Approved(), Set: true, Entered: set.Text, Value: set.Setting.Value,
			Version: set.Version, SetBy: set.Setting.Name, SetAt: &set.At, Entry: &set.Entry,
		})
	}
	for _, step := range s.Steps {
		view.Steps = append(view.Steps, stepView(s, step))
	}
	for _, e := range s.Exceptions {
		shown := ExceptionView{
			Number: e.Number, Class: e.Class, Severity: e.Severity, Blocks: string(e.Blocks), Step: e.Step, Text: e.Text,
			Raised: actView(e.Raised), Accepted: e.Accepted, Reason: e.Reason, ApprovedBy: e.ApprovedBy, Registered: e.Registered, Deviation: e.Deviation,
		}
		for _, given := range e.Approvals {
			shown.Approvals = append(shown.Approvals, actView(given.Act))
		}
		if e.Resolved != nil {
			shown.Resolved = maybe(e.Resolved)
		}
		for _, undone := range e.Undone {
			shown.Undone = append(shown.Undone, actView(undone.Act))
		}
		view.Exceptions = append(view.Exceptions, shown)
	}
	view.Reviews, view.Corrections = actViews(s.Reviews), correctionViews(s)
	view.Failed = s.FailedSpecifications()
	for i := range s.Deviations {
		e := &s.Deviations[i]
		view.Deviations = append(view.Deviations, ConcernView{e.Deviation, e.Exception, e.Text, string(e.Decision), e.Reason, e.Holds()})
	}
	for i := range s.Redlines {
		view.Redlines = append(view.Redlines, redlineView(&s.Redlines[i]))
	}
	for i := range s.Papers {
		p := &s.Papers[i]
		view.Blanks = append(view.Blanks, PaperView{p.Blank, p.Stands, p.Open(), len(s.FromPaper(p.Blank))})
	}
	for _, stage := range s.Route {
		view.Route = append(view.Route, StageView{actView(stage.Act), stage.Stage, stage.Whom, stage.When, stage.Document, stage.Text})
	}
	view.FullReview, view.Kept = fullReviewView(s), keptViews(s)
	for _, hold := range s.AllHolds {
		view.Holds = append(view.Holds, HoldView{
			Number: hold.Number, Kind: string(hold.Kind), Reason: hold.Reason, Put: actView(hold.Act), Lifted: maybe(hold.Lifted), Because: hold.Why,
		})
	}
	for _, shift := range s.Shifts {
		view.Shifts = append(view.Shifts, ShiftView{Handed: actView(shift.Act), Open: shift.Open, Words: shift.Words, Taken: maybe(shift.Taken), Said: shift.Said})
	}
	for _, timer := range s.Timers(now) {
		shown := TimerView{Name: timer.Name, Step: timer.Step, Since: timer.Since, Over: timer.Over}
		if !timer.From.IsZero() {
			shown.From = &timer.From
		}
		if !timer.Until.IsZero() {
			shown.Until = &timer.Until
		}
		view.Timers = append(view.Timers, shown)
	}
	view.Yields, view.Materials = yieldViews(s), materialViews(s)
	if s.Disposition != nil {
		act := actView(s.Disposition.Act)
		view.Disposition = &act
	}
	view.Certificate, view.Afterwards = certificateView(s), afterwardsView(s)
	return view
}

func stepView(of *batch.State, s batch.StepState) StepView {
	view := StepView{
		Name: s.Step.Name, Section: s.Section.Name, Do: strings.TrimSpace(of.Told(s.Step.Do)), Critical: s.Step.Critical,
		Scans: map[string][]Taken{}, Values: map[string][]Taken{}, Results: map[string]Computed{},
		Performed: actViews(s.Performed), Checked: actViews(s.Checked), Confirmed: actViews(s.Confirmed),
	}
	if s.Begun != nil {
		begun := actView(*s.Begun)
		view.Begun = &begun
	}
	for field, scans := range s.Scans {
		for _, scan := range scans {
			view.Scans[field] = append(view.Scans[field], takenScan(scan))
		}
	}
	for field, values := range s.Values {
		for _, value := range values {
			view.Values[field] = append(view.Values[field], Taken{
				ActView: actView(value.Act), Text: value.Text, Verdict: string(value.Verdict.Level), Reason: value.Reason,
				Second: maybe(of.Second(value)), Effects: value.Effects,
			})
		}
	}
	for name, result := range s.Results {
		view.Results[name] = Computed{Unrounded: result.Unrounded.String(), Rounded: result.Rounded.String(), Working: result.Working}
	}
	return view
}

// takenScan is a code as it came.
func takenScan(scan batch.ScanEntry) Taken {
	view := Taken{ActView: actView(scan.Act), Text: scan.Raw, Received: scan.Sent, Reason: scan.Why, Refused: !scan.Matched}
	if scan.Typed != nil {
		view.Typed = &TypedView{Reason: scan.Typed.Reason, Words: scan.Typed.Words}
		if scan.Typed.Witnessed != nil {
			witness := actView(*scan.Typed.Witnessed)
			view.Typed.Witnessed = &witness
		}
	}
	return view
}

func actViews(acts []batch.Act) []ActView {
	views := make([]ActView, len(acts))
	for i, act := range acts {
		views[i] = actView(act)
	}
	return views
}

// maybe is an act that may not have happened.
func maybe(a *batch.Act) *ActView {
	if a == nil {
		return nil
	}
	view := actView(*a)
	return &view
}

func correctionViews(s *batch.State) []CorrectionView {
	var views []CorrectionView
	for _, c := range s.Corrections {
		views = append(views, CorrectionView{
			Number: c.Number, Step: c.Step, Field: c.Field, Before: c.Before, Value: c.Value, Reason: c.Reason, Asked: actView(c.Act),
			Confirmed: maybe(c.Confirmed), Dropped: maybe(c.Dropped), Why: c.Why,
		})
	}
	return views
}

func actView(a batch.Act) ActView {
	view := ActView{
		Version: a.Version, At: a.At, Person: string(a.Person), Name: a.Name, Role: a.Role,
		Meaning: string(a.Meaning), Invalidated: a.Invalidated,
	}
	view.Sent, view.Instead = sentView(a.Source)
	if a.Manner == nil {
		return view
	}
	if a.ToldLate() {
		done := a.When()
		view.Done, view.Late = &done, a.Manner.Late
	}
	view.Doer, view.DoerName, view.Scribed, view.Paper = a.Manner.Doer, a.Manner.Name, a.Manner.Scribed, a.Manner.Paper
	view.Offline = offlineView(a.Manner.Offline)
	return view
}
