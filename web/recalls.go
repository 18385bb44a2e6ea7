package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/register"
	"countersign/web/site"
)

// recallsView is every recall, and whether the reader may open one.
type recallsView struct {
	List    table
	MayOpen bool
}

func recallAddress(id string) string { return "/recalls/" + url.PathEscape(id) }

func (s *Server) recallsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := s.svc.Recalls(r.Context(), v.who)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	view := recallsView{MayOpen: v.who.Person.Has(identity.QualityLead), List: table{
		Caption: "Recalls", Empty: "Nothing was recalled.",
		Columns: titles("Recall", "Of", "Why", "Document", "Opened", "By", "Lots", "Stopped", "Supplied", "Status"),
	}}
	for _, one := range all {
		view.List.Rows = append(view.List.Rows, row{
			{Text: one.ID, To: recallAddress(one.ID), Line: true},
			{Text: one.Of.Words()},
			{Text: one.Reason},
			{Text: one.Document},
			momentCell(one.Opened.At, zone),
			{Text: one.Opened.Name},
			number(int64(len(one.Lots))), number(int64(len(one.Stopped))), number(int64(len(one.Supplied))),
			{Text: one.Stands()},
		})
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "recalls")
	}
	return s.render(w, r, v, http.StatusOK, "recalls", page{Title: "Recalls", View: view})
}

// recallView is one recall, with what is still to be done.
type recallView struct {
	ID, Of, Reason, Document, Opened, By, Stands, Closing string
	Lists                                                 []list
	Untold                                                []untold
	Beyond                                                []string // what it concerns now and has not reached, in words
	Waiting                                               string
	MayTell, MayLead, MayClose                            bool
	Typed                                                 form
	Now, Export                                           string
	History                                               []recallLine
}

type untold struct{ Batch, To, Since, Patient, Number, Prescriber, Stands, Name string }

type recallLine struct{ At, Who, Words string }

func (s *Server) recallPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showRecall(w, r, v, http.StatusOK, r.PathValue("id"), nil)
}

func (s *Server) showRecall(w http.ResponseWriter, r *http.Request, v visit, status int, id string, p *problem) error {
	found, err := s.svc.Recall(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	supplied := suppliedOf(found, zone)
	if r.URL.Query().Get("as") == "csv" {
		return supplied.writeCSV(w, found.ID)
	}
	me := v.who.Person
	view := recallView{
		ID: found.ID, Of: found.Of.Words(), Reason: found.Reason, Document: found.Document, Opened: when(found.Opened.At, zone), By: found.Opened.Name,
		Stands: found.Stands(), Closing: found.Closing, Waiting: strings.Join(found.Waiting, ", "), Typed: v.form,
		MayTell: me.Has(identity.Pharmacist) || me.Has(identity.QualityLead), MayLead: me.Has(identity.QualityLead),
		Now: s.svc.Now().In(zone).Format("2006-01-02 15:04"), Export: recallAddress(id) + "?as=csv",
	}
	for _, one := range found.Untold() {
		patient := found.Patient[one.Batch]
		view.Untold = append(view.Untold, untold{
			Batch: one.Batch, To: batchAddress(one.Batch), Since: shownMoment(one.At, zone), Patient: patient.Name, Number: patient.Number,
			Prescriber: patient.Prescriber, Stands: found.Status[one.Batch], Name: tellPrefix + one.Batch,
		})
	}
	view.MayClose = view.MayLead && len(view.Untold) == 0 && found.Closed == nil
	if more := found.Beyond; !more.Empty() {
		view.Beyond = slices.Concat(more.Lots, more.Batches())
	}
	for _, act := range found.History {
		view.History = append(view.History, recallLine{At: when(act.At, zone), Who: act.Name, Words: act.Words})
	}
	view.Lists = []list{{table: supplied}, {table: stoppedOf(found)}, {table: endedLots(found)}}
	return s.render(w, r, v, status, "recall", page{
		Title: "Recall " + found.ID + " of " + found.Of.Words(), Problem: p, View: view, Back: &link{Text: "Recalls", To: "/recalls"},
	})
}

// suppliedOf is who was supplied and who has been told.
func suppliedOf(found site.RecallView, zone *time.Location) table {
	t := table{
		Caption: "What was supplied, and who has been told", Empty: "Nothing of it was supplied.",
		Columns: titles("Batch", "Supplied", "Status", "Patient", "Patient’s number", "Prescriber", "Told", "When", "How", "By"),
	}
	for _, one := range found.Supplied {
		patient := found.Patient[one.Batch]
		line := row{
			batchCell(one.Batch),
			{Text: shownMoment(one.At, zone)},
			{Text: found.Status[one.Batch]},
			{Text: patient.Name},
			{Text: patient.Number, Line: true},
			{Text: patient.Prescriber},
			{Text: "nobody yet"},
			{},
			{},
			{},
		}
		for _, told := range found.Told {
			if told.Batch == one.Batch {
				line[6].Text, line[7].Text, line[8].Text, line[9].Text = told.Whom, when(told.When, zone), told.How, told.Name
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

func stoppedOf(found site.RecallView) table {
	t := table{Caption: "Batches that were stopped", Empty: "No batch was under way.", Columns: titles("Batch", "Status", "Patient", "Prescriber")}
	for _, id := range found.Stopped {
		t.Rows = append(t.Rows, row{batchCell(id), {Text: found.Status[id]}, {Text: found.Patient[id].Name}, {Text: found.Patient[id].Prescriber}})
	}
	return t
}

func endedLots(found site.RecallView) table {
	t := table{Caption: "Lots that were ended", Empty: "No lot of it is here.", Columns: titles("Lot")}
	for _, id := range found.Lots {
		t.Rows = append(t.Rows, row{{Text: id, To: traceAddress(id)}})
	}
	return t
}

// shownMoment is a moment of an entry in site time.
func shownMoment(text string, zone *time.Location) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return when(at, zone)
}

// newRecallView is the form with which something is recalled.
type newRecallView struct {
	Typed form
	Kinds []choice
	Now   string
}

type choice struct {
	Value, Text string
	Chosen      bool
}

func (s *Server) newRecallPage(w http.ResponseWriter, r *http.Request, v visit) error {
	v.form = form{}
	for _, name := range []string{"kind", "name", "material"} {
		v.form[name] = r.URL.Query().Get(name)
	}
	return s.showNewRecall(w, r, v, http.StatusOK, nil)
}

func (s *Server) showNewRecall(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	view := newRecallView{Typed: v.form, Now: s.svc.Now().In(s.svc.Info().Location).Format("2006-01-02 15:04")}
	words := map[string]string{
		register.OfLot: "a lot, by the site’s own number", register.OfNumber: "a maker’s lot number", register.OfDonation: "a donation, by its code",
		register.OfEquipment: "what a piece of equipment was used for", register.OfPerson: "what a person had a part in",
	}
	for _, kind := range register.RecallKinds() {
		view.Kinds = append(view.Kinds, choice{Value: kind, Text: words[kind], Chosen: v.form["kind"] == kind})
	}
	return s.render(w, r, v, status, "new-recall", page{Title: "Recall something", Problem: p, View: view, Back: &link{Text: "Recalls", To: "/recalls"}})
}
