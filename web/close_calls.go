package web

import (
	"fmt"
	"net/http"
	"time"

	"countersign/batch"
)

// closeCallsView lists what was stopped in time, and how often in which month.
type closeCallsView struct {
	List   table
	Months list
}

func (s *Server) closeCallsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	calls, months, err := s.svc.CloseCalls(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := closeCallsView{List: closeCallsOf(calls, s.svc.Info().Location), Months: list{table: monthsOf(months)}}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "close-calls")
	}
	return s.render(w, r, v, http.StatusOK, "close-calls", page{Title: "Close calls", View: view, Back: &link{Text: "Release desk", To: "/review"}})
}

func closeCallsOf(calls []batch.CloseCall, zone *time.Location) table {
	t := table{
		Caption: "Codes that were stopped", Empty: "No wrong code was ever read here.",
		Columns: titles("When", "Batch", "Step", "Expected", "Was read", "What it was", "Why it was refused", "How", "Came to", "Role"),
	}
	for _, c := range calls {
		how, to := "scanned", "recorded"
		if c.Typed {
			how = "typed"
		}
		if c.Stopped {
			to = "the batch was stopped"
		}
		step := cell{Text: c.Step}
		if c.Step != "" {
			step.To = stepAddress(c.Batch, c.Step)
		}
		t.Rows = append(t.Rows, row{
			{Text: when(c.At, zone), Sort: c.At.UTC().Format(time.RFC3339Nano)},
			{Text: c.Batch, To: batchAddress(c.Batch), Line: true},
			step,
			{Text: c.Expected},
			{Text: c.Scanned, Mono: true},
			{Text: whatItWas(c)},
			{Text: c.Why},
			{Text: how},
			{Text: to},
			{Text: c.Role},
		})
	}
	return t
}

// whatItWas tells a wrong code from the right thing that was not fit.
func whatItWas(c batch.CloseCall) string {
	if c.Unfit != "" {
		return "the right one, " + c.Unfit
	}
	return "wrong code"
}

func monthsOf(months []batch.CodesOfMonth) table {
	t := table{
		Caption: "Codes by month", Empty: "No code was read yet.",
		Columns: titles("Month", "Codes read", "Wrong or not fit, stopped", "Of these, stopped the batch", "Typed by hand", "Typed by hand, percent"),
	}
	for _, m := range months {
		t.Rows = append(t.Rows, row{
			{Text: m.Month},
			number(int64(m.All)),
			number(int64(m.Wrong)),
			number(int64(m.Identity)),
			number(int64(m.Typed)),
			{Text: ofHundred(m.Typed, m.All)},
		})
	}
	return t
}

// ofHundred is a share in whole numbers and tenths, rounded half up.
func ofHundred(part, of int) string {
	if of == 0 {
		return ""
	}
	tenths := (part*2000 + of) / (2 * of)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}
