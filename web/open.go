package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/protocol/library"
)

// openView is the form for a new batch: who it is for, the set-points of the
// signed order, and what was set out.
type openView struct {
	Choices  []link // effective protocols, while none is chosen
	Protocol string
	Version  int
	Title    string
	Status   string
	Text     form // what was typed, by field name
	Order    []orderField
	Items    []itemField
	Types    []string // kinds of patient number
}

// orderField is one set-point with its approved range (MBR-05).
type orderField struct{ Name, Title, Range, Unit, Hint, Typed string }

// itemField is one lot or machine to be set out.
type itemField struct {
	Name, Title, Need, MustBe string
	Equipment                 bool
	Text                      map[string]string
}

func (s *Server) openPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	return s.showOpen(w, r, v, http.StatusOK, asked["protocol"], form{}, nil)
}

func (s *Server) showOpen(w http.ResponseWriter, r *http.Request, v visit, status int, name string, f form, p *problem) error {
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := openView{Text: f, Types: []string{"NHS", "CHI", "H&C", "MRN"}}
	shown := page{Title: "Open a batch", Problem: p, Back: &link{Text: "Batches", To: "/batches"}}
	effective, ok := known.Effective(name)
	if !ok {
		if name != "" && p == nil {
			shown.Problem = &problem{Title: "Choose another protocol", Sentences: []string{fmt.Sprintf("No version of %s is effective, so no batch can be opened from it.", name)}}
		}
		view.Choices = effectiveLinks(known)
		shown.View = view
		return s.render(w, r, v, status, "open", shown)
	}
	if f["batch"] == "" {
		all, err := s.svc.Batches(r.Context(), v.who)
		if err != nil {
			return err
		}
		f["batch"] = nextBatch(all, s.svc.Now().In(s.svc.Info().Location).Year())
	}
	fillOpen(&view, effective.Protocol, f)
	shown.View = view
	return s.render(w, r, v, status, "open", shown)
}

func effectiveLinks(known *library.Library) []link {
	var links []link
	seen := map[string]bool{}
	for _, version := range known.Versions() {
		p := version.Protocol
		if _, ok := known.Effective(p.Name); !ok || seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		links = append(links, link{Text: p.Title, To: "/batches/new?protocol=" + queryEscape(p.Name)})
	}
	return links
}

// nextBatch suggests a number that no batch has: "B-2026-0008".
func nextBatch(all []*batch.State, year int) string {
	highest := 0
	for _, s := range all {
		var of, n int
		if _, err := fmt.Sscanf(s.ID, "B-%d-%d", &of, &n); err == nil && of == year {
			highest = max(highest, n)
		}
	}
	return fmt.Sprintf("B-%d-%04d", year, highest+1)
}

func fillOpen(view *openView, p *protocol.Protocol, f form) {
	view.Protocol, view.Version, view.Title, view.Status = p.Name, p.Version, p.Title, p.Status
	for _, value := range p.Order {
		one := orderField{
			Name: "order-" + value.Name, Title: titleOr(value.Title, value.Name), Unit: value.Input.Unit.Display,
			Hint: hintOf(value.Input), Typed: f["order-"+value.Name],
		}
		if !value.Low.IsZero() || !value.High.IsZero() {
			one.Range = rangeWords(value.Low, value.High)
		}
		view.Order = append(view.Order, one)
	}
	for _, item := range p.Items {
		one := itemField{
			Name: "item-" + item.Name, Title: titleOr(item.Title, item.Name), MustBe: strings.Join(item.MustBe, ", "),
			Equipment: item.Equipment, Text: map[string]string{},
		}
		if !item.Need.IsZero() {
			one.Need = item.Need.String()
		}
		for _, part := range itemParts() {
			one.Text[part] = f[one.Name+"-"+part]
		}
		view.Items = append(view.Items, one)
	}
}

func itemParts() []string {
	return []string{"code", "lot", "expiry", "released", "clean", "reference", "for", "amount"}
}

func rangeWords(low, high protocol.Quantity) string {
	switch {
	case high.IsZero():
		return "at least " + low.String()
	case low.IsZero():
		return "at most " + high.String()
	}
	if same, err := low.Cmp(high); err == nil && same == 0 {
		return low.String()
	}
	return low.String() + " to " + high.String()
}

// openSheet draws the sheet with which the batch is opened (MBR-03).
func (s *Server) openSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	f := v.form
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	effective, ok := known.Effective(f["protocol"])
	if !ok {
		return s.showOpen(w, r, v, http.StatusUnprocessableEntity, f["protocol"], f, nil)
	}
	c, sentences := openCommand(f, effective.Protocol, s.svc.Info().Location)
	if len(sentences) > 0 {
		return s.showOpen(w, r, v, http.StatusUnprocessableEntity, f["protocol"], f,
			&problem{Title: "Some of this cannot be read", Sentences: sentences})
	}
	sheet, err := s.svc.Propose(r.Context(), v.who, c.Batch, c, "")
	if err != nil {
		return s.notSigned(w, r, v, c.Batch, c, err)
	}
	return s.showSheet(w, r, v, http.StatusOK, sheet, "", nil)
}

// openCommand reads the form for a new batch. Every sentence is safe to show.
func openCommand(f form, p *protocol.Protocol, zone *time.Location) (batch.Open, []string) {
	var sentences []string
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	c := batch.Open{
		Batch: text("batch"), Protocol: p.Name, Version: p.Version, Digest: p.Digest,
		Patient: batch.Patient{
			Name: text("name"), Born: text("born"), Number: text("number"), NumberType: text("number-type"), Wristband: text("wristband"),
		},
		Order: map[string]string{}, Reference: text("reference"), Prescriber: text("prescriber"),
	}
	if f["version"] != "" && f["version"] != fmt.Sprint(p.Version) {
		sentences = append(sentences, fmt.Sprintf("Version %d of the protocol has become effective since this page was drawn. Read the form again.", p.Version))
	}
	for _, value := range p.Order {
		if entered := text("order-" + value.Name); entered != "" {
			c.Order[value.Name] = entered
		}
	}
	for _, item := range p.Items {
		name := "item-" + item.Name + "-"
		one := batch.Item{
			Name: item.Name, Code: text(name + "code"), Lot: text(name + "lot"), Released: f[name+"released"] == "yes",
			Clean: f[name+"clean"] == "yes", Reference: text(name + "reference"), ForPatient: text(name + "for"), Amount: text(name + "amount"),
		}
		expiry, err := readDay(text(name+"expiry"), zone)
		if err != nil {
			sentences = append(sentences, fmt.Sprintf("%s: write the last day as in 2027-01-31.", titleOr(item.Title, item.Name)))
		}
		one.Expiry = expiry
		c.Items = append(c.Items, one)
	}
	return c, sentences
}

// readDay is the last second of a day in site time: an item is in date to the
// end of the day that its label names. An empty text is no time.
func readDay(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation("2006-01-02", text, zone)
	if err != nil {
		return time.Time{}, err
	}
	return day.AddDate(0, 0, 1).Add(-time.Second).UTC(), nil
}

// openForm gives back what was typed for a command that was not accepted.
func openForm(c batch.Open, zone *time.Location) form {
	f := form{
		"batch": c.Batch, "protocol": c.Protocol, "version": fmt.Sprint(c.Version), "name": c.Patient.Name, "born": c.Patient.Born,
		"number": c.Patient.Number, "number-type": c.Patient.NumberType, "wristband": c.Patient.Wristband,
		"reference": c.Reference, "prescriber": c.Prescriber,
	}
	for name, text := range c.Order {
		f["order-"+name] = text
	}
	yes := map[bool]string{true: "yes"}
	for _, item := range c.Items {
		name := "item-" + item.Name + "-"
		f[name+"code"], f[name+"lot"], f[name+"reference"], f[name+"for"], f[name+"amount"] = item.Code, item.Lot, item.Reference, item.ForPatient, item.Amount
		f[name+"released"], f[name+"clean"] = yes[item.Released], yes[item.Clean]
		if !item.Expiry.IsZero() {
			f[name+"expiry"] = item.Expiry.In(zone).Format("2006-01-02")
		}
	}
	return f
}
