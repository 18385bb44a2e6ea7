package reports

import (
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// MBR-01, MBR-03, CTL-14: a site whose program lied about what stood beside the
// batch is found out from the record alone.
func TestARecordIsRefusedWhenWhatStoodBesideTheBatchWasOtherwise(t *testing.T) {
	for name, one := range map[string]struct {
		prepare func(*world)
		why     string
	}{
		"not effective yet": {func(w *world) { w.effective = time.Date(2026, 7, 27, 6, 0, 0, 0, time.UTC) }, "not the effective one"},
		"another site's number": {func(w *world) {
			w.lie = func(f *batch.Facts) { f.Origin = "elsewhere.countersign" }
		}, "its payload is not what would have been written"},
		"not read by its technician": {func(w *world) {
			w.unread = anna
			w.lie = func(f *batch.Facts) {
				f.Person.Read = []identity.Acknowledgement{{Protocol: w.p.Name, Version: w.p.Version, At: w.now}}
			}
		}, "Anna Kowalska has not acknowledged dose version 3"},
	} {
		w := newWorldWith(t, register.Live, testdata(t, "dose.yaml"), one.prepare)
		w.open()
		w.must(anna, time.Minute, batch.Perform{Step: "clearance"})
		v, err := Verify(w.record(), w.siteKey().Verifier())
		if err == nil || v.Exit() != 1 || !strings.Contains(said(v), one.why) {
			t.Errorf("%s: %v\n%s", name, err, said(v))
		}
	}
}

// CTL-14: who had not read the version and was refused, read it and went on:
// all of that is in the record and is decided again.
func TestTheRecordShowsWhoReadTheVersionOnTheWay(t *testing.T) {
	w := newWorldWith(t, register.Live, testdata(t, "dose.yaml"), func(w *world) { w.unread = anna })
	w.open()
	if refusal := w.do(anna, time.Minute, batch.Perform{Step: "clearance"}); refusal == nil || refusal.Code != "not_acknowledged" {
		t.Fatalf("%v", refusal)
	}
	w.unread = ""
	w.reads(anna)
	w.must(anna, time.Minute, batch.Perform{Step: "clearance"})
	pdf := w.record()
	v, err := Verify(pdf, w.siteKey().Verifier())
	if err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	text, _ := flat(t, pdf)
	for _, words := range []string{"Issue number example-hospital.countersign/dose/3/0007", "has not acknowledged dose version 3", "acknowledged on 20 Jul 2026", "reviewed", "put into effect, from"} {
		if !strings.Contains(text, words) {
			t.Errorf("the record does not say %q", words)
		}
	}
}
