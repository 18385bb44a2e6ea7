package library

import (
	"bytes"
	"reflect"
	"testing"

	"countersign/audit"
)

func FuzzUnmarshalCommand(f *testing.F) {
	f.Add([]byte(`{"command":"approve","Protocol":"aso-intrathecal","Version":1}`))
	f.Add([]byte(`{"command":"make effective","Protocol":"a","Version":2,"From":"2026-12-01T06:00:00+01:00"}`))
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
	f.Add("protocol.approved", []byte(`{"digest":"`+audit.Hash{}.String()+`","reviewed_by":"p-0004","version":1}`))
	f.Add("protocol.effective", []byte(`{"digest":"`+audit.Hash{}.String()+`","from":"2026-12-01T06:00:00Z","supersedes":0,"version":1}`))
	f.Add("protocol.refused", []byte(`{"attempt":"approve","code":"own_work","sentence":"No.","version":1}`))
	f.Add("protocol.site_values_set", []byte(`{"digest":"`+audit.Hash{}.String()+`","entered":{"a":"3"},"values":{"a":"3 min"},"version":1}`))
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		for version := range 3 {
			ev, err := DecodeEvent(audit.Entry{Kind: audit.Kind(kind), KindVersion: version, Payload: payload})
			if err != nil {
				continue
			}
			again, err := audit.Canonical(ev)
			if err != nil || !bytes.Equal(again, payload) || versionOf(ev) != version {
				t.Fatalf("%s was written as %s, version %d, %v", payload, again, versionOf(ev), err)
			}
		}
	})
}

func TestTheSignerIsAsTheyWereWhenTheySigned(t *testing.T) {
	l, who := New(), people()
	draft, err := Decide(l, Submit{text(t, "1")}, who.author, noon())
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
