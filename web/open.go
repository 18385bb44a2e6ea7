package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
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
	Site     []siteField // what the site has set, and what it has not
	Missing  []string    // titles of what is not set
	SetAt    string      // the page on which it is set
	Items    []itemField
	Types    []string // kinds of patient number
	Units    []unitChoice
	// EnterFirst is what the registers lack, where no batch may begin anywhere.
	EnterFirst []entered
}

// orderField is one set-point with its approved range (MBR-05).
type orderField struct{ Name, Title, Range, Unit, Hint, Typed string }

// itemField is one lot or machine to be set out.
type itemField struct {
	Name, Title, Need, MustBe string
	Equipment                 bool
	Code, Amount              string    // what was typed
	Fit                       []fitView // what the registers hold that may be set out
}

// fitView is a lot or machine that may be set out, with what its scan would be
// refused for now, or will be soon.
type fitView struct{ Code, Text, NotYet, Soon string }

func fitOf(planned *protocol.Item, fit register.Fitness, id string, now time.Time, zone *time.Location) fitView {
	at := func(t time.Time) string { return protocol.ShowMoment(t, zone) }
	return fitView{
		Code: fit.Code, Text: fitWords(fit, zone),
		NotYet: batch.NotFitYet(planned, fit, id), Soon: batch.LapsesSoon(planned, fit, now, at),
	}
}

func (s *Server) openPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	f, kept := s.drafts.find(asked["draft"], v)
	if !kept {
		f = form{}
	}
	return s.showOpen(w, r, v, http.StatusOK, asked["protocol"], f, nil)
}

func (s *Server) showOpen(w http.ResponseWriter, r *http.Request, v visit, status int, name string, f form, p *problem) error {
	if !mayOpen(v.who.Person) {
		return &refusal{status: http.StatusForbidden, title: "A pharmacist or a quality lead opens a batch", sentence: "You can work in every batch that is open. Ask one of them to open this one from the signed order."}
	}
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := openView{Text: f, Types: []string{"NHS", "CHI", "H&C", "MRN"}}
	shown := page{Title: "Open a batch", Problem: p, Back: &link{Text: "Batches", To: "/batches"}}
	effective, ok := known.Effective(name, s.svc.Now())
	if !ok {
		if name != "" && p == nil {
			shown.Problem = &problem{Title: "Choose another protocol", Sentences: []string{fmt.Sprintf("No version of %s is effective, so no batch can be opened from it.", name)}}
		}
		view.Choices = effectiveLinks(known, s.svc.Now())
		shown.View = view
		return s.render(w, r, v, status, "open", shown)
	}
	if f["batch"] == "" {
		all, err := s.svc.Lines(r.Context(), v.who)
		if err != nil {
			return err
		}
		f["batch"] = nextBatch(all, s.svc.Now().In(s.svc.Info().Location).Year())
	}
	fillOpen(&view, effective.Protocol, f)
	if err := s.stocked(r, v, &view, effective.Protocol); err != nil {
		return err
	}
	site := siteOf(known, effective, visit{who: v.who}, s.svc.Now(), s.svc.Info().Location)
	view.Site, view.Missing, view.SetAt = site.Values, site.Missing, protocolAddress(name, effective.Protocol.Version)+"#site-values"
	if err := s.units(r, v, &view, effective.Protocol, f["unit"]); err != nil {
		return err
	}
	shown.View = view
	return s.render(w, r, v, status, "open", shown)
}

// stocked lists, for each item, what the registers hold that is fit for it now,
// what runs out first at the top. Another patient's material is not among it:
// who a personal lot is for is looked at when the batch is opened.
func (s *Server) stocked(r *http.Request, v visit, view *openView, p *protocol.Protocol) error {
	now, zone := s.svc.Now(), s.svc.Info().Location
	return s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for i := range view.Items {
			for _, fit := range b.Fit(&p.Items[i], now) {
				view.Items[i].Fit = append(view.Items[i].Fit, fitOf(&p.Items[i], fit, "", now, zone))
			}
		}
	})
}

func fitWords(fit register.Fitness, zone *time.Location) string {
	words := fit.Number
	if !fit.Machine() {
		words = "lot " + fit.Number + ", " + fit.Left.String() + " left"
		if fit.Left.Unit.Display == "" {
			words = "lot " + fit.Number + ", " + fit.Left.Number + " left"
		}
	}
	if fit.Personal {
		words += ", labelled for one patient"
	}
	until := fit.Until
	if fit.Machine() {
		until = fit.Calibrated
	}
	if !until.IsZero() {
		words += ", until " + until.In(zone).Format("02 Jan 2006 15:04 MST")
	}
	return words
}

func effectiveLinks(known *library.Library, now time.Time) []link {
	var links []link
	seen := map[string]bool{}
	for _, version := range known.Versions() {
		p := version.Protocol
		if _, ok := known.Effective(p.Name, now); !ok || seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		links = append(links, link{Text: p.Title, To: "/batches/new?protocol=" + queryEscape(p.Name)})
	}
	return links
}

// nextBatch suggests a number that no batch has: "B-2026-0008".
func nextBatch(all []*batch.Line, year int) string {
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
			one.Range = rangeWords(value)
		}
		view.Order = append(view.Order, one)
	}
	for _, item := range p.Items {
		view.Items = append(view.Items, itemFieldOf(&item, f))
	}
}

func itemFieldOf(item *protocol.Item, f form) itemField {
	one := itemField{
		Name: "item-" + item.Name, Title: titleOr(item.Title, item.Name), MustBe: strings.Join(item.MustBe, ", "),
		Equipment: item.Equipment, Code: f["item-"+item.Name+"-code"], Amount: f["item-"+item.Name+"-amount"],
	}
	if !item.Need.IsZero() && !item.Equipment {
		one.Need = item.Need.String()
	}
	return one
}

func rangeWords(value protocol.OrderValue) string {
	low, high := value.Low, value.High
	switch {
	case high.IsZero():
		return "at least " + low.String()
	case low.IsZero():
		return "at most " + high.String()
	}
	return value.Allowed()
}

// toOpenSheet reads the form for a new batch. What can be read leads to the
// sheet; what cannot is shown again, with everything that is wrong in it.
func (s *Server) toOpenSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	c, p, err := s.opening(r, v, v.form)
	if err != nil {
		return err
	}
	if p != nil {
		return s.showOpen(w, r, v, http.StatusUnprocessableEntity, v.form["protocol"], v.form, p)
	}
	key := s.drafts.keep(s.svc.NewKey(), v, openForm(c))
	http.Redirect(w, r, "/batches/new/sheet?draft="+key, http.StatusSeeOther)
	return nil
}

// openSheet draws the sheet with which the batch is opened (MBR-03).
func (s *Server) openSheet(w http.ResponseWriter, r *http.Request, v visit) error {
	key := r.URL.Query().Get("draft")
	f, kept := s.drafts.find(key, v)
	if !kept {
		return s.showOpen(w, r, v, http.StatusGone, "", form{}, &problem{
			Title: "This sheet is no longer kept", Sentences: []string{"Nothing was signed. Look among the batches whether it was opened; if not, fill in the form again."}, To: "/batches",
		})
	}
	c, p, err := s.opening(r, v, f)
	if err != nil {
		return err
	}
	if p != nil {
		return s.showOpen(w, r, v, http.StatusUnprocessableEntity, f["protocol"], f, p)
	}
	sheet, err := s.svc.Propose(r.Context(), v.who, c.Batch, c, "")
	if err != nil {
		return s.notSigned(w, r, v, c.Batch, c, err)
	}
	return s.showSheet(w, r, v, http.StatusOK, sheet, key, "", nil)
}

// opening is the command that a form for a new batch comes to, or what cannot
// be read in it.
func (s *Server) opening(r *http.Request, v visit, f form) (batch.Open, *problem, error) {
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return batch.Open{}, nil, err
	}
	effective, ok := known.Effective(f["protocol"], s.svc.Now())
	if !ok {
		return batch.Open{}, &problem{Title: "Choose another protocol", Sentences: []string{"No version of this protocol is effective any more."}}, nil
	}
	c, wrong := openCommand(f, effective.Protocol, s.svc.Info().Location)
	return c, wrong, nil
}

// openCommand reads the form for a new batch, and names everything in it that
// cannot be read. Every sentence is safe to show.
func openCommand(f form, p *protocol.Protocol, zone *time.Location) (batch.Open, *problem) {
	wrong := &problem{Title: "Some of this cannot be read"}
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	c := batch.Open{
		Batch: text("batch"), Protocol: p.Name, Version: p.Version, Digest: p.Digest,
		Patient: batch.Patient{
			Name: text("name"), Number: text("number"), NumberType: text("number-type"), Wristband: text("wristband"),
		},
		Order: map[string]string{}, Reference: text("reference"), Prescriber: text("prescriber"), Unit: text("unit"), Reissue: text("reissue"),
		Trial: text("trial"), Participant: text("participant"), Chain: text("chain"),
	}
	if f["version"] != "" && f["version"] != fmt.Sprint(p.Version) {
		wrong.add("", "Version %d of the protocol has become effective since this page was drawn. Read the form again.", p.Version)
	}
	for _, one := range []struct{ name, title string }{
		{"batch", "Batch number"},
		{"wristband", "Wristband"},
		{"name", "Patient's name"},
		{"number", "Patient's number"},
		{"reference", "Order or prescription number"},
		{"prescriber", "Prescriber"},
	} {
		if text(one.name) == "" {
			wrong.add("#"+one.name, "%s: nothing was entered.", one.title)
		}
	}
	born, err := readDate(text("born"), time.UTC)
	if err != nil {
		wrong.add("#born", "Born: write the date as in 2019-03-01 or 01/03/2019 (day, month, year).")
	}
	c.Patient.Born = born.Format(time.DateOnly)
	for _, value := range p.Order {
		entered := text("order-" + value.Name)
		c.Order[value.Name] = entered
		if _, err := value.Input.Parse(entered, zone); err != nil {
			wrong.add("#"+elementID("order-"+value.Name), "%s: %s.", titleOr(value.Title, value.Name), err)
		}
	}
	for _, item := range p.Items {
		name := "item-" + item.Name + "-"
		c.Items = append(c.Items, batch.Item{Name: item.Name, Code: text(name + "code"), Amount: text(name + "amount")})
	}
	if len(wrong.Sentences) == 0 {
		return c, nil
	}
	return c, wrong
}

// mayOpen says who is offered to open a batch; the rules decide.
func mayOpen(p identity.Person) bool {
	return p.Has(identity.Pharmacist) || p.Has(identity.QualityLead)
}

// readDate reads a day as a record writes it or as a British ward does.
func readDate(text string, zone *time.Location) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.ParseInLocation("2/1/2006", text, zone)
	}
	return day, nil
}

// readDay is the last second of a day in site time: an item is in date to the
// end of the day that its label names. An empty text is no time.
func readDay(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := readDate(text, zone)
	if err != nil {
		return time.Time{}, err
	}
	return day.AddDate(0, 0, 1).Add(-time.Second).UTC(), nil
}

// openForm gives back what was typed for a command that was not accepted.
func openForm(c batch.Open) form {
	f := form{
		"batch": c.Batch, "protocol": c.Protocol, "version": fmt.Sprint(c.Version), "name": c.Patient.Name, "born": c.Patient.Born,
		"number": c.Patient.Number, "number-type": c.Patient.NumberType, "wristband": c.Patient.Wristband,
		"reference": c.Reference, "prescriber": c.Prescriber, "unit": c.Unit, "reissue": c.Reissue,
		"trial": c.Trial, "participant": c.Participant, "chain": c.Chain,
	}
	for name, text := range c.Order {
		f["order-"+name] = text
	}
	for _, item := range c.Items {
		f["item-"+item.Name+"-code"], f["item-"+item.Name+"-amount"] = item.Code, item.Amount
	}
	return f
}
