package ledger_test

import (
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"countersign/audit"
)

// An implementation of RFC 6962 that shares no code with ours judges every
// inclusion proof and every consistency proof of a log of forty entries.
func TestAStrangersMerkleTreeAcceptsEveryProof(t *testing.T) {
	l, _, _ := site(t)
	const size = 40
	leaves := make([][]byte, 0, size)
	roots := map[int64][]byte{}
	for i := range size {
		got := appended(t, l, one(draft(number("batch/B-%d", i%3), "noted")))
		leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(got.Entries[0].Bytes))
		c, err := l.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		roots[c.Size] = c.Root[:]
	}
	plain := func(hashes []audit.Hash) [][]byte {
		out := make([][]byte, len(hashes))
		for i := range hashes {
			out[i] = hashes[i][:]
		}
		return out
	}
	for later := int64(1); later <= size; later++ {
		for index := range later {
			proofs, err := l.Prove(t.Context(), []int64{index}, later)
			if err != nil {
				t.Fatal(err)
			}
			err = proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(later), leaves[index], plain(proofs[0]), roots[later])
			if err != nil {
				t.Errorf("entry %d of %d: %v", index, later, err)
			}
			between, err := l.ProveConsistency(t.Context(), index+1, later)
			if err != nil {
				t.Fatal(err)
			}
			err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(index+1), uint64(later), plain(between), roots[index+1], roots[later])
			if err != nil {
				t.Errorf("%d entries as the beginning of %d: %v", index+1, later, err)
			}
		}
	}
}
