package web

import (
	"strings"
	"testing"

	"countersign/identity"
)

// TestAnotherOfTheControlSiteIsConfirmedOnTheirPage (SEC-02): one administrator
// proposes, and a quality lead confirms.
func TestAnotherOfTheControlSiteIsConfirmedOnTheirPage(t *testing.T) {
	w := newWorld(t).staffed() // Ellis Control is the first
	w.registered("f.second", "Fran Second", identity.ControlSite)
	people, err := w.svc.People(t.Context(), w.session("q.meyer"))
	must(t, err)
	var fran identity.Person
	for _, one := range people {
		if one.Username == "f.second" {
			fran = one
		}
	}
	if fran.Has(identity.ControlSite) {
		t.Fatal("one administrator alone made another of the control site")
	}
	tech, lead := w.browser().signIn("a.lee"), w.browser().signIn("q.meyer")
	page := tech.get(personAddress(fran.ID))
	if page.says(t, "Proposed: control site quality lead.", "It counts once another administrator or a quality lead has confirmed it"); strings.Contains(page.text, "I confirm it") {
		t.Error("a technician is offered to confirm a role")
	}
	lead.get("/work").says(t, "Confirm that Fran Second is to hold the role control site quality lead")
	lead.get(personAddress(fran.ID)).says(t, "I confirm it")
	lead.follow(lead.post(personAddress(fran.ID)+"/do", form{"key": w.svc.NewKey(), "act": "confirm", "role": "control site quality lead"}))
	if page = lead.get(personAddress(fran.ID)); strings.Contains(page.text, "Proposed:") {
		t.Error("the role still waits")
	}
	page.says(t, "control site quality lead")
	lead.get(personAddress(fran.ID)+"/trail").says(t, "Proposed the role control site quality lead", "Confirmed the role control site quality lead.")
}
