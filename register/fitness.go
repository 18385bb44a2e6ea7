package register

import (
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
	Document     string // that it was released or calibrated by
	Personal     bool
	ForPatient   string            // "" where the opening was left out
	Left         protocol.Quantity // of a lot
	Holder       string            // the batch that has the machine
	UsedBy       string            // the batch that used the machine since it was cleaned
}

// Scanned finds what a code's label belongs to.
func (b *Books) Scanned(code string, now time.Time) (Fitness, bool) {
	if lot := b.byCode(code); lot != nil {
		return b.fitnessOfLot(lot), true
	}
	for _, m := range b.equipment {
		if m.Code == code && !m.Retired {
			return b.fitnessOfMachine(m, now), true
		}
	}
	return Fitness{}, false
}

// Rows is the stream of a thing's uses.
func (f Fitness) Rows() audit.StreamID {
	if id, ok := strings.CutPrefix(string(f.Stream), "lot/"); ok {
		return stockStream(id)
	}
	return logbookStream(strings.TrimPrefix(string(f.Stream), "equipment/"))
}

func (b *Books) fitnessOfLot(lot *Lot) Fitness {
	f := Fitness{
		Stream: lotStream(lot.ID), Name: lot.Material, Number: lot.Number, Code: lot.Code,
		Released: lot.Status == Released, Until: lot.Last(), Document: lot.Release,
		Personal: lot.Personal, ForPatient: lot.ForPatient, Left: lot.Left,
	}
	if f.Document == "" {
		f.Document = lot.Document
	}
	switch lot.Status {
	case Quarantined, RejectedLot, Recalled:
		f.Ended = "lot " + lot.Number + " is " + string(lot.Status) + ": " + lot.Reason
	}
	f.Version, f.Row = b.versions[f.Stream], b.versions[f.Rows()]
	return f
}

func (b *Books) fitnessOfMachine(m *Equipment, now time.Time) Fitness {
	f := Fitness{
		Stream: equipmentStream(m.ID), Name: m.Kind, Number: m.ID, Code: m.Code, Qualified: m.Qualified, Calibrated: m.Calibrated,
		Clean:    !m.Cleaned.IsZero() && (m.CleanUntil.IsZero() || !now.After(m.CleanUntil)),
		Document: m.Documents["calibrated"], Holder: m.Holder, UsedBy: m.UsedBy,
	}
	if m.Out != "" {
		f.Ended = m.ID + " is out of service: " + m.Out
	}
	f.Version, f.Row = b.versions[f.Stream], b.versions[f.Rows()]
	return f
}
