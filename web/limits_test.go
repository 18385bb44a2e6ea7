package web

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
)

// EXE-07, NUM-05: whoever fills, signs or reviews reads a limit in figures as
// soon as the batch knows them, in the head of a table as anywhere else, and
// what was ordered has its name behind it.
func TestALimitIsReadInFigures(t *testing.T) {
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	must(t, err)
	const column, mean = "dead: {type: count, may be: [not done, not applicable]}", "accept: at least 60.0\n"
	told := strings.NewReplacer(
		column, column+"\n              dose: {unit: mg, places: 1, class: in-process control, accept: at most order.dose}",
		mean, "accept: at least 36.0 * (order.dose / 12.0 mg)\n").Replace(string(text))
	open := w.effective("tables", told)
	delete(open.Order, "strength")
	open.Order["dose"] = "12.0"
	w.signed("b.okoro", "", id, open)
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	const dose, average = "at most 12.0 mg (order: dose)", "at least 36 (order: dose 12.0 mg)"
	step := w.browser().signIn("a.lee").get(stepAddress(id, "count"))
	step.says(t, "<br><span class=\"cs-quiet\">Limit: "+dose+"; otherwise an exception</span></th>")
	for _, row := range []string{"1", "2", "3"} {
		w.done("a.lee", id, batch.Record{Step: "count", Field: "counts." + row + ".viable", Text: "55"})
		w.done("a.lee", id, batch.Record{Step: "count", Field: "counts." + row + ".dead", Text: "2"})
		w.done("a.lee", id, batch.Record{Step: "count", Field: "counts." + row + ".dose", Text: "12." + row})
	}
	sheet, err := w.svc.Propose(t.Context(), w.session("a.lee"), id, batch.Perform{Step: "count"}, "")
	must(t, err)
	lines := strings.Join(sheet.Lines, "\n")
	for _, want := range []string{"Limit: accept " + dose + "; BROKEN (action): 12.1 mg is above 12.0 mg.", "Limit: accept " + average + "; holds."} {
		if !strings.Contains(lines, want) {
			t.Errorf("the sheet does not say %q:\n%s", want, lines)
		}
	}
	w.signed("a.lee", "", id, batch.Perform{Step: "count"})
	w.clock.move(time.Minute)
	review := w.browser().signIn("q.meyer").get("/batches/" + id + "/review")
	review.says(t, dose+"; otherwise an exception", average+"; otherwise an exception")
	for what, page := range map[string]answer{"the step": step, "the review": review} {
		if strings.Contains(page.text, "order.dose") {
			t.Errorf("%s shows the protocol's name of a figure that is known", what)
		}
	}
	if strings.Contains(lines, "order.dose") {
		t.Errorf("the sheet shows the protocol's name of a figure that is known:\n%s", lines)
	}
}
