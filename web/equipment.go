package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/register"
)

// equipmentView is every machine, instrument and room.
type equipmentView struct {
	List    table
	MayList bool
}

func (s *Server) equipmentPage(w http.ResponseWriter, r *http.Request, v visit) error {
	view := equipmentView{MayList: maySign(v.who.Person, register.ListEquipment{})}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		view.List = equipmentOf(b, s.svc.Now(), s.svc.Info().Location)
	})
	if err != nil {
		return err
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "equipment")
	}
	return s.render(w, r, v, http.StatusOK, "equipment", page{Title: "Equipment", View: view})
}

// equipmentOf lists machines, what is overdue at the top and then what runs
// out first; what is retired is last.
func equipmentOf(b *register.Books, now time.Time, zone *time.Location) table {
	t := table{
		Caption: "Machines, instruments and rooms", Empty: "No equipment is listed.",
		Columns: titles("Number", "Name", "Kind", "Where", "Status", "Qualified", "Calibrated", "Cleaning", "In use by", "Code of its label"),
	}
	all := b.Machines()
	slices.SortStableFunc(all, func(x, y *register.Equipment) int {
		return cmp.Or(cmp.Compare(rankOf(x, now), rankOf(y, now)), cmp.Compare(sortable(proven(x)), sortable(proven(y))))
	})
	for _, m := range all {
		at := machineAddress(m.ID)
		holder := cell{Text: m.Holder}
		if m.Holder != "" {
			holder.To = batchAddress(m.Holder)
		}
		t.Rows = append(t.Rows, row{
			{Text: m.ID, To: at, Line: true},
			{Text: m.Title, To: at},
			{Text: m.Kind},
			{Text: m.Place},
			{Text: machineWords(m)},
			{Text: untilWords(m.Qualified, now, zone), Sort: sortable(m.Qualified)},
			{Text: untilWords(m.Calibrated, now, zone), Sort: sortable(m.Calibrated)},
			{Text: cleanWords(m, now, zone)},
			holder,
			{Text: register.Visible(m.Code), Mono: true},
		})
	}
	return t
}

// proven is when the first of a machine's proofs runs out; zero when it has
// none.
func proven(m *register.Equipment) time.Time {
	if m.Calibrated.IsZero() || !m.Qualified.IsZero() && m.Qualified.Before(m.Calibrated) {
		return m.Qualified
	}
	return m.Calibrated
}

func overdue(m *register.Equipment, now time.Time) bool {
	return !m.Retired && !proven(m).IsZero() && now.After(proven(m))
}

func rankOf(m *register.Equipment, now time.Time) int {
	switch {
	case m.Retired:
		return 3
	case overdue(m, now):
		return 0
	case m.Out != "":
		return 1
	}
	return 2
}

func machineWords(m *register.Equipment) string {
	switch {
	case m.Retired:
		return "retired for good: " + m.Out
	case m.Out != "":
		return "OUT OF SERVICE: " + m.Out
	}
	return "in service"
}

// cleanWords say whether a machine is clean, and of what it is not (EXE-03).
func cleanWords(m *register.Equipment, now time.Time, zone *time.Location) string {
	switch {
	case m.Holder != "":
		return "in use"
	case m.UsedBy != "":
		return "to be cleaned: used by batch " + m.UsedBy
	case m.Cleaned.IsZero():
		return "not stated to be clean"
	case !m.CleanUntil.IsZero() && now.After(m.CleanUntil):
		return "to be cleaned: clean until " + minuteWords(m.CleanUntil, zone)
	case !m.CleanUntil.IsZero():
		return "clean until " + minuteWords(m.CleanUntil, zone)
	}
	return "clean since " + minuteWords(m.Cleaned, zone)
}

// newMachineView is the form with which a machine or a room is listed.
type newMachineView struct {
	Typed form
	May   bool
	Kinds []string // that are known already
}

func (s *Server) newMachinePage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	return s.showNewMachine(w, r, v, http.StatusOK, f, nil)
}

func (s *Server) showNewMachine(w http.ResponseWriter, r *http.Request, v visit, status int, f form, p *problem) error {
	view := newMachineView{Typed: f, May: maySign(v.who.Person, register.ListEquipment{})}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, m := range b.Machines() {
			view.Kinds = append(view.Kinds, m.Kind)
		}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(view.Kinds, strings.Compare)
	view.Kinds = slices.Compact(view.Kinds)
	return s.render(w, r, v, status, "new-machine", page{Title: "List a machine or a room", Problem: p, View: view, Back: &link{Text: "Equipment", To: "/equipment"}})
}
