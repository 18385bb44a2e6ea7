package batch

import "countersign/audit"

// versionOf is the version of a kind's payload.
func versionOf(ev Event) int {
	switch ev.(type) {
	case BatchOpened, ScanRefused:
		return 4
	case ScanAccepted, openedThird, scanRefusedThird, StepBegun, ValueRecorded, ItemMoved, StepPerformed:
		return 3
	case ItemSetOut, LabelApplied, scanAcceptedSecond, ValueCorrected, ExceptionRaised, BatchCertified, BatchReviewed, openedSecond, scanRefusedSecond, begunSecond, recordedSecond, movedSecond, performedSecond:
		return 2
	}
	return 1
}

// older is an event as an earlier version of its kind had it.
type older interface {
	Event
	today() Event // as later ones are
}

// closing is an older event with sealed members.
type closing interface {
	older
	closed() Event // without them
}

// earlier gives the zero event of each earlier version of a kind.
func earlier() []Event {
	return []Event{openedFirst{}, scanRefusedFirst{}, openedSecond{}, scanAcceptedFirst{}, scanRefusedSecond{}, correctedFirst{}, exceptionRaisedFirst{}, begunFirst{}, recordedFirst{}, movedFirst{}, performedFirst{}, begunSecond{}, recordedSecond{}, movedSecond{}, performedSecond{}, certifiedFirst{}, openedThird{}, scanAcceptedSecond{}, scanRefusedThird{}, setOutFirst{}, labelAppliedFirst{}, reviewedFirst{}}
}

// openedFirst is an opening as version 1 of its kind had it.
type openedFirst struct {
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
	Items      []openedItemFirst `json:"items"`
}

// openedItemFirst is an item as it was stated by whoever opened the batch,
// before there were registers.
type openedItemFirst struct {
	Name      string `json:"name"`
	Code      string `json:"code"`
	Lot       string `json:"lot"`
	Expiry    string `json:"expiry"`
	Released  bool   `json:"released"`
	Clean     bool   `json:"clean"`
	Reference string `json:"reference"`
	Amount    string `json:"amount"`
	Personal  bool   `json:"personal"`
}

// Kind is that of every opening.
func (openedFirst) Kind() audit.Kind { return kindOpened }

// today is the opening of a protocol that let the site set nothing, with items
// that no register knows.
func (e openedFirst) today() Event {
	opened := BatchOpened{
		By: e.By, Batch: e.Batch, Site: e.Site, Protocol: e.Protocol, Version: e.Version, Digest: e.Digest, NumberType: e.NumberType,
		Order: e.Order, Values: e.Values, Reference: e.Reference, Prescriber: e.Prescriber, Items: []OpenedItem{},
	}
	for _, item := range e.Items {
		opened.Items = append(opened.Items, OpenedItem{
			Name: item.Name, Code: item.Code, Lot: item.Lot, Expiry: item.Expiry, Released: item.Released, Clean: item.Clean,
			Reference: item.Reference, Amount: item.Amount, Personal: item.Personal,
		})
	}
	return opened
}

// scanRefusedFirst is a refused scan as version 1 of its kind had it.
type scanRefusedFirst struct {
	By    `json:"by"`
	Step  string `json:"step"`
	Field string `json:"field"`
	Raw   string `json:"raw,omitempty"`
	Why   string `json:"why"`
}

// Kind is that of every refused scan.
func (scanRefusedFirst) Kind() audit.Kind { return kindWrongScan }

// today is the scan of something that no log book was asked about.
func (e scanRefusedFirst) today() Event {
	return ScanRefused{By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Why: e.Why, Personal: e.Field == patientField}
}

func (e scanRefusedFirst) closed() Event {
	if e.Field == patientField {
		e.Raw = ""
	}
	return e
}

// correctedFirst is a correction as version 1 of its kind had it: it counted at
// once, took the review away whatever it changed, and no decision.
type correctedFirst struct {
	By          `json:"by"`
	Step        string   `json:"step"`
	Field       string   `json:"field"`
	Before      string   `json:"before"`
	Text        string   `json:"text"`
	Value       string   `json:"value"`
	Level       string   `json:"level"`
	Limit       string   `json:"limit"`
	Reason      string   `json:"reason"`
	Invalidates []string `json:"invalidates"`
}

// Kind is that of every correction.
func (correctedFirst) Kind() audit.Kind { return kindCorrected }

// today is the same correction.
func (e correctedFirst) today() Event {
	return ValueCorrected{
		By: e.By, Step: e.Step, Field: e.Field, Before: e.Before, Text: e.Text, Value: e.Value, Level: e.Level, Limit: e.Limit,
		Reason: e.Reason, Invalidates: e.Invalidates, Review: true,
	}
}
