package web

import (
	"fmt"
	"time"

	"countersign/batch"
)

// timeline is a picture of a batch: a bar a step from its first act to its
// last signature, on one axis. Lengths are in the picture's own units.
type timeline struct {
	Width, Height int
	Title         string
	Bars          []timeBar
	Ticks         []timeTick
}

type timeBar struct {
	Name, Words         string
	X, Y, Width, Height int
	TextX, TextY        int
	Open                bool // not signed yet
	Marks               []timeMark
}

// timeMark is an exception, at its moment.
type timeMark struct {
	X, Y  int
	Words string
}

type timeTick struct {
	X, Top, Bottom, TextY int
	Words                 string
}

// The picture's measures.
const (
	lineLabel  = 190
	lineAxis   = 780
	lineWidth  = lineLabel + lineAxis + 20
	lineHeight = 26
	lineTop    = 34
)

// timelineOf draws what has happened; steps that have not begun are left out.
func timelineOf(s *batch.State, now time.Time, zone *time.Location) timeline {
	from, to := s.Opened.At, s.Last
	if s.Status == batch.InProgress || s.Status == batch.Certified || s.Status == batch.Conditional {
		to = now
	}
	if from.IsZero() || !to.After(from) {
		return timeline{}
	}
	at := func(t time.Time) int {
		return lineLabel + int(int64(t.Sub(from))/max(1, int64(to.Sub(from))/lineAxis))
	}
	v := timeline{Width: lineWidth, Title: fmt.Sprintf("When each step was done, from %s to %s", when(from, zone), when(to, zone))}
	for i := range s.Steps {
		st := &s.Steps[i]
		start, end, ok := extent(st)
		if !ok {
			continue
		}
		bar := timeBar{Name: st.Step.Name, X: at(start), Y: lineTop + len(v.Bars)*lineHeight, Height: 16, TextX: lineLabel - 8, Open: !st.Signed()}
		bar.TextY = bar.Y + 13
		if bar.Open {
			end = to
		}
		bar.Width = max(3, min(at(end), lineLabel+lineAxis)-bar.X)
		bar.Words = fmt.Sprintf("%s: %s to %s", st.Step.Name, when(start, zone), when(end, zone))
		for _, e := range s.Exceptions {
			if e.Step == st.Step.Name {
				bar.Marks = append(bar.Marks, timeMark{X: min(at(e.Raised.At), lineLabel+lineAxis), Y: bar.Y, Words: fmt.Sprintf("exception %d: %s", e.Number, e.Text)})
			}
		}
		v.Bars = append(v.Bars, bar)
	}
	v.Height = lineTop + len(v.Bars)*lineHeight + 6
	const ticks = 5
	for i := range ticks {
		t := from.Add(to.Sub(from) / (ticks - 1) * time.Duration(i))
		v.Ticks = append(v.Ticks, timeTick{X: lineLabel + lineAxis/(ticks-1)*i, Top: lineTop - 8, Bottom: v.Height, TextY: 16, Words: t.In(zone).Format(tickLayout(to.Sub(from)))})
	}
	return v
}

func tickLayout(span time.Duration) string {
	switch {
	case span < 10*time.Minute:
		return "15:04:05"
	case span < 24*time.Hour:
		return "15:04"
	}
	return "2 Jan 15:04"
}

// extent is a step's first act and its last signature.
func extent(st *batch.StepState) (start, end time.Time, ok bool) {
	note := func(t time.Time) {
		if !ok || t.Before(start) {
			start = t
		}
		if !ok || t.After(end) {
			end = t
		}
		ok = true
	}
	if st.Begun != nil {
		note(st.Begun.At)
	}
	for _, scans := range st.Scans {
		for _, one := range scans {
			note(one.At)
		}
	}
	for _, values := range st.Values {
		for _, one := range values {
			if one.Reason == "" {
				note(one.At)
			}
		}
	}
	for _, one := range append(append([]batch.Act(nil), st.Performed...), st.Checked...) {
		note(one.At)
	}
	return start, end, ok
}
