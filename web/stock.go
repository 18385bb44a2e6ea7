package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"countersign/identity"
	"countersign/register"
)

// stockView is every lot that the site has or had.
type stockView struct {
	List    table
	MayTake bool
}

func (s *Server) stockPage(w http.ResponseWriter, r *http.Request, v visit) error {
	view := stockView{MayTake: maySign(v.who.Person, register.ReceiveLot{})}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		view.List = stockOf(b, v, s.svc.Now(), s.svc.Info().Location)
	})
	if err != nil {
		return err
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "stock")
	}
	return s.render(w, r, v, http.StatusOK, "stock", page{Title: "Stock", View: view})
}

// stockOf lists lots, what runs out first at the top; behind it what is out of
// date and still there, and last what is used up or ended.
func stockOf(b *register.Books, v visit, now time.Time, zone *time.Location) table {
	t := table{
		Caption: "Lots", Empty: "No lot has been taken in.",
		Columns: titles("Lot", "Material", "Lot number", "Status", "Left", "Received", "Usable until", "For", "Code of its label"),
	}
	lots := b.Lots()
	slices.SortStableFunc(lots, func(x, y *register.Lot) int {
		return cmp.Or(cmp.Compare(shelfOf(x, now), shelfOf(y, now)), cmp.Compare(sortable(x.Last()), sortable(y.Last())))
	})
	for _, lot := range lots {
		material, _ := b.Material(lot.Material)
		at := lotAddress(lot.ID)
		t.Rows = append(t.Rows, row{
			{Text: lot.ID, To: at, Line: true},
			{Text: titleOr(material.Title, lot.Material), To: at},
			{Text: lot.Number},
			{Text: lotStands(b, lot, now)},
			{Text: register.Pieces(lot.Left), Line: true},
			{Text: register.Pieces(lot.Quantity), Line: true},
			{Text: lastWords(lot, zone), Sort: sortable(lot.Last())},
			{Text: whoseWords(lot, v)},
			{Text: register.Visible(lot.Code), Mono: true},
		})
	}
	return t
}

// shelfOf says where on the list a lot belongs.
func shelfOf(lot *register.Lot, now time.Time) int {
	switch {
	case ended(lot) || lot.Spent():
		return 2
	case past(lot, now):
		return 1
	}
	return 0
}

func ended(lot *register.Lot) bool {
	return lot.Status == register.RejectedLot || lot.Status == register.Recalled
}

func past(lot *register.Lot, now time.Time) bool {
	return !lot.Last().IsZero() && now.After(lot.Last())
}

// lotWords say where a lot stands: its status, and what follows from its stock
// and the hour.
func lotWords(lot *register.Lot, now time.Time) string {
	words := map[register.LotStatus]string{
		register.Unreleased: "waits for release", register.Released: "released", register.Quarantined: "in quarantine: " + lot.Reason,
		register.RejectedLot: "rejected for good: " + lot.Reason, register.Recalled: "recalled: " + lot.Reason,
	}[lot.Status]
	if ended(lot) {
		return words
	}
	if past(lot, now) {
		words = "OUT OF DATE, " + words
	}
	if lot.Spent() {
		words = "used up, " + words
	}
	return words
}

// lotStands say it where nothing else tells that the lot is held because of
// where it came from.
func lotStands(b *register.Books, lot *register.Lot, now time.Time) string {
	return lotWords(lot, now) + b.HeldWords(lot)
}

func lastWords(lot *register.Lot, zone *time.Location) string {
	words := "no expiry"
	if last := lot.Last(); !last.IsZero() {
		words = minuteWords(last, zone)
	}
	if !lot.UseBy.IsZero() && lot.Last().Equal(lot.UseBy) {
		words += ", in use"
	}
	return words
}

// whoseWords name the patient to nobody but who sees patients (COI-09).
func whoseWords(lot *register.Lot, v visit) string {
	switch {
	case !lot.Personal:
		return "any patient"
	case v.who.SeesPatients() && lot.ForPatient != "":
		return "one patient, number " + lot.ForPatient
	}
	return "one patient"
}

// materialsView is what lots can be lots of.
type materialsView struct {
	List    table
	MayList bool
}

func (s *Server) materialsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	view := materialsView{MayList: maySign(v.who.Person, register.ListMaterial{})}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) { view.List = materialsOf(b, v.who.Person) })
	if err != nil {
		return err
	}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "materials")
	}
	return s.render(w, r, v, http.StatusOK, "materials", page{Title: "Materials", View: view, Back: &link{Text: "Stock", To: "/stock"}})
}

func materialsOf(b *register.Books, me identity.Person) table {
	t := table{
		Caption: "Materials", Empty: "No material is listed.",
		Columns: titles("Name in protocols", "Name in full", "Item codes", "Counted in", "Once opened", "Once thawed", "Storage"),
	}
	for _, m := range b.Materials() {
		name := cell{Text: m.Name}
		if maySign(me, register.ListMaterial{}) {
			name.To = "/stock/materials/new?material=" + queryEscape(m.Name)
		}
		t.Rows = append(t.Rows, row{
			name,
			{Text: m.Title},
			{Text: commas(m.Codes)},
			{Text: countedIn(m.Unit)},
			{Text: spanWords(m.Opened), Sort: sortableSpan(m.Opened)},
			{Text: spanWords(m.Thawed), Sort: sortableSpan(m.Thawed)},
			{Text: m.Storage},
		})
	}
	return t
}
