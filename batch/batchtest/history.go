// Package batchtest makes random histories of a batch, in memory and by the
// rules themselves, for the tests of everything that shows a batch: its pages,
// the API, the record. It promises only that every history is one that real
// people could have made, and that it can say which signatures a later change
// of a value has overtaken, found out in another way than the rules do.
package batchtest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"pgregory.net/rapid"
)

// Number is the batch of every history.
const Number = "B-2026-0001"

// Part is what somebody is in a history.
type Part string

// The parts. Each is another person.
const (
	Performer   Part = "Asha"
	Checker     Part = "Pia"
	Reviewer    Part = "Paul"
	Lead        Part = "Quinn"
	AnotherLead Part = "Queenie"
	Colleague   Part = "Ben"
)

// History is a batch on its way.
type History struct {
	State *batch.State
	Now   time.Time
	Watch Watch

	tb     testing.TB
	fold   *batch.Folding
	p      *protocol.Protocol
	people map[Part]identity.Person
	items  []batch.Item
	salt   int
	last   []byte
}

// New opens a batch of a protocol, with everything set out that it needs.
func New(tb testing.TB, p *protocol.Protocol) *History {
	tb.Helper()
	start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	find := func(string, int, [32]byte) (*protocol.Protocol, error) { return p, nil }
	h := &History{tb: tb, p: p, Now: start, people: map[Part]identity.Person{}, fold: batch.NewFolder(find).Resume(nil)}
	for part, role := range map[Part]identity.Role{
		Performer: identity.Technician, Colleague: identity.Technician, Checker: identity.Pharmacist, Reviewer: identity.Pharmacist,
		Lead: identity.QualityLead, AnotherLead: identity.QualityLead,
	} {
		h.people[part] = identity.Person{
			ID: identity.PersonID("p-" + strings.ToLower(string(part))), Name: string(part), Username: strings.ToLower(string(part)), Active: true,
			Roles:    []identity.Role{role},
			Training: []identity.Training{{Protocol: p.Name, Version: p.Version, Until: start.AddDate(1, 0, 0), By: "p-9"}},
			Read:     []identity.Acknowledgement{{Protocol: p.Name, Version: p.Version, At: start}},
			Keys:     []identity.Key{{Public: strings.Repeat("ab", 32), From: 1, Attested: true}},
		}
	}
	order := map[string]string{}
	for _, value := range p.Order {
		order[value.Name], _, _ = strings.Cut(value.Low.String(), " ")
	}
	for _, item := range p.Items {
		h.items = append(h.items, batch.Item{Name: item.Name, Code: Code(item.Name), Lot: "LOT-" + item.Name, Expiry: start.AddDate(0, 1, 0)})
	}
	h.Must(Lead, batch.Open{
		Batch: Number, Protocol: p.Name, Version: p.Version, Digest: p.Digest, Order: order, Reference: "RX-1", Prescriber: "Dr Example", Unit: "U-1",
		Patient: batch.Patient{Name: "EXAMPLE, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: "9990000018"},
		Items:   h.items,
	})
	return h
}

// Code is what the label of an item says.
func Code(item string) string { return "CODE-" + item }

// Must does what has to be allowed.
func (h *History) Must(who Part, c batch.Command) {
	h.tb.Helper()
	if refusal := h.Do(who, c); refusal != nil {
		h.tb.Fatalf("%s by %s: %s", batch.CommandName(c), who, refusal.Sentence)
	}
}

// Do gives a command and writes what it comes to; a refusal is written and
// given back.
func (h *History) Do(who Part, c batch.Command) *batch.Refusal {
	h.tb.Helper()
	f := batch.Facts{
		Person: h.people[who], Protocol: h.p, Effective: true, Origin: "royal.example", Site: "The Royal, unit 1", Zone: time.UTC, Issue: 1,
		Standing: batch.Permitting(h.p, "U-1"), Registered: h.registered(),
	}
	events, err := batch.Decide(h.State, c, f, h.Now)
	var refusal *batch.Refusal
	if errors.As(err, &refusal) {
		events, err = batch.Refused(h.State, c, refusal, f, h.Now)
	}
	if err != nil {
		h.tb.Fatal(err)
	}
	meaning, roles, signed := batch.Signs(h.State, c)
	for i, ev := range events {
		h.write(ev, f.Person, meaning, roles, i == 0 && signed && refusal == nil)
	}
	h.Watch.See(h.State)
	return refusal
}

func (h *History) registered() map[string]register.Fitness {
	all := map[string]register.Fitness{}
	for _, item := range h.items {
		planned := h.p.Item(item.Name)
		fit := register.Fitness{
			Stream: audit.StreamID("lot/" + item.Lot), Name: planned.RegisteredAs, Number: item.Lot, Code: item.Code, Released: true,
			Until: item.Expiry, Document: "certificate 1", Personal: true, ForPatient: "999 000 0018", Left: planned.Need, Donations: []string{"G001726000042"},
		}
		if planned.Equipment {
			fit = register.Fitness{
				Stream: audit.StreamID("equipment/" + item.Lot), Name: planned.RegisteredAs, Number: item.Lot, Code: item.Code, Clean: true,
				Qualified: item.Expiry, Calibrated: item.Expiry, Document: "certificate 1",
			}
		}
		all[item.Code] = fit
	}
	return all
}

// write stores and folds an event as a log would; its signature is of nobody's
// key, which folding does not ask.
func (h *History) write(ev batch.Event, by identity.Person, meaning identity.Meaning, roles []identity.Role, signed bool) {
	h.tb.Helper()
	draft, err := batch.DraftOf(ev, Number, by.ID, h.Now, func() [32]byte {
		h.salt++
		return sha256.Sum256([]byte(strconv.Itoa(h.salt)))
	})
	if err != nil {
		h.tb.Fatal(err)
	}
	version := int64(1)
	if h.State != nil {
		version = h.State.Version + 1
	}
	entry := audit.Entry{
		Origin: "royal.example", Index: version - 1, Stream: draft.Stream, Version: version, Kind: draft.Kind, KindVersion: draft.KindVersion,
		Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload, Sealed: draft.Commitments(),
	}
	if h.last != nil {
		entry.Previous = audit.LeafHash(h.last)
	}
	if signed {
		at := 0
		for at < len(roles)-1 && !by.Has(roles[at]) {
			at++
		}
		signature, err := identity.Block(by, roles[at], meaning, "trained")
		if err != nil {
			h.tb.Fatal(err)
		}
		signature.Time, signature.Shown, signature.Method, signature.Value = draft.Time, []string{"shown"}, "password", make([]byte, 64)
		entry.Signatures = []audit.Signature{signature}
	}
	raw, err := audit.Encode(entry)
	if err != nil {
		h.tb.Fatal(err)
	}
	openings := map[string]string{}
	for _, member := range draft.Sealed {
		openings[member.Name] = member.Value
	}
	if err := h.fold.Add(audit.Stored{Entry: entry, Bytes: raw}, openings); err != nil {
		h.tb.Fatal(err)
	}
	h.State, h.last = h.fold.State(), raw
}

// Live lets people work and correct at random, for so many acts at the most.
func (h *History) Live(t *rapid.T, most int) {
	for range rapid.IntRange(most/2, most).Draw(t, "acts") {
		h.Now = h.Now.Add(time.Duration(rapid.SampledFrom([]int{1, 20, 301, 1800}).Draw(t, "seconds")) * time.Second)
		who, c := Next(t, h.State)
		_ = h.Do(who, c) // a refusal is part of the history
	}
}

// String says who signed what, for a test that fails.
func (h *History) String() string {
	var lines []string
	for _, s := range Signatures(h.State) {
		lines = append(lines, fmt.Sprintf("%d %s by %s, taken away by %d", s.Version, s.Under, s.Name, s.Invalidated))
	}
	return strings.Join(lines, "\n")
}
