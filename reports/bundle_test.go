package reports

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/audit"
	"countersign/batch"
)

// bundle proves the streams of the batch.
func (w *world) bundle() audit.Bundle { return w.bundleOf(batch.Stream(batch7)) }

// bundleOf gathers a stream with everything that it stands on.
func (w *world) bundleOf(subject audit.StreamID) audit.Bundle {
	w.t.Helper()
	var all hashes
	for i, e := range w.log {
		more, err := tlog.StoredHashes(int64(i), e.Bytes, all)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, more...)
	}
	size := int64(len(w.log))
	root, err := tlog.TreeHash(size, all)
	if err != nil {
		w.t.Fatal(err)
	}
	signed, err := audit.SignCheckpoint(w.siteKey(), audit.Checkpoint{Origin: audit.Origin(w.site.Origin), Size: size, Root: audit.Hash(root), Time: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	b := audit.Bundle{Origin: audit.Origin(w.site.Origin), Checkpoint: signed, Verifier: w.siteKey().Verifier()}
	streams, err := Streams(subject, func(id audit.StreamID) (found []audit.Stored, _ error) {
		for _, e := range w.log {
			if e.Stream == id {
				found = append(found, e)
			}
		}
		return found, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, opening := range w.salts {
		if slices.Contains(streams, w.log[opening.Index].Stream) {
			b.Openings = append(b.Openings, opening)
		}
	}
	for i, e := range w.log {
		if !slices.Contains(streams, e.Stream) {
			continue
		}
		proof, err := tlog.ProveRecord(size, int64(i), all)
		if err != nil {
			w.t.Fatal(err)
		}
		proved := audit.Proved{Bytes: e.Bytes}
		for _, hash := range proof {
			proved.Proof = append(proved.Proof, audit.Hash(hash))
		}
		b.Entries = append(b.Entries, proved)
	}
	return b
}
