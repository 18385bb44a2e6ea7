package reports

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// The record says what the site had set when the batch was opened, by whom and
// when; what the site sets afterwards is in the data and changes nothing.
func TestTheRecordShowsWhatTheSiteHadSet(t *testing.T) {
	text, err := fs.ReadFile(protocol.Examples(), "redcell-tc99m.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, register.Rehearsal, text)
	w.now = w.now.Add(time.Hour)
	w.live(chi, library.SetSiteValues{Protocol: w.p.Name, Version: 1, Values: map[string]string{"transfer": "4", "duty call": "020 7946 0077"}})
	w.must(ben, time.Minute, w.openingOf())
	w.now = w.now.Add(time.Hour)
	w.live(chi, library.SetSiteValues{Protocol: w.p.Name, Version: 1, Values: map[string]string{"transfer": "9"}})
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	whole, _ := flat(t, pdf)
	for _, words := range []string{
		"Values set by the site", "time from the hot laboratory to the patient", "1 to 10 min", "4 min", "020 7946 0077",
		w.person(chi).Name + " (" + w.person(chi).Username + ")", "20 Jul 2026 11:00:00 +01:00", "for version 1; entry",
		"the patient it takes 4 min.", "at least site.transfer", "here: at least 4 min (site: time from the hot laboratory to the patient)",
	} {
		if !strings.Contains(whole, words) {
			t.Errorf("MBR-05: the pages do not say %q", words)
		}
	}
	if strings.Contains(whole, "9 min") {
		t.Error("MBR-05: what the site set later stands in the pages")
	}
}
