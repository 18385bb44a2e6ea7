package web

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
)

// tabled opens a batch of a protocol with tables and brings it to its first.
func tabled(t *testing.T) *world {
	t.Helper()
	return tabledWith(t, "")
}

// tabledWith is tabled with another block in the protocol's header.
func tabledWith(t *testing.T, block string) *world {
	t.Helper()
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	must(t, err)
	open := w.effective("tables", strings.Replace(string(text), "\norder:", block+"\norder:", 1))
	delete(open.Order, "strength")
	w.signed("b.okoro", "", id, open)
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	return w
}

// fill sends the form of a step's page with what is typed into it, as a browser
// without script does, and follows it on.
func (b *browser) fill(step string, typed form) answer {
	b.w.t.Helper()
	return b.fillFrom(b.get("/batches/"+id+"/steps/"+step), typed)
}

func (b *browser) fillFrom(page answer, typed form) answer {
	b.w.t.Helper()
	f := form{"act": "record"}
	for name, value := range typed {
		if field, ok := strings.CutPrefix(name, "text-"); ok {
			f["key-"+field] = hidden(b.w.t, page.text, "key-"+field)
		}
		f[name] = value
	}
	f["seen"], f["step"] = hidden(b.w.t, page.text, "seen"), hidden(b.w.t, page.text, "step")
	got := b.post("/batches/"+id+"/do", f)
	if got.status == http.StatusSeeOther {
		return b.follow(got)
	}
	return got
}

// EXE-01, EXE-07, EXE-08: a table is filled row by row without script; what is
// refused stays in its cell, and everything else that was typed is recorded.
func TestATableIsFilledRowByRow(t *testing.T) {
	w := tabled(t)
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/steps/count")
	for _, want := range []string{
		`name="text-counts.1.viable"`, `name="text-counts.1.dead"`, `name="row" value="counts.3"`, ">Chamber 1</th>",
		"Limit: never acceptable if below 20", "not applicable: and why",
	} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page.text, `name="text-counts.2.viable"`) {
		t.Error("two rows are at hand")
	}
	refused := b.fill("count", form{"text-counts.1.viable": "many", "text-counts.1.dead": "3", "field": "counts.1.viable"})
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.text, `value="many"`) || !strings.Contains(refused.text, "Cell count, chamber 1, viable") {
		t.Fatalf("%d\n%s", refused.status, refused.text)
	}
	page = b.fillFrom(refused, form{"text-counts.1.viable": "80", "field": "counts.1.viable"})
	if !strings.Contains(page.text, `name="text-counts.2.viable"`) || strings.Contains(page.text, `name="text-counts.1.dead"`) {
		t.Errorf("the second row is not at hand:\n%s", page.text)
	}
	page = b.fill("count", form{"text-counts.2.dead": "not applicable: rinsed", "row": "counts.3"})
	if !strings.Contains(page.text, `name="text-counts.3.viable"`) || !strings.Contains(page.text, `name="row" value="counts.2"`) {
		t.Errorf("the third row is not at hand:\n%s", page.text)
	}
	page = b.fillFrom(page, form{"text-counts.3.viable": "10", "field": "counts.3.viable"})
	if !strings.Contains(page.text, "Cell count, chamber 3, viable: 10 is below 20.") {
		t.Errorf("nobody is told:\n%s", page.text)
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	for field, want := range map[string]string{"counts.1.viable": "80", "counts.1.dead": "3", "counts.2.dead": "not applicable: rinsed", "counts.3.viable": "10"} {
		if entry := state.Step("count").Value(field); entry == nil || entry.Value.String() != want {
			t.Errorf("%s is %+v", field, entry)
		}
	}
}

// EXE-07: where the number of rows is open, the next row comes when one is
// filled, until somebody says how many there were.
func TestATableOfOpenLengthGrowsUntilItsEndIsSaid(t *testing.T) {
	w := tabled(t)
	for _, row := range []string{"1", "2", "3"} {
		w.done("a.lee", id, batch.Record{Step: "count", Field: "counts." + row + ".viable", Text: "80"})
		w.done("a.lee", id, batch.Record{Step: "count", Field: "counts." + row + ".dead", Text: "1"})
	}
	w.signed("a.lee", "", id, batch.Perform{Step: "count"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "count"})
	b := w.browser().signIn("a.lee")
	for _, row := range []string{"1", "2"} {
		page := b.get("/batches/" + id + "/steps/transport")
		if strings.Contains(page.text, "stops.3.bag") {
			t.Error("the third row is there before the second is filled")
		}
		b.fillFrom(page, form{"text-stops." + row + ".read_at": "2026-11-20 09:00", "text-stops." + row + ".bag": "5.0", "field": "stops." + row + ".read at"})
	}
	page := b.get("/batches/" + id + "/steps/transport")
	if !strings.Contains(page.text, `name="text-stops.3.bag"`) || !strings.Contains(page.text, "How many rows are there?") {
		t.Fatalf("no third row\n%s", page.text)
	}
	page = b.fillFrom(page, form{"text-stops.rows": "2", "field": "stops.rows"})
	if strings.Contains(page.text, "stops.3.bag") || !strings.Contains(page.text, "Correct the number of rows") {
		t.Errorf("it goes on after its end\n%s", page.text)
	}
	sheet := b.fillFrom(page, form{"then": "sign"})
	if !strings.Contains(sheet.text, "Stops on the way, stop 2, temperature of the bag: 5.0 °C") {
		t.Errorf("the sheet does not show it\n%s", sheet.text)
	}
}

// effective puts another protocol into effect, with everybody trained for it,
// and gives the order for a batch of it; nothing is set out.
func (w *world) effective(name, text string) batch.Open {
	w.t.Helper()
	w.signProtocol("c.writer", library.Submit{Text: text})
	w.signProtocol("d.approver", library.Review{Protocol: name, Version: 1})
	w.signProtocol("q.meyer", library.Approve{Protocol: name, Version: 1})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: name, Version: 1})
	lead := w.session("q.meyer")
	people, err := w.svc.People(w.t.Context(), lead)
	must(w.t, err)
	for _, person := range people {
		if person.Has(identity.Technician) || person.Has(identity.Pharmacist) {
			must(w.t, w.svc.Train(w.t.Context(), lead, w.svc.NewKey(), person.ID, identity.Training{Protocol: name, Version: 1, Until: w.clock.now().AddDate(1, 0, 0)}))
			w.signProtocol(person.Username, library.Acknowledge{Protocol: name, Version: 1})
		}
	}
	w.permitAlso(name)
	open := w.opening(id)
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	effective, _ := known.Effective(name, w.svc.Now())
	open.Protocol, open.Digest, open.Items = name, effective.Protocol.Digest, nil
	return open
}
