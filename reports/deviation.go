package reports

import (
	"fmt"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// deviations are those that the batch's entry may lean on, as their streams
// had them then.
func (h *history) deviations() map[string]register.Deviation {
	all := map[string]register.Deviation{}
	for _, d := range h.books.Deviations() {
		all[d.ID] = *d
	}
	return all
}

// deviations shows each deviation that concerns the batch as it stands when the
// record is made, and what was decided of it for this batch (DEV-03).
func (r *record) deviations() {
	if len(r.State.Deviations) == 0 {
		return
	}
	r.part("Deviations")
	r.introduce(small("A deviation outlives the batch and may concern others. Its entries stand in full in the attached data; here is how it stood when this record was made."))
	for _, d := range r.Deviations {
		r.heading(fmt.Sprintf("Deviation %s, %s", d.ID, d.Risk), 4000)
		entry := r.deviation(d.ID)
		decision := signOpen + " NOT DECIDED – the batch cannot be certified"
		if entry.Ruled != nil {
			decision = string(entry.Decision) + ", because: " + entry.Reason + "\n" + who(*entry.Ruled) + ", " + r.at(entry.Ruled.At)
		}
		told := signOpen + " not acknowledged; due " + r.at(d.Deadline())
		if d.Told != nil {
			told = "acknowledged by " + d.Told.Name + ", " + r.at(d.Told.At)
		}
		by := d.Opened.Name + ", " + d.Opened.Role
		if !d.Bodily {
			by = "the system, for exception " + fmt.Sprint(d.Arising.Exception)
		}
		r.pairs([][2]string{
			{"Raised", by + ", " + r.at(d.Opened.At)},
			{"Status", d.Stands()},
			{"What happened", d.Arising.What},
			{"Done at once", orDash(d.Arising.Immediate)},
			{"Where", orDash(strings.TrimPrefix(at(d.Arising.Step)+"batch "+d.Arising.Batch, " "))},
			{"Control site", told},
			{"Concerns", strings.Join(d.Batches, ", ")},
			{"For this batch", decision},
		})
		t := newTable(column{"When", 24}, column{"Who", 22}, column{"What was done", 54})
		for _, act := range d.History[1:] {
			t.add(small(r.at(act.At)), small(orDash(act.Name+", "+act.Role)), say(act.Words+"."))
		}
		if len(t.rows) > 0 {
			r.grid(t)
		}
	}
}

func (r *record) deviation(id string) batch.DeviationEntry {
	for _, entry := range r.State.Deviations {
		if entry.Deviation == id {
			return entry
		}
	}
	return batch.DeviationEntry{}
}

// supplied shows the way to a supply out of specification, stage by stage, and
// who was told of it (DEV-05).
func (r *record) supplied() {
	s := r.State
	failed := s.FailedSpecifications()
	if len(s.Route) == 0 && s.Supply == nil && len(failed) == 0 {
		return
	}
	r.part("Registered specifications that failed")
	for _, sentence := range failed {
		r.write(strong(signBroken + " " + sentence))
	}
	if len(s.Route) > 0 {
		t := newTable(column{"Stage", 22}, column{"Whom, when, document", 28}, column{"What it says; what had failed then", 30}, column{"Recorded and signed", 20})
		for _, stage := range s.Route {
			t.add(strong(stage.Stage), cell{{plainStyle, stage.Whom}, {smallStyle, r.moment(stage.When)}, {smallStyle, stage.Document}},
				cell{{plainStyle, stage.Text}, {smallStyle, strings.Join(stage.Failed, " ")}}, r.whoWhen(stage.Act))
		}
		r.heading("The way to a supply out of specification", 4000)
		r.grid(t)
	}
	if s.Supply == nil {
		return
	}
	t := newTable(column{"To be told", 26}, column{"Told", 54}, column{"Recorded by", 20})
	for _, notice := range s.SupplyTold {
		t.add(say(notice.Whom), cell{{plainStyle, notice.Name + ", " + r.moment(notice.When)}, {smallStyle, notice.How + ", " + notice.Document}}, r.whoWhen(notice.Act))
	}
	for _, whom := range s.Untold() {
		t.add(say(whom), strong(signOpen+" not told yet; due "+r.at(s.TellBy())), small("–"))
	}
	r.heading("Who was told of the supply", 3000)
	r.grid(t)
}

// moment is a moment of an entry in site time.
func (r *record) moment(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return r.at(at)
}

// concerned counts the deviations for the summary.
func concerned(s *batch.State) string {
	holding := 0
	for i := range s.Deviations {
		if s.Deviations[i].Holds() {
			holding++
		}
	}
	return fmt.Sprintf("%d, of which %d hold up certification", len(s.Deviations), holding)
}

// exceptions prints what the protocol says of classes of exceptions and of a
// supply out of specification; nothing where it says nothing.
func (m *master) exceptions() {
	t := newTable(column{"Class", 24}, column{"Where", 20}, column{"What counts here", 56})
	add := func(where string, rules []protocol.ExceptionRule) {
		for i := range rules {
			t.add(strong(rules[i].Class), say(where), say(rules[i].Words()))
		}
	}
	add("everywhere", m.Protocol.Exceptions)
	for _, step := range m.steps() {
		add("step "+step.Name, step.Exceptions)
	}
	if len(t.rows) > 0 {
		m.heading("Exceptions that are graver here", 3000)
		m.grid(t)
	}
	if route := m.Protocol.OutOfSpecification; route != nil {
		m.heading("Supply out of specification", 2000)
		m.write(say("At the treating physician's request, and not certified: " + route.Words() + "."))
	}
}
