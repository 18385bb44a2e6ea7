package audit

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// goldenBundle is a log of three entries: the golden entry's stream begins at
// index 0 here, and a stranger's entry stands between its two.
func goldenBundle(t *testing.T) (Bundle, SiteKey) {
	t.Helper()
	key, err := NewSiteKey("ward.countersign", bytes.NewReader(bytes.Repeat([]byte{5}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	first := goldenEntry(t)
	at := first.Time
	first.Index, first.Version, first.Previous, first.Signatures = 0, 1, Hash{}, nil
	encoded := func(e Entry) []byte {
		raw, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	raws := [][]byte{encoded(first)}
	other := first
	other.Index, other.Stream, other.Nonce, other.Sealed = 1, "lot/L1", Nonce{4}, nil
	last := first
	last.Index, last.Version, last.Previous, last.Nonce, last.Sealed = 2, 2, LeafHash(raws[0]), Nonce{3}, nil
	raws = append(raws, encoded(other), encoded(last))

	var nodes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = nodes[index]
		}
		return found, nil
	})
	for i, raw := range raws {
		added, err := tlog.StoredHashes(int64(i), raw, reader)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, added...)
	}
	root, err := tlog.TreeHash(int64(len(raws)), reader)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := SignCheckpoint(key, Checkpoint{Origin: "ward.countersign", Size: 3, Root: Hash(root), Time: at.Add(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	b := Bundle{Origin: "ward.countersign", Checkpoint: signed, Verifier: key.Verifier()}
	for _, index := range []int64{0, 2} {
		proof, err := tlog.ProveRecord(3, index, reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes := make([]Hash, len(proof))
		for i := range proof {
			hashes[i] = Hash(proof[i])
		}
		b.Entries = append(b.Entries, Proved{Bytes: raws[index], Proof: hashes})
	}
	b.Openings = []Opening{{Index: 0, SealedMember: SealedMember{Name: "name", Value: "EXAMPLE, Robin"}}}
	return b, key
}

// What verifies today verifies in thirty years: the bytes of a checkpoint and
// of a bundle never change, and the kept ones are opened from their file.
func TestTheBytesOfACheckpointAndABundleAreThoseOfTheGoldenFiles(t *testing.T) {
	b, key := goldenBundle(t)
	kept := golden(t, "testdata/checkpoint-v1.golden", string(b.Checkpoint))
	if c, err := OpenCheckpoint([]byte(kept), key.Verifier()); err != nil || c.Size != 3 {
		t.Errorf("the kept checkpoint: %+v, %v", c, err)
	}
	made, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeBundle([]byte(golden(t, "testdata/bundle-v1.golden", string(made))))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := VerifyBundle(back, key.Verifier())
	if err != nil || len(opened.Entries) != 2 {
		t.Errorf("the kept bundle: %d entries, %v", len(opened.Entries), err)
	}
}
