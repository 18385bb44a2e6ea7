package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
)

// SampleView is a sample of audit trails as it stands (AUD-09).
type SampleView struct {
	Sample string             `json:"sample" example:"S-2026-0001"`
	Stands string             `json:"stands"`
	Open   bool               `json:"open" doc:"a trail is still to be looked at, or a finding to be followed up"`
	Asked  register.Draw      `json:"asked"`
	Drawn  time.Time          `json:"drawn"`
	By     string             `json:"by"`
	Entry  int64              `json:"entry" doc:"in the site's log, that ordered the draw"`
	Seed   string             `json:"seed" doc:"leaf hash of that entry, by which was drawn"`
	Rule   string             `json:"rule"`
	Frame  []string           `json:"frame" doc:"all trails that fit"`
	Trails []SampledTrailView `json:"trails" doc:"that were drawn, in the order of the draw"`
}

// SampledTrailView is one trail that was drawn.
type SampledTrailView struct {
	Trail     string     `json:"trail"`
	Stands    string     `json:"stands"`
	Open      bool       `json:"open"`
	LookedAt  *time.Time `json:"looked_at,omitempty"`
	By        string     `json:"by,omitempty"`
	Entries   int64      `json:"entries,omitempty" doc:"that were looked at"`
	Head      string     `json:"head,omitempty" doc:"hash of the last of them"`
	Found     bool       `json:"found"`
	Text      string     `json:"text,omitempty"`
	Deviation string     `json:"deviation,omitempty" doc:"that was raised from what was found"`
	Why       string     `json:"no_deviation_because,omitempty"`
	Left      *time.Time `json:"left_at,omitempty" doc:"when the control site ended it: nobody independent could look at it"`
	LeftWhy   string     `json:"left_because,omitempty"`
}

type samplesOutput struct {
	Body struct {
		Samples []SampleView `json:"samples"`
	}
}

type sampleInput struct {
	Credentials
	ID string `path:"id" example:"S-2026-0001"`
}

type sampleOutput struct{ Body SampleView }

// samples offers samples of audit trails to be read. They are drawn, looked at
// and followed up as registers are acted on, by proposals and signatures.
func (a *api) samples(to huma.API) {
	offer(to, http.MethodGet, "/samples", "Samples of audit trails", func(ctx context.Context, in *Credentials) (*samplesOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Samples(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &samplesOutput{}
		out.Body.Samples = []SampleView{}
		for _, s := range all {
			out.Body.Samples = append(out.Body.Samples, sampleView(s))
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/samples/{id}", "One sample of audit trails", func(ctx context.Context, in *sampleInput) (*sampleOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		s, _, err := a.site.Sample(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &sampleOutput{sampleView(s)}, nil
	})
}

func sampleView(s *register.Sample) SampleView {
	view := SampleView{
		Sample: s.ID, Stands: s.Stands(), Open: s.Open(), Asked: s.Asked, Drawn: s.Drawn.At, By: s.Drawn.Name, Entry: s.Drawn.Index, Seed: s.Seed,
		Rule: register.DrawRule, Frame: s.Frame, Trails: []SampledTrailView{},
	}
	for _, t := range s.Trails {
		one := SampledTrailView{Trail: t.Trail, Stands: t.Stands(), Open: t.Open(), Entries: t.Entries, Head: t.Head, Found: t.Found, Text: t.Text, Deviation: t.Deviation, Why: t.Why}
		if t.Looked != nil {
			one.LookedAt, one.By = &t.Looked.At, t.Looked.Name
		}
		if t.Left != nil {
			one.Left, one.By, one.LeftWhy, one.Why = &t.Left.At, t.Left.Name, t.Why, ""
		}
		view.Trails = append(view.Trails, one)
	}
	return view
}
