package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/audit"
)

// TrailLine is one entry of a stream, in words.
type TrailLine struct {
	Index   int64     `json:"index"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Actor   string    `json:"actor"`
	Words   string    `json:"words"`
	Signed  string    `json:"signed,omitempty" doc:"meaning and printed name"`
	Hash    string    `json:"hash" doc:"SHA-256 leaf hash of the entry's bytes"`
}

type trailOutput struct {
	Body struct {
		Entries []TrailLine `json:"entries"`
	}
}

type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *api) records(to huma.API) {
	offer(to, http.MethodGet, "/batches/{id}/trail", "Show a batch's audit trail", func(ctx context.Context, in *BatchPath) (*trailOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		lines, err := a.site.Trail(ctx, who, audit.StreamID("batch/"+in.ID))
		if err != nil {
			return nil, problem(err)
		}
		out := &trailOutput{}
		out.Body.Entries = make([]TrailLine, len(lines))
		for i, line := range lines {
			shown := TrailLine{
				Index: line.Index, Version: line.Version, At: line.At, Kind: line.Kind,
				Actor: line.Name, Words: line.Words, Hash: line.Hash,
			}
			if line.Signature != nil {
				shown.Signed = line.Signature.Meaning + " by " + line.Signature.Name
			}
			out.Body.Entries[i] = shown
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/batches/{id}/record.pdf", "Print the batch record", func(ctx context.Context, in *BatchPath) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		var pdf bytes.Buffer
		if err := a.site.RecordPDF(ctx, who, in.ID, &pdf); err != nil {
			return nil, problem(err)
		}
		return &fileOutput{ContentType: "application/pdf", Disposition: `attachment; filename="` + in.ID + `.pdf"`, Body: pdf.Bytes()}, nil
	})
	offer(to, http.MethodGet, "/batches/{id}/wristband.pdf", "Print the wristband of a training site's patient", func(ctx context.Context, in *BatchPath) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		pdf, err := a.site.WristbandFile(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &fileOutput{ContentType: "application/pdf", Disposition: `attachment; filename="wristband.pdf"`, Body: pdf}, nil
	})
	a.labels(to)
}
