package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
	"countersign/web/site"
)

func deviationAddress(id string) string { return "/deviations/" + url.PathEscape(id) }

// deviationsView is every deviation, and what the rules propose because of them.
type deviationsView struct {
	List      table
	Proposals []proposalView
	Clock     clockView
}

// clockView is how soon the control site acknowledges, and the form that sets it
// (DEV-02).
type clockView struct {
	Words  string
	Set    *actLine
	MaySet bool
	Typed  form
	Fields []field // class and hours
}

func (s *Server) clockOf(r *http.Request, v visit) (view clockView, err error) {
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		clock, by := b.AcknowledgementClock()
		view = clockView{Words: clock.Words(), Set: actOf(by, s.svc.Info().Location), MaySet: v.who.Person.Has(identity.ControlSite), Typed: v.form}
		for _, one := range []struct {
			class string
			hours int
		}{{"critical", clock.Critical}, {"major", clock.Major}, {"minor", clock.Minor}} {
			hours := number(int64(one.hours)).Text
			if typed := v.form[one.class]; typed != "" {
				hours = typed
			}
			view.Fields = append(view.Fields, field{one.class, hours})
		}
	})
	return view, err
}

// proposalView is a unit that the rules propose to pause (DEV-09).
type proposalView struct{ Unit, To, Why string }

func (s *Server) deviationsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showDeviations(w, r, v, http.StatusOK, nil)
}

func (s *Server) showDeviations(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	all, err := s.svc.Deviations(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := deviationsView{List: deviationTable(all, s.svc.Now(), s.svc.Info().Location)}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "deviations")
	}
	proposals, err := s.svc.Proposals(r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, one := range proposals {
		view.Proposals = append(view.Proposals, proposalView{Unit: one.Unit, To: unitAddress(one.Unit), Why: one.Why})
	}
	if view.Clock, err = s.clockOf(r, v); err != nil {
		return err
	}
	return s.render(w, r, v, status, "deviations", page{Title: "Deviations", Problem: p, View: view})
}

func deviationTable(all []site.DeviationView, now time.Time, zone *time.Location) table {
	t := table{
		Caption: "Deviations", Empty: "No deviation was raised.",
		Columns: titles("Deviation", "Risk", "What happened", "Batches", "Unit", "Raised", "Status", "Control site"),
	}
	for _, d := range all {
		t.Rows = append(t.Rows, row{
			{Text: d.ID, To: deviationAddress(d.ID), Line: true},
			{Text: string(d.Risk)},
			{Text: d.Arising.What},
			{Text: strings.Join(d.Batches, ", ")},
			{Text: d.Arising.Unit},
			momentCell(d.Opened.At, zone),
			{Text: d.Stands()},
			{Text: toldWords(d.Deviation, now, zone)},
		})
	}
	return t
}

// toldWords say whether the control site has acknowledged, and until when it
// does (DEV-02).
func toldWords(d *register.Deviation, now time.Time, zone *time.Location) string {
	switch {
	case d.Told != nil:
		return "acknowledged by " + d.Told.Name + ", " + when(d.Told.At, zone)
	case d.Unacknowledged(now):
		return "OVERDUE: was to be acknowledged by " + when(d.Deadline(), zone)
	}
	return "told; acknowledges by " + when(d.Deadline(), zone)
}

// deviationView is one deviation with all that is still to be done.
type deviationView struct {
	ID, Risk, What, Immediate, Raised, By, Where, Stands, Told, Closing string
	Overdue, Closed, Unacknowledged                                     bool
	Involved                                                            string
	Missing                                                             []string
	Batches                                                             []ruledView
	Impact, Findings                                                    []actLine
	Conclusion                                                          *actLine
	Actions                                                             []followView
	Searched, Found                                                     string // of the search, one a line
	Asked                                                               bool
	MayWork, MayLead, ControlSite                                       bool
	Risks, Causes                                                       []choice
	Typed                                                               form
	History                                                             []actLine
	Trail, Today                                                        string
}

// ruledView is a batch that the deviation concerns, and what it means for it.
type ruledView struct {
	Batch, To, Status, Decision, Reason, By string
	Certified                               bool
	Decisions                               []choice
	Typed                                   string // the reason of a decision that was not taken
}

type followView struct {
	Number                   int
	What, Owner, Due, Stands string
	Open                     bool
}

func (s *Server) deviationPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showDeviation(w, r, v, http.StatusOK, r.PathValue("id"), nil)
}

func (s *Server) deviationTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, audit.StreamID("deviation/"+id), page{
		Title: "Audit trail of deviation " + id, Back: &link{Text: "Deviation " + id, To: deviationAddress(id)},
	})
}

func (s *Server) showDeviation(w http.ResponseWriter, r *http.Request, v visit, status int, id string, p *problem) error {
	d, err := s.svc.Deviation(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	now, zone := s.svc.Now(), s.svc.Info().Location
	view := deviationOf(d, v.form, now, zone)
	me := v.who.Person
	view.MayWork = me.Has(identity.Pharmacist) || me.Has(identity.QualityLead)
	view.MayLead, view.ControlSite = me.Has(identity.QualityLead), me.Has(identity.ControlSite)
	if err := s.search(r, v, d, &view); err != nil {
		return err
	}
	return s.render(w, r, v, status, "deviation", page{
		Title: "Deviation " + d.ID + ", " + view.Risk, Problem: p, View: view, Back: &link{Text: "Deviations", To: "/deviations"},
	})
}

// search offers what the batch leans on, and shows which batches share what is
// searched for (DEV-03).
func (s *Server) search(r *http.Request, v visit, d site.DeviationView, view *deviationView) error {
	searched := view.Typed["searched"]
	if asked := r.URL.Query().Get("searched"); asked != "" && len(asked) <= maxSearch {
		searched = asked
	}
	if searched == "" {
		offered, err := s.svc.LeansOn(r.Context(), v.who, d.Arising.Batch)
		if err != nil {
			return err
		}
		for _, one := range offered {
			if one.Kind != register.OfPerson {
				searched += one.Kind + " " + one.Name + "\n"
			}
		}
		view.Searched = searched
		return nil
	}
	view.Searched, view.Asked = searched, true
	shared, why := readShared(searched)
	if why != "" {
		view.Found = ""
		return nil
	}
	found, err := s.svc.Sharing(r.Context(), v.who, shared)
	view.Found = strings.Join(found, "\n")
	if typed := view.Typed["concerns"]; typed != "" {
		view.Found = typed
	}
	return err
}

// maxSearch bounds what is searched for at once, in bytes.
const maxSearch = 4 << 10

// readShared reads what to search for, one a line: "lot L-0007".
func readShared(typed string) (all []register.Shared, why string) {
	for _, line := range strings.Split(typed, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		kind, name, ok := strings.Cut(line, " ")
		if !ok || !slices.Contains(register.RecallKinds(), kind) {
			return nil, "“" + line + "”: write what to search for, one a line, as in: lot L-0007; equipment E-0001; number ASO-7; donation G-1; person p-0004."
		}
		all = append(all, register.Shared{Kind: kind, Name: strings.TrimSpace(name)})
	}
	return all, ""
}

func deviationOf(d site.DeviationView, typed form, now time.Time, zone *time.Location) deviationView {
	view := deviationView{
		ID: d.ID, Risk: string(d.Risk), What: d.Arising.What, Immediate: d.Arising.Immediate, Raised: when(d.Opened.At, zone), By: d.Opened.Name,
		Where: whereOf(d.Arising), Stands: d.Stands(), Told: toldWords(d.Deviation, now, zone), Overdue: d.Unacknowledged(now), Closing: d.Closing,
		Closed: d.Closed != nil, Unacknowledged: d.Told == nil, Missing: d.Missing(), History: actsOf(d.History, zone), Trail: deviationAddress(d.ID) + "/trail",
		Today: now.In(zone).AddDate(0, 1, 0).Format(time.DateOnly),
	}
	if !d.Bodily {
		view.By = "the system"
	}
	var involved []string
	for _, id := range d.Arising.Involved {
		involved = append(involved, d.People[id])
	}
	view.Involved = strings.Join(involved, ", ")
	for _, id := range d.Batches {
		one := ruled(d, id, typed)
		if ruling := d.Ruling(id); ruling != nil {
			one.Decision, one.Reason, one.By = string(ruling.Decision), ruling.Reason, ruling.Name+", "+when(ruling.At, zone)
		}
		view.Batches = append(view.Batches, one)
	}
	for _, impact := range d.Impact {
		view.Impact = append(view.Impact, actLine{Words: impact.Act.Words, Name: impact.Name, At: when(impact.At, zone)})
	}
	for _, finding := range d.Findings {
		view.Findings = append(view.Findings, actLine{Words: finding.Cause + ". " + finding.Words, Name: finding.Name, At: when(finding.At, zone)})
	}
	if d.Conclude != nil {
		view.Conclusion = &actLine{Words: d.Conclude.Words, Name: d.Conclude.Name, At: when(d.Conclude.At, zone)}
	}
	for _, action := range d.Actions {
		one := followView{Number: action.Number, What: action.What, Owner: action.Owner, Due: action.Due, Open: action.Done == nil, Stands: "open"}
		if action.Done != nil {
			one.Stands = "done: " + action.Outcome
		}
		view.Actions = append(view.Actions, one)
	}
	for _, risk := range register.Risks() {
		view.Risks = append(view.Risks, choice{Value: string(risk), Text: string(risk)})
	}
	for _, cause := range register.Causes() {
		view.Causes = append(view.Causes, choice{Value: cause, Text: cause})
	}
	view.fromForm(typed)
	return view
}

func whereOf(a register.Arising) string {
	words := []string{}
	if a.Unit != "" {
		words = append(words, "unit "+a.Unit)
	}
	if a.Batch != "" {
		words = append(words, "batch "+a.Batch)
	}
	if a.Step != "" {
		words = append(words, "step "+a.Step)
	}
	if a.Exception > 0 {
		words = append(words, "exception "+number(int64(a.Exception)).Text)
	}
	return strings.Join(words, ", ")
}

// newDeviationView is the form with which a deviation is raised.
type newDeviationView struct {
	Typed  form
	Year   string
	Risks  []choice
	Cancel string
}

func (s *Server) newDeviationPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	v.form = form{}
	for _, name := range []string{"batch", "step", "exception", "what", "unit"} {
		v.form[name] = asked[name]
	}
	return s.showNewDeviation(w, r, v, http.StatusOK, nil)
}

func (s *Server) showNewDeviation(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	view := newDeviationView{Typed: v.form, Year: s.svc.Now().In(s.svc.Info().Location).Format("2006"), Cancel: "/deviations"}
	if id := v.form["batch"]; id != "" {
		view.Cancel = batchAddress(id)
	}
	for _, risk := range register.Risks() {
		view.Risks = append(view.Risks, choice{Value: string(risk), Text: string(risk), Chosen: string(risk) == v.form["risk"]})
	}
	return s.render(w, r, v, status, "new-deviation", page{Title: "Raise a deviation", Problem: p, View: view, Back: &link{Text: "Back", To: view.Cancel}})
}

// proposalFor shows on a unit's page that the rules propose to pause it.
func (s *Server) proposalFor(r *http.Request, v visit, view *unitView) error {
	all, err := s.svc.Proposals(r.Context(), v.who)
	for _, one := range all {
		if one.Unit == view.ID {
			view.Proposal, view.Because = one.Why, strings.Join(one.Deviations, "\n")
		}
	}
	return err
}
