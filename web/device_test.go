package web

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/reports"
	"countersign/web/site"
)

// weighing is a staffed site where a medicine is weighed, with a batch of it whose
// patient was matched, and a balance whose data are accepted.
func weighing(t *testing.T) (*world, *gateway) {
	t.Helper()
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/weighed.yaml")
	must(t, err)
	w.signProtocol("c.writer", library.Submit{Text: string(text)})
	w.signProtocol("d.approver", library.Review{Protocol: "weighed", Version: 1})
	w.signProtocol("q.meyer", library.Approve{Protocol: "weighed", Version: 1})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: "weighed", Version: 1})
	w.permitAlso("weighed")
	lead := w.session("q.meyer")
	people, err := w.svc.People(t.Context(), lead)
	must(t, err)
	for _, person := range people {
		if person.Has(identity.Pharmacist) || person.Has(identity.Technician) {
			must(t, w.svc.Train(t.Context(), lead, w.svc.NewKey(), person.ID, identity.Training{Protocol: "weighed", Version: 1, Until: w.clock.now().AddDate(1, 0, 0)}))
			w.signProtocol(person.Username, library.Acknowledge{Protocol: "weighed", Version: 1})
		}
	}
	g := &gateway{w: w, machine: w.listed("BAL-3", "Balance 3"), key: ed25519.NewKeyFromSeed([]byte(strings.Repeat("g", ed25519.SeedSize)))}
	w.opened("B-2026-0007", "BAL-3")
	return w, g
}

// listed lists a balance that is calibrated, and gives its number.
func (w *world) listed(code, title string) string {
	w.t.Helper()
	lead, number := w.session("q.meyer"), ""
	w.register(lead, register.ListEquipment{Kind: "balance", Title: title, Code: code, Firmware: "2.1", Place: "room 4"})
	w.register(lead, register.ProveEquipment{Equipment: code, What: "calibrated", Until: w.clock.now().AddDate(1, 0, 0), Document: "CAL-7"})
	must(w.t, w.svc.Registers(w.t.Context(), lead, func(b *register.Books) {
		fit, _ := b.Scanned(code, w.clock.now())
		number = fit.Number
	}))
	return number
}

// opened opens a batch with a balance, and matches its patient.
func (w *world) opened(id, balance string) {
	w.t.Helper()
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	effective, _ := known.Effective("weighed", w.svc.Now())
	w.signed("b.okoro", "", id, batch.Open{
		Batch: id, Protocol: "weighed", Version: 1, Digest: effective.Protocol.Digest,
		Patient: batch.Patient{Name: "EXAMPLE, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: "9990000018"},
		Order:   map[string]string{"dose": "12.0", "strength": "2.4"}, Reference: "RX-" + id, Prescriber: "Dr P. Example", Unit: "U-1",
		Items: []batch.Item{{Name: "balance", Code: balance}},
	})
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: "9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
}

// gateway sends what a machine measures.
type gateway struct {
	w       *world
	machine string
	key     ed25519.PrivateKey
}

func (g *gateway) pem() string {
	der, err := x509.MarshalPKIXPublicKey(g.key.Public())
	must(g.w.t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// says is a message with what is changed of a reading of 10.00 g.
func (g *gateway) says(number int, raw string, change map[string]any) string {
	sum := sha256.Sum256([]byte(raw))
	m := map[string]any{
		"kind": "reading", "equipment": g.machine, "interface": 1, "number": number, "quantity": "mass", "value": "10.00", "unit": "g",
		"time": g.w.clock.now().Format(time.RFC3339), "file": "weighing.csv", "sha256": hex.EncodeToString(sum[:]),
	}
	for name, value := range change {
		m[name] = value
	}
	text, err := json.Marshal(m)
	must(g.w.t, err)
	return string(text)
}

func (g *gateway) send(message, raw string) (*register.Received, error) {
	signature := base64.StdEncoding.EncodeToString(ed25519.Sign(g.key, []byte(message)))
	return g.w.svc.TakeMessage(g.w.t.Context(), g.machine, message, signature, []byte(raw))
}

func (g *gateway) must(message, raw string) *register.Received {
	g.w.t.Helper()
	got, err := g.send(message, raw)
	must(g.w.t, err)
	return got
}

func (g *gateway) accept() {
	g.w.t.Helper()
	g.w.register(g.w.session("q.meyer"), register.AcceptInterface{
		Equipment: g.machine, Measures: []register.Measure{{Quantity: "mass", Unit: "g"}}, Key: g.pem(), Tolerance: "2 min", Document: "validation report 12",
	})
}

// TestAReadingIsTakenAtTheTerminalWithOneTouch (EXE-13): it is offered once the
// machine is scanned, and stands in step, trail and record with its raw file's
// SHA-256.
func TestAReadingIsTakenAtTheTerminalWithOneTouch(t *testing.T) {
	w, g := weighing(t)
	g.accept()
	const id, at = "B-2026-0007", "/batches/B-2026-0007/steps/weigh"
	b := w.browser().signIn("a.lee")
	holds(t, b.get(at), "from Balance 3", "Scan it first")
	b.post("/batches/"+id+"/do", form{"act": "scan", "step": "weigh", "field": "balance", "raw": "BAL-3", "key": w.svc.NewKey(), "seen": "0"})
	holds(t, b.get(at), "No reading has come since it was scanned")
	w.clock.move(time.Second)
	g.must(g.says(1, "mass;10.00;g", nil), "mass;10.00;g")
	page := b.get(at)
	holds(t, page, "Take 10.00 g", "I cannot take a reading")
	if strings.Contains(page.text, `name="text-empty"`) {
		t.Error("the value can be typed as any other")
	}
	typed := b.post("/batches/"+id+"/do", form{"act": "record", "step": "weigh", "field": "empty", "text-empty": "10.00", "key-empty": w.svc.NewKey(), "seen": "0"})
	holds(t, typed, "take its reading")
	taken := b.follow(b.post("/batches/"+id+"/do", form{
		"act": "takereading", "step": "weigh", "field": "empty", "equipment": g.machine, "interface": "1", "number": "1", "key": w.svc.NewKey(), "seen": "0",
	}))
	holds(t, taken, "10.00 g", "sent by "+g.machine+", reading 1/1", "The value was recorded")
	sum := sha256.Sum256([]byte("mass;10.00;g"))
	holds(t, b.get("/batches/"+id+"/trail"), "Took 10.00 g for empty", hex.EncodeToString(sum[:]))
	name, file, err := w.svc.RawFile(t.Context(), w.session("a.lee"), g.machine, 1, 1)
	if err != nil || name != "weighing.csv" || string(file) != "mass;10.00;g" {
		t.Fatalf("%s, %q, %v", name, file, err)
	}
	w.signed("a.lee", "", id, batch.Perform{Step: "weigh"})
	w.done("a.lee", id, batch.Scan{Step: "weigh again", Field: "balance", Raw: "BAL-3"})
	instead := b.follow(b.post("/batches/"+id+"/do", form{
		"act": "typeinstead", "step": "weigh again", "field": "full", "text": "12.31", "reason": "The gateway is down.", "key": w.svc.NewKey(), "seen": "0",
	}))
	holds(t, instead, "manual entry", "critical", "The gateway is down.", "TYPED in place of a reading")
	w.shows(id)
}

// shows has the record of a batch verified as anybody would.
func (w *world) shows(id string) {
	w.t.Helper()
	var pdf bytes.Buffer
	must(w.t, w.svc.RecordPDF(w.t.Context(), w.session("q.meyer"), id, &pdf))
	if to := os.Getenv("COUNTERSIGN_PICTURES"); to != "" {
		must(w.t, os.WriteFile(to+"/device-record.pdf", pdf.Bytes(), 0o600))
	}
	if verdict, err := reports.Verify(pdf.Bytes(), "", reports.AllowRehearsal()); err != nil || len(verdict.Unchecked) != 1 {
		w.t.Errorf("the record does not verify: %v %+v", err, verdict)
	}
}

// TestOneReadingGoesIntoOneBatch: two terminals press the button at once, and one
// has it.
func TestOneReadingGoesIntoOneBatch(t *testing.T) {
	w, g := weighing(t)
	g.accept()
	const id = "B-2026-0007"
	w.done("a.lee", id, batch.Scan{Step: "weigh", Field: "balance", Raw: "BAL-3"})
	for number := 1; number <= 3; number++ {
		g.must(g.says(number, "", nil), "")
	}
	people := []site.Session{w.session("a.lee"), w.session("q.meyer")}
	var wait sync.WaitGroup
	taken := make([]error, 8)
	for i := range taken {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, taken[i] = w.svc.Do(t.Context(), people[0], w.svc.NewKey(), id, 0, batch.TakeReading{Step: "weigh", Field: "empty", Equipment: g.machine, Interface: 1, Number: 1})
		}()
	}
	wait.Wait()
	won := 0
	for _, err := range taken {
		if err == nil {
			won++
		}
	}
	all, err := w.svc.Received(t.Context(), people[1], g.machine)
	must(t, err)
	if won != 1 || all[0].TakenBy != id || all[1].TakenBy != "" {
		t.Fatalf("%d terminals took the reading; the book says %+v", won, all[0])
	}
}

// TestWhatAGatewaySendsTwiceIsOneMessageHoweverManyAtOnce.
func TestWhatAGatewaySendsTwiceIsOneMessageHoweverManyAtOnce(t *testing.T) {
	w, g := weighing(t)
	if _, err := g.send(g.says(1, "", nil), ""); err == nil {
		t.Fatal("data are taken of a machine without an interface")
	}
	g.accept()
	message := g.says(1, "raw", nil)
	var wait sync.WaitGroup
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if _, err := g.send(message, "raw"); err != nil {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
	before := w.log.Size()
	for code, send := range map[string]func() (*register.Received, error){
		"number_used": func() (*register.Received, error) {
			return g.send(g.says(1, "raw", map[string]any{"value": "11.00"}), "raw")
		},
		"other_file": func() (*register.Received, error) { return g.send(g.says(2, "raw", nil), "other") },
		"too_large": func() (*register.Received, error) {
			large := strings.Repeat("x", site.MostRaw+1)
			return g.send(g.says(3, large, nil), large)
		},
		"not_signed": func() (*register.Received, error) {
			return w.svc.TakeMessage(t.Context(), g.machine, g.says(4, "", nil), "AAAA", nil)
		},
	} {
		_, err := send()
		if refusal, ok := site.AsRefusal(err); !ok || refusal.Code != code {
			t.Errorf("%v, not %s", err, code)
		}
	}
	if grown := w.log.Size() - before; grown != 2 {
		t.Errorf("the log grew by %d entries: what the gateway signed is recorded, and nothing else", grown)
	}
	all, err := w.svc.Received(t.Context(), w.session("q.meyer"), g.machine)
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d messages stand", len(all))
	}
}

// TestAMachinesDataAreAcceptedOnItsPage: the interface by a quality lead, an alarm
// that nobody's batch had, and everything that was sent, to sort and to save.
func TestAMachinesDataAreAcceptedOnItsPage(t *testing.T) {
	w, g := weighing(t)
	at := "/equipment/" + g.machine
	lead := w.browser().signIn("q.meyer")
	holds(t, lead.get(at), "not accepted", "Accept its data")
	if strings.Contains(w.browser().signIn("a.lee").get(at).text, "Accept its data") {
		t.Error("a technician is offered to accept data")
	}
	accepted := lead.acts(form{
		"act": "accept interface", "equipment": g.machine, "measures": "mass in g; volume in mL", "document": "validation report 12", "tolerance": "2 min",
		"key": strings.ReplaceAll(g.pem(), "\n", " "),
	})
	holds(t, accepted, "accepted under interface 1, for software 2.1: mass in g, volume in mL", "Accept its data no longer")
	g.must(g.says(1, "mass;10.00;g", map[string]any{"time": w.clock.now().Add(-time.Hour).Format(time.RFC3339)}), "mass;10.00;g")
	g.must(g.says(2, "", map[string]any{"kind": "alarm", "text": "overload", "severity": "high", "value": "220.0", "sha256": ""}), "")
	holds(t, lead.get(at), "Acknowledge alarm 1/2", "overload (high)", "What it has sent (2)")
	holds(t, lead.acts(form{"act": "acknowledge alarm", "equipment": g.machine, "what": "1/2", "comment": "Somebody leant on it."}), "What it has sent (2)")
	data := lead.get(at + "/data")
	holds(t, data, "mass 10.00 g", "1 h behind", "Quirin Meyer", "Somebody leant on it.", at+"/data/1/1/file")
	holds(t, lead.get(at+"/data?q=overload"), "overload")
	holds(t, lead.get(at+"/data?as=csv"), "mass 10.00 g")
	holds(t, lead.get(at+"/data/trail"), "Sends reading 1/1", "Acknowledges alarm 1/2")
	holds(t, lead.get(at+"/data/1/1/file"), "mass;10.00;g")
	if got := lead.get(at + "/data/1/9/file"); got.status == 200 {
		t.Error("a raw file that is not there is given out")
	}
	withdrawn := lead.acts(form{"act": "withdraw interface", "equipment": g.machine, "reason": "It drifts."})
	holds(t, withdrawn, "interface 1 ended, It drifts")
}

// TestAnAlarmStandsInTheBatchThatHadTheMachine (REL-07): it is shown at once, is an
// exception with the next act, and is acknowledged under a signature.
func TestAnAlarmStandsInTheBatchThatHadTheMachine(t *testing.T) {
	w, g := weighing(t)
	g.accept()
	const id = "B-2026-0007"
	b := w.browser().signIn("a.lee")
	w.done("a.lee", id, batch.Scan{Step: "weigh", Field: "balance", Raw: "BAL-3"})
	g.must(g.says(1, "", map[string]any{"kind": "alarm", "text": "door open", "sha256": ""}), "")
	for _, page := range []string{"", "/steps/weigh", "/review"} {
		holds(t, b.get("/batches/"+id+page), "door open", "Acknowledge: read and sign")
	}
	sheet := b.get("/batches/" + id + "/sign?act=answeralarm&equipment=" + g.machine + "&interface=1&number=1&comment=The+door+was+closed.")
	holds(t, sheet, "I have seen this alarm. The door was closed.", "door open")
	w.signed("a.lee", "", id, batch.AnswerAlarm{Equipment: g.machine, Interface: 1, Number: 1, Comment: "The door was closed."})
	holds(t, b.get("/batches/"+id), "Acknowledged alarms (1)", "The door was closed.", "Exception 1", "alarm")
	holds(t, w.browser().signIn("q.meyer").get("/equipment/"+g.machine+"/data"), "The door was closed.", id)
	w.shows(id)
}
