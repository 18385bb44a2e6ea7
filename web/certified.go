package web

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"countersign/batch"
)

// certifiedView is the register of certified batches (REL-04).
type certifiedView struct {
	List  table
	Print string
}

func (s *Server) certifiedPage(w http.ResponseWriter, r *http.Request, v visit) error {
	lines, err := s.svc.Certified(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := certifiedView{List: certifiedOf(lines, s.svc.Info().Location)}
	asked := r.URL.Query().Get("as")
	if asked == "pdf" {
		return s.printCertified(w, r, v, lines, view.List)
	}
	view.List.arrange(r)
	if asked == "csv" {
		return view.List.writeCSV(w, "certified-batches")
	}
	view.Print = view.List.address(r.URL.Query(), "as", "pdf", "page", "")
	return s.render(w, r, v, http.StatusOK, "certified", page{Title: "Certified batches", View: view, Back: &link{Text: "Release desk", To: "/review"}})
}

// printCertified prints the lines that were asked for, in the order of the log.
func (s *Server) printCertified(w http.ResponseWriter, r *http.Request, v visit, lines []batch.CertifiedBatch, t table) error {
	t.narrow(r)
	found := map[string]bool{}
	for _, one := range t.Rows {
		found[one[0].Text] = true
	}
	var kept []batch.CertifiedBatch
	for _, line := range lines {
		if found[fmt.Sprint(line.Number)] {
			kept = append(kept, line)
		}
	}
	pdf, err := s.svc.CertifiedReport(v.who, kept, t.Query)
	if err != nil {
		return err
	}
	sendPDF(w, "certified-batches", bytes.NewBuffer(pdf))
	return nil
}

func certifiedOf(lines []batch.CertifiedBatch, zone *time.Location) table {
	t := table{
		Caption: "Certified batches", Empty: "No batch was certified here yet.",
		Columns: titles("No.", "Batch", "Product", "Quantity", "Certified", "By", "Place", "Conditional", "Protocol", "Master file", "Unit", "Now", "Entry", "Hash of the entry", "Digest of the words"),
	}
	for _, line := range lines {
		conditional := "no"
		if line.Conditional {
			conditional = "yes"
		}
		t.Rows = append(t.Rows, row{
			number(int64(line.Number)),
			{Text: line.Batch, To: batchAddress(line.Batch), Line: true},
			{Text: line.Product},
			{Text: line.Quantity},
			{Text: when(line.At, zone), Sort: line.At.UTC().Format(time.RFC3339Nano)},
			{Text: line.Certifier},
			{Text: line.Place},
			{Text: conditional},
			{Text: fmt.Sprintf("%s v%d", line.Protocol, line.Version)},
			{Text: line.File + ", version " + line.FileVersion},
			{Text: line.Unit},
			{Text: string(line.Status)},
			number(line.Entry),
			{Text: abridged(line.Hash), Whole: line.Hash, Mono: true},
			{Text: abridged(line.Digest), Whole: line.Digest, Mono: true},
		})
	}
	return t
}

// abridged is the beginning of a hash; the file that the page gives has all.
func abridged(hash string) string {
	const digits = 16
	if len(hash) <= digits {
		return hash
	}
	return hash[:digits] + "…"
}
