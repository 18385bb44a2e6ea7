package batch

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
)

// onlooker reads a site's log from outside, as its bytes are, and knows nothing
// of the rules: neither their code nor their types. From the entries alone it
// works out what each lot and each machine was at every instant, whose each
// wristband is, and what each label said; and it says what ought not to have been accepted.
type onlooker struct {
	lots     map[string]*seenLot
	machines map[string]*seenMachine
	batches  map[string]*seenBatch
	uses     map[string]int // how often each kind of use was looked at
	wrong    []string
}

type seenLot struct {
	code, reason string
	released     bool
	last         time.Time
	forPatient   string
	left         *big.Rat
}

type seenMachine struct {
	code         string
	calibrated   time.Time
	clean, out   bool
	cleanUntil   time.Time
	holder, used string
}

type seenBatch struct {
	number, wristband, name string
	vials                   []string // codes set out
	labels                  map[string]int
	gone                    map[int]bool
}

func newOnlooker() *onlooker {
	return &onlooker{lots: map[string]*seenLot{}, machines: map[string]*seenMachine{}, batches: map[string]*seenBatch{}, uses: map[string]int{}}
}

func (o *onlooker) says(e audit.Entry, format string, args ...any) {
	o.wrong = append(o.wrong, fmt.Sprintf("entry %d, %s, %s: ", e.Index, e.Time.Format(time.DateTime), e.Kind)+fmt.Sprintf(format, args...))
}

// see takes in one entry.
func (o *onlooker) see(tb testing.TB, e audit.Entry, sealed map[string]string) {
	tb.Helper()
	var said struct {
		Code, Expiry, Quantity, Amount, Left, What, Until, Batch, Step, Field, Raw string

		UseBy string          `json:"use_by"`
		Item  json.RawMessage `json:"item"` // a name, or what was set out
		Copy  int
		Items []struct{ Name, Code string }
	}
	if err := json.Unmarshal(e.Payload, &said); err != nil {
		tb.Fatalf("%s: %v", e.Payload, err)
	}
	_, id, _ := strings.Cut(string(e.Stream), "/")
	lot, machine, b := o.lots[id], o.machines[id], o.batches[id]
	switch e.Kind {
	case "lot.received":
		o.lots[id] = &seenLot{code: said.Code, last: moment(tb, said.Expiry), forPatient: sealed["for_patient"], left: amount(tb, said.Quantity)}
	case "lot.released":
		lot.released, lot.reason = true, ""
	case "lot.quarantined", "lot.rejected":
		lot.released, lot.reason = false, string(e.Kind)
	case "lot.opened":
		if until := moment(tb, said.UseBy); !until.IsZero() && until.Before(lot.last) {
			lot.last = until
		}
	case "stock.taken":
		if lot.left.Sub(lot.left, amount(tb, said.Amount)); lot.left.Sign() < 0 {
			o.says(e, "more is taken of %s than there was", lot.code)
		}
	case "stock.adjusted":
		lot.left = amount(tb, said.Left)
	case "equipment.listed":
		o.machines[id] = &seenMachine{code: said.Code}
	case "equipment.proven":
		if said.What == "calibrated" {
			machine.calibrated = moment(tb, said.Until)
		}
	case "equipment.cleaned":
		machine.clean, machine.cleanUntil, machine.used = true, moment(tb, said.Until), ""
	case "equipment.stopped":
		machine.out = true
	case "equipment.returned":
		machine.out = false
	case "logbook.taken":
		if machine.holder != "" && machine.holder != said.Batch {
			o.says(e, "%s takes what %s has", said.Batch, machine.holder)
		}
		machine.holder = said.Batch
	case "logbook.freed":
		machine.holder, machine.used = "", said.Batch
	case "batch.opened":
		b = &seenBatch{number: sealed["number"], wristband: sealed["wristband"], name: sealed["name"], labels: map[string]int{}, gone: map[int]bool{}}
		o.batches[id] = b
		for _, item := range said.Items {
			o.setOut(e, id, item.Name, item.Code)
		}
	case "batch.item_set_out":
		var item struct{ Name, Code string }
		if err := json.Unmarshal(said.Item, &item); err != nil {
			tb.Fatal(err)
		}
		o.setOut(e, id, item.Name, item.Code)
	case "batch.scan_accepted":
		o.scan(e, id, said.Field, said.Raw, sealed)
	case "batch.step_performed":
		if said.Step == "draw up" {
			fit := slices.ContainsFunc(b.vials, func(code string) bool { return o.unfit(id, code, e.Time) == "" })
			if o.uses["draw up"]++; !fit {
				o.says(e, "%s draws up of nothing that is fit: %s", id, o.unfit(id, b.vials[0], e.Time))
			}
		}
	case "batch.label_printed":
		o.label(tb, e, id, sealed)
	case "batch.label_destroyed":
		b.gone[said.Copy] = true
	}
}

// label looks at a label that was printed: whom it names, and with which codes.
func (o *onlooker) label(tb testing.TB, e audit.Entry, id string, sealed map[string]string) {
	tb.Helper()
	var said struct {
		Copies []struct {
			Number int
			Code   string
		}
	}
	if err := json.Unmarshal(e.Payload, &said); err != nil {
		tb.Fatal(err)
	}
	b, named := o.batches[id], false
	for name, text := range sealed {
		if !strings.HasPrefix(name, "lines.") {
			continue
		}
		named = named || strings.Contains(text, b.name)
		if o.another(b, text) {
			o.says(e, "the label of %s says %q", id, text)
		}
	}
	if o.uses["label printed"]++; !named {
		o.says(e, "the label of %s does not name its patient", id)
	}
	for _, one := range said.Copies {
		b.labels[one.Code] = one.Number
	}
}

// another says that a line of a label names a patient who is not the batch's.
func (o *onlooker) another(b *seenBatch, text string) bool {
	for n := range 3 {
		other := child(n)
		if other.Number != b.number && (strings.Contains(text, other.Name) || strings.Contains(text, other.Number)) {
			return true
		}
	}
	return false
}

// scan looks at a scan that was accepted.
func (o *onlooker) scan(e audit.Entry, id, field, raw string, sealed map[string]string) {
	b := o.batches[id]
	switch o.uses[field]++; field {
	case "patient":
		for n := range 3 {
			if owner := child(n); owner.Wristband == sealed["raw"] && owner.Number == b.number {
				return
			}
		}
		o.says(e, "%s takes the wristband %s, and is for %s", id, sealed["raw"], b.number)
	case "label":
		if n, printed := b.labels[raw]; !printed || b.gone[n] {
			o.says(e, "%s takes the label %q, and has %v without %v", id, raw, b.labels, b.gone)
		}
	default:
		if why := o.unfit(id, raw, e.Time); why != "" {
			o.says(e, "%s uses %s: %s", id, raw, why)
		}
	}
}

func (o *onlooker) setOut(e audit.Entry, id, name, code string) {
	if o.uses["set out"]++; name == "vial" {
		o.batches[id].vials = append(o.batches[id].vials, code)
	}
	if why := o.unfit(id, code, e.Time); why != "" && !strings.HasPrefix(why, "taken") {
		o.says(e, "%s sets out %s: %s", id, code, why)
	}
}

// unfit says why something was not fit for a batch at an instant.
func (o *onlooker) unfit(id, code string, at time.Time) string {
	for _, lot := range o.lots {
		switch {
		case lot.code != code:
		case !lot.released:
			return "not released " + lot.reason
		case at.After(lot.last):
			return "out of date since " + lot.last.Format(time.DateTime)
		case lot.forPatient != o.batches[id].number:
			return "it is " + lot.forPatient + "'s"
		default:
			return ""
		}
	}
	for _, m := range o.machines {
		switch {
		case m.code != code:
		case m.out:
			return "out of service"
		case at.After(m.calibrated):
			return "out of calibration"
		case !m.clean, !m.cleanUntil.IsZero() && at.After(m.cleanUntil):
			return "not clean"
		case m.holder != "" && m.holder != id:
			return "taken by " + m.holder
		case m.holder == "" && m.used != "":
			return "taken before by " + m.used + ", and not cleaned since"
		default:
			return ""
		}
	}
	return "nobody knows it"
}

func moment(tb testing.TB, text string) time.Time {
	tb.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

func amount(tb testing.TB, text string) *big.Rat {
	tb.Helper()
	number, _, _ := strings.Cut(text, " ")
	read, ok := new(big.Rat).SetString(number)
	if !ok {
		tb.Fatalf("%q is no amount", text)
	}
	return read
}
