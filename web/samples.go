package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch/worklist"
	"countersign/identity"
	"countersign/register"
)

func sampleAddress(id string) string { return "/samples/" + url.PathEscape(id) }

// samplesView is every sample of audit trails, and the form that draws one
// (AUD-09).
type samplesView struct {
	List        table
	MayDraw     bool
	Year        string
	Typed       form
	Bases, Of   []choice
	Kinds       []choice
	First, Last string // days offered for the period
}

func (s *Server) samplesPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showSamples(w, r, v, http.StatusOK, nil)
}

func (s *Server) showSamples(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	all, err := s.svc.Samples(r.Context(), v.who)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	view := samplesView{List: sampleTable(all, zone), Typed: v.form, MayDraw: answersForSite(v.who.Person)}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "samples")
	}
	now := s.svc.Now().In(zone)
	view.Year, view.First, view.Last = now.Format("2006"), now.AddDate(0, -1, 0).Format(time.DateOnly), now.Format(time.DateOnly)
	if v.form["from"] != "" || v.form["to"] != "" {
		view.First, view.Last = v.form["from"], v.form["to"]
	}
	kinds, err := s.svc.EntryKinds(r.Context(), v.who)
	if err != nil {
		return err
	}
	view.Bases, view.Of = choices(register.SampleBases(), v.form["basis"]), choices(register.TrailRooms(), v.form["of"])
	for _, kind := range kinds {
		view.Kinds = append(view.Kinds, choice{Value: kind, Text: kindTitle(kind), Chosen: kind == v.form["entry_kind"]})
	}
	return s.render(w, r, v, status, "samples", page{Title: "Samples of audit trails", Problem: p, View: view})
}

// kindTitle makes a written kind readable: "batch.value_corrected" is "batch:
// value corrected".
func kindTitle(kind string) string {
	room, what, _ := strings.Cut(kind, ".")
	return room + ": " + strings.ReplaceAll(what, "_", " ")
}

func sampleTable(all []*register.Sample, zone *time.Location) table {
	t := table{
		Caption: "Samples", Empty: "No sample of audit trails was drawn.",
		Columns: titles("Sample", "Status", "Asked for", "Why", "Drawn", "By", "Of how many"),
	}
	for _, one := range all {
		t.Rows = append(t.Rows, row{
			{Text: one.ID, To: sampleAddress(one.ID), Line: true},
			{Text: one.Stands()},
			{Text: one.Asked.Words()},
			{Text: one.Asked.Reason},
			momentCell(one.Drawn.At, zone),
			{Text: one.Drawn.Name},
			number(int64(len(one.Frame))),
		})
	}
	return t
}

// sampleView is one sample with the trails that were drawn.
type sampleView struct {
	ID, Stands      string
	Facts           []field
	Trails          []sampledLine
	Frame           []string
	Results         []choice
	CSV, PDF, Whole string
	History         []actLine
}

type sampledLine struct {
	Trail, To, Stands, Text, Why, DeviationAt, RaiseAt string
	Entries                                            int64
	Looked, Followed, Left                             *actLine
	Nobody                                             string // who could look at it, where nobody here may
	MayLook, MayFollow, MayLeave, Own                  bool
	Result, Typed, Deviation, Reason                   string // as typed
}

func (s *Server) samplePage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showSample(w, r, v, http.StatusOK, r.PathValue("id"), nil)
}

func (s *Server) showSample(w http.ResponseWriter, r *http.Request, v visit, status int, id string, p *problem) error {
	sample, actors, err := s.svc.Sample(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	if r.URL.Query().Get("as") == "csv" {
		t := sampledTable(sample, zone)
		return t.writeCSV(w, "sample-"+fileName(sample.ID))
	}
	at := sampleAddress(sample.ID)
	view := sampleView{
		ID: sample.ID, Stands: sample.Stands(), Frame: sample.Frame, CSV: at + "?as=csv", PDF: at + "/report.pdf", Whole: at + "/trail",
		Results: choices(register.TrailResults(), v.form["result"]), History: actsOf(sample.History, zone),
		Facts: []field{
			{"Asked for", sample.Asked.Words()},
			{"Why", sample.Asked.Reason},
			{"Drawn by", sample.Drawn.Name + ", " + sample.Drawn.Role + ", " + when(sample.Drawn.At, zone)},
			{"Hash of its entry, by which was drawn", sample.Seed},
			{"Rule", register.DrawRule},
		},
	}
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return err
	}
	may := answersForSite(v.who.Person)
	for _, one := range sample.Trails {
		line := sampledLine{Trail: one.Trail, To: trailAddress(one.Trail), Stands: one.Stands(), Text: one.Text, Why: one.Why, Entries: one.Entries}
		line.Own = slices.Contains(actors[one.Trail], v.who.Person.ID)
		line.MayLook = may && one.Looked == nil && one.Left == nil && !line.Own
		if one.Looked == nil && one.Left == nil && !slices.ContainsFunc(people, func(p identity.Person) bool { return worklist.MayLookAt(p, actors[one.Trail]) }) {
			line.Nobody, line.MayLeave = worklist.WhoElseLooks, maySign(v.who.Person, register.LeaveTrail{})
		}
		line.MayFollow = may && one.Looked != nil && one.Open()
		line.Looked, line.Followed = actOf(one.Looked, zone), actOf(one.Followed, zone)
		line.Left = actOf(one.Left, zone)
		if one.Deviation != "" {
			line.DeviationAt = deviationAddress(one.Deviation)
		}
		line.RaiseAt = "/deviations/new"
		if batchID, is := strings.CutPrefix(one.Trail, "batch/"); is {
			line.RaiseAt += "?batch=" + queryEscape(batchID)
		}
		if v.form["trail"] == one.Trail {
			line.Result, line.Typed, line.Deviation, line.Reason = v.form["result"], v.form["text"], v.form["deviation_raised"], v.form["reason"]
		}
		view.Trails = append(view.Trails, line)
	}
	return s.render(w, r, v, status, "sample", page{Title: "Sample " + sample.ID, Problem: p, View: view, Back: &link{Text: "Samples of audit trails", To: "/samples"}})
}

// actOf is an act as a page shows it; nil for none.
func actOf(act *register.Act, zone *time.Location) *actLine {
	if act == nil {
		return nil
	}
	return &actsOf([]register.Act{*act}, zone)[0]
}

// sampledTable is a sample as a file.
func sampledTable(sample *register.Sample, zone *time.Location) table {
	t := table{Caption: sample.ID, Columns: titles("No.", "Trail", "Status", "Looked at, or ended", "By", "Entries", "Hash of the last", "What was found", "Deviation", "Why none, or why nobody looked")}
	for i, one := range sample.Trails {
		line := row{number(int64(i + 1)), {Text: one.Trail}, {Text: one.Stands()}, {}, {}, {}, {}, {Text: one.Text}, {Text: one.Deviation}, {Text: one.Why}}
		if one.Looked != nil {
			line[3], line[4], line[5], line[6] = momentCell(one.Looked.At, zone), cell{Text: one.Looked.Name}, number(one.Entries), cell{Text: one.Head}
		}
		if one.Left != nil {
			line[3], line[4], line[5], line[6] = momentCell(one.Left.At, zone), cell{Text: one.Left.Name}, number(one.Entries), cell{Text: one.Head}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// trailAddress is the page with a stream's audit trail; "" where there is none.
func trailAddress(stream string) string {
	room, id, _ := strings.Cut(stream, "/")
	shelf := map[string]string{
		"batch": "batches", "lot": "stock", "protocol": "protocols", "equipment": "equipment", "person": "people",
		"deviation": "deviations", "product": "products", "unit": "units",
	}[room]
	if shelf == "" {
		return ""
	}
	return "/" + shelf + "/" + url.PathEscape(id) + "/trail"
}

func (s *Server) sampleTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, register.SampleStream(id), page{Title: "Audit trail of sample " + id, Back: &link{Text: "Sample " + id, To: sampleAddress(id)}})
}

func (s *Server) samplePDF(w http.ResponseWriter, r *http.Request, v visit) error {
	pdf, err := s.svc.SampleReport(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	sendPDF(w, fileName(r.PathValue("id")), bytes.NewBuffer(pdf))
	return nil
}

func (s *Server) productTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("code")
	return s.showTrail(w, r, v, audit.StreamID("product/"+id), page{Title: "Audit trail of product " + id, Back: &link{Text: "Product " + id, To: productAddress(id)}})
}

func (s *Server) unitTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, audit.StreamID("unit/"+id), page{Title: "Audit trail of unit " + id, Back: &link{Text: "Unit " + id, To: unitAddress(id)}})
}
