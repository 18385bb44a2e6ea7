package batch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"countersign/audit"
)

// histories gives the entries of a short batch, as seeds.
func histories(tb testing.TB) *world {
	tb.Helper()
	w := newWorld(tb, "short")
	at := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
	w.must("Asha", Perform{"clearance"}, at)
	w.must("Asha", Scan{"match", "patient", "9990000018"}, at)
	w.must("Asha", Perform{"match"}, at)
	w.must("Pia", Check{"match"}, at)
	w.must("Asha", Note{"match", "The wristband was new."}, at)
	w.must("Asha", Raise{Step: "match", Text: "The alarm rang."}, at)
	w.must("Quinn", Resolve{1, true, "A false alarm."}, at)
	w.must("Asha", Move{"vial", "out"}, at)
	w.must("Quinn", Abort{"The patient went home."}, at)
	return w
}

func TestEveryEventSurvivesItsEntry(t *testing.T) {
	w := histories(t)
	for _, stored := range w.log {
		ev, err := DecodeEvent(stored.Entry, w.openings[stored.Index])
		if err != nil {
			t.Fatal(err)
		}
		draft, err := DraftOf(ev, batchID, "p-1", stored.Time, func() [32]byte { return [32]byte{} })
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(draft.Payload, stored.Payload) {
			t.Errorf("%s came back as %s", stored.Payload, draft.Payload)
		}
		if len(draft.Sealed) != len(stored.Sealed) {
			t.Errorf("%s seals %d members instead of %d", stored.Kind, len(draft.Sealed), len(stored.Sealed))
		}
		if Words(ev) == "" {
			t.Errorf("%s has no words", stored.Kind)
		}
	}
}

func TestAPayloadThatWouldNotBeWrittenIsNotRead(t *testing.T) {
	w := histories(t)
	for _, payload := range []string{
		`{}`, `{"step":"match"}`, `[]`, ` {"by":{"name":"","role":"","training":"","username":""},"step":"a"}`,
		`{"by":{"name":"","role":"","training":"","username":""},"more":1,"step":"a"}`,
	} {
		entry := w.log[1].Entry
		entry.Kind, entry.Payload = kindBegun, json.RawMessage(payload)
		if ev, err := DecodeEvent(entry, nil); err == nil {
			t.Errorf("%s was read as %#v", payload, ev)
		}
	}
	const by = `"by":{"name":"","role":"","training":"","username":""}`
	const result = `{"level":"","limit":"","name":"x","rounded":"1","unrounded":"1","working":""}`
	for payload, kind := range map[string]audit.Kind{
		`{` + by + `,"field":"vial","lot":"","raw":"","step":"a"}`:                     kindScan,
		`{` + by + `,"field":"patient","lot":"","raw":"9990000018","step":"a"}`:        kindScan,
		`{` + by + `,"lot":"","field":"vial","raw":"x","step":"a"}`:                    kindScan,
		`{` + by + `,"field":"vial","lot":"","raw":"\u0041","step":"a"}`:               kindScan,
		`{` + by + `,"field":"vial","lot":"","raw":"` + "\xff" + `","step":"a"}`:       kindScan,
		`{` + by + `,"field":"vial","lot":null,"raw":"x","step":"a"}`:                  kindScan,
		`{"accept":true,` + by + `,"exception":01,"reason":""}`:                        kindResolved,
		`{"accept":true,` + by + `,"exception":1,"reason":"a` + "\n" + `b"}`:           kindResolved,
		`{` + by + `,"results":[` + result + result + `],"step":"a"}`:                  kindPerformed,
		`{"accept":tru,` + by + `,"exception":1,"reason":""}`:                          kindResolved,
		`{"accept":true,` + by + `,"exception":1,"reason":""}` + "\n":                  kindResolved,
		`{"accept":true,` + by + `,"exception":-0,"reason":""}`:                        kindResolved,
		`{"accept":true,` + by + `,"exception":1000000000000000000000000,"reason":""}`: kindResolved,
		`{` + by + `,"results":[,],"step":"a"}`:                                        kindPerformed,
		`{` + by + `,"results":[null],"step":"a"}`:                                     kindPerformed,
		`{` + by + `,"results":nil,"step":"a"}`:                                        kindPerformed,
		`{` + by + `,"step":"a"}{}`:                                                    kindBegun,
		`{` + by + `,"step":"a"`:                                                       kindBegun,
	} {
		entry := audit.Entry{Kind: kind, KindVersion: 1, Payload: json.RawMessage(payload)}
		if ev, err := newReader().event(entry, map[string]string{"raw": "9990000018"}); err == nil {
			t.Errorf("%s was read as %#v", payload, ev)
		}
	}
	entry := audit.Entry{Kind: kindBegun, KindVersion: 1, Payload: json.RawMessage(`{` + by + `,"step":"a"}`)}
	if _, err := newReader().event(entry, nil); err != nil {
		t.Error(err)
	}
	entry = w.log[1].Entry
	entry.Kind = "batch.destroyed"
	if _, err := DecodeEvent(entry, nil); err == nil {
		t.Error("a strange kind was read")
	}
}

// TestFoldRefusesWhatIsNotOfTheBatch: gaps, other batches, missing signatures.
func TestFoldRefusesWhatIsNotOfTheBatch(t *testing.T) {
	w := histories(t)
	first, err := Fold(nil, w.log[0], w.openings[0], w.find)
	if err != nil {
		t.Fatal(err)
	}
	gap := w.log[2]
	stranger := w.log[1]
	stranger.Stream = "batch/B-2026-0002"
	unsigned := w.log[0]
	unsigned.Signatures = nil
	for name, attempt := range map[string]func() error{
		"a gap":               func() error { _, err := Fold(first, gap, nil, w.find); return err },
		"another batch":       func() error { _, err := Fold(first, stranger, nil, w.find); return err },
		"an unsigned opening": func() error { _, err := Fold(nil, unsigned, nil, w.find); return err },
		"no opening": func() error {
			begun := w.log[1]
			begun.Version = 1
			_, err := Fold(nil, begun, nil, w.find)
			return err
		},
	} {
		if attempt() == nil {
			t.Errorf("%s was folded", name)
		}
	}
}

// What nobody sealed and nothing escaped is read in one pass, so that reading a
// log stays cheap; and what has a fault is not.
func TestMostEntriesAreReadInOnePass(t *testing.T) {
	cart := readProtocol(t, "cart-prodigy")
	w := simulated(t, Simulate(cart, begins(), Answers{}), cart)
	r := newReader()
	for _, stored := range w.log {
		ev, err := DecodeEvent(stored.Entry, w.openings[stored.Index])
		if err != nil {
			t.Fatal(err)
		}
		quick := r.quick(stored.Entry)
		if sealed := len(stored.Sealed) > 0; sealed != (quick == nil) || !sealed && !reflect.DeepEqual(quick, ev) {
			t.Fatalf("%s %s is read as %#v", stored.Kind, stored.Payload, quick)
		}
	}
	entry := audit.Entry{Kind: kindPerformed, KindVersion: 1}
	for _, payload := range []string{
		`{"by":{"name":"a","role":"b","training":"c","username":"d"},"results":[{"level":"","limit":"","name":"x","rounded":"1","unrounded":"1","working":""}],"step":"a"}`,
		`{"by":{"name":"a","role":"b","training":"c","username":"d"},"results":null,"step":"a"}`,
		`{"by":{"name":"a","role":"b","training":"c","username":"d"},"results":[],"step":"ä <&> ` + "\u2028" + `"}`,
	} {
		entry.Payload = []byte(payload)
		want, err := DecodeEvent(entry, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.quick(entry); got != nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %#v", payload, got)
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	w := histories(f)
	for _, stored := range w.log {
		f.Add(string(stored.Kind), []byte(stored.Payload))
	}
	for _, zero := range events() {
		payload, err := payloadOf(zero)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(zero.Kind()), payload)
	}
	opened, err := Fold(nil, w.log[0], w.openings[0], w.find)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		entry := audit.Entry{
			Stream: Stream(batchID), Version: 2, Kind: audit.Kind(kind), KindVersion: 1, Time: day().Add(10 * time.Hour), Actor: "p-1", Payload: payload,
		}
		ev, err := DecodeEvent(entry, nil)
		for _, zero := range events() {
			if zero.Kind() == entry.Kind {
				readsTheSame(t, entry, zero)
			}
		}
		if err != nil {
			return
		}
		if again, err := payloadOf(ev); err != nil || !bytes.Equal(again, payload) {
			t.Fatalf("%s came back as %s: %v", payload, again, err)
		}
		if meaning := meanings(ev); meaning != "" {
			entry.Signatures = []audit.Signature{{Signer: "p-1", Meaning: string(meaning)}}
		}
		// Whatever is read folds or is an error; it never panics.
		if next, err := Fold(opened, audit.Stored{Entry: entry, Bytes: payload}, nil, w.find); err == nil && next.Version != 2 {
			t.Fatalf("%s left the state at version %d", payload, next.Version)
		}
	})
}
