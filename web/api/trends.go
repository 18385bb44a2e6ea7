package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch/trend"
)

// TrendChart is one series with its control limits.
type TrendChart struct {
	Protocol    string       `json:"protocol"`
	Kind        string       `json:"kind" enum:"value,result,timing,exceptions"`
	What        string       `json:"what" doc:"as in \"draw up: volume drawn up\""`
	Measure     string       `json:"measure" doc:"the unit of every figure; empty for counts"`
	Mean        string       `json:"mean,omitempty" doc:"absent with fewer than three points, as are the limits"`
	Lower       string       `json:"lower,omitempty" doc:"lower control limit"`
	Upper       string       `json:"upper,omitempty" doc:"upper control limit"`
	Provisional bool         `json:"provisional" doc:"fewer than eight points"`
	StandsOut   []string     `json:"stands_out" doc:"what chance alone would hardly do, in sentences"`
	Points      []TrendPoint `json:"points"`
}

// TrendPoint is one figure of one batch.
type TrendPoint struct {
	Batch  string    `json:"batch"`
	Unit   string    `json:"unit"`
	Role   string    `json:"role,omitempty" doc:"of whoever recorded it"`
	At     time.Time `json:"at"`
	Figure string    `json:"figure" doc:"an exact decimal"`
	Beyond bool      `json:"beyond" doc:"it lies outside the control limits"`
}

type trendsInput struct {
	Credentials
	Protocol string    `query:"protocol" maxLength:"64"`
	Unit     string    `query:"unit" maxLength:"64"`
	Role     string    `query:"role" maxLength:"64"`
	From     time.Time `query:"from"`
	Until    time.Time `query:"until" doc:"not within"`
}

type trendsOutput struct {
	Body struct {
		Charts []TrendChart `json:"charts"`
	}
}

// trends are read here as on their page.
func (a *api) trends(to huma.API) {
	offer(to, http.MethodGet, "/trends", "Trends from batch to batch", func(ctx context.Context, in *trendsInput) (*trendsOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Observations(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &trendsOutput{}
		out.Body.Charts = []TrendChart{}
		charts := trend.Gather(all, trend.Filter{Protocol: in.Protocol, Unit: in.Unit, Role: in.Role, From: in.From, Until: in.Until})
		for i := range charts {
			out.Body.Charts = append(out.Body.Charts, trendChart(&charts[i]))
		}
		return out, nil
	})
}

func trendChart(c *trend.Chart) TrendChart {
	one := TrendChart{
		Protocol: c.Series.Protocol, Kind: string(c.Series.Kind), What: c.Series.Title(), Measure: c.Series.Measure,
		Provisional: c.Provisional, StandsOut: append([]string{}, c.StandsOut()...), Points: []TrendPoint{},
	}
	if c.Centre != nil {
		one.Mean, one.Lower, one.Upper = c.Figure(c.Centre), c.Figure(c.Lower), c.Figure(c.Upper)
	}
	for i := range c.Points {
		p := &c.Points[i]
		one.Points = append(one.Points, TrendPoint{Batch: p.Batch, Unit: p.Unit, Role: p.Role, At: p.At, Figure: p.Figure(), Beyond: c.Beyond(p.Value)})
	}
	return one
}
