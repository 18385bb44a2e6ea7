package web

import (
	"strings"
	"testing"
)

// TestNobodyIsOfferedAFormThatTheirRoleCannotSend (CTL-10, SIG-03): what can only
// be refused is not there to be filled in.
func TestNobodyIsOfferedAFormThatTheirRoleCannotSend(t *testing.T) {
	w := reviewed(t)
	silent := func(page answer, words ...string) {
		t.Helper()
		for _, word := range words {
			if strings.Contains(page.text, word) {
				t.Errorf("%q is offered", word)
			}
		}
	}
	w.browser().signIn("q.meyer").get("/batches/"+id+"/review").says(t, "Read and sign the rejection")
	tech := w.browser().signIn("a.lee")
	silent(tech.get("/batches/"+id+"/review"), "Read and sign the rejection")
	tech.get("/batches/"+id+"/wrong").says(t, "Put it on hold", "Record the note", "Record the exception", "Correct a value")
	inspector := w.browser().signIn("i.spector")
	silent(inspector.get("/batches/"+id+"/review"), "Read and sign the rejection")
	page := inspector.get("/batches/" + id + "/wrong")
	page.says(t, "Your role reads this batch, and changes nothing in it.")
	silent(page, "Put it on hold", "Record the note", "Record the exception", "Read and sign the abort", "Record the correction", "Raise a deviation")
}
