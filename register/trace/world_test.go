package trace

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// world writes a log in memory: only what an index reads of it.
type world struct {
	tb     testing.TB
	now    time.Time
	index  int64
	log    []audit.Stored
	opened []map[string]string
	feed   func(e audit.Stored, openings map[string]string)
	// of each lot
	donations map[string][]string
	numbers   map[string]string
}

func newWorld(tb testing.TB) *world {
	w := &world{tb: tb, now: time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC), donations: map[string][]string{}, numbers: map[string]string{}}
	w.feed = func(e audit.Stored, openings map[string]string) {
		w.log, w.opened = append(w.log, e), append(w.opened, openings)
	}
	return w
}

func (w *world) entry(stream audit.StreamID, kind audit.Kind, version int, actor, meaning string, payload []byte, openings map[string]string) {
	e := audit.Entry{Index: w.index, Stream: stream, Kind: kind, KindVersion: version, Time: w.now, Actor: actor, Payload: payload}
	if meaning != "" {
		e.Signatures = []audit.Signature{{Signer: actor, Meaning: meaning}}
	}
	w.index++
	w.now = w.now.Add(time.Minute)
	w.feed(audit.Stored{Entry: e}, openings)
}

func (w *world) write(id, actor, meaning string, ev batch.Event) {
	draft, err := batch.DraftOf(ev, id, "", w.now, func() [32]byte { return [32]byte{} })
	if err != nil {
		w.tb.Fatal(err)
	}
	openings := map[string]string{}
	for _, sealed := range draft.Sealed {
		openings[sealed.Name] = sealed.Value
	}
	w.entry(draft.Stream, draft.Kind, draft.KindVersion, actor, meaning, draft.Payload, openings)
}

func (w *world) note(stream audit.StreamID, ev register.Event) {
	draft, err := register.DraftOf(register.Written{Stream: stream, Event: ev}, "", w.now, func() [32]byte { return [32]byte{} })
	if err != nil {
		w.tb.Fatal(err)
	}
	w.entry(stream, draft.Kind, draft.KindVersion, "p-1", "", draft.Payload, nil)
}

func (w *world) lot(id, number, donation, code string) {
	w.numbers[id] = number
	if donation != "" {
		w.donations[id] = []string{donation}
	}
	w.note(register.LotStream(id), register.LotReceived{Material: "vial", Code: code, Number: number, Donation: donation, Quantity: "5"})
}

// pool writes a lot that was made of some of others, and perhaps of a donation
// that never was a lot here.
func (w *world) pool(t *rapid.T, id string, lots []string) string {
	e := register.LotPooled{Material: "vial", Code: "C-" + id, Number: "N-of-" + id, Quantity: "5", Donations: []string{}, From: []register.Source{}}
	for _, from := range rapid.SliceOfNDistinct(rapid.SampledFrom(lots), 1, 3, rapid.ID[string]).Draw(t, "pooled") {
		e.From = append(e.From, register.Source{Lot: from, Amount: "1"})
		e.Donations = append(e.Donations, w.donations[from]...)
	}
	if rapid.Bool().Draw(t, "and a donation") {
		e.Donations = append(e.Donations, rapid.SampledFrom([]string{"=A1", "=A4"}).Draw(t, "given"))
		e.From = append(e.From, register.Source{Donation: e.Donations[len(e.Donations)-1]})
	}
	w.donations[id], w.numbers[id] = e.Donations, e.Number
	w.note(register.LotStream(id), e)
	return id
}

// part writes a lot that was split off another.
func (w *world) part(id, from string) {
	w.donations[id], w.numbers[id] = w.donations[from], w.numbers[from]
	w.note(register.LotStream(id), register.LotSplitOff{From: from, Material: "vial", Code: "C-" + id, Number: w.numbers[from], Quantity: "1", Donations: append([]string{}, w.donations[from]...)})
}

func (w *world) open(id, actor, patient string, registers ...string) {
	opened := batch.BatchOpened{
		Batch: id, Site: "The Royal, unit 1", Protocol: "short", Version: 1, Patient: batch.Patient{Name: "EXAMPLE", Number: patient},
		Order: map[string]string{}, Values: map[string]string{}, SiteValues: []batch.OpenedSiteValue{}, Items: []batch.OpenedItem{},
	}
	for i, stream := range registers {
		opened.Items = append(opened.Items, batch.OpenedItem{Name: fmt.Sprintf("item %d", i), Code: stream, Register: stream})
	}
	w.write(id, actor, "approved", opened)
}

func (w *world) indexed() *Index {
	x := New()
	for i, e := range w.log {
		if err := x.Add(e, w.opened[i]); err != nil {
			w.tb.Fatal(err)
		}
	}
	return x
}
