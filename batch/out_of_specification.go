package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// RecordRoute records one stage of the way by which a product of cells or
// tissues may be supplied although a registered specification failed (DEV-05).
// A quality lead signs it as accepted out of specification.
type RecordRoute struct {
	Stage    string `json:"stage"`    // one of Stages
	Whom     string `json:"whom"`     // the treating physician
	When     string `json:"when"`     // RFC 3339: when it was said or given
	Document string `json:"document"` // in which it stands
	Text     string `json:"text"`     // what it says, in one or two sentences
}

// Supply supplies the batch out of specification. It is no certification.
type Supply struct {
	Statement string `json:"statement"`
	Place     string `json:"place"`
}

// TellSupply says that somebody who must be told of a supply out of
// specification was told.
type TellSupply struct {
	Whom     string `json:"whom"` // one of those that the protocol names
	Name     string `json:"name"`
	How      string `json:"how"`
	When     string `json:"when"` // RFC 3339
	Document string `json:"document"`
}

func (RecordRoute) command() {}
func (Supply) command()      {}
func (TellSupply) command()  {}

// The stages, in their order.
const (
	StageRequest    = "physician's request"
	StageEvaluation = "risk evaluation given to the physician"
	StageAcceptance = "physician's acceptance"
	StageNotice     = "notice that it is supplied at the physician's request"
)

// Stages are all of them.
func Stages() []string { return []string{StageRequest, StageEvaluation, StageAcceptance, StageNotice} }

// RouteRecorded is one stage. Failed is what had failed then, so that an
// acceptance covers that and nothing else.
type RouteRecorded struct {
	By       `json:"by"`
	Stage    string   `json:"stage"`
	Whom     string   `json:"whom"`
	When     string   `json:"when"`
	Document string   `json:"document"`
	Text     string   `json:"text"`
	Failed   []string `json:"failed"`
}

// BatchSupplied supplies out of specification.
type BatchSupplied struct {
	By        `json:"by"`
	Statement string   `json:"statement"`
	Place     string   `json:"place"`
	Failed    []string `json:"failed"`
	Entries   int64    `json:"entries"`
	Head      string   `json:"head"`
}

// SupplyTold says that somebody was told.
type SupplyTold struct {
	By       `json:"by"`
	Whom     string `json:"whom"`
	Name     string `json:"name"`
	How      string `json:"how"`
	When     string `json:"when"`
	Document string `json:"document"`
}

const (
	kindRoute      audit.Kind = "batch.out_of_specification_stage"
	kindSupplied   audit.Kind = "batch.supplied_out_of_specification"
	kindSupplyTold audit.Kind = "batch.supply_told"
)

// Kind is the written kind of the event's entry.
func (RouteRecorded) Kind() audit.Kind { return kindRoute }
func (BatchSupplied) Kind() audit.Kind { return kindSupplied }
func (SupplyTold) Kind() audit.Kind    { return kindSupplyTold }

// RouteStage is a stage as a batch keeps it.
type RouteStage struct {
	Act
	Stage, Whom, When, Document, Text string
	Failed                            []string
}

// SupplyNotice is somebody having been told.
type SupplyNotice struct {
	Act
	Whom, Name, How, When, Document string
}

// released is what opened the steps after release: the certificate, or the
// supply out of specification; nil while there is neither.
func (s *State) released() *Disposition {
	if s.Certification != nil {
		return s.Certification
	}
	return s.Supply
}

// FailedSpecifications says, a sentence each, which registered specifications
// fail as things stand before release (DEV-04).
func (s *State) FailedSpecifications() (failed []string) {
	if s.Protocol == nil {
		return nil
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease || st.Skipped {
			continue
		}
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			if entry := st.Value(in.Name); entry != nil && registered(entry.Verdict) {
				failed = append(failed, fmt.Sprintf("%s: %s.", sentenceCase(titled(in.Title, in.Name)), entry.Verdict.Reason))
			}
		}
		for j := range st.Step.Calcs {
			calc := &st.Step.Calcs[j]
			if result, ok := st.Results[calc.Name]; ok && registered(result.Verdict) {
				failed = append(failed, fmt.Sprintf("%s: %s.", sentenceCase(titled(calc.Title, calc.Name)), result.Verdict.Reason))
			}
		}
	}
	results := s.Criteria()
	for i := range s.Protocol.Criteria {
		if c := &s.Protocol.Criteria[i]; registeredFails(c, results[i]) {
			failed = append(failed, strings.TrimSuffix(c.Name, ".")+". "+results[i].Sentence)
		}
	}
	return failed
}

// registeredFails says that a registered criterion is not met as things stand. What
// was not done never conforms.
func registeredFails(c *protocol.Criterion, result CriterionResult) bool {
	return c.Registered && !c.Later && !result.Holds && (result.Known || result.Undone)
}

func registered(v protocol.Verdict) bool {
	return v.Level == protocol.Reject && v.Limit != nil && v.Limit.Registered
}

// routeOpen: the protocol knows the way, and something failed that leads to it.
func (s *State) routeOpen() bool {
	return s.Protocol != nil && s.Protocol.OutOfSpecification != nil && s.Protocol.Product.ATMP
}

// afterFailure says what is left once a registered specification has failed.
func (s *State) afterFailure() string {
	if s.routeOpen() {
		return "The batch is rejected, or supplied out of specification at the treating physician's request."
	}
	return "The batch can only be rejected."
}

// stagesDone are the stages that cover what fails now, from the last request on.
func (s *State) stagesDone() (done []RouteStage) {
	failed := s.FailedSpecifications()
	for _, stage := range s.Route {
		if stage.Stage == StageRequest {
			done = nil
		}
		if slices.Equal(stage.Failed, failed) {
			done = append(done, stage)
		}
	}
	return done
}

// NextStage is the stage that comes next; "" when all are there.
func (s *State) NextStage() string {
	done := s.stagesDone()
	for i, stage := range Stages() {
		if i >= len(done) || done[i].Stage != stage {
			return stage
		}
	}
	return ""
}

// MaySupplyAnyway says that the way out of specification is open: something
// registered failed, and the batch has no disposition.
func (s *State) MaySupplyAnyway() bool {
	return s.routeOpen() && s.Disposition == nil && len(s.FailedSpecifications()) > 0
}

// accepted says that the physician has accepted what fails now.
func (s *State) accepted() bool {
	return slices.ContainsFunc(s.stagesDone(), func(stage RouteStage) bool { return stage.Stage == StageAcceptance })
}

// routed: nothing else leads here.
func (d *decision) routed() *Refusal {
	switch {
	case !d.s.routeOpen():
		return refuse("no_such_route", "This protocol does not let its product be supplied out of specification: only cell and tissue products for which it says so can be.")
	case len(d.s.FailedSpecifications()) == 0:
		return refuse("nothing_failed", "No registered specification fails in this batch.")
	}
	return nil
}

// recordRoute takes in the next stage; a new request begins anew.
func (d *decision) recordRoute(c RecordRoute) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified, d.routed} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.AcceptedOOS, leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(Stages(), c.Stage) {
		return nil, refuse("bad_value", "There is no such stage on the way to a supply out of specification.")
	}
	if next := d.s.NextStage(); c.Stage != StageRequest && c.Stage != next {
		return nil, refuse("out_of_order", "What comes next is: %s.", orDone(next))
	}
	if refusal := d.past(c.When); refusal != nil {
		return nil, refusal
	}
	ev := RouteRecorded{By: d.by, Stage: c.Stage, When: c.When, Failed: d.s.FailedSpecifications()}
	if refusal := takeParts(
		typedPart{&ev.Whom, c.Whom, "who the treating physician is"}, typedPart{&ev.Document, c.Document, "the document in which it stands"},
		typedPart{&ev.Text, c.Text, "what it says"}); refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

func orDone(stage string) string {
	if stage == "" {
		return "the supply itself"
	}
	return stage
}

// past: what is told has happened.
func (d *decision) past(text string) *Refusal {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return refuse("bad_value", "Say when it was: date and time.")
	}
	if at.After(d.now) {
		return refuse("bad_value", "That is still to come. Record it once it has happened.")
	}
	return nil
}

// supply supplies out of specification: everything but what failed stands as it
// would for a certificate, and whoever signs is as independent (DEV-05, REL-09).
func (d *decision) supply(c Supply) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified, d.routed, func() *Refusal { return d.attended(nil) }} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.AcceptedOOS, leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if refusal := d.independentCertifier(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.nothingNew(); refusal != nil {
		return nil, refusal
	}
	if next := d.s.NextStage(); next != "" {
		return nil, refuse("not_ready", "This batch cannot be supplied out of specification yet: %s is not recorded for what fails now.", next)
	}
	if blocks := d.s.SupplyBlocks(d.now); len(blocks) > 0 {
		return nil, refuse("not_ready", "This batch cannot be supplied. %s", strings.Join(blocks, " "))
	}
	statement, refusal := worded(c.Statement, "what you sign for")
	if refusal != nil {
		return nil, refusal
	}
	place, refusal := worded(c.Place, "where you are")
	if refusal != nil {
		return nil, refusal
	}
	return BatchSupplied{By: d.by, Statement: statement, Place: place, Failed: d.s.FailedSpecifications(), Entries: d.s.Version, Head: d.s.Head}, nil
}

// tellSupply takes in that somebody was told.
func (d *decision) tellSupply(c TellSupply) (Event, *Refusal) {
	if d.s.Supply == nil {
		return nil, refuse("not_supplied", "This batch was not supplied out of specification.")
	}
	if refusal := d.entitled("", reviewers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(d.s.Untold(), c.Whom) {
		return nil, refuse("not_to_be_told", "That is nobody who is still to be told.")
	}
	if refusal := d.past(c.When); refusal != nil {
		return nil, refusal
	}
	ev := SupplyTold{By: d.by, Whom: c.Whom, Name: c.Name, How: c.How, When: c.When, Document: c.Document}
	if refusal := takeNotice(&ev.Name, &ev.How, &ev.Document); refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

// Untold are those who must be told of the supply and have not been.
func (s *State) Untold() (whom []string) {
	if s.Supply == nil {
		return nil
	}
	for _, one := range s.Protocol.OutOfSpecification.Notify {
		if !slices.ContainsFunc(s.SupplyTold, func(n SupplyNotice) bool { return n.Whom == one }) {
			whom = append(whom, one)
		}
	}
	return whom
}

// TellBy is until when they are told.
func (s *State) TellBy() time.Time { return s.Supply.At.Add(s.Protocol.OutOfSpecification.Within) }

// untold gives the exceptions for those who were not told in time.
func (s *State) untold(now time.Time) (due []ExceptionRaised) {
	for _, whom := range s.Untold() {
		if now.After(s.TellBy()) {
			due = append(due, overdueNotice("notice:"+whom, whom, "the supply out of specification", protocol.ShowDuration(s.Protocol.OutOfSpecification.Within)))
		}
	}
	return due
}
