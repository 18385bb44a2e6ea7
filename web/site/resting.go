package site

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/batch"
)

// batches are the batches of the site. Of each there is its line; the whole of
// it is in memory only while something goes on in it, or somebody has looked at
// it lately. Every other is folded again from the log when it is asked for, so
// that a site can make batches for years and still start on a small machine.
type batches struct {
	zone   *time.Location // of the site: months of a line are those of its clock
	awake  map[string]*batch.State
	lines  map[string]*batch.Line // of all; of one that is awake as of an earlier version, until it is asked for
	lately []*batch.State         // at rest, the one that was looked at last at the end
	most   int                    // of lately
	rested time.Time              // the last entry of any batch at rest
}

// lookedAt is how many batches at rest are kept whole, unless the options say
// otherwise.
const lookedAt = 64

func newBatches(most int) *batches {
	if most <= 0 {
		most = lookedAt
	}
	return &batches{zone: time.UTC, awake: map[string]*batch.State{}, lines: map[string]*batch.Line{}, most: most}
}

// keep takes in how a batch stands now; rests says that it came to rest.
func (b *batches) keep(state *batch.State) (rests bool) {
	b.forget(state.ID)
	if !state.AtRest() {
		b.awake[state.ID] = state
		if b.lines[state.ID] == nil {
			b.lines[state.ID] = &batch.Line{ID: state.ID}
		}
		return false
	}
	delete(b.awake, state.ID)
	b.lines[state.ID] = state.Line(b.zone)
	if state.Last.After(b.rested) {
		b.rested = state.Last
	}
	b.look(state)
	return true
}

// look puts a batch at rest among those that were looked at last.
func (b *batches) look(state *batch.State) {
	b.forget(state.ID)
	if b.lately = append(b.lately, state); len(b.lately) > b.most {
		b.lately = slices.Delete(b.lately, 0, 1)
	}
}

func (b *batches) forget(id string) {
	b.lately = slices.DeleteFunc(b.lately, func(s *batch.State) bool { return s.ID == id })
}

// at gives a batch that is in memory; nil when there is none such.
func (b *batches) at(id string) *batch.State {
	if state := b.awake[id]; state != nil {
		return state
	}
	for _, state := range b.lately {
		if state.ID == id {
			b.look(state)
			return state
		}
	}
	return nil
}

// line gives a batch's line as it stands now; nil when there is no such batch.
func (b *batches) line(id string) *batch.Line {
	line := b.lines[id]
	if state := b.awake[id]; state != nil && line.Version != state.Version {
		line = state.Line(b.zone)
		b.lines[id] = line
	}
	return line
}

// all gives the line of every batch, in no order.
func (b *batches) all() []*batch.Line {
	lines := make([]*batch.Line, 0, len(b.lines))
	for id := range b.lines {
		lines = append(lines, b.line(id))
	}
	return lines
}

// sorted gives the line of every batch, the newest first.
func (b *batches) sorted() []*batch.Line {
	lines := b.all()
	slices.SortFunc(lines, func(a, b *batch.Line) int { return newestFirst(a.Opened, b.Opened, a.ID, b.ID) })
	return lines
}

// underway gives every batch that is not at rest, the newest first.
func (b *batches) underway() []*batch.State {
	states := slices.Collect(maps.Values(b.awake))
	slices.SortFunc(states, func(a, b *batch.State) int { return newestFirst(a.Opened.At, b.Opened.At, a.ID, b.ID) })
	return states
}

func newestFirst(a, b time.Time, idA, idB string) int {
	if order := b.Compare(a); order != 0 {
		return order
	}
	return strings.Compare(idB, idA)
}

// resting names every batch at rest, in the order of their names.
func (b *batches) resting() []string {
	var ids []string
	for id := range b.lines {
		if b.awake[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// batch gives the whole of a batch as it stands now; nil when there is no such
// batch.
func (m *models) batch(ctx context.Context, id string) (*batch.State, error) {
	if state := m.batches.at(id); state != nil || m.batches.lines[id] == nil {
		return state, nil
	}
	state, err := m.unfold(ctx, id, m.batches.lines[id].Version)
	if err != nil {
		return nil, fmt.Errorf("fold batch %s again: %w", id, err)
	}
	m.batches.look(state)
	return state, nil
}

// unfold folds the first entries of a batch from the log.
func (m *models) unfold(ctx context.Context, id string, entries int64) (*batch.State, error) {
	stored, err := m.log.Stream(ctx, batch.Stream(id), 1)
	if err != nil {
		return nil, err
	}
	if int64(len(stored)) < entries {
		return nil, fmt.Errorf("the log has %d entries of it, and %d were folded before", len(stored), entries)
	}
	stored = stored[:entries]
	openings, err := openingsOf(ctx, m.log, stored)
	if err != nil {
		return nil, err
	}
	folding := m.folder.Resume(nil)
	for _, entry := range stored {
		if err := folding.Add(entry, openings[entry.Index]); err != nil {
			return nil, err
		}
	}
	return folding.State(), nil
}

// waiting gives the batches in which somebody may be waited for at a moment: one
// at rest waits for nobody, but that the clock went back behind it.
func (m *models) waiting(ctx context.Context, now time.Time) ([]*batch.State, error) {
	states := m.batches.underway()
	if !now.Before(m.batches.rested) {
		return states, nil
	}
	for id, line := range m.batches.lines {
		if m.batches.awake[id] == nil && now.Before(line.Last) {
			state, err := m.batch(ctx, id)
			if err != nil {
				return nil, err
			}
			states = append(states, state)
		}
	}
	return states, nil
}
