package web

import (
	"net/http"
	"time"

	"countersign/identity"
	"countersign/register"
)

// machineView is everything of one machine or room, and what whoever looks may
// do with it now.
type machineView struct {
	Stands  string
	Bad     bool
	Holder  string
	To      string // the batch that has it
	Facts   []field
	Acts    []actView
	Uses    []useLine
	History []pastAct
	Trail   string
	Data    string // the page of what it has sent
	Sent    int    // how much that is
}

func (s *Server) machinePage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	return s.showMachine(w, r, v, http.StatusOK, r.PathValue("id"), f, nil)
}

func (s *Server) showMachine(w http.ResponseWriter, r *http.Request, v visit, status int, id string, f form, p *problem) error {
	names, err := s.names(r, v)
	if err != nil {
		return err
	}
	var view machineView
	var title string
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		if m, ok := b.Machine(id); ok {
			title = m.ID + ": " + m.Title
			view = machineOf(m, v.who.Person, f, s.svc.Now(), s.svc.Info().Location, names)
			view.Sent = len(b.Received(id))
			if !m.Retired {
				view.dataOffers(m, b.OpenAlarms(id), v.who.Person, f)
			}
		}
	})
	if err != nil {
		return err
	}
	if title == "" {
		return noSuch("equipment", id)
	}
	return s.render(w, r, v, status, "machine", page{Title: title, Problem: p, View: view, Back: &link{Text: "Equipment", To: "/equipment"}})
}

func machineOf(m *register.Equipment, me identity.Person, f form, now time.Time, zone *time.Location, names map[identity.PersonID]string) machineView {
	view := machineView{
		Stands: machineWords(m), Bad: m.Out != "" || overdue(m, now), Holder: m.Holder,
		Uses: useLines(m.Uses, names, zone), History: pastActs(m.History, names, zone), Trail: machineAddress(m.ID) + "/trail", Data: machineAddress(m.ID) + "/data",
	}
	if m.Holder != "" {
		view.To = batchAddress(m.Holder)
	}
	by := func(what string) string {
		if document := m.Documents[what]; document != "" {
			return ", by " + document
		}
		return ""
	}
	view.Facts = []field{
		{"Kind", m.Kind},
		{"Where", orElse(m.Place, "not said")},
		{"Qualified", untilWords(m.Qualified, now, zone) + by("qualified")},
		{"Calibrated", untilWords(m.Calibrated, now, zone) + by("calibrated")},
		{"Cleaning", cleanWords(m, now, zone) + by("cleaned")},
		{"Model", orElse(m.Model, "not said")},
		{"Serial number", orElse(m.Serial, "not said")},
		{"Software", orElse(m.Firmware, "not said")},
		{"Data", dataWords(m)},
		{"Code of its label", register.Visible(m.Code)},
		{"Listed", when(m.Listed.At, zone)},
	}
	if !m.Retired {
		view.offers(m, me, f)
	}
	return view
}

// offers are the acts that the machine can see now, to who may sign them. The
// rules decide when they are signed.
func (view *machineView) offers(m *register.Equipment, me identity.Person, f form) {
	add := func(c register.Command, bad bool, what, title, words string, fields ...actField) {
		if maySign(me, c) {
			a := offer(c, "equipment", m.ID, what, title, words, f, fields...)
			a.Bad = bad
			view.Acts = append(view.Acts, a)
		}
	}
	reason := actField{Name: "reason", Label: "Why"}
	until := actField{Name: "until", Label: "Last day on which it counts", Hint: "As in 2027-01-31 or 31/01/2027"}
	certificate := actField{Name: "document", Label: "Certificate"}
	if m.Holder == "" {
		add(register.CleanEquipment{}, false, "", "It is clean and cleared", "I have cleaned it, and nothing of earlier work is left: no product, document or material.",
			actField{Name: "document", Label: "Cleaning log or method, if there is one"}, actField{Name: "until", Label: "Stays clean until, if that runs out by itself", Hint: "As in 2027-01-31 14:30; empty: until it is used"})
	}
	if m.Out != "" {
		add(register.ReturnEquipment{}, false, "", "Put it back into service", "After a repair or a check.", actField{Name: "document", Label: "Repair or check after which it may serve again"})
	}
	add(register.ProveEquipment{}, false, "qualified", "It is qualified", "", until, certificate)
	add(register.ProveEquipment{}, false, "calibrated", "It is calibrated", "", until, certificate)
	if maySign(me, register.ListEquipment{}) {
		view.Acts = append(view.Acts, changeOf(m, f))
	}
	if m.Out == "" {
		add(register.StopEquipment{}, true, "", "Take it out of service", "No batch can use it until it is put back. Anybody who handles equipment may stop it.", reason)
	}
	add(register.RetireEquipment{}, true, "", "Retire it", "For good.", reason)
}

// changeOf says anew what a machine is; what is not changed is said again.
func changeOf(m *register.Equipment, f form) actView {
	a := offer(register.ListEquipment{}, "equipment", m.ID, "", "Change its description", "Where its place changes, it is qualified anew.", f,
		actField{Name: "kind", Label: "Kind that protocols ask for"}, actField{Name: "title", Label: "What it is called"}, actField{Name: "code", Label: "Code of its label"},
		actField{Name: "model", Label: "Model"}, actField{Name: "serial", Label: "Serial number"},
		actField{Name: "firmware", Label: "Software or firmware, and recipe"}, actField{Name: "place", Label: "Where it stands"})
	if f["act"] == a.Act {
		return a
	}
	now := map[string]string{"kind": m.Kind, "title": m.Title, "code": m.Code, "model": m.Model, "serial": m.Serial, "firmware": m.Firmware, "place": m.Place}
	for i := range a.Fields {
		a.Fields[i].Value = now[a.Fields[i].Name]
	}
	return a
}

func (s *Server) machineTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, register.EquipmentStream(id), page{Title: "Audit trail of " + shortened(id), Back: &link{Text: "The equipment", To: machineAddress(id)}})
}
