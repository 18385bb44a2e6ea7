package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"countersign/batch"
	"countersign/protocol"
	"countersign/web/site"
)

// stepPage shows one step.
func (s *Server) stepPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	step := r.PathValue("step")
	p := scanProblem(r, state, step)
	if p == nil {
		p = valueProblem(r, state, step)
	}
	if p == nil {
		if p, err = s.toRead(r, v, state, stepAddress(state.ID, step)); err != nil {
			return err
		}
	}
	return s.showStep(w, r, v, http.StatusOK, state, step, typed{row: r.URL.Query().Get("row")}, p)
}

func (s *Server) showStep(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, step string, t typed, p *problem) error {
	view, ok := stepOf(state, step, t, s.svc.Now(), s.svc.Info().Location, s.svc.NewKey)
	if !ok {
		return &refusal{status: http.StatusNotFound, title: "There is no such step", sentence: "The protocol of this batch has no step of that name."}
	}
	var err error
	if view.Stop, err = s.stopOf(r, v, state); err != nil {
		return err
	}
	if view.Alarms, err = s.alarmsShown(r, v, state); err != nil {
		return err
	}
	if view.Colleagues, err = s.colleagues(r, v, state, step); err != nil {
		return err
	}
	if err := s.senders(r, v, state, &view); err != nil {
		return err
	}
	view.Papers, view.Kept = papersOf(state), waitingKept(state)
	view.Redline = redlineNoticeOf(state, v.who.Person)
	view.Typed, view.OnHold = v.form, holdsOf(state, v.form, s.svc.Info().Location)
	if view.Stop != nil && (view.Stop.Waits || view.Stop.Quarantined) {
		view.CanBegin, view.CanPerform, view.CanCheck = false, false, false
	}
	return s.render(w, r, v, status, "step", page{
		Title: view.Step, Patient: patientOf(state), Problem: p, View: view,
		Back:   &link{Text: "The whole batch", To: batchAddress(state.ID)},
		Events: newsOf(state.ID), Version: state.Version,
	})
}

// done says what a finished act is called when the next page opens.
var done = map[string]string{
	"begin": "begun", "scan": "scanned", "typecode": "typed-code", "move": "moved", "setout": "set-out",
	"correct": "corrected", "dropcorrection": "given-up", "note": "noted", "raise": "raised", "promote": "raised", "tellsupply": "noted", "putonhold": "on-hold",
	"takereading": "recorded", "typeinstead": "recorded", "reportnews": "raised", "tellnews": "noted", "recordfate": "noted", "closekept": "kept-closed",
}

// moments names the fields of an act that are typed as moments in site time.
var moments = map[string][]string{"tellsupply": {"when"}, "tellnews": {"when"}, "reportnews": {"known"}}

// do carries out an act that needs no signature: a scan, a value, a move. Each
// is an entry of its own (EXE-01).
func (s *Server) do(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := r.PathValue("id"), v.form
	if f["act"] == "record" {
		return s.recordValues(w, r, v)
	}
	for _, name := range moments[f["act"]] {
		f[name] = f.moment(name, s.svc.Info().Location)
	}
	c, err := f.unsigned()
	if err != nil {
		return err
	}
	state, err := s.svc.Do(r.Context(), v.who, f["key"], id, f.seen(), c)
	if err != nil {
		return s.notDone(w, r, v, id, err)
	}
	word := done[f["act"]]
	if correction, ok := c.(batch.Correct); ok && waitsFor(state, correction.Step, correction.Field) {
		word = "asked"
	}
	if scan, ok := scanIn(c); ok && wrongScan(state, scan) != "" {
		word = "wrong-scan&field=" + queryEscape(scan.Field)
	}
	http.Redirect(w, r, backTo(id, f)+"?done="+word, http.StatusSeeOther)
	return nil
}

// scanIn is where a code was given, scanned or typed.
func scanIn(c batch.Command) (batch.Scan, bool) {
	switch c := c.(type) {
	case batch.Scan:
		return c, true
	case batch.TypeCode:
		return batch.Scan{Step: c.Step, Field: c.Field}, true
	}
	return batch.Scan{}, false
}

// wrongScan says why the last code that was read for a field did not match;
// "" when it did.
func wrongScan(state *batch.State, scan batch.Scan) string {
	st := state.Step(scan.Step)
	if st == nil || len(st.Scans[scan.Field]) == 0 {
		return ""
	}
	if last := st.Scans[scan.Field][len(st.Scans[scan.Field])-1]; !last.Matched {
		return last.Why
	}
	return ""
}

// unfitScan is the rule for which the last code of a field was refused, where it
// was the right one; "" otherwise.
func unfitScan(state *batch.State, step, field string) string {
	st := state.Step(step)
	if st == nil || len(st.Scans[field]) == 0 {
		return ""
	}
	return state.Unfit(field, st.Scans[field][len(st.Scans[field])-1])
}

// mended says what helps against a rule that was broken by the right thing.
func mended(rule string) string {
	switch rule {
	case "not clean":
		return "Have it cleaned, say so on its page under Equipment, and scan it again; or set out another one."
	case "in use":
		return "Wait until that batch has done with it, and scan it again; or set out another one."
	}
	return "Set out another one. If there is none, choose “Something is wrong”."
}

// scanProblem says at the top of the page that a scan was refused, and what to
// do now: it must not be taken for one that matched.
func scanProblem(r *http.Request, state *batch.State, step string) *problem {
	q := r.URL.Query()
	if q.Get("done") != "wrong-scan" {
		return nil
	}
	why := wrongScan(state, batch.Scan{Step: step, Field: q.Get("field")})
	if why == "" {
		return nil
	}
	p := &problem{
		Title: "Stop: this was the wrong code", To: "#scan-" + elementID(q.Get("field")),
		Sentences: []string{
			sentence(strings.TrimSuffix(why, ".")) + ".",
			"It is recorded as a close call. Take the right " + q.Get("field") + " and scan again; if there is none, choose “Something is wrong”.",
		},
	}
	if state.Mismatched() {
		p.Title = "Stop: do not go on, and give nothing"
		p.Sentences[1] = "What is in your hands may be another patient's. It is recorded, and nothing more can be done in this batch until the control site's quality lead has decided: call them now. They can sign at this terminal."
		return p
	}
	rule := unfitScan(state, step, q.Get("field"))
	if rule != "" {
		p.Title = "Stop: this is the right " + q.Get("field") + ", and it is " + rule
		p.Sentences[1] = "It is recorded as a close call. " + mended(rule)
	}
	if st := state.Step(step); held(state) && slices.ContainsFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == q.Get("field") && scan.Stop }) {
		p.Title = "Stop: do not go on, and give nothing"
		p.Sentences[1] = "It is recorded, and nothing more can be done in this batch until a quality lead has decided."
		if rule == "" {
			p.Sentences[1] = "What is in your hands may be another patient's. " + p.Sentences[1]
		}
	}
	return p
}

// backTo is the page that a form stands on.
func backTo(id string, f form) string {
	if f["back"] == "review" || f["back"] == "afterwards" || f["back"] == "kept" {
		return batchAddress(id) + "/" + f["back"]
	}
	if f["back"] == "batch" || f["step"] == "" {
		return batchAddress(id)
	}
	return stepAddress(id, f["step"])
}

// anchor leads back to the value that was recorded, or to its table, where the
// next row is at hand.
func anchor(step *protocol.Step, f form) string {
	in := step.Input(f["field"])
	switch {
	case in == nil:
		return ""
	case in.Cell != (protocol.Cell{}):
		return "#table-" + url.PathEscape(elementID(in.Cell.Table))
	}
	return "#field-" + url.PathEscape(elementID(in.Name))
}

// notDone draws the page again with what was typed and why it was not taken.
func (s *Server) notDone(w http.ResponseWriter, r *http.Request, v visit, id string, fault error) error {
	f := v.form
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(fault)
	p := &problem{}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(fault, &conflict):
		status, p.Title = http.StatusConflict, "Somebody was faster"
		p.Sentences = []string{conflict.Sentence, "This page now shows how the batch stands. What you typed is still in its field."}
	case isRefusal && statusOf(refused.Code) == http.StatusUnprocessableEntity && !leavesPage(refused.Code):
		p.Title, p.Sentences = "This was not accepted", []string{refused.Sentence}
	default:
		return fault
	}
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	if isRefusal {
		if first := notRead(refused.Code, refused.Sentence, state.Protocol, "", backTo(id, f)); first != nil {
			p = first
		}
	}
	if f["back"] == "review" {
		return s.showReview(w, r, v, status, state, f, p)
	}
	if f["back"] == "kept" {
		return s.showNoConnection(w, r, v, status, state, f, p)
	}
	if f["back"] == "afterwards" {
		return s.showAfterwards(w, r, v, status, state, f, p)
	}
	if f["act"] == "setout" {
		return s.showSetOut(w, r, v, status, state, f, p)
	}
	if f["act"] == "correct" || f["act"] == "note" || f["act"] == "raise" || f["act"] == "putonhold" {
		return s.showWrong(w, r, v, status, state, f, p)
	}
	if state.Step(f["step"]) == nil || f["back"] == "batch" {
		return s.showOverview(w, r, v, status, state, p)
	}
	kept := typed{}
	if f["act"] == "typecode" {
		kept.code = f
	}
	return s.showStep(w, r, v, status, state, f["step"], kept, p)
}

// leavesPage says that a refusal is about the person or the session, so that
// the page cannot simply be drawn again.
func leavesPage(code string) bool {
	return code == "locked" || code == "no_session" || code == "must_set_password" || code == "suspended"
}

// backToBatch answers a reload or the back button on an address that only
// takes forms: nothing is done, the batch is shown.
func (s *Server) backToBatch(w http.ResponseWriter, r *http.Request, _ visit) error {
	http.Redirect(w, r, batchAddress(r.PathValue("id")), http.StatusSeeOther)
	return nil
}
