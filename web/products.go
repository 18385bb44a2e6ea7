package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/register"
)

// productsView is every product, and the form for a new one.
type productsView struct {
	List     table
	MayEnter bool
	Typed    form
}

// productView is one product with all that the register says of it.
type productView struct {
	Code, Name, Supply, Activity string
	ATMP, Immediate              string
	Designation                  []field
	Assumptions, Questions       []string
	Undesignated                 string
	Forms                        []scopeLine
	Files                        []fileLine
	Changes                      []changeLine
	Units                        []string
	Certifiers                   []certifierLine
	Leads, Capacities            []choice // who could be named, and as what
	Licences                     []string
	MayName                      bool
	Blocked                      []actLine
	History                      []actLine
	Trail                        string
	MayEnter                     bool
	Typed                        form
}

type scopeLine struct {
	Form, Mode, Licence, Stands string
	Waits, Granted              bool
}

type fileLine struct {
	Document, Version, From, Units, Changes, Stands string
	Counts, Gone                                    bool
}

type changeLine struct {
	Reference, Title, Touches, Stands string
	Open                              bool
}

// certifierLine is somebody whom a licence names to certify (REL-02).
type certifierLine struct{ Name, Username, Licence, Capacity, Registration, Document, By string }

// actLine is one act of a register's history.
type actLine struct{ Words, At, Name, Role string }

func actsOf(acts []register.Act, zone *time.Location) []actLine {
	lines := make([]actLine, len(acts))
	for i, act := range acts {
		lines[i] = actLine{Words: act.Words, At: when(act.At, zone), Name: act.Name, Role: act.Role}
	}
	return lines
}

func (s *Server) productsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showProducts(w, r, v, http.StatusOK, nil)
}

func (s *Server) showProducts(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	view := productsView{MayEnter: answersForSite(v.who.Person), Typed: v.form}
	view.List = table{
		Caption: "Products", Empty: "No product is in the register yet. Until one is, with its licence and master file, no batch can be opened.",
		Columns: titles("Code", "Name", "Supply", "Designation", "Licence", "Master file now"),
	}
	now := s.svc.Now()
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, product := range b.Products() {
			view.List.Rows = append(view.List.Rows, productRow(product, now))
		}
	})
	if err != nil {
		return err
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "products")
	}
	return s.render(w, r, v, status, "products", page{Title: "Products", Problem: p, View: view})
}

func productRow(p *register.Product, now time.Time) row {
	designation, forms, file := "none", make([]string, len(p.Scopes)), "none"
	if d := p.Designation; d != nil {
		if designation = string(d.Mode) + ", " + d.Reference; d.Ended != "" {
			designation = "counts no longer: " + d.Ended
		}
	}
	if len(p.Questioned()) > 0 {
		designation += "; questioned"
	}
	for i, scope := range p.Scopes {
		forms[i] = fmt.Sprintf("%s: %s", scope.Form, scope.Status)
	}
	if effective, ok := p.Effective(now); ok {
		file = effective.Document + ", version " + effective.Version
	}
	return row{
		{Text: p.Code, To: productAddress(p.Code)},
		{Text: p.Name, To: productAddress(p.Code)},
		{Text: p.Supply},
		{Text: designation},
		{Text: strings.Join(forms, "; ")},
		{Text: file},
	}
}

func (s *Server) productPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showProduct(w, r, v, http.StatusOK, r.PathValue("code"), nil)
}

func (s *Server) showProduct(w http.ResponseWriter, r *http.Request, v visit, status int, code string, p *problem) error {
	var view productView
	found := false
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		var product *register.Product
		if product, found = b.Product(code); found {
			view = productOf(product, b, s.svc.Now(), s.svc.Info().Location)
		}
	})
	switch {
	case err != nil:
		return err
	case !found:
		return &refusal{status: http.StatusNotFound, title: "There is no such product", sentence: "No product with that code is in the register."}
	}
	view.MayEnter, view.Typed = answersForSite(v.who.Person), v.form
	if view.MayName = v.who.Person.Has(identity.ControlSite); view.MayName {
		if view.Leads, err = s.leads(r, v); err != nil {
			return err
		}
	}
	return s.render(w, r, v, status, "product", page{Title: view.Name, Problem: p, View: view, Back: &link{Text: "Products", To: "/products"}})
}

func productOf(p *register.Product, b *register.Books, now time.Time, zone *time.Location) productView {
	yes := map[bool]string{true: "yes", false: "no"}
	v := productView{
		Code: p.Code, Name: p.Name, Supply: p.Supply, Activity: string(p.Activity), ATMP: yes[p.ATMP], Immediate: yes[p.Immediate],
		History: actsOf(p.History, zone), Trail: productAddress(p.Code) + "/trail",
	}
	if d := p.Designation; d != nil {
		v.Designation = []field{{"Mode", string(d.Mode)}, {"Letter", d.Reference + " of " + d.Date}, {"For", d.Indication}, {"Recorded by", d.Name + ", " + when(d.At, zone)}}
		v.Assumptions, v.Undesignated = d.Assumptions, d.Ended
	}
	for _, scope := range p.Scopes {
		line := scopeLine{
			Form: scope.Form, Mode: string(scope.Mode), Licence: scope.Licence, Stands: string(scope.Status),
			Waits: scope.Status == register.VariationNeeded, Granted: scope.Status == register.Granted,
		}
		switch {
		case scope.Reason != "":
			line.Stands += ": " + scope.Reason
		case scope.Variation != "":
			line.Stands += " by " + scope.Variation
		}
		v.Forms = append(v.Forms, line)
	}
	effective, counts := p.Effective(now)
	for _, file := range p.Files {
		line := fileLine{
			Document: file.Document, Version: file.Version, From: when(file.From, zone), Units: strings.Join(file.Units, ", "), Changes: file.Changes,
			Gone: file.Gone != "", Counts: counts && file.Document == effective.Document && file.Version == effective.Version, Stands: "superseded",
		}
		switch {
		case line.Gone:
			line.Stands = "withdrawn: " + file.Gone
		case line.Counts:
			line.Stands = "in force"
		case file.From.After(now):
			line.Stands = "not yet"
		}
		v.Files = append(v.Files, line)
	}
	for _, change := range p.Changes {
		line := changeLine{Reference: change.Reference, Title: change.Title, Touches: numbersOf(change.Touches), Stands: change.Ended, Open: change.Closed == nil}
		if line.Open {
			line.Stands = "not assessed"
		}
		v.Changes = append(v.Changes, line)
	}
	for _, change := range p.Questioned() {
		v.Questions = append(v.Questions, fmt.Sprintf("Change request %s (%s) touches what the designation rests on: %s. It is not assessed yet; a significant change calls for a new designation.",
			change.Reference, change.Title, numbersOf(change.Touches)))
	}
	for _, c := range p.Certifiers {
		v.Certifiers = append(v.Certifiers, certifierLine{
			Name: c.Title, Username: c.Username, Licence: c.Licence, Capacity: string(c.Capacity), Registration: c.Registration, Document: c.Document,
			By: c.Name + ", " + when(c.At, zone),
		})
	}
	for _, capacity := range register.Capacities() {
		v.Capacities = append(v.Capacities, choice{Value: string(capacity), Text: string(capacity)})
	}
	for _, scope := range p.Scopes {
		if scope.Status != register.ScopeGone && !slices.Contains(v.Licences, scope.Licence) {
			v.Licences = append(v.Licences, scope.Licence)
		}
	}
	for _, unit := range b.Units() {
		v.Units = append(v.Units, unit.ID)
	}
	for _, blocked := range b.Blocked(p.Code) {
		v.Blocked = append(v.Blocked, actLine{Words: blocked.OpeningRefused.Words(), At: when(blocked.At, zone), Name: string(blocked.Person)})
	}
	return v
}

// leads are those whom a licence could name.
func (s *Server) leads(r *http.Request, v visit) (all []choice, err error) {
	people, err := s.svc.People(r.Context(), v.who)
	for _, p := range people {
		if p.Active && p.Has(identity.QualityLead) {
			all = append(all, choice{Value: p.Username, Text: p.Name + " (" + p.Username + ")", Chosen: v.form["username"] == p.Username})
		}
	}
	return all, err
}

func numbersOf(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ", ")
}
