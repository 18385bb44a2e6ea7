package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"countersign/web/site"
)

// The sizes of what a browser may send, in bytes.
const (
	maxForm     = 64 << 10                // an ordinary form
	maxProtocol = 2 << 20                 // a protocol's text
	maxScan     = site.MostScan + maxForm // the scan of a blank's sheets
)

// policy lets a page use what this server serves, and nothing else: no inline
// script, no inline style, nothing from the network, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard puts what every answer needs around the pages: headers, the refusal of
// posts from other sites, the bound on bodies, and an answer when we fail.
func (s *Server) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, visit{}, &refusal{
			status: http.StatusForbidden, title: "That came from another place",
			sentence: "This request was sent by another website, so it was refused and nothing was done. Open the page here and send it again.",
		})
	}))
	inner := crossOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store") // pages hold patients; assets say otherwise themselves
		if s.options.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		limit := int64(maxForm)
		switch path := r.URL.Path; {
		case strings.HasPrefix(path, "/batches/") && strings.HasSuffix(path, "/redline"), path == "/protocols/submit", path == "/protocols/sign", path == "/protocols/signed":
			limit = maxProtocol
		case strings.HasPrefix(path, "/blanks/") && strings.HasSuffix(path, "/scan"):
			limit = maxScan
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(fault)
			}
			s.options.Log.Error("a page panicked", "path", r.URL.Path, "stack", string(debug.Stack()))
			s.fail(w, r, visit{}, fmt.Errorf("panic: %v", fault))
		}()
		inner.ServeHTTP(w, r)
	})
}
