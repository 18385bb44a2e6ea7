package batch

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// What stories say of machines that send their data.

func gatewayKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat("g", ed25519.SeedSize)))
}

// accept accepts the data of a machine, as in "mass in g, volume in mL".
func (w *world) accept(item, measures string) {
	public, ok := gatewayKey().Public().(ed25519.PublicKey)
	if !ok {
		w.tb.Fatal("no key")
	}
	face := &register.Interface{Number: len(w.faces) + 1, Software: "2.1", Key: base64.StdEncoding.EncodeToString(public), Tolerance: 2 * time.Minute}
	for _, one := range strings.Split(measures, ", ") {
		quantity, unit, _ := strings.Cut(one, " in ")
		face.Measures = append(face.Measures, register.Measure{Quantity: quantity, Unit: unit})
	}
	if w.faces == nil {
		w.faces, w.messages = map[string]*register.Interface{}, map[string]*Sent{}
	}
	w.faces[item] = face
}

// weighing brings a batch to where a balance whose data are accepted is scanned.
func (w *world) weighing(at time.Time) {
	w.accept("balance", "mass in g")
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"match", "patient", "9990000018"}, at)
	w.must("Asha", Perform{"match"}, at)
	w.must("Pia", Check{"match"}, at)
	w.must("Asha", Scan{"weigh", "balance", "CODE-balance"}, at)
}

// sound has a machine give an alarm.
func (w *world) sound(item, text string, number int, received time.Time) {
	w.post(item, number, received, map[string]any{"kind": "alarm", "text": text, "severity": "high", "time": received.Format(time.RFC3339)})
	w.alarms = append(w.alarms, Sounded{
		Equipment: "LOT-" + item, ID: register.MessageID(w.faces[item].Number, int64(number)), Text: text + " (high), received " + received.Format("15:04:05"),
	})
}

// send has a machine send what it measured, at its own time.
func (w *world) send(item, quantity, value string, number int, received, made time.Time) {
	q, err := protocol.ParseQuantity(value)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.post(item, number, received, map[string]any{
		"kind": "reading", "quantity": quantity, "value": q.Number, "unit": q.Unit.Code, "time": made.Format(time.RFC3339Nano), "sha256": strings.Repeat("ab", 32),
	})
}

func (w *world) post(item string, number int, received time.Time, says map[string]any) {
	says["equipment"], says["interface"], says["number"] = "LOT-"+item, w.faces[item].Number, number
	raw, err := json.Marshal(says)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.messages[register.MessageID(w.faces[item].Number, int64(number))] = &Sent{
		Message: string(raw), Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(gatewayKey(), raw)),
		Received: received.UTC().Format(time.RFC3339Nano), Kept: true,
	}
}

func (s *story) deviceGiven() []pattern {
	return []pattern{
		{`data of the (.+) are accepted: (.+)`, func(m []string) { s.w.accept(m[1], m[2]) }},
		{`data of the (.+) are accepted no longer`, func(m []string) { delete(s.w.faces, m[1]) }},
		{`the (.+) sends (.+) (\S+ \S+) as reading (\d+) at (\d\d:\d\d:\d\d)(?:, made at (\d\d:\d\d:\d\d))?`, func(m []string) {
			made := m[6]
			if made == "" {
				made = m[5]
			}
			s.w.send(m[1], m[2], m[3], s.number(m[4]), s.moment("", m[5], ""), s.moment("", made, ""))
		}},
		{`the (.+) gives alarm (\d+) at (\d\d:\d\d:\d\d): "(.*)"`, func(m []string) { s.w.sound(m[1], m[4], s.number(m[2]), s.moment("", m[3], "")) }},
		{`reading (\d+) was forged`, func(m []string) {
			forged := s.w.messages["1/"+m[1]]
			forged.Message = strings.Replace(forged.Message, `"value":"`, `"value":"1`, 1)
		}},
		{`reading (\d+) was taken into batch (.+)`, func(m []string) { s.w.messages["1/"+m[1]].Taken = m[2] }},
	}
}

func (s *story) deviceActs(do func(Command)) []pattern {
	return []pattern{
		{`takes reading (\d+) of the (.+) as (.+) in (.+)`, func(m []string) {
			do(TakeReading{Step: m[4], Field: m[3], Equipment: "LOT-" + m[2], Interface: 1, Number: int64(s.number(m[1]))})
		}},
		{`acknowledges alarm (\d+) of the (.+) with "(.*)"`, func(m []string) {
			do(AnswerAlarm{Equipment: "LOT-" + m[2], Interface: 1, Number: int64(s.number(m[1])), Comment: m[3]})
		}},
		{`types (.+) in (.+) as "(.*)" in place of the reading because "(.*)"`, func(m []string) { do(TypeInstead{m[2], m[1], m[3], m[4]}) }},
	}
}

func (s *story) deviceThen(same func(got any, want string)) []pattern {
	state := s.w.state
	return []pattern{
		{`(.+) in (.+) came as "(.*)"`, func(m []string) {
			words := state.Step(m[2]).Value(m[1]).MannerWords(func(at time.Time) string { return at.UTC().Format(time.TimeOnly) })
			if !strings.Contains(words, m[3]) {
				same(words, m[3])
			}
		}},
	}
}
