package audit

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"
	"time"
)

func TestASignatureHoldsOverItsPlaceAndItsWords(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	draft := Draft{
		Stream: "batch/B-1", Kind: "batch.step_performed", KindVersion: 1, Actor: "p-1", Payload: []byte(`{"step":"draw up"}`),
		Time: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Sealed: []SealedMember{{Name: "patient", Value: "X"}},
	}
	signature := Signature{
		Signer: "p-1", Name: "A", Meaning: "performed", Time: draft.Time, Shown: []string{"5.0 mL"}, Method: "password",
		Key: hex.EncodeToString(key.Public().(ed25519.PublicKey)),
	}
	head := Head{Version: 4, Hash: Hash{1}}
	value, err := Sign(key, NewStatement("ward.countersign", head, draft, signature))
	if err != nil {
		t.Fatal(err)
	}
	signature.Value = value
	entry := Entry{
		Origin: "ward.countersign", Index: 9, Stream: draft.Stream, Version: 5, Previous: head.Hash, Kind: draft.Kind, KindVersion: 1,
		Time: draft.Time, Actor: "p-1", Payload: draft.Payload, Sealed: draft.Commitments(), Signatures: []Signature{signature},
	}
	raw, err := Encode(entry)
	if err != nil {
		t.Fatal(err)
	}
	read, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifySignature(read, read.Signatures[0]); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Entry){
		"another place":   func(e *Entry) { e.Version++ },
		"another past":    func(e *Entry) { e.Previous = Hash{2} },
		"another site":    func(e *Entry) { e.Origin = "elsewhere" },
		"another payload": func(e *Entry) { e.Payload = []byte(`{"step":"label"}`) },
		"other words":     func(e *Entry) { e.Signatures[0].Shown = []string{"5.1 mL"} },
		"another time":    func(e *Entry) { e.Signatures[0].Time = e.Time.Add(time.Second) },
		"another person":  func(e *Entry) { e.Signatures[0].Signer = "p-2" },
		"another meaning": func(e *Entry) { e.Signatures[0].Meaning = "verified" },
	} {
		changed, _ := Decode(raw)
		change(&changed)
		if VerifySignature(changed, changed.Signatures[0]) == nil {
			t.Errorf("the signature holds with %s", name)
		}
	}
}
