package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
)

// LinkNumber says that another number, with the wristband that carries it, is
// of this batch's patient: two records of one person were merged, a number was
// corrected, or a wristband was made anew. What was recorded stays as it was;
// from when a second person has confirmed the link, scans of either match
// (COI-10). Signed as approved by who may open a batch.
type LinkNumber struct {
	Number     string `json:"number"`
	NumberType string `json:"number_type"`
	Wristband  string `json:"wristband"` // the code as scanned
	Found      string `json:"found"`     // one of LinkKinds
	Reason     string `json:"reason"`    // what shows it
}

// ConfirmNumber is the second person's signature under a link, after the same
// evidence. Signed as verified.
type ConfirmNumber struct {
	Link int `json:"link"` // from 1
}

func (LinkNumber) command()    {}
func (ConfirmNumber) command() {}

// newWristband is the kind of link that brings no other number.
const newWristband = "new wristband"

// LinkKinds are why a patient has another number or wristband.
func LinkKinds() []string { return []string{"merged", "corrected", newWristband} }

// NumberLinked is a link. Number and wristband are sealed.
type NumberLinked struct {
	By         `json:"by"`
	Number     string `json:"-"`
	Wristband  string `json:"-"`
	NumberType string `json:"number_type"`
	Found      string `json:"found"`
	Reason     string `json:"reason"`
}

// NumberConfirmed is its confirmation, from which it counts.
type NumberConfirmed struct {
	By   `json:"by"`
	Link int `json:"link"`
}

const (
	kindLinked    audit.Kind = "batch.number_linked"
	kindConfirmed audit.Kind = "batch.number_confirmed"
)

// Kind is the written kind of the event's entry.
func (NumberLinked) Kind() audit.Kind    { return kindLinked }
func (NumberConfirmed) Kind() audit.Kind { return kindConfirmed }

// Link is one such link of a batch.
type Link struct {
	Number, NumberType, Wristband string // number and wristband are "" in a masked record
	Found, Reason                 string
	Linked                        Act
	Confirmed                     *Act // nil while nothing matches by it
}

// knownAs asks about the numbers and wristbands under which the patient is known now:
// the order's, and those of every confirmed link.
func (s *State) knownAs(each func(number, wristband string) bool) bool {
	if each(s.Patient.Number, s.Patient.Wristband) {
		return true
	}
	return slices.ContainsFunc(s.Links, func(l Link) bool { return l.Confirmed != nil && each(l.Number, l.Wristband) })
}

// ofPatient says that a patient's number is this batch's patient's.
func (s *State) ofPatient(number string) bool {
	return s.knownAs(func(known, _ string) bool { return spaceless(known) == spaceless(number) })
}

// wears says that a wristband is this batch's patient's.
func (s *State) wears(code string, d *decision) bool {
	key := register.Key(code, d.now)
	return s.knownAs(func(_, wristband string) bool { return register.Key(scanned(wristband), d.now) == key })
}

// linkNumber links. It is taken while an exception holds the batch up: a
// wristband that does not match may be how a merge is noticed, and the control
// site decides with the link before it.
func (d *decision) linkNumber(c LinkNumber) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled(identity.Approved, openers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(LinkKinds(), c.Found) {
		return nil, refuse("bad_value", "Say what was found: that two records of the patient were merged, that a number was corrected, or that there is a new wristband.")
	}
	reason, refusal := worded(c.Reason, "what shows that it is the same patient")
	if refusal != nil {
		return nil, refusal
	}
	p := Patient{Name: d.s.Patient.Name, Born: d.s.Patient.Born, Number: c.Number, NumberType: c.NumberType, Wristband: c.Wristband}
	if !d.s.Masked {
		if p, refusal = d.linkable(p, c.Found); refusal != nil {
			return nil, refusal
		}
	}
	return NumberLinked{By: d.by, Number: p.Number, NumberType: p.NumberType, Wristband: p.Wristband, Found: c.Found, Reason: reason}, nil
}

// linkable: the number passes its check, the wristband says no other number and
// no other birth date, and something of it is new.
func (d *decision) linkable(p Patient, found string) (Patient, *Refusal) {
	for _, member := range []struct {
		text *string
		what string
	}{{&p.Number, "the number"}, {&p.NumberType, "what kind of number it is"}, {&p.Wristband, "the code of the wristband that carries it: scan it"}} {
		text, refusal := worded(*member.text, member.what)
		if refusal != nil {
			return p, &Refusal{Code: "patient_missing", Sentence: refusal.Sentence}
		}
		*member.text = text
	}
	if refusal := d.numbered(p); refusal != nil {
		return p, refusal
	}
	same := d.s.ofPatient(p.Number)
	switch {
	case d.s.holds(scanned(p.Wristband), d.now):
		return p, refuse("wristband", "This is the code of an item of this batch, and not of a wristband.")
	case found == newWristband && !same:
		return p, refuse("other_number", "A new wristband carries the same number. This is another: say whether records were merged or a number was corrected.")
	case found != newWristband && same:
		return p, refuse("same_number", "The patient has this number in this batch already.")
	case d.s.wears(scanned(p.Wristband), d):
		return p, refuse("same_wristband", "This wristband matches in this batch already.")
	}
	return p, nil
}

// linkOf makes the command again that linked a number.
func linkOf(e NumberLinked, masked bool) Command {
	c := LinkNumber{Number: e.Number, NumberType: e.NumberType, Wristband: e.Wristband, Found: e.Found, Reason: e.Reason}
	if masked {
		c.Number, c.Wristband = stoodIn, stoodIn
	}
	return c
}

// confirmNumber makes a link count: another person has seen what shows it. It
// stands before whoever reviews, and needs no further decision: it is one.
func (d *decision) confirmNumber(c ConfirmNumber) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled(identity.Verified, staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if c.Link < 1 || c.Link > len(d.s.Links) {
		return nil, refuse("unknown_link", "There is no such link of a patient number in this batch.")
	}
	link := d.s.Links[c.Link-1]
	switch {
	case link.Confirmed != nil:
		return nil, refuse("already_confirmed", "This link is confirmed already.")
	case link.Linked.Person == d.f.Person.ID:
		return nil, refuse("same_person", "You made this link. Another person confirms it.")
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "patient number", Severity: "major", Blocks: BlocksNothing, Field: patientField, Cause: "link:" + strconv.Itoa(c.Link),
		CausedBy: link.Linked.Person, Text: "From now on " + link.words() + " matches too, as " + link.Linked.Name + " and " + d.by.Name + " have signed: " + link.Reason,
	})
	return NumberConfirmed{By: d.by, Link: c.Link}, nil
}

// words name a link without its number.
func (l Link) words() string { return linkWords(l.Found, l.NumberType) }

func linkWords(found, numberType string) string {
	switch found {
	case "merged":
		return "another " + numberType + " number of the patient, whose records were merged,"
	case "corrected":
		return "the patient's corrected " + numberType + " number"
	}
	return "a new wristband with the patient's " + numberType + " number"
}

func (e NumberLinked) words() string {
	return "Linked " + strings.TrimSuffix(linkWords(e.Found, e.NumberType), ",") + ", which stands sealed in this entry: " + e.Reason
}

func (s *growing) linked(e NumberLinked, act Act) {
	s.Links = append(s.Links, Link{Number: e.Number, NumberType: e.NumberType, Wristband: e.Wristband, Found: e.Found, Reason: e.Reason, Linked: act})
}

func (s *growing) confirmed(e NumberConfirmed, act Act) error {
	if e.Link < 1 || e.Link > len(s.Links) {
		return fmt.Errorf("there is no link %d", e.Link)
	}
	s.Links = slices.Clone(s.Links)
	s.Links[e.Link-1].Confirmed = &act
	return nil
}

func (sh *sheet) linkNumber(c LinkNumber) {
	sh.add("Linked to the patient of this batch: %s. Number and wristband are sealed in this entry.", strings.TrimSuffix(linkWords(c.Found, c.NumberType), ","))
	sh.add("What shows it: %s", strings.TrimSpace(c.Reason))
	sh.add("Nothing that was recorded is changed. It counts once another person has confirmed it.")
}

func (sh *sheet) confirmNumber(c ConfirmNumber) {
	if c.Link < 1 || c.Link > len(sh.s.Links) {
		return
	}
	link := sh.s.Links[c.Link-1]
	sh.add("Confirmed: %s. Linked by %s, %s: %s", strings.TrimSuffix(link.words(), ","), link.Linked.Name, sh.at(link.Linked.At), link.Reason)
	sh.add("From now on scans of either wristband match in this batch.")
}

// MaskedLinks are links without what names the patient.
func MaskedLinks(all []Link) []Link {
	all = slices.Clone(all)
	for i := range all {
		all[i].Number, all[i].Wristband = "", ""
	}
	return all
}
