package web

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/web/site"
)

const redcell = "redcell-tc99m"

// sited is a staffed site with a protocol that leaves it something to set.
func sited(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).staffed()
	text, err := fs.ReadFile(protocol.Examples(), redcell+".yaml")
	must(t, err)
	w.signProtocol("c.writer", library.Submit{Text: string(text)})
	w.signProtocol("d.approver", library.Review{Protocol: redcell, Version: 1})
	w.signProtocol("q.meyer", library.Approve{Protocol: redcell, Version: 1})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: redcell, Version: 1})
	w.permitAlso(redcell)
	lead := w.session("q.meyer")
	people, err := w.svc.People(t.Context(), lead)
	must(t, err)
	for _, person := range people {
		if person.Has(identity.Pharmacist) {
			must(t, w.svc.Train(t.Context(), lead, w.svc.NewKey(), person.ID, identity.Training{Protocol: redcell, Version: 1, Until: w.clock.now().AddDate(1, 0, 0)}))
		}
		if person.Has(identity.Pharmacist) || person.Has(identity.Technician) {
			w.signProtocol(person.Username, library.Acknowledge{Protocol: redcell, Version: 1})
		}
	}
	return w
}

// redcells is an order for the red cells, with everything set out.
func (w *world) redcells() batch.Open {
	w.t.Helper()
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	effective, _ := known.Effective(redcell, w.svc.Now())
	c := w.opening(id)
	c.Protocol, c.Version, c.Digest = redcell, 1, effective.Protocol.Digest
	c.Order, c.Items = map[string]string{"activity": "740"}, nil
	for _, name := range []string{"kit", "pertechnetate", "calibrator"} {
		c.Items = append(c.Items, batch.Item{Name: name, Code: "CODE-" + name})
	}
	w.furnish(effective.Protocol, c.Items)
	return c
}

func says(t *testing.T, what string, a answer, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(a.text, want) {
			t.Errorf("%s does not say %q (%d):\n%s", what, want, a.status, a.text)
		}
	}
}

// MBR-05: what a site sets is signed by its quality lead, stays within the range,
// and is there before a batch opens.
func TestAQualityLeadSetsWhatTheProtocolLeavesToTheSite(t *testing.T) {
	w := sited(t)
	page := "/protocols/" + redcell + "/1"
	says(t, "the form of a batch", w.browser().signIn("b.okoro").get("/batches/new?protocol="+redcell), "This site has not set everything yet", page+"#site-values")
	who := w.session("b.okoro")
	_, err := w.svc.Propose(t.Context(), who, id, w.redcells(), "")
	if refused, ok := site.AsRefusal(err); !ok || refused.Code != "site_values_missing" {
		t.Fatalf("a batch opens: %v", err)
	}
	if got := w.browser().signIn("a.lee").get(page); strings.Contains(got.text, `value="site values"`) || !strings.Contains(got.text, "A quality lead of this site sets them.") {
		t.Errorf("a technician is offered to set them:\n%s", got.text)
	}
	lead := w.browser().signIn("q.meyer")
	shown := lead.get(page)
	says(t, "the protocol's page", shown, "No batch can be opened until a quality lead has set:", "1 to 10 min", "not set")
	f := formTo(t, shown.text, "/protocols/sign")
	for _, wrong := range []struct{ text, why string }{
		{"11", "11 min is outside what the protocol approves: 1 to 10 min"},
		{"2.5", "write a whole number"},
		{"", "Nothing would change"},
	} {
		f["site-transfer"] = wrong.text
		got := lead.post("/protocols/sign", f)
		if got = lead.follow(got); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, wrong.why) || !strings.Contains(got.text, `name="site-transfer" value="`+wrong.text+`"`) {
			t.Errorf("MBR-05: %q: %d\n%s", wrong.text, got.status, got.text)
		}
	}
	set := func(values form) answer {
		t.Helper()
		f := formTo(t, lead.get(page).text, "/protocols/sign")
		for name, text := range values {
			f[name] = text
		}
		sheet := lead.follow(lead.post("/protocols/sign", f))
		signed := formTo(t, sheet.text, "/protocols/signed")
		signed["password"] = secret
		if got := lead.post("/protocols/signed", signed); got.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", got.status, got.text)
		}
		return sheet
	}
	says(t, "the sheet", set(form{"site-transfer": "3", "site-duty call": "020 7946 0077"}),
		"time from the hot laboratory to the patient: 3 min; it was not set before; the protocol approves 1 to 10 min", "Batches that are open keep the values")
	says(t, "the page afterwards", lead.get(page), "<strong>3 min</strong>", "Quirin Meyer, for version 1", "020 7946 0077")
	sheet := set(form{"site-transfer": "4"})
	says(t, "the second sheet", sheet, "4 min; before: 3 min, set by Quirin Meyer")
	if strings.Contains(sheet.text, "020 7946 0077") {
		t.Error("what was not changed is signed again")
	}
	w.signed("b.okoro", "", id, w.redcells())
	set(form{"site-transfer": "9"})
	state, err := w.svc.Batch(t.Context(), who, id)
	must(t, err)
	if text := state.Told("{site.transfer}"); text != "4 min" {
		t.Errorf("the batch that runs now has %s", text)
	}
	says(t, "the protocol's trail", lead.get("/protocols/"+redcell+"/trail"), "set for this site, version 1: duty call = 020 7946 0077; transfer = 3 min")
	says(t, "the batch's page", w.browser().signIn("b.okoro").get("/batches/"+id), "4 min, set for this site by Quirin Meyer")
}

// What somebody was shown is what the batch is opened with, or it is not opened.
func TestASettingBetweenSheetAndSignatureIsShownFirst(t *testing.T) {
	w := sited(t)
	w.signProtocol("q.meyer", library.SetSiteValues{Protocol: redcell, Version: 1, Values: map[string]string{"transfer": "3", "duty call": "7"}})
	who, c := w.session("b.okoro"), w.redcells()
	sheet, err := w.svc.Propose(t.Context(), who, id, c, "")
	must(t, err)
	w.signProtocol("q.meyer", library.SetSiteValues{Protocol: redcell, Version: 1, Values: map[string]string{"transfer": "4"}})
	var conflict *site.Conflict
	if _, err := w.svc.Sign(t.Context(), who, sheet.Nonce, id, c, "", secret); !errors.As(err, &conflict) {
		t.Fatalf("SIG-09: %v", err)
	}
	w.signed("b.okoro", "", id, c)
}
