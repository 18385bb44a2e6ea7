package batch

import (
	"regexp"
	"testing"
	"time"
)

// Openings from before a site could set anything, and before there were
// registers, are read as they are.
func TestAnOpeningOfTheFirstVersionIsStillRead(t *testing.T) {
	w := newWorld(t, "short")
	w.must("Quinn", w.open, day().Add(9*time.Hour))
	entry := w.log[0].Entry
	first := regexp.MustCompile(`"basis":\{[^}]*\},|"site_values":\[\],|"issue":"[^"]*",|"reissues":\[\],|"reissue":"",|"left":"[^"]*",|"register":"[^"]*",`).ReplaceAllString(string(entry.Payload), "")
	entry.KindVersion, entry.Payload = 1, []byte(first)
	ev, err := DecodeEvent(entry, w.openings[0])
	if err != nil {
		t.Fatal(err)
	}
	if opened := ev.(BatchOpened); opened.Patient != w.open.Patient || opened.SiteValues != nil || opened.Batch != batchID {
		t.Errorf("%+v", opened)
	}
	for version, payload := range map[int][]byte{1: w.log[0].Payload, 2: entry.Payload, 3: entry.Payload, 4: entry.Payload, 5: w.log[0].Payload} {
		entry.KindVersion, entry.Payload = version, payload
		if _, err := DecodeEvent(entry, nil); err == nil {
			t.Errorf("version %d is read from %s", version, payload)
		}
	}
}
