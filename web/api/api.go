package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"countersign/web/site"
)

// maxBody bounds what a request may carry, in bytes: a protocol's text is the
// largest thing that anybody sends, but for a scan.
const maxBody = 2 << 20

// root is under what every path of the API stands.
const root = "/api/v1"

// api holds what the operations share.
type api struct {
	site *site.Service
}

// New gives the handler of /api/v1. PerMinute bounds how often one address may
// try to sign in.
func New(service *site.Service, perMinute int) http.Handler {
	mux := http.NewServeMux()
	describe(mux, service)
	pace, data := newPace(perMinute), newPace(dataPerMinute)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if takesPassword(r) && !pace.allow(r) {
			tooFast(w, "Passwords were tried too often from this address. Wait half a minute; nothing that was recorded is lost.")
			return
		}
		if r.Method == http.MethodPost && sendsData(strings.TrimPrefix(r.URL.Path, root)) && !data.allow(r) {
			tooFast(w, "Data are sent too fast from this address. Wait half a minute, and send them again.")
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, most(strings.TrimPrefix(r.URL.Path, root)))
		mux.ServeHTTP(w, r)
	})
}

// most is how many bytes may be sent to a path.
func most(path string) int64 {
	switch {
	case path == scansPath:
		return site.MostScan
	case sendsData(path):
		return site.MostRaw*4/3 + 64<<10 // as base64, with the message
	}
	return maxBody
}

// Description is the OpenAPI document of the API, as YAML.
func Description() ([]byte, error) {
	return describe(http.NewServeMux(), nil).OpenAPI().YAML()
}

func describe(mux *http.ServeMux, service *site.Service) huma.API {
	huma.NewError = plainErrors
	config := huma.DefaultConfig("Countersign", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/v1/openapi", "", ""
	config.CreateHooks = nil // no $schema member in what people read
	config.Info.Description = "Everything that the terminal and the release desk do, for programs. See docs/api.md."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "The token of POST /api/v1/sessions."},
	}
	served := humago.New(mux, config)
	a := &api{site: service}
	a.sessions(served)
	a.batches(served)
	a.work(served)
	a.records(served)
	a.protocols(served)
	a.deviations(served)
	a.blanks(served)
	a.samples(served)
	a.registers(served)
	a.devices(served)
	a.products(served)
	a.closeCalls(served)
	a.certified(served)
	a.traces(served)
	a.trends(served)
	a.people(served)
	a.log(served)
	return served
}

// Credentials is the header that every signed-in operation takes.
type Credentials struct {
	Authorization string `header:"Authorization" doc:"Bearer and the session's token" required:"false"`
}

func (c Credentials) token() string {
	token, _ := strings.CutPrefix(c.Authorization, "Bearer ")
	return token
}

// session finds who asks.
func (a *api) session(ctx context.Context, c Credentials) (site.Session, error) {
	session, err := a.site.Resume(ctx, c.token())
	if err != nil {
		return site.Session{}, problem(err)
	}
	return session, nil
}

// Problem is the body of every answer that is not a success (RFC 9457).
type Problem struct {
	Type   string   `json:"type,omitempty"`
	Title  string   `json:"title" doc:"a sentence for a person"`
	Status int      `json:"status"`
	Code   string   `json:"code" doc:"for programs; stays the same between versions"`
	Faults []string `json:"faults,omitempty" doc:"what does not fit, by place"`
	Detail string   `json:"detail,omitempty"`
}

// Error is the sentence.
func (p *Problem) Error() string { return p.Title }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes problem+json of JSON.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem maps the house's errors to the wire, here and nowhere else.
func problem(err error) error {
	if err == nil {
		return nil
	}
	var conflict *site.Conflict
	if errors.As(err, &conflict) {
		return &Problem{Status: http.StatusConflict, Code: "conflict", Title: conflict.Sentence}
	}
	if refusal, ok := site.AsRefusal(err); ok {
		return &Problem{Status: statusOf(refusal.Code), Code: refusal.Code, Title: refusal.Sentence}
	}
	var broken *site.Broken
	if errors.As(err, &broken) {
		return &Problem{
			Status: http.StatusInternalServerError, Code: "broken",
			Title: "Something is broken here. Nothing half-done was kept; the same request can be sent again. Reference " + broken.Reference + ".",
		}
	}
	return &Problem{Status: http.StatusInternalServerError, Code: "broken", Title: "Something is broken here."}
}

func statusOf(code string) int {
	switch code {
	case "not_signed", "no_session", "wrong_password", "locked_out", "expired", "locked":
		return http.StatusUnauthorized
	case "not_allowed", "no_role", "not_trained", "not_acknowledged", "suspended", "must_set_password":
		return http.StatusForbidden
	case "no_such_batch", "no_such_protocol", "no_such_person", "no_such_sheet", "no_such_recall", "no_such_equipment", "no_such_file":
		return http.StatusNotFound
	case "number_used":
		return http.StatusConflict
	case "too_large":
		return http.StatusRequestEntityTooLarge
	case "too_fast":
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// plainErrors replaces huma's errors, which repeat the offending value, with
// problems that name the place only.
func plainErrors(status int, message string, errs ...error) huma.StatusError {
	p := &Problem{Status: status, Code: "bad_request", Title: message}
	if status == http.StatusUnprocessableEntity {
		p.Title = "The request does not have the form that this operation takes."
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Faults = append(p.Faults, detail.Location)
		}
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			p.Status, p.Code, p.Title = http.StatusRequestEntityTooLarge, "too_large", "The request is larger than this site takes."
		}
	}
	return p
}
