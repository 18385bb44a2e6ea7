package batch

import (
	"regexp"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
	"countersign/register/patient"
	"countersign/register/scan"
)

// batchName is how a batch number reads.
var batchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{2,39}$`)

// open issues a batch record from the effective protocol (MBR-01, MBR-03).
func (d *decision) open(c Open) (Event, *Refusal) {
	if d.s.Protocol != nil {
		return nil, refuse("already_open", "There is a batch %s already.", d.s.ID)
	}
	p := d.f.Protocol
	if refusal := d.issuable(c); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled(identity.Approved, openers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	c.Trial, c.Participant = strings.TrimSpace(c.Trial), strings.TrimSpace(c.Participant)
	if refusal := readableAll(c.Reference, c.Prescriber, c.Trial, c.Participant); refusal != nil {
		return nil, refusal
	}
	if (c.Trial == "") != (c.Participant == "") {
		return nil, refuse("trial", "A participant in a trial is named by both: the trial, and the participant's number in it.")
	}
	if c.Participant == "" && unnamedOnLabel(p) {
		// Found out when the label is printed, the medicine would be made and could not be labelled.
		return nil, refuse("trial", "The label of this medicine names the trial and the participant. Enter both.")
	}
	chain, refusal := chainOf(c.Chain, d.now)
	if refusal != nil {
		return nil, refusal
	}
	c.Chain = chain
	patient, refusal := d.identified(c)
	if refusal != nil {
		return nil, refusal
	}
	patient.Sent = d.came(c.Patient.Wristband, patient.Wristband)
	values, refusal := d.withinRange(c)
	if refusal != nil {
		return nil, refusal
	}
	site, refusal := d.siteSet()
	if refusal != nil {
		return nil, refusal
	}
	items, refusal := d.setOutAll(c)
	if refusal != nil {
		return nil, refusal
	}
	d.warn()
	order := map[string]string{}
	for _, value := range p.Order {
		order[value.Name] = c.Order[value.Name]
	}
	again, refusal := d.issuedBefore(c)
	if refusal != nil {
		return nil, refusal
	}
	return BatchOpened{
		By: d.by, Batch: c.Batch, Site: d.f.Site, Protocol: p.Name, Version: p.Version, Digest: p.Digest,
		Patient: patient, NumberType: patient.NumberType, Order: order, Values: values,
		Reference: c.Reference, Prescriber: c.Prescriber, Items: items, SiteValues: site,
		Basis: basisOf(d.f),
		Issue: issueNumber(d.f.Origin, p, d.f.Issue), Reissues: again, Reissue: reasonFor(again, c), Near: d.near(patientField),
		Trial: c.Trial, Participant: c.Participant, Chain: chain,
	}, nil
}

// unnamedOnLabel says that a protocol's label is a trial's and leaves the
// participant to the opening (LAB-08, COI-08).
func unnamedOnLabel(p *protocol.Protocol) bool {
	supply, _ := label.SupplyOf(p.Product.Supply, p.Product.ATMP)
	return p.Label.Pos.Line > 0 && p.Label.Participant == "" && (supply == label.Trial || supply == label.TrialATMP)
}

func openers() []identity.Role { return []identity.Role{identity.Pharmacist, identity.QualityLead} }

// issuable: the number is one, the protocol is the effective version, the very
// text that was approved, and licence, designation, master file and unit cover
// what it makes (MBR-01, REG-01, CTL-04, COI-04).
func (d *decision) issuable(c Open) *Refusal {
	p := d.f.Protocol
	switch {
	case !batchName.MatchString(c.Batch):
		return refuse("bad_value", "A batch number is 3 to 40 letters, digits, points and hyphens, as in B-2026-0007.")
	case p == nil || !d.f.Effective || p.Name != c.Protocol || p.Version != c.Version:
		return refuse("not_effective", "This version of the protocol is not the effective one.")
	case p.Digest != [32]byte(c.Digest):
		return refuse("not_effective", "The protocol's text is not the one that was approved.")
	case len(d.f.Unread) > 0:
		return refuse("nobody_acknowledged", "Nobody who is a %s has acknowledged %s version %d yet. Let them read and sign it first: that takes a moment.",
			d.f.Unread[0], p.Name, p.Version)
	case d.f.Issue < 1:
		return refuse("no_issue", "No issue number can be given to this batch's record.")
	}
	return d.covered()
}

// identified: a batch is for one patient, named, born, numbered and matched by
// wristband from the start (COI-03).
func (d *decision) identified(c Open) (Patient, *Refusal) {
	p := c.Patient
	for _, member := range []struct {
		text *string
		what string
	}{
		{&p.Name, "the patient's name"},
		{&p.Number, "the patient's number"},
		{&p.NumberType, "what kind of number it is"},
		{&p.Wristband, "the code of the wristband"},
	} {
		text, refusal := worded(*member.text, member.what)
		if refusal != nil {
			return Patient{}, &Refusal{Code: "patient_missing", Sentence: refusal.Sentence}
		}
		*member.text = text
	}
	born, err := time.Parse(time.DateOnly, p.Born)
	if err != nil || born.After(d.now) {
		return Patient{}, refuse("patient_missing", "Write the patient's date of birth as in 2019-03-01.")
	}
	return p, d.numbered(p)
}

// numbered: the patient's number passes its check, and the wristband says no
// other number and no other birth date (COI-01, COI-02). Neither proves who
// somebody is: the scans at every match do.
func (d *decision) numbered(p Patient) *Refusal {
	if d.f.masked {
		return nil
	}
	number, err := patient.Read(patient.Type(p.NumberType), p.Number)
	if err != nil {
		return refuse("patient_number", "%s", err)
	}
	if !number.Agrees(p.Born) {
		return refuse("patient_number", "This CHI number belongs to another date of birth.")
	}
	band, err := register.Wristband(scanned(p.Wristband), d.now)
	if err != nil {
		return refuse("wristband", "The wristband's code cannot be read: %s", err)
	}
	switch {
	case band.Number.Digits != "" && band.Number.Digits != number.Digits:
		return refuse("wristband", "The wristband says another number than the order. Stop, and find out whose it is.")
	case band.Born != (scan.Date{}) && band.Born.String() != p.Born:
		return refuse("wristband", "The wristband says another date of birth than the order. Stop, and find out whose it is.")
	}
	return nil
}

// withinRange: every patient-specific value is there and inside the range that
// the protocol approves. Outside it the batch cannot start: a hard stop
// (MBR-05).
func (d *decision) withinRange(c Open) (map[string]string, *Refusal) {
	values := map[string]string{}
	for _, planned := range d.f.Protocol.Order {
		title := sentenceCase(titled(planned.Title, planned.Name))
		text, ok := c.Order[planned.Name]
		if !ok || text == "" {
			return nil, refuse("order_missing", "%s is missing from the order.", title)
		}
		value, err := planned.Input.Parse(text, d.zone())
		if err != nil {
			return nil, refuse("bad_value", "%s: %s.", title, err)
		}
		low, err := value.Quantity.Cmp(planned.Low)
		if err != nil {
			return nil, refuse("bad_value", "%s: %s.", title, err)
		}
		high, err := value.Quantity.Cmp(planned.High)
		if err != nil {
			return nil, refuse("bad_value", "%s: %s.", title, err)
		}
		if low < 0 || high > 0 {
			return nil, refuse("outside_range", "%s is %s. This protocol allows %s, so the batch cannot be opened.",
				title, planned.Input.Show(value, d.zone()), allowed(planned))
		}
		values[planned.Name] = value.Coded()
	}
	for name := range c.Order {
		if _, ok := values[name]; !ok {
			return nil, refuse("bad_value", "The order holds a value that this protocol does not ask for.")
		}
	}
	return values, nil
}

// readableAll: what was typed freely holds nothing hidden and is no book.
func readableAll(texts ...string) *Refusal {
	for _, text := range texts {
		if text == "" {
			continue
		}
		if _, refusal := worded(text, "something that can be read"); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (d *decision) zone() *time.Location {
	if d.f.Zone == nil {
		return time.UTC
	}
	return d.f.Zone
}
