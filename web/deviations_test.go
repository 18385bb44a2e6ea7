package web

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// signForm sends a form of a page to its sheet, and signs the sheet.
func (b *browser) signForm(f form) answer {
	b.w.t.Helper()
	sheet := b.follow(b.post("/registers/sign", f))
	if sheet.status != http.StatusOK {
		return sheet
	}
	signing := formTo(b.w.t, sheet.text, "/registers/signed")
	signing["password"] = secret
	return b.follow(b.post("/registers/signed", signing))
}

func (a answer) says(t *testing.T, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(a.text, want) {
			t.Errorf("the page (%d) does not say %q:\n%s", a.status, want, a.text)
		}
	}
}

// TestADeviationFromThePageToItsEnd (DEV-01 to DEV-03): it is raised at the
// terminal, reaches the control site with its clock, holds up the batch, finds
// the other batch that shares its lot, and is closed by a quality lead who had
// no part in it. The record of the batch proves it.
func TestADeviationFromThePageToItsEnd(t *testing.T) {
	w := newWorld(t).staffed()
	for _, one := range []string{id, "B-2026-0002"} {
		w.signed("b.okoro", "", one, w.ordered(one))
	}
	tech := w.browser().signIn("a.lee")
	tech.get("/batches/"+id+"/wrong?step=clearance").says(t, "Raise a deviation", "an alarm sounded")
	tech.get("/deviations/new?batch="+id+"&step=clearance").says(t, "What happened", `value="`+id+`"`)
	wrong := tech.signForm(form{"act": "open deviation", "year": "2026", "batch": id, "step": "clearance", "risk": "critical", "what": "A window stood open.", "immediate": ""})
	wrong.says(t, "Say what was done at once", "A window stood open.")
	tech.signForm(form{"act": "open deviation", "year": "2026", "what": "A window stood open.", "exception": "one"}).says(t, "Number of the exception that it comes from", "write a whole number")
	tech.signForm(form{"act": "open deviation", "year": "2026", "batch": id, "step": "clearance", "risk": "critical", "what": "A window stood open.", "immediate": "It was shut."}).
		says(t, "D-2026-0001", "acknowledges by", "The rules propose to pause unit U-1")
	lead := w.browser().signIn("q.meyer")
	lead.get("/batches/"+id+"/review").says(t, "Deviation D-2026-0001 lacks the decision that certification needs")
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 5*time.Hour))
	lead = w.browser().signIn("q.meyer")
	lead.get("/review").says(t, "the control site has not acknowledged it")
	control := w.browser().signIn("e.control")
	control.signForm(form{"act": "acknowledge deviation", "deviation": "D-2026-0001", "note": "Call me."}).says(t, "acknowledged by Ellis Control")
	control.get("/units/U-1").says(t, "The rules propose to pause this unit", "A critical deviation is open")
	control.signForm(form{"act": "keep unit", "unit": "U-1", "deviations": "D-2026-0001", "reason": "The counts were low."})
	if page := control.get("/units/U-1"); strings.Contains(page.text, "propose to pause") {
		t.Error("the control site has decided, and the rules propose the same again")
	}
	checker := w.browser().signIn("b.okoro")
	checker.get("/deviations/D-2026-0001?searched=number+A0042").says(t, id+"\nB-2026-0002")
	checker.signForm(form{"act": "assess deviation", "deviation": "D-2026-0001", "searched": "number A0042", "concerns": id + "\nB-2026-0002", "words": "Both were in the room."}).
		says(t, "Both were in the room.", "B-2026-0002")
	checker.signForm(form{"act": "investigate deviation", "deviation": "D-2026-0001", "cause": "premises or environment", "words": "The catch is worn."}).says(t, "The catch is worn.")
	checker.signForm(form{"act": "conclude deviation", "deviation": "D-2026-0001", "words": "No product was open."}).says(t, "No product was open.")
	lead.signForm(form{"act": "close deviation", "deviation": "D-2026-0001", "statement": "Done."}).says(t, "cannot be closed")
	for _, one := range []string{id, "B-2026-0002"} {
		lead.signForm(form{"act": "rule on batch", "deviation": "D-2026-0001", "batch": one, "decision": string(register.Bears), "reason": "Nothing was open."})
		state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), one)
		must(t, err)
		if len(state.Deviations) != 1 || state.Deviations[0].Holds() {
			t.Errorf("%s: %+v", one, state.Deviations)
		}
	}
	lead.signForm(form{"act": "close deviation", "deviation": "D-2026-0001", "statement": "The catch was changed."}).says(t, "Closed:", "The catch was changed.")
	for _, address := range []string{"/deviations", "/deviations?as=csv", "/deviations/D-2026-0001", "/deviations/D-2026-0001/trail", "/deviations/new"} {
		if got := lead.get(address); got.status != http.StatusOK {
			t.Errorf("%s: %d", address, got.status)
		}
	}
	if got := lead.get("/deviations/D-2026-0099"); got.status != http.StatusNotFound {
		t.Errorf("a deviation that is not there: %d", got.status)
	}
	w.verifies(id)
	w.verifies("B-2026-0002")
	w.record(id).says(t, "Deviation D-2026-0001")
	if _, err := w.svc.Do(t.Context(), w.session("q.meyer"), w.svc.NewKey(), id, 0, batch.RuleDeviation{Deviation: "D-2026-0001"}); err == nil {
		t.Error("a deviation was decided on without its own act")
	}
}

// record is the text of a batch's record as its verifier reads it.
func (w *world) record(id string) answer {
	w.t.Helper()
	who := w.session("q.meyer")
	lines, err := w.svc.Trail(w.t.Context(), who, batch.Stream(id))
	must(w.t, err)
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(line.Words + "\n")
	}
	return answer{status: http.StatusOK, text: text.String()}
}

// TestARemarkIsPromotedOnTheReviewPage (REL-06, REL-07).
func TestARemarkIsPromotedOnTheReviewPage(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Note{Step: "clearance", Text: "The cabinet hummed."})
	b := w.browser().signIn("b.okoro")
	page := b.get("/batches/" + id + "/review")
	page.says(t, "The cabinet hummed.", "Make an exception of it")
	f := formTo(t, page.text, "/batches/"+id+"/do")
	f["text"] = "The filter may be blocked."
	b.follow(b.post("/batches/"+id+"/do", f)).says(t, "promoted remark", "The filter may be blocked.", "An exception was made of it.")
	w.verifies(id)
}

// TestTheSystemRaisesTheDeviationThatAClassAsksFor (DEV-01): it stands in its own
// stream and in the batch's record at once, and the record verifies.
func TestTheSystemRaisesTheDeviationThatAClassAsksFor(t *testing.T) {
	w := newWorld(t).staffed()
	text, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	must(t, err)
	second := strings.Replace(string(text), "version: 1\n", "version: 2\n", 1) + "\nexceptions:\n  alarm: {severity: critical, deviation: yes}\n"
	w.signProtocol("c.writer", library.Submit{Text: second})
	w.signProtocol("d.approver", library.Review{Protocol: "aso-intrathecal", Version: 2})
	w.signProtocol("q.meyer", library.Approve{Protocol: "aso-intrathecal", Version: 2})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: "aso-intrathecal", Version: 2})
	for _, one := range []string{"a.lee", "b.okoro"} {
		w.signProtocol(one, library.Acknowledge{Protocol: "aso-intrathecal", Version: 2})
	}
	open := w.opening(id)
	open.Version = 2
	w.signed("b.okoro", "", id, open)
	w.done("a.lee", id, batch.Raise{Step: "clearance", Text: "The pressure alarm rang.", Class: "alarm"})
	state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), id)
	must(t, err)
	if len(state.Deviations) != 1 || state.Deviations[0].Exception != 1 || state.WantsDeviation(state.Exceptions[0]) {
		t.Fatalf("%+v %+v", state.Deviations, state.Exceptions)
	}
	w.browser().signIn("q.meyer").get("/deviations/D-2026-0001").says(t, "by the system", "The pressure alarm rang.", "Asha Lee")
	w.done("a.lee", id, batch.Note{Text: "It is quiet again."})
	all, err := w.svc.Deviations(t.Context(), w.session("q.meyer"))
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d deviations were raised for one exception", len(all))
	}
	w.verifies(id)
}

// TestADeviationIsSeenSomewhereThatThereIs (DEV-01): a unit, a step or an
// exception that is not there is refused by its name, and the form keeps what
// was typed; the sheet shows the unit.
func TestADeviationIsSeenSomewhereThatThereIs(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.ordered(id))
	tech := w.browser().signIn("a.lee")
	for _, one := range []struct{ name, value, says string }{
		{"unit", "U-9", "There is no unit U-9 in the register."},
		{"batch", "B-2026-0099", "There is no batch B-2026-0099 here."},
		{"step", "clearence", "Batch " + id + " has no step clearence."},
		{"exception", "7", "Batch " + id + " has no exception 7."},
	} {
		f := form{"act": "open deviation", "year": "2026", "risk": "major", "what": "A window stood open.", "immediate": "It was shut."}
		if one.name == "step" || one.name == "exception" {
			f["batch"] = id
		}
		f[one.name] = one.value
		page := tech.follow(tech.post("/registers/sign", f))
		page.says(t, one.says, "A window stood open.", `value="`+one.value+`"`)
		if one.name != "batch" && strings.Contains(page.text, "There is no batch") {
			t.Errorf("%s: the page denies a batch that is there", one.name)
		}
	}
	sheet := tech.follow(tech.post("/registers/sign", form{"act": "open deviation", "year": "2026", "unit": " U-1 ", "risk": "major", "what": "A window stood open.", "immediate": "It was shut."}))
	sheet.says(t, "Raises a major deviation in unit U-1: A window stood open.")
}

// TestNothingIsDecidedOfADeviationUntilSomebodyChooses (DEV-03): no decision, no
// cause and no class is preselected; what is sent without one is refused, and
// what was typed is kept. Of a batch that is certified already the page says so.
func TestNothingIsDecidedOfADeviationUntilSomebodyChooses(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.ordered(id))
	lead := w.browser().signIn("q.meyer")
	raise := form{"act": "open deviation", "year": "2026", "batch": id, "risk": "major", "what": "A window stood open.", "immediate": "It was shut."}
	lead.signForm(raise)
	page := lead.get("/deviations/D-2026-0001")
	page.says(t, "Nobody has decided, and this batch is not certified while that is so.")
	if n := strings.Count(page.text, `<option value="">Choose</option>`); n != 3 {
		t.Errorf("%d choices are nobody's yet, and should be three", n)
	}
	for _, text := range []string{page.text, lead.get("/deviations/new").text} {
		if strings.Contains(text, " selected") || strings.Contains(text, " checked") {
			t.Error("something is chosen before anybody chose it")
		}
	}
	lead.signForm(form{"act": "rule on batch", "deviation": "D-2026-0001", "batch": id, "decision": "", "reason": "Nothing was open."}).
		says(t, "Choose what the deviation means for the batch.", "Nothing was open.</textarea>")
	lead.signForm(form{"act": "rule on batch", "deviation": "D-2026-0001", "batch": id, "decision": string(register.Bears), "reason": ""}).
		says(t, `<option value="`+string(register.Bears)+`" selected>`)
	lead.signForm(form{"act": "investigate deviation", "deviation": "D-2026-0001", "cause": "", "words": "The catch is worn."}).
		says(t, "Choose the root cause from the list.", "The catch is worn.</textarea>")
}

// TestADeviationAfterTheCertificateSpeaksOfTheCertificate (DEV-03, REL-12).
func TestADeviationAfterTheCertificateSpeaksOfTheCertificate(t *testing.T) {
	w := reviewed(t)
	w.signed("p.shah", "", id, batch.Certify{Place: "Release desk", Where: batch.AtSite})
	lead := w.browser().signIn("q.meyer")
	const words = "Batch " + id + " was certified by Priya Shah (p.shah), 20 Nov 2026"
	const stays = "The certificate stays as it was signed: nothing here changes it."
	raise := form{"act": "open deviation", "year": "2026", "batch": id, "risk": "major", "what": "A window stood open.", "immediate": "It was shut."}
	tech := w.browser().signIn("a.lee")
	tech.follow(tech.post("/registers/sign", raise)).says(t, words, stays)
	tech.signForm(raise)
	page := lead.get("/deviations/D-2026-0001")
	page.says(t, "This batch is certified already, and nobody has decided what the deviation means for it.", "its certificate stands", "is to be recalled")
	if strings.Contains(page.text, "is not certified while") {
		t.Error("the page says of a certified batch that it is not certified")
	}
	w.browser().signIn("e.control").signForm(form{"act": "acknowledge deviation", "deviation": "D-2026-0001", "note": "Call me."})
	checker := w.browser().signIn("b.okoro")
	checker.signForm(form{"act": "assess deviation", "deviation": "D-2026-0001", "searched": "number A0042", "concerns": id, "words": "It was in the room."})
	checker.signForm(form{"act": "investigate deviation", "deviation": "D-2026-0001", "cause": "premises or environment", "words": "The catch is worn."})
	checker.signForm(form{"act": "conclude deviation", "deviation": "D-2026-0001", "words": "No product was open."})
	lead.signForm(form{"act": "rule on batch", "deviation": "D-2026-0001", "batch": id, "decision": string(register.Bears), "reason": "Nothing was open."})
	closing := form{"act": "close deviation", "deviation": "D-2026-0001", "statement": "The catch was changed."}
	lead.follow(lead.post("/registers/sign", closing)).says(t, words, stays)
	lead.signForm(closing).says(t, "Closed:")
}
