package site

import (
	"context"

	"countersign/batch"
	"countersign/register"
	"countersign/reports"
)

// Certified is the register of certified batches, the first first (REL-04).
func (s *Service) Certified(ctx context.Context, who Session) ([]batch.CertifiedBatch, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	all, err := s.Lines(ctx, who)
	return batch.CertifiedBatches(all), err
}

// CertifiedReport prints lines of the register as a PDF.
func (s *Service) CertifiedReport(who Session, lines []batch.CertifiedBatch, query string) ([]byte, error) {
	return reports.Certified(reports.CertifiedReport{
		Lines: lines, Query: query, Site: s.info.Site, Zone: s.info.Location,
		At: s.Now(), By: who.Person.Name + " (" + who.Person.Username + ")", Software: s.info.Software,
	})
}

// Certificate is what a certificate of a batch would say now, and whom its
// licence names to sign it.
func (s *Service) Certificate(ctx context.Context, who Session, state *batch.State) (lines []string, certifiers []register.Certifier, err error) {
	if state.Protocol == nil {
		return nil, nil, nil
	}
	err = s.Registers(ctx, who, func(b *register.Books) {
		product := state.Protocol.Product
		standing := b.Standing(product.Code, product.Form, state.Basis.Unit, s.Now())
		lines = state.Certificate(batch.Facts{Standing: standing, Zone: s.info.Location})
		certifiers = standing.Product.Certifiers
	})
	return lines, certifiers, err
}

// UnlicensedSupplies is the record of unlicensed supply (DEV-07). Recipients
// are named to those who see patients.
func (s *Service) UnlicensedSupplies(ctx context.Context, who Session) ([]batch.UnlicensedSupply, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	all, err := s.Lines(ctx, who)
	return batch.UnlicensedSupplies(all), err
}
