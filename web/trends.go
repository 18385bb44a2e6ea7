package web

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/batch/trend"
)

// trendsView is what was asked of the batches, and the charts of it.
type trendsView struct {
	Protocols, Units, Roles []choiceView
	From, Until             string
	Problem                 string // of what was asked
	Signs                   []trendSign
	Charts                  []chartView
	Figures, PDF            string // addresses
	One                     *list  // the figures of the one chart that was asked for
	All                     string // address of all charts, from one
}

type choiceView struct {
	Text   string
	Chosen bool
}

// trendSign is something that stands out, with the chart in which it does.
type trendSign struct{ Chart, Title, Sentence string }

// chartView is one chart of a page.
type chartView struct {
	ID, Title, Kind, Summary, Alone string
	Signs                           []string
	picture                         []byte
}

// Picture is the chart as drawn; every text in it is escaped.
func (c chartView) Picture() template.HTML { return template.HTML(c.picture) }

// chartOf draws a chart for a page; here is the batch that stands out in it.
func chartOf(c *trend.Chart, size trend.Size, here string) chartView {
	return chartView{
		ID: chartID(c.Series), Title: c.Series.Title(), Kind: string(c.Series.Kind), Summary: c.Summary(), Signs: c.StandsOut(),
		picture: c.Picture(size, here).SVG(),
	}
}

// mostAmong bounds how many earlier points stand beside a value under review.
const mostAmong = 20

// amongOthers puts beside each value its chart: this batch after the last ones,
// whose control limits the chart has. A value that no earlier batch has gets
// none.
func amongOthers(values []reviewValue, charts []trend.Chart, id string) {
	for i := range values {
		for j := range charts {
			c := charts[j]
			if c.Series.Name != values[i].Series || c.Centre == nil {
				continue
			}
			values[i].Stands = "within what earlier batches did"
			if len(c.Signals) > 0 {
				values[i].Stands = c.Signals[0].Sentence
			}
			c = c.Last(mostAmong)
			drawn := chartOf(&c, trend.Small(), id)
			values[i].Among = &drawn
		}
	}
}

// chartID names a chart within its page and its address.
func chartID(s trend.Series) string {
	return strings.Join([]string{s.Protocol, string(s.Kind), s.Name, s.Measure}, "/")
}

func (s *Server) trendsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := s.svc.Observations(r.Context(), v.who)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	filter, problem := trendFilter(r.URL.Query(), all, zone)
	charts := trend.Gather(all, filter)
	asked := r.URL.Query().Get("chart")
	if asked != "" {
		charts = slices.DeleteFunc(charts, func(c trend.Chart) bool { return chartID(c.Series) != asked })
	}
	if r.URL.Query().Get("as") == "csv" {
		whole := everyFigure(charts, zone)
		return whole.writeCSV(w, "trends")
	}
	view := trendsView{Problem: problem, From: r.URL.Query().Get("from"), Until: r.URL.Query().Get("until")}
	view.choices(all, filter)
	addressed := func(pairs ...string) string { return trendAddress(r.URL.Query(), filter, pairs...) }
	view.Figures, view.PDF, view.All = addressed("as", "csv"), "/trends.pdf"+strings.TrimPrefix(addressed("chart", ""), "/trends"), addressed("chart", "")
	size := trend.Small()
	if asked != "" {
		size = trend.Large()
	}
	for i := range charts {
		one := chartOf(&charts[i], size, "")
		one.Alone = addressed("chart", one.ID)
		for _, sentence := range one.Signs {
			view.Signs = append(view.Signs, trendSign{Chart: one.ID, Title: one.Title, Sentence: sentence})
		}
		view.Charts = append(view.Charts, one)
	}
	if asked != "" && len(charts) == 1 {
		view.One = &list{table: figuresOf(&charts[0], zone)}
	}
	return s.render(w, r, v, http.StatusOK, "trends", page{Title: "Trends", View: view})
}

// everyFigure is the file of all points of all charts (AUD-06).
func everyFigure(charts []trend.Chart, zone *time.Location) table {
	t := table{Columns: titles("Protocol", "Kind", "What", "Batch", "Unit", "Role", "When", "Figure", "Measure", "Mean", "Lower control limit", "Upper control limit", "Beyond control limits")}
	for i := range charts {
		c := &charts[i]
		centre, lower, upper := "", "", ""
		if c.Centre != nil {
			centre, lower, upper = c.Figure(c.Centre), c.Figure(c.Lower), c.Figure(c.Upper)
		}
		for j := range c.Points {
			p, beyond := &c.Points[j], "no"
			if c.Beyond(p.Value) {
				beyond = "yes"
			}
			t.Rows = append(t.Rows, row{
				{Text: c.Series.Protocol},
				{Text: string(c.Series.Kind)},
				{Text: c.Series.Title()},
				{Text: p.Batch},
				{Text: p.Unit},
				{Text: p.Role},
				{Text: p.At.In(zone).Format(time.RFC3339)},
				{Text: p.Figure()},
				{Text: c.Series.Measure},
				{Text: centre},
				{Text: lower},
				{Text: upper},
				{Text: beyond},
			})
		}
	}
	return t
}

// figuresOf is the table of a chart's points, the newest first.
func figuresOf(c *trend.Chart, zone *time.Location) table {
	t := table{Caption: c.Series.Title(), Columns: titles("Batch", "Figure", "Unit", "Role", "When", "Control limits")}
	for i := len(c.Points) - 1; i >= 0; i-- {
		p := &c.Points[i]
		stands := "within"
		switch {
		case c.Centre == nil:
			stands = "none yet"
		case c.Beyond(p.Value):
			stands = "BEYOND"
		}
		t.Rows = append(t.Rows, row{batchCell(p.Batch), {Text: p.String(), Line: true}, {Text: p.Unit}, {Text: p.Role}, momentCell(p.At, zone), {Text: stands}})
	}
	return t
}

// trendFilter reads what is asked. Without a protocol it is the one with the
// newest figures; a day that cannot be read is said and left out.
func trendFilter(asked url.Values, all []trend.Observation, zone *time.Location) (f trend.Filter, problem string) {
	f = trend.Filter{Protocol: asked.Get("protocol"), Unit: asked.Get("unit"), Role: asked.Get("role")}
	if f.Protocol == "" && len(all) > 0 {
		newest := slices.MaxFunc(all, func(a, b trend.Observation) int { return a.At.Compare(b.At) })
		f.Protocol = newest.Series.Protocol
	}
	day := func(name string) time.Time {
		text := strings.TrimSpace(asked.Get(name))
		if text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, text, zone)
		if err != nil {
			problem = "“" + text + "” is not a day. Write it as in 2026-03-31."
		}
		return t
	}
	f.From = day("from")
	if f.Until = day("until"); !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // the day itself is within
	}
	return f, problem
}

// choices are what can be asked for: whatever has figures.
func (v *trendsView) choices(all []trend.Observation, f trend.Filter) {
	add := func(to *[]choiceView, text, chosen string) {
		if text != "" && !slices.ContainsFunc(*to, func(c choiceView) bool { return c.Text == text }) {
			*to = append(*to, choiceView{text, text == chosen})
		}
	}
	for i := range all {
		add(&v.Protocols, all[i].Series.Protocol, f.Protocol)
		add(&v.Units, all[i].Unit, f.Unit)
		add(&v.Roles, all[i].Role, f.Role)
	}
	for _, one := range []*[]choiceView{&v.Protocols, &v.Units, &v.Roles} {
		slices.SortFunc(*one, func(a, b choiceView) int { return strings.Compare(a.Text, b.Text) })
	}
}

// trendAddress is the page with what was asked, and some members changed.
func trendAddress(asked url.Values, f trend.Filter, pairs ...string) string {
	t := table{Action: "/trends"}
	return t.address(asked, append([]string{"protocol", f.Protocol, "as", ""}, pairs...)...)
}

func (s *Server) trendsPDF(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := s.svc.Observations(r.Context(), v.who)
	if err != nil {
		return err
	}
	filter, _ := trendFilter(r.URL.Query(), all, s.svc.Info().Location)
	pdf, err := s.svc.TrendReport(r.Context(), v.who, filter)
	if err != nil {
		return err
	}
	sendPDF(w, "trends", bytes.NewBuffer(pdf))
	return nil
}
