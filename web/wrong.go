package web

import (
	"net/http"
	"slices"
	"strings"

	"countersign/batch"
	"countersign/identity"
)

// wrongView is "something is wrong": a short list of ways out.
type wrongView struct {
	Batch, Step        string
	Seen               int64
	Fixable            []fixable // values that can be corrected
	Chosen             *fixable
	Typed, Reason      string
	Text               string
	Classes            []choice
	NoteKey, RaiseKey  string
	CorrectKey, Choose string
	Ended              string
	HoldKey            string
	Holds              []holdChoice
	Kind               string // of hold, as chosen
	Safe               string // what makes safe when the batch stops here
	MayWrite, MayAbort bool   // what the role of whoever looks may do here
	MayDeviate         bool
}

// fixable is a value that was entered and can be given anew.
type fixable struct {
	Step, Field, Title, Value, To string
	Choices                       []string
	Unit, Hint                    string
}

func (s *Server) wrongPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	asked, err := decodeForm(q)
	if err != nil {
		return err
	}
	return s.showWrong(w, r, v, http.StatusOK, state, form{"step": asked["step"], "field": asked["field"]}, nil)
}

func (s *Server) showWrong(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := wrongOf(state, f, s.svc.NewKey)
	view.offer(state, v.who.Person)
	for i := range view.Fixable {
		view.Fixable[i].Value = shownIn(state, view.Fixable[i], s)
	}
	if view.Chosen != nil {
		view.Chosen.Value = shownIn(state, *view.Chosen, s)
	}
	view.HoldKey, view.Holds = s.svc.NewKey(), holdChoices(v.who.Person)
	back := link{Text: "The whole batch", To: batchAddress(state.ID)}
	if state.Step(view.Step) != nil {
		back = link{Text: "Back to the step " + view.Step, To: stepAddress(state.ID, view.Step)}
	}
	return s.render(w, r, v, status, "wrong", page{
		Title: "Something is wrong", Patient: patientOf(state), Back: &back, Problem: p, View: view,
		Events: newsOf(state.ID), Version: state.Version,
	})
}

// offer leaves what somebody's role lets them do: nobody fills in a form that
// can only be refused.
func (v *wrongView) offer(s *batch.State, p identity.Person) {
	v.MayWrite, v.MayAbort = batch.MayWrite(p), batch.MayAbort(p)
	v.MayDeviate = v.MayWrite || p.Has(identity.ControlSite)
	may := func(one fixable) bool { return s.MayCorrect(s.Step(one.Step), p) }
	v.Fixable = slices.DeleteFunc(v.Fixable, func(one fixable) bool { return !may(one) })
	if v.Chosen != nil && !may(*v.Chosen) {
		v.Chosen = nil
	}
}

func shownIn(state *batch.State, one fixable, s *Server) string {
	st := state.Step(one.Step)
	return st.Step.Input(one.Field).Show(st.Value(one.Field).Value, s.svc.Info().Location)
}

func wrongOf(state *batch.State, f form, key func() string) wrongView {
	v := wrongView{
		Batch: state.ID, Step: f["step"], Seen: state.Version, NoteKey: key(), RaiseKey: key(), CorrectKey: key(),
		Ended: endedWords(state.Status), Choose: batchAddress(state.ID) + "/wrong", Reason: f["reason"],
	}
	if state.Protocol != nil {
		v.Safe = state.Told(state.Protocol.SafeState)
	}
	if st := state.Step(v.Step); st != nil && st.Step.SafeState != "" {
		v.Safe = state.Told(st.Step.SafeState)
	}
	v.Classes = toldClasses(f["class"])
	switch f["act"] {
	case "correct":
		v.Typed = f["text"]
	case "putonhold":
		v.Kind = f["kind"]
	case "note", "raise":
		v.Text = f["text"]
	}
	for i := range state.Steps {
		st := &state.Steps[i]
		for _, in := range st.Step.Inputs {
			if st.Value(in.Name) == nil {
				continue
			}
			one := fixable{
				Step: st.Step.Name, Field: in.Name, Title: titleOr(in.Title, in.Name), Unit: in.Unit.Display, Hint: hintOf(in),
				To: v.Choose + "?step=" + queryEscape(st.Step.Name) + "&field=" + queryEscape(in.Name), Choices: choicesOf(in),
			}
			v.Fixable = append(v.Fixable, one)
			if one.Step == f["step"] && strings.EqualFold(one.Field, f["field"]) {
				chosen := one
				v.Chosen = &chosen
			}
		}
	}
	return v
}
