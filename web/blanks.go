package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
	"countersign/web/site"
)

func blankAddress(id string) string { return "/blanks/" + url.PathEscape(id) }

// blanksView is every blank, and the form with which one is printed.
type blanksView struct {
	List      table
	Protocols []choice // effective versions: "name version"
	Typed     form
	Year      string
}

func (s *Server) blanksPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showBlanks(w, r, v, http.StatusOK, nil)
}

func (s *Server) showBlanks(w http.ResponseWriter, r *http.Request, v visit, status int, p *problem) error {
	all, err := s.svc.Blanks(r.Context(), v.who)
	if err != nil {
		return err
	}
	zone := s.svc.Info().Location
	view := blanksView{List: blankTable(all, zone), Typed: v.form, Year: s.svc.Now().In(zone).Format("2006")}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "blanks")
	}
	known, err := s.svc.Library(r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, one := range known.Versions() {
		effective, ok := known.Effective(one.Protocol.Name, s.svc.Now())
		if ok && effective.Protocol.Version == one.Protocol.Version {
			value := fmt.Sprintf("%s %d", one.Protocol.Name, one.Protocol.Version)
			view.Protocols = append(view.Protocols, choice{Value: value, Text: one.Protocol.ID() + ": " + one.Protocol.Title, Chosen: value == v.form["from"]})
		}
	}
	return s.render(w, r, v, status, "blanks", page{Title: "Blanks for paper", Problem: p, View: view})
}

func blankTable(all []*register.Blank, zone *time.Location) table {
	t := table{
		Caption: "Blanks", Empty: "No blank was printed.",
		Columns: titles("Blank", "Status", "Protocol", "Batch", "Order", "Printed", "By", "Why"),
	}
	for _, f := range all {
		t.Rows = append(t.Rows, row{
			{Text: f.ID, To: blankAddress(f.ID), Line: true},
			{Text: f.Stands()},
			{Text: fmt.Sprintf("%s v%d", f.Protocol, f.Version)},
			{Text: f.Batch},
			{Text: f.Reference},
			momentCell(f.Printed.At, zone),
			{Text: f.Printed.Name},
			{Text: f.Reason},
		})
	}
	return t
}

// printBlank leads on from the form that prints a blank to its sheet: one field
// names protocol and version.
func (s *Server) printBlank(w http.ResponseWriter, r *http.Request, v visit) error {
	name, version, _ := strings.Cut(v.form["from"], " ")
	v.form["act"], v.form["protocol"], v.form["version"] = (register.PrintBlank{}).Name(), name, version
	return s.toRegisterSheet(w, r, v)
}

// blankView is one blank with what can be done with it next.
type blankView struct {
	ID, Stands, Protocol, Reference, Batch, BatchAt, Reason string
	Pages, Copied                                           int
	PDF, Trail, OpenAt                                      string
	Scan                                                    string
	SHA256, ScanAt                                          string
	Open, Out, InUse, Transcribed, Unwitnessed              bool
	Batches                                                 []choice
	Steps                                                   []link // at which something can be copied
	Typed                                                   form
	History                                                 []actLine
}

func (s *Server) blankPage(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.showBlank(w, r, v, http.StatusOK, r.PathValue("id"), nil)
}

func (s *Server) showBlank(w http.ResponseWriter, r *http.Request, v visit, status int, id string, p *problem) error {
	f, err := s.svc.Blank(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	at, stands := blankAddress(f.ID), f.Stands()
	view := blankView{
		ID: f.ID, Stands: stands, Protocol: fmt.Sprintf("%s, version %d", f.Protocol, f.Version), Reference: f.Reference, Batch: f.Batch, Reason: f.Reason,
		Pages: f.Pages, PDF: at + "/sheets.pdf", Trail: at + "/trail", OpenAt: "/batches/new?protocol=" + queryEscape(f.Protocol), SHA256: f.Scan.SHA256,
		Open: f.Open(), Out: stands == register.BlankOut, InUse: stands == register.BlankInUse, Transcribed: stands == register.BlankTranscribed,
		Unwitnessed: stands == register.BlankUnwitnessed, Typed: v.form, History: actsOf(f.History, s.svc.Info().Location),
	}
	if f.Typed != nil && v.who.SeesPatients() {
		view.ScanAt = at + "/scan"
	}
	if f.Typed != nil {
		view.Scan = fmt.Sprintf("%s, %d bytes, %d pages", f.Scan.File, f.Scan.Size, f.Scan.Pages)
	}
	lines, err := s.svc.Lines(r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if line.Protocol != nil && line.Protocol.Digest == f.Digest && line.Status != batch.Rejected && line.Status != batch.Aborted {
			view.Batches = append(view.Batches, choice{Value: line.ID, Text: line.ID + ", " + string(line.Status), Chosen: line.ID == v.form["batch"]})
		}
	}
	if f.Batch != "" {
		state, err := s.svc.Batch(r.Context(), v.who, f.Batch)
		if err != nil {
			return err
		}
		view.BatchAt, view.Copied = batchAddress(state.ID), len(state.FromPaper(f.ID))
		for i := range state.Steps {
			if st := &state.Steps[i]; !st.Skipped && !st.Signed() {
				view.Steps = append(view.Steps, link{Text: st.Step.Name, To: stepAddress(state.ID, st.Step.Name)})
			}
		}
	}
	return s.render(w, r, v, status, "blank", page{Title: "Blank " + f.ID, Problem: p, View: view, Back: &link{Text: "Blanks for paper", To: "/blanks"}})
}

func (s *Server) blankTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	return s.showTrail(w, r, v, audit.StreamID("blank/"+id), page{Title: "Audit trail of blank " + id, Back: &link{Text: "Blank " + id, To: blankAddress(id)}})
}

func (s *Server) blankPDF(w http.ResponseWriter, r *http.Request, v visit) error {
	pdf, err := s.svc.BlankPDF(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	sendPDF(w, fileName(r.PathValue("id")), bytes.NewBuffer(pdf))
	return nil
}

// scanBlank takes the scan of a blank's sheets, keeps its name, size and
// SHA-256, and leads on to the sheet that is signed. The file is not kept here:
// it shows handwriting and perhaps the patient, nothing can be taken out of the
// log, and whoever has it can show by the SHA-256 that it is the one.
func (s *Server) scanBlank(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	name, file, err := scanned(r)
	if err != nil {
		return err
	}
	v.form["act"], v.form["blank"] = (register.FinishBlank{}).Name(), id
	if name == "" {
		return s.showBlank(w, r, v, http.StatusUnprocessableEntity, id, &problem{
			Title: "There is no scan", Sentences: []string{"Choose the file with the scan of all sheets."}, To: "#file",
		})
	}
	sum, err := s.svc.KeepScan(r.Context(), v.who, file)
	if refused := (*site.Refusal)(nil); errors.As(err, &refused) {
		return s.showBlank(w, r, v, http.StatusUnprocessableEntity, id, &problem{Title: "The scan is not kept", Sentences: []string{refused.Sentence}, To: "#file"})
	}
	if err != nil {
		return err
	}
	v.form["file"], v.form["size"], v.form["sha256"] = name, fmt.Sprint(len(file)), sum
	return s.toRegisterSheet(w, r, v)
}

// scanned reads the file of a form, and its name without a path; "" when there
// is none.
func scanned(r *http.Request) (name string, content []byte, err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return "", nil, nil
	}
	head := r.MultipartForm.File["file"][0]
	file, err := head.Open()
	if err != nil {
		return "", nil, fmt.Errorf("open the scan that was sent: %w", err)
	}
	defer file.Close()
	if content, err = io.ReadAll(file); err != nil { // its size is bounded for the whole request
		return "", nil, fmt.Errorf("read the scan that was sent: %w", err)
	}
	return filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(head.Filename, "?"), `\`, "/")), content, nil
}

// blankScan sends the scan of a blank's sheets as a file.
func (s *Server) blankScan(w http.ResponseWriter, r *http.Request, v visit) error {
	name, file, err := s.svc.Scan(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return saved(w, name, file)
}

// saved gives out a file that somebody sent: to be saved, and never shown as a
// page of this site.
func saved(w http.ResponseWriter, name string, file []byte) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, err := w.Write(file)
	return err
}

// papersOf are the blanks from which something can be copied into a batch.
func papersOf(state *batch.State) (all []string) {
	for i := range state.Papers {
		if p := &state.Papers[i]; p.Stands == register.BlankInUse {
			all = append(all, p.Blank)
		}
	}
	return all
}
