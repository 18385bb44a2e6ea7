package reports

import (
	"fmt"

	"countersign/batch"
)

// given tells how the medicine was given and what became of the rest (EXE-11,
// EXE-12).
func (r *record) given() {
	r.heading("How it was given, and what became of the rest", 2500)
	lines := r.State.GivenWords(r.zone)
	if len(lines) == 0 {
		r.write(say("It was not made."))
	}
	for _, line := range lines {
		r.write(say("– " + line))
	}
}

// cameToLight lists what was reported after release, with what is sealed where
// this copy has it, and who was told (REL-12, DEV-06).
func (r *record) cameToLight() {
	s := r.State
	t := newTable(column{"Report", 18}, column{"What", 34}, column{"Told", 30}, column{"Review", 18})
	for _, ex := range s.Exceptions {
		report := s.ReportOf(ex)
		if report == nil && len(s.ToTell(ex)) == 0 {
			continue
		}
		t.add(cell{{boldStyle, fmt.Sprintf("Exception %d", ex.Number)}, {smallStyle, ex.Class}}, r.reported(ex, report), r.informed(ex), r.reviewOf(ex))
	}
	if len(t.rows) == 0 {
		return
	}
	r.heading("What came to light after release, and who was told", 3000)
	r.grid(t)
}

func (r *record) reported(ex batch.Exception, report *batch.NewsEntry) cell {
	if report == nil {
		return say(ex.Text)
	}
	words := cell{{plainStyle, "Known since " + r.at(report.Known)}, {plainStyle, r.personal(report.Text)}}
	if report.Class == batch.AdverseReaction {
		serious := map[bool]string{true: "serious", false: "not serious"}[report.Serious]
		words = append(words, text{smallStyle, serious + "; began on " + r.personal(report.Onset) + "; outcome: " + r.personal(report.Outcome)},
			text{smallStyle, "The " + batch.Regulator + " is told before " + r.at(report.Due)})
	}
	return words
}

func (r *record) informed(ex batch.Exception) cell {
	var words cell
	for _, told := range r.State.NewsTold {
		if told.Exception == ex.Number {
			words = append(words, text{plainStyle, signHolds + " " + told.Whom + ": " + told.Name}, text{smallStyle, told.When + ", " + told.How + ", " + told.Document},
				text{smallStyle, "recorded by " + told.Act.Name + ", " + r.at(told.At)})
		}
	}
	for _, whom := range r.State.NotTold(ex) {
		words = append(words, text{boldStyle, signOpen + " " + whom + ": not told"})
	}
	return words
}

func (r *record) reviewOf(ex batch.Exception) cell {
	switch {
	case ex.Resolved == nil:
		return strong(signOpen + " open")
	case ex.Accepted:
		return cell{{plainStyle, "accepted"}, {smallStyle, ex.Reason}, {smallStyle, who(*ex.Resolved)}}
	}
	return cell{{plainStyle, "not accepted"}, {smallStyle, ex.Reason}, {smallStyle, who(*ex.Resolved)}}
}
