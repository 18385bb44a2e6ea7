package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// logView is the log as it stands: its size, its checkpoint, and how to check
// it with other means than ours.
type logView struct {
	Origin, Size, Root, At, Note, Key, FormKey string
}

func (s *Server) logPage(w http.ResponseWriter, r *http.Request, v visit) error {
	found, err := s.svc.Log(r.Context(), v.who)
	if err != nil {
		return err
	}
	return s.render(w, r, v, http.StatusOK, "log", page{Title: "The log", View: logView{
		Origin: s.svc.Info().Origin, Size: fmt.Sprint(found.Size), Root: found.Root, At: when(found.At, s.svc.Info().Location),
		Note: found.Checkpoint, Key: found.Verifier, FormKey: s.svc.NewKey(),
	}})
}

// check is one verification of the whole log, under way or over.
type check struct {
	by          identity.PersonID
	mu          sync.Mutex
	done, total int64
	report      audit.Report
	err         error
	over        bool
	changed     chan struct{} // closed and made anew at every change
}

// checks are the verifications that pages look at.
type checks struct {
	mu  sync.Mutex
	all map[string]*check
}

// checksKept bounds how many reports are remembered.
const checksKept = 32

func newChecks() *checks { return &checks{all: map[string]*check{}} }

func (c *checks) find(key string) (*check, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.all[key]
	return one, ok
}

// start gives the check of a key, new unless the form was sent before. Running
// ones are never forgotten.
func (c *checks) start(key string, by identity.PersonID) (one *check, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if one, ok := c.all[key]; ok {
		return one, false
	}
	for old, other := range c.all {
		if _, _, over := other.stands(); over && len(c.all) >= checksKept {
			delete(c.all, old)
		}
	}
	one = &check{by: by, changed: make(chan struct{})}
	c.all[key] = one
	return one, true
}

func (c *check) stands() (done, total int64, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done, c.total, c.over
}

func (c *check) wait() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

func (c *check) change(how func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how()
	close(c.changed)
	c.changed = make(chan struct{})
}

// verifyLog starts a verification and sends the browser to watch it. It goes
// on when the browser leaves.
func (s *Server) verifyLog(w http.ResponseWriter, r *http.Request, v visit) error {
	key := v.form["key"]
	if len(key) != 32 {
		key = s.svc.NewKey()
	}
	one, fresh := s.checks.start(key, v.who.Person.ID)
	if fresh {
		ctx := context.WithoutCancel(r.Context())
		go func() {
			report, err := s.svc.VerifyLog(ctx, v.who, func(done, total int64) {
				one.change(func() { one.done, one.total = done, total })
			})
			one.change(func() { one.report, one.err, one.over = report, err, true })
		}()
	}
	http.Redirect(w, r, "/log/verify/"+key, http.StatusSeeOther)
	return nil
}

// verifyView is a verification under way, or its report.
type verifyView struct {
	Done, Total int64
	Over        bool
	Events      string
	Failed      string
	Report      reportView
}

// reportView is what was checked and what does not hold.
type reportView struct {
	Holds    bool
	Facts    []field
	Findings []findingView
}

type findingView struct{ Check, Index, Stream, Sentence string }

func (s *Server) verifyPage(w http.ResponseWriter, r *http.Request, v visit) error {
	one, ok := s.checks.find(r.PathValue("check"))
	if !ok {
		return &refusal{status: http.StatusNotFound, title: "This verification is not known any more", sentence: "The server was restarted since, or it is long ago. Verify the log anew: nothing is lost by that."}
	}
	p := page{Title: "Verification of the log", Back: &link{Text: "The log", To: "/log"}}
	view := verifyView{Events: r.URL.Path + "/events"}
	view.Done, view.Total, view.Over = one.stands()
	switch {
	case !view.Over:
		p.Refresh = 2
	case one.err != nil:
		return one.err
	default:
		view.Report = reportOf(one.report)
	}
	p.View = view
	return s.render(w, r, v, http.StatusOK, "verify", p)
}

// verifyEvents tells how far a verification is.
func (s *Server) verifyEvents(w http.ResponseWriter, r *http.Request, _ visit) error {
	one, ok := s.checks.find(r.PathValue("check"))
	if !ok {
		return &refusal{status: http.StatusNotFound, title: "No such verification", sentence: "This verification is not known any more."}
	}
	out, err := startEvents(w)
	if err != nil {
		return err
	}
	const pace = 200 * time.Millisecond // a page needs no more than five words a second
	for {
		changed := one.wait()
		done, total, over := one.stands()
		if out.say("progress", fmt.Sprintf("%d %d", done, total)) != nil {
			return nil //nolint:nilerr // the browser has gone; there is nobody to tell
		}
		if over {
			_ = out.say("end", "yes") // if it fails, the browser has gone
			return nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-changed:
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-time.After(pace):
		}
	}
}

func reportOf(r audit.Report) reportView {
	v := reportView{Holds: r.First == nil, Facts: []field{
		{"Origin", string(r.Origin)},
		{"Entries checked", fmt.Sprint(r.Entries)},
		{"Signatures of people checked", fmt.Sprint(r.Signatures)},
		{"Openings checked", fmt.Sprint(r.Openings)},
		{"Entries under the last checkpoint", fmt.Sprint(r.Checkpoint.Size)},
	}}
	if r.First != nil {
		one := findingView{Check: r.First.Check, Stream: string(r.First.Stream), Sentence: r.First.Sentence}
		if r.First.Index >= 0 {
			one.Index = fmt.Sprint(r.First.Index)
		}
		v.Findings = []findingView{one}
	}
	return v
}
