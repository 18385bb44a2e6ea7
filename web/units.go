package web

import (
	"net/http"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// unitsView is every unit, and the form for a new one.
type unitsView struct {
	List     table
	MayEnter bool
	Typed    form
}

// unitView is one unit with all that the register says of it.
type unitView struct {
	ID, Title, Marking, Place, Mode, Movable string
	Status, Why                              string
	Proposal, Because                        string // to pause it, and the deviations that lead to it
	Related                                  []string
	Evidence                                 []evidenceLine
	Wanted, Missing                          []string
	Stops                                    []stopLine
	Places                                   []actLine
	Files                                    []string // versions of master files that list it
	Open                                     []link   // batches that are open in it
	History                                  []actLine
	Trail                                    string
	Proposed, Active, Paused, Ceased         bool
	Relocatable, Requalify, Regulator        bool
	MayEnter, ControlSite                    bool
	Typed                                    form
	Effect                                   string
}

type evidenceLine struct{ What, Document, Name, At string }

type stopLine struct {
	Number                        int
	Kind, Reason, Reference       string
	Effect, Name, At, Lifted, How string
}

// usualEffect is what becomes of open batches unless somebody says otherwise.
const usualEffect = "Each open batch waits for a quality lead's signed decision."

func (s *Server) unitsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showUnits(w, r, v, http.StatusOK, nil)
}

func (s *Server) showUnits(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	view := unitsView{MayEnter: answersForSite(v.who.Person), Typed: v.form}
	view.List = table{
		Caption: "Units", Empty: "No unit is in the register yet. Until one is, and the control site has made it active, no batch can be opened.",
		Columns: titles("Unit", "What it is", "Known by", "Place", "Mode", "Status"),
	}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, unit := range b.Units() {
			stands := string(unit.Status)
			if why := b.UnitStanding(unit.ID).Why(); why != "" {
				stands = why
			}
			view.List.Rows = append(view.List.Rows, row{
				{Text: unit.ID, To: unitAddress(unit.ID)},
				{Text: unit.Title, To: unitAddress(unit.ID)},
				{Text: unit.Marking},
				{Text: unit.Place},
				{Text: string(unit.Mode)},
				{Text: stands},
			})
		}
	})
	if err != nil {
		return err
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "units")
	}
	return s.render(w, r, v, status, "units", page{Title: "Units", Problem: p, View: view})
}

func (s *Server) unitPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showUnit(w, r, v, http.StatusOK, r.PathValue("id"), nil)
}

func (s *Server) showUnit(w http.ResponseWriter, r *http.Request, v visit, status int, id string, p *problem) error {
	all, err := s.svc.Underway(r.Context(), v.who)
	if err != nil {
		return err
	}
	var view unitView
	found := false
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		var unit *register.Unit
		if unit, found = b.Unit(id); found {
			view = unitOf(unit, b, s.svc.Info().Location)
		}
	})
	switch {
	case err != nil:
		return err
	case !found:
		return &refusal{status: http.StatusNotFound, title: "There is no such unit", sentence: "No unit with that identifier is in the register."}
	}
	if err := s.proposalFor(r, v, &view); err != nil {
		return err
	}
	view.Open = openIn(id, len(view.Stops), all)
	view.MayEnter, view.ControlSite, view.Typed = answersForSite(v.who.Person), mayForControlSite(v), v.form
	return s.render(w, r, v, status, "unit", page{Title: view.ID + ", " + view.Title, Problem: p, View: view, Back: &link{Text: "Units", To: "/units"}})
}

// openIn names the batches of all that are under way that are open in a unit, and which of them wait for
// a decision after so many stops (CTL-07).
func openIn(unit string, stops int, all []*batch.State) []link {
	var open []link
	for _, state := range all {
		if state.Basis.Unit != unit || endedWords(state.Status) != "" {
			continue
		}
		words := state.ID + ": " + string(state.Status)
		if state.Waits(stops) {
			words = state.ID + ": WAITS FOR A DECISION"
		}
		open = append(open, link{Text: words, To: batchAddress(state.ID)})
	}
	return open
}

func unitOf(u *register.Unit, b *register.Books, zone *time.Location) unitView {
	v := unitView{
		ID: u.ID, Title: u.Title, Marking: u.Marking, Place: u.Place, Mode: string(u.Mode), Movable: "no", Status: string(u.Status),
		Why: b.UnitStanding(u.ID).Why(), Wanted: register.EvidenceWanted(), Missing: u.Missing(), History: actsOf(u.History, zone), Trail: unitAddress(u.ID) + "/trail",
		Proposed: u.Status == register.Proposed, Active: u.Status == register.Active, Paused: u.Status == register.Paused,
		Ceased: u.Status == register.Ceased, Relocatable: u.Relocatable, Requalify: u.Requalify, Regulator: u.Regulator != nil,
		Effect: usualEffect,
	}
	if u.Relocatable {
		v.Movable = "yes"
	}
	for _, related := range u.Related {
		v.Related = append(v.Related, related.Operation+" at "+related.Site)
	}
	for _, evidence := range u.Evidence {
		v.Evidence = append(v.Evidence, evidenceLine{What: evidence.What, Document: evidence.Document, Name: evidence.Name, At: when(evidence.At, zone)})
	}
	for _, stop := range u.Stops {
		line := stopLine{
			Number: stop.Number, Kind: string(stop.Kind), Reason: stop.Reason, Reference: stop.Reference, Effect: stop.Effect,
			Name: stop.Name, At: when(stop.At, zone), Lifted: "stands",
		}
		if stop.Lifted != nil {
			line.Lifted, line.How = "lifted by "+stop.Lifted.Name+", "+when(stop.Lifted.At, zone), stop.Variation
		}
		v.Stops = append(v.Stops, line)
	}
	for _, place := range u.Places {
		v.Places = append(v.Places, actLine{Words: place.Place, At: when(place.At, zone), Name: place.Name})
	}
	for _, product := range b.Products() {
		for _, file := range product.Files {
			for _, unit := range file.Units {
				if unit == u.ID {
					v.Files = append(v.Files, product.Code+": "+file.Document+", version "+file.Version)
				}
			}
		}
	}
	return v
}

// mayForControlSite says who is offered the control site's acts; the rules decide.
func mayForControlSite(v visit) bool { return v.who.Person.Has(identity.ControlSite) }
