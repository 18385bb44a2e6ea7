package register

import (
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// Fitness is what the registers say of a lot or a machine at one moment: all
// that a batch's rules ask of it (MAT-02, MAT-05).
type Fitness struct {
	Stream  audit.StreamID // "lot/L-0007" or "equipment/E-0003"
	Version int64          // of that stream
	// Row is the version of its stock's or log book's stream: what a batch
	// takes is taken as things stood then.
	Row  int64
	Name string // what protocols call it: the material or the kind
	// Number is the lot number, or the machine's own.
	Number, Code string
	Ended        string    // why it may not be used at all; "" while it may
	Released     bool      // a lot's
	Until        time.Time // a lot's last moment; zero when nothing limits it
	Qualified    time.Time // a machine's, as the next two
	Calibrated   time.Time
	Clean        bool
	CleanUntil   time.Time // a machine's; zero when its cleanliness does not lapse
	Document     string    // that it was released or calibrated by
	Personal     bool
	ForPatient   string            // "" where the opening was left out
	Left         protocol.Quantity // of a lot
	Holder       string            // the batch that has the machine
	UsedBy       string            // the batch that used the machine since it was cleaned
	Donations    []string          // that are in a lot, unaltered (COI-05)
	Chain        string            // of identity, that a lot carries (COI-06)
	Interface    *Interface        // under which a machine's data are accepted now (EXE-13)
	// Grounds are the lots that a lot came from, as they stood: it is fit while
	// they are.
	Grounds []audit.Condition
}

// Scanned finds what a code's label belongs to.
func (b *Books) Scanned(code string, now time.Time) (Fitness, bool) {
	if lot := b.byCode(code, now); lot != nil {
		return b.fitnessOfLot(lot), true
	}
	for _, m := range b.equipment {
		if !m.Retired && (m.Code == code || Key(m.Code, now) == Key(code, now)) {
			return b.fitnessOfMachine(m, now), true
		}
	}
	return Fitness{}, false
}

// Machine says that it is a machine or a room, and not a lot.
func (f Fitness) Machine() bool { return strings.HasPrefix(string(f.Stream), "equipment/") }

// Failing says why a condition of a protocol does not hold; "" when it does.
// In date includes the last moment.
func (f Fitness) Failing(must string, now time.Time) string {
	past := func(until time.Time) bool { return until.IsZero() || now.After(until) }
	switch must {
	case "released":
		if !f.Released {
			return "lot " + f.Number + " is not released"
		}
	case "in date":
		if past(f.Until) {
			return "lot " + f.Number + " is out of date"
		}
	case "for this patient":
		if !f.Personal {
			return "lot " + f.Number + " is not labelled for this patient"
		}
	case "qualified":
		if past(f.Qualified) {
			return f.Number + " is not qualified"
		}
	case "calibrated":
		if past(f.Calibrated) {
			return f.Number + " is out of calibration"
		}
	case "clean":
		if f.Machine() && !f.Clean {
			return f.Number + " is not stated to be clean"
		}
	default:
		return "nobody can say whether it is " + must
	}
	return ""
}

// Fit gives what may be set out for an item now, what runs out first at the
// top.
func (b *Books) Fit(item *protocol.Item, now time.Time) []Fitness {
	var all []Fitness
	add := func(f Fitness) {
		if f.Ended != "" || f.Name != item.RegisteredAs || slices.ContainsFunc(item.MustBe, func(must string) bool { return f.Failing(must, now) != "" }) {
			return
		}
		all = append(all, f)
	}
	for _, lot := range b.Lots() {
		if !item.Equipment && positive(lot.Left) {
			add(b.fitnessOfLot(lot))
		}
	}
	for _, m := range b.Machines() {
		if item.Equipment && !m.Retired {
			add(b.fitnessOfMachine(m, now))
		}
	}
	slices.SortStableFunc(all, func(x, y Fitness) int {
		switch {
		case x.Until.Equal(y.Until):
			return 0
		case y.Until.IsZero() || !x.Until.IsZero() && x.Until.Before(y.Until):
			return -1
		}
		return 1
	})
	return all
}

// Rows is the stream of a thing's uses.
func (f Fitness) Rows() audit.StreamID {
	if id, ok := strings.CutPrefix(string(f.Stream), "lot/"); ok {
		return StockStream(id)
	}
	return LogbookStream(strings.TrimPrefix(string(f.Stream), "equipment/"))
}

func (b *Books) fitnessOfLot(lot *Lot) Fitness {
	f := Fitness{
		Stream: LotStream(lot.ID), Name: lot.Material, Number: lot.Number, Code: lot.Code,
		Released: lot.Status == Released, Until: lot.Last(), Document: lot.Release,
		Personal: lot.Personal, ForPatient: lot.ForPatient, Left: lot.Left, Donations: lot.Donations, Chain: lot.Chain, Grounds: b.grounds(lot),
	}
	if f.Document == "" {
		f.Document = lot.Document
	}
	switch lot.Status {
	case Quarantined, RejectedLot, Recalled:
		f.Ended = "lot " + lot.Number + " is " + string(lot.Status) + ": " + lot.Reason
	default:
		f.Ended = b.Held(lot)
	}
	f.Version, f.Row = b.versions[f.Stream], b.versions[f.Rows()]
	return f
}

func (b *Books) fitnessOfMachine(m *Equipment, now time.Time) Fitness {
	f := Fitness{
		Stream: EquipmentStream(m.ID), Name: m.Kind, Number: m.ID, Code: m.Code, Qualified: m.Qualified, Calibrated: m.Calibrated,
		Clean:      !m.Cleaned.IsZero() && (m.CleanUntil.IsZero() || !now.After(m.CleanUntil)),
		CleanUntil: m.CleanUntil, Document: m.Documents["calibrated"], Holder: m.Holder, UsedBy: m.UsedBy, Interface: m.InForce(),
	}
	if m.Out != "" {
		f.Ended = m.ID + " is out of service: " + m.Out
	}
	f.Version, f.Row = b.versions[f.Stream], b.versions[f.Rows()]
	return f
}
