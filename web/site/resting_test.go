package site

import (
	"fmt"
	"io/fs"
	"runtime"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/batch/worklist"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
)

// founded gives models that know a protocol.
func founded(tb testing.TB, resting int, name string) (*models, *protocol.Protocol) {
	tb.Helper()
	text, err := fs.ReadFile(protocol.Examples(), name+".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	m := newModels(nil, resting)
	author := identity.Person{ID: "p-0003", Active: true, Roles: []identity.Role{identity.ProtocolAuthor}}
	draft, err := library.Decide(m.library, library.Submit{Text: string(text)}, author, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	if err != nil {
		tb.Fatal(err)
	}
	if err := m.fold([]audit.Stored{stored(draft, 1, identity.Approved)}, nil, nil); err != nil {
		tb.Fatal(err)
	}
	known, _ := m.library.Find(name, 1)
	return m, known.Protocol
}

func stored(d audit.Draft, version int64, meaning identity.Meaning) audit.Stored {
	e := audit.Entry{Stream: d.Stream, Version: version, Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Actor: d.Actor, Payload: d.Payload, Sealed: d.Commitments()}
	if meaning != "" {
		e.Signatures = []audit.Signature{{Signer: d.Actor, Meaning: string(meaning)}}
	}
	return audit.Stored{Entry: e, Bytes: d.Payload}
}

// made is a batch that the simulator made, as a log would have it: opened,
// certified and given.
type made struct {
	tb       testing.TB
	run      batch.Run
	meanings []identity.Meaning // of each entry
}

func simulated(tb testing.TB, p *protocol.Protocol) made {
	tb.Helper()
	one := made{tb: tb, run: batch.Simulate(p, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), batch.Answers{})}
	if one.run.State.Status != batch.Given {
		tb.Fatal(one.run.Ends)
	}
	var state *batch.State
	find := func(string, int, [32]byte) (*protocol.Protocol, error) { return p, nil }
	for _, o := range one.run.Trail {
		meaning, _, signed := batch.Signs(state, o.Command)
		for i, ev := range o.Events {
			if i > 0 || !signed || o.Refusal != nil {
				meaning = ""
			}
			one.meanings = append(one.meanings, meaning)
			draft, openings := one.draft(ev, one.run.State.ID, o.At)
			var err error
			if state, err = batch.Fold(state, stored(draft, int64(len(one.meanings)), meaning), openings, find); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return one
}

func (one made) draft(ev batch.Event, id string, at time.Time) (audit.Draft, map[string]string) {
	draft, err := batch.DraftOf(ev, id, "p-0004", at, func() [32]byte { return [32]byte{} })
	if err != nil {
		one.tb.Fatal(err)
	}
	openings := map[string]string{}
	for _, member := range draft.Sealed {
		openings[member.Name] = member.Value
	}
	return draft, openings
}

// into puts a batch of that kind into the models.
func (one made) into(m *models, id string) {
	var entries []audit.Stored
	openings := map[int64]map[string]string{}
	for _, o := range one.run.Trail {
		for _, ev := range o.Events {
			if opened, ok := ev.(batch.BatchOpened); ok {
				opened.Batch, opened.Issue = id, id
				ev = opened
			}
			n := len(entries)
			draft, seals := one.draft(ev, id, o.At)
			entry := stored(draft, int64(n+1), one.meanings[n])
			entry.Index = m.next + int64(n)
			entries, openings[entry.Index] = append(entries, entry), seals
		}
	}
	ahead, err := m.resume(one.tb.Context(), entries)
	if err != nil {
		one.tb.Fatal(err)
	}
	if err := m.fold(entries, openings, ahead); err != nil {
		one.tb.Fatal(err)
	}
}

func TestABatchThatHasEndedLeavesItsLine(t *testing.T) {
	m, p := founded(t, 2, "aso-intrathecal")
	one := simulated(t, p)
	for i := range 5 {
		one.into(m, fmt.Sprintf("B-%d", i))
	}
	if len(m.batches.awake) > 0 || len(m.batches.lately) != 2 || len(m.batches.all()) != 5 || len(m.batches.resting()) != 5 {
		t.Errorf("%d awake, %d in memory, %d lines", len(m.batches.awake), len(m.batches.lately), len(m.batches.all()))
	}
	if m.batches.at("B-0") != nil || m.batches.at("B-4") == nil || m.batches.line("B-0").Status != batch.Given || m.batches.line("B-9") != nil {
		t.Error("the last two are in memory, and all have their lines")
	}
	if got := m.observed.gather(nil, m.batches.resting()); len(got) == 0 || len(got)%5 != 0 {
		t.Errorf("%d observations of five batches", len(got))
	}
}

// BenchmarkMemoryOfEndedBatches says what a site keeps of each batch that has
// ended: its line and what was observed of it, or, to compare, the whole.
func BenchmarkMemoryOfEndedBatches(b *testing.B) {
	const batches = 500
	for name, whole := range map[string]int{"lines": 1, "whole": batches} {
		b.Run(name, func(b *testing.B) {
			entries := 0
			for b.Loop() {
				m, p := founded(b, whole, "cart-prodigy")
				one := simulated(b, p)
				entries = len(one.meanings)
				one.into(m, "B-first")
				before := inUse()
				for i := range batches {
					one.into(m, fmt.Sprintf("B-%d", i))
				}
				b.ReportMetric(float64(inUse()-before)/batches, "B/batch")
				runtime.KeepAlive(m)
			}
			b.ReportMetric(float64(entries), "entries/batch")
		})
	}
}

// BenchmarkWorkList works out what waits in a hundred batches that are under way.
func BenchmarkWorkList(b *testing.B) {
	m, p := founded(b, 1, "cart-prodigy")
	one := simulated(b, p)
	for _, n := range []int{len(one.run.Trail) / 3, len(one.run.Trail) * 2 / 3} {
		part := one
		part.run.Trail = one.run.Trail[:n]
		for i := range 50 {
			part.into(m, fmt.Sprintf("B-%d-%d", n, i))
		}
	}
	now := one.run.Trail[len(one.run.Trail)*2/3].At.Add(time.Minute)
	items := 0
	for b.Loop() {
		items = len(worklist.Items(worklist.Site{Batches: m.batches.underway(), Books: m.books, Library: m.library, People: m.people.People()}, now))
	}
	b.ReportMetric(float64(items), "items")
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
