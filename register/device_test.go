package register

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// gateway is a machine's, with its own key and clock.
type gateway struct {
	s    *shelf
	key  ed25519.PrivateKey
	last int64
}

// balance lists a balance with software 2.1, whose data are accepted.
func balance(s *shelf) *gateway {
	g := &gateway{s: s, key: ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))}
	s.must("Helen", ListEquipment{Kind: "balance", Title: "Balance 3", Code: "BAL-3", Firmware: "2.1"})
	s.must("Helen", g.accept())
	return g
}

func (g *gateway) accept() AcceptInterface {
	der, err := x509.MarshalPKIXPublicKey(g.key.Public())
	if err != nil {
		g.s.t.Fatal(err)
	}
	return AcceptInterface{
		Equipment: "E-0001", Measures: []Measure{{"mass", "g"}, {"volume", "mL"}}, Tolerance: "2 min", Document: "validation report 12",
		Key: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}
}

// says is a message with what is changed of a reading of 12.31 g.
func (g *gateway) says(change map[string]any) string {
	m := map[string]any{
		"kind": "reading", "equipment": "E-0001", "interface": 1, "number": g.last + 1, "quantity": "mass", "value": "12.31", "unit": "g",
		"time": g.s.now.Format(time.RFC3339), "sha256": strings.Repeat("a", 64),
	}
	for name, value := range change {
		if m[name] = value; value == nil {
			delete(m, name)
		}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		g.s.t.Fatal(err)
	}
	return string(raw)
}

func (g *gateway) sign(message string) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(g.key, []byte(message)))
}

// send gives a message to the books, as the site does.
func (g *gateway) send(message, signature string) (*Received, error) {
	w, again, err := g.s.books.Receive("E-0001", message, signature, true)
	if err != nil || again != nil {
		return again, err
	}
	g.s.write("", w)
	all := g.s.books.Received("E-0001")
	g.last = max(g.last, all[len(all)-1].Number)
	return all[len(all)-1], nil
}

func (g *gateway) refused(code, message string) {
	g.s.t.Helper()
	_, err := g.send(message, g.sign(message))
	var no *Refusal
	if !errors.As(err, &no) || no.Code != code {
		g.s.t.Fatalf("%s: %v, not %s", message, err, code)
	}
}

// TestWhatAMachineSendsIsTakenOnceUnderTheInterfaceThatAQualityLeadAccepted (EXE-13).
func TestWhatAMachineSendsIsTakenOnceUnderTheInterfaceThatAQualityLeadAccepted(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", ListEquipment{Kind: "balance", Title: "Balance 2", Code: "BAL-2"})
	s.refused("no_software", "Helen", AcceptInterface{Equipment: "E-0001", Key: "x", Document: "report", Tolerance: "1 min"})
	s = newShelf(t)
	g := balance(s)
	s.refused("has_interface", "Helen", g.accept())
	whole := g.accept().Key
	for given, ok := range map[string]bool{
		whole: true, strings.ReplaceAll(whole, "\n", " "): true, strings.Trim(strings.SplitN(whole, "\n", 3)[1], " "): true,
		strings.Replace(whole, "PUBLIC", "PRIVATE", 2): false, "": false, "AAAA": false, whole[:60]: false,
	} {
		if _, got := publicKey(given); got != ok {
			t.Errorf("the key %q is read: %v", given, got)
		}
	}
	if err := s.do("Asha", g.accept()); err == nil {
		t.Fatal("a technician accepts an interface")
	}
	message := g.says(nil)
	got, err := g.send(message, g.sign(message))
	if err != nil || got.Marked || got.Words() != "mass 12.31 g" || got.ID() != "1/1" {
		t.Fatalf("%+v, %v", got, err)
	}
	again, err := g.send(message, g.sign(message))
	if err != nil || again != got || len(s.books.Received("E-0001")) != 1 {
		t.Fatalf("sent again it is %+v, %v", again, err)
	}
	g.refused("number_used", g.says(map[string]any{"number": 1, "value": "12.32"}))
	late, err := g.send(g.says(map[string]any{"time": s.now.Add(-3 * time.Minute).Format(time.RFC3339)}), "")
	if err == nil {
		t.Fatalf("taken unsigned: %+v", late)
	}
	message = g.says(map[string]any{"time": s.now.Add(-3 * time.Minute).Format(time.RFC3339)})
	if late, err = g.send(message, g.sign(message)); err != nil || !late.Marked || !strings.Contains(late.ClockWords(), "3 min behind") {
		t.Fatalf("%+v, %v", late, err)
	}
	s.write("Asha", Written{LogbookStream("E-0001"), ReadingTaken{Batch: "B-1", Step: "weigh", Interface: 1, Number: 1}})
	taken := ReadingTaken{Batch: "B-2", Step: "weigh", Interface: 1, Number: 1}
	if no := taken.check(s.books, "E-0001", Act{}); no == nil || no.Code != "reading_used" {
		t.Fatalf("a second batch takes the same reading: %v", no)
	}
}

// TestAnInterfaceEndsWithItsSoftware (MAT-05): what was validated was the version
// before.
func TestAnInterfaceEndsWithItsSoftware(t *testing.T) {
	s := newShelf(t)
	g := balance(s)
	s.must("Helen", ListEquipment{Equipment: "E-0001", Kind: "balance", Title: "Balance 3", Code: "BAL-3", Firmware: "2.1", Place: "room 4"})
	if m, _ := s.books.Machine("E-0001"); m.InForce() == nil {
		t.Fatal("it ends although the software is the same")
	}
	s.must("Helen", ListEquipment{Equipment: "E-0001", Kind: "balance", Title: "Balance 3", Code: "BAL-3", Firmware: "2.2", Place: "room 4"})
	m, _ := s.books.Machine("E-0001")
	if m.InForce() != nil || !strings.Contains(m.Interfaces[0].Why, "from 2.1 to 2.2") {
		t.Fatalf("%+v", m.Interfaces)
	}
	g.refused("no_interface", g.says(nil))
	s.must("Helen", g.accept())
	g.refused("other_interface", g.says(nil))
	message := g.says(map[string]any{"interface": 2})
	if _, err := g.send(message, g.sign(message)); err != nil {
		t.Fatal(err)
	}
	s.must("Helen", WithdrawInterface{Equipment: "E-0001", Reason: "drift"})
	g.refused("no_interface", g.says(map[string]any{"interface": 2}))
}

func TestWhatIsNotAReadingIsRefusedInWords(t *testing.T) {
	s := newShelf(t)
	g := balance(s)
	for name, change := range map[string]map[string]any{
		"bad_message 1": {"value": "1e999"}, "bad_message 2": {"value": "NaN"}, "bad_message 3": {"value": "12,31"}, "bad_message 4": {"value": "12.31 g"},
		"bad_message 5": {"value": strings.Repeat("9", 60)}, "bad_message 6": {"value": "+1"}, "bad_message 7": {"value": ""}, "bad_message 8": {"time": "now"},
		"bad_message 9": {"sha256": "aa"}, "bad_message 10": {"sha256": nil}, "bad_message 11": {"number": 0}, "bad_message 12": {"number": -4},
		"bad_message 13": {"number": 1.5}, "bad_message 14": {"kind": "order"}, "bad_message 15": {"value": 12.31}, "bad_message 16": {"more": "x"},
		"bad_message 21": {strings.Repeat("é", 300): "x"}, "bad_message 22": {"equipment": "E-\u00010001"}, "bad_message 23": {"equipment": strings.Repeat("E", 300)},
		"bad_message 17": {"kind": "alarm"}, "bad_message 18": {"text": strings.Repeat("x", 5000)}, "bad_message 19": {"text": "a\u0000b"}, "bad_message 20": {"unit": "gramme"},
		"unknown_quantity": {"quantity": "length"}, "other_unit": {"unit": "kg"}, "other_equipment": {"equipment": "E-0002"}, "other_interface": {"interface": 2},
	} {
		code, _, _ := strings.Cut(name, " ")
		g.refused(code, g.says(change))
	}
	twice := strings.Replace(g.says(nil), `"value":`, `"value":"99.99","value":`, 1)
	g.refused("bad_message", twice)
	g.refused("bad_message", strings.Replace(g.says(nil), `"value":`, `"Value":`, 1))
	g.refused("bad_message", g.says(nil)+"{}")
	message := g.says(nil)
	for _, forged := range []string{g.sign(message + " "), "", "AAAA", g.sign(g.says(map[string]any{"value": "12.32"}))} {
		var no *Refusal
		if _, err := g.send(message, forged); !errors.As(err, &no) || no.Code != CodeNotSigned {
			t.Fatalf("signature %q: %v", forged, err)
		}
	}
	if m := g.says(map[string]any{"value": "-0.02"}); true {
		if got, err := g.send(m, g.sign(m)); err != nil || got.Words() != "mass -0.02 g" {
			t.Fatalf("what a balance shows below its zero: %+v, %v", got, err)
		}
	}
}

func TestAnAlarmIsAnsweredOnceWithAComment(t *testing.T) {
	s := newShelf(t)
	g := balance(s)
	message := g.says(map[string]any{"kind": "alarm", "text": "overload", "severity": "high", "value": "220.0"})
	if _, err := g.send(message, g.sign(message)); err != nil {
		t.Fatal(err)
	}
	if len(s.books.OpenAlarms("E-0001")) != 1 {
		t.Fatal("it is not open")
	}
	s.refused("no_such_alarm", "Omar", AnswerAlarm{Equipment: "E-0001", Interface: 1, Number: 9, Comment: "x"})
	s.refused("no_comment", "Omar", AnswerAlarm{Equipment: "E-0001", Interface: 1, Number: 1})
	s.must("Omar", AnswerAlarm{Equipment: "E-0001", Interface: 1, Number: 1, Comment: "The pan was emptied."})
	s.refused("answered_already", "Omar", AnswerAlarm{Equipment: "E-0001", Interface: 1, Number: 1, Comment: "again"})
	if r := s.books.Message("E-0001", 1, 1); len(s.books.OpenAlarms("E-0001")) != 0 || r.Answers[0].Comment != "The pan was emptied." || r.Words() != "overload (high), mass 220.0 g" {
		t.Fatalf("%+v", r)
	}
}

// TestWhateverIsSentInWhateverOrderEachNumberSaysOneThing: resent, forged, mixed.
func TestWhateverIsSentInWhateverOrderEachNumberSaysOneThing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newShelf(t)
		g := balance(s)
		said := map[int64]string{}
		for range rapid.IntRange(1, 20).Draw(rt, "messages") {
			number := rapid.Int64Range(1, 5).Draw(rt, "number")
			message := g.says(map[string]any{"number": number, "value": fmt.Sprintf("%d.5", rapid.IntRange(0, 2).Draw(rt, "value")), "time": "2026-11-21T09:00:00Z"})
			signature := g.sign(message)
			honest := rapid.Bool().Draw(rt, "honest")
			if !honest {
				signature = g.sign("other" + message)
			}
			_, err := g.send(message, signature)
			switch want, known := said[number]; {
			case !honest:
				if err == nil {
					rt.Fatal("a forged message is taken")
				}
			case known && want != message:
				if err == nil {
					rt.Fatal("one number says two things")
				}
			case err != nil:
				rt.Fatal(err)
			default:
				said[number] = message
			}
		}
		if len(s.books.Received("E-0001")) != len(said) {
			rt.Fatalf("%d stand in the books, %d were said", len(s.books.Received("E-0001")), len(said))
		}
	})
}
