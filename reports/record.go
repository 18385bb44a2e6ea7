package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
)

// layout numbers the way in which a history becomes bytes. A program can check
// the pages of a record only if it knows that record's layout, so that any
// change to the bytes of a page, however small, needs a new number.
const layout = 5

// Input is everything that a batch record is made from. All of it stands in
// the bundle or follows from it, except Software and GeneratedBy; Issue makes
// it from a bundle.
type Input struct {
	State *batch.State
	Trail []Entry  // the batch's own entries, in order
	Other []Stream // the further streams of the bundle
	Life  []Stage  // of the protocol version
	// Deviations are those that concern the batch, in the order of its record.
	Deviations []*register.Deviation
	// Origins are, for each lot by its stream, a sentence for every lot that it was
	// made of, the nearest first (COI-05).
	Origins map[audit.StreamID][]string
	// People are those of the bundle, for the keys that they sign with. Names
	// on the pages come from the entries, as they were frozen there.
	People []identity.Person
	Site   register.Site
	Zone   *time.Location
	// Bundle is the proof as audit writes it; it is attached as it stands.
	Bundle []byte
	// SiteKey is the verifier key under which the bundle's checkpoint was
	// signed, and Size the number of entries that the checkpoint covers.
	SiteKey string
	Size    int64
	// Scans are those that are attached.
	Scans scans
	// Software is the version of the program that lays out the record.
	Software string
	// GeneratedBy is who had the record made; a claim of the printing, not of
	// the log.
	GeneratedBy string
}

// Entry is one entry with what is opened of its sealed members.
type Entry struct {
	audit.Stored
	Hash  audit.Hash
	Event batch.Event // nil when it cannot be read
}

// Stream says where another stream of the bundle stands.
type Stream struct {
	ID      audit.StreamID
	Entries int
	Head    audit.Hash
}

// Stage is one act in the life of a protocol version.
type Stage struct {
	Words string // "approved"
	Act   library.Act
}

// BatchRecord writes the PDF batch record of a batch (requirements, section
// 17). It is pure: the same input gives the same bytes. The moment that it
// names is the batch's last entry, not a clock's.
func BatchRecord(in Input) ([]byte, error) {
	if in.State == nil || in.State.Protocol == nil {
		return nil, errors.New("make batch record: there is no batch")
	}
	if len(in.Trail) == 0 || in.Zone == nil {
		return nil, errors.New("make batch record: the history or the time zone is missing")
	}
	data, err := companion{Record: companionKind, Layout: layout, Software: in.Software, Batch: in.State.ID, GeneratedBy: in.GeneratedBy}.encode(in.Bundle)
	if err != nil {
		return nil, fmt.Errorf("make batch record: %w", err)
	}
	r := &record{Input: in, paper: newPaper(), clock: clock{in.Zone}, byIndex: map[int64]Entry{}}
	sum := sha256.Sum256(data)
	r.content = hex.EncodeToString(sum[:])
	for _, e := range in.Trail {
		r.byIndex[e.Index] = e
	}
	return r.make(data)
}

// record is one record in the making.
type record struct {
	Input
	*paper
	clock
	content string // SHA-256 of the attached data, hexadecimal
	byIndex map[int64]Entry
}

func (r *record) make(data []byte) (pdf []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			pdf, err = nil, fmt.Errorf("make batch record: %v", fault)
		}
	}()
	r.summary()
	r.supplied()
	r.deviations()
	r.redlines()
	r.papers()
	r.changes()
	r.people()
	r.custody()
	r.materials()
	r.process()
	r.times()
	r.calculations()
	r.yields()
	r.reconciliation()
	r.remarks()
	r.interruptions()
	r.labels()
	r.reviewed()
	r.disposition()
	r.signatures()
	r.trail()
	r.integrity()

	title := fmt.Sprintf("Batch record %s – %s", r.State.ID, r.State.Protocol.Product.Name)
	raw, err := draw(r.sheet, r.running(), gate(title), r.last().Time)
	if err != nil {
		return nil, err
	}
	return finish(raw, about{
		title: gate(title), producer: gate("Countersign " + r.Software), subject: gate(r.mark()), at: r.last().Time,
	}, append([]attachment{{name: "record.json", description: "The record's data, signatures and proofs", data: data}}, r.scanFiles()...)...)
}

// last is the batch's last entry: the moment of the record.
func (r *record) last() Entry { return r.Trail[len(r.Trail)-1] }

// mark is the status on every page, with what keeps the record from being a
// real one (PDF-05, MBR-07).
func (r *record) mark() string {
	words := status(r.State)
	if r.Site.Kind != register.Live {
		words = strings.ToUpper(r.Site.Kind) + " – NOT FOR USE – " + words
	}
	if r.State.Masked {
		words += " – PATIENT MASKED"
	}
	return words
}

// warning is the protocol's own status, where it has one.
func (r *record) warning() string {
	if r.State.Protocol.Status == "" {
		return ""
	}
	return "PROTOCOL STATUS: " + r.State.Protocol.Status
}

func (r *record) running() running {
	p := r.State.Protocol
	return running{
		left: []string{
			strings.TrimSpace(p.Product.Name + ", " + p.Product.Strength),
			"Batch " + r.State.ID,
			"Protocol " + p.ID() + ", master file " + orDash(p.Product.MasterFile) + " version " + orDash(p.Product.MasterFileVersion),
		},
		right: []string{
			r.Site.Name,
			r.Site.Unit,
			"Site log " + r.Site.Origin,
		},
		band:    r.mark(),
		warning: r.warning(),
		foot: []string{
			"Content SHA-256 " + r.content,
			"Issue number " + orDash(r.State.Issue),
			fmt.Sprintf("Revision %d (its entries), as at %s; generated by %s with Countersign %s", len(r.Trail), r.at(r.last().Time), orDash(r.GeneratedBy), r.Software),
		},
	}
}

// personal shows what may have been masked.
func (r *record) personal(s string) string {
	if s == "" && r.State.Masked {
		return masked
	}
	return orDash(s)
}
