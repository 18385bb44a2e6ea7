package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
)

// colleague is somebody for whom one can type.
type colleague struct{ ID, Name string }

// mannerWords say how an act came into the record, where that was not at the
// moment and by whoever did it.
func mannerWords(a batch.Act, zone *time.Location) string {
	return a.MannerWords(func(at time.Time) string { return when(at, zone) })
}

// colleagues are those for whom whoever is signed in can type in a step: they
// may do it themselves (EXE-09).
func (s *Server) colleagues(r *http.Request, v visit, state *batch.State, step string) ([]colleague, error) {
	_, roles, _ := batch.Signs(state, batch.Perform{Step: step})
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	var all []colleague
	for _, p := range people {
		if p.Active && p.ID != v.who.Person.ID && slices.ContainsFunc(roles, p.Has) {
			all = append(all, colleague{string(p.ID), p.Name})
		}
	}
	return all, nil
}

// told makes an act that a form says was done earlier, or by somebody else, the
// telling of it.
func (f form) told(act string, c batch.Tell, plain batch.Command) batch.Command {
	done := strings.TrimSpace(strings.Replace(f["done"], "T", " ", 1)) // as a browser's own field writes it
	if done == "" && f["doer"] == "" && f["paper"] == "" {
		return plain
	}
	c.Act, c.Done, c.Doer, c.Paper = act, done, identity.PersonID(f["doer"]), f["paper"]
	if done != "" {
		c.Late = strings.TrimSpace(f["late"])
	}
	if c.Doer != "" {
		c.Scribed = strings.TrimSpace(f["scribed"])
	}
	return c
}

// typedOpen are those for whom something was typed in a step and who have not
// signed yet that it is theirs.
func typedOpen(st *batch.StepState) []string {
	var names []string
	for _, acts := range st.TypedFor() {
		names = append(names, acts[0].Manner.Name)
	}
	slices.Sort(names)
	return names
}

// mannerForm is the part of a form that says when something was done, and by
// whom, where that is not now and by whoever types.
type mannerForm struct {
	ID     string
	For    []colleague
	Papers []string // blanks from which it can be copied
	Typed  form
}

func newManner(id string, typed form, colleagues []colleague, papers []string) mannerForm {
	return mannerForm{ID: id, For: colleagues, Papers: papers, Typed: typed}
}
