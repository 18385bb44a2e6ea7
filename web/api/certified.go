package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch"
)

// CertifiedView is a line of the register of certified batches. It names no
// patient.
type CertifiedView struct {
	Number      int       `json:"number" doc:"running, in the order of the log"`
	Batch       string    `json:"batch"`
	Product     string    `json:"product"`
	Code        string    `json:"product_code"`
	Quantity    string    `json:"quantity,omitempty"`
	At          time.Time `json:"certified"`
	Certifier   string    `json:"certifier"`
	Username    string    `json:"certifier_username"`
	Place       string    `json:"place" doc:"where the certifier attested to be"`
	Conditional bool      `json:"conditional" doc:"results were still to come"`
	Protocol    string    `json:"protocol"`
	Version     int       `json:"protocol_version"`
	File        string    `json:"master_file"`
	FileVersion string    `json:"master_file_version"`
	Unit        string    `json:"unit,omitempty"`
	Status      string    `json:"status" doc:"of the batch now"`
	Entry       int64     `json:"entry" doc:"of the certificate, in the site's log"`
	Hash        string    `json:"hash" doc:"of that entry, as the log's tree has it"`
	Digest      string    `json:"digest" doc:"SHA-256 of what is certified, a line feed after each line and after what was added"`
}

// CertificateView is what a certificate says.
type CertificateView struct {
	Lines     []string    `json:"lines,omitempty" doc:"what is certified, as record and registers gave it"`
	Later     []LaterView `json:"still_to_come,omitempty"`
	Statement string      `json:"statement,omitempty" doc:"what the certifier added"`
	Place     string      `json:"place"`
	Digest    string      `json:"digest"`
	Signed    ActView     `json:"signed"`
}

// LaterView is a result that was still to come.
type LaterView struct {
	Name string `json:"name"`
	Due  string `json:"due,omitempty"`
	Tell string `json:"tell,omitempty"`
}

type certifiedOutput struct {
	Body struct {
		Certified []CertifiedView `json:"certified"`
	}
}

func (a *api) certified(to huma.API) {
	offer(to, http.MethodGet, "/certified", "The register of certified batches", func(ctx context.Context, in *Credentials) (*certifiedOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		lines, err := a.site.Certified(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &certifiedOutput{}
		out.Body.Certified = []CertifiedView{}
		for _, line := range lines {
			out.Body.Certified = append(out.Body.Certified, certifiedView(line))
		}
		return out, nil
	})
}

func certifiedView(l batch.CertifiedBatch) CertifiedView {
	return CertifiedView{
		Number: l.Number, Batch: l.Batch, Product: l.Product, Code: l.Code, Quantity: l.Quantity, At: l.At, Certifier: l.Certifier, Username: l.Username,
		Place: l.Place, Conditional: l.Conditional, Protocol: l.Protocol, Version: l.Version, File: l.File, FileVersion: l.FileVersion, Unit: l.Unit,
		Status: string(l.Status), Entry: l.Entry, Hash: l.Hash, Digest: l.Digest,
	}
}

// certificateView is nil where nothing was certified.
func certificateView(s *batch.State) *CertificateView {
	c := s.Certification
	if c == nil {
		return nil
	}
	view := &CertificateView{Lines: c.Lines, Statement: c.Statement, Place: c.Place, Digest: c.Digest, Signed: actView(c.Act)}
	for _, late := range c.Later {
		view.Later = append(view.Later, LaterView(late))
	}
	return view
}
