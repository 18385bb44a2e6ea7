package web

import (
	"net/http"
	"strings"
	"time"

	"countersign/batch"
)

// suppliedView is the record of unlicensed supply (DEV-07).
type suppliedView struct{ List table }

func (s *Server) suppliedPage(w http.ResponseWriter, r *http.Request, v visit) error {
	lines, err := s.svc.UnlicensedSupplies(r.Context(), v.who)
	if err != nil {
		return err
	}
	view := suppliedView{List: suppliesOf(lines, s.svc.Info().Location)}
	view.List.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.List.writeCSV(w, "unlicensed-supply")
	}
	return s.render(w, r, v, http.StatusOK, "supplied", page{Title: "Unlicensed supply", View: view, Back: &link{Text: "Certified batches", To: "/certified"}})
}

func suppliesOf(lines []batch.UnlicensedSupply, zone *time.Location) table {
	t := table{
		Caption: "Unlicensed medicines supplied", Empty: "No unlicensed medicine was supplied from here yet.",
		Columns: titles("Batch", "Product", "Quantity", "Source", "Made", "Recipient", "Order", "Supplied", "Given", "Suspected adverse reactions", "What was not given"),
	}
	moment := func(at time.Time) cell {
		if at.IsZero() {
			return cell{}
		}
		return cell{Text: when(at, zone), Sort: at.UTC().Format(time.RFC3339Nano)}
	}
	for _, line := range lines {
		recipient, reactions := line.Recipient, "none reported"
		if recipient == "" {
			recipient = "masked"
		}
		if len(line.Reactions) > 0 {
			reactions = strings.Join(line.Reactions, " ")
		}
		t.Rows = append(t.Rows, row{
			{Text: line.Batch, To: batchAddress(line.Batch), Line: true},
			{Text: line.Product},
			{Text: line.Quantity},
			{Text: line.Source},
			moment(line.Made),
			{Text: recipient},
			{Text: line.Order},
			moment(line.Released),
			moment(line.Given),
			{Text: reactions},
			{Text: strings.Join(line.Fates, " ")},
		})
	}
	return t
}
