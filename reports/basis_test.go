package reports

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// stopped tells a batch whose unit the regulator stopped under way: it went on
// under the control site's authority, and the control site recorded the
// variation later.
func stopped(t *testing.T) *world {
	w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	w.open()
	w.must(anna, time.Minute, batch.Perform{Step: "clearance"})
	w.register(register.Furnished{Role: identity.QualityLead, Command: register.StopUnit{
		Unit: unit7, Reference: "MHRA-2026-7", Reason: "inspection", Effect: "each waits for a decision",
	}})
	if refusal := w.do(ben, time.Minute, batch.Check{Step: "clearance"}); refusal == nil || refusal.Code != "stop_undecided" {
		t.Fatalf("%+v", refusal)
	}
	w.must(chi, time.Minute, batch.AfterStop{Decision: batch.Continue, Authority: "Gwen Hale by telephone, 09:20", Reason: "the patient is conditioned"})
	w.must(ben, time.Minute, batch.Check{Step: "clearance"})
	w.register(register.Furnished{Role: identity.ControlSite, Command: register.LiftStop{Unit: unit7, Variation: "VAR-9", Date: "2026-07-01"}})
	w.must(anna, time.Minute, batch.Scan{Step: "patient", Field: "patient", Raw: wristband})
	return w
}

// CTL-02, CTL-04, CTL-07, REL-03: the record says what covered the batch, which
// stop there was and who decided what of it, and the verifier decides all of
// it again from the streams of product and unit.
func TestTheRecordCarriesWhatCoveredTheBatchAndTheVerifierDecidesItAgain(t *testing.T) {
	w := stopped(t)
	pdf := w.record()
	v, err := Verify(pdf, w.siteKey().Verifier())
	if err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	whole, _ := flat(t, pdf)
	for _, want := range []string{
		"U-1, clean room", "Day ward 4, room 2", "DES-", "is suspended by the regulator: inspection (MHRA-2026-7)",
		"Gwen Hale by telephone, 09:20", "the patient is conditioned",
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("the pages do not say %q", want)
		}
	}
}

// A record without the streams of product or unit, or with a stop left out, is
// not decided as it says.
func TestARecordWithoutItsRegistersDoesNotHold(t *testing.T) {
	w := stopped(t)
	whole := w.bundle()
	for _, stream := range []audit.StreamID{register.UnitStream(unit7), register.ProductStream(w.p.Product.Code)} {
		b := whole
		b.Entries = slices.DeleteFunc(slices.Clone(whole.Entries), func(p audit.Proved) bool {
			e, err := audit.Decode(p.Bytes)
			return err == nil && e.Stream == stream
		})
		pdf, err := Issue(b, batch7, "0.1.0", "x")
		if err != nil {
			continue // a master file that lists a unit which is not there
		}
		if v, err := Verify(pdf, w.siteKey().Verifier()); err == nil && v.Exit() == 0 {
			t.Errorf("verified without %s", stream)
		}
	}
}

// CTL-07: an act of the control site that is signed by somebody who did not
// hold its role is refused by whoever reads the record.
func TestAnActOfTheControlSiteSignedByAnybodyElseIsRefused(t *testing.T) {
	w := stopped(t)
	d, err := register.DraftOf(register.Written{
		Stream: register.UnitStream(unit7), Event: register.UnitResumed{Reason: "so be it", Effect: "none"},
	}, chi, w.now, w.salt)
	if err != nil {
		t.Fatal(err)
	}
	w.register(register.Furnished{Role: identity.QualityLead, Command: register.PauseUnit{Unit: unit7, Reason: "a leak", Effect: "each waits"}})
	w.sign(&d, w.person(chi), identity.ControlSite, "no training needed", identity.Approved)
	w.append(d)
	if _, err := Issue(w.bundle(), batch7, "0.1.0", "x"); err == nil || !strings.Contains(err.Error(), "did not hold") {
		t.Fatalf("%v", err)
	}
}
