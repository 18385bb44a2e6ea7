package site

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/register/trace"
	"countersign/web/post"
)

// models are the folds of the log that pages read.
type models struct {
	mu       sync.Mutex
	next     int64 // first log index not yet folded
	people   *identity.Directory
	library  *library.Library
	log      *ledger.Ledger
	batches  *batches
	folder   *batch.Folder
	observed observed          // for charts
	broken   error             // of the entry that cannot be folded, and that nothing is folded after
	issued   map[string]string // issue number → batch
	site     register.Site
	software register.Software
	books    *register.Books
	trace    *trace.Index
	trails   trails
	post     *post.Book
	founded  time.Time
	moved    time.Duration // by how much a training or rehearsal site's clock was moved
}

// newModels makes the models of a log; resting is how many batches at rest are
// kept whole.
func newModels(log *ledger.Ledger, resting int) *models {
	m := &models{
		people: identity.NewDirectory(), library: library.New(), log: log,
		batches: newBatches(resting), books: register.NewBooks(), trace: trace.New(), post: post.NewBook(), issued: map[string]string{}, trails: trails{},
	}
	m.folder = batch.NewFolder(m.protocol)
	return m
}

// pageOfEntries bounds what is held in memory while the log is read.
const pageOfEntries = 2000

// catchUp folds everything that the log has and the models do not. The caller
// holds the lock.
func (m *models) catchUp(ctx context.Context) error {
	for size := m.log.Size(); m.next < size; {
		if m.broken != nil {
			return m.broken
		}
		entries, err := m.log.Range(ctx, m.next, pageOfEntries)
		if err != nil {
			return fmt.Errorf("read the log from entry %d: %w", m.next, err)
		}
		if len(entries) == 0 {
			return fmt.Errorf("the log says it has %d entries, but entry %d is not there", size, m.next)
		}
		openings, err := openingsOf(ctx, m.log, entries)
		if err != nil {
			return err
		}
		ahead, err := m.resume(ctx, entries)
		if err != nil {
			return err
		}
		m.broken = m.fold(entries, openings, ahead)
	}
	return m.broken
}

// resume goes on with every batch that entries are of. It changes nothing, so
// that whoever could not read the log tries again.
func (m *models) resume(ctx context.Context, entries []audit.Stored) (map[string]*batch.Folding, error) {
	ahead := map[string]*batch.Folding{}
	for _, entry := range entries {
		id, ok := strings.CutPrefix(string(entry.Stream), "batch/")
		if !ok || ahead[id] != nil {
			continue
		}
		state, err := m.batch(ctx, id)
		if err != nil {
			return nil, err
		}
		ahead[id] = m.folder.Resume(state)
	}
	return ahead, nil
}

// fold adds entries to the models, those of batches to what resume gave. What
// pages have been given of a batch stays as it was; its new state is there once
// all entries are in.
func (m *models) fold(entries []audit.Stored, openings map[int64]map[string]string, ahead map[string]*batch.Folding) error {
	for _, entry := range entries {
		if err := m.apply(entry, openings[entry.Index], ahead); err != nil {
			return fmt.Errorf("fold entry %d (%s): %w", entry.Index, entry.Kind, err)
		}
		if err := m.trace.Add(entry, openings[entry.Index]); err != nil {
			return fmt.Errorf("fold entry %d (%s): %w", entry.Index, entry.Kind, err)
		}
		m.trails.add(entry)
		m.next = entry.Index + 1
	}
	for id, folding := range ahead {
		state := folding.State()
		if other, taken := m.issued[state.Issue]; taken && state.Issue != "" && other != id {
			return fmt.Errorf("the issue number %s is that of batch %s already (MBR-03)", state.Issue, other)
		}
		if m.issued[state.Issue] = id; m.batches.keep(state) {
			m.observed.note(state)
		}
	}
	return nil
}

func openingsOf(ctx context.Context, log *ledger.Ledger, entries []audit.Stored) (map[int64]map[string]string, error) {
	var sealed []int64
	for _, entry := range entries {
		if len(entry.Sealed) > 0 {
			sealed = append(sealed, entry.Index)
		}
	}
	if len(sealed) == 0 {
		return nil, nil
	}
	openings, err := log.Openings(ctx, sealed)
	if err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	byEntry := map[int64]map[string]string{}
	for _, opening := range openings {
		if byEntry[opening.Index] == nil {
			byEntry[opening.Index] = map[string]string{}
		}
		byEntry[opening.Index][opening.Name] = opening.Value
	}
	return byEntry, nil
}

func (m *models) apply(entry audit.Stored, openings map[string]string, ahead map[string]*batch.Folding) error {
	subject, id, _ := strings.Cut(string(entry.Stream), "/")
	switch subject {
	case "batch":
		return ahead[id].Add(entry, openings)
	case "person":
		return m.people.Apply(entry)
	case "protocol":
		return m.library.Apply(entry)
	case "site":
		return m.applySite(entry)
	case "access":
		return nil
	case "mail":
		return m.post.Apply(entry.Entry, openings)
	case "material", "lot", "stock", "equipment", "logbook", "readings", "product", "unit", "recall", "deviation", "blank", "sample", "setting":
		return m.books.Apply(entry, openings)
	default:
		return errors.New("no room knows this stream")
	}
}

func (m *models) applySite(entry audit.Stored) (err error) {
	switch entry.Kind {
	case register.KindClockMoved:
		by, err := register.ReadClockMoved(entry.Entry)
		m.moved += by
		return err
	case register.KindSoftwareChanged:
		m.software, err = register.ReadSoftware(entry.Entry)
		return err
	}
	m.founded = entry.Time
	if m.site, err = register.ReadSite(entry.Entry); err != nil {
		return err
	}
	m.batches.zone, err = time.LoadLocation(m.site.Zone)
	return err
}

func (m *models) protocol(name string, version int, digest [32]byte) (*protocol.Protocol, error) {
	found, ok := m.library.Find(name, version)
	if !ok || found.Protocol.Digest != digest {
		return nil, fmt.Errorf("the library has no protocol %s version %d with that digest", name, version)
	}
	return found.Protocol, nil
}
