package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/identity"
	"countersign/register"
	"countersign/register/trace"
	"countersign/web/site"
)

// traceView is what was asked and where it leads, both ways.
type traceView struct {
	For    string
	Things []tracedView
	Empty  string
}

// tracedView is one thing that was meant, with its lists.
type tracedView struct {
	Title   string
	Lists   []list
	Recall  string // where it is recalled; "" for who may not, and for what cannot be
	Recalls []link
}

// list is a table of a page that has several: it is not sorted, and what does
// not fit is in its file.
type list struct {
	table
	More int // rows that are only in the file
}

// rowsOfList bounds what one list shows on a page.
const rowsOfList = 200

func (s *Server) tracePage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked := strings.TrimSpace(r.URL.Query().Get("for"))
	all, err := s.svc.Trace(r.Context(), v.who, asked)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	if r.URL.Query().Get("as") == "csv" {
		whole := wholeTrace(all, zone)
		return whole.writeCSV(w, "trace")
	}
	view := traceView{For: asked}
	for _, t := range all {
		one := tracedView{Title: t.Title, Lists: listsOf(t, zone)}
		if kind := t.Recallable(); kind != "" && v.who.Person.Has(identity.QualityLead) {
			one.Recall = "/recalls/new?" + url.Values{"kind": {kind}, "name": {t.Ref.Name}}.Encode()
		}
		for _, id := range t.Recalls {
			one.Recalls = append(one.Recalls, link{Text: "Recall " + id, To: recallAddress(id)})
		}
		view.Things = append(view.Things, one)
	}
	if asked != "" && len(all) == 0 {
		view.Empty = "Nothing here is called “" + asked + "”: no lot, lot number, donation, piece of equipment, person, batch or site."
	}
	return s.render(w, r, v, http.StatusOK, "trace", page{Title: "Where used, where from", View: view})
}

func traceAddress(text string) string { return "/trace?" + url.Values{"for": {text}}.Encode() }

// listsOf are the tables of one thing: its lots, where it was used, and for a
// batch everything that went into it.
func listsOf(t site.Traced, zone *time.Location) []list {
	var lists []list
	add := func(one table) {
		held := list{table: one}
		if held.All = len(one.Rows); held.All > rowsOfList {
			held.More, held.Rows = held.All-rowsOfList, one.Rows[:rowsOfList]
		}
		lists = append(lists, held)
	}
	if len(t.Lots) > 0 {
		add(lotsTraced(t.Lots))
	}
	if t.Ref.Kind != trace.Batch || len(t.From) == 0 {
		add(usedIn(t.Batches, zone))
		return lists
	}
	add(usedIn(t.Batches, zone))
	add(wentInto(t.From, zone))
	return lists
}

func lotsTraced(lots []site.TracedLot) table {
	t := table{Caption: "Lots, with what was made from them", Columns: titles("Lot", "Material", "Lot number", "Donations", "Made of", "Went into", "Made here as", "Status", "Left")}
	for _, l := range lots {
		t.Rows = append(t.Rows, row{
			{Text: l.Lot, To: traceAddress(l.Lot)},
			{Text: l.Material},
			{Text: l.Number},
			{Text: donationWords(l.Donations), Mono: true},
			{Text: commas(l.Of)},
			{Text: commas(l.Into)},
			batchCell(l.From),
			{Text: l.Status},
			{Text: l.Left},
		})
	}
	return t
}

func batchCell(id string) cell {
	if id == "" {
		return cell{}
	}
	return cell{Text: id, To: batchAddress(id), Line: true}
}

func usedIn(uses []site.TracedBatch, zone *time.Location) table {
	t := table{
		Caption: "Batches", Empty: "No batch leans on it.",
		Columns: titles("Batch", "Product", "Protocol", "Status", "Patient", "Patient’s number", "By", "How", "From", "Until", "Opened", "Supplied"),
	}
	for _, u := range uses {
		t.Rows = append(t.Rows, row{
			batchCell(u.Batch),
			{Text: u.Product},
			{Text: u.Protocol},
			{Text: u.Status},
			{Text: u.Patient.Name},
			{Text: u.Patient.Number, Line: true},
			{Text: u.Title},
			{Text: u.How.String()},
			momentCell(u.First, zone), momentCell(u.Last, zone), momentCell(u.Opened, zone), momentCell(u.Supplied, zone),
		})
	}
	return t
}

func wentInto(from []site.TracedFrom, zone *time.Location) table {
	t := table{
		Caption: "Everything that went into it, and everybody who had a part",
		Columns: titles("What", "Kind", "Lot number", "Donations", "How", "From", "Until", "In batch"),
	}
	for _, f := range from {
		what := cell{Text: f.Title, To: traceAddress(f.Of.Name)}
		if f.Of.Name == "masked" {
			what.To = ""
		}
		t.Rows = append(t.Rows, row{
			what,
			{Text: f.Of.Kind.String()},
			{Text: f.Number},
			{Text: donationWords(f.Donations), Mono: true},
			{Text: f.How.String()},
			momentCell(f.First, zone), momentCell(f.Last, zone), batchCell(f.Batch),
		})
	}
	return t
}

// wholeTrace is everything that was found as one file.
func wholeTrace(all []site.Traced, zone *time.Location) table {
	t := table{Columns: titles("Asked for", "Batch", "Product", "Status", "Patient", "Patient’s number", "Leans on", "Kind", "Lot number", "Donations", "Made of", "Went into", "How", "From", "Until", "Supplied")}
	for _, one := range all {
		for _, l := range one.Lots {
			t.Rows = append(t.Rows, row{
				{Text: one.Title},
				{},
				{},
				{Text: l.Status},
				{},
				{},
				{Text: "Lot " + l.Lot + " of " + l.Material},
				{Text: "lot"},
				{Text: l.Number},
				{Text: donationWords(l.Donations)},
				{Text: commas(l.Of)},
				{Text: commas(l.Into)},
				{},
				{},
				{},
				{},
			})
		}
		for _, u := range one.Batches {
			if len(one.From) > 0 {
				continue // each of its lines names it
			}
			t.Rows = append(t.Rows, row{
				{Text: one.Title},
				{Text: u.Batch},
				{Text: u.Product},
				{Text: u.Status},
				{Text: u.Patient.Name},
				{Text: u.Patient.Number},
				{Text: u.Title},
				{Text: u.Of.Kind.String()},
				{},
				{},
				{},
				{},
				{Text: u.How.String()},
				momentCell(u.First, zone), momentCell(u.Last, zone), momentCell(u.Supplied, zone),
			})
		}
		for _, f := range one.From {
			about := one.Batches[0]
			t.Rows = append(t.Rows, row{
				{Text: one.Title},
				{Text: f.Batch},
				{Text: about.Product},
				{Text: about.Status},
				{Text: about.Patient.Name},
				{Text: about.Patient.Number},
				{Text: f.Title},
				{Text: f.Of.Kind.String()},
				{Text: f.Number},
				{Text: donationWords(f.Donations)},
				{},
				{},
				{Text: f.How.String()},
				momentCell(f.First, zone), momentCell(f.Last, zone), momentCell(about.Supplied, zone),
			})
		}
	}
	return t
}

// donationWords are donation codes as they stand on labels, unaltered, with what
// cannot be seen in them made visible (COI-05).
func donationWords(codes []string) string { return register.Visible(strings.Join(codes, "; ")) }

func momentCell(at time.Time, zone *time.Location) cell {
	return cell{Text: when(at, zone), Sort: at.UTC().Format(time.RFC3339)}
}
