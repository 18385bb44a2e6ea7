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
	sendPDF(w, fileName(id), &whole)
	return nil
}

// protocolPDF gives a version of a protocol as a file.
func (s *Server) protocolPDF(w http.ResponseWriter, r *http.Request, v visit, name string, version int) error {
	var whole bytes.Buffer
	if err := s.svc.ProtocolPDF(r.Context(), v.who, name, version, &whole); err != nil {
		return err
	}
	sendPDF(w, fmt.Sprintf("%s-v%d", fileName(name), version), &whole)
	return nil
}

// sendPDF shows a file in the browser; whether it still listens is its affair.
func sendPDF(w http.ResponseWriter, name string, whole *bytes.Buffer) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Length", fmt.Sprint(whole.Len()))
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", name+".pdf"))
	_, _ = whole.WriteTo(w)
}

// fileName keeps of a name what any file system takes.
func fileName(id string) string {
	kept := []rune(id)
	for i, r := range kept {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' {
			kept[i] = '-'
		}
	}
	return string(kept)
}
