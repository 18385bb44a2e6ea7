package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/identity"
	"countersign/register"
)

// dataWords say whether a machine's data are accepted, and how (EXE-13).
func dataWords(m *register.Equipment) string {
	face := m.InForce()
	if face == nil {
		if n := len(m.Interfaces); n > 0 {
			return fmt.Sprintf("not accepted: interface %d ended, %s", n, strings.TrimSuffix(m.Interfaces[n-1].Why, "."))
		}
		return "not accepted"
	}
	measures := make([]string, len(face.Measures))
	for i, measure := range face.Measures {
		measures[i] = measure.Words()
	}
	return fmt.Sprintf("accepted under interface %d, for software %s: %s; by %s, %s", face.Number, face.Software, strings.Join(measures, ", "), face.Document, face.Accepted.Name)
}

// dataOffers are the acts on a machine's interface and alarms.
func (view *machineView) dataOffers(m *register.Equipment, open []*register.Received, me identity.Person, f form) {
	for _, alarm := range open {
		if maySign(me, register.AnswerAlarm{}) {
			view.Acts = append(view.Acts, offer(register.AnswerAlarm{}, "equipment", m.ID, alarm.ID(), "Acknowledge alarm "+alarm.ID(),
				"Alarm "+alarm.Told()+".", f, actField{Name: "comment", Label: "What was found, and what was done"}))
		}
	}
	switch {
	case !maySign(me, register.AcceptInterface{}):
	case m.InForce() != nil:
		a := offer(register.WithdrawInterface{}, "equipment", m.ID, "", "Accept its data no longer", "What it sends is refused, and values are typed again.", f, actField{Name: "reason", Label: "Why"})
		a.Bad = true
		view.Acts = append(view.Acts, a)
	case m.Firmware != "":
		view.Acts = append(view.Acts, offer(register.AcceptInterface{}, "equipment", m.ID, "", "Accept its data",
			"The interface was validated with software "+m.Firmware+". Other software ends it.", f,
			actField{Name: "measures", Label: "What it measures", Hint: "Each with its unit, as in: mass in g; volume in mL"},
			actField{Name: "document", Label: "Report that shows that it was validated"},
			actField{Name: "sha256", Label: "SHA-256 of the report, if there is a file"},
			actField{Name: "tolerance", Label: "By how much its clock may differ", Hint: "As in 2 min"},
			actField{Name: "key", Label: "Public key of its gateway", Hint: "Ed25519, as openssl writes it: -----BEGIN PUBLIC KEY-----"}))
	}
}

// measuresOf reads "mass in g; volume in mL". What cannot be read is left as it
// was typed, and the rules say what is wrong with it.
func measuresOf(text string) (all []register.Measure) {
	for _, one := range strings.Split(text, ";") {
		if one = strings.TrimSpace(one); one != "" {
			quantity, unit, _ := strings.Cut(one, " in ")
			all = append(all, register.Measure{Quantity: strings.TrimSpace(quantity), Unit: strings.TrimSpace(unit)})
		}
	}
	return all
}

// dataAct is an act of a form on a machine's data; ok is false for
// any other.
func dataAct(f form) (c register.Command, ok bool) {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	switch f["act"] {
	case register.AcceptInterface{}.Name():
		return register.AcceptInterface{
			Equipment: text("equipment"), Measures: measuresOf(f["measures"]), Key: text("key"), Tolerance: text("tolerance"),
			Document: text("document"), SHA256: text("sha256"),
		}, true
	case register.WithdrawInterface{}.Name():
		return register.WithdrawInterface{Equipment: text("equipment"), Reason: text("reason")}, true
	case register.AnswerAlarm{}.Name():
		face, number, _ := strings.Cut(f["what"], "/")
		n, err := strconv.Atoi(face)
		if err != nil {
			return nil, false
		}
		counted, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, false
		}
		return register.AnswerAlarm{Equipment: text("equipment"), Interface: n, Number: counted, Comment: text("comment")}, true
	}
	return nil, false
}

// dataSubject is the machine that such an act is about.
func dataSubject(c register.Command) string {
	switch c := c.(type) {
	case register.AcceptInterface:
		return c.Equipment
	case register.WithdrawInterface:
		return c.Equipment
	case register.AnswerAlarm:
		return c.Equipment
	}
	return ""
}

// machineData shows everything that a machine has sent.
func (s *Server) machineData(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	all, err := s.svc.Received(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	list := receivedTable(all, s.svc.Info().Location)
	list.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return list.writeCSV(w, "data of "+shortened(id))
	}
	return s.render(w, r, v, http.StatusOK, "machine-data", page{
		Title: "What " + shortened(id) + " has sent", View: list, Back: &link{Text: "The equipment", To: machineAddress(id)},
	})
}

// receivedTable lists messages, the newest first.
func receivedTable(all []*register.Received, zone *time.Location) table {
	t := table{
		Caption: "Readings and alarms", Empty: "It has sent nothing.",
		Columns: titles("Number", "Kind", "What", "Received", "By its own clock", "Clocks", "Batch", "Acknowledged", "Raw file, SHA-256"),
	}
	for i := len(all) - 1; i >= 0; i-- {
		got := all[i]
		in := cell{Text: got.Batch + got.TakenBy}
		if in.Text != "" {
			in.To = batchAddress(in.Text)
		}
		var answers []string
		for _, answer := range got.Answers {
			who := answer.Name
			if who == "" {
				who = "in batch " + answer.Batch
			}
			answers = append(answers, who+", "+when(answer.At, zone)+": "+answer.Comment)
		}
		if got.Kind == register.MessageAlarm && len(answers) == 0 {
			answers = []string{"NOBODY YET"}
		}
		raw := cell{Text: got.SHA256, Mono: true}
		if got.Kept {
			raw.To = fmt.Sprintf("%s/data/%d/%d/file", machineAddress(got.Equipment), got.Interface, got.Number)
		}
		t.Rows = append(t.Rows, row{
			{Text: got.ID(), Sort: fmt.Sprintf("%09d/%016d", got.Interface, got.Number), Line: true},
			{Text: got.Kind},
			{Text: got.Words()},
			{Text: when(got.At.At, zone), Sort: sortable(got.At.At)},
			{Text: when(got.When(), zone), Sort: sortable(got.When())},
			{Text: orElse(got.ClockWords(), "agree")},
			in,
			{Text: strings.Join(answers, "; ")},
			raw,
		})
	}
	return t
}

// rawFile gives a raw file as it was sent.
func (s *Server) rawFile(w http.ResponseWriter, r *http.Request, v visit) error {
	face, err := strconv.Atoi(r.PathValue("interface"))
	if err != nil {
		return errForm
	}
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return errForm
	}
	name, file, err := s.svc.RawFile(r.Context(), v.who, r.PathValue("id"), face, number)
	if err != nil {
		return err
	}
	return saved(w, name, file)
}

func (s *Server) machineDataTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, register.ReadingsStream(id), page{Title: "Audit trail of the data of " + shortened(id), Back: &link{Text: "The equipment", To: machineAddress(id)}})
}
