package batch

import (
	"bytes"
	"reflect"
	"testing"

	"countersign/audit"
)

// readsTheSame shows that what is read in one pass DecodeEvent reads the same,
// by a reader that has read nothing, has read another entry of the kind, and
// this one; and that what it has read stays as it is.
func readsTheSame(t *testing.T, entry audit.Entry, zero Event) {
	t.Helper()
	entry.KindVersion = versionOf(zero)
	blank, err := payloadOf(zero)
	if err != nil {
		t.Fatal(err)
	}
	r, before := newReader(), entry
	before.Payload = blank
	want, err := DecodeEvent(entry, nil)
	var read []Event
	for _, e := range []audit.Entry{entry, before, entry, entry, before} {
		if ev := r.quick(e); ev != nil && bytes.Equal(e.Payload, entry.Payload) {
			read = append(read, ev)
		}
	}
	for _, ev := range read {
		if err != nil || !reflect.DeepEqual(ev, want) {
			t.Fatalf("%s is read in one pass as %#v, and else as %#v: %v", entry.Payload, ev, want, err)
		}
	}
}

// A reader remembers what stood in the entry before. It takes nothing for it
// that differs in one character.
func TestAReaderTakesNoEntryForTheOneBefore(t *testing.T) {
	cart := readProtocol(t, "cart-prodigy")
	w := simulated(t, Simulate(cart, begins(), Answers{}), cart)
	r, met, accepted := newReader(), map[audit.Kind]bool{}, 0
	for _, stored := range w.log {
		if r.quick(stored.Entry) == nil || met[stored.Kind] {
			continue
		}
		met[stored.Kind] = true
		for i := range stored.Payload {
			for _, other := range []string{"", `"`, `\`, "x", "}", ",", "1", "\x00", "\xff"} {
				changed := stored.Entry
				changed.Payload = append(append(append([]byte{}, stored.Payload[:i]...), other...), stored.Payload[i+1:]...)
				got := r.quick(changed)
				if again := r.quick(stored.Entry); again == nil {
					t.Fatalf("%s is not read after %s", stored.Payload, changed.Payload)
				}
				if got == nil {
					continue
				}
				accepted++
				if want, err := DecodeEvent(changed, nil); err != nil || !reflect.DeepEqual(got, want) {
					t.Fatalf("%s is read as %#v, and else as %#v: %v", changed.Payload, got, want, err)
				}
			}
		}
	}
	if len(met) < 4 || accepted == 0 {
		t.Errorf("%d kinds were tried, %d changes accepted", len(met), accepted)
	}
}
