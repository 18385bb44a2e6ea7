package web

import (
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// custodyView is the chain of identity and custody of one batch: whose it is,
// what matched, who holds what, and the two acts that belong to it: linking a
// number of the patient's, and taking something over (COI-03, COI-10).
type custodyView struct {
	Batch              string
	Facts              []field
	Matches            []matchLine
	Handovers          []handoverLine
	Holders            []holderLine
	Links              []linkLine
	Kinds, Types       []string
	Typed              form
	Masked, Gone, Open bool
}

type matchLine struct {
	Step, To, What, Result, Name, At string
	Wrong                            bool
}

type handoverLine struct {
	What, Code, Place, Step, To, Reason string
	From, Received                      *signedBy
	Holder                              string // who did not sign, where it was taken over
	Recorded                            []field
}

// holderLine is who holds something now.
type holderLine struct{ What, Title, Code, Name, At string }

type linkLine struct {
	Number                     int
	Found, Said, Reason, Names string
	Linked                     signedBy
	Confirmed                  *signedBy
}

func (s *Server) custodyPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, kept := s.drafts.find(r.URL.Query().Get("draft"), v)
	if !kept {
		f = form{}
	}
	return s.showCustody(w, r, v, http.StatusOK, state, f, nil)
}

func (s *Server) showCustody(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := custodyOf(state, s.svc.Info().Location)
	view.Typed = f
	return s.render(w, r, v, status, "custody", page{
		Title: "Identity and custody of " + state.ID, Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Events: newsOf(state.ID), Version: state.Version,
	})
}

func custodyOf(s *batch.State, zone *time.Location) custodyView {
	view := custodyView{
		Batch: s.ID, Masked: s.Masked, Kinds: batch.LinkKinds(), Types: []string{"NHS", "CHI", "H&C", "MRN"},
		Gone: s.Status == batch.Rejected || s.Status == batch.Aborted,
		Open: s.Status != batch.Rejected && s.Status != batch.Aborted && s.Status != batch.Given,
	}
	if s.Trial != "" {
		view.Facts = append(view.Facts, field{"Trial", s.Trial}, field{"Participant", s.Participant})
	}
	if s.Chain != "" {
		view.Facts = append(view.Facts, field{"Chain of identity", s.Chain})
	}
	if codes := s.Donated(); len(codes) > 0 {
		view.Facts = append(view.Facts, field{"Donations", donationWords(codes)})
	}
	view.Facts = append(view.Facts, field{"Order", s.Reference + ", prescribed by " + s.Prescriber})
	for _, m := range s.Matches() {
		view.Matches = append(view.Matches, matchLine{
			Step: m.Step, To: stepAddress(s.ID, m.Step), What: scanTitle(s.Protocol, m.Field), Result: m.Result(), Wrong: !m.Matched, Name: m.Name, At: when(m.At, zone),
		})
	}
	for _, h := range s.Custody() {
		view.Handovers = append(view.Handovers, handoverOf(s, h, zone))
	}
	for _, of := range s.Held() {
		if holder := s.Holder(of); holder != nil {
			view.Holders = append(view.Holders, holderLine{What: of, Title: whatHeld(s, of), Code: "code-" + elementID(of), Name: holder.Name, At: when(holder.At, zone)})
		}
	}
	for i, l := range s.Links {
		one := linkLine{Number: i + 1, Found: l.Found, Said: l.Number + " (" + l.NumberType + ")", Reason: l.Reason, Linked: actWords(l.Linked, zone)}
		if s.Masked {
			one.Said = "masked (" + l.NumberType + ")"
		}
		if l.Confirmed != nil {
			confirmed := actWords(*l.Confirmed, zone)
			one.Confirmed = &confirmed
		}
		view.Links = append(view.Links, one)
	}
	return view
}

func handoverOf(s *batch.State, h batch.Handover, zone *time.Location) handoverLine {
	line := handoverLine{What: whatHeld(s, h.Of), Code: h.Code, Place: h.Place, Step: h.Step, Reason: h.Reason}
	if h.Step == "" {
		line.Holder = h.From.Name
	} else {
		from := actWords(h.From, zone)
		line.From, line.To = &from, stepAddress(s.ID, h.Step)
	}
	if h.To != nil {
		to := actWords(*h.To, zone)
		line.Received = &to
	}
	for _, one := range h.Recorded {
		value := one.Input.Show(one.Value, zone)
		if one.Verdict.Level != "" {
			value += " (" + one.Verdict.Reason + ")"
		}
		line.Recorded = append(line.Recorded, field{one.Title, value})
	}
	return line
}

// whatHeld is what is held, by its title.
func whatHeld(s *batch.State, of string) string {
	if of == protocol.ProductHanded {
		return "the product"
	}
	return scanTitle(s.Protocol, of)
}

// holderWords say on a batch's own page who holds what now.
func holderWords(s *batch.State, zone *time.Location) string {
	var words []string
	for _, of := range s.Held() {
		if holder := s.Holder(of); holder != nil {
			words = append(words, holder.Name+" holds "+whatHeld(s, of)+" since "+when(holder.At, zone))
		}
	}
	return strings.Join(words, "; ")
}

// custodyAct reads the acts of this page.
func (f form) custodyAct() (batch.Command, error) {
	switch f["act"] {
	case "takeover":
		return batch.TakeOver{Of: f["of"], Raw: strings.TrimRight(f["raw"], "\n"), Place: strings.TrimSpace(f["place"]), Reason: strings.TrimSpace(f["reason"])}, nil
	case "linknumber":
		return batch.LinkNumber{
			Number: strings.TrimSpace(f["number"]), NumberType: f["number-type"], Wristband: strings.TrimRight(f["wristband"], "\n"),
			Found: f["found"], Reason: strings.TrimSpace(f["reason"]),
		}, nil
	case "confirmnumber":
		number, err := readNumber(f["link"])
		return batch.ConfirmNumber{Link: int(number)}, err
	}
	return nil, errForm
}

// custodyForm gives back what was typed.
func custodyForm(c batch.Command) (form, bool) {
	switch c := c.(type) {
	case batch.TakeOver:
		return form{"act": "takeover", "of": c.Of, "raw": c.Raw, "place": c.Place, "reason": c.Reason}, true
	case batch.LinkNumber:
		return form{"act": "linknumber", "number": c.Number, "number-type": c.NumberType, "wristband": c.Wristband, "found": c.Found, "reason": c.Reason}, true
	case batch.ConfirmNumber:
		return form{"act": "confirmnumber"}, true
	}
	return nil, false
}

// custodyHead heads the sheets of these acts.
func custodyHead(c batch.Command) string {
	switch c := c.(type) {
	case batch.TakeOver:
		return "take over: " + c.Of
	case batch.LinkNumber:
		return "link a number of the patient"
	}
	return "confirm a number of the patient"
}
