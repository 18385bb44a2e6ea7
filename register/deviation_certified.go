package register

import (
	"fmt"
	"slices"
	"time"
)

// Certificate is who certified a batch, and when.
type Certificate struct {
	Name, Username string
	At             time.Time
}

// certifiedLines tell who signs an act on a deviation which of the batches that
// it concerns were certified already, and that no certificate is changed by it:
// what comes to light later is beside it (REL-12).
func certifiedLines(b *Books, w Written, id string, f Facts) (lines []string) {
	if w.Event.room() != "deviation" || f.Certificate == nil {
		return nil
	}
	batches, _ := OfDeviation(b, w)
	if d, ok := b.Deviation(id); ok {
		batches = slices.Concat(d.Batches, batches)
	}
	for _, batch := range batches {
		if by, ok := f.Certificate(batch); ok {
			lines = append(lines, fmt.Sprintf("Batch %s was certified by %s (%s), %s. The certificate stays as it was signed: nothing here changes it.", batch, by.Name, by.Username, shown(by.At, f.Zone)))
		}
	}
	return lines
}
