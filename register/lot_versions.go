package register

import "countersign/audit"

// versionOf is the version of a kind's payload.
func versionOf(ev Event) int {
	switch ev.(type) {
	case LotReceived:
		return 3
	case lotReceivedSecond:
		return 2
	}
	return 1
}

// older is an event as an earlier version of its kind had it.
type older interface {
	Event
	today() Event // as later ones are
}

// earlier gives the zero event of each earlier version of a kind.
func earlier() []Event { return []Event{lotReceivedFirst{}, lotReceivedSecond{}} }

// lotReceivedFirst is a delivery as version 1 of its kind had it: whose packs
// had no serial numbers.
type lotReceivedFirst struct {
	inLot
	performed
	Material   string `json:"material"`
	Code       string `json:"code"`
	Number     string `json:"lot"`
	Donation   string `json:"donation"`
	Expiry     string `json:"expiry"`
	Quantity   string `json:"quantity"`
	Supplier   string `json:"supplier"`
	Document   string `json:"document"`
	Personal   bool   `json:"personal"`
	ForPatient string `json:"-"`
}

// Kind is that of every delivery.
func (lotReceivedFirst) Kind() audit.Kind { return KindLotReceived }

// Words are those of today.
func (e lotReceivedFirst) Words() string { return e.today().Words() }

func (e lotReceivedFirst) check(b *Books, id string, act Act) *Refusal {
	return e.today().check(b, id, act)
}

func (e lotReceivedFirst) apply(b *Books, id string, act Act) { e.today().apply(b, id, act) }

// today is a delivery without a serial number.
func (e lotReceivedFirst) today() Event {
	return LotReceived{
		Material: e.Material, Code: e.Code, Number: e.Number, Donation: e.Donation, Expiry: e.Expiry, Quantity: e.Quantity,
		Supplier: e.Supplier, Document: e.Document, Personal: e.Personal, ForPatient: e.ForPatient,
	}
}

// lotReceivedSecond is a delivery as version 2 of its kind had it, before the log
// held what was received beside what it was read as (MAT-03).
type lotReceivedSecond struct {
	inLot
	performed
	Material   string `json:"material"`
	Code       string `json:"code"`
	Number     string `json:"lot"`
	Serial     string `json:"serial"`
	Donation   string `json:"donation"`
	Expiry     string `json:"expiry"`
	Quantity   string `json:"quantity"`
	Supplier   string `json:"supplier"`
	Document   string `json:"document"`
	Personal   bool   `json:"personal"`
	ForPatient string `json:"-"`
}

// Kind is that of every delivery.
func (lotReceivedSecond) Kind() audit.Kind { return KindLotReceived }

// Words are those of today.
func (e lotReceivedSecond) Words() string { return e.today().Words() }

func (e lotReceivedSecond) check(b *Books, id string, act Act) *Refusal {
	return e.today().check(b, id, act)
}

func (e lotReceivedSecond) apply(b *Books, id string, act Act) { e.today().apply(b, id, act) }

func (e lotReceivedSecond) today() Event {
	return LotReceived{
		Material: e.Material, Code: e.Code, Number: e.Number, Serial: e.Serial, Donation: e.Donation, Expiry: e.Expiry, Quantity: e.Quantity,
		Supplier: e.Supplier, Document: e.Document, Personal: e.Personal, ForPatient: e.ForPatient,
	}
}
