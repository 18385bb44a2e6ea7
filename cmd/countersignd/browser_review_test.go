package main

import (
	"testing"

	"countersign/batch"
)

// REL-06, AUD-05, AUD-09, DEV-02: a certifier demands full review, a reviewer looks
// at each part of the record and signs that and the review, and the quality unit
// samples audit trails, all at the pages, each of which is pictured and checked
// by axe.
func TestBrowserLooksThroughADemandedBatchAndSamplesTrails(t *testing.T) {
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ground.close()
	script, st, pl := staged(t, ground, "aso-certified-and-given")
	defer st.close()
	if err := pl.until(t.Context(), script.lines[0].at); err != nil {
		t.Fatal(err)
	}
	if _, err := pl.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	reviewer := ""
	for _, line := range script.lines {
		if _, reviews := line.command.(batch.Review); reviews {
			reviewer = line.who
			break
		}
		if line.refused != "" {
			continue
		}
		if err := pl.until(t.Context(), line.at); err != nil {
			t.Fatal(err)
		}
		if _, err := pl.act(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	s := newScreen(t, st.base, true)
	s.prefix = "full-review-"
	page := "/batches/" + pl.batch + "/review"
	signs := func(who string) { s.send("", "", map[string]string{"password": rehearsalPassword(who)}) }
	s.signIn("quentin")
	s.open(page)
	s.send("demandfullreview", "", map[string]string{"reason": "Two figures of this week's other batches were copied wrongly."})
	s.look("sheet-demand")
	signs("quentin")
	s.look("demanded")
	s.signIn(reviewer)
	s.open("/work")
	s.look("work")
	s.open(page)
	s.look("to-look-at")
	for range 4 { // as many parts as the record has, at the most
		if s.eval(`document.querySelector("form input[value=lookat]") ? "yes" : "no"`) == "no" {
			break
		}
		s.send("lookat", "", nil)
		s.look("sheet-look")
		signs(reviewer)
	}
	s.look("looked-at")
	s.send("review", "", nil)
	s.look("sheet-review")
	signs(reviewer)
	s.look("reviewed")
	s.signIn("quentin")
	s.open("/samples")
	s.look("samples")
	s.send("draw sample", "", map[string]string{"basis": "by chance", "of": "equipment", "size": "2", "reason": "The month's sample."})
	s.look("sheet-sample")
	signs("quentin")
	s.look("sampled")
	s.open("/samples/S-2026-0001")
	s.look("sample")
	s.signIn("clara")
	s.open("/samples/S-2026-0001")
	s.look("sample-clara")
	s.send("look at trail", "", map[string]string{"result": "something found", "text": "A cleaning was entered twice."})
	signs("clara")
	s.look("sample-finding")
	s.open("/deviations")
	s.look("acknowledgement-clock")
}
