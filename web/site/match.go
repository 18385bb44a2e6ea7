package site

import (
	"context"
	"time"

	"countersign/batch"
	"countersign/identity"
)

// toMatch gathers what an opening and a scan need of other batches: which can
// be mixed up with this one, and whose label a code is (COI-03, COI-11).
func (m *models) toMatch(f *batch.Facts, state *batch.State, c batch.Command, now time.Time, zone *time.Location) {
	if typed, ok := c.(batch.TypeCode); ok {
		c = typed.Scan()
	}
	if kept, ok := c.(batch.EnterKept); ok && kept.Code != "" {
		c = batch.Scan{Raw: kept.Code}
	}
	switch c := c.(type) {
	case batch.Open:
		f.Near = batch.Near(c.Batch, c.Unit, c.Patient, m.batches.all(), now, zone)
	case batch.Scan:
		if state == nil || state.Protocol == nil {
			return
		}
		f.Near = m.near(state, now, zone)
		for _, id := range batch.LabelsOf(c.Raw) {
			if m.batches.lines[id] != nil && id != state.ID {
				f.Found.Batch = id
			}
		}
	}
}

func (m *models) near(state *batch.State, now time.Time, zone *time.Location) []batch.Neighbour {
	return batch.Near(state.ID, state.Basis.Unit, state.Patient, m.batches.all(), now, zone)
}

// Near gives the batches that can be mixed up with one that goes on (COI-11);
// it names no patient, and none once the batch has ended.
func (s *Service) Near(ctx context.Context, id string) (near []batch.Neighbour, err error) {
	err = s.read(ctx, func(m *models) error {
		if line := m.batches.line(id); line != nil && line.Protocol != nil && !line.Ended() {
			near = batch.Near(line.ID, line.Unit, line.Patient, m.batches.all(), s.Now(), s.info.Location)
		}
		return nil
	})
	return near, err
}

// lastLinker is who linked the number that waits to be confirmed.
func lastLinker(state *batch.State) identity.PersonID {
	if len(state.Links) == 0 {
		return ""
	}
	return state.Links[len(state.Links)-1].Linked.Person
}
