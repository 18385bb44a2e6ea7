package web

import (
	"fmt"
	"net/http"
	"time"
)

// beat is how often a quiet connection says that it lives.
const beat = 20 * time.Second

// ears is how long an idle session may listen when it does not say when it
// locks.
const ears = 12 * time.Hour

// events tells a page that its batch has moved on. It says the new version and
// nothing else: the page shows that there is news, and the person decides when
// to look.
func (s *Server) events(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	changes, stop := s.svc.Watch()
	defer stop()
	out, err := startEvents(w)
	if err != nil {
		return err
	}
	said := state.Version
	if out.say("version", said) != nil {
		return nil
	}
	alive := time.NewTicker(beat)
	defer alive.Stop()
	idle := ears
	if !v.who.IdleAt.IsZero() {
		idle = max(time.Second, v.who.IdleAt.Sub(s.svc.Now()))
	}
	asleep := time.NewTimer(idle)
	defer asleep.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-asleep.C:
			// Listening is not being there: the session is not woken by it, and
			// a locked terminal hears no more.
			_ = out.say("locked", "yes") // if it fails, the browser has gone
			return nil
		case <-alive.C:
			if out.beat() != nil {
				return nil
			}
		case _, open := <-changes:
			if !open {
				return nil
			}
			state, err := s.svc.Batch(r.Context(), v.who, id)
			if err != nil {
				return nil //nolint:nilerr // the browser asks again and is answered there
			}
			if state.Version == said {
				continue
			}
			said = state.Version
			if out.say("version", said) != nil {
				return nil
			}
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w    http.ResponseWriter
	flow *http.ResponseController
}

func startEvents(w http.ResponseWriter) (stream, error) {
	out := stream{w: w, flow: http.NewResponseController(w)}
	if err := out.flow.SetWriteDeadline(time.Time{}); err != nil {
		return stream{}, fmt.Errorf("keep the connection open: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return out, nil
}

func (o stream) say(name string, data any) error {
	if _, err := fmt.Fprintf(o.w, "event: %s\ndata: %v\n\n", name, data); err != nil {
		return err
	}
	return o.flow.Flush()
}

func (o stream) beat() error {
	if _, err := fmt.Fprint(o.w, ": alive\n\n"); err != nil {
		return err
	}
	return o.flow.Flush()
}
