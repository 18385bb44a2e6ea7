package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"countersign/web/site"
)

// beat is how often a quiet connection says that it lives.
const beat = 20 * time.Second

// retry is what a browser waits before it asks again.
const retry = 3 * time.Second

// events tells a page that what it shows has changed: a batch, or a list. It
// gives the new stamp and nothing else: the page says that there is news, and
// the person decides when to look. A browser that comes back names the stamp
// that it heard last, and hears nothing twice.
func (s *Server) events(w http.ResponseWriter, r *http.Request, v visit) error {
	of, err := s.subjectOf(r, v)
	if err != nil {
		return err
	}
	l, stop, err := s.news.listen(of, v.who.Person)
	if errors.Is(err, errTooMany) {
		return &refusal{status: http.StatusServiceUnavailable, title: "Too many pages are open", sentence: "The page works as ever, and is shown anew when you ask for it."}
	}
	if err != nil {
		return err
	}
	defer stop()
	stands, err := s.news.stands(r.Context(), []*listener{l})
	if err != nil {
		return err
	}
	out, err := startEvents(w)
	if err != nil {
		return err
	}
	said := r.Header.Get("Last-Event-ID")
	if stands[0] != said {
		said = stands[0]
		if out.tell("stamp", said) != nil {
			return nil
		}
	} else if out.beat() != nil {
		return nil
	}
	return s.goOnTelling(r, v, l, out, said)
}

// goOnTelling says what is new until the page, the session or the daemon ends.
func (s *Server) goOnTelling(r *http.Request, v visit, l *listener, out stream, said string) error {
	alive := time.NewTicker(beat)
	defer alive.Stop()
	asleep := time.NewTimer(s.idleIn(v.who))
	defer asleep.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-l.over:
			_ = out.say("full", "yes") // if it fails, the browser has gone
			return nil
		case <-alive.C:
			if out.beat() != nil || !s.listens(r, v, out, asleep) {
				return nil
			}
		case <-asleep.C:
			if !s.listens(r, v, out, asleep) {
				return nil
			}
		case stands := <-l.tell:
			if stands == said {
				continue
			}
			if said = stands; out.tell("stamp", said) != nil {
				return nil
			}
		}
	}
}

// listens says whether a session still stands, and tells the page when it does
// not. Listening is not being there: the session is not kept awake by it, and a
// locked terminal hears no more (SEC-04).
func (s *Server) listens(r *http.Request, v visit, out stream, asleep *time.Timer) bool {
	who, err := s.svc.Look(r.Context(), v.token)
	var broken *site.Broken
	switch {
	case errors.As(err, &broken):
		return true // the next beat asks again
	case err != nil || who.Locked || !who.Person.Active:
		_ = out.say("locked", "yes") // if it fails, the browser has gone
		return false
	}
	asleep.Reset(s.idleIn(who))
	return true
}

func (s *Server) idleIn(who site.Session) time.Duration {
	return max(time.Second, who.IdleAt.Sub(s.svc.Now()))
}

// subjectOf reads what a page asks to hear of, which is only what its person
// may see.
func (s *Server) subjectOf(r *http.Request, v visit) (subject, error) {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return subject{}, err
	}
	if id := asked["batch"]; id != "" {
		_, err := s.svc.Batch(r.Context(), v.who, id)
		return subject{batch: id}, err
	}
	if slices.ContainsFunc(workLists(), func(l workList) bool { return l.name == asked["list"] }) {
		return subject{list: asked["list"]}, nil
	}
	return subject{}, &refusal{status: http.StatusNotFound, title: "There is no such page", sentence: "Nothing is told of that."}
}

// newsOf is where a page of a batch hears that it has changed.
func newsOf(batch string) string { return "/events?batch=" + queryEscape(batch) }

// stream writes server-sent events.
type stream struct {
	w    http.ResponseWriter
	flow *http.ResponseController
}

// startEvents begins a stream. The server's bounds on reading and writing are
// for requests that end; without lifting both, a stream would end with them.
func startEvents(w http.ResponseWriter) (stream, error) {
	out := stream{w: w, flow: http.NewResponseController(w)}
	if err := errors.Join(out.flow.SetReadDeadline(time.Time{}), out.flow.SetWriteDeadline(time.Time{})); err != nil {
		return stream{}, fmt.Errorf("keep the connection open: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy passes on each word at once
	w.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprintf(w, "retry: %d\n\n", retry.Milliseconds()); err != nil {
		return stream{}, fmt.Errorf("begin a stream: %w", err)
	}
	return out, nil
}

func (o stream) say(name string, data any) error {
	return o.write("event: %s\ndata: %v\n\n", name, data)
}

// tell says something that a browser names when it comes back.
func (o stream) tell(name, stamp string) error {
	return o.write("id: %s\nevent: %s\ndata: %s\n\n", stamp, name, stamp)
}

func (o stream) beat() error { return o.write(": alive\n\n") }

// patience is how long one word may take to go out: a browser that takes
// nothing more is given up, and asks again when it lives.
const patience = 30 * time.Second

func (o stream) write(form string, parts ...any) error {
	stuck := time.AfterFunc(patience, func() { _ = o.flow.SetWriteDeadline(time.Unix(1, 0)) }) // in the past: the writing ends
	defer stuck.Stop()
	if _, err := fmt.Fprintf(o.w, form, parts...); err != nil {
		return err
	}
	return o.flow.Flush()
}
