package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"

	"countersign/batch"
)

// scans are files by their SHA-256, in hexadecimal.
type scans map[string][]byte

func scansOf(files [][]byte) scans {
	all := scans{}
	for _, file := range files {
		sum := sha256.Sum256(file)
		all[hex.EncodeToString(sum[:])] = file
	}
	return all
}

// ScansNamed are the SHA-256 of the scans that a batch's record names, each
// once, in the order in which its blanks were used (EXE-15).
func ScansNamed(s *batch.State) (all []string) {
	for i := range s.Papers {
		if sum := s.Papers[i].Scan.SHA256; sum != "" && !slices.Contains(all, sum) {
			all = append(all, sum)
		}
	}
	return all
}

// scanFiles are the scans as the record attaches them, the true copies of what
// was written on paper (EXE-15, PDF-07). They may show who the patient is, so
// that a masked record has none.
func (r *record) scanFiles() (files []attachment) {
	for _, sum := range ScansNamed(r.State) {
		if file, ok := r.Scans[sum]; ok && !r.State.Masked {
			kind, _ := scanKind(file)
			files = append(files, attachment{name: scanName(sum, file), description: "A scan of sheets that were filled in by hand", data: file, kind: kind, relation: "Source"})
		}
	}
	return files
}

// scanName names a scan by what it is, so that two records cannot mean two
// files by one name.
func scanName(sum string, file []byte) string {
	_, suffix := scanKind(file)
	return "scan-" + sum[:16] + suffix
}

// scanKind is what a file is, by its first bytes.
func scanKind(file []byte) (kind, suffix string) {
	switch http.DetectContentType(file) {
	case "application/pdf":
		return "application/pdf", ".pdf"
	case "image/jpeg":
		return "image/jpeg", ".jpg"
	case "image/png":
		return "image/png", ".png"
	}
	if bytes.HasPrefix(file, []byte("II*\x00")) || bytes.HasPrefix(file, []byte("MM\x00*")) {
		return "image/tiff", ".tif"
	}
	return "application/octet-stream", ".bin"
}

// scanWords say where the scan of a blank is.
func (r *record) scanWords(sum string) string {
	file, ok := r.Scans[sum]
	switch {
	case r.State.Masked:
		return "left out of this masked copy: it may show who the patient is"
	case !ok:
		return signOpen + " not attached: it is kept at the site"
	}
	return scanName(sum, file) + ", attached to this file"
}

// attachments lists what is attached, with the SHA-256 of each (PDF-08).
func (r *record) attachments() string {
	words := "record.json (application/json), the data of this record"
	for _, sum := range ScansNamed(r.State) {
		if file, ok := r.Scans[sum]; ok && !r.State.Masked {
			kind, _ := scanKind(file)
			words += fmt.Sprintf("\n%s (%s), a scan of sheets, SHA-256 %s", scanName(sum, file), kind, sum)
		}
	}
	return words
}

// scans says of each scan that the record names whether it is attached. That it
// is what was signed, its SHA-256 says by which it was found.
func (v *Verdict) scans(s *batch.State, there scans) {
	if s.Masked {
		return
	}
	for _, sum := range ScansNamed(s) {
		if _, ok := there[sum]; ok {
			v.pass("The scan of the sheets with SHA-256 %s… is attached, and is what was signed.", sum[:16])
		} else {
			v.Unchecked = append(v.Unchecked, "The scan of the sheets with SHA-256 "+sum[:16]+"… is not attached: ask the site for it.")
		}
	}
}
