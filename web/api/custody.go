package api

import (
	"time"

	"countersign/batch"
)

// CustodyView is the chain of identity and custody of a batch.
type CustodyView struct {
	Trial       string         `json:"trial,omitempty"`
	Participant string         `json:"participant,omitempty" doc:"the participant's number in the trial"`
	Chain       string         `json:"chain,omitempty" doc:"the order's ISBT 128 chain of identity identifier"`
	Donations   []string       `json:"donations" doc:"the code of every donation in what was set out, unaltered"`
	Near        []NearView     `json:"near" doc:"other batches that could be mixed up with it, as pinned at its opening and at each match; names no patient"`
	Holders     []HolderView   `json:"holders" doc:"who holds what now"`
	Handovers   []HandoverView `json:"handovers"`
	Links       []LinkView     `json:"links" doc:"further numbers and wristbands of the patient"`
}

// NearView is another batch that could be mixed up with this one.
type NearView struct {
	Batch string   `json:"batch"`
	Unit  bool     `json:"unit" doc:"it was open in the same unit"`
	Alike []string `json:"alike" doc:"in which ways the patients are alike"`
	Text  string   `json:"text"`
}

// HolderView is who holds something.
type HolderView struct {
	Of    string    `json:"of" doc:"product, or a material"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
}

// HandoverView is one change of holder.
type HandoverView struct {
	Of       string            `json:"of"`
	Step     string            `json:"step,omitempty" doc:"left out where it was taken over outside the protocol's hand-overs"`
	Place    string            `json:"place"`
	Code     string            `json:"code,omitempty"`
	From     string            `json:"from" doc:"name of who held it"`
	Given    *ActView          `json:"handed_over,omitempty"`
	Received *ActView          `json:"received,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Recorded map[string]string `json:"recorded,omitempty" doc:"condition, temperature, the logger's file, by title"`
}

// LinkView is a further number or wristband of the patient.
type LinkView struct {
	Number     string   `json:"number,omitempty" doc:"left out for those who need not know"`
	NumberType string   `json:"number_type"`
	Found      string   `json:"found" doc:"merged, corrected or new wristband"`
	Reason     string   `json:"reason"`
	Linked     ActView  `json:"linked"`
	Confirmed  *ActView `json:"confirmed,omitempty" doc:"it matches from then on"`
}

func custodyView(s *batch.State) CustodyView {
	view := CustodyView{Trial: s.Trial, Participant: s.Participant, Chain: s.Chain, Donations: append([]string{}, s.Donated()...), Near: []NearView{}, Holders: []HolderView{}, Handovers: []HandoverView{}, Links: []LinkView{}}
	for _, n := range s.Near {
		view.Near = append(view.Near, NearView{Batch: n.Batch, Unit: n.Unit, Alike: n.Alike, Text: n.Sentence()})
	}
	for _, of := range s.Held() {
		if holder := s.Holder(of); holder != nil {
			view.Holders = append(view.Holders, HolderView{Of: of, Name: holder.Name, Since: holder.At})
		}
	}
	for _, h := range s.Custody() {
		one := HandoverView{Of: h.Of, Step: h.Step, Place: h.Place, Code: h.Code, From: h.From.Name, Reason: h.Reason, Recorded: map[string]string{}}
		if h.Step != "" {
			one.Given = maybe(&h.From)
		}
		if h.To != nil {
			one.Received = maybe(h.To)
		}
		for _, seen := range h.Recorded {
			one.Recorded[seen.Title] = seen.Input.Show(seen.Value, time.UTC)
		}
		view.Handovers = append(view.Handovers, one)
	}
	for _, l := range s.Links {
		one := LinkView{Number: l.Number, NumberType: l.NumberType, Found: l.Found, Reason: l.Reason, Linked: actView(l.Linked)}
		if l.Confirmed != nil {
			one.Confirmed = maybe(l.Confirmed)
		}
		view.Links = append(view.Links, one)
	}
	return view
}
