package web

import (
	"context"
	"fmt"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// immediateView is what the labels' page shows where the protocol lets a
// medicine be given at once without its final label (LAB-02, LAB-03).
type immediateView struct {
	Batch   string
	Step    string
	Within  string
	Offered bool
	Why     string // it is not offered
	Account []string
	Asked   []immediateQuestion
}

// immediateQuestion is one of the confirmations, each ticked by itself.
type immediateQuestion struct {
	Name, Words string
	Ticked      bool
}

// immediateOf is nil where the protocol does not allow immediate use.
func (s *Server) immediateOf(ctx context.Context, v visit, state *batch.State, f form) (*immediateView, error) {
	if state.Protocol == nil || state.Protocol.Label.Immediate.Pos.Line == 0 {
		return nil, nil //nolint:nilnil // nothing to show, and no fault
	}
	product, use := state.Protocol.Product, state.Protocol.Label.Immediate
	var standing register.Standing
	now := s.svc.Now()
	err := s.svc.Registers(ctx, v.who, func(b *register.Books) { standing = b.Standing(product.Code, product.Form, state.Basis.Unit, now) })
	if err != nil {
		return nil, err
	}
	view := &immediateView{
		Batch: state.ID, Step: use.Step, Within: protocol.ShowDuration(use.Within), Account: state.ImmediateAccount(s.svc.Info().Location),
	}
	if refusal := state.OffersImmediateUse(standing, now); refusal != nil {
		view.Why = refusal.Sentence
	} else if !state.Masked && !state.Ended() {
		view.Offered = true
	}
	for i, name := range immediateNames() {
		view.Asked = append(view.Asked, immediateQuestion{Name: name, Words: batch.ImmediateConfirmations()[i], Ticked: f[name] == "yes"})
	}
	return view, nil
}

// immediateNames are the confirmations' names in a form.
func immediateNames() [3]string { return [3]string{"poc", "entirely", "nothing-kept"} }

// immediateUse reads the confirmations from a form.
func (f form) immediateUse() batch.ImmediateUse {
	names := immediateNames()
	return batch.ImmediateUse{PointOfCare: f[names[0]] == "yes", Entirely: f[names[1]] == "yes", NothingKept: f[names[2]] == "yes"}
}

// immediateForm gives back what was ticked.
func immediateForm(c batch.ImmediateUse) form {
	f, names := form{}, immediateNames()
	for i, yes := range []bool{c.PointOfCare, c.Entirely, c.NothingKept} {
		if yes {
			f[names[i]] = "yes"
		}
	}
	return f
}

// labelNote says, beside a step's scan of the label, what there is to know.
func labelNote(s *batch.State, st *batch.StepState) string {
	if st.Unlabelled && s.Immediate != nil {
		return fmt.Sprintf("No label is asked for: %s confirmed immediate use. A label that is there can be scanned all the same.", s.Immediate.Name)
	}
	return ""
}
