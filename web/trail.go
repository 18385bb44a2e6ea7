package web

import (
	"fmt"
	"net/http"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/web/site"
)

func (s *Server) batchTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	state, err := s.svc.Batch(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	return s.showTrail(w, r, v, audit.StreamID("batch/"+id), page{
		Title: "Audit trail of " + id, Patient: patientOf(state), Back: &link{Text: "The whole batch", To: batchAddress(id)},
	})
}

func (s *Server) protocolTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	name := r.PathValue("name")
	return s.showTrail(w, r, v, library.Stream(name), page{
		Title: "Audit trail of the protocol " + name, Back: &link{Text: "Protocols", To: "/protocols"},
	})
}

func (s *Server) personTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := identity.PersonID(r.PathValue("id"))
	return s.showTrail(w, r, v, id.Stream(), page{
		Title: "Audit trail of " + string(id), Back: &link{Text: "People", To: "/people"},
	})
}

func (s *Server) showTrail(w http.ResponseWriter, r *http.Request, v visit, stream audit.StreamID, p page) error {
	lines, err := s.svc.Trail(r.Context(), v.who, stream)
	if err != nil {
		return err
	}
	list := trailOf(lines, s.svc.Info().Location)
	list.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return list.writeCSV(w, "audit-trail-"+fileName(string(stream)))
	}
	p.View = list
	return s.render(w, r, v, http.StatusOK, "trail", p)
}

func trailOf(lines []site.TrailLine, zone *time.Location) table {
	t := table{
		Caption: "Entries", Empty: "There is no entry.",
		Columns: titles("Entry", "No.", "When", "Who", "What", "Kind", "Critical", "Signature", "Hash"),
	}
	for _, line := range lines {
		critical, signed := "", ""
		switch {
		case line.Changed:
			critical = "changes critical data"
		case line.Critical:
			critical = "critical"
		}
		if sign := line.Signature; sign != nil {
			signed = fmt.Sprintf("%s by %s (%s), %s, %s, by %s", sign.Meaning, sign.Name, sign.Username, sign.Role, when(sign.Time, zone), sign.Method)
		}
		index, version := number(line.Index), number(line.Version)
		t.Rows = append(t.Rows, row{
			index, version,
			{Text: when(line.At, zone), Sort: line.At.UTC().Format("2006-01-02T15:04:05.000000"), Line: true},
			{Text: whoOf(line)},
			{Text: line.Words},
			{Text: line.Kind},
			{Text: critical},
			{Text: signed},
			{Text: shortHash(line.Hash), Whole: line.Hash, Mono: true, Line: true},
		})
	}
	return t
}

// shortHash is the beginning of a hash, enough to find it by; a file and the
// record have it whole.
func shortHash(hash string) string {
	const enough = 12
	if len(hash) <= enough {
		return hash
	}
	return hash[:enough] + "…"
}
