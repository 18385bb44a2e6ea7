package site

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/register"
	"countersign/register/scan"
	"countersign/register/trace"
)

// Traced is what is known of one thing that a search meant.
type Traced struct {
	Ref     trace.Ref
	Title   string // in words
	Lots    []TracedLot
	Batches []TracedBatch // where it was used; for a batch, the batch
	From    []TracedFrom  // for a batch: everything that went into it
	Recalls []string      // of it, by number
}

// TracedLot is a lot that is meant, or that was made from what is meant.
type TracedLot struct {
	trace.Delivery
	Status string
	Left   string
}

// TracedBatch is a batch that something was used in.
type TracedBatch struct {
	trace.Use
	Title    string // of what the batch leans on
	Product  string
	Protocol string
	Status   string
	Opened   time.Time
	Supplied time.Time // zero while nothing has left
	Patient  Patient
}

// TracedFrom is something that went into a batch, or somebody who had a part.
type TracedFrom struct {
	trace.Use
	Title     string
	Donations []string
	Number    string
}

// mostMeant bounds how many things one text is taken to mean.
const mostMeant = 20

// Trace answers where something was used and where it came from. Asked is a
// scan, a number of ours or of a maker, a donation code, a person's name, a
// patient's number or the site. Who may see no patients finds none (COI-09).
func (s *Service) Trace(ctx context.Context, who Session, asked string) (all []Traced, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		for _, ref := range s.meant(m, who, asked) {
			all = append(all, m.traced(ref, who))
		}
		return nil
	})
	return all, err
}

// meant gives everything that a text may name: as it stands, as what a scanned
// code says, and as somebody's name.
func (s *Service) meant(m *models, who Session, asked string) (all []trace.Ref) {
	if asked = strings.TrimSpace(asked); asked == "" {
		return nil
	}
	texts := []string{asked}
	if code, err := scan.Read(asked, s.ScanSettings()); err == nil {
		texts = append(texts, code.Item.Lot, code.Item.Serial, code.Donation.Number, code.Donation.Lot, code.Wristband.Number.Digits, code.Identity, code.Text)
	}
	for _, p := range m.people.People() {
		if strings.EqualFold(p.Name, asked) || strings.EqualFold(p.Username, asked) {
			texts = append(texts, string(p.ID))
		}
	}
	if seesPatients(who.Person) {
		for _, line := range m.batches.all() {
			if line.Patient.Wristband == asked || strings.EqualFold(line.Patient.Name, asked) {
				texts = append(texts, line.Patient.Number)
			}
		}
	}
	seen := map[trace.Ref]bool{}
	for _, text := range texts {
		for _, ref := range m.trace.Find(text) {
			if ref.Kind == trace.Patient && !seesPatients(who.Person) || seen[ref] || len(all) >= mostMeant {
				continue
			}
			seen[ref] = true
			all = append(all, ref)
		}
	}
	return all
}

func (m *models) traced(ref trace.Ref, who Session) Traced {
	t := Traced{Ref: ref, Title: m.titleOf(ref, who)}
	if ref.Kind == trace.Batch {
		t.Batches = []TracedBatch{m.tracedBatch(trace.Use{Batch: ref.Name, Of: ref}, who)}
		for _, use := range m.trace.From(ref.Name) {
			one := TracedFrom{Use: use, Title: m.titleOf(use.Of, who)}
			if use.Of.Kind == trace.Patient && !seesPatients(who.Person) {
				one.Of.Name = "masked"
			}
			if came, ok := m.trace.Delivery(use.Of.Name); ok && use.Of.Kind == trace.Lot {
				one.Donations, one.Number = came.Donations, came.Number
			}
			t.From = append(t.From, one)
		}
		return t
	}
	found := m.trace.Where(ref, trace.Span{})
	for _, id := range found.Lots {
		came, _ := m.trace.Delivery(id)
		one := TracedLot{Delivery: came}
		if lot, ok := m.books.Lot(id); ok {
			one.Status, one.Left = string(lot.Status)+m.books.HeldWords(lot), lot.Left.String()
		}
		t.Lots = append(t.Lots, one)
	}
	for _, use := range found.Uses {
		t.Batches = append(t.Batches, m.tracedBatch(use, who))
	}
	for _, r := range m.books.Recalls() {
		if r.Of.Kind == ref.Kind.String() && r.Of.Name == ref.Name {
			t.Recalls = append(t.Recalls, r.ID)
		}
	}
	return t
}

func (m *models) tracedBatch(use trace.Use, who Session) TracedBatch {
	one := TracedBatch{Use: use, Title: m.titleOf(use.Of, who)}
	line := m.batches.line(use.Batch)
	if line == nil || line.Protocol == nil {
		return one
	}
	one.Product, one.Protocol = line.Protocol.Product.Name, fmt.Sprintf("%s version %d", line.Protocol.Name, line.Protocol.Version)
	one.Status, one.Opened, one.Patient, one.Supplied = string(line.Status), line.Opened, patientOf(line, who), line.Supplied
	return one
}

// mostNamed bounds how many donations a title names: a list beside it holds all.
const mostNamed = 4

// titleOf says in words what a thing is.
func (m *models) titleOf(ref trace.Ref, who Session) string {
	switch ref.Kind {
	case trace.Lot:
		came, _ := m.trace.Delivery(ref.Name)
		words := fmt.Sprintf("Lot %s of %s, lot number %s", ref.Name, came.Material, came.Number)
		for i, code := range came.Donations {
			if i == mostNamed {
				words += fmt.Sprintf(" and %d more donations", len(came.Donations)-i)
				break
			}
			words += ", donation " + register.Visible(code)
		}
		if len(came.Of) > 0 {
			words += ", made of " + strings.Join(came.Of, ", ")
		}
		if came.From != "" {
			words += ", made here as batch " + came.From
		}
		return words
	case trace.Number:
		return "Lot number " + ref.Name
	case trace.Donation:
		return "Donation " + ref.Name
	case trace.Equipment:
		if machine, ok := m.books.Machine(ref.Name); ok {
			return fmt.Sprintf("%s: %s, serial number %s", ref.Name, machine.Title, machine.Serial)
		}
	case trace.Person:
		return fmt.Sprintf("%s (%s)", m.nameOf(ref.Name), ref.Name)
	case trace.Patient:
		if !seesPatients(who.Person) {
			return "A patient, masked"
		}
		return "The patient with the number " + ref.Name
	case trace.Batch:
		return "Batch " + ref.Name
	case trace.Chain:
		return "Chain of identity " + ref.Name
	}
	return ref.Name
}

// Recallable says as what kind of thing a traced one can be recalled; "" when
// it cannot.
func (t Traced) Recallable() string {
	switch t.Ref.Kind {
	case trace.Lot:
		return register.OfLot
	case trace.Number:
		return register.OfNumber
	case trace.Donation:
		return register.OfDonation
	case trace.Equipment:
		return register.OfEquipment
	case trace.Person:
		return register.OfPerson
	}
	return ""
}
