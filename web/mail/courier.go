package mail

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"countersign/web/post"
)

// Office is where letters come from: the site.
type Office interface {
	// Letters gives what is due, the most urgent first, and who writes.
	Letters(ctx context.Context) ([]post.Letter, error)
	// Sent writes into the log that a letter has gone.
	Sent(ctx context.Context, l post.Letter) error
	// Watch tells of changes of the log.
	Watch() (changes <-chan int64, stop func())
}

// Courier carries letters from the log to the mail server.
type Courier struct {
	Office Office
	Server Server
	Sender post.Sender
	Now    func() time.Time // dates letters
	Log    *slog.Logger
	// Pause is the first wait after a failure, doubled each time; 0 for 10 s.
	Pause time.Duration

	mu     sync.Mutex
	status Status
	tries  map[string]*tried
}

// Status is how the mail stands, for whoever runs the site.
type Status struct {
	Waiting int       // letters that are due and have not gone
	Failed  time.Time // of the last failure; zero when nothing waits after one
	Why     string    // it failed, in the mail server's words, which may name an address
	Next    time.Time // when it is tried again
}

// tried is how often a letter was not taken.
type tried struct {
	times int
	next  time.Time
}

// Bounds of trying again. Time brings letters too: a clock that runs out stands
// in no entry.
const (
	firstPause = 10 * time.Second
	lastPause  = 15 * time.Minute
	look       = 15 * time.Second
	gather     = 500 * time.Millisecond
)

// Status tells how the mail stands.
func (c *Courier) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// Run carries letters until ctx ends. It waits for nobody, and nobody waits
// for it.
func (c *Courier) Run(ctx context.Context) {
	changes, stop := c.Office.Watch()
	defer stop()
	c.tries = map[string]*tried{}
	tick := time.NewTicker(min(look, c.pause()))
	defer tick.Stop()
	for {
		c.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case _, open := <-changes:
			if !open {
				return
			}
			select { // what is done in one go is told in one go
			case <-ctx.Done():
				return
			case <-time.After(gather):
			}
		}
	}
}

// round hands over what is due. After a failure of the server itself the rest
// waits, so that one that is down is not asked for each letter.
func (c *Courier) round(ctx context.Context) {
	letters, err := c.Office.Letters(ctx)
	if err != nil {
		return // it is told where it broke; the next round asks again
	}
	waiting, now := len(letters), c.Now()
	due := map[string]bool{}
	for _, l := range letters {
		due[l.Number] = true
	}
	for number := range c.tries {
		if !due[number] {
			delete(c.tries, number)
		}
	}
	c.tell(func(s *Status) {
		if s.Waiting = waiting; len(c.tries) == 0 {
			s.Failed, s.Why, s.Next = time.Time{}, "", time.Time{}
		}
	})
	for _, l := range letters {
		if t := c.tries[l.Number]; ctx.Err() != nil || t != nil && now.Before(t.next) {
			continue
		}
		err := c.Server.Send(ctx, Message{
			ID: c.Sender.MessageID(l), To: l.Address, Subject: c.Sender.Subject(l), Text: c.Sender.Text(l), At: now,
		})
		if err == nil {
			err = c.Office.Sent(ctx, l)
		}
		if err != nil {
			c.failed(l, now, err)
			var no *Refused
			if errors.As(err, &no) {
				continue
			}
			c.putOff(letters, now)
			return
		}
		waiting--
		delete(c.tries, l.Number)
		c.tell(func(s *Status) {
			if s.Waiting = waiting; len(c.tries) == 0 {
				s.Failed, s.Why, s.Next = time.Time{}, "", time.Time{}
			}
		})
	}
}

func (c *Courier) pause() time.Duration {
	if c.Pause > 0 {
		return c.Pause
	}
	return firstPause
}

// failed notes that a letter was not taken, and when it is tried again.
func (c *Courier) failed(l post.Letter, now time.Time, err error) {
	t := c.tries[l.Number]
	if t == nil {
		t = &tried{}
		c.tries[l.Number] = t
	}
	t.next = now.Add(min(lastPause, c.pause()<<min(t.times, 20)))
	t.times++
	c.Log.Warn("a mail did not go", "letter", l.Number, "person", string(l.Person), "times", t.times, "next", t.next, "error", err)
	c.tell(func(s *Status) { s.Failed, s.Why, s.Next = now, err.Error(), t.next })
}

// putOff has every letter wait as long as the one that just failed at least.
func (c *Courier) putOff(letters []post.Letter, now time.Time) {
	until := c.Status().Next
	for _, l := range letters {
		if t := c.tries[l.Number]; t == nil {
			c.tries[l.Number] = &tried{next: until}
		} else if t.next.Before(until) && !t.next.After(now) {
			t.next = until
		}
	}
}

func (c *Courier) tell(change func(*Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.status)
}
