package web

import (
	"bytes"
	"fmt"
	"net/http"
)

// recordPDF gives the batch record as a file.
func (s *Server) recordPDF(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	if _, err := s.svc.Batch(r.Context(), v.who, id); err != nil {
		return err
	}
	var whole bytes.Buffer
	if err := s.svc.RecordPDF(r.Context(), v.who, id, &whole); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Length", fmt.Sprint(whole.Len()))
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", fileName(id)+".pdf"))
	if _, err := whole.WriteTo(w); err != nil {
		return nil //nolint:nilerr // the browser has gone
	}
	return nil
}

// fileName keeps of a batch's number what any file system takes.
func fileName(id string) string {
	kept := []rune(id)
	for i, r := range kept {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' {
			kept[i] = '-'
		}
	}
	return string(kept)
}
