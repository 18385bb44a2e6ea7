package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/scan"
)

// stockCommand is the act that a form on a register comes to, or what
// cannot be read in it. Every sentence is safe to show.
func (s *Server) stockCommand(r *http.Request, v visit, f form) (register.Command, *problem, error) {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	wrong := &problem{Title: "Some of this cannot be read"}
	zone := s.svc.Info().Location
	until := func() time.Time {
		at, sentence := readUntil(text("until"), zone)
		if sentence != "" {
			wrong.add(actPlace(f["act"]+" "+f["what"]), "%s", sentence)
		}
		return at
	}
	lot, machine := text("lot"), text("equipment")
	var c register.Command
	switch f["act"] {
	case "receive lot":
		delivery, p, err := s.delivery(r, v, f)
		return delivery, p, err
	case "pool lots":
		return s.pooling(r, v, f)
	case "split lot":
		return s.splitting(r, v, f)
	case "list material":
		c = listing(f)
	case "release lot":
		c = register.ReleaseLot{Lot: lot, Document: text("document")}
	case "quarantine lot":
		c = register.QuarantineLot{Lot: lot, Reason: text("reason")}
	case "reject lot":
		c = register.RejectLot{Lot: lot, Reason: text("reason")}
	case "open lot":
		c = register.OpenLot{Lot: lot}
	case "thaw lot":
		c = register.ThawLot{Lot: lot}
	case "adjust stock":
		unit, err := s.unitOfLot(r, v, lot)
		if err != nil {
			return nil, nil, err
		}
		c = register.AdjustStock{Lot: lot, Left: amountOf(text("left"), unit), Reason: text("reason")}
	case "list equipment":
		c = register.ListEquipment{
			Equipment: machine, Kind: text("kind"), Title: text("title"), Code: text("code"), Model: text("model"),
			Serial: text("serial"), Firmware: text("firmware"), Place: text("place"),
		}
	case "prove equipment":
		c = register.ProveEquipment{Equipment: machine, What: f["what"], Until: until(), Document: text("document")}
	case "clean equipment":
		c = register.CleanEquipment{Equipment: machine, Until: until(), Document: text("document")}
	case "stop equipment":
		c = register.StopEquipment{Equipment: machine, Reason: text("reason")}
	case "return equipment":
		c = register.ReturnEquipment{Equipment: machine, Document: text("document")}
	case "retire equipment":
		c = register.RetireEquipment{Equipment: machine, Reason: text("reason")}
	default:
		var ok bool
		if c, ok = dataAct(f); !ok {
			return nil, nil, errForm
		}
	}
	if len(wrong.Sentences) > 0 {
		return nil, wrong, nil
	}
	return c, nil, nil
}

// actPlace is where the form of an act stands on its page.
func actPlace(act string) string {
	return "#act-" + strings.ReplaceAll(strings.TrimSpace(act), " ", "-")
}

// readUntil reads the last day, or the last moment, on which something counts,
// in site time. A day counts to its end; a time that comes twice when the
// clocks go back is the earlier one. sentence is not empty when it cannot be
// read; an empty text is no time.
func readUntil(text string, zone *time.Location) (at time.Time, sentence string) {
	const form = "Write the date as in 2027-01-31 or 31/01/2027 (day, month, year), with a time behind it where there is one: 2027-01-31 14:30."
	day, clock, timed := strings.Cut(strings.Join(strings.Fields(text), " "), " ")
	if !timed {
		at, err := readDay(text, zone)
		if err != nil {
			return at, form
		}
		return at, ""
	}
	date, err := readDate(day, time.UTC)
	if err != nil {
		return time.Time{}, form
	}
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, form
	}
	local := scan.Moment{
		Date: scan.Date{Year: date.Year(), Month: int(date.Month()), Day: date.Day()}, Timed: true, Hour: hour.Hour(), Minute: hour.Minute(),
	}
	all := local.Instants(zone)
	if len(all) == 0 {
		return time.Time{}, "There is no such time here: the clocks go forward over it."
	}
	return all[0].UTC(), ""
}

// amountOf is an amount as the register reads it: whoever counts in the
// material's own unit need not write it.
func amountOf(text, unit string) string {
	if q, err := protocol.ParseQuantity(text); err == nil && q.Unit.Display == "" && unit != "" {
		return text + " " + unit
	}
	return text
}

// amountHint says how an amount of what is counted in a unit is typed.
func amountHint(unit string) string {
	if unit == "" {
		return "Type a number, as in 3, or 3 pieces"
	}
	return fmt.Sprintf("Type a number in %s, as in 3, or 3 %s", unit, unit)
}

// unitOfLot is what a lot is counted in; "" for pieces.
func (s *Server) unitOfLot(r *http.Request, v visit, id string) (unit string, err error) {
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		if lot, ok := b.Lot(id); ok {
			unit = lot.Left.Unit.Display
		}
	})
	return unit, err
}

// maySign says who is offered an act on a register; the rules decide.
func maySign(p identity.Person, c register.Command) bool {
	_, roles := c.Signs()
	return slices.ContainsFunc(roles, p.Has)
}

// actView is an act that is offered on the page of a lot or a machine.
type actView struct {
	Act, ID, Subject, Of string // Subject: the member that names Of
	What                 string
	Title, Words, Button string
	Bad                  bool // for good
	Fields               []actField
}

// actField is something to be typed for an act.
type actField struct{ ID, Name, Label, Hint, Value, Unit string }

// offer makes an act's form, with what was typed when it was refused.
func offer(c register.Command, subject, of, what, title, words string, typed form, fields ...actField) actView {
	a := actView{Act: c.Name(), Subject: subject, Of: of, What: what, Title: title, Words: words, Button: "Read and sign"}
	a.ID = strings.TrimPrefix(actPlace(a.Act+" "+what), "#")
	for _, one := range fields {
		one.ID = a.ID + "-" + one.Name
		if typed["act"] == a.Act && typed["what"] == what {
			one.Value = typed[one.Name]
		}
		a.Fields = append(a.Fields, one)
	}
	return a
}

// pastAct is one act in the life of a lot or a machine.
type pastAct struct{ At, Words, Name, Role string }

// pastActs are acts for the eye, the newest first. An act that nobody signed
// stands beside another, a batch's or a lot's, and carries its person.
func pastActs(acts []register.Act, names map[identity.PersonID]string, zone *time.Location) []pastAct {
	var lines []pastAct
	for _, act := range slices.Backward(acts) {
		line := pastAct{At: when(act.At, zone), Words: act.Words, Name: act.Name, Role: act.Role}
		if line.Name == "" {
			line.Name, line.Role = names[act.Person], "as part of another act"
		}
		if line.Name == "" {
			line.Name = string(act.Person)
		}
		lines = append(lines, line)
	}
	return lines
}

// useLine is a row of a lot's stock or a machine's log book.
type useLine struct{ Batch, To, Into, Item, Amount, At, Name, Why string }

func useLines(uses []register.Use, names map[identity.PersonID]string, zone *time.Location) []useLine {
	var lines []useLine
	for _, use := range slices.Backward(uses) {
		line := useLine{Batch: use.Batch, Item: use.Item, At: when(use.At, zone), Name: use.Name, Why: use.Why}
		if line.Name == "" {
			line.Name = names[use.Person]
		}
		switch {
		case use.Batch != "":
			line.To = batchAddress(use.Batch)
		case use.Into != "":
			line.Into, line.To = "lot "+use.Into, lotAddress(use.Into)
		}
		if use.Amount.Number != "" {
			line.Amount = register.Pieces(use.Amount)
			if rest, back := strings.CutPrefix(use.Amount.Number, "-"); back {
				given := use.Amount
				given.Number = rest
				line.Amount = register.Pieces(given) + " given back"
				if use.Batch == "" {
					line.Amount = register.Pieces(given) + " found"
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// names are everybody's printed names.
func (s *Server) names(r *http.Request, v visit) (map[identity.PersonID]string, error) {
	people, err := s.svc.People(r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	names := map[identity.PersonID]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, nil
}

// untilWords says until when something counts, or since when it does not.
func untilWords(until, now time.Time, zone *time.Location) string {
	switch {
	case until.IsZero():
		return "not stated"
	case now.After(until):
		return "OVERDUE since " + minuteWords(until, zone)
	}
	return "until " + minuteWords(until, zone)
}

func minuteWords(at time.Time, zone *time.Location) string {
	return strings.TrimPrefix(at.In(zone).Format("02 Jan 2006 15:04 MST"), "0")
}

// sortable orders moments, what never ends last.
func sortable(at time.Time) string {
	if at.IsZero() {
		return "9999"
	}
	return at.UTC().Format(time.RFC3339)
}

// draftOf is what was typed before a sheet was left unsigned.
func (s *Server) draftOf(r *http.Request, v visit) (form, error) {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return nil, err
	}
	if f, kept := s.drafts.find(asked["draft"], v); kept {
		return f, nil
	}
	return form{}, nil
}

func noSuch(what, id string) error {
	return &refusal{status: http.StatusNotFound, title: "There is no such " + what, sentence: fmt.Sprintf("The register has no %s %s.", what, shortened(id))}
}

// shortened keeps what somebody put into an address from filling the page.
func shortened(text string) string {
	const enough = 40
	if all := []rune(text); len(all) > enough {
		return string(all[:enough]) + "…"
	}
	return text
}
