package batch

import "countersign/audit"

// openedItemThird is an item as openings up to version 3 and additions up to
// version 1 of their kinds had it, before the record said which donations are in
// it (COI-05), which chain of identity it carries (COI-06) and what a scanner
// had sent (MAT-03).
type openedItemThird struct {
	Name       string `json:"name"`
	Code       string `json:"code"`
	Register   string `json:"register"`
	Left       string `json:"left"`
	Lot        string `json:"lot"`
	Expiry     string `json:"expiry"`
	Released   bool   `json:"released"`
	Clean      bool   `json:"clean"`
	Reference  string `json:"reference"`
	Amount     string `json:"amount"`
	Personal   bool   `json:"personal"`
	ForPatient string `json:"-"`
}

func (e openedItemThird) today() OpenedItem {
	return OpenedItem{
		Name: e.Name, Code: e.Code, Register: e.Register, Left: e.Left, Lot: e.Lot, Expiry: e.Expiry, Released: e.Released, Clean: e.Clean,
		Reference: e.Reference, Amount: e.Amount, Personal: e.Personal, ForPatient: e.ForPatient,
	}
}

func todays(items []openedItemThird) []OpenedItem {
	all := make([]OpenedItem, len(items))
	for i, item := range items {
		all[i] = item.today()
	}
	return all
}

// openedThird is an opening as version 3 of its kind had it.
type openedThird struct {
	By          `json:"by"`
	Batch       string            `json:"batch"`
	Site        string            `json:"site"`
	Protocol    string            `json:"protocol"`
	Version     int               `json:"version"`
	Digest      audit.Hash        `json:"digest"`
	NumberType  string            `json:"number_type"`
	Order       map[string]string `json:"order"`
	Values      map[string]string `json:"values"`
	Reference   string            `json:"reference"`
	Prescriber  string            `json:"prescriber"`
	Items       []openedItemThird `json:"items"`
	SiteValues  []OpenedSiteValue `json:"site_values"`
	Basis       Basis             `json:"basis"`
	Issue       string            `json:"issue"`
	Reissues    []string          `json:"reissues"`
	Reissue     string            `json:"reissue"`
	Near        []Neighbour       `json:"near,omitempty"`
	Trial       string            `json:"trial,omitempty"`
	Participant string            `json:"participant,omitempty"`
}

// Kind is that of every opening.
func (openedThird) Kind() audit.Kind { return kindOpened }

func (e openedThird) today() Event {
	return BatchOpened{
		By: e.By, Batch: e.Batch, Site: e.Site, Protocol: e.Protocol, Version: e.Version, Digest: e.Digest, NumberType: e.NumberType,
		Order: e.Order, Values: e.Values, Reference: e.Reference, Prescriber: e.Prescriber, Items: todays(e.Items), SiteValues: e.SiteValues,
		Basis: e.Basis, Issue: e.Issue, Reissues: e.Reissues, Reissue: e.Reissue, Near: e.Near, Trial: e.Trial, Participant: e.Participant,
	}
}

// setOutFirst is an addition as version 1 of its kind had it.
type setOutFirst struct {
	By     `json:"by"`
	Item   openedItemThird `json:"item"`
	Reason string          `json:"reason"`
}

// Kind is that of every addition.
func (setOutFirst) Kind() audit.Kind { return kindSetOut }

func (e setOutFirst) today() Event {
	return ItemSetOut{By: e.By, Item: e.Item.today(), Reason: e.Reason}
}

// scanAcceptedSecond is a scan as version 2 of its kind had it, before the
// record held what was received beside what it was read as (MAT-03).
type scanAcceptedSecond struct {
	By    `json:"by"`
	Step  string      `json:"step"`
	Field string      `json:"field"`
	Raw   string      `json:"raw,omitempty"`
	Lot   string      `json:"lot"`
	Near  []Neighbour `json:"near,omitempty"`
}

// Kind is that of every scan that matched.
func (scanAcceptedSecond) Kind() audit.Kind { return kindScan }

func (e scanAcceptedSecond) today() Event {
	return ScanAccepted{By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Lot: e.Lot, Near: e.Near}
}

func (e scanAcceptedSecond) closed() Event {
	if e.Field == patientField {
		e.Raw = ""
	}
	return e
}

// scanRefusedThird is a refused scan as version 3 of its kind had it.
type scanRefusedThird struct {
	By       `json:"by"`
	Step     string      `json:"step"`
	Field    string      `json:"field"`
	Raw      string      `json:"raw,omitempty"`
	Why      string      `json:"why"`
	Holder   string      `json:"holder"`
	UsedBy   string      `json:"used_by"`
	Known    string      `json:"known"`
	Others   bool        `json:"others"`
	Personal bool        `json:"personal"`
	Near     []Neighbour `json:"near,omitempty"`
}

// Kind is that of every refused scan.
func (scanRefusedThird) Kind() audit.Kind { return kindWrongScan }

func (e scanRefusedThird) today() Event {
	return ScanRefused{
		By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Why: e.Why, Holder: e.Holder, UsedBy: e.UsedBy,
		Known: e.Known, Others: e.Others, Personal: e.Personal, Near: e.Near,
	}
}

func (e scanRefusedThird) closed() Event {
	if e.Personal {
		e.Raw = ""
	}
	return e
}

// labelAppliedFirst is a label that was put on, as version 1 of its kind had it.
type labelAppliedFirst struct {
	By   `json:"by"`
	Copy int    `json:"copy"`
	Raw  string `json:"raw"`
}

// Kind is that of every label that was put on.
func (labelAppliedFirst) Kind() audit.Kind { return kindLabelApplied }

func (e labelAppliedFirst) today() Event { return LabelApplied{By: e.By, Copy: e.Copy, Raw: e.Raw} }
