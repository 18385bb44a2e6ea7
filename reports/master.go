package reports

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// masterLayout numbers the way in which a protocol becomes bytes, as layout
// does for a batch record.
const masterLayout = 2

// masterInput is everything that a printed protocol is made from. Without a
// version it is the print of a text that nobody signed; what follows Version is
// then empty, but for Software.
type masterInput struct {
	Protocol *protocol.Protocol
	Version  *library.Version
	Before   *library.Version // what it is compared with; nil when there is nothing
	After    *library.Version // what superseded it
	Life     []audit.Stored   // the protocol's own entries, in order
	Site     register.Site
	Zone     *time.Location
	Bundle   []byte
	SiteKey  string
	Size     int64
	Software string
	// GeneratedBy is who had it made; a claim of the printing, not of the log.
	GeneratedBy string
}

// PrintProtocol prints a text that nobody signed, with the mark that it is not
// approved on every page. It carries no date, so that the same text gives the
// same bytes.
func PrintProtocol(p *protocol.Protocol, software string) ([]byte, error) {
	return masterRecord(masterInput{Protocol: p, Software: software})
}

// masterRecord writes a protocol as a PDF: the master record as an inspector
// reads it (MBR-01, MBR-02, MBR-04, MBR-06). It is pure: the same input gives
// the same bytes.
func masterRecord(in masterInput) ([]byte, error) {
	if in.Protocol == nil || in.Version != nil && (in.Zone == nil || len(in.Life) == 0) {
		return nil, errors.New("print protocol: there is no protocol, or its history is missing")
	}
	m := &master{masterInput: in, paper: newPaper(), clock: clock{in.Zone}, digest: hex.EncodeToString(in.Protocol.Digest[:])}
	files := []attachment{m.source()}
	if in.Version != nil {
		head := companion{
			Record: masterKind, Layout: masterLayout, Software: in.Software,
			Protocol: in.Protocol.Name, Version: in.Protocol.Version, GeneratedBy: in.GeneratedBy,
		}
		data, err := head.encode(in.Bundle)
		if err != nil {
			return nil, fmt.Errorf("print protocol: %w", err)
		}
		// The data come first: there a verifier looks for them.
		files = append([]attachment{{name: dataName, description: "The protocol's entries, signatures and proofs", data: data}}, files...)
	}
	return m.make(files)
}

// dataName is the file that proves the pages.
const dataName = "record.json"

// master is one protocol on its way to paper.
type master struct {
	masterInput
	*paper
	clock
	digest string // SHA-256 of the text, hexadecimal
}

// source is the text as approved, byte for byte.
func (m *master) source() attachment {
	return attachment{
		name: m.sourceName(), description: "The text of the protocol, as signed", data: m.Protocol.Text, kind: "application/yaml", relation: "Source",
	}
}

// sourceName names the text's file. A protocol's name is small letters, digits
// and hyphens, so that it needs no escape.
func (m *master) sourceName() string {
	return fmt.Sprintf("%s-v%d.yaml", m.Protocol.Name, m.Protocol.Version)
}

func (m *master) make(files []attachment) (pdf []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			pdf, err = nil, fmt.Errorf("print protocol: %v", fault)
		}
	}()
	m.title()
	m.changes()
	m.way()
	m.order()
	m.siteSets()
	m.people()
	m.items()
	m.labels()
	m.process()
	m.custody()
	m.yields()
	m.times()
	m.release()
	m.stops()
	m.exceptions()
	m.text()
	m.integrity()

	title := gate(fmt.Sprintf("Protocol %s, version %d – %s", m.Protocol.Name, m.Protocol.Version, m.Protocol.Product.Name))
	raw, err := draw(m.sheet, m.running(), title, m.asAt())
	if err != nil {
		return nil, err
	}
	return finish(raw, about{title: title, producer: gate("Countersign " + m.Software), subject: gate(m.mark()), at: m.asAt()}, files...)
}

// asAt is the moment of the protocol's last entry; none without a history.
func (m *master) asAt() time.Time {
	if len(m.Life) == 0 {
		return time.Time{}
	}
	return m.Life[len(m.Life)-1].Time
}

// status is where the version stands at the moment of the print.
func (m *master) status() library.Status { return m.Version.Status(m.asAt()) }

// mark is where the version stands, on every page (MBR-01, MBR-07).
func (m *master) mark() string {
	words := m.stands()
	if m.Version != nil && m.Site.Kind != register.Live {
		words = strings.ToUpper(m.Site.Kind) + " – NOT FOR USE – " + words
	}
	return words
}

func (m *master) stands() string {
	if m.Version == nil {
		return "NOT APPROVED – PRINTED FROM A TEXT WITHOUT SIGNATURES"
	}
	// What is settled to come is said with its instant, so that a print stays
	// true once the instant has passed.
	switch v := m.Version; m.status() {
	case library.Approved:
		if !v.From.IsZero() {
			return "APPROVED – EFFECTIVE FROM " + m.at(v.From)
		}
		return "APPROVED – NOT YET EFFECTIVE"
	case library.Effective:
		if !v.Until.IsZero() {
			return fmt.Sprintf("EFFECTIVE UNTIL %s – THEN SUPERSEDED BY VERSION %d", m.at(v.Until), v.Next)
		}
		return "APPROVED AND EFFECTIVE"
	case library.Superseded:
		if m.After != nil {
			return fmt.Sprintf("SUPERSEDED BY VERSION %d – NOT FOR USE", m.After.Protocol.Version)
		}
	}
	words := strings.ToUpper(string(m.status())) + " – NOT FOR USE"
	if m.Version.Approved == nil {
		words = strings.ToUpper(string(m.status())) + " – NOT APPROVED – NOT FOR USE"
	}
	return words
}

// across is the word behind every page of what no batch may be made from.
func (m *master) across() string {
	switch {
	case m.Version == nil:
		return "NOT APPROVED"
	case m.status() == library.Superseded || m.status() == library.Withdrawn:
		return strings.ToUpper(string(m.status()))
	case m.status() == library.Draft:
		return "DRAFT"
	case m.Version.Approved == nil:
		return "NOT APPROVED"
	case m.Site.Kind != register.Live:
		return strings.ToUpper(m.Site.Kind)
	}
	return ""
}

func (m *master) running() running {
	p := m.Protocol
	around := running{
		left: []string{
			strings.TrimSpace(p.Product.Name + ", " + p.Product.Strength),
			"Protocol " + p.ID() + ": " + p.Title,
			"Master file " + orDash(p.Product.MasterFile) + ", version " + orDash(p.Product.MasterFileVersion),
		},
		right:  []string{"Printed from a text", "that no site has signed", "Countersign " + m.Software},
		band:   m.mark(),
		across: m.across(),
		foot:   []string{"Text SHA-256 " + m.digest, "A print without date or signatures, with Countersign " + m.Software},
	}
	if p.Status != "" {
		around.warning = "PROTOCOL STATUS: " + p.Status
	}
	if m.Version != nil {
		around.right = []string{m.Site.Name, m.Site.Unit, "Site log " + m.Site.Origin}
		around.foot[1] = fmt.Sprintf("As at entry %d of the protocol, %s; generated by %s with Countersign %s", len(m.Life), m.at(m.asAt()), orDash(m.GeneratedBy), m.Software)
	}
	return around
}

// steps gives the steps as they are written: of a loop's rounds the first.
func (m *master) steps() []*protocol.Step {
	var all []*protocol.Step
	for i := range m.Protocol.Sections {
		for j := range m.Protocol.Sections[i].Steps {
			if step := &m.Protocol.Sections[i].Steps[j]; step.Round <= 1 {
				all = append(all, step)
			}
		}
	}
	return all
}
