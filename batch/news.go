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

// ReportNews tells of something that came to light after the batch was
// certified or supplied, also once it was given (REL-12, DEV-06). It changes
// nothing that was signed: it opens a review for a quality lead.
type ReportNews struct {
	Class   string `json:"class"`             // one of NewsClasses
	Known   string `json:"known"`             // RFC 3339: when it became known here
	Text    string `json:"text"`              // what was reported, and by whom
	Tell    string `json:"tell,omitempty"`    // who is to be told; of an adverse reaction, beside the regulator
	Serious bool   `json:"serious,omitempty"` // of an adverse reaction
	Onset   string `json:"onset,omitempty"`   // of an adverse reaction: the day, "2026-03-01"
	Outcome string `json:"outcome,omitempty"` // of an adverse reaction: one of Outcomes
}

// TellNews says that somebody was told of what came to light.
type TellNews struct {
	Exception int    `json:"exception"`
	Whom      string `json:"whom"` // one of those who are still to be told
	Name      string `json:"name"`
	How       string `json:"how"`
	When      string `json:"when"`     // RFC 3339
	Document  string `json:"document"` // reference
}

func (ReportNews) command()  {}
func (ReportNews) personal() {}
func (TellNews) command()    {}

// The classes of what can come to light.
const (
	AdverseReaction = "adverse reaction"
	Complaint       = "complaint"
	QualityDefect   = "quality defect"
	LateInformation = "late information"
)

// NewsClasses are all of them.
func NewsClasses() []string {
	return []string{AdverseReaction, Complaint, QualityDefect, LateInformation}
}

// Outcomes are how a suspected adverse reaction can have ended.
func Outcomes() []string {
	return []string{"recovered", "recovering", "not recovered", "recovered with lasting harm", "fatal", unknownOutcome}
}

const unknownOutcome = "not known"

// Regulator is who is told of every suspected adverse reaction.
const Regulator = "MHRA"

// InformationReported is what came to light. What was reported is health data:
// it is sealed, as are onset and outcome of a reaction.
type InformationReported struct {
	By      `json:"by"`
	Number  int      `json:"number"`
	Class   string   `json:"class"`
	Known   string   `json:"known"`
	Serious bool     `json:"serious"`
	Due     string   `json:"due"` // RFC 3339, UTC: the moment by which the regulator was told; "" of other classes
	Tell    []string `json:"tell"`
	Text    string   `json:"-"`
	Onset   string   `json:"-"`
	Outcome string   `json:"-"`
}

// NewsTold says that somebody was told.
type NewsTold struct {
	By        `json:"by"`
	Exception int    `json:"exception"`
	Whom      string `json:"whom"`
	Name      string `json:"name"`
	How       string `json:"how"`
	When      string `json:"when"`
	Document  string `json:"document"`
}

const (
	kindNews     audit.Kind = "batch.information_reported"
	kindNewsTold audit.Kind = "batch.information_told"
)

// Kind is the written kind of the event's entry.
func (InformationReported) Kind() audit.Kind { return kindNews }

// Kind is the written kind of the event's entry.
func (NewsTold) Kind() audit.Kind { return kindNewsTold }

// NewsEntry is what came to light, as a batch keeps it. Its act is the report.
type NewsEntry struct {
	Act
	Number               int
	Class                string
	Known, Due           time.Time // Due is zero where no clock runs
	Serious              bool
	Tell                 []string
	Text, Onset, Outcome string // empty where the entry is masked
}

// NewsNotice is somebody having been told of it.
type NewsNotice struct {
	Act
	Exception                       int
	Whom, Name, How, When, Document string
}

// The days in which the regulator is told of a suspected adverse reaction. They
// are counted from the day after it became known (DEV-06).
const (
	SeriousDays = 15
	OtherDays   = 90
)

// TellRegulatorBy is the end of the last day on which the regulator is told of
// what became known at a moment: the first moment that is too late. Days are
// those of site time, whatever its clocks do in between.
func TellRegulatorBy(known time.Time, serious bool, zone *time.Location) time.Time {
	days := OtherDays
	if serious {
		days = SeriousDays
	}
	year, month, day := known.In(zone).Date()
	return time.Date(year, month, day+days+1, 0, 0, 0, 0, zone)
}

func newsTellers() []identity.Role { return append(staff(), identity.ControlSite) }

const newsCause = "news:"

// decide takes in what came to light; only a batch that left the unit's hands
// can have it.
func (c ReportNews) decide(d *decision) (Event, *Refusal) {
	if d.s.released() == nil {
		return nil, refuse("not_released", "This batch was neither certified nor supplied. What is wrong now is an exception: raise one.")
	}
	if refusal := d.entitled("", newsTellers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(NewsClasses(), c.Class) {
		return nil, refuse("unknown_class", "Say what came to light: a suspected adverse reaction, a complaint, a quality defect or late information.")
	}
	if refusal := d.past(c.Known); refusal != nil {
		return nil, refusal
	}
	ev := InformationReported{By: d.by, Number: len(d.s.News) + 1, Class: c.Class, Known: c.Known, Tell: []string{}}
	parts := []typedPart{{&ev.Text, c.Text, "what was reported"}}
	whom := ""
	if c.Class != AdverseReaction || strings.TrimSpace(c.Tell) != "" {
		parts = append(parts, typedPart{&whom, c.Tell, "who is to be told"})
	}
	if refusal := takeParts(parts...); refusal != nil {
		return nil, refusal
	}
	if c.Class == AdverseReaction {
		if refusal := c.reaction(d, &ev); refusal != nil {
			return nil, refusal
		}
	} else if c.Serious || c.Onset != "" || c.Outcome != "" {
		return nil, refuse("bad_value", "Seriousness, onset and outcome are those of an adverse reaction.")
	}
	if whom != "" && whom != Regulator {
		ev.Tell = append(ev.Tell, whom)
	}
	d.add = append(d.add, ev.exception(d.zone()))
	return ev, nil
}

// reaction takes in what an adverse reaction has beside: its clock runs.
func (c ReportNews) reaction(d *decision, ev *InformationReported) *Refusal {
	onset, err := time.ParseInLocation(time.DateOnly, c.Onset, d.zone())
	if err != nil || onset.After(d.now) {
		return refuse("bad_value", "Say on which day it began, as in 2026-03-31, and not one that is still to come.")
	}
	if !slices.Contains(Outcomes(), c.Outcome) {
		return refuse("bad_value", "Say how it ended, or that this is not known.")
	}
	if c.Outcome == "fatal" && !c.Serious {
		return refuse("bad_value", "A reaction that somebody died of is serious.")
	}
	known, _ := time.Parse(time.RFC3339, c.Known) // past has read it
	ev.Serious, ev.Onset, ev.Outcome, ev.Tell = c.Serious, c.Onset, c.Outcome, []string{Regulator}
	ev.Due = TellRegulatorBy(known, c.Serious, d.zone()).UTC().Format(time.RFC3339)
	return nil
}

// exception opens the review. It says nothing that is sealed.
func (e InformationReported) exception(zone *time.Location) ExceptionRaised {
	class := protocol.ExceptionClassNamed(e.Class)
	ex := ExceptionRaised{Class: e.Class, Severity: class.Severity, Blocks: BlocksRelease, Cause: fmt.Sprintf("%s%d", newsCause, e.Number)}
	if e.Serious {
		ex.Severity = protocol.SeverityCritical
	}
	known, _ := time.Parse(time.RFC3339, e.Known) // decide has read it
	ex.Text = fmt.Sprintf("Report %d after certification: %s, known since %s.", e.Number, e.classWords(), protocol.ShowMoment(known, zone))
	for _, whom := range e.Tell {
		ex.Text += " Tell: " + whom
		if whom == Regulator && e.Due != "" {
			due, _ := time.Parse(time.RFC3339, e.Due) // written so
			ex.Text += ", by the end of " + lastDay(due, zone)
		}
		ex.Text += "."
	}
	return ex
}

// lastDay is the day before a midnight.
func lastDay(midnight time.Time, zone *time.Location) string {
	return midnight.Add(-time.Second).In(zone).Format("2 Jan 2006")
}

func (e InformationReported) classWords() string {
	switch {
	case e.Class == AdverseReaction && e.Serious:
		return "a serious suspected adverse reaction"
	case e.Class == AdverseReaction:
		return "a suspected adverse reaction that is not serious"
	case e.Class == LateInformation:
		return e.Class
	}
	return "a " + e.Class
}

func (InformationReported) meaning() identity.Meaning { return "" }
func (NewsTold) meaning() identity.Meaning            { return "" }

func (e InformationReported) words() string {
	return fmt.Sprintf("Reported after certification (%d): %s, known since %s.", e.Number, e.classWords(), e.Known)
}

func (e NewsTold) words() string {
	return fmt.Sprintf("Told %s (%s) of exception %d, %s, %s, by %s.", e.Whom, e.Name, e.Exception, e.When, e.How, e.Document)
}

// again stands in for what is sealed in a masked record: nothing that is
// written in the open follows from it.
func (e InformationReported) again(masked bool) Command {
	c := ReportNews{Class: e.Class, Known: e.Known, Text: e.Text, Serious: e.Serious, Onset: e.Onset, Outcome: e.Outcome}
	for _, whom := range e.Tell {
		if e.Class != AdverseReaction || whom != Regulator {
			c.Tell = whom
		}
	}
	if masked {
		c.Text = "masked"
		if e.Class == AdverseReaction {
			c.Onset, c.Outcome = "2000-01-01", unknownOutcome
		}
	}
	return c
}

func (e NewsTold) again(bool) Command {
	return TellNews{Exception: e.Exception, Whom: e.Whom, Name: e.Name, How: e.How, When: e.When, Document: e.Document}
}

func (e InformationReported) sealed() map[string]string {
	members := map[string]string{"text": e.Text}
	if e.Class == AdverseReaction {
		members["onset"], members["outcome"] = e.Onset, e.Outcome
	}
	return members
}

func (e InformationReported) unsealed(openings map[string]string) Event {
	e.Text, e.Onset, e.Outcome = openings["text"], openings["onset"], openings["outcome"]
	return e
}

func (e InformationReported) closed() Event {
	e.Text, e.Onset, e.Outcome = "", "", ""
	return e
}

func (e InformationReported) fold(s *growing, act Act) error {
	if e.Number != len(s.News)+1 {
		return fmt.Errorf("report %d follows report %d", e.Number, len(s.News))
	}
	one := NewsEntry{Act: act, Number: e.Number, Class: e.Class, Serious: e.Serious, Tell: e.Tell, Text: e.Text, Onset: e.Onset, Outcome: e.Outcome}
	var err error
	if one.Known, err = time.Parse(time.RFC3339, e.Known); err != nil {
		return fmt.Errorf("report %d: %w", e.Number, err)
	}
	if e.Due != "" {
		if one.Due, err = time.Parse(time.RFC3339, e.Due); err != nil {
			return fmt.Errorf("report %d: %w", e.Number, err)
		}
	}
	s.News = append(s.News, one)
	return nil
}

func (e NewsTold) fold(s *growing, act Act) error {
	if e.Exception < 1 || e.Exception > len(s.Exceptions) {
		return fmt.Errorf("there is no exception %d", e.Exception)
	}
	s.NewsTold = append(s.NewsTold, NewsNotice{Act: act, Exception: e.Exception, Whom: e.Whom, Name: e.Name, How: e.How, When: e.When, Document: e.Document})
	return nil
}

// MaskedNews are reports without what is health data, for who need not know
// whom a batch is for (COI-09).
func MaskedNews(all []NewsEntry) []NewsEntry {
	blank := slices.Clone(all)
	for i := range blank {
		blank[i].Text, blank[i].Onset, blank[i].Outcome = "", "", ""
	}
	return blank
}
