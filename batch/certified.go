package batch

import (
	"cmp"
	"slices"
	"time"
)

// CertifiedBatch is a line of the register of certified batches (REL-04). It
// names no patient.
type CertifiedBatch struct {
	Number      int // running, in the order of the log, from 1
	Batch       string
	Product     string
	Code        string
	Quantity    string
	At          time.Time
	Certifier   string
	Username    string
	Place       string
	Conditional bool // results were still to come
	Protocol    string
	Version     int
	File        string
	FileVersion string
	Unit        string
	Digest      string // of the certificate's words
	Entry       int64  // in the site's log
	Hash        string // of that entry, as the log's tree has it
	Status      Status // of the batch now
}

// CertifiedBatches is the register of certified batches: a line for each
// certificate in the log, whatever became of its batch since. It is derived
// from the log alone, so nobody can change a line of it.
func CertifiedBatches(all []*Line) []CertifiedBatch {
	var lines []CertifiedBatch
	for _, l := range all {
		if l.Certified != nil {
			lines = append(lines, *l.Certified)
		}
	}
	slices.SortFunc(lines, func(a, b CertifiedBatch) int { return cmp.Compare(a.Entry, b.Entry) })
	for i := range lines {
		lines[i].Number = i + 1
	}
	return lines
}

func (s *State) certifiedLine() *CertifiedBatch {
	if s.Certification == nil || s.Protocol == nil {
		return nil
	}
	c, p := s.Certification, s.Protocol
	line := &CertifiedBatch{
		Batch: s.ID, Product: p.Product.Name, Code: p.Product.Code, Quantity: p.Product.BatchSize, At: c.At, Certifier: c.Name, Username: c.Username,
		Place: c.Place, Conditional: len(c.Later) > 0, Protocol: p.Name, Version: p.Version, File: s.Basis.File, FileVersion: s.Basis.FileVersion,
		Unit: s.Basis.Unit, Digest: c.Digest, Entry: c.Index, Hash: c.Hash, Status: s.Status,
	}
	if line.File == "" { // opened before there were registers
		line.File, line.FileVersion = p.Product.MasterFile, p.Product.MasterFileVersion
	}
	return line
}
