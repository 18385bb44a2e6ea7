package api

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace bounds how often passwords are tried from one address. The vault locks
// an account of its own; this bounds the work before it.
type pace struct {
	mu        sync.Mutex
	perMinute int
	addresses map[string]*rate.Limiter
}

const addressesAtMost = 4096

func newPace(perMinute int) *pace {
	return &pace{perMinute: perMinute, addresses: map[string]*rate.Limiter{}}
}

// takesPassword says whether a request signs somebody in or replaces a
// password. Signing is left to the vault's own lock, which counts by person:
// many terminals may share an address.
func takesPassword(r *http.Request) bool {
	return r.Method != http.MethodGet &&
		(strings.HasSuffix(r.URL.Path, "/sessions") || strings.HasSuffix(r.URL.Path, "/password"))
}

func (p *pace) allow(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.addresses) > addressesAtMost {
		clear(p.addresses)
	}
	limiter, ok := p.addresses[host]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(p.perMinute)), p.perMinute)
		p.addresses[host] = limiter
	}
	return limiter.Allow()
}

func tooFast(w http.ResponseWriter, sentence string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", "30")
	w.WriteHeader(http.StatusTooManyRequests)
	_ = json.NewEncoder(w).Encode(Problem{ // the connection is gone if this fails
		Status: http.StatusTooManyRequests, Code: "too_fast",
		Title: sentence,
	})
}
