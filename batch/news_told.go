package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// ReportOf is the report that an exception arose from; nil when it arose from
// none.
func (s *State) ReportOf(ex Exception) *NewsEntry {
	for i := range s.News {
		if ex.Cause == fmt.Sprintf("%s%d", newsCause, s.News[i].Number) {
			return &s.News[i]
		}
	}
	return nil
}

// ToTell says who is to be told of an exception that came up after
// certification: of a late result those whom the protocol names, of a report
// those whom it names (REL-12, DEV-06).
func (s *State) ToTell(ex Exception) []string {
	if report := s.ReportOf(ex); report != nil {
		return report.Tell
	}
	if ex.Class != "late result" || s.Protocol == nil {
		return nil
	}
	for i := range s.Protocol.Criteria {
		c := &s.Protocol.Criteria[i]
		st := s.Step(ex.Step)
		if ex.Cause != "due:"+c.Name && (st == nil || strings.HasPrefix(ex.Cause, "due:") || s.lateCriterion(st.Step) != c) {
			continue
		}
		if c.Tell != "" {
			return []string{c.Tell}
		}
	}
	return nil
}

// NotTold are those of them who have not been told.
func (s *State) NotTold(ex Exception) (whom []string) {
	for _, one := range s.ToTell(ex) {
		if !slices.ContainsFunc(s.NewsTold, func(n NewsNotice) bool { return n.Exception == ex.Number && n.Whom == one }) {
			whom = append(whom, one)
		}
	}
	return whom
}

// decide takes in that somebody was told.
func (c TellNews) decide(d *decision) (Event, *Refusal) {
	if refusal := d.entitled("", reviewers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if c.Exception < 1 || c.Exception > len(d.s.Exceptions) {
		return nil, refuse("unknown_exception", "There is no such exception in this batch.")
	}
	if !slices.Contains(d.s.NotTold(d.s.Exceptions[c.Exception-1]), c.Whom) {
		return nil, refuse("not_to_be_told", "That is nobody who is still to be told of exception %d.", c.Exception)
	}
	if refusal := d.past(c.When); refusal != nil {
		return nil, refusal
	}
	if at, _ := time.Parse(time.RFC3339, c.When); at.Before(d.s.since(d.s.Exceptions[c.Exception-1])) { // past has read it
		return nil, refuse("bad_value", "Nobody can have been told before it was known.")
	}
	ev := NewsTold{By: d.by, Exception: c.Exception, Whom: c.Whom, Name: c.Name, How: c.How, When: c.When, Document: c.Document}
	if refusal := takeNotice(&ev.Name, &ev.How, &ev.Document); refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

// takeNotice reads what is said of somebody having been told, whatever it was of.
func takeNotice(name, how, document *string) *Refusal {
	return takeParts(
		typedPart{name, *name, "who was told, by name"}, typedPart{how, *how, "how they were told"}, typedPart{document, *document, "the document in which it stands"})
}

// overdueNotice is the exception for somebody who was not told in time.
func overdueNotice(cause, whom, of, within string) ExceptionRaised {
	return ExceptionRaised{
		Class: "overdue notice", Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Cause: cause,
		Text: fmt.Sprintf("The %s was to be told of %s within %s, and no notice is recorded.", whom, of, within),
	}
}

// since is from when it was known, or the certificate where nothing says.
func (s *State) since(ex Exception) time.Time {
	if report := s.ReportOf(ex); report != nil {
		return report.Known
	}
	return s.released().At
}

// everybodyTold: the review of what came to light is not closed before those
// who must know do (REL-12).
func (d *decision) everybodyTold(ex Exception) *Refusal {
	if whom := d.s.NotTold(ex); len(whom) > 0 {
		return refuse("not_told", "Exception %d cannot be decided yet. To be told first, and recorded: %s.", ex.Number, strings.Join(whom, ", "))
	}
	return nil
}

// aftermath says that an exception is about something reported after release:
// it is decided on whatever became of the batch.
func (s *State) aftermath(number int) bool {
	return number >= 1 && number <= len(s.Exceptions) && s.ReportOf(s.Exceptions[number-1]) != nil
}

// unreported gives the exceptions for reactions of which the regulator was not
// told in time (DEV-06).
func (s *State) unreported(now time.Time) (due []ExceptionRaised) {
	for _, ex := range s.Exceptions {
		report := s.ReportOf(ex)
		if report == nil || report.Due.IsZero() || now.Before(report.Due) || !slices.Contains(s.NotTold(ex), Regulator) {
			continue
		}
		due = append(due, overdueNotice(fmt.Sprintf("%s%d:due", newsCause, report.Number), Regulator, fmt.Sprintf("report %d", report.Number), fmt.Sprintf("%d days", report.days())))
	}
	return due
}

func (e *NewsEntry) days() int {
	if e.Serious {
		return SeriousDays
	}
	return OtherDays
}

// newsWaits: who is to be told of what came to light.
func (s *State) newsWaits(now time.Time) []Wait {
	if s.released() == nil {
		return nil
	}
	var all []Wait
	for _, ex := range s.Exceptions {
		for _, whom := range s.NotTold(ex) {
			wait := Wait{
				Kind: WaitsInform, Cause: fmt.Sprintf("told of exception %d: %s", ex.Number, whom), Step: ex.Step, Since: ex.Raised.At, Class: ex.Class, Roles: reviewers(),
				Text: fmt.Sprintf("Tell %s of exception %d (%s), and record it.", whom, ex.Number, ex.Class),
			}
			if report := s.ReportOf(ex); report != nil && whom == Regulator && !report.Due.IsZero() {
				wait.Due, wait.Over = report.Due, !now.Before(report.Due)
			}
			all = append(all, wait)
		}
	}
	return all
}
