package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/web/site"
)

// noConnectionView is what terminals kept of a batch while there was no connection
// (EXE-14): each entry with what it would record, and what stands there now.
type noConnectionView struct {
	Batch   string
	Entries []keptLine
}

type keptLine struct {
	Number                              int
	What, Who, Clock, Done, In, Settled string
	Gap, Terminal, Now, Why             string
	Waits, Entered                      bool
	Code                                string // of a scan, to be sent back with the signature
	MayClose                            bool
	Form                                actForm
	Reason                              string // as typed
}

func (s *Server) keptPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showNoConnection(w, r, v, http.StatusOK, state, form{}, nil)
}

func (s *Server) showNoConnection(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := noConnectionView{Batch: state.ID}
	zone := s.svc.Info().Location
	for _, k := range state.Kept {
		line := keptLineOf(state, k, zone)
		line.MayClose = state.MayClose(k, v.who.Person)
		line.Form = newAct("closekept", state.ID, state.Version, s.svc.NewKey(), "")
		if n, err := readNumber(f["number"]); err == nil && int(n) == k.Number {
			line.Reason = f["reason"]
		}
		view.Entries = append(view.Entries, line)
	}
	return s.render(w, r, v, status, "no-connection", page{
		Title: "Kept while there was no connection", Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Events: newsOf(state.ID), Version: state.Version,
	})
}

func keptLineOf(state *batch.State, k batch.KeptEntry, zone *time.Location) keptLine {
	at := func(t time.Time) string { return when(t, zone) }
	line := keptLine{
		Number: k.Number, What: sentence(k.What()), Who: k.Note.Name, Clock: k.Note.At, Done: at(k.Done), In: at(k.At), Gap: k.ClockGap(),
		Terminal: k.Called, Waits: k.Settled == nil, Entered: k.Entered, Why: k.Why,
	}
	if k.Note.Act == "scan" {
		line.Code = k.Note.Text
	}
	if line.Waits {
		line.Now = state.Meanwhile(k, at)
	} else {
		line.Settled = k.Settled.Name + ", " + at(k.Settled.At)
	}
	return line
}

// handedIn is what a terminal is answered: the digests of its notes that stand
// in the record and need be kept no longer, and where they wait.
type handedIn struct {
	Digests []string `json:"digests"`
	Waiting int      `json:"waiting"`
	To      string   `json:"to"`
}

// handIn takes what a terminal kept, as its script sends it once the connection
// is back.
func (s *Server) handIn(w http.ResponseWriter, r *http.Request, v visit) error {
	f := v.form
	c := batch.HandIn{Terminal: f["terminal"], Called: v.terminal, Clock: f["clock"]}
	decoder := json.NewDecoder(strings.NewReader(f["notes"]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c.Notes); err != nil {
		return answerJSON(w, http.StatusUnprocessableEntity, errForm.sentence)
	}
	state, err := s.svc.Do(r.Context(), v.who, f["key"], f["batch"], 0, c)
	if refused, ok := site.AsRefusal(err); ok {
		if refused.Code != "already_handed_in" {
			return answerJSON(w, http.StatusUnprocessableEntity, refused.Sentence)
		}
		if state, err = s.svc.Batch(r.Context(), v.who, f["batch"]); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	answer := handedIn{Digests: []string{}, Waiting: len(state.OpenKept()), To: keptAddress(state.ID)}
	for _, k := range state.Kept {
		if k.Terminal == c.Terminal {
			answer.Digests = append(answer.Digests, k.Note.Digest)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

// reached says that the server can be reached.
func (s *Server) reached(w http.ResponseWriter, _ *http.Request, _ visit) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func keptAddress(id string) string { return batchAddress(id) + "/kept" }

// waitingKept says on a batch's pages that entries wait to be signed.
func waitingKept(state *batch.State) *keptNotice {
	open := state.OpenKept()
	if len(open) == 0 {
		return nil
	}
	return &keptNotice{Count: len(open), To: keptAddress(state.ID)}
}

type keptNotice struct {
	Count int
	To    string
}
