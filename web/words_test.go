package web

import (
	"regexp"
	"testing"

	"countersign/batch"
)

// TestThePagesSpeakAsPeopleDo walks what a batch and a site show, and looks for
// what a stranger stumbled over: columns that say how a thing "stands", one of a
// thing in the plural, "lot or number", "labels 1" and the protocol's own names.
func TestThePagesSpeakAsPeopleDo(t *testing.T) {
	w := reviewed(t)
	odd := regexp.MustCompile(`>Stands|lot or number|labels 1\b|copies 1\b|anybody’s|\b1 (?:values|scans|signatures|entries|labels|codes|exceptions|pieces|batches) |\bmatched </|</strong> ,|clear and colourless is clear|0 of these|Not known yet: [a-z ]+\.[a-z]|counts now|\(0\)</caption>|min on</button>`)
	lead := w.browser().signIn("q.meyer")
	for _, path := range []string{
		"/batches", "/work", "/work/all", "/review", "/stock", "/stock/materials", "/equipment", "/equipment/E-0001", "/protocols", "/protocols/aso-intrathecal/1", "/products", "/products/ASO-IT",
		"/units", "/units/U-1", "/blanks", "/deviations", "/certified", "/samples", "/close-calls", "/recalls", "/trends", "/people", "/people/p-0002", "/mails", "/log",
		"/batches/" + id, "/batches/" + id + "/review", "/batches/" + id + "/labels", "/batches/" + id + "/materials", "/batches/" + id + "/custody", "/batches/" + id + "/afterwards",
		"/batches/" + id + "/steps/draw%20up", "/batches/" + id + "/steps/patient",
	} {
		page := lead.get(path)
		if page.status != 200 {
			t.Errorf("%s answers %d", path, page.status)
		}
		for _, found := range odd.FindAllString(page.text, -1) {
			t.Errorf("%s says %q", path, found)
		}
	}
	lead.get("/batches/"+id+"/labels").says(t, "<strong>Label 1</strong>, final", "Record that it is applied")
	lead.get("/batches/"+id+"/review").says(t, "Appearance is clear and colourless.", "none of these broke one", "No code was typed by hand")
	lead.get("/batches/"+id+"/steps/draw%20up").says(t, "</strong>, lot ")
	w.signed("p.shah", "", id, batch.Certify{Place: "Release desk", Where: batch.AtSite})
	lead.get("/batches/"+id).says(t, "Where it was signed: ")
}
