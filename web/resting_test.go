package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/batch"
	"countersign/batch/worklist"
	"countersign/register/label"
	"countersign/web/api"
)

// threeBatches makes three batches: one certified and given, one aborted, and one that
// is under way.
func threeBatches(t *testing.T) (w *world, given, aborted, open string) {
	t.Helper()
	w = reviewed(t)
	w.signed("p.shah", "", id, batch.Certify{Place: "Release desk", Where: batch.AtSite})
	w.done("a.lee", id, batch.Record{Step: "make room", Field: "removed", Text: "5.0"})
	w.signed("a.lee", "", id, batch.Perform{Step: "make room"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "make room"})
	w.done("a.lee", id, batch.Scan{Step: "give", Field: "patient", Raw: "WB-9990000018"})
	w.done("a.lee", id, batch.Scan{Step: "give", Field: "label", Raw: label.Plainly(id, 1)})
	w.done("a.lee", id, batch.Begin{Step: "give"})
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 2*time.Minute))
	w.done("a.lee", id, batch.Record{Step: "give", Field: "given", Text: "5.0"})
	w.done("a.lee", id, batch.Record{Step: "give", Field: "left", Text: "0.0"})
	w.signed("a.lee", "", id, batch.Perform{Step: "give"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "give"})
	for _, other := range []string{"B-2026-0002", "B-2026-0003"} {
		opening := w.opening(other)
		opening.Reference, opening.Reissue = "RX-"+other, "a further dose"
		w.signed("b.okoro", "", other, opening)
	}
	w.done("a.lee", "B-2026-0002", batch.Scan{Step: "clearance", Field: "cabinet", Raw: "WRONG-CODE"})
	w.signed("q.meyer", "", "B-2026-0002", batch.Abort{Reason: "the room was needed"})
	return w, id, "B-2026-0002", "B-2026-0003"
}

// drawn is a page without what differs from one drawing to the next.
func drawn(page string) string {
	return regexp.MustCompile(`[0-9a-f]{32}|terminal T-[0-9A-F]+|127\.0\.0\.1:\d+`).ReplaceAllString(page, "…")
}

// differs gives the first line that is another.
func differs(got, want string) (line string, same bool) {
	if got == want {
		return "", true
	}
	lines := strings.Split(want, "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			return line, false
		}
	}
	return "it ends too early", false
}

// A batch that has ended is folded again from the log when somebody asks for it,
// and every page, file and answer says what it says of one that is in memory:
// to those who see patients and to those who do not (REL-05, COI-09, AUD-01).
func TestPagesSayTheSameOfABatchThatIsFoldedAgain(t *testing.T) {
	w, given, aborted, open := threeBatches(t)
	whole, sparse := w.again(100), w.again(1)
	pages := []string{
		"/batches", "/batches?as=csv", "/work", "/review", "/certified?as=csv", "/deviations", "/unlicensed-supply?as=csv", "/close-calls", "/close-calls?as=csv", "/trends", "/units/U-1",
		"/batches/new?protocol=aso-intrathecal", "/trace?of=L-0001", "/trace?of=" + given,
	}
	for _, id := range []string{given, aborted, open, given, aborted} { // two at rest, and room for one
		for _, page := range []string{"", "/trail", "/review", "/steps/draw%20up", "/afterwards", "/labels", "/record.pdf"} {
			pages = append(pages, "/batches/"+id+page)
		}
	}
	for _, username := range []string{"q.meyer", "b.okoro", "i.spector", "e.control"} {
		one, other := whole.browser().signIn(username), sparse.browser().signIn(username)
		shown := 0
		for _, page := range pages {
			want, got := one.get(page), other.get(page)
			if line, same := differs(drawn(got.text), drawn(want.text)); want.status != got.status || !same {
				t.Errorf("%s sees %s otherwise of a batch that was folded again: %d and not %d: %s", username, page, got.status, want.status, line)
			}
			if want.status == http.StatusOK {
				shown++
			}
		}
		if shown < len(pages)*2/3 {
			t.Errorf("%s sees %d of %d pages: this shows little", username, shown, len(pages))
		}
		for _, path := range []string{"/batches", "/batches/" + given, "/batches/" + aborted, "/certified", "/work", "/close-calls"} {
			want, got := whole.asked(username, path), sparse.asked(username, path)
			if want.Code != got.Code || want.Body.String() != got.Body.String() {
				t.Errorf("the API tells %s otherwise of %s: %d %s and not %d %s", username, path, got.Code, got.Body, want.Code, want.Body)
			}
		}
	}
	for name, observe := range map[string]func(*world) (any, error){
		"charts": func(w *world) (any, error) { return w.svc.Observations(t.Context(), w.session("q.meyer")) },
		"lines":  func(w *world) (any, error) { return w.svc.Lines(t.Context(), w.session("e.control")) },
		"work":   func(w *world) (any, error) { return w.svc.Versions(t.Context(), []string{given, aborted, open}) },
	} {
		want, err := observe(whole)
		must(t, err)
		got, err := observe(sparse)
		must(t, err)
		if fmt.Sprintf("%+v", want) == "" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v and not %+v", name, got, want)
		}
	}
}

// asked is what the API answers somebody.
func (w *world) asked(username, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	w.session(username)
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/api/v1"+path, nil)
	r.Header.Set("Authorization", "Bearer "+w.tokens[username])
	got := httptest.NewRecorder()
	api.New(w.svc, 30).ServeHTTP(got, r)
	return got
}

// Batches that have ended are looked at, and something comes to light in one,
// while others are made: nobody reads a batch that is half folded, and what is
// written to one at rest is there at once.
func TestBatchesAtRestAreReadAndWrittenAtOnce(t *testing.T) {
	w, given, aborted, open := threeBatches(t)
	sparse := w.again(1)
	lead, tech := sparse.session("q.meyer"), sparse.session("a.lee")
	before, err := sparse.svc.Batch(t.Context(), lead, given)
	must(t, err)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := sparse.svc.Batch(gone, lead, aborted); err == nil {
		t.Error("a batch at rest was read for somebody who has gone")
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, id := range []string{given, aborted, given, open, aborted, given} {
				state, err := sparse.svc.Batch(t.Context(), lead, id)
				if err != nil || state.ID != id || id == given && (state.Version < before.Version || state.Certification.Hash != before.Certification.Hash) {
					t.Errorf("%s is read as %+v, %v", id, state, err)
				}
				if _, err := sparse.svc.Observations(t.Context(), lead); err != nil {
					t.Error(err)
				}
				if _, err := sparse.svc.Work(t.Context(), lead); err != nil {
					t.Error(err)
				}
				if _, _, err := sparse.svc.CloseCalls(t.Context(), lead); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 6 {
		_, err := sparse.svc.Do(t.Context(), tech, sparse.svc.NewKey(), open, 0, batch.Note{Step: "clearance", Text: fmt.Sprintf("remark %d", i)})
		must(t, err)
	}
	reported, err := sparse.svc.Do(t.Context(), tech, sparse.svc.NewKey(), given, 0, batch.ReportNews{Class: batch.AdverseReaction, Known: sparse.svc.Now().Format(time.RFC3339), Text: "Hives.", Outcome: "recovering", Onset: "2026-11-20"})
	must(t, err)
	wait.Wait()
	if reported.Version <= before.Version || len(before.News) != 0 || len(reported.News) != 1 {
		t.Errorf("version %d became %d, with %d reports and %d", before.Version, reported.Version, len(before.News), len(reported.News))
	}
	items, err := sparse.svc.Work(t.Context(), lead)
	must(t, err)
	if !slices.ContainsFunc(items, func(one worklist.Item) bool { return one.About == given && one.Kind == worklist.Kind(batch.WaitsNews) }) {
		t.Errorf("nobody is asked to look at what came to light: %+v", items)
	}
}
