package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"countersign/batch"
	"countersign/register"
	"countersign/web/api"
)

// gateway plays a machine's: it measures what the script says, signs it with a key
// of its own and sends it, as any hospital's would (EXE-13). It is signed in as
// nobody.
type gateway struct {
	client  *client
	machine string // the site's number
	face    int
	key     ed25519.PrivateKey
	last    int64
}

// sentAct is an act of a machine in a script.
type sentAct struct {
	Alarm                 bool
	Quantity, Value, Unit string
	Text                  string
}

var (
	sendsForm  = regexp.MustCompile(`^sends (\S+) (\S+) (\S+)$`)
	alarmForm  = regexp.MustCompile(`^gives alarm: (.+)$`)
	takesForm  = regexp.MustCompile(`^takes the reading as (.+?) in (.+)$`)
	answerForm = regexp.MustCompile(`^acknowledges the alarm: (.+)$`)
)

// readSent reads what a machine does; nil for an act of a person.
func readSent(text string) *sentAct {
	if m := sendsForm.FindStringSubmatch(text); m != nil {
		return &sentAct{Quantity: m[1], Value: m[2], Unit: m[3]}
	}
	if m := alarmForm.FindStringSubmatch(text); m != nil {
		return &sentAct{Alarm: true, Text: m[1]}
	}
	return nil
}

// words say it as a person would.
func (a sentAct) words() string {
	if a.Alarm {
		return "gives an alarm: " + a.Text
	}
	return "sends " + a.Quantity + " " + a.Value + " " + a.Unit
}

// connect has the quality lead accept the data of a machine that a script sets out.
func (pl *player) connect(ctx context.Context, item scriptItem) error {
	lead := pl.company.members["priya"]
	var books struct {
		Equipment []api.EquipmentView `json:"equipment"`
	}
	if err := lead.call(ctx, http.MethodGet, "/registers", nil, &books); err != nil {
		return err
	}
	g := &gateway{client: newClient(pl.company.base, "", "")}
	for _, m := range books.Equipment {
		if m.Code == item.Code {
			g.machine, g.face = m.Equipment, m.Interfaces+1
			if m.Interface > 0 {
				if err := lead.signRegister(ctx, register.WithdrawInterface{Equipment: m.Equipment, Reason: "Its gateway gets a new key."}); err != nil {
					return err
				}
			}
			if err := lead.signRegister(ctx, register.ListEquipment{Equipment: m.Equipment, Kind: m.Kind, Title: m.Title, Code: m.Code, Model: "example", Serial: item.Lot, Place: "room 4", Firmware: "2.1"}); err != nil {
				return err
			}
		}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return err
	}
	g.key = private
	accept := register.AcceptInterface{
		Equipment: g.machine, Key: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), Tolerance: "2 min", Document: "validation report of the interface",
	}
	for _, one := range strings.Split(item.Sends, ", ") {
		quantity, unit, _ := strings.Cut(one, " in ")
		accept.Measures = append(accept.Measures, register.Measure{Quantity: quantity, Unit: unit})
	}
	pl.gateways[item.Name] = g
	return lead.signRegister(ctx, accept)
}

// send carries out an act of a machine.
func (g *gateway) send(ctx context.Context, act sentAct, now time.Time) error {
	g.last++
	raw := []byte(act.Quantity + ";" + act.Value + ";" + act.Unit + "\n")
	sum := sha256.Sum256(raw)
	says := map[string]any{
		"kind": register.MessageReading, "equipment": g.machine, "interface": g.face, "number": g.last, "quantity": act.Quantity, "value": act.Value,
		"unit": act.Unit, "time": now.UTC().Format(time.RFC3339), "file": fmt.Sprintf("%s-%d.csv", g.machine, g.last), "sha256": hex.EncodeToString(sum[:]),
	}
	if act.Alarm {
		says = map[string]any{
			"kind": register.MessageAlarm, "equipment": g.machine, "interface": g.face, "number": g.last, "text": act.Text, "time": now.UTC().Format(time.RFC3339),
		}
		raw = nil
	}
	message, err := json.Marshal(says)
	if err != nil {
		return err
	}
	return g.client.call(ctx, http.MethodPost, "/equipment/"+url.PathEscape(g.machine)+"/messages", map[string]any{
		"message": string(message), "signature": base64.StdEncoding.EncodeToString(ed25519.Sign(g.key, message)), "raw": raw,
	}, nil)
}

// sends carries out a line of a machine.
func (pl *player) sends(ctx context.Context, line scriptLine) error {
	g := pl.gateways[line.who]
	if g == nil {
		return fmt.Errorf("act line %d: %s sends nothing here", line.number, line.who)
	}
	if err := g.send(ctx, *line.sent, pl.start.Add(line.at)); err != nil {
		return fmt.Errorf("%w: act line %d: %w", errUnexpected, line.number, err)
	}
	pl.tell(fmt.Sprintf("%s  %s %s", pl.at(line), line.who, line.sent.words()))
	return nil
}

// ofLast fills in the newest message of the machine that sent one last.
func (pl *player) ofLast(c batch.Command) batch.Command {
	for _, g := range pl.gateways {
		switch c := c.(type) {
		case batch.TakeReading:
			c.Equipment, c.Interface, c.Number = g.machine, g.face, g.last
			return c
		case batch.AnswerAlarm:
			c.Equipment, c.Interface, c.Number = g.machine, g.face, g.last
			return c
		}
	}
	return c
}
