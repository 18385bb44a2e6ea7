package site

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/reports"
	"countersign/web/post"
)

// TrailLine is one entry of a stream, in words.
type TrailLine struct {
	Index, Version int64
	At             time.Time
	Kind           string
	Actor          string // person's id, or "system"
	Name           string // printed name
	Words          string
	Signature      *audit.Signature // nil when unsigned
	Critical       bool             // an exception, a correction or a refusal (AUD-05)
	Changed        bool             // it changes critical data of a batch
	Hash           string
}

// Trail gives the audit trail of a stream, the first entry first.
func (s *Service) Trail(ctx context.Context, who Session, stream audit.StreamID) ([]TrailLine, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	entries, err := s.ledger.Stream(ctx, stream, 1)
	if err != nil {
		return nil, s.broken("read a stream", err)
	}
	if len(entries) == 0 {
		return nil, &Refusal{Code: "no_such_batch", Sentence: "The log has nothing under that name."}
	}
	var openings map[int64]map[string]string
	if seesPatients(who.Person) {
		if openings, err = openingsOf(ctx, s.ledger, entries); err != nil {
			return nil, s.broken("read openings", err)
		}
	}
	lines := make([]TrailLine, len(entries))
	err = s.read(ctx, func(m *models) error {
		changed, err := m.changesOf(ctx, stream)
		if err != nil {
			return s.broken("read a batch", err)
		}
		for i, entry := range entries {
			lines[i] = TrailLine{
				Index: entry.Index, Version: entry.Version, At: entry.Time, Kind: string(entry.Kind), Actor: entry.Actor,
				Name: m.nameOf(entry.Actor), Words: m.wordsOf(entry.Entry, openings[entry.Index], s.info.Location), Hash: audit.LeafHash(entry.Bytes).String(),
				Critical: critical(entry.Kind), Changed: changed[entry.Version],
			}
			if len(entry.Signatures) > 0 {
				lines[i].Signature = &entry.Signatures[0]
			}
		}
		return nil
	})
	return lines, err
}

// changesOf are the entries of a batch that change critical data in it.
func (m *models) changesOf(ctx context.Context, stream audit.StreamID) (map[int64]bool, error) {
	id, is := strings.CutPrefix(string(stream), "batch/")
	if !is {
		return nil, nil
	}
	state, err := m.batch(ctx, id)
	if err != nil || state == nil {
		return nil, err
	}
	changed := map[int64]bool{}
	for _, change := range state.CriticalChanges(time.UTC) {
		changed[change.Version] = true
	}
	return changed, nil
}

// wordsOf says in one sentence what an entry of any stream did.
func (m *models) wordsOf(e audit.Entry, opened map[string]string, zone *time.Location) string {
	words := ""
	var p *protocol.Protocol
	switch room, id, _ := strings.Cut(string(e.Stream), "/"); room {
	case "batch":
		if line := m.batches.line(id); line != nil {
			p = line.Protocol
		}
	case "protocol":
		if event, err := library.DecodeEvent(e); err == nil {
			words = library.Words(event, zone)
		}
	case "person":
		if payload, err := identity.ReadPayload(e); err == nil {
			words = identity.Event{Kind: e.Kind, Person: identity.PersonID(id), Payload: payload}.Words()
		}
	}
	if words == "" {
		words = post.Words(e)
	}
	if register.Keeps(e.Stream) {
		if event, err := register.DecodeEvent(e, opened); err == nil {
			words = event.Words()
		}
	}
	if words == "" {
		words = reports.Words(e, opened, p, zone)
	}
	return words
}

// critical marks what a reviewer looks at first: changed values, exceptions
// and refusals.
func critical(kind audit.Kind) bool {
	switch kind {
	case "batch.value_corrected", "batch.correction_asked", "batch.exception_raised", "batch.exception_resolved", "batch.scan_refused", "batch.code_typed", "batch.refused", "batch.aborted",
		"batch.exceptions_decided", "batch.redline_approved", "batch.set_apart", "batch.full_review_demanded", "batch.demand_withdrawn":
		return true
	}
	return false
}

// RecordPDF writes the PDF batch record as the log has it now, with its data
// and proofs inside.
func (s *Service) RecordPDF(ctx context.Context, who Session, id string, w io.Writer) error {
	if err := requireFit(who); err != nil {
		return err
	}
	bundle, err := s.bundle(ctx, id)
	if err != nil {
		return err
	}
	var scanned [][]byte
	if !seesPatients(who.Person) {
		bundle = reports.Masked(bundle)
	} else if scanned, err = s.scansOf(ctx, id); err != nil {
		return err
	}
	pdf, err := reports.Issue(bundle, id, s.info.Software, who.Person.Name+" ("+who.Person.Username+")", scanned...)
	if err != nil {
		return s.broken("lay out the record", err)
	}
	if _, err := w.Write(pdf); err != nil {
		return fmt.Errorf("send the record: %w", err)
	}
	return nil
}

// ProtocolPDF writes a version of a protocol as the log has it now: the master
// record with its signatures, its text and its proofs inside.
func (s *Service) ProtocolPDF(ctx context.Context, who Session, name string, version int, w io.Writer) error {
	known, err := s.Library(ctx, who)
	if err != nil {
		return err
	}
	if _, ok := known.Find(name, version); !ok {
		return &Refusal{Code: "no_such_protocol", Sentence: fmt.Sprintf("The library has no version %d of %s.", version, name)}
	}
	bundle, err := s.bundleOf(ctx, library.Stream(name), false)
	if err != nil {
		return err
	}
	pdf, err := reports.IssueProtocol(bundle, name, version, s.info.Software, who.Person.Name+" ("+who.Person.Username+")")
	if err != nil {
		return s.broken("lay out the protocol", err)
	}
	if _, err := w.Write(pdf); err != nil {
		return fmt.Errorf("send the protocol: %w", err)
	}
	return nil
}

// bundle gathers the streams that a batch's record stands on.
func (s *Service) bundle(ctx context.Context, id string) (audit.Bundle, error) {
	state, err := s.batch(ctx, id)
	if err != nil {
		return audit.Bundle{}, err
	}
	if state == nil {
		return audit.Bundle{}, &Refusal{Code: "no_such_batch", Sentence: fmt.Sprintf("There is no batch %s here.", id)}
	}
	return s.bundleOf(ctx, batch.Stream(id), true)
}

// bundleOf gathers a stream with everything that it stands on.
func (s *Service) bundleOf(ctx context.Context, subject audit.StreamID, open bool) (audit.Bundle, error) {
	streams, err := reports.Streams(subject, func(stream audit.StreamID) ([]audit.Stored, error) { return s.ledger.Stream(ctx, stream, 1) })
	if err != nil {
		return audit.Bundle{}, s.broken("read a stream", err)
	}
	bundle, err := s.ledger.Bundle(ctx, streams, open)
	if err != nil {
		return audit.Bundle{}, s.broken("gather the proofs", err)
	}
	return bundle, nil
}

// LogView is the log at a glance.
type LogView struct {
	Size       int64
	Root       string
	At         time.Time // of the last checkpoint
	Checkpoint string    // the signed note
	Verifier   string    // the site's verifier key: what a regulator compares
}

// Log gives the log's size and its newest checkpoint.
func (s *Service) Log(ctx context.Context, who Session) (LogView, error) {
	if err := requireFit(who); err != nil {
		return LogView{}, err
	}
	checkpoint, err := s.ledger.Checkpoint(ctx)
	if err != nil {
		return LogView{}, s.broken("make a checkpoint", err)
	}
	return LogView{
		Size: checkpoint.Size, Root: checkpoint.Root.String(), At: checkpoint.Time,
		Checkpoint: string(checkpoint.Note), Verifier: s.ledger.Verifier(),
	}, nil
}

// VerifyLog checks the whole log: every entry, hash, signature, opening and
// checkpoint. It may take minutes; progress is told.
func (s *Service) VerifyLog(ctx context.Context, who Session, progress func(done, total int64)) (audit.Report, error) {
	if err := requireFit(who); err != nil {
		return audit.Report{}, err
	}
	report, err := s.ledger.Verify(ctx, progress)
	if err != nil && report.First == nil {
		return report, s.broken("verify the log", err)
	}
	return report, nil
}

func (m *models) nameOf(actor string) string {
	if person, ok := m.people.Person(identity.PersonID(actor)); ok {
		return person.Name
	}
	return actor
}
