package reports

import (
	"testing"
	"time"
)

func TestATimeIsWrittenAsPeopleReadIt(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"1 min":        time.Minute + 8504*time.Microsecond,
		"40.5 s":       40*time.Second + 464940*time.Microsecond,
		"1 h 30 min":   90 * time.Minute,
		"0 s":          0,
		"minus 1 min":  -time.Minute,
		"2 min 59.9 s": 3*time.Minute - 100*time.Millisecond,
	} {
		if got := duration(d); got != want {
			t.Errorf("%s is written %q, want %q", d, got, want)
		}
	}
}
