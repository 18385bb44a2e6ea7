package batch

import (
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register/label"
)

// labelData is what a label of this batch is made from, without the expiry.
func (s *State) labelData(kind label.Kind, zone *time.Location) label.Data {
	product, plan := s.Protocol.Product, s.Protocol.Label
	supply, _ := label.SupplyOf(product.Supply, product.ATMP)
	data := label.Data{
		Kind: kind, Supply: supply, Name: product.Name, Strength: product.Strength, Form: product.Form,
		Actives: s.labelled(plan.Actives), Contents: s.labelled(plan.Contents), Excipients: s.labelled(plan.Excipients),
		Route: s.labelled(plan.Route), Storage: product.Storage, Disposal: s.labelled(plan.Disposal),
		Holder: s.labelled(plan.Holder), Number: product.Licence, Supplier: s.labelled(plan.Supplier),
		Batch: s.ID, Zone: zone, GTIN: plan.Number, Patient: s.labelPatient(),
		Cells: s.labelled(plan.Cells), Donation: s.labelled(plan.Donation), Autologous: plan.Autologous,
		Trial: s.labelled(plan.Trial), Sponsor: s.labelled(plan.Sponsor), Participant: s.labelled(plan.Participant),
		HospitalOnly: plan.HospitalOnly, Comparator: s.labelled(plan.Comparator), OldRules: plan.OldRules,
		Investigator: s.labelled(plan.Investigator), Directions: s.labelled(plan.Directions),
	}
	data.Immediate = plan.Immediate.Pos.Line > 0
	if s.Trial != "" { // COI-08: as the batch was opened for, whatever the protocol's text says
		data.Trial, data.Participant = s.Trial, s.Participant
	}
	if plan.Holder == "" {
		data.Holder = product.ControlSite
	}
	if warning := s.labelled(plan.Warnings); warning != "" {
		data.Warnings = []string{warning}
	}
	return data
}

// labelPatient is who the label is for; in a masked record somebody stands in,
// whose lines are left out again.
func (s *State) labelPatient() label.Patient {
	if s.Masked {
		return label.Patient{Name: stoodIn, Born: stoodIn, Number: stoodIn, NumberType: s.Patient.NumberType}
	}
	return label.Patient{Name: s.Patient.Name, Born: s.Patient.Born, Number: s.Patient.Number, NumberType: s.Patient.NumberType}
}

// labelled fills in what a label's text names in braces. A value that is not
// there leaves the whole particular out, so that it is missed by name.
func (s *State) labelled(text string) string {
	for _, name := range protocol.LabelNames(text) {
		value, ok := s.labelValue(name)
		if !ok {
			return ""
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return s.Told(text)
}

// labelValue is a value as a label shows it: of the order, or the last one that
// was entered or calculated under a name.
func (s *State) labelValue(name string) (string, bool) {
	for planned, entry := range inOrder(s) {
		if "order."+planned.Name == name {
			return planned.Input.Show(entry.Value, time.UTC), true
		}
	}
	for i := len(s.Steps) - 1; i >= 0; i-- {
		st := &s.Steps[i]
		if st.Skipped {
			continue
		}
		if entry := st.Value(name); entry != nil {
			return input(st.Step, name).Show(entry.Value, time.UTC), entry.Value.Absent == ""
		}
		for j := range st.Step.Calcs {
			if result, ok := st.Results[name]; ok && st.Step.Calcs[j].Name == name {
				return st.Step.Calcs[j].Show(result.Rounded), true
			}
		}
	}
	return "", false
}

// inOrder gives the order values in the protocol's order.
func inOrder(s *State) func(func(protocol.OrderValue, OrderEntry) bool) {
	return func(yield func(protocol.OrderValue, OrderEntry) bool) {
		for _, planned := range s.Protocol.Order {
			if !yield(planned, s.Order[planned.Name]) {
				return
			}
		}
	}
}
