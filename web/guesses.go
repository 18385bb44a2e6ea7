package web

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The pace at which passwords may be tried. The vault locks an account of its
// own; this bounds the work before it, per address and per name.
const (
	defaultRate    = 30 // tries a minute from one address; a hospital's terminals can share one
	perName        = 8
	refill         = 10 * time.Second // one more for a name
	rememberAtMost = 4096
)

// guesses bounds how fast passwords are tried.
type guesses struct {
	rate  int // a minute, from one address
	mu    *sync.Mutex
	paces map[string]*rate.Limiter
}

func newGuesses(perMinute int) guesses {
	if perMinute <= 0 {
		perMinute = defaultRate
	}
	return guesses{rate: perMinute, mu: &sync.Mutex{}, paces: map[string]*rate.Limiter{}}
}

var errTooFast = &refusal{
	status: http.StatusTooManyRequests, title: "Too many tries",
	sentence: "Passwords were tried too often from here or for this name. Wait half a minute and try again. Nothing that was recorded is lost.",
}

// allow takes one try from an address and a name. Tries are paced by the
// daemon's own clock: a rehearsal's, which stands still, would never give one
// back.
func (g guesses) allow(address, name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.paces) > rememberAtMost {
		g.forget()
	}
	ok := g.pace("a "+address, g.rate, time.Minute/time.Duration(g.rate)).Allow()
	if name != "" && !g.pace("n "+strings.ToLower(strings.TrimSpace(name)), perName, refill).Allow() {
		ok = false
	}
	if !ok {
		return errTooFast
	}
	return nil
}

func (g guesses) pace(who string, burst int, every time.Duration) *rate.Limiter {
	found, ok := g.paces[who]
	if !ok {
		found = rate.NewLimiter(rate.Every(every), burst)
		g.paces[who] = found
	}
	return found
}

// forget drops those who have all their tries again, and everybody when a
// flood of names has left none such.
func (g guesses) forget() {
	for who, pace := range g.paces {
		if pace.Tokens() >= float64(pace.Burst()) {
			delete(g.paces, who)
		}
	}
	if len(g.paces) > rememberAtMost {
		clear(g.paces)
	}
}
