package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// labelData is what a label of this batch is made from, without the expiry.
func (d *decision) labelData(kind label.Kind) label.Data {
	s := d.s
	product, plan := s.Protocol.Product, s.Protocol.Label
	supply, _ := label.SupplyOf(product.Supply, product.ATMP)
	data := label.Data{
		Kind: kind, Supply: supply, Mark: d.labelMark(), Name: product.Name, Strength: product.Strength, Form: product.Form,
		Actives: d.onLabel(plan.Actives), Contents: d.onLabel(plan.Contents), Excipients: d.onLabel(plan.Excipients),
		Route: d.onLabel(plan.Route), Storage: product.Storage, Disposal: d.onLabel(plan.Disposal),
		Holder: d.onLabel(plan.Holder), Number: product.Licence, Supplier: d.onLabel(plan.Supplier),
		Batch: s.ID, Zone: d.zone(), GTIN: plan.Number, Patient: s.labelPatient(),
		Cells: d.onLabel(plan.Cells), Donation: d.donationOnLabel(plan.Donation), Chain: s.chain(), Autologous: plan.Autologous,
		Trial: d.onLabel(plan.Trial), Sponsor: d.onLabel(plan.Sponsor), Participant: d.onLabel(plan.Participant),
		HospitalOnly: plan.HospitalOnly, Comparator: d.onLabel(plan.Comparator), OldRules: plan.OldRules,
		Investigator: d.onLabel(plan.Investigator), Directions: d.onLabel(plan.Directions),
	}
	data.Immediate = plan.Immediate.Pos.Line > 0
	if s.Trial != "" { // COI-08: as the batch was opened for, whatever the protocol's text says
		data.Trial, data.Participant = s.Trial, s.Participant
	}
	if plan.Holder == "" {
		data.Holder = product.ControlSite
	}
	if warning := d.onLabel(plan.Warnings); warning != "" {
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

// onLabel fills in what a label's text names in braces. A value that is not
// there leaves the whole particular out, so that it is missed by name.
func (d *decision) onLabel(text string) string {
	for _, name := range protocol.LabelNames(text) {
		value, ok := d.labelValue(name)
		if !ok {
			return ""
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return d.s.Told(text)
}

// labelValue is a value as a label shows it: of the order, of a material's lots,
// or the last one that was entered or calculated under a name.
func (d *decision) labelValue(name string) (string, bool) {
	s := d.s
	for planned, entry := range inOrder(s) {
		if "order."+planned.Name == name {
			return planned.Input.Show(entry.Value, time.UTC), true
		}
	}
	if item, particular, ok := s.Protocol.OnLabel(name); ok {
		return d.lotsOnLabel(item, particular)
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

// lotsOnLabel is what the registers say of each lot of a material that was
// scanned in a step, or of all that were set out where no step scans it: a bag
// that broke before it was used has no part in the medicine. A donation code
// stands as it was taken in (COI-05).
func (d *decision) lotsOnLabel(item, particular string) (string, bool) {
	var all []string
	for _, held := range d.s.Items {
		if held.Name != item || !d.s.partOf(held) {
			continue
		}
		of := []string{held.Lot}
		if particular == protocol.LabelDonation {
			of = held.Donations // a pool's are several
		}
		for _, text := range of {
			if text = register.Visible(text); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
		if len(of) == 0 || slices.Contains(of, "") {
			return "", false
		}
	}
	return strings.Join(all, "; "), len(all) > 0
}

// donationOnLabel is what a label says of donations: those that the protocol
// names, or else all that are in what was set out (COI-05).
func (d *decision) donationOnLabel(plan string) string {
	for _, name := range protocol.LabelNames(plan) {
		if _, particular, ok := d.s.Protocol.OnLabel(name); ok && particular == protocol.LabelDonation {
			return d.onLabel(plan)
		}
	}
	return d.s.donation(d.onLabel(plan))
}

// partOf says that something that was set out may be part of the medicine: it was
// scanned in a step, or nothing of its kind was.
func (s *State) partOf(held Item) bool {
	scanned := false
	for i := range s.Steps {
		for _, scan := range s.Steps[i].Scans[held.Name] {
			if scan.Matched && scan.Item == held.Lot {
				return true
			}
			scanned = scanned || scan.Matched
		}
	}
	return !scanned
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
