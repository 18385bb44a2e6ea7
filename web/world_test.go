package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/identity/vault"
	"countersign/postgres/pgtest"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/web/site"
)

// secret is everybody's password in these tests.
const secret = "four quiet green boats"

// cheaply stands for what makes a guess at a password dear: these tests are
// about pages, and sign hundreds of times. The vault's own tests, and those of
// the whole program, pay the price.
func cheaply(password, salt []byte) []byte {
	sum := sha256.Sum256(append(slices.Clone(salt), password...))
	return sum[:]
}

// clockwork is the site's clock, set by the test.
type clockwork struct {
	mu sync.Mutex
	at time.Time
}

func (c *clockwork) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// move sets the clock forward.
func (c *clockwork) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// world is a whole rehearsal site on a real server, with its pages.
type world struct {
	t       *testing.T
	svc     *site.Service
	log     *ledger.Ledger
	clock   *clockwork
	address string
	handler http.Handler
	tokens  map[string]string // of kept sessions, by username
	// again starts the site once more on the same log, with so many batches at rest
	// in memory.
	again func(resting int) *world
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newWorld founds a site whose log has its site and two founders.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, 0)
}

// newWorldOf is newWorld, with so many entries beside a recall's in an append.
func newWorldOf(t *testing.T, beside int, scanners ...site.Scanners) *world {
	t.Helper()
	ctx, clock := t.Context(), &clockwork{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	db := pgtest.New(t, ledger.Migrations(), vault.Migrations())
	const origin = "royal-example.rehearsal"
	key, err := audit.NewSiteKey(origin, rand.Reader)
	must(t, err)
	options := ledger.Options{Origin: origin, SiteKey: key, Now: clock.now, Patience: 20 * time.Second}
	must(t, ledger.Create(ctx, db.Runtime, options))
	log, err := ledger.Open(ctx, db.Runtime, options)
	must(t, err)
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := log.Close(end); err != nil {
			t.Error(err)
		}
	})
	founding, err := register.FoundSite(register.Site{
		Origin: origin, Name: "Royal Example Hospital", Unit: "Ward 7, isolator room", Address: "1 Example Street, Exampleton",
		ControlSite: "Example Control Site, Exampleton EX1 1EX", Licence: "MS 00000 (example)", Kind: register.Rehearsal, Zone: "Europe/London",
	}, clock.now())
	must(t, err)
	events, err := identity.Found(identity.NewDirectory(),
		identity.Registration{Username: "o.adeyemi", Name: "Olu Adeyemi", IdentityChecked: "passport"},
		identity.Registration{Username: "q.meyer", Name: "Quirin Meyer", IdentityChecked: "passport"})
	must(t, err)
	drafts := []audit.Draft{founding}
	for _, event := range events {
		draft, err := event.Draft(clock.now(), "system")
		must(t, err)
		drafts = append(drafts, draft)
	}
	_, err = log.Append(ctx, ledger.Request{Key: strings.Repeat("0", 32), Drafts: drafts})
	must(t, err)
	keys := vault.New(db.Runtime, vault.Options{Now: clock.now, Random: rand.Reader, Stretch: cheaply})
	started := site.Options{
		Scanners: append(scanners, site.Scanners{})[0],
		Ledger:   log, Vault: keys, Now: clock.now, Random: rand.Reader, Software: "test",
		Sound: func() (bool, string) { return true, "The clock is sound." }, Log: slog.New(slog.DiscardHandler), Beside: beside,
	}
	var start func(resting int) *world
	start = func(resting int) *world {
		t.Helper()
		started.Resting = resting
		svc, err := site.New(ctx, started)
		must(t, err)
		handler, err := New(svc, Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Notice: "The fire alarm is tested at noon."})
		must(t, err)
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return &world{t: t, svc: svc, log: log, clock: clock, address: server.URL, handler: handler, tokens: map[string]string{}, again: start}
	}
	w := start(0)
	svc := w.svc
	for _, id := range []identity.PersonID{"p-0001", "p-0002"} {
		oneTime, err := keys.Issue(ctx, id, "system")
		must(t, err)
		must(t, svc.SetPassword(ctx, map[identity.PersonID]string{"p-0001": "o.adeyemi", "p-0002": "q.meyer"}[id], oneTime, secret, true))
	}
	return w
}

// session is somebody's at a terminal beside the pages. It is kept, since each
// sign-in costs what a password's guess costs.
func (w *world) session(username string) site.Session {
	w.t.Helper()
	if token, ok := w.tokens[username]; ok {
		if who, err := w.svc.Resume(w.t.Context(), token); err == nil && !who.Locked {
			return who
		}
	}
	token, _, err := w.svc.SignIn(w.t.Context(), username, secret, "T-TEST")
	must(w.t, err)
	who, err := w.svc.Resume(w.t.Context(), token)
	must(w.t, err)
	w.tokens[username] = token
	return who
}

// staffed registers the people of a small unit, and puts the ASO protocol
// into effect.
func (w *world) staffed() *world {
	w.t.Helper()
	ctx := w.t.Context()
	for _, one := range []struct {
		username, name string
		role           identity.Role
	}{
		{"a.lee", "Asha Lee", identity.Technician},
		{"b.okoro", "Ben Okoro", identity.Pharmacist},
		{"c.writer", "Carys Writer", identity.ProtocolAuthor},
		{"d.approver", "Dana Approver", identity.ProtocolApprover},
		{"i.spector", "Ines Spector", identity.Inspector},
		{"e.control", "Ellis Control", identity.ControlSite},
	} {
		w.registered(one.username, one.name, one.role)
	}
	lead := w.session("q.meyer")
	people, err := w.svc.People(ctx, lead)
	must(w.t, err)
	text, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	must(w.t, err)
	w.signProtocol("c.writer", library.Submit{Text: string(text)})
	w.signProtocol("d.approver", library.Review{Protocol: "aso-intrathecal", Version: 1})
	w.signProtocol("q.meyer", library.Approve{Protocol: "aso-intrathecal", Version: 1})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: "aso-intrathecal", Version: 1})
	known, err := w.svc.Library(ctx, lead)
	must(w.t, err)
	effective, _ := known.Effective("aso-intrathecal", w.clock.now())
	w.permit(effective.Protocol)
	for _, person := range people {
		if person.Has(identity.Technician) || person.Has(identity.Pharmacist) {
			must(w.t, w.svc.Train(ctx, lead, w.svc.NewKey(), person.ID, identity.Training{
				Protocol: "aso-intrathecal", Version: 1, Until: w.clock.now().AddDate(1, 0, 0),
			}))
			w.signProtocol(person.Username, library.Acknowledge{Protocol: "aso-intrathecal", Version: 1})
		}
	}
	return w
}

// registered brings in somebody who may sign at once.
func (w *world) registered(username, name string, role identity.Role) {
	w.t.Helper()
	ctx, lead := w.t.Context(), w.session("q.meyer")
	id, oneTime, err := w.svc.Register(ctx, w.session("o.adeyemi"), w.svc.NewKey(), identity.Registration{
		Username: username, Name: name, Roles: []identity.Role{role}, IdentityChecked: "staff card",
	})
	must(w.t, err)
	must(w.t, w.svc.SetPassword(ctx, username, oneTime, secret, true))
	must(w.t, w.svc.AttestKey(ctx, lead, w.svc.NewKey(), id))
}

func (w *world) signProtocol(username string, c library.Command) {
	w.t.Helper()
	who := w.session(username)
	sheet, err := w.svc.ProposeProtocol(w.t.Context(), who, c, "")
	must(w.t, err)
	must(w.t, w.svc.SignProtocol(w.t.Context(), who, sheet.Nonce, c, "", secret))
}

// browser is somebody's browser: it keeps cookies and follows no redirect
// unless asked.
type browser struct {
	w      *world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	return &browser{w: w, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what the server said.
type answer struct {
	status int
	to     string // of a redirect
	header http.Header
	text   string
}

func (b *browser) send(r *http.Request) answer {
	b.w.t.Helper()
	got, err := b.client.Do(r)
	must(b.w.t, err)
	defer got.Body.Close()
	var text strings.Builder
	buffer := make([]byte, 32<<10)
	for {
		n, err := got.Body.Read(buffer)
		text.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	return answer{status: got.StatusCode, to: got.Header.Get("Location"), header: got.Header, text: text.String()}
}

func (b *browser) get(path string) answer {
	b.w.t.Helper()
	r, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodGet, b.w.address+path, nil)
	must(b.w.t, err)
	return b.send(r)
}

func (b *browser) post(path string, f form) answer {
	b.w.t.Helper()
	values := url.Values{}
	for name, value := range f {
		values.Set(name, value)
	}
	r, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodPost, b.w.address+path, strings.NewReader(values.Encode()))
	must(b.w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

// follow goes where an answer sends the browser.
func (b *browser) follow(a answer) answer {
	b.w.t.Helper()
	if a.status != http.StatusSeeOther {
		b.w.t.Fatalf("sent nowhere: %d\n%s", a.status, a.text)
	}
	return b.get(a.to)
}

func (b *browser) signIn(username string) *browser {
	b.w.t.Helper()
	if got := b.post("/sign-in", form{"username": username, "password": secret}); got.status != http.StatusSeeOther {
		b.w.t.Fatalf("sign in as %s: %d\n%s", username, got.status, got.text)
	}
	return b
}

// opening is the order and what was set out, as a pharmacist types it.
func (w *world) opening(id string) batch.Open {
	w.t.Helper()
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	effective, ok := known.Effective("aso-intrathecal", w.svc.Now())
	if !ok {
		w.t.Fatal("no effective protocol")
	}
	items := []batch.Item{{Name: "vial", Code: "VIAL-0042"}, {Name: "syringe", Code: "SYR-7"}, {Name: "cabinet", Code: "CAB-1"}}
	w.furnish(effective.Protocol, items)
	return batch.Open{
		Batch: id, Protocol: "aso-intrathecal", Version: 1, Digest: effective.Protocol.Digest,
		Patient: batch.Patient{Name: "EXAMPLE, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: "WB-9990000018"},
		Order:   map[string]string{"dose": "12.0", "strength": "2.4"}, Reference: "RX-1001", Prescriber: "Dr P. Example", Unit: "U-1",
		Items: items,
	}
}

// furnish brings items into the registers, unless they are there; the vial is
// labelled for the patient.
func (w *world) furnish(p *protocol.Protocol, items []batch.Item) {
	w.t.Helper()
	by := map[identity.Role]site.Session{
		identity.QualityLead: w.session("q.meyer"), identity.Pharmacist: w.session("b.okoro"), identity.Technician: w.session("a.lee"),
	}
	for _, item := range items {
		f := register.Furnishing{
			Item: p.Item(item.Name), Code: item.Code, Number: item.Code[len(item.Code)-4:], Document: "C-" + item.Code,
			Until: w.clock.now().AddDate(0, 2, 0), Clean: true, Quantity: "20",
		}
		if need := f.Item.Need; need.Unit.Display != "" {
			f.Quantity = need.Number + "0 " + need.Unit.Display
		}
		if item.Name == "vial" {
			f.Number, f.ForPatient = "A0042", "999 000 0018"
		}
		for _, act := range register.Furnish(f) {
			w.register(by[act.Role], act.Command, "code_taken", "released_already")
		}
	}
}

// permit has the site be allowed to make what a protocol makes.
func (w *world) permit(p *protocol.Protocol) {
	w.t.Helper()
	by := map[identity.Role]site.Session{identity.QualityLead: w.session("q.meyer"), identity.ControlSite: w.session("e.control")}
	for _, act := range register.Permit(p, "U-1", "Ward 7, isolator room") {
		w.register(by[act.Role], act.Command)
	}
}

// permitAlso has the site be allowed to make what another effective protocol
// makes, in the same unit.
func (w *world) permitAlso(name string) {
	w.t.Helper()
	lead := w.session("q.meyer")
	known, err := w.svc.Library(w.t.Context(), lead)
	must(w.t, err)
	effective, _ := known.Effective(name, w.clock.now())
	for _, act := range register.PermitProduct(effective.Protocol, "U-1") {
		w.register(lead, act.Command)
	}
}

// register signs an act on a register; a refusal under one of the codes is
// taken as it comes.
func (w *world) register(by site.Session, c register.Command, but ...string) {
	w.t.Helper()
	sheet, err := w.svc.ProposeRegister(w.t.Context(), by, c)
	if refusal, ok := site.AsRefusal(err); ok && slices.Contains(but, refusal.Code) {
		return
	}
	must(w.t, err)
	must(w.t, w.svc.SignRegister(w.t.Context(), by, sheet.Nonce, c, secret))
}

// signed carries out a signed command; by is whose terminal it is, and second
// the other person's username, where one signs.
func (w *world) signed(by, second, id string, c batch.Command) {
	w.t.Helper()
	who := w.session(by)
	sheet, err := w.svc.Propose(w.t.Context(), who, id, c, second)
	must(w.t, err)
	_, err = w.svc.Sign(w.t.Context(), who, sheet.Nonce, id, c, second, secret)
	must(w.t, err)
}

// done carries out a command that needs no signature.
func (w *world) done(by, id string, c batch.Command) {
	w.t.Helper()
	_, err := w.svc.Do(w.t.Context(), w.session(by), w.svc.NewKey(), id, 0, c)
	must(w.t, err)
}
