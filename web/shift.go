package web

import (
	"net/http"
	"time"

	"countersign/batch"
)

// shiftView is the hand-over between shifts on one page: what is open, words of
// one's own, and two signatures.
type shiftView struct {
	Batch, Ended  string
	Responsible   *signedBy
	Handing       *handView
	Open          []string
	Words, Remark string // as typed
	Past          []handView
}

// handView is one hand-over.
type handView struct {
	By    signedBy
	Open  []string
	Words string
	Taken *signedBy
	Said  string
}

func (s *Server) shiftPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, _ := s.drafts.find(r.URL.Query().Get("draft"), v)
	return s.showShift(w, r, v, http.StatusOK, state, f, nil)
}

func (s *Server) showShift(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := shiftOf(state, s.svc.Info().Location)
	switch f["act"] {
	case "handover":
		view.Words = f["words"]
	case "takeover":
		view.Remark = f["words"]
	}
	return s.render(w, r, v, status, "shift", page{
		Title: "Hand over the batch", Patient: patientOf(state), Problem: p, View: view, Back: &link{Text: "The whole batch", To: batchAddress(state.ID)},
		Events: newsOf(state.ID), Version: state.Version,
	})
}

func shiftOf(s *batch.State, zone *time.Location) shiftView {
	v := shiftView{Batch: s.ID, Ended: endedWords(s.Status), Open: s.OpenNow(func(at time.Time) string { return when(at, zone) })}
	if by := s.Responsible(); by != nil {
		words := actWords(*by, zone)
		v.Responsible = &words
	}
	for i := len(s.Shifts) - 1; i >= 0; i-- {
		v.Past = append(v.Past, handOf(s.Shifts[i], zone))
	}
	if handing := s.HandingOver(); handing != nil {
		v.Handing, v.Past = &v.Past[0], v.Past[1:]
	}
	return v
}

func handOf(e batch.ShiftEntry, zone *time.Location) handView {
	v := handView{By: actWords(e.Act, zone), Open: e.Open, Words: e.Words, Said: e.Said}
	if e.Taken != nil {
		taken := actWords(*e.Taken, zone)
		v.Taken = &taken
	}
	return v
}
