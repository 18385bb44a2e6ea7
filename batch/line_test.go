package batch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// REL-05, CTL-08: a batch at rest waits for nobody, however long it lies and
// however often its unit is stopped, so that no list of what waits has to ask
// it; shown in every story, after every line. Its line says of it what the whole
// batch says.
func TestABatchAtRestWaitsForNobodyEver(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	resting, statuses := 0, map[Status]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := &story{T: t}
		for _, line := range strings.Split(string(text), "\n") {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' || strings.HasPrefix(line, "then ") {
				continue
			}
			s.line = file + ": " + line
			s.follow(line)
			state := s.w.state
			if state == nil || state.Protocol == nil {
				continue
			}
			l := state.Line(time.UTC)
			supplied, _ := state.Supplied()
			if l.Ended() != state.Ended() || !l.Supplied.Equal(supplied) || l.Exceptions != len(state.OpenExceptions()) || l.Version != state.Version {
				s.wrong("its line says otherwise: %+v", l)
			}
			for _, recall := range append(state.Recalls(), "R-0099") {
				if l.Recalled(recall) != state.Recalled(recall) {
					s.wrong("its line says otherwise of recall %s", recall)
				}
			}
			if !state.AtRest() {
				continue
			}
			resting++
			statuses[state.Status] = true
			for _, stops := range []int{0, 1, 100} {
				for at, lies := state.Last, time.Second; lies < 40*365*24*time.Hour; at, lies = state.Last.Add(lies), lies*2 {
					if waits := state.Waiting(stops, at); len(waits) > 0 {
						s.wrong("at rest, it waits at %s for %+v", at, waits)
					}
				}
			}
		}
	}
	for _, status := range []Status{Given, Rejected, Aborted} {
		if !statuses[status] {
			t.Errorf("of %d states at rest none is %s", resting, status)
		}
	}
}
