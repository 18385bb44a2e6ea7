package register

import (
	"fmt"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// LotStatus is where a lot stands.
type LotStatus string

// The statuses. That a lot is exhausted or out of date follows from its stock
// and the hour, and is no status.
const (
	Unreleased  LotStatus = "received, not released"
	Released    LotStatus = "released"
	Quarantined LotStatus = "quarantined"
	RejectedLot LotStatus = "rejected"
	Recalled    LotStatus = "recalled"
)

// Lot is one delivery of one lot of a material, or one patient's starting
// material.
type Lot struct {
	ID       string // the site's own, "L-0007"
	Material string
	Code     string // what its label's code says
	Sent     string // what was received for it, where that is something else (MAT-03)
	Number   string // the maker's lot number
	Serial   string // of a pack that has one
	// Donations are the unique codes of all that is in it, unaltered: one of a
	// delivery, every one of a pool (COI-05).
	Donations []string
	Chain     string   // of identity, that its label or its sources carry (COI-06)
	From      []Source // the lots and donations that it was made of; none of a delivery
	Parts     []parted // that it was split into
	Expiry    time.Time
	// Quantity came; Left is what no batch has taken (MAT-01).
	Quantity, Left protocol.Quantity
	Supplier       string
	Document       string // certificate or delivery note
	Personal       bool   // it is one patient's
	ForPatient     string // whose; "" where the opening was left out
	Status         LotStatus
	Received       Act
	Release        string // certificate or control number that it was released by
	Opened, Thawed time.Time
	UseBy          time.Time // once opened or thawed; zero before
	Reason         string    // of the last status that has one
	Stopped        Act       // that put it into quarantine; of the last time
	History        []Act     // of the lot and its stock, the first first
	Uses           []Use
}

// Use is a row of a lot's stock: what a batch took of it, or gave back.
type Use struct {
	Act
	Batch  string
	Into   string            // the lot that it went into, where no batch took it
	Item   string            // of the batch's protocol
	Amount protocol.Quantity // negative when it was given back
	Why    string            // "" for a batch's
}

// LotStream is a lot's stream.
func LotStream(id string) audit.StreamID { return audit.StreamID("lot/" + id) }

// StockStream is its stock's. It stands apart, because each batch's record
// carries its lots' streams whole, and not what other batches took.
func StockStream(id string) audit.StreamID { return audit.StreamID("stock/" + id) }

// Last is the last moment at which a lot may be used: its expiry, or earlier
// once it was opened or thawed; zero when nothing limits it.
func (l *Lot) Last() time.Time {
	if l.UseBy.IsZero() || !l.Expiry.IsZero() && l.Expiry.Before(l.UseBy) {
		return l.Expiry
	}
	return l.UseBy
}

// Spent says that nothing of the lot is left.
func (l *Lot) Spent() bool {
	more, err := l.Left.Cmp(protocol.Quantity{Number: "0", Unit: l.Left.Unit})
	return err == nil && more <= 0
}

// LotReceived brings a lot. The patient's number of a personal one is sealed.
// Signed as performed by whoever took it in.
type LotReceived struct {
	inLot
	performed
	Material   string `json:"material"`
	Code       string `json:"code"`
	Number     string `json:"lot"`
	Serial     string `json:"serial"` // of a pack that has one
	Donation   string `json:"donation"`
	Expiry     string `json:"expiry"` // RFC 3339, UTC; "" when it has none
	Quantity   string `json:"quantity"`
	Supplier   string `json:"supplier"`
	Document   string `json:"document"`
	Personal   bool   `json:"personal"`
	ForPatient string `json:"-"`
	// Sent is the code exactly as it was received, where that is not Code (MAT-03).
	Sent string `json:"sent,omitempty"`
}

// LotReleased lets a lot be used. Signed as approved.
type LotReleased struct {
	inLot
	approved
	Document string `json:"document"`
}

// LotQuarantined stops a lot until it is released anew. Signed as performed:
// anybody may stop.
type LotQuarantined struct {
	inLot
	performed
	Reason string `json:"reason"`
}

// LotRejected ends a lot for good. Signed as rejected.
type LotRejected struct {
	inLot
	rejected
	Reason string `json:"reason"`
}

// LotOpened begins a lot's time in use. Signed as performed.
type LotOpened struct {
	inLot
	performed
	UseBy string `json:"use_by"` // RFC 3339, UTC; "" when the material has no such limit
}

// LotThawed begins a lot's time after thawing. Signed as performed.
type LotThawed struct {
	inLot
	performed
	UseBy string `json:"use_by"`
}

// The written kinds of a lot.
const (
	KindLotReceived    audit.Kind = "lot.received"
	KindLotReleased    audit.Kind = "lot.released"
	KindLotQuarantined audit.Kind = "lot.quarantined"
	KindLotRejected    audit.Kind = "lot.rejected"
	KindLotOpened      audit.Kind = "lot.opened"
	KindLotThawed      audit.Kind = "lot.thawed"
)

// Kind is the written kind of the event's entry.
func (LotReceived) Kind() audit.Kind    { return KindLotReceived }
func (LotReleased) Kind() audit.Kind    { return KindLotReleased }
func (LotQuarantined) Kind() audit.Kind { return KindLotQuarantined }
func (LotRejected) Kind() audit.Kind    { return KindLotRejected }
func (LotOpened) Kind() audit.Kind      { return KindLotOpened }
func (LotThawed) Kind() audit.Kind      { return KindLotThawed }

// Words say what happened to the lot.
func (e LotReceived) Words() string {
	words := fmt.Sprintf("Takes in %s of %s, lot %s", pieces(e.Quantity), e.Material, e.Number)
	if e.Personal {
		words += ", one patient's own"
	}
	return words
}

// Words say what happened to the lot.
func (e LotReleased) Words() string { return "Releases the lot by " + e.Document }

// Words say what happened to the lot.
func (e LotQuarantined) Words() string { return "Quarantines the lot: " + e.Reason }

// Words say what happened to the lot.
func (e LotRejected) Words() string { return "Rejects the lot for good: " + e.Reason }

// Words say what happened to the lot.
func (e LotOpened) Words() string { return "Opens the lot" }

// Words say what happened to the lot.
func (e LotThawed) Words() string { return "Thaws the lot" }

func (e LotReceived) sealed() map[string]string {
	if !e.Personal {
		return nil
	}
	return map[string]string{"for_patient": e.ForPatient}
}

func (e LotReceived) open(members map[string]string) Event {
	if e.Personal {
		e.ForPatient = members["for_patient"]
	}
	return e
}
