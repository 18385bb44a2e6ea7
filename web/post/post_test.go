package post

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
)

func at() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

func salts() [32]byte { return [32]byte{1} }

// The bytes of the kinds of entry stay what they are: UPDATE=1 writes the file
// once, and what stands in it is never changed.
func TestTheBytesOfMailEntriesStay(t *testing.T) {
	me := identity.Person{ID: "p-0001", Active: true}
	set, err := SetAddress(me, me, "a.lee@hospital.example", at(), salts)
	if err != nil {
		t.Fatal(err)
	}
	none, err := SetAddress(me, me, "", at(), salts)
	if err != nil {
		t.Fatal(err)
	}
	l := Letter{Number: strings.Repeat("0f", 16), Person: "p-0001"}
	l.item.Key, l.item.Kind, l.item.About = "batch/B-2026-0001 certification@17", "certification", "B-2026-0001"
	went, err := Sent(l, at())
	if err != nil {
		t.Fatal(err)
	}
	var made strings.Builder
	for _, d := range []audit.Draft{set, none, went} {
		line, err := json.Marshal(struct {
			Kind    audit.Kind      `json:"kind"`
			Version int             `json:"version"`
			Payload json.RawMessage `json:"payload"`
		}{d.Kind, d.KindVersion, d.Payload})
		if err != nil {
			t.Fatal(err)
		}
		made.Write(append(line, '\n'))
	}
	const file = "testdata/golden.jsonl"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(made.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || string(kept) != made.String() {
		t.Errorf("the entries are now\n%s(%v)", made.String(), err)
	}
	if strings.Contains(made.String(), "a.lee") || len(set.Sealed) != 1 || len(none.Sealed) != 0 {
		t.Error("an address stands open in its entry")
	}
}

// A letter goes once however often it is asked for; nothing goes to who has no
// address; and an address whose opening was forgotten is none.
func TestTheLogIsTheQueue(t *testing.T) {
	b := NewBook()
	apply := func(d audit.Draft, opened map[string]string) {
		t.Helper()
		if err := b.Apply(audit.Entry{Stream: d.Stream, Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Payload: d.Payload}, opened); err != nil {
			t.Fatal(err)
		}
	}
	me := identity.Person{ID: "p-0001", Active: true}
	draft, err := SetAddress(me, me, "a.lee@hospital.example", at(), salts)
	if err != nil {
		t.Fatal(err)
	}
	apply(draft, nil)
	if b.Address(me.ID) != "" {
		t.Error("a forgotten address is known")
	}
	apply(draft, map[string]string{"address": "a.lee@hospital.example"})
	if b.Address(me.ID) != "a.lee@hospital.example" {
		t.Error("the address is not known")
	}
	number := numberOf("royal.example", "a key", me.ID)
	if number == numberOf("royal.example", "a key", "p-0002") || number == numberOf("other.example", "a key", me.ID) || len(number) != 32 {
		t.Error("two letters have one number")
	}
	went, err := Sent(Letter{Number: number, Person: me.ID}, at())
	if err != nil {
		t.Fatal(err)
	}
	apply(went, nil)
	if !b.gone[number] || len(b.Gone()) != 1 {
		t.Error("what has gone is not known")
	}
	for _, wrong := range []audit.Entry{
		{Stream: "mail/p-0001", Kind: KindSent, KindVersion: 2, Payload: went.Payload},
		{Stream: "mail/p-0001", Kind: "mail.other", KindVersion: 1, Payload: went.Payload},
		{Stream: "person/p-0001", Kind: KindSent, KindVersion: 1, Payload: went.Payload},
		{Stream: "mail/p-0001", Kind: KindSent, KindVersion: 1, Payload: json.RawMessage(`{"more":1}`)},
	} {
		if b.Apply(wrong, nil) == nil {
			t.Errorf("%s of %s was taken", wrong.Kind, wrong.Stream)
		}
	}
}
