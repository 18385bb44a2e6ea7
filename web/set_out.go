package web

import (
	"net/http"

	"countersign/batch"
	"countersign/register"
)

// setOutView is the form with which another one of an item is set out while
// the batch runs: what broke or ran out is replaced at the bedside.
type setOutView struct {
	Batch, Step, Key string
	Seen             int64
	Items            []link // to choose from, while none is chosen
	Item             itemField
	Typed            form
	Ended            string
}

func (s *Server) setOutPage(w http.ResponseWriter, r *http.Request, v visit) error {
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return err
	}
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	return s.showSetOut(w, r, v, http.StatusOK, state, form{"item": asked["item"], "step": asked["step"]}, nil)
}

func (s *Server) showSetOut(w http.ResponseWriter, r *http.Request, v visit, status int, state *batch.State, f form, p *problem) error {
	view := setOutView{Batch: state.ID, Step: f["step"], Seen: state.Version, Key: s.svc.NewKey(), Typed: f, Ended: endedWords(state.Status)}
	back := link{Text: "The whole batch", To: batchAddress(state.ID)}
	if state.Step(f["step"]) == nil {
		view.Step = ""
	} else {
		back = link{Text: "Back to the step " + view.Step, To: stepAddress(state.ID, view.Step)}
	}
	title := "Set out another one"
	if state.Protocol != nil {
		if planned := state.Protocol.Item(f["item"]); planned != nil {
			one := itemFieldOf(planned, f)
			one.Name = planned.Name
			title = "Set out another one: " + one.Title
			now, zone := s.svc.Now(), s.svc.Info().Location
			err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
				for _, fit := range b.Fit(planned, now) {
					one.Fit = append(one.Fit, fitOf(planned, fit, state.ID, now, zone))
				}
			})
			if err != nil {
				return err
			}
			view.Item = one
		} else {
			for _, item := range state.Protocol.Items {
				view.Items = append(view.Items, link{Text: titleOr(item.Title, item.Name), To: setOutAddress(state.ID, item.Name, view.Step)})
			}
		}
	}
	return s.render(w, r, v, status, "set-out", page{
		Title: title, Patient: patientOf(state), Back: &back, Problem: p, View: view,
		Events: newsOf(state.ID), Version: state.Version,
	})
}

func setOutAddress(id, item, step string) string {
	return batchAddress(id) + "/set-out?item=" + queryEscape(item) + "&step=" + queryEscape(step)
}
