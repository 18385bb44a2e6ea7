package web

import (
	"fmt"
	"net/http"
	"strings"

	"countersign/batch"
	"countersign/identity"
	"countersign/web/site"
)

// redlineView is how the protocol of one batch was changed, and the form with
// which another text is proposed for it.
type redlineView struct {
	Batch, Text, Reason, Key string
	Redlines                 []redlineLine
	Waiting, Open            bool
	MayApprove, Unread       bool
	Number                   int // of the one that waits, or that is to be read
}

type redlineLine struct {
	Number            int
	Stands, Reason    string
	Changes           []string
	Base, Digest      string
	Proposed          signedBy
	Approved, Dropped *signedBy
	Why               string
	Read              []signedBy
}

// redlineNotice leads to what changed, where somebody is to read or approve it.
type redlineNotice struct {
	To              string
	Unread, Waiting int
}

func redlineNoticeOf(state *batch.State, who identity.Person) redlineNotice {
	notice := redlineNotice{To: redlineAddress(state.ID), Unread: unreadRedline(state, who)}
	if waiting := state.WaitingRedline(); waiting != nil {
		notice.Waiting = waiting.Number
	}
	return notice
}

func redlineAddress(id string) string { return batchAddress(id) + "/redline" }

func (s *Server) redlinePage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showRedline(w, r, v, http.StatusOK, state, form{}, nil)
}

func (s *Server) showRedline(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	zone := s.svc.Info().Location
	view := redlineView{Batch: state.ID, Text: f["text"], Reason: f["reason"], Key: s.svc.NewKey(), Open: endedWords(state.Status) == "" && state.Disposition == nil}
	if view.Text == "" && state.Protocol != nil {
		view.Text = string(state.Protocol.Text)
	}
	if waiting := state.WaitingRedline(); waiting != nil {
		view.Waiting, view.Number = true, waiting.Number
		view.MayApprove = v.who.Person.Has(identity.QualityLead) && waiting.Person != v.who.Person.ID
	}
	if unread := unreadRedline(state, v.who.Person); unread > 0 && !view.Waiting {
		view.Unread, view.Number = true, unread
	}
	for i := range state.Redlines {
		red := &state.Redlines[i]
		line := redlineLine{
			Number: red.Number, Stands: "waits for its approval", Reason: red.Reason, Changes: red.Changes, Base: fmt.Sprintf("%x", red.Base[:]),
			Digest: fmt.Sprintf("%x", red.Digest[:]), Proposed: actWords(red.Act, zone), Why: red.Why,
		}
		if red.Approved != nil {
			by := actWords(*red.Approved, zone)
			line.Stands, line.Approved = "the batch goes on by it", &by
		}
		if red.Dropped != nil {
			by := actWords(*red.Dropped, zone)
			line.Stands, line.Dropped = "given up", &by
		}
		for _, act := range red.Read {
			line.Read = append(line.Read, actWords(act, zone))
		}
		view.Redlines = append(view.Redlines, line)
	}
	return s.render(w, r, v, status, "redline", page{
		Title: "Changes of the protocol for " + state.ID, Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Events: newsOf(state.ID), Version: state.Version,
	})
}

// unreadRedline is the redline that somebody has to read before they work on in
// a batch; 0 when there is none.
func unreadRedline(state *batch.State, who identity.Person) int {
	red := state.Redline()
	staff := who.Has(identity.Technician) || who.Has(identity.Pharmacist) || who.Has(identity.QualityLead)
	if red == nil || !staff || red.Knows(who.ID) {
		return 0
	}
	return red.Number
}

// doRedline proposes another text, or gives up one that waits. What was not
// accepted stays in its fields.
func (s *Server) doRedline(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := r.PathValue("id"), v.form
	var c batch.Command = batch.ProposeRedline{Text: f["text"], Reason: strings.TrimSpace(f["reason"])}
	if f["act"] == "dropredline" {
		number, err := readNumber(f["redline"])
		if err != nil {
			return err
		}
		c = batch.DropRedline{Redline: int(number), Reason: strings.TrimSpace(f["reason"])}
	}
	_, err := s.svc.Do(r.Context(), v.who, f["key"], id, f.seen(), c)
	refused, isRefusal := site.AsRefusal(err)
	switch {
	case err == nil:
		http.Redirect(w, r, redlineAddress(id)+"?done=noted", http.StatusSeeOther)
		return nil
	case !isRefusal || leavesPage(refused.Code):
		return err
	}
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	if f["act"] == "dropredline" {
		f = form{}
	}
	return s.showRedline(w, r, v, http.StatusUnprocessableEntity, state, f, &problem{Title: "This was not accepted", Sentences: []string{refused.Sentence}, To: "#text"})
}
