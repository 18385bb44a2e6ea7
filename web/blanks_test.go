package web

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
	"countersign/reports"
	"countersign/web/api"
	"countersign/web/site"
)

// scanOf sends a file as the scan of a blank's sheets.
func (b *browser) scanOf(blank, pages string, file []byte) answer {
	b.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(b.w.t, form.WriteField("pages", pages))
	part, err := form.CreateFormFile("file", `C:\scans\sheets.pdf`)
	must(b.w.t, err)
	_, err = part.Write(file)
	must(b.w.t, err)
	must(b.w.t, form.Close())
	r, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodPost, b.w.address+"/blanks/"+blank+"/scan", &body)
	must(b.w.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	got := b.send(r)
	if got.status == http.StatusSeeOther {
		return b.follow(got)
	}
	return got
}

// TestABlankFromThePrinterToTheRecord: it is printed, used for a batch, copied
// from, scanned, compared by somebody else, and stands in the record, which
// proves it; another is destroyed before a witness (EXE-15).
func TestABlankFromThePrinterToTheRecord(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.ordered(id))
	tech := w.browser().signIn("a.lee")
	tech.get("/blanks").says(t, "No blank was printed.", "aso-intrathecal")
	asked := form{"act": "print blank", "year": "2026", "protocol": "aso-intrathecal", "version": "1", "reason": ""}
	tech.signForm(asked).says(t, "Write the reason")
	asked["reason"] = "The network is down."
	tech.signForm(asked).says(t, "F-2026-0001", "printed, not accounted for")
	asked["reason"] = "A second set."
	tech.signForm(asked).says(t, "F-2026-0002")
	if sheets := tech.get("/blanks/F-2026-0001/sheets.pdf"); sheets.status != http.StatusOK || !strings.HasPrefix(sheets.text, "%PDF") {
		t.Errorf("the sheets: %d", sheets.status)
	}
	tech.get("/blanks/F-2026-0001").says(t, "Use it for a batch", id)
	tech.signForm(form{"act": "use blank", "blank": "F-2026-0001", "batch": id}).says(t, "used for a batch", "clearance")
	if sheets := tech.get("/blanks/F-2026-0001/sheets.pdf"); sheets.status == http.StatusOK {
		t.Error("a second set of the sheets was given out while the first is written on")
	}
	tech.get("/batches/"+id+"/steps/clearance").says(t, "Copied from paper", "Blank F-2026-0001")
	w.copies(tech)
	tech.get("/batches/"+id+"/steps/clearance").says(t, "TRANSCRIBED from blank F-2026-0001")
	tech.get("/batches/"+id+"/review").says(t, "Blank F-2026-0001 is used for a batch.")
	tech.scanOf("F-2026-0001", "1", nil).says(t, "Give the scan of the sheets")
	sheet := tech.scanOf("F-2026-0001", "40", []byte("%PDF-1.4 a scan"))
	sheet.says(t, "sheets.pdf, 15 bytes, 40 pages, SHA-256 ")
	signing := formTo(t, sheet.text, "/registers/signed")
	signing["password"] = secret
	tech.follow(tech.post("/registers/signed", signing)).says(t, "transcribed, to be checked", "For a second person: compare")
	tech.signForm(form{"act": "check blank", "blank": "F-2026-0001"}).says(t, "Another person compares it")
	second := w.browser().signIn("b.okoro")
	second.signForm(form{"act": "check blank", "blank": "F-2026-0001"}).says(t, "transcribed and checked")
	tech.signForm(form{"act": "end blank", "blank": "F-2026-0002", "outcome": register.BlankDestroyed, "reason": "It was wet."}).says(t, "destroyed, to be witnessed")
	second.signForm(form{"act": "witness blank", "blank": "F-2026-0002"}).says(t, "F-2026-0002: destroyed")
	second.get("/blanks?as=csv").says(t, "F-2026-0002,destroyed")

	var pdf bytes.Buffer
	must(t, w.svc.RecordPDF(t.Context(), w.session("q.meyer"), id, &pdf))
	verdict, err := reports.Verify(pdf.Bytes(), "", reports.AllowRehearsal())
	if err != nil || len(verdict.Unchecked) != 1 || !slices.ContainsFunc(verdict.Checked, func(line string) bool { return strings.Contains(line, "is attached, and is what was signed") }) {
		t.Errorf("the record does not verify: %v %+v", err, verdict)
	}
	w.hasScan(pdf.Bytes())
	if got := tech.get("/blanks/F-2026-0001/scan"); got.text != "%PDF-1.4 a scan" || !strings.Contains(got.header.Get("Content-Disposition"), "sheets.pdf") {
		t.Errorf("the scan comes back as %d %q %v", got.status, got.text, got.header)
	}
}

// hasScan lets poppler take the scan out of a record, as the true copy that it
// is (EXE-15, PDF-07); what was put in its place is refused.
func (w *world) hasScan(pdf []byte) {
	w.t.Helper()
	dir := w.t.TempDir()
	file := filepath.Join(dir, "record.pdf")
	must(w.t, os.WriteFile(file, pdf, 0o600))
	if said, err := exec.CommandContext(w.t.Context(), "pdfdetach", "-saveall", "-o", dir, file).CombinedOutput(); err != nil {
		w.t.Fatalf("pdfdetach: %v\n%s", err, said)
	}
	sum := sha256.Sum256([]byte("%PDF-1.4 a scan"))
	taken, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("scan-%x.pdf", sum[:8])))
	if err != nil || string(taken) != "%PDF-1.4 a scan" {
		w.t.Errorf("the attached scan is %q (%v)", taken, err)
	}
	if said, err := exec.CommandContext(w.t.Context(), "qpdf", "--check", file).CombinedOutput(); err != nil {
		w.t.Errorf("qpdf: %v\n%s", err, said)
	}
	without := filepath.Join(dir, "without.pdf")
	if said, err := exec.CommandContext(w.t.Context(), "qpdf", "--remove-attachment="+fmt.Sprintf("scan-%x.pdf", sum[:8]), file, without).CombinedOutput(); err != nil {
		w.t.Fatalf("qpdf: %v\n%s", err, said)
	}
	stripped, err := os.ReadFile(without)
	must(w.t, err)
	if _, err := reports.Verify(stripped, "", reports.AllowRehearsal()); err == nil {
		w.t.Error("a record whose scan was taken away verifies")
	}
}

// EXE-15, COI-09: a scan that is not kept ends no blank, and one is shown to
// nobody who may not know the patient.
func TestAScanIsKeptBeforeItIsSigned(t *testing.T) {
	w := newWorld(t).staffed()
	tech := w.session("a.lee")
	for _, file := range [][]byte{nil, make([]byte, site.MostScan+1)} {
		if _, err := w.svc.KeepScan(t.Context(), tech, file); err == nil {
			t.Errorf("a scan of %d bytes is kept", len(file))
		}
	}
	if _, err := w.svc.KeepScan(t.Context(), w.session("i.spector"), []byte("x")); err == nil {
		t.Error("an inspector keeps a scan")
	}
	one, err := w.svc.KeepScan(t.Context(), tech, []byte("a scan"))
	must(t, err)
	again, err := w.svc.KeepScan(t.Context(), tech, []byte("a scan"))
	must(t, err)
	if one != again {
		t.Errorf("the same scan is %s and %s", one, again)
	}
	token, _, err := w.svc.SignIn(t.Context(), "a.lee", secret, "T-TEST")
	must(t, err)
	for size, want := range map[int]int{3 << 20: http.StatusOK, site.MostScan + 1: http.StatusRequestEntityTooLarge} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/scans", bytes.NewReader(make([]byte, size)))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/octet-stream")
		got := httptest.NewRecorder()
		api.New(w.svc, 1000).ServeHTTP(got, r)
		if got.Code != want || want == http.StatusOK && !strings.Contains(got.Body.String(), fmt.Sprintf("%x", sha256.Sum256(make([]byte, size)))) {
			t.Errorf("%d bytes at the API: %d %.200s", size, got.Code, got.Body)
		}
	}
}

// copies enters a value of the first step from the blank, as its page does.
func (w *world) copies(b *browser) {
	w.t.Helper()
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	written := w.svc.Now().Add(time.Minute).In(w.svc.Info().Location)
	must(w.t, w.svc.MoveClock(w.t.Context(), w.session("o.adeyemi"), w.svc.NewKey(), 20*time.Minute))
	page := b.get("/batches/" + id + "/steps/clearance")
	f := formTo(w.t, page.text, "/batches/"+id+"/do")
	f["key-clear"], f["field"], f["text-clear"], f["paper"] = hidden(w.t, page.text, "key-clear"), "clear", "yes", "F-2026-0001"
	b.post("/batches/"+id+"/do", f).says(w.t, "Say when it was done, as the paper says")
	f["key-clear"], f["done"] = w.svc.NewKey(), written.Format("2006-01-02T15:04:05")
	if got := b.follow(b.post("/batches/"+id+"/do", f)); got.status != http.StatusOK {
		w.t.Fatalf("what stands on paper was not taken: %d\n%s", got.status, got.text)
	}
}
