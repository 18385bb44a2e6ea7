package web

import (
	"net/http"
	"strings"

	"countersign/batch"
)

// accountsView is the reconciliation of a batch's materials on one page: a
// table, and a form for each lot (MAT-04).
type accountsView struct {
	Do    string
	Table list
	Lots  []accountForm
	Ended bool
}

// accountForm asks what became of one lot.
type accountForm struct {
	ID, Item, Title, Lot, Number, Taken, Limit, Key string
	Sample                                          string // how an amount is typed
	Return, Again, All                              bool
	Used, Returned, Destroyed, Sampled              string
	Reason                                          string
}

func (s *Server) showAccounts(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := accountsView{Do: batchAddress(state.ID) + "/materials", Table: accountsOf(state)}
	for _, h := range state.Holdings() {
		if h.Plan == nil {
			continue
		}
		one := accountForm{
			ID: "lot-" + h.Lot + "-" + strings.ReplaceAll(h.Item, " ", "-"), Item: h.Item, Title: h.Title, Lot: h.Lot, Number: h.Number,
			Taken: h.Parts()[0], Limit: h.Plan.Within.String(), Return: h.Plan.Return, Again: h.Account != nil, All: h.Plan.Whole(), Key: s.svc.NewKey(),
			Sample: amountHint(h.Taken.Unit.Display),
		}
		if a := h.Account; a != nil {
			one.Used, one.Returned, one.Destroyed, one.Sampled = a.Used, a.Returned, a.Destroyed, a.Sampled
		}
		if f["item"] == h.Item && f["lot"] == h.Lot {
			one.Used, one.Returned, one.Destroyed, one.Sampled, one.Reason = f["used"], f["returned"], f["destroyed"], f["sampled"], f["reason"]
		}
		view.Lots = append(view.Lots, one)
	}
	view.Ended = state.Masked || state.Disposition != nil && state.Status != batch.Rejected && state.Status != batch.Aborted
	return s.render(w, r, v, status, "reconcile", page{
		Title: "Materials of " + state.ID, Patient: patientOf(state), Problem: p, View: view,
		Back: &link{Text: "The whole batch", To: batchAddress(state.ID)}, Events: newsOf(state.ID), Version: state.Version,
	})
}

// accountsOf lists what became of every material for whoever reviews.
func accountsOf(s *batch.State) list {
	t := table{
		Caption: "Reconciliation of materials", Empty: "The protocol asks for no reconciliation.",
		Columns: titles("Material", "Lot", "Taken", "Used", "Returned", "Destroyed", "Sampled", "Difference", "Allowed", "Outcome"),
	}
	for _, h := range s.Holdings() {
		if h.Plan == nil {
			continue
		}
		one := row{{Text: h.Title}, {Text: h.Number, To: "/stock/" + h.Lot}}
		for _, part := range h.Parts() {
			one = append(one, cell{Text: part})
		}
		mark := "✓ "
		if h.Due() || h.Exception > 0 || strings.HasPrefix(h.Outcome(), "outside") {
			mark = "✗ "
		}
		t.Rows = append(t.Rows, append(one, cell{Text: h.Plan.Within.String()}, cell{Text: mark + h.Outcome()}))
	}
	return list{table: t}
}

// accountCommand reads what became of a lot.
func accountCommand(f form) (batch.Command, bool) {
	return batch.Account{
		Item: f["item"], Lot: f["lot"], Used: f["used"], Returned: f["returned"], Destroyed: f["destroyed"], Sampled: f["sampled"], Reason: f["reason"],
	}, true
}
