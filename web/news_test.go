package web

import (
	"bufio"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/batch"
)

// ear is one page that listens.
type ear struct {
	t     *testing.T
	heard chan [2]string // event and data; closed at the end
	end   context.CancelFunc
	over  *http.Response
}

// listens opens a page's stream; last is the stamp that it heard before.
func (b *browser) listens(address, last string) *ear {
	b.w.t.Helper()
	ctx, end := context.WithCancel(b.w.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.w.address+address, nil)
	must(b.w.t, err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	got, err := b.client.Do(r)
	must(b.w.t, err)
	e := &ear{t: b.w.t, heard: make(chan [2]string, 64), end: end, over: got}
	b.w.t.Cleanup(func() { end(); got.Body.Close() })
	go func() {
		defer close(e.heard)
		lines, name := bufio.NewScanner(got.Body), ""
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = event
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				e.heard <- [2]string{name, data}
			}
		}
	}()
	return e
}

// next is what the page hears next; nothing for so long is an error.
func (e *ear) next() (event, data string) {
	e.t.Helper()
	select {
	case word, open := <-e.heard:
		if !open {
			return "end", ""
		}
		return word[0], word[1]
	case <-time.After(20 * time.Second):
		e.t.Fatal("nothing was heard")
		return "", ""
	}
}

// quiet asserts that nothing is heard for a while.
func (e *ear) quiet(long time.Duration) {
	e.t.Helper()
	select {
	case word, open := <-e.heard:
		e.t.Fatalf("it heard %q, open %t", word, open)
	case <-time.After(long):
	}
}

// REL-05, EXE-17: an open page learns at once that its batch or its list has
// changed, and on coming back hears nothing twice and misses nothing.
func TestAnOpenPageHearsAtOnceThatWhatItShowsHasChanged(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	page, list := b.listens("/events?batch="+id, ""), w.browser().signIn("q.meyer").listens("/events?list=desk", "")
	event, before := page.next()
	if event != "stamp" || !strings.Contains(b.get("/batches/"+id).text, `data-version="`+before+`"`) {
		t.Fatalf("%s %q is not what the page was drawn from", event, before)
	}
	_, desk := list.next()
	w.done("a.lee", id, batch.Note{Text: "A remark."})
	if _, after := page.next(); after == before {
		t.Error("the batch has changed, and the page was told the same")
	}
	list.quiet(300 * time.Millisecond) // a remark changes no list
	w.done("a.lee", id, batch.Raise{Step: "clearance", Text: "Glass on the bench.", Blocks: true})
	if _, now := list.next(); now == desk {
		t.Error("an exception waits, and the desk was told the same")
	}
	_, last := page.next()
	page.end()
	again := b.listens("/events?batch="+id, last)
	again.quiet(300 * time.Millisecond)
	w.done("q.meyer", id, batch.Note{Text: "Another."})
	if _, stands := again.next(); stands == last {
		t.Error("it came back and hears no more")
	}
	missed := b.listens("/events?batch="+id, before)
	if _, stands := missed.next(); stands == before {
		t.Error("what happened while it was away was not told")
	}
}

// A stream is only for who may see the page, and only of what there is.
func TestNobodyHearsOfWhatTheyMayNotSee(t *testing.T) {
	w := opened(t)
	if got := w.browser().get("/events?batch=" + id); got.status != http.StatusSeeOther {
		t.Errorf("nobody is signed in, and hears: %d", got.status)
	}
	b := w.browser().signIn("a.lee")
	for _, address := range []string{"/events", "/events?batch=B-9", "/events?list=nothing", "/events?list=%00"} {
		if got := b.get(address); got.status < 400 {
			t.Errorf("%s: %d", address, got.status)
		}
	}
}

// SEC-04: a page that listens is nobody being there: the terminal locks, and
// the page is told and hears no more.
func TestListeningKeepsNoTerminalAwake(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	w.clock.move(9 * time.Minute)
	page := b.listens("/events?batch="+id, "")
	page.next()
	w.clock.move(2 * time.Minute)
	if got := b.get("/events?batch=" + id); got.status == http.StatusOK {
		t.Errorf("the terminal is idle for eleven minutes, and its page listens anew: %d", got.status)
	}
	again := w.browser().signIn("b.okoro").listens("/events?list=mine", "")
	again.next()
	page.end()
}

// Everybody has their share of streams: with one too many the oldest ends, and
// says so.
func TestTooManyPagesOfOnePersonEndTheOldest(t *testing.T) {
	w := opened(t)
	b, other := w.browser().signIn("a.lee"), w.browser().signIn("q.meyer")
	apart := other.listens("/events?batch="+id, "")
	apart.next()
	pages := make([]*ear, listenersOfOne+1)
	for i := range pages {
		pages[i] = b.listens("/events?batch="+id, "")
		pages[i].next()
	}
	if event, _ := pages[0].next(); event != "full" {
		t.Errorf("the oldest hears %s", event)
	}
	if event, _ := pages[0].next(); event != "end" {
		t.Errorf("it goes on with %s", event)
	}
	w.done("a.lee", id, batch.Note{Text: "A remark."})
	for i, page := range append(pages[1:], apart) {
		if event, _ := page.next(); event != "stamp" {
			t.Errorf("page %d hears %s", i, event)
		}
	}
}

// The server's bounds on reading and writing are for requests that end: a
// stream outlives them.
func TestAStreamOutlivesTheBoundsOfTheServer(t *testing.T) {
	w := opened(t)
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
	server.Start()
	defer server.Close()
	w.address = server.URL
	page := w.browser().signIn("a.lee").listens("/events?batch="+id, "")
	page.next()
	page.quiet(1500 * time.Millisecond)
	w.done("a.lee", id, batch.Note{Text: "A remark."})
	if event, _ := page.next(); event != "stamp" {
		t.Errorf("after the bounds it hears %s", event)
	}
	page.end()
}

// Under 128 pages that listen, whoever signs is not slowed down: the same acts
// take at most a quarter longer, a few milliseconds aside. Both are measured in
// turns, since others use the machine too.
func TestManyWhoListenSlowNoSignatureDown(t *testing.T) {
	w := opened(t)
	technician, lead := w.session("a.lee"), w.session("q.meyer")
	number := 0
	act := func() time.Duration {
		number++
		_, err := w.svc.Do(t.Context(), technician, w.svc.NewKey(), id, 0, batch.Raise{Step: "clearance", Text: fmt.Sprintf("Glass %d.", number)})
		must(t, err)
		c := batch.Resolve{Exception: number, Accept: true, Reason: "Swept."}
		begun := time.Now()
		sheet, err := w.svc.Propose(t.Context(), lead, id, c, "")
		must(t, err)
		_, err = w.svc.Sign(t.Context(), lead, sheet.Nonce, id, c, "", secret)
		must(t, err)
		return time.Since(begun)
	}
	var alone, crowded []time.Duration
	browsers := make([]*browser, 6)
	for i, username := range []string{"a.lee", "b.okoro", "q.meyer", "i.spector", "e.control", "d.approver"} {
		browsers[i] = w.browser().signIn(username)
	}
	act()
	for range 3 {
		for range 6 {
			alone = append(alone, act())
		}
		var ears []*ear
		for i := range 132 {
			address := "/events?list=all"
			if i%2 == 0 {
				address = "/events?batch=" + id
			}
			ears = append(ears, browsers[i%6].listens(address, ""))
			ears[i].next()
		}
		for range 6 {
			crowded = append(crowded, act())
		}
		for _, e := range ears {
			e.end()
		}
	}
	slices.Sort(alone)
	slices.Sort(crowded)
	a, c := alone[len(alone)/2], crowded[len(crowded)/2]
	t.Logf("a signed act takes %s alone and %s under 132 listeners: %.2f times", a, c, float64(c)/float64(a))
	// A shared machine is noisy; who wrote to each listener in turn would take a hundred times as long.
	if c > 3*a {
		t.Errorf("a signed act takes %s alone and %s under 132 listeners", a, c)
	}
}

// Every page of a batch that listens does so where somebody speaks.
func TestEveryPageOfABatchListensWhereSomebodySpeaks(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	for _, at := range []string{"", "/custody", "/shift", "/afterwards", "/review", "/set-out", "/wrong", "/steps/clearance"} {
		page := b.get("/batches/" + id + at)
		_, rest, found := strings.Cut(page.text, `data-events="`)
		address, _, _ := strings.Cut(rest, `"`)
		if page.status != http.StatusOK || !found {
			t.Errorf("%s (%d) does not listen", at, page.status)
			continue
		}
		e := b.listens(html.UnescapeString(address), "")
		if event, _ := e.next(); event != "stamp" {
			t.Errorf("%s listens at %s and hears %q", at, address, event)
		}
		e.end()
	}
}
