package audit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"
)

// goldenEntry is a signed entry with a sealed member, of fixed content.
func goldenEntry(t *testing.T) Entry {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("no public key")
	}
	at := time.Date(2026, 11, 20, 9, 0, 0, 123456000, time.UTC)
	e := Entry{
		Origin: "ward.countersign", Index: 41, Stream: "batch/B-2026-0001", Version: 2, Previous: Hash{1, 2, 3}, Kind: "batch.step_performed", KindVersion: 1,
		Time: at, Nonce: Nonce{9}, Actor: "p-0003", Payload: []byte(`{"step":"draw up","drawn":"5.0","note":"µ ≤ \"é\"\u2028"}`),
		Sealed: map[string]Hash{"name": Commit(SealedMember{Name: "name", Value: "EXAMPLE, Robin"})},
	}
	canonical, err := CanonicalJSON(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	e.Payload = canonical
	s := Signature{
		Signer: "p-0003", Username: "asha", Name: "Asha Okafor", Role: "technician", Training: "trained", Meaning: "performed",
		Time: at, Nonce: Nonce{8}, Shown: []string{"Drawn: 5.0 mL"}, Method: "password", Key: hex.EncodeToString(public),
	}
	if s.Value, err = Sign(key, StatementOf(e, s)); err != nil {
		t.Fatal(err)
	}
	e.Signatures = []Signature{s}
	return e
}

// A log that any earlier version wrote has to verify for thirty years: these
// bytes never change. A new form gets a new name and a new file.
func TestTheBytesOfAnEntryAreThoseOfTheGoldenFile(t *testing.T) {
	e := goldenEntry(t)
	raw, err := Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	digest := StatementOf(e, e.Signatures[0]).Digest()
	made := string(raw) + "\nleaf " + LeafHash(raw).String() + "\nstatement " + digest.String() + "\n"
	line, _, _ := strings.Cut(golden(t, "testdata/entry-v1.golden", made), "\n")
	back, err := Decode([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifySignature(back, back.Signatures[0]); err != nil {
		t.Error(err)
	}
}

// golden holds what was made against the file, and gives the file's text.
func golden(t *testing.T, file, made string) string {
	t.Helper()
	kept, err := os.ReadFile(file)
	if os.IsNotExist(err) && os.Getenv("UPDATE") != "" {
		err, kept = os.WriteFile(file, []byte(made), 0o644), []byte(made)
	}
	if err != nil {
		t.Fatal(err)
	}
	if made != string(kept) {
		t.Errorf("the bytes changed:\n%s\nwas\n%s", made, kept)
	}
	return string(kept)
}

// RFC 8785: order by UTF-16, one way to write each string; and our own bounds.
func TestCanonicalJSONHasOneFormAndRefusesWhatTwoReadersCouldReadDifferently(t *testing.T) {
	for in, want := range map[string]string{
		`{"b":1,"a":{"d":[true,null],"c":""}}`:                  `{"a":{"c":"","d":[true,null]},"b":1}`,
		`{"\u20ac":1,"\r":2,"\ud83d\ude00":3,"\ufb33":4,"1":5}`: "{\"\\r\":2,\"1\":5,\"€\":1,\"😀\":3,\"\ufb33\":4}",
		`"\u000f\n\/\"\u00e9<"`:                                 "\"\\u000f\\n/\\\"é<\"",
		`-0`:                                                    `0`,
	} {
		got, err := CanonicalJSON([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v", in, got, err)
		}
	}
	for _, bad := range []string{
		``, `{`, `{} {}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `"\ud800"`, `"\udc00\ud800"`, "\"\xff\"", `1.5`, `1e3`, `9007199254740992`,
		strings.Repeat("9", 1_000_000), strings.Repeat("[", 100) + strings.Repeat("]", 100), `nul`, `{"a":}`, `[1,]`,
	} {
		if got, err := CanonicalJSON([]byte(bad)); err == nil {
			t.Errorf("%.40s was taken as %.40s", bad, got)
		}
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	f.Add([]byte(`{"b":1,"a":["\ud83d\ude00",null,true]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := CanonicalJSON(raw)
		if err != nil {
			return
		}
		twice, err := CanonicalJSON(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"format":"countersign/entry/v1"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Decode(raw)
		if err != nil {
			return
		}
		if again, err := Encode(e); err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("%s came back as %s, %v", raw, again, err)
		}
	})
}

func FuzzDecodeBundle(f *testing.F) {
	empty, err := Bundle{Origin: "ward.countersign"}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(empty)
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := DecodeBundle(raw)
		if err != nil {
			return
		}
		if _, err := VerifyBundle(b, ""); err == nil && len(b.Entries) > 0 {
			t.Fatal("a bundle that nobody signed verifies")
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	f.Add([]byte("ward.countersign\n1\nAAAA\ntime 2026-11-20T09:00:00.000000Z\n\n— ward.countersign AAAA\n"))
	key, err := NewSiteKey("ward.countersign", bytes.NewReader(make([]byte, 64)))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = OpenCheckpoint(raw, key.Verifier()) // must not panic
	})
}
