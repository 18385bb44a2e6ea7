package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"countersign/batch"
	"countersign/register/label"
)

// labelsView is everything about a batch's labels on one page.
type labelsView struct {
	Batch, Do          string
	Prints             []labelPrint
	Copies             []labelCopy
	Counts             []batch.Reconciliation
	Pre, Final         bool   // not printed yet
	Late               bool   // manufacture has started, so that a pre-label needs its reason
	Expiry             bool   // is given at printing
	Waits              string // what the final label waits for
	None, Masked, Gone bool
	Typed              form
	Immediate          *immediateView

	ApplyKey, CopyKey, PreKey, FinalKey string
}

// labelPrint is one printing.
type labelPrint struct {
	Kind, Who, At, Labels, Why, Expiry, PDF, ZPL string
	Warnings                                     []string
}

// labelCopy is one copy and what became of it.
type labelCopy struct {
	Number                   int
	Kind, Line, Standing, By string
	Open                     bool
}

func (s *Server) showLabels(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := labelsOf(state, s.svc.Info().Location)
	view.Typed = f
	var err error
	if view.Immediate, err = s.immediateOf(r.Context(), v, state, f); err != nil {
		return err
	}
	view.ApplyKey, view.CopyKey, view.PreKey, view.FinalKey = s.svc.NewKey(), s.svc.NewKey(), s.svc.NewKey(), s.svc.NewKey()
	return s.render(w, r, v, status, "labels", page{
		Title: "Labels of " + state.ID, Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Version: state.Version,
	})
}

func labelsOf(state *batch.State, zone *time.Location) labelsView {
	view := labelsView{
		Batch: state.ID, Do: batchAddress(state.ID) + "/labels", Pre: state.Disposition == nil && state.Supply == nil, Final: true, Masked: state.Masked,
		Gone: state.Status == batch.Rejected || state.Status == batch.Aborted, Counts: state.Reconciled(),
	}
	if state.Protocol == nil || state.Protocol.Label.Pos.Line == 0 {
		view.None = true
		return view
	}
	view.Expiry = state.Protocol.Label.ShelfLife == 0
	view.Waits, view.Late = state.LabelWaits(), state.Manufacturing()
	for i, held := range state.Labellings {
		shown := labelPrint{
			Kind: string(held.Kind), Who: held.Name, At: when(held.At, zone), Why: held.Reason, Expiry: label.Moment(held.Expiry, zone),
			PDF: fmt.Sprintf("%s/%d/pdf", view.Do, i+1), ZPL: fmt.Sprintf("%s/%d/zpl", view.Do, i+1), Warnings: held.Labels[0].Warnings,
		}
		shown.Labels = sentence(batch.LabelNumbers(held.Numbers))
		if held.Of > 0 {
			shown.Why = fmt.Sprintf("In the place of label %d: %s", held.Of, held.Reason)
		}
		view.Pre = view.Pre && held.Kind != label.PreLabel
		view.Final = view.Final && held.Kind != label.Final
		view.Prints = append(view.Prints, shown)
	}
	for _, c := range state.LabelCopies {
		act := c.Printed
		shown := labelCopy{Number: c.Number, Kind: string(c.Kind), Line: c.Line, Standing: c.Standing(), Open: c.Open()}
		switch {
		case c.Ended != nil:
			act, shown.Standing = *c.Ended, shown.Standing+": "+c.Reason
		case c.Applied != nil:
			act = *c.Applied
		}
		shown.By = act.Name + ", " + when(act.At, zone)
		view.Copies = append(view.Copies, shown)
	}
	return view
}

// labelCommand reads what a form of the labels' page asks for.
func labelCommand(f form) (batch.Command, bool) {
	number, _ := strconv.Atoi(f["copy"])
	switch f["act"] {
	case "print":
		copies, _ := strconv.Atoi(f["copies"])
		return batch.PrintLabel{Label: label.Kind(f["label"]), Copies: copies, Expiry: f["expiry"], Reason: f["why"]}, true
	case "reprint":
		return batch.Reprint{Copy: number, Reason: f["reason"]}, true
	case "apply":
		return batch.ApplyLabel{Raw: f["raw"]}, true
	case "destroy":
		return batch.DestroyLabel{Copy: number, Reason: f["reason"]}, true
	case "attach":
		return batch.AttachLabel{Copy: number, Reason: f["reason"]}, true
	}
	return nil, false
}

// labelFile shows a printing for the printer.
func (s *Server) labelFile(kind string) action {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		printing, _ := strconv.Atoi(r.PathValue("printing"))
		file, err := s.svc.LabelFile(r.Context(), v.who, r.PathValue("id"), printing, kind)
		if err != nil {
			return err
		}
		name := fileName(fmt.Sprintf("labels-%s-%d", r.PathValue("id"), printing))
		if kind == "pdf" {
			sendPDF(w, name, bytes.NewBuffer(file))
			return nil
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".zpl"))
		_, _ = w.Write(file)
		return nil
	}
}

// wristband shows the wristband of a training site's patient for the printer.
func (s *Server) wristband(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	file, err := s.svc.WristbandFile(r.Context(), v.who, id)
	if err != nil {
		return err
	}
	sendPDF(w, fileName("wristband-"+id), bytes.NewBuffer(file))
	return nil
}
