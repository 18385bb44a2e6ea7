package library

import (
	"bytes"
	"reflect"
	"testing"

	"countersign/audit"
)

func FuzzUnmarshalCommand(f *testing.F) {
	f.Add([]byte(`{"command":"approve","Protocol":"aso-intrathecal","Version":1}`))
	f.Add([]byte(`{"command":"withdraw","Protocol":"a","Version":2,"Reason":"why"}`))
	f.Add([]byte(`{"command":"set site values","Protocol":"a","Version":2,"Values":{"duty call":"7"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := UnmarshalCommand(raw)
		if err != nil {
			return
		}
		written, err := MarshalCommand(c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := UnmarshalCommand(written); err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("%s came back as %#v, %v", written, again, err)
		}
	})
}

func FuzzDecodeEvent(f *testing.F) {
	f.Add("protocol.approved", []byte(`{"digest":"`+audit.Hash{}.String()+`","version":1}`))
	f.Add("protocol.refused", []byte(`{"attempt":"approve","code":"own_work","sentence":"No.","version":1}`))
	f.Add("protocol.site_values_set", []byte(`{"digest":"`+audit.Hash{}.String()+`","entered":{"a":"3"},"values":{"a":"3 min"},"version":1}`))
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		entry := audit.Entry{Kind: audit.Kind(kind), KindVersion: kindVersion, Payload: payload}
		ev, err := DecodeEvent(entry)
		if err != nil {
			return
		}
		again, err := audit.Canonical(ev)
		if err != nil || !bytes.Equal(again, payload) {
			t.Fatalf("%s was written as %s, %v", payload, again, err)
		}
	})
}

func TestTheSignerIsAsTheyWereWhenTheySigned(t *testing.T) {
	l, who := New(), people()
	draft, err := DraftOfCommand(l, Submit{text(t, "1")}, who.author, noon())
	if err != nil {
		t.Fatal(err)
	}
	entry := audit.Entry{
		Index: 7, Stream: draft.Stream, Version: 1, Kind: draft.Kind, KindVersion: 1, Time: draft.Time, Actor: "Ada", Payload: draft.Payload,
		Signatures: []audit.Signature{{Signer: "Ada", Username: "ada", Name: "Ada Then", Role: "protocol author"}},
	}
	if err := l.Apply(audit.Stored{Entry: entry}); err != nil {
		t.Fatal(err)
	}
	v, _ := l.Find(name, 1)
	if want := (Act{Index: 7, At: noon(), Person: "Ada", Name: "Ada Then", Username: "ada", Role: "protocol author"}); v.Drafted != want {
		t.Errorf("SIG-01: %+v", v.Drafted)
	}
}
