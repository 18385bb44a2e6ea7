package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"countersign/batch"
	"countersign/protocol"
	"countersign/web/site"
)

// typed is what somebody entered on a step's page and that was not accepted,
// by field: the texts, and why; and the row of a table that was asked for.
type typed struct {
	texts, sentences map[string]string
	row              string
	code             form // a code that was typed in the place of a scan, and not taken
}

// recordValues carries out the values of a step's page: everything that was
// typed is recorded, in the protocol's order, each an entry of its own
// (EXE-01), whichever button was pressed. What is not accepted stays in its
// field. The button that signs leads on to the sheet once all is recorded.
func (s *Server) recordValues(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := r.PathValue("id"), v.form
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	st := state.Step(f["step"])
	if st == nil {
		return errForm
	}
	p := &problem{Title: "This was not accepted"}
	t := typed{texts: map[string]string{}, sentences: map[string]string{}}
	seen, outside, status := f.seen(), "", http.StatusUnprocessableEntity
	for _, in := range valuesOf(st.Step, f) {
		name := elementID(in.Name)
		text := strings.TrimSpace(f["text-"+name])
		after, err := s.svc.Do(r.Context(), v.who, f["key-"+name], id, seen, f.told("record", batch.Tell{Step: f["step"], Field: in.Name, Text: text}, batch.Record{Step: f["step"], Field: in.Name, Text: text}))
		var conflict *site.Conflict
		refused, isRefusal := site.AsRefusal(err)
		switch {
		case err == nil:
			seen = after.Version
			if entry := after.Step(f["step"]).Value(in.Name); entry != nil && entry.Verdict.Level != "" {
				outside = in.Name
			}
			continue
		case errors.As(err, &conflict):
			status, p.Title = http.StatusConflict, "Somebody was faster"
			t.sentences[in.Name] = conflict.Sentence
		case isRefusal && statusOf(refused.Code) == http.StatusUnprocessableEntity && !leavesPage(refused.Code):
			t.sentences[in.Name] = refused.Sentence
		default:
			return err
		}
		t.texts[in.Name] = text
		place := "#field-" + name
		if isRefusal {
			if first := notRead(refused.Code, refused.Sentence, state.Protocol, "", stepAddress(id, f["step"])); first != nil {
				place = first.To
			}
		}
		p.add(place, "%s", t.sentences[in.Name])
	}
	t.row = f["row"]
	if len(p.Sentences) > 0 {
		if state, err = s.svc.Batch(r.Context(), v.who, id); err != nil {
			return err
		}
		return s.showStep(w, r, v, status, state, f["step"], t, p)
	}
	to := stepAddress(id, f["step"])
	switch {
	case outside == "" && f["row"] != "":
		table, _, _ := strings.Cut(f["row"], ".")
		to += "?row=" + queryEscape(f["row"]) + "#table-" + url.PathEscape(elementID(table))
	case outside != "":
		to += "?done=outside&field=" + queryEscape(outside)
	case f["then"] == "sign":
		to = batchAddress(id) + "/sign?act=perform&step=" + queryEscape(f["step"])
		if f["done"] != "" {
			to += "&done=" + queryEscape(f["done"]) + "&late=" + queryEscape(f["late"])
		}
	default:
		to += "?done=recorded" + anchor(st.Step, f)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// valuesOf are the inputs of a step for which something was typed; when there
// is none, the one whose button was pressed, so that its refusal is heard.
func valuesOf(step *protocol.Step, f form) []protocol.Input {
	var given, pressed []protocol.Input
	for _, in := range step.Inputs {
		if strings.TrimSpace(f["text-"+elementID(in.Name)]) != "" {
			given = append(given, in)
		}
		if in.Name == f["field"] {
			pressed = append(pressed, in)
		}
	}
	if len(given) == 0 {
		return pressed
	}
	return given
}

// valueProblem says at the top of the page that a value broke a limit.
func valueProblem(r *http.Request, state *batch.State, step string) *problem {
	q := r.URL.Query()
	st := state.Step(step)
	if q.Get("done") != "outside" || st == nil {
		return nil
	}
	entry := st.Value(q.Get("field"))
	if entry == nil || entry.Verdict.Level == "" {
		return nil
	}
	shown := verdictOf(entry.Verdict)
	in := st.Step.Input(q.Get("field"))
	return &problem{
		Title: "Outside a limit", To: "#field-" + elementID(in.Name),
		Sentences: []string{sentence(titleOr(in.Title, in.Name)) + ": " + shown.Reason + ".", shown.Next},
	}
}
