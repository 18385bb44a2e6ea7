package batch

import "countersign/audit"

// openedSecond is an opening as version 2 of its kind had it, before the record
// said which other batches were near (COI-11) and could name a trial (COI-08).
type openedSecond struct {
	By         `json:"by"`
	Batch      string            `json:"batch"`
	Site       string            `json:"site"`
	Protocol   string            `json:"protocol"`
	Version    int               `json:"version"`
	Digest     audit.Hash        `json:"digest"`
	NumberType string            `json:"number_type"`
	Order      map[string]string `json:"order"`
	Values     map[string]string `json:"values"`
	Reference  string            `json:"reference"`
	Prescriber string            `json:"prescriber"`
	Items      []openedItemThird `json:"items"`
	SiteValues []OpenedSiteValue `json:"site_values"`
	Basis      Basis             `json:"basis"`
	Issue      string            `json:"issue"`
	Reissues   []string          `json:"reissues"`
	Reissue    string            `json:"reissue"`
}

// Kind is that of every opening.
func (openedSecond) Kind() audit.Kind { return kindOpened }

// today is the opening of a batch of which nobody asked what was near.
func (e openedSecond) today() Event {
	return BatchOpened{
		By: e.By, Batch: e.Batch, Site: e.Site, Protocol: e.Protocol, Version: e.Version, Digest: e.Digest, NumberType: e.NumberType,
		Order: e.Order, Values: e.Values, Reference: e.Reference, Prescriber: e.Prescriber, Items: todays(e.Items), SiteValues: e.SiteValues,
		Basis: e.Basis, Issue: e.Issue, Reissues: e.Reissues, Reissue: e.Reissue,
	}
}

// scanAcceptedFirst is a scan as version 1 of its kind had it.
type scanAcceptedFirst struct {
	By    `json:"by"`
	Step  string `json:"step"`
	Field string `json:"field"`
	Raw   string `json:"raw,omitempty"`
	Lot   string `json:"lot"`
}

// Kind is that of every scan that matched.
func (scanAcceptedFirst) Kind() audit.Kind { return kindScan }

func (e scanAcceptedFirst) today() Event {
	return ScanAccepted{By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Lot: e.Lot}
}

// scanRefusedSecond is a refused scan as version 2 of its kind had it, before a
// wrong lot and a wrong patient were told apart (COI-03).
type scanRefusedSecond struct {
	By     `json:"by"`
	Step   string `json:"step"`
	Field  string `json:"field"`
	Raw    string `json:"raw,omitempty"`
	Why    string `json:"why"`
	Holder string `json:"holder"`
	UsedBy string `json:"used_by"`
}

// Kind is that of every refused scan.
func (scanRefusedSecond) Kind() audit.Kind { return kindWrongScan }

func (e scanRefusedSecond) today() Event {
	return ScanRefused{
		By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Why: e.Why, Holder: e.Holder, UsedBy: e.UsedBy, Personal: e.Field == patientField,
	}
}

func (e scanAcceptedFirst) closed() Event {
	if e.Field == patientField {
		e.Raw = ""
	}
	return e
}

func (e scanRefusedSecond) closed() Event {
	if e.Field == patientField {
		e.Raw = ""
	}
	return e
}
