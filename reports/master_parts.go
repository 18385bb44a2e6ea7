package reports

import (
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
)

// named is what something is called, with the name that formulas know it by.
func named(title, name string) cell {
	if title == "" || title == name {
		return say(name)
	}
	return cell{{plainStyle, title}, {smallStyle, "in formulas: " + name}}
}

// order lists the set-points with their approved ranges (MBR-05).
func (m *master) order() {
	m.part("The order, and what it may ask for")
	t := newTable(column{"Set-point", 34}, column{"Entered as", 28}, column{"Approved range", 38})
	for i := range m.Protocol.Order {
		o := &m.Protocol.Order[i]
		ranged := "no range"
		switch {
		case !o.Low.IsZero() && o.Low == o.High:
			ranged = o.Low.String() + ", and nothing else"
		case !o.Low.IsZero() || !o.High.IsZero():
			ranged = o.Low.String() + " to " + o.High.String()
		}
		t.add(named(o.Title, o.Name), say(o.Input.Words()), strong(ranged))
	}
	if len(t.rows) == 0 {
		m.write(say("It takes no set-point from the prescription."))
		return
	}
	m.introduce(small("Set-points of the signed prescription. Bounds are inclusive; outside its range no batch can begin."))
	m.grid(t)
}

// siteSets lists what a site may set for itself (MBR-05).
func (m *master) siteSets() {
	if len(m.Protocol.SiteValues) == 0 {
		return
	}
	m.part("What each site sets")
	m.introduce(small("Everything that is not here only the control site changes, by a new version. Bounds are inclusive; no batch opens before each value is set."))
	t := newTable(column{"Value", 34}, column{"Entered as", 28}, column{"Approved", 38})
	for i := range m.Protocol.SiteValues {
		v := &m.Protocol.SiteValues[i]
		in := v.Input()
		t.add(named(v.Title, "site."+v.Name), say(in.Words()), strong(v.Approved()))
	}
	m.grid(t)
}

// people lists who does what (MBR-04).
func (m *master) people() {
	m.part("People")
	t := newTable(column{"Part", 16}, column{"Who may hold it", 24}, column{"Performs", 34}, column{"Checks or witnesses", 26})
	for i := range m.Protocol.Parts {
		part := &m.Protocol.Parts[i]
		var performs, seconds []string
		for _, step := range m.steps() {
			if step.By == part.Name {
				performs = append(performs, step.Name)
			}
			if step.CheckedBy == part.Name {
				seconds = append(seconds, step.Name)
			}
		}
		t.add(strong(part.Name), say(part.Words()), small(listed(performs)), small(listed(seconds)))
	}
	m.grid(t)
	review := "Whoever performed or checked a step may not do the production review."
	if m.Protocol.ReviewByChecker {
		review = "Somebody who checked a step may do the production review, and the record then names it as a conflict of roles; somebody who performed one may not."
	}
	m.write(say(review))
}

// items lists what is set out before the batch begins.
func (m *master) items() {
	m.part("Materials and equipment")
	for _, kind := range []struct {
		title     string
		equipment bool
	}{{"Materials", false}, {"Equipment", true}} {
		t := newTable(column{"Item", 34}, column{"Planned for a batch", 14}, column{"Must be, when it is set out, scanned and used", 26}, column{"Scanned or used in", 26})
		for i := range m.Protocol.Items {
			item := &m.Protocol.Items[i]
			if item.Equipment == kind.equipment {
				name := named(item.Title, item.Name)
				if item.RegisteredAs != item.Name {
					name = append(name, text{smallStyle, "in the registers: " + item.RegisteredAs})
				}
				if item.Reconcile != nil {
					name = append(name, text{smallStyle, item.Reconcile.Words()})
				}
				t.add(name, say(orDash(item.Need.String())), say(listed(item.MustBe)), small(listed(m.stepsWith(item.Name))))
			}
		}
		m.heading(kind.title, 3000)
		if len(t.rows) == 0 {
			m.write(say("None."))
			continue
		}
		m.grid(t)
	}
}

// stepsWith names the steps that scan or use something.
func (m *master) stepsWith(item string) []string {
	var names []string
	for _, step := range m.steps() {
		found := false
		for _, scan := range step.Scans {
			found = found || scan.Field == item
		}
		for _, used := range step.Uses {
			found = found || used == item
		}
		if found {
			names = append(names, step.Name)
		}
	}
	return names
}

// times sets out every bound on time: windows, budgets, waits and hours.
func (m *master) times() {
	p := m.Protocol
	m.part("Times")
	m.introduce(small("Bounds are inclusive: at 4 h 00 min 00 s a window of 4 h still holds."))
	windows := newTable(column{"Window", 20}, column{"From, to", 26}, column{"Allowed", 22}, column{"When it is not kept", 32})
	for i := range p.Windows {
		w := &p.Windows[i]
		windows.add(strong(w.Name), cell{{plainStyle, "from " + w.From.String()}, {plainStyle, "to " + w.To.String()}}, strong(span(w.Span)), say(w.Then.Words()))
	}
	budgets := newTable(column{"Budget", 20}, column{"What is added up", 26}, column{"Allowed", 22}, column{"When it is not kept", 32})
	for i := range p.Budgets {
		b := &p.Budgets[i]
		budgets.add(strong(b.Name), cell{
			{plainStyle, b.Item + ": from " + b.From.String() + " to " + b.To.String()}, {plainStyle, "until " + b.Until.String()},
		}, strong("at most "+duration(b.Most)+" in all"), say(b.Then.Words()))
	}
	steps := newTable(column{"Step", 20}, column{"Time in the step", 48}, column{"Hours of the day", 32})
	for _, step := range m.steps() {
		if step.Wait != (protocol.Span{}) || step.Hours != (protocol.Hours{}) {
			steps.add(strong(step.Name), say(waits(step)), say(orDash(hours(step))))
		}
	}
	some := false
	for _, t := range []*table{windows, budgets, steps} {
		m.grid(t)
		some = some || len(t.rows) > 0
	}
	if !some {
		m.write(say("The protocol bounds no time."))
	}
}

func hours(s *protocol.Step) string {
	if s.Hours == (protocol.Hours{}) {
		return ""
	}
	return "begun between " + s.Hours.String() + " only, in site time"
}

// waits says how long a step takes until it is performed.
func waits(s *protocol.Step) string {
	if s.Wait == (protocol.Span{}) {
		return "no limit"
	}
	from := "its last scan"
	if s.Timed {
		from = "its start"
	}
	return span(s.Wait) + " from " + from + " until it is performed"
}

// release lists the conditions of release with their sources (REL-10).
func (m *master) release() {
	m.part("Release criteria")
	t := newTable(column{"No.", 5}, column{"Criterion", 37}, column{"Holds when", 38}, column{"Source, known", 20})
	for i := range m.Protocol.Criteria {
		c := &m.Protocol.Criteria[i]
		when := say("the record answers it")
		if words := c.Words(); words != "" {
			when = say(words)
		}
		known := cell{{plainStyle, c.Source}, {smallStyle, "before release"}}
		if c.Later {
			known = cell{{plainStyle, c.Source}, {boldStyle, "after release"}, {smallStyle, "due " + days(c.Due) + " after certification; a failure is told to " + orDash(c.Tell)}}
		}
		if c.Registered {
			known = append(known, text{boldStyle, "registered specification"})
		}
		t.add(strong(fmt.Sprint(i+1)), strong(c.Name), when, known)
	}
	m.grid(t)
}

// days writes a span that counts in days, as in "14 d".
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d <= 0 || d%day != 0 {
		return duration(d)
	}
	return fmt.Sprintf("%d d", d/day)
}

// stops says what brings the batch to a stand, and what is then done.
func (m *master) stops() {
	m.part("When the batch stops or is aborted")
	m.heading("Safe state", 2000)
	m.write(say(first(m.told(m.Protocol.SafeState), "The protocol states none for the whole of it.")))
	own := newTable(column{"In the step", 24}, column{"Its own safe state", 76})
	for _, step := range m.steps() {
		if step.SafeState != "" {
			own.add(strong(step.Name), say(m.told(step.SafeState)))
		}
	}
	m.grid(own)
	m.introduce(small("The safe state is shown wherever something is wrong. An abort is signed with its reason and ends the batch for good: it is never certified."))
	m.heading("What stops or holds it by itself", 3000)
	m.introduce(small("What is another patient's (a wristband, the label of another batch, material that is kept for somebody else) stops the batch wherever it is scanned, and only the control site's quality lead decides."))
	t := newTable(column{"Where", 20}, column{"What", 40}, column{"What follows", 40})
	for _, step := range m.steps() {
		for _, scan := range step.Scans {
			if scan.Stop || scan.Field == patientField {
				t.add(strong(step.Name), say("a wrong scan: "+scan.Field), small(wrongScan(scan)))
			}
		}
		for i := range step.Inputs {
			if in := &step.Inputs[i]; in.Cell.Row <= 1 {
				m.stopping(t, step, wherever(step, in), in.Limits)
			}
		}
		for i := range step.Calcs {
			m.stopping(t, step, step.Calcs[i].Title, step.Calcs[i].Limits)
		}
	}
	for i := range m.Protocol.Windows {
		if w := &m.Protocol.Windows[i]; w.Then.Stops || w.Then.Blocks {
			t.add(strong("window"), say(w.Name+": "+span(w.Span)), small(w.Then.Words()))
		}
	}
	for i := range m.Protocol.Budgets {
		if b := &m.Protocol.Budgets[i]; b.Then.Stops || b.Then.Blocks {
			t.add(strong("budget"), say(b.Name+": at most "+duration(b.Most)), small(b.Then.Words()))
		}
	}
	for i := range m.Protocol.Sections {
		if s := &m.Protocol.Sections[i]; s.Loop != nil {
			t.add(strong(s.Name), say(fmt.Sprintf("%d rounds without reaching: %s", s.Loop.Most, s.Loop.Until.Text)), small("held until a quality lead has decided"))
		}
	}
	if len(t.rows) == 0 {
		m.write(say("Nothing but a person."))
		return
	}
	m.grid(t)
}

func (m *master) stopping(t *table, step *protocol.Step, title string, limits []protocol.Limit) {
	for i := range limits {
		if l := &limits[i]; l.Then.Stops || l.Then.Blocks || l.Level == protocol.Reject {
			t.add(strong(step.Name), say(title+": "+l.Words()), small(m.broke(step, l)))
		}
	}
}

// broke says what a broken limit does in a step. What becomes known after
// certification changes nothing that was signed (REL-05).
func (m *master) broke(step *protocol.Step, l *protocol.Limit) string {
	for i := range m.Protocol.Criteria {
		if c := &m.Protocol.Criteria[i]; c.Later && c.Source == step.Base {
			return "an exception, told to " + c.Tell + "; the certification stays as it was signed"
		}
	}
	words := l.Then.Words()
	switch {
	case m.afterRelease(step):
		words += "; the certification stays as it was signed"
	case l.Registered:
		words += "; a registered specification: nobody can accept it, and the batch can never be certified with it"
	case l.Level == protocol.Reject:
		words += "; the batch can never be certified with it"
	}
	return words
}

func (m *master) afterRelease(step *protocol.Step) bool {
	for i := range m.Protocol.Sections {
		for j := range m.Protocol.Sections[i].Steps {
			if m.Protocol.Sections[i].Steps[j].Name == step.Name {
				return m.Protocol.Sections[i].AfterRelease
			}
		}
	}
	return false
}

// patientField is what a scan of the wristband is called.
const patientField = "patient"

// wrongScan says what a scan that does not match does. Whose wristband it is, only
// the control site decides (COI-03).
func wrongScan(s protocol.Scan) string {
	switch {
	case s.Field == patientField && s.Stop:
		return "refused and recorded, and the batch stops; of another patient's wristband only the control site's quality lead decides how it goes on"
	case s.Field == patientField:
		return "refused and recorded; another patient's wristband stops the batch, and only the control site's quality lead decides how it goes on"
	case s.Stop:
		return "refused and recorded; the batch stops until a quality lead has decided"
	}
	return "refused and recorded as an exception"
}

// conditions says what an item must be.
func conditions(item *protocol.Item) string {
	if len(item.MustBe) == 0 {
		return ""
	}
	return "must be " + strings.Join(item.MustBe, ", ")
}
