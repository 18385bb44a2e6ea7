package protocol

import (
	"slices"
	"strings"
)

// What a label's text can name of a material beside the values of the batch, as
// in {leukapheresis.donation}: what the registers say of the lots that the batch
// uses (COI-05, LAB-07).
const (
	LabelDonation = "donation" // the unique code of the donation, unaltered
	LabelLot      = "lot"      // the maker's lot number
)

// particularsOfItems are the names under which a label's text finds what the
// registers say of a material. Equipment is no part of a medicine.
func (p *Protocol) particularsOfItems() []string {
	var names []string
	for i := range p.Items {
		if !p.Items[i].Equipment {
			names = append(names, p.Items[i].Name+"."+LabelDonation, p.Items[i].Name+"."+LabelLot)
		}
	}
	return names
}

// OnLabel reads the name of a material's particular; ok is false for any other
// name.
func (p *Protocol) OnLabel(name string) (item, particular string, ok bool) {
	if !slices.Contains(p.particularsOfItems(), name) {
		return "", "", false
	}
	at := strings.LastIndex(name, ".")
	return name[:at], name[at+1:], true
}

// Names says that a text of the label names a value or a particular.
func (p *LabelPlan) Names(name string) bool {
	return slices.ContainsFunc(p.texts(), func(text labelText) bool { return slices.Contains(LabelNames(*text.into), name) })
}
