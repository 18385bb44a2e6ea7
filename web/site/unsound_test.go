package site

import (
	"testing"

	"countersign/register"
)

// TestOnlyALiveSitesClockMarksItsBatches (NUM-09, REL-07): a training site's is
// moved as its lessons need it.
func TestOnlyALiveSitesClockMarksItsBatches(t *testing.T) {
	for _, one := range []struct {
		kind  string
		sound bool
		want  string
	}{
		{register.Live, false, "the clock is not synchronised"},
		{register.Live, true, ""},
		{register.Training, false, ""},
		{register.Rehearsal, false, ""},
	} {
		s := &Service{info: Info{Site: register.Site{Kind: one.kind}}, sound: func() (bool, string) { return one.sound, "the clock is not synchronised" }}
		if got := s.unsound(); got != one.want {
			t.Errorf("%s, sound %t: %q", one.kind, one.sound, got)
		}
	}
}
