package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"countersign/batch"
	"countersign/identity"
	"countersign/web/site"
)

// sheetView is the signing sheet: exactly what is signed, line for line, with
// meaning, name and role (SIG-01, SIG-09).
type sheetView struct {
	Action, Cancel string
	Lines          []string
	Meaning, Roles string
	Second         bool   // somebody else signs; whoever is signed in stays so
	Username       string // of the second person, as typed
	Person         string // printed name of whoever is signed in
	Command, Nonce string
	Digest         string
	Draft          string
	Warnings       []string // what follows from signing, and is not signed
}

// sheetPage draws a sheet. It writes nothing but the refusal of what may not
// be signed, so a reload or a second tab does no harm.
func (s *Server) sheetPage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	key := f["draft"]
	if kept, ok := s.drafts.find(key, v); ok {
		f = kept
	}
	if f["act"] == "" && f["command"] == "" {
		return s.backToBatch(w, r, v)
	}
	c, err := f.signed()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	sheet, err := s.svc.Propose(r.Context(), v.who, id, c, "")
	if err != nil {
		return s.notSigned(w, r, v, id, c, err)
	}
	return s.showSheet(w, r, v, http.StatusOK, sheet, key, "", nil)
}

// toSheet keeps what was written for a sheet and leads on to it.
func (s *Server) toSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	if done, err := s.decides(w, r, v); done || err != nil {
		return err
	}
	if v.form["act"] == "recordroute" {
		v.form["when"] = v.form.moment("when", s.svc.Info().Location)
	}
	if v.form["act"] == "certify" && v.form["where"] == string(batch.AtSite) && strings.TrimSpace(v.form["place"]) == "" {
		v.form["place"] = s.svc.Info().Unit // as the page says; the sheet shows it
	}
	key := s.drafts.keep(s.svc.NewKey(), v, v.form)
	http.Redirect(w, r, batchAddress(r.PathValue("id"))+"/sign?draft="+key, http.StatusSeeOther)
	return nil
}

// showSheet draws a sheet; key is of the draft that led to it.
func (s *Server) showSheet(w http.ResponseWriter, r *http.Request, v visit, status int, sheet site.Sheet, key, username string, p *problem) error {
	whole, err := batch.MarshalCommand(sheet.Command)
	if err != nil {
		return fmt.Errorf("write the command into the sheet: %w", err)
	}
	view := sheetView{
		Action: batchAddress(sheet.Batch) + "/signed", Cancel: cancelTo(sheet.Batch, sheet.Command, key), Draft: key,
		Lines: sheet.Lines, Meaning: string(sheet.Meaning), Roles: orWords(sheet.Roles), Second: sheet.Second,
		Username: username, Person: v.who.Person.Name, Command: string(whole), Nonce: sheet.Nonce, Digest: sheet.Digest,
	}
	shown := page{Title: "Sign: " + headOf(sheet.Command, sheet.Meaning), Problem: p, View: view, Back: &link{Text: "Back, sign nothing", To: view.Cancel}}
	if opening, opens := sheet.Command.(batch.Open); opens {
		// What identifies the patient is sealed in the log, and shown here.
		for _, line := range sheet.Lines {
			if alert, is := strings.CutPrefix(line, "ALERT: "); is {
				view.Warnings = append(view.Warnings, "Do not mix up: "+alert)
			}
		}
		shown.Patient = &patientBar{
			Name: opening.Patient.Name, Born: bornWords(opening.Patient.Born), Number: opening.Patient.Number, NumberType: opening.Patient.NumberType,
			Batch: opening.Batch, Protocol: fmt.Sprintf("%s v%d", opening.Protocol, opening.Version), Status: "not opened yet", Mark: markOf(opening.Patient),
		}
	} else {
		state, err := s.svc.Batch(r.Context(), v.who, sheet.Batch)
		if err != nil {
			return err
		}
		if view.Warnings, err = s.deadEnds(r, v, state, sheet.Command); err != nil {
			return err
		}
		shown.Patient, shown.Events, shown.Version = patientOf(state), newsOf(sheet.Batch), state.Version
	}
	view.Warnings = append(slices.Clone(sheet.Becomes), view.Warnings...)
	shown.View = view
	return s.render(w, r, v, status, "sign", shown)
}

// deadEnds warns, before somebody signs, that nobody would then be left here
// who may review and certify the batch (REL-01, REL-11).
func (s *Server) deadEnds(r *http.Request, v visit, state *batch.State, c batch.Command) ([]string, error) {
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil || !state.Releasable(people, batch.Note{}, "") {
		return nil, err // lost already: the sheet is no place to say so
	}
	signers := []identity.Person{v.who.Person}
	switch c.(type) {
	case batch.Perform, batch.Review:
	case batch.Check, batch.ConfirmCorrection:
		_, roles, _ := batch.Signs(state, c)
		signers = slices.DeleteFunc(slices.Clone(people), func(p identity.Person) bool { return !p.Active || !slices.ContainsFunc(roles, p.Has) })
	default:
		return nil, nil
	}
	var warnings []string
	for _, signer := range signers {
		if !state.Releasable(people, c, signer.ID) {
			warnings = append(warnings, fmt.Sprintf("If %s signs this, nobody is left here who may both review this batch and, another person, certify it.", signer.Name))
		}
	}
	return warnings, nil
}

func orWords(roles []identity.Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	return strings.Join(words, " or ")
}

// sign puts a signature under a sheet. The session stays that of whoever is
// signed in, whoever signs.
func (s *Server) sign(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := r.PathValue("id"), v.form
	c, err := f.signed()
	if err != nil {
		return err
	}
	username := strings.TrimSpace(f["username"])
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if refused, ok := site.AsRefusal(err); err != nil && (!ok || refused.Code != "no_such_batch") {
		return err // one that is opened is not there yet
	}
	second := site.NamesSigner(state, v.who.Person, c)
	if f["password"] == "" || second && username == "" {
		return s.again(w, r, v, id, c, username, &problem{
			Title:     "Nothing was signed",
			Sentences: []string{"Give the password of whoever signs, and the name where it is asked."}, To: "#password",
		})
	}
	state, err = s.svc.Sign(r.Context(), v.who, f["nonce"], id, c, username, f["password"])
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(err)
	switch {
	case errors.As(err, &conflict):
		return s.again(w, r, v, id, c, username, &problem{Title: "Read this again", Sentences: []string{conflict.Sentence}, To: "#password"})
	case isRefusal && passwordCode(refused.Code):
		return s.again(w, r, v, id, c, username, &problem{Title: "Nothing was signed", Sentences: []string{refused.Sentence}, To: "#password"})
	case err != nil:
		return s.notSigned(w, r, v, id, c, err)
	}
	to := afterSign(state, c) + "?done=signed"
	if _, looks := c.(batch.LookAt); looks {
		to += "#full-review" // where the next part waits
	}
	if len(decisionsIn(c)) > 0 && state.Disposition == nil && len(state.CertifyBlocks(s.svc.Now())) == 0 {
		to += "#decision" // whoever has decided the last exception goes on with the certificate
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// passwordCode says that a refusal is about the password or the sheet, so that
// the sheet can be drawn again.
func passwordCode(code string) bool {
	return slices.Contains([]string{"wrong_password", "locked_out", "expired", "no_such_sheet"}, code)
}

// again draws the sheet anew after a failure, for the second person by name
// when the name is known.
func (s *Server) again(w http.ResponseWriter, r *http.Request, v visit, id string, c batch.Command, username string, p *problem) error {
	sheet, err := s.svc.Propose(r.Context(), v.who, id, c, username)
	if err != nil && username != "" {
		sheet, err = s.svc.Propose(r.Context(), v.who, id, c, "")
	}
	if err != nil {
		return s.notSigned(w, r, v, id, c, err)
	}
	return s.showSheet(w, r, v, http.StatusUnprocessableEntity, sheet, v.form["draft"], username, p)
}

// notSigned shows the page that the act began on, with the reason.
func (s *Server) notSigned(w http.ResponseWriter, r *http.Request, v visit, id string, c batch.Command, fault error) error {
	p := unsigned(fault)
	if p == nil {
		return fault
	}
	const status = http.StatusUnprocessableEntity
	if opens, ok := c.(batch.Open); ok {
		return s.showOpen(w, r, v, status, opens.Protocol, openForm(opens), p)
	}
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	if f, is := custodyForm(c); is {
		return s.showCustody(w, r, v, status, state, f, p)
	}
	switch c := c.(type) {
	case batch.Resolve, batch.DecideTogether, batch.Review, batch.Certify, batch.Reject, batch.RecordRoute, batch.Supply, batch.DemandFullReview, batch.WithdrawDemand, batch.LookAt:
		return s.showReview(w, r, v, status, state, commandForm(c), p)
	case batch.EnterKept:
		return s.showNoConnection(w, r, v, status, state, form{}, p)
	case batch.ImmediateUse:
		return s.showLabels(w, r, v, status, state, immediateForm(c), p)
	case batch.ApproveRedline, batch.ReadRedline:
		return s.showRedline(w, r, v, status, state, form{}, p)
	case batch.HandOverShift:
		return s.showShift(w, r, v, status, state, form{"act": "handovershift", "words": c.Words}, p)
	case batch.TakeOverShift:
		return s.showShift(w, r, v, status, state, form{"act": "takeovershift", "words": c.Words}, p)
	case batch.WitnessFate:
		return s.showAfterwards(w, r, v, status, state, form{}, p)
	case batch.SetApart:
		return s.showAfterwards(w, r, v, status, state, form{"act": "setapart", "as": string(c.As), "reference": c.Reference, "until": c.Until, "reason": c.Reason}, p)
	case batch.Abort:
		return s.showWrong(w, r, v, status, state, form{"reason": c.Reason}, p)
	}
	if refused, is := site.AsRefusal(fault); is {
		back := batchAddress(id)
		if step := stepOfCommand(c); step != "" {
			back += "/sign?act=" + batch.CommandName(c) + "&step=" + queryEscape(step)
		}
		if first := notRead(refused.Code, refused.Sentence, state.Protocol, strings.TrimSpace(v.form["username"]), back); first != nil {
			p = first
		}
	}
	if step := stepOfCommand(c); state.Step(step) != nil {
		return s.showStep(w, r, v, status, state, step, typed{}, p)
	}
	return s.showOverview(w, r, v, status, state, p)
}

// commandForm gives back what was typed into the form of a decision.
func commandForm(c batch.Command) form {
	if f, ok := fullReviewForm(c); ok {
		return f
	}
	switch c := c.(type) {
	case batch.Resolve, batch.DecideTogether:
		return decisionForm(decisionsIn(c))
	case batch.Review:
		return form{"act": "review", "statement": c.Statement}
	case batch.Certify:
		return certifyForm(c)
	case batch.Reject:
		return form{"act": "reject", "reason": c.Reason}
	case batch.RecordRoute:
		return form{"act": "recordroute", "whom": c.Whom, "document": c.Document, "text": c.Text}
	case batch.Supply:
		return form{"act": "supply", "statement": c.Statement, "place": c.Place}
	}
	return form{}
}

// afterSign is where the work goes on.
func afterSign(state *batch.State, c batch.Command) string {
	switch c.(type) {
	case batch.Review, batch.Certify, batch.Reject, batch.Resolve, batch.DecideTogether, batch.RecordRoute, batch.Supply, batch.DemandFullReview, batch.WithdrawDemand, batch.LookAt:
		return batchAddress(state.ID) + "/review"
	case batch.EnterKept:
		return keptAddress(state.ID)
	case batch.ImmediateUse:
		return batchAddress(state.ID) + "/labels"
	case batch.WitnessFate, batch.SetApart:
		return batchAddress(state.ID) + "/afterwards"
	case batch.TakeOver, batch.LinkNumber, batch.ConfirmNumber:
		return batchAddress(state.ID) + "/custody"
	case batch.ApproveRedline, batch.ReadRedline:
		return redlineAddress(state.ID)
	case batch.HandOverShift, batch.TakeOverShift:
		return batchAddress(state.ID) + "/shift"
	}
	if step := stepOfCommand(c); step != "" {
		if st := state.Step(step); st != nil && !st.Signed() {
			return stepAddress(state.ID, step)
		}
		if next := state.Next(); next != nil {
			return stepAddress(state.ID, next.Step.Name)
		}
	}
	return batchAddress(state.ID)
}
