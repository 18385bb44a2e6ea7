package trend

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func series(kind Kind, unit string, figures ...string) []Observation {
	var all []Observation
	for i, figure := range figures {
		value, ok := new(big.Rat).SetString(figure)
		if !ok {
			panic(figure)
		}
		_, fraction, _ := strings.Cut(figure, ".")
		all = append(all, Observation{
			Series: Series{Protocol: "p", Kind: kind, Name: "x"}, Batch: fmt.Sprintf("B-%d", i+1), Unit: unit,
			At: time.Unix(int64(i)*60, 0).UTC(), Value: value, Places: len(fraction),
		})
	}
	return all
}

// NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: ten flow rates.
func TestThePublishedIndividualsChartComesOutAsPublished(t *testing.T) {
	points := series(Values, "U", "49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1")
	c := ChartOf(points[0].Series, points)
	for what, got := range map[string]string{"50.81": c.Centre.FloatString(2), "55.8041": c.Upper.FloatString(4), "45.8159": c.Lower.FloatString(4)} {
		if got != what {
			t.Errorf("got %s, published is %s", got, what)
		}
	}
	if c.Provisional || len(c.Signals) != 0 {
		t.Errorf("provisional %v, signals %v", c.Provisional, c.Signals)
	}
}

// NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.1: defects on 25
// wafers, 400 in all; 16, 4 and 28.
func TestThePublishedCountsChartComesOutAsPublished(t *testing.T) {
	points := series(Exceptions, "U", "16", "14", "28", "16", "12", "20", "10", "12", "10", "17", "19", "17", "14", "16", "15", "13", "14", "16", "11", "20", "11", "19", "16", "31", "13")
	c := ChartOf(points[0].Series, points)
	for what, got := range map[string]string{"16.00": c.Centre.FloatString(2), "28.00": c.Upper.FloatString(2), "4.00": c.Lower.FloatString(2)} {
		if got != what {
			t.Errorf("got %s, published is %s", got, what)
		}
	}
	if len(c.Signals) != 1 || c.Signals[0].Point != 23 {
		t.Errorf("the wafer with 31 defects is the one signal: %v", c.Signals)
	}
}

func TestRunsAreToldOnceWhereTheyAreComplete(t *testing.T) {
	figures := []string{"5.0", "9.0", "1.0", "9.0", "1.0", "9.0", "1.0"}
	for range 10 {
		figures = append(figures, "6.0")
	}
	c := ChartOf(Series{}, series(Values, "U", figures...))
	if got := sentences(c); !strings.Contains(got, "9 in a row lie above the mean") || strings.Count(got, "in a row") != 1 {
		t.Errorf("%s", got)
	}
	c = ChartOf(Series{}, series(Values, "U", "5.0", "9.0", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0"))
	if got := sentences(c); strings.Count(got, "6 in a row rise, up to B-8") != 1 {
		t.Errorf("%s", got)
	}
}

func sentences(c Chart) string {
	var all []string
	for _, signal := range c.Signals {
		all = append(all, signal.Sentence)
	}
	return strings.Join(all, "\n")
}

func TestFewPointsHaveNoLimitsOrProvisionalOnes(t *testing.T) {
	if c := ChartOf(Series{}, series(Values, "U", "1", "2")); c.Centre != nil || c.Lower != nil || len(c.Signals) > 0 {
		t.Errorf("%+v", c)
	}
	if c := ChartOf(Series{}, series(Values, "U", "1", "2", "3")); c.Centre == nil || !c.Provisional {
		t.Errorf("%+v", c)
	}
}

func TestAUnitThatDriftsFromTheOthersIsNamed(t *testing.T) {
	points := append(series(Values, "WARD-A", "5.0", "5.1", "5.0", "4.9", "5.0", "5.1"), series(Values, "WARD-B", "5.6", "5.7", "5.6", "5.5", "5.7")...)
	c := ChartOf(points[0].Series, points)
	told := strings.Join(c.Drifting(), "\n")
	if !strings.Contains(told, "Unit WARD-B lies above the others: its mean over 5 is 5.62, theirs over 6 is 5.02.") {
		t.Errorf("%s", told)
	}
	same := append(series(Values, "WARD-A", "5.0", "5.2", "4.9", "5.1", "5.0"), series(Values, "WARD-B", "5.1", "5.0", "5.2", "4.9", "5.0")...)
	c = ChartOf(same[0].Series, same)
	if told := c.Drifting(); len(told) > 0 {
		t.Errorf("%s", told)
	}
	if told := (&Chart{Points: series(Values, "WARD-A", "1", "9")}).Drifting(); len(told) > 0 {
		t.Errorf("two points say nothing of a unit: %s", told)
	}
}

func TestNoughtsStandForBatchesWithoutAnException(t *testing.T) {
	var all []Observation
	for i, o := range series(Exceptions, "U", "1", "0", "2") {
		o.Series.Name = AllExceptions
		all = append(all, o)
		if i == 2 {
			o.Series.Name = "timing"
			all = append(all, o)
		}
	}
	charts := Gather(all, Filter{})
	if len(charts) != 2 || charts[0].Series.Name != AllExceptions || len(charts[1].Points) != 3 {
		t.Fatalf("%+v", charts)
	}
	if got := charts[1].Points[0].Value; got.Sign() != 0 {
		t.Errorf("the first batch had no timing exception, and counts %s", got)
	}
}

// Whatever the points: the mean lies between the limits, every point beyond one
// is told, and the picture keeps within its frame.
func TestAChartKeepsItsPromisesWhateverItsPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		least := -1000
		if kind == Exceptions {
			least = 0
		}
		n := rapid.IntRange(0, 30).Draw(t, "points")
		var figures []string
		for range n {
			figures = append(figures, fmt.Sprintf("%d.%d", rapid.IntRange(least, 1000).Draw(t, "whole"), rapid.IntRange(0, 9).Draw(t, "tenth")))
		}
		c := ChartOf(Series{Kind: kind}, series(kind, "U", figures...))
		told := map[int]bool{}
		for _, signal := range c.Signals {
			told[signal.Point] = true
		}
		for i := range c.Points {
			if c.Beyond(c.Points[i].Value) && !told[i] {
				t.Fatalf("point %d lies beyond a limit and nothing says so", i)
			}
		}
		if c.Centre != nil && (c.Lower.Cmp(c.Centre) > 0 || c.Upper.Cmp(c.Centre) < 0) {
			t.Fatalf("the mean %s is not between %s and %s", c.Centre, c.Lower, c.Upper)
		}
		for _, size := range []Size{Small(), Large()} {
			for _, shape := range c.Picture(size, "B-3").Shapes {
				from, to := shape.Bounds()
				if from.X < 0 || from.Y < 0 || to.X > size.Width || to.Y > size.Height {
					t.Fatalf("%+v lies outside the picture", shape)
				}
			}
		}
	})
}
