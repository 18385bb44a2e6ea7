package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol/library"
	"countersign/web/site"
)

// peopleView is everybody who works here, now or before.
type peopleView struct {
	List        table
	MayRegister bool
}

func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request, v visit) error {
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := peopleView{List: peopleOf(people, s.svc.Info().Location), MayRegister: v.who.Person.Has(identity.Administrator)}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "people")
	}
	return s.render(w, r, v, http.StatusOK, "people", page{Title: "People", View: view})
}

func personAddress(id identity.PersonID) string { return "/people/" + url.PathEscape(string(id)) }

func peopleOf(people []identity.Person, zone *time.Location) table {
	t := table{Caption: "People", Empty: "Nobody is registered.", Columns: titles("Id", "Name", "User name", "Roles", "Status", "Signing key", "Trained for", "Since")}
	for _, p := range people {
		t.Rows = append(t.Rows, row{
			{Text: string(p.ID), To: personAddress(p.ID)},
			{Text: p.Name, To: personAddress(p.ID)},
			{Text: p.Username},
			{Text: roleWords(p.Roles)},
			{Text: activeWords(p)},
			{Text: keyWords(p)},
			{Text: trainingWords(p)},
			{Text: when(p.Since, zone), Sort: p.Since.UTC().Format(time.RFC3339Nano)},
		})
	}
	return t
}

func activeWords(p identity.Person) string {
	if p.Active {
		return "active"
	}
	return "suspended"
}

// keyWords says whether somebody can sign, and if not why.
func keyWords(p identity.Person) string {
	if _, ok := p.SigningKey(); ok {
		return "in force"
	}
	for _, key := range p.Keys {
		if key.Until == 0 && !key.Attested {
			return "waits until somebody attests whose it is"
		}
	}
	return "none: no own password yet"
}

func trainingWords(p identity.Person) string {
	words := make([]string, len(p.Training))
	for i, t := range p.Training {
		words[i] = fmt.Sprintf("%s v%d", t.Protocol, t.Version)
	}
	return strings.Join(words, ", ")
}

// personView is one person, and what the person signed in may do for them.
type personView struct {
	ID, Name, Username, Roles, Stands, Key, Since string
	Trail, Action                                 string
	Training                                      []trainingLine
	Read                                          []field // versions acknowledged, and when
	Keys                                          []keyLine
	OneTime                                       string // a one-time password, shown once
	Held, Free                                    []string
	Proposed                                      []proposedRole
	Protocols                                     []string // "aso-intrathecal 1"
	Active, WaitsForAttest                        bool
	Administers, Attests, Myself                  bool
	FormKey                                       string
	Typed                                         form
	Address                                       string // where mail goes, for whom it concerns
}

// proposedRole is a role that counts once another person has confirmed it.
type proposedRole struct {
	Role       string
	MayConfirm bool
}

type trainingLine struct{ Protocol, Until, By string }

type keyLine struct{ Public, Stands string }

func (s *Server) personPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showPerson(w, r, v, http.StatusOK, identity.PersonID(r.PathValue("id")), "", nil)
}

// showPerson shows a person and, right after it was made, the one-time
// password that whoever made it hands over.
func (s *Server) showPerson(w http.ResponseWriter, r *http.Request, v visit, status int, id identity.PersonID, oneTime string, p *problem) error {
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return err
	}
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, person := range people {
		if person.ID != id {
			continue
		}
		view := personOf(person, known, v.who.Person, s.svc.Now(), s.svc.Info().Location)
		view.OneTime, view.FormKey, view.Typed = oneTime, s.svc.NewKey(), v.form
		if view.Address, err = s.svc.Address(r.Context(), v.who, id); err != nil {
			return err
		}
		return s.render(w, r, v, status, "person", page{Title: person.Name, Problem: p, View: view, Back: &link{Text: "People", To: "/people"}})
	}
	return &refusal{status: http.StatusNotFound, title: "There is no such person", sentence: "Nobody with that id works here."}
}

func personOf(p identity.Person, known *library.Library, me identity.Person, now time.Time, zone *time.Location) personView {
	v := personView{
		ID: string(p.ID), Name: p.Name, Username: p.Username, Roles: roleWords(p.Roles), Stands: activeWords(p), Key: keyWords(p), Since: when(p.Since, zone),
		Trail: personAddress(p.ID) + "/trail", Action: personAddress(p.ID) + "/do", Active: p.Active,
		Administers: me.Has(identity.Administrator), Attests: me.Has(identity.Pharmacist) || me.Has(identity.QualityLead), Myself: me.ID == p.ID,
	}
	for _, t := range p.Training {
		v.Training = append(v.Training, trainingLine{Protocol: fmt.Sprintf("%s version %d", t.Protocol, t.Version), Until: when(t.Until, zone), By: string(t.By)})
	}
	for _, read := range p.Read {
		v.Read = append(v.Read, field{fmt.Sprintf("%s version %d", read.Protocol, read.Version), when(read.At, zone)})
	}
	for _, key := range p.Keys {
		line := keyLine{Public: key.Public, Stands: fmt.Sprintf("enrolled in entry %d, in force", key.From)}
		switch {
		case key.Until != 0:
			line.Stands = fmt.Sprintf("from entry %d until entry %d", key.From, key.Until)
		case !key.Attested:
			line.Stands = fmt.Sprintf("enrolled in entry %d, not attested yet", key.From)
			v.WaitsForAttest = true
		}
		v.Keys = append(v.Keys, line)
	}
	for _, one := range p.Proposed {
		v.Proposed = append(v.Proposed, proposedRole{string(one.Role), identity.MayConfirm(me, p, one)})
	}
	for _, role := range identity.Roles() {
		if _, waits := p.WaitsFor(role); p.Has(role) || waits {
			v.Held = append(v.Held, string(role))
		} else {
			v.Free = append(v.Free, string(role))
		}
	}
	for _, version := range known.Versions() {
		if status := version.Status(now); status == library.Approved || status == library.Effective {
			v.Protocols = append(v.Protocols, fmt.Sprintf("%s %d", version.Protocol.Name, version.Protocol.Version))
		}
	}
	return v
}

// newPersonView is the form with which somebody is registered.
type newPersonView struct {
	Roles   []string
	Key     string
	Typed   form
	Checked map[string]bool
}

func (s *Server) newPersonPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showNewPerson(w, r, v, http.StatusOK, form{}, nil)
}

func (s *Server) showNewPerson(w http.ResponseWriter, r *http.Request, v visit, status int, f form, p *problem) error {
	view := newPersonView{Key: s.svc.NewKey(), Typed: f, Checked: map[string]bool{}}
	for _, role := range identity.Roles() {
		view.Roles = append(view.Roles, string(role))
		view.Checked[string(role)] = f["role-"+string(role)] == "yes"
	}
	return s.render(w, r, v, status, "new-person", page{Title: "Register a person", Problem: p, View: view, Back: &link{Text: "People", To: "/people"}})
}

// registration reads the form for a new person.
func registration(f form) identity.Registration {
	reg := identity.Registration{
		Username: strings.TrimSpace(f["username"]), Name: strings.TrimSpace(f["name"]), IdentityChecked: strings.TrimSpace(f["identity"]),
	}
	for _, role := range identity.Roles() {
		if f["role-"+string(role)] == "yes" {
			reg.Roles = append(reg.Roles, role)
		}
	}
	return reg
}

func (s *Server) registerPerson(w http.ResponseWriter, r *http.Request, v visit) error {
	id, oneTime, err := s.svc.Register(r.Context(), v.who, v.form["key"], registration(v.form))
	if refused, ok := site.AsRefusal(err); ok && !leavesPage(refused.Code) {
		return s.showNewPerson(w, r, v, http.StatusUnprocessableEntity, v.form, &problem{Title: "Nobody was registered", Sentences: []string{refused.Sentence}})
	}
	if err != nil {
		return err
	}
	v.form = nil
	// Shown in the answer and nowhere else: an address would keep it.
	return s.showPerson(w, r, v, http.StatusOK, id, oneTime, nil)
}

// training reads "aso-intrathecal 1" and the last day.
func training(f form, zone *time.Location) (identity.Training, string) {
	name, version, ok := strings.Cut(f["protocol"], " ")
	number, err := strconv.Atoi(version)
	if !ok || err != nil {
		return identity.Training{}, "Choose the protocol that the training was for."
	}
	until, err := readDay(strings.TrimSpace(f["until"]), zone)
	if err != nil || until.IsZero() {
		return identity.Training{}, "Write the last day on which the training counts, as in 2027-01-31."
	}
	return identity.Training{Protocol: name, Version: number, Until: until}, ""
}
