package register

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/audit"
	"countersign/protocol"
)

// Interface says that data of a machine are accepted: what it measures, the
// software for which that was shown to work, and the key with which its gateway
// signs. It ends with a machine's software, or when somebody withdraws it
// (EXE-13, MAT-05).
type Interface struct {
	Number    int // of this machine's, from 1
	Software  string
	Measures  []Measure
	Key       string        // Ed25519, 32 bytes as base64
	Tolerance time.Duration // by which the machine's clock may differ
	Document  string        // that shows that it was validated
	SHA256    string        // of that; "" where it is only named
	Accepted  Act
	Ended     *Act // nil while it is in force
	Why       string
}

// Measure is something that a machine measures, in the unit in which it sends it.
type Measure struct {
	Quantity string `json:"quantity"`
	Unit     string `json:"unit"` // UCUM
}

// Words are the measure as people read it.
func (m Measure) Words() string {
	unit, err := protocol.ParseUnit(m.Unit)
	if err != nil || unit.Display == "" {
		return m.Quantity
	}
	return m.Quantity + " in " + unit.Display
}

// Measure is one of what the interface covers; false when it is not.
func (i *Interface) Measure(quantity string) (Measure, bool) {
	for _, m := range i.Measures {
		if m.Quantity == quantity {
			return m, true
		}
	}
	return Measure{}, false
}

// ReadingsStream is where what a machine sends stands, apart from the machine's
// own stream as its log book does: a batch's record carries what was taken into
// it, and not what was measured for other patients.
func ReadingsStream(id string) audit.StreamID { return audit.StreamID("readings/" + id) }

// The kinds of message.
const (
	MessageReading = "reading"
	MessageAlarm   = "alarm"
)

// Message is what a machine's gateway says, in the very bytes that it signed. A
// reading has a quantity with value and unit; an alarm a text, and a value where
// there is one.
type Message struct {
	Kind      string
	Equipment string
	Interface int
	Number    int64 // the machine's own running number
	Quantity  string
	Value     string // as sent
	Unit      string // UCUM
	Time      string // RFC 3339, by the machine's clock
	Text      string // of an alarm
	Severity  string // of an alarm, in the machine's own words
	File      string // name of the raw file
	SHA256    string // of the raw file, hexadecimal
}

// Bounds of a message.
const (
	mostMessage = 4096 // bytes
	mostWord    = 200  // characters of a member
	mostNumber  = 1 << 53
)

// ReadMessage reads a message strictly: one flat JSON object, each member once
// and by its exact name, texts without hidden characters. So the bytes that were
// signed can be read in one way only. The error is safe to show.
func ReadMessage(text string) (Message, error) {
	var m Message
	form := errors.New("the message is one flat JSON object, with each member once")
	if len(text) > mostMessage || !utf8.ValidString(text) {
		return m, fmt.Errorf("a message is readable text of %d bytes at the most", mostMessage)
	}
	texts := map[string]*string{
		"kind": &m.Kind, "equipment": &m.Equipment, "quantity": &m.Quantity, "value": &m.Value, "unit": &m.Unit, "time": &m.Time,
		"text": &m.Text, "severity": &m.Severity, "file": &m.File, "sha256": &m.SHA256,
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return m, form
	}
	seen := map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		key, ok := name.(string)
		if err != nil || !ok || seen[key] {
			return m, form
		}
		seen[key] = true
		value, err := decoder.Token()
		if err != nil {
			return m, form
		}
		if into := texts[key]; into != nil {
			if *into, ok = value.(string); !ok {
				return m, fmt.Errorf("the member %q is a text", key)
			}
			continue
		}
		if err := m.count(key, value); err != nil {
			return m, err
		}
	}
	if end, err := decoder.Token(); err != nil || end != json.Delim('}') {
		return m, form
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return m, form
	}
	return m, m.check()
}

// count takes in a member that is a whole number.
func (m *Message) count(key string, value json.Token) error {
	number, ok := value.(json.Number)
	if !ok || key != "interface" && key != "number" {
		return errors.New("a member of it is none that messages have, or is not of its kind") // and is not repeated: it may hold anything
	}
	n, err := number.Int64()
	if err != nil || n < 1 || n > mostNumber || strings.ContainsAny(number.String(), ".eE") {
		return fmt.Errorf("%q is a whole number from 1", key)
	}
	if key == "number" {
		m.Number = n
		return nil
	}
	m.Interface = int(n)
	return nil
}

func (m *Message) check() error {
	for _, text := range []string{m.Equipment, m.Quantity, m.Value, m.Unit, m.Text, m.Severity, m.File} {
		if utf8.RuneCountInString(text) > mostWord || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F || r == 0xFFFD }) {
			return fmt.Errorf("a member of a message has %d characters at the most, and none that is hidden", mostWord)
		}
	}
	switch {
	case m.Kind != MessageReading && m.Kind != MessageAlarm:
		return errors.New("a message is a reading or an alarm")
	case m.Equipment == "" || m.Interface == 0 || m.Number == 0:
		return errors.New("a message says which equipment sends it, under which interface, and its running number")
	case m.Kind == MessageAlarm && strings.TrimSpace(m.Text) == "":
		return errors.New("an alarm says what is wrong, in \"text\"")
	case m.Kind == MessageReading && m.Quantity == "":
		return errors.New("a reading says what was measured, in \"quantity\"")
	case m.SHA256 != "" && !hashForm(m.SHA256):
		return errors.New("\"sha256\" is 64 hexadecimal digits, in small letters")
	case m.Kind == MessageReading && m.SHA256 == "":
		return errors.New("a reading names its raw file by \"sha256\"")
	}
	if _, err := time.Parse(time.RFC3339Nano, m.Time); err != nil {
		return errors.New("\"time\" is written as in 2026-03-01T10:32:05Z")
	}
	if m.Kind == MessageReading || m.Value != "" {
		if _, err := m.Measured(); err != nil {
			return fmt.Errorf("the value: %w", err)
		}
	}
	return nil
}

func hashForm(text string) bool {
	return len(text) == 64 && !strings.ContainsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') })
}

// Measured is the value, exactly as sent.
func (m Message) Measured() (protocol.Quantity, error) {
	unit := protocol.One()
	if m.Unit != "" {
		var err error
		if unit, err = protocol.ParseUnit(m.Unit); err != nil || unit.Code != m.Unit {
			return protocol.Quantity{}, errors.New("its unit is a UCUM code, as in mL")
		}
	}
	q, err := protocol.ParseQuantity(m.Value)
	if err != nil {
		return q, err
	}
	if q.Number != m.Value {
		return protocol.Quantity{}, errors.New("a value is a plain decimal; its unit stands in \"unit\"")
	}
	q.Unit = unit
	return q, nil
}

// When is the machine's own time of the message.
func (m Message) When() time.Time {
	at, err := time.Parse(time.RFC3339Nano, m.Time)
	if err != nil {
		return time.Time{} // ReadMessage takes no such message
	}
	return at.UTC()
}

// publicKey reads an Ed25519 public key: PEM or base64 as openssl writes it, or
// the bare 32 bytes as base64; and gives the last.
func publicKey(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "-----BEGIN PUBLIC KEY-----"); ok { // a field of a form takes the lines as one
		if text, ok = strings.CutSuffix(inner, "-----END PUBLIC KEY-----"); !ok {
			return "", false
		}
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return "", false
	}
	if len(raw) != ed25519.PublicKeySize {
		parsed, err := x509.ParsePKIXPublicKey(raw)
		key, ok := parsed.(ed25519.PublicKey)
		if err != nil || !ok {
			return "", false
		}
		raw = key
	}
	return base64.StdEncoding.EncodeToString(raw), true
}

// Signed says whether a message, byte for byte, was signed with the interface's
// key.
func (i *Interface) Signed(message, signature string) bool {
	key, err := base64.StdEncoding.DecodeString(i.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(signature)
	return err == nil && ed25519.Verify(key, []byte(message), sum)
}

// Received is a message as the site took it in.
type Received struct {
	Message
	Signed    string // the message, byte for byte
	Signature string // base64
	At        Act
	Late      time.Duration // by which the site's clock was ahead of the machine's; negative where behind
	Marked    bool          // further apart than the interface allows
	Kept      bool          // the raw file is kept here
	Batch     string        // of an alarm: which batch had the machine
	TakenBy   string        // of a reading: the batch into which it was taken
	TakenIn   string        // the step
	Answers   []Answer      // of an alarm
}

// Answer is somebody's acknowledgement of an alarm, in the machine's log book or
// in a batch.
type Answer struct {
	Act
	Comment string
	Batch   string
}

// ID names a message among those of its machine.
func (r *Received) ID() string { return MessageID(r.Interface, r.Number) }

// MessageID is "2/18": the eighteenth message under the second interface.
func MessageID(face int, number int64) string { return fmt.Sprintf("%d/%d", face, number) }

// Words say what was sent.
func (m Message) Words() string {
	value := ""
	if q, err := m.Measured(); err == nil && m.Value != "" {
		value = q.String()
	}
	if m.Kind == MessageReading {
		return m.Quantity + " " + value
	}
	words := strings.TrimSuffix(m.Text, ".")
	if m.Severity != "" {
		words += " (" + m.Severity + ")"
	}
	if value != "" {
		words += ", " + strings.TrimSpace(m.Quantity+" "+value)
	}
	return words
}

// Told is what was sent, with both times.
func (r *Received) Told() string {
	words := fmt.Sprintf("%s, received %s, at %s by its own clock", r.Words(), r.At.At.UTC().Format(clockForm), r.When().Format(clockForm))
	if marked := r.ClockWords(); marked != "" {
		words += "; " + marked
	}
	return words
}

const clockForm = "2006-01-02 15:04:05 UTC"

// ClockWords say by how much two clocks differ; "" where that is as it may be.
func (r *Received) ClockWords() string {
	if !r.Marked {
		return ""
	}
	return ClockWords(r.Late)
}

// ClockWords say how a machine's clock stands to the site's.
func ClockWords(late time.Duration) string {
	if late < 0 {
		return "its clock is " + protocol.ShowDuration((-late).Truncate(time.Second)) + " ahead of the site's"
	}
	return "its clock is " + protocol.ShowDuration(late.Truncate(time.Second)) + " behind the site's, or it was sent late"
}

// InForce is the machine's interface that counts now; nil when it has none.
func (m *Equipment) InForce() *Interface {
	if len(m.Interfaces) == 0 {
		return nil
	}
	if last := &m.Interfaces[len(m.Interfaces)-1]; last.Ended == nil && !m.Retired {
		return last
	}
	return nil
}

// Received gives what a machine sent, the newest last.
func (b *Books) Received(equipment string) []*Received {
	return slices.Clone(b.readings[equipment])
}

// AlarmsIn gives the alarms that a machine gave while a batch had it.
func (b *Books) AlarmsIn(equipment, batch string) (all []*Received) {
	for _, got := range b.readings[equipment] {
		if got.Kind == MessageAlarm && got.Batch == batch {
			all = append(all, got)
		}
	}
	return all
}

// Message is one message of a machine; nil when there is none such.
func (b *Books) Message(equipment string, face int, number int64) *Received {
	return b.messages[messageKey{equipment, face, number}]
}

type messageKey struct {
	equipment string
	face      int
	number    int64
}
