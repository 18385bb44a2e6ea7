package web

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
)

// protocolsView is the library: every version of every protocol.
type protocolsView struct {
	Versions  table
	MaySubmit bool
}

func (s *Server) protocolsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := protocolsView{Versions: versionsOf(known, s.svc.Now(), s.svc.Info().Location), MaySubmit: v.who.Person.Has(identity.ProtocolAuthor)}
	view.Versions.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.Versions.writeCSV(w, "protocols")
	}
	return s.render(w, r, v, http.StatusOK, "protocols", page{Title: "Protocols", View: view})
}

func protocolAddress(name string, version int) string {
	return fmt.Sprintf("/protocols/%s/%d", url.PathEscape(name), version)
}

func versionsOf(known *library.Library, now time.Time, zone *time.Location) table {
	t := table{
		Caption: "Versions", Empty: "There is no protocol yet.",
		Columns: titles("Protocol", "Version", "Title", "Status", "Marked", "Written by", "Reviewed by", "Approved by", "Effective from", "Effective until"),
	}
	for _, version := range known.Versions() {
		p := version.Protocol
		reviewed, approved, stands := "", "", string(version.Status(now))
		if version.Coming(now) {
			stands += ", takes effect later"
		}
		if version.Reviewed != nil {
			reviewed = version.Reviewed.Name
		}
		if version.Approved != nil {
			approved = version.Approved.Name
		}
		t.Rows = append(t.Rows, row{
			{Text: p.Name, To: protocolAddress(p.Name, p.Version)},
			number(int64(p.Version)),
			{Text: p.Title},
			{Text: stands},
			{Text: p.Status},
			{Text: version.Drafted.Name},
			{Text: reviewed},
			{Text: approved},
			{Text: when(version.From, zone), Sort: sortTime(version.From)},
			{Text: when(version.Until, zone), Sort: sortTime(version.Until)},
		})
	}
	return t
}

// standsWords says where a version stands, and what is settled to come.
func standsWords(v *library.Version, now time.Time, zone *time.Location) string {
	status := v.Status(now)
	switch {
	case v.Coming(now):
		return fmt.Sprintf("%s, effective from %s", status, when(v.From, zone))
	case status == library.Effective && !v.Until.IsZero():
		return fmt.Sprintf("%s, until version %d follows on %s", status, v.Next, when(v.Until, zone))
	}
	return string(status)
}

func sortTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// protocolView is one version: its life, its text, what it changes and what
// can be done with it now.
type protocolView struct {
	Name, Title, Marked, Status, Digest string
	Version                             int
	Life                                []signedBy
	Reason                              string
	Facts                               []field
	Sections                            []protocolSection
	Text                                string
	Against                             string // the effective version that the changes are against
	Changes                             []changeGroup
	Lines                               []protocol.Line
	ChangesShown                        bool
	MayReview, MayApprove               bool
	MayTakeEffect, MayEnd, Coming       bool
	Stands, Zone, From                  string // From: as typed
	Readers                             *readersView
	Site                                siteView
	Trail, Action, Print                string
	Opens                               string
	picture                             []byte
}

// Flow is the picture of the way through the protocol. It may stand in the page
// as it is: protocol.Flow escapes every text of the protocol in it.
func (v protocolView) Flow() template.HTML { return template.HTML(v.picture) }

// Legend says how the picture is read.
func (v protocolView) Legend() string { return protocol.FlowLegend }

type protocolSection struct {
	Name  string
	After bool
	Steps []protocolStep
}

type protocolStep struct {
	Name, Do, By, CheckedBy string
	Critical                bool
}

func (s *Server) protocolPage(w http.ResponseWriter, r *http.Request, v visit) error {
	text, printed := strings.CutSuffix(r.PathValue("version"), ".pdf")
	number, err := strconv.Atoi(text)
	if err != nil {
		return s.nowhere(w, r, v)
	}
	if printed {
		return s.protocolPDF(w, r, v, r.PathValue("name"), number)
	}
	return s.showProtocol(w, r, v, http.StatusOK, r.PathValue("name"), number, nil)
}

func (s *Server) showProtocol(w http.ResponseWriter, r *http.Request, v visit, status int, name string, number int, p *problem) error {
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	version, ok := known.Find(name, number)
	if !ok {
		return &refusal{status: http.StatusNotFound, title: "There is no such protocol", sentence: fmt.Sprintf("The library has no version %d of %s.", number, name)}
	}
	view := protocolOf(known, version, s.svc.Now(), s.svc.Info().Location)
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return err
	}
	view.Readers, view.From = readersOf(version, people, v.who.Person.ID, s.svc.Info().Location), v.form["from"]
	view.Site = siteOf(known, version, v, s.svc.Now(), s.svc.Info().Location)
	return s.render(w, r, v, status, "protocol", page{
		Title: fmt.Sprintf("%s, version %d: %s", name, number, view.Status), Problem: p, View: view, Back: &link{Text: "Protocols", To: "/protocols"},
	})
}

func protocolOf(known *library.Library, version *library.Version, now time.Time, zone *time.Location) protocolView {
	p, status := version.Protocol, version.Status(now)
	v := protocolView{
		Name: p.Name, Version: p.Version, Title: p.Title, Marked: p.Status, Status: string(status), Stands: standsWords(version, now, zone), Zone: zone.String(), Digest: fmt.Sprintf("%x", p.Digest),
		Reason: version.Reason, Text: string(p.Text), Trail: "/protocols/" + url.PathEscape(p.Name) + "/trail", Action: "/protocols/sign",
		Print:     protocolAddress(p.Name, p.Version) + ".pdf",
		Coming:    version.Coming(now),
		MayReview: status == library.Draft, MayApprove: status == library.Reviewed,
		MayTakeEffect: status == library.Approved && version.From.IsZero(),
		MayEnd:        status != library.Superseded && status != library.Withdrawn,
		picture:       protocol.Flow(p, nil),
	}
	life := func(what string, act *library.Act) {
		if act != nil {
			v.Life = append(v.Life, signedBy{Name: act.Name, Username: act.Username, Role: act.Role, Meaning: what, At: when(act.At, zone), Index: act.Index})
		}
	}
	life("written", &version.Drafted)
	life("reviewed", version.Reviewed)
	life("approved", version.Approved)
	life("put into effect, from "+when(version.From, zone), version.InEffect)
	life("withdrawn", version.Ended)
	for _, fact := range []field{
		{"Product", p.Product.Name},
		{"Form", p.Product.Form},
		{"Strength", p.Product.Strength},
		{"Made as", p.Product.Mode},
		{"Supply", p.Product.Supply},
		{"Licence", p.Product.Licence},
		{"Control site", p.Product.ControlSite},
		{"Master file", strings.TrimSuffix(p.Product.MasterFile+", version "+p.Product.MasterFileVersion, ", version ")},
		{"Container", p.Product.Container},
		{"Storage", p.Product.Storage},
	} {
		if fact.Value != "" {
			v.Facts = append(v.Facts, fact)
		}
	}
	for _, section := range p.Sections {
		one := protocolSection{Name: section.Name, After: section.AfterRelease}
		for _, step := range section.Steps {
			if step.Round > 1 {
				continue // the rounds of a loop are alike
			}
			one.Steps = append(one.Steps, protocolStep{Name: step.Name, Do: p.Told(step.Do, nil), By: step.By, CheckedBy: step.CheckedBy, Critical: step.Critical})
		}
		v.Sections = append(v.Sections, one)
	}
	if effective, ok := known.Effective(p.Name, now); ok && effective.Protocol.Version != p.Version {
		v.Against = effective.Protocol.ID()
		var changes []protocol.Change
		changes, v.Lines, v.ChangesShown = known.Changes(p.Name, p.Version, now)
		v.Changes = groupsOf(changes)
	} else if ok {
		v.Opens = "/batches/new?protocol=" + queryEscape(p.Name)
	}
	return v
}

// changeGroup is what changed, of one kind of consequence.
type changeGroup struct {
	Name      string
	Sentences []string
}

// groupsOf puts changes under headings, the gravest first.
func groupsOf(changes []protocol.Change) []changeGroup {
	var groups []changeGroup
	for _, group := range protocol.Groups() {
		one := changeGroup{Name: group.String()}
		for _, change := range changes {
			if change.Group == group {
				one.Sentences = append(one.Sentences, change.Sentence)
			}
		}
		if len(one.Sentences) > 0 {
			groups = append(groups, one)
		}
	}
	return groups
}

// submitView is the form for a new version's text, with what is wrong with it.
type submitView struct {
	Text     string
	Problems []string // each as a compiler would print it
}

func (s *Server) submitPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showSubmit(w, r, v, http.StatusOK, submitView{}, nil)
}

func (s *Server) showSubmit(w http.ResponseWriter, r *http.Request, v visit, status int, view submitView, p *problem) error {
	return s.render(w, r, v, status, "submit", page{Title: "Submit a protocol", Problem: p, View: view, Back: &link{Text: "Protocols", To: "/protocols"}})
}

// uploaded is the text of the file that a form brought, or "".
func uploaded(r *http.Request) (string, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return "", nil
	}
	file, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return "", fmt.Errorf("open the file that was sent: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return "", fmt.Errorf("read the file that was sent: %w", err)
	}
	if !utf8.Valid(text) {
		return "", errNotText
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n"), nil
}
