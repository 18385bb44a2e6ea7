package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
	"countersign/web/site"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the parsed templates, by file name without its ending.
type pages map[string]*template.Template

// parsePages parses every page with the frame that all share.
func parsePages(a assets) (pages, error) {
	frame, err := template.New("frame").Funcs(template.FuncMap{"asset": a.address, "id": elementID, "act": newAct, "manner": newManner}).ParseFS(pageFiles, "pages/frame.html", "pages/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	parsed := pages{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "frame" || base == "parts" {
			continue
		}
		page, err := frame.Clone()
		if err != nil {
			return nil, err
		}
		if parsed[base], err = page.ParseFS(pageFiles, name); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

// page is what every page has; View is the screen's own struct.
type page struct {
	Title   string
	Bar     bar
	Patient *patientBar
	Near    []nearView // other batches that can be mixed up with this one
	Back    *link
	Problem *problem // what was refused, at the top
	Done    string   // what was just done
	Events  string   // address of the page's news; "" when it has none
	Version int64    // of the batch that the page was drawn from
	Stamp   string   // of the list that the page was drawn from
	Sleeper string   // whose session is locked, on the page of the lock
	Refresh int      // seconds after which a browser without script asks again; 0 for never
	View    any
}

// link is a place to go.
type link struct {
	Text, To string
	Here     bool
}

// problem says what happened, what was kept and what to do.
type problem struct {
	Title     string
	Sentences []string
	To        string   // the field concerned, as in "#field-drawn"; may be empty
	Places    []string // the field that each sentence concerns, where there are several
}

// add names one more thing that is wrong, and where.
func (p *problem) add(place, sentence string, args ...any) {
	p.Sentences, p.Places = append(p.Sentences, fmt.Sprintf(sentence, args...)), append(p.Places, place)
}

// Place is where the sentence of that number leads.
func (p *problem) Place(i int) string {
	if i < len(p.Places) {
		return p.Places[i]
	}
	return p.To
}

// bar is the bar that never moves.
type bar struct {
	Site, Unit string
	Kind       string // "REHEARSAL" or "TRAINING"; "" for a live site
	Person     string
	ID         string // of the person
	Username   string
	Roles      string
	Terminal   string
	Now        string // "20 Nov 2026 14:32:07 GMT"
	Millis     int64  // the same instant, milliseconds since 1970
	Offset     int    // the zone's seconds east of UTC
	Zone       string
	Still      bool // the clock stands, as a rehearsal's does between its moves
	Sound      bool
	SoundWord  string
	Nav        []group
	IdleMillis int64 // until the terminal locks; 0 when nobody is signed in
	Software   string
}

func (s *Server) bar(r *http.Request, v visit) bar {
	info, now := s.svc.Info(), s.svc.Now()
	local := now.In(info.Location)
	zone, offset := local.Zone()
	b := bar{
		Site: info.Name, Unit: info.Unit, Now: when(now, info.Location), Millis: now.UnixMilli(),
		Offset: offset, Zone: zone, Terminal: v.terminal, Software: info.Software,
	}
	if info.Kind != register.Live {
		b.Kind = strings.ToUpper(info.Kind)
	}
	b.Still = info.Kind == register.Rehearsal
	b.Sound, b.SoundWord = s.svc.ClockSound()
	if v.who.Person.ID == "" {
		return b
	}
	b.ID = string(v.who.Person.ID)
	b.Person, b.Username, b.Roles = v.who.Person.Name, v.who.Person.Username, roleWords(v.who.Person.Roles)
	if left := v.who.IdleAt.Sub(now); left > 0 {
		b.IdleMillis = left.Milliseconds()
	}
	b.Nav = navigation(v.who, r.URL.Path)
	return b
}

// group is what stands together in the bar: one room by itself, or several
// under a word.
type group struct {
	Text  string
	Here  bool
	Rooms []link
}

// navigation offers the rooms of the site, so few things at once that a gloved
// hand finds them: what is done every hour by itself, the rest under a word.
func navigation(who site.Session, at string) []group {
	if who.MustChange || who.Locked {
		return nil
	}
	all := []group{
		{Rooms: []link{{Text: "Work list", To: "/work"}}},
		{Rooms: []link{{Text: "Batches", To: "/batches"}}},
		{Rooms: []link{{Text: "Release desk", To: "/review"}}},
		{Text: "Stock", Rooms: []link{{Text: "Stock", To: "/stock"}, {Text: "Equipment", To: "/equipment"}}},
		{Text: "Approved", Rooms: []link{{Text: "Protocols", To: "/protocols"}, {Text: "Products", To: "/products"}, {Text: "Units", To: "/units"}, {Text: "Blanks for paper", To: "/blanks"}}},
		{Text: "Oversight", Rooms: []link{{Text: "Trace", To: "/trace"}, {Text: "Deviations", To: "/deviations"}, {Text: "Certified batches", To: "/certified"}, {Text: "Samples of trails", To: "/samples"}, {Text: "Close calls", To: "/close-calls"}, {Text: "Recalls", To: "/recalls"}, {Text: "Trends", To: "/trends"}, {Text: "People", To: "/people"}, {Text: "Mails", To: "/mails"}, {Text: "The log", To: "/log"}}},
	}
	for i := range all {
		for j := range all[i].Rooms {
			room := &all[i].Rooms[j]
			room.Here = at == room.To || strings.HasPrefix(at, room.To+"/")
			all[i].Here = all[i].Here || room.Here
		}
	}
	return all
}

// render writes a whole page or, when its template fails, an error page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, v visit, status int, name string, p page) error {
	p.Bar = s.bar(r, v)
	var err error
	if p.Near, err = s.nearOf(r, p.Patient); err != nil {
		return err
	}
	if p.Done == "" {
		p.Done = doneWords[r.URL.Query().Get("done")]
	}
	var whole bytes.Buffer
	if err := s.pages.execute(&whole, name, p); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := whole.WriteTo(w); err != nil {
		return nil //nolint:nilerr // the browser has gone; there is nobody left to tell
	}
	return nil
}

func (p pages) execute(into *bytes.Buffer, name string, data page) error {
	found, ok := p[name]
	if !ok {
		return fmt.Errorf("there is no page %q", name)
	}
	if err := found.ExecuteTemplate(into, "frame", data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// doneWords are what a page says after the browser was sent on to it.
var doneWords = map[string]string{
	"begun":       "The step has begun. Its time runs.",
	"scanned":     "The code was read and recorded.",
	"typed-code":  "The typed code matched, and is marked as typed. Whoever reviews the batch will see it.",
	"kept-closed": "The entry was closed with its reason. Whoever reviews the batch will see it.",
	"recorded":    "The value was recorded.",
	"moved":       "The move was recorded with its time.",
	"set-out":     "Another one was set out. A quality lead will see why.",
	"corrected":   "The correction was recorded. The first value stays where it was.",
	"asked":       "The correction was recorded. It counts once a second person has signed it.",
	"given-up":    "The correction was given up. The value stays as it was.",
	"on-hold":     "The batch is on hold. Nothing resumes by itself: somebody lifts each hold with a signature.",
	"noted":       "The note was recorded.",
	"raised":      "The exception was recorded. A quality lead will see it.",
	"signed":      "Signed and recorded.",
	"password":    "Your password is set. Sign in with it now.",
	"out":         "You are signed out.",
	"submitted":   "The protocol was submitted as a draft.",
	"person":      "Done and recorded.",
}

// when is a moment in site time with its zone (NUM-08), as in
// "20 Nov 2026 14:32:07 GMT"; "" for the zero time.
func when(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return strings.TrimPrefix(protocol.ShowMoment(t, zone), "0")
}

// elementID makes a protocol's name fit for an element's id.
func elementID(name string) string { return strings.ReplaceAll(name, " ", "_") }

// actForm heads a form that does something at once.
type actForm struct {
	Act, Batch, Key, Step string
	Seen                  int64
}

func newAct(act, batch string, seen int64, key, step string) actForm {
	return actForm{Act: act, Batch: batch, Key: key, Step: step, Seen: seen}
}
