package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/identity"
	"countersign/register"
	"countersign/web/site"
)

// MAT-03: the page says of every byte what came and of every field what it is,
// and keeps a patient's particulars to itself.
func TestAScannerIsTriedOut(t *testing.T) {
	w := newWorldOf(t, 0, site.Scanners{Separators: []string{"~"}, Identified: true}).staffed()
	b := w.browser().signIn("a.lee")
	holds(t, b.get("/equipment"), `href="/equipment/scanner"`)
	holds(t, b.get("/equipment/scanner"), "GS, and ~", "a bedside scan without one is refused as typed")
	try := func(raw string) answer { return b.post("/equipment/scanner", form{"raw": raw}) }
	holds(t, try("]d2010950600013435210A0042~17270131"), "It reads as: item (GS1 DataMatrix)", "]d2010950600013435210A0042~17270131",
		"(10) lot", "A0042", "(17) expiry date", "2027-01-31")
	holds(t, try("0109506000134352~"), "No symbology identifier")
	holds(t, try("]d2010950600013435210A0042{GS}17270131"), "stood for FNC1, the separator")
	holds(t, try("]d20109506000134353"), "It cannot be read", "fails its check digit")
	holds(t, try("]d2010950600013435217260200"), "It cannot be read", "day 00")
	holds(t, try("\t"), "sends a tab")
	holds(t, try(""), "The scanner sent nothing")
	holds(t, try("<script>alert(1)</script>"), "&lt;script&gt;")
	band := try("]d2801850508989990000018393SPECIMEN,Robin,01-Mar-2019,")
	holds(t, band, "It reads as: patient", "an NHS number, its check digits hold", "Names")
	for _, personal := range []string{"SPECIMEN", "Robin"} {
		_, after, _ := strings.Cut(band.text, "Field by field")
		if strings.Contains(after, personal) {
			t.Errorf("the fields show %q", personal)
		}
	}
	holds(t, try("9990000018"), "not shown: it could be a patient")
}

// MAT-03: what the scanners send for FNC1 is read at the bedside, at the
// delivery and in every search; the record holds the label's code.
func TestEveryPlaceReadsWhatTheSitesScannersSend(t *testing.T) {
	w := newWorldOf(t, 0, site.Scanners{Separators: []string{"~"}, Identified: true}).staffed()
	open := w.opening(id)
	const printed = "010950600013435210A77\x1d17270131"
	scanned := "]d2" + strings.ReplaceAll(printed, "\x1d", "~")
	for i := range open.Items {
		if open.Items[i].Name == "syringe" {
			open.Items[i].Code = scanned
		}
	}
	known, err := w.svc.Library(t.Context(), w.session("b.okoro"))
	must(t, err)
	effective, _ := known.Effective("aso-intrathecal", w.svc.Now())
	by := map[identity.Role]site.Session{
		identity.QualityLead: w.session("q.meyer"), identity.Pharmacist: w.session("b.okoro"), identity.Technician: w.session("a.lee"),
	}
	for _, act := range register.Furnish(register.Furnishing{
		Item: effective.Protocol.Item("syringe"), Code: scanned, Number: "A77", Document: "C-77", Quantity: "3",
		Until: time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC),
	}) {
		w.register(by[act.Role], act.Command, "code_taken", "released_already")
	}
	w.signed("b.okoro", "", id, open)
	state, err := w.svc.Batch(t.Context(), w.session("b.okoro"), id)
	must(t, err)
	if got := state.Items[1].Code; got != printed {
		t.Errorf("the record holds %q", got)
	}
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/steps/clearance")
	f := formTo(t, page.text, "/batches/"+id+"/do")
	f["raw"] = "CAB-1"
	typed := b.post("/batches/"+id+"/do", f)
	if typed.status != http.StatusUnprocessableEntity {
		t.Errorf("typed: %d", typed.status)
	}
	holds(t, typed, "so it was typed, or the scanner is set up otherwise")
	f["raw"], f["key"] = "]C0CAB-1", w.svc.NewKey()
	holds(t, b.follow(b.post("/batches/"+id+"/do", f)), "was read and recorded")
	holds(t, w.browser().signIn("q.meyer").get("/trace?for="+queryEscape(scanned)), "A77")
}
