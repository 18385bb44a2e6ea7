package label

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// lines gathers a label's lines; a blank is none.
type lines []Line

func (l *lines) add(weight Weight, text string) {
	if text = strings.Join(strings.Fields(text), " "); text != "" {
		*l = append(*l, Line{Text: text, Weight: weight})
	}
}

// told adds a line under a name; nothing where nothing is known.
func (l *lines) told(name, text string) {
	if strings.TrimSpace(text) != "" {
		l.add(Plain, name+": "+text)
	}
}

// patient adds who it is for. These lines are the label's only ones that name
// anybody.
func (l *lines) patient(p Patient) {
	from := len(*l)
	l.add(Head, p.Name)
	l.add(Strong, fmt.Sprintf("Born %s  %s number %s", day(p.Born), p.NumberType, p.Number))
	for i := from; i < len(*l); i++ {
		(*l)[i].Personal = true
	}
}

// preLines are a pre-label's (LAB-04).
func (d Data) preLines() []Line {
	var l lines
	l.add(Notice, d.Mark)
	l.patient(d.Patient)
	l.heading(d)
	l.add(Plain, d.Form)
	l.add(Strong, "Batch "+d.Batch)
	if d.Immediate {
		l.add(Notice, "PRE-LABEL FOR IMMEDIATE USE. NOT TO BE GIVEN BEFORE IT IS CERTIFIED IN THE RECORD.")
	} else {
		l.add(Notice, "PRE-LABEL. NOT RELEASED. NOT TO BE GIVEN.")
	}
	l.told("Chain of identity", d.Chain)
	l.autologous(d)
	return l
}

// finalLines are a final label's, what can hurt first: who it is for, what it
// is, how it is given, what to beware of and until when. Everything in them
// follows from the data.
func (d Data) finalLines() []Line {
	var l lines
	l.add(Notice, d.Mark)
	l.patient(d.Patient)
	l.heading(d)
	l.add(Plain, d.Form)
	l.add(Strong, d.Route+"   Dose: ____________")
	if cautions := d.cautions(); len(cautions) > 0 {
		l.add(Notice, strings.Join(cautions, ". "))
	}
	l.autologous(d)
	if d.trials() {
		l.add(Notice, "FOR CLINICAL TRIAL USE ONLY")
	}
	l.add(Strong, "Use by "+Moment(d.Expiry, d.Zone))
	for _, warning := range d.warnings() {
		l.add(Notice, warning)
	}
	l.add(Strong, "Batch "+d.Batch)
	l.told("Store", d.Storage)
	if !d.hidden() {
		l.told("Contains", Figures(d.Actives))
	}
	l.told("Contents", Figures(d.Contents))
	l.told("Excipients", d.Excipients)
	l.told("Cells or tissue", d.Cells)
	l.told("Donation", d.Donation)
	l.told("Chain of identity", d.Chain)
	l.told("Directions", d.Directions)
	if d.trials() {
		l.told("Trial", d.Trial)
		l.told("Participant", d.Participant)
		l.told("Sponsor", d.Sponsor)
		l.told("Investigator", d.Investigator)
	}
	l.told("Disposal", d.Disposal)
	if d.Supply == Licensed || d.Supply == LicensedATMP {
		l.told("Authorisation holder", d.Holder)
		l.told("Authorisation", d.Number)
		l.told("Supplied by", d.Supplier+", "+date(d.Made, d.Zone))
	} else {
		l.told("Made by", d.Holder)
		l.told("Licence", d.Number)
	}
	return l
}

// autologous adds the statement with which no one else is ever given it
// (COI-07).
func (l *lines) autologous(d Data) {
	if d.Autologous {
		l.add(Notice, "FOR AUTOLOGOUS USE ONLY")
	}
}

// hidden says that nothing on the label may tell whether this is the product or
// its comparator: of a blinded trial under the rules before 28 April 2026, which
// name neither.
func (d Data) hidden() bool { return d.trials() && d.OldRules && d.Comparator != "" }

// heading is what it is: name and strength; in a blinded trial the comparator's
// name beside it on both, or neither (LAB-08).
func (l *lines) heading(d Data) {
	switch {
	case d.hidden():
		l.add(Head, "Blinded trial medicine")
	case d.trials() && d.Comparator != "":
		l.add(Head, d.Name+" "+Figures(d.Strength)+" or "+d.Comparator)
	default: // on a line of its own, so that no figure parts from its unit
		l.add(Head, d.Name)
		l.add(Head, Figures(d.Strength))
	}
}

func (d Data) trials() bool { return d.Supply == Trial || d.Supply == TrialATMP }

// cautions are the warnings, and keeping it from children where a trial's
// medicine leaves the hospital (LAB-08).
func (d Data) cautions() []string {
	all := slices.Clone(d.Warnings)
	const children = "Keep out of the sight and reach of children"
	for _, warning := range all {
		if strings.Contains(strings.ToLower(warning), "reach of children") {
			return all
		}
	}
	if d.trials() && !d.HospitalOnly || d.Supply == Licensed || d.Supply == LicensedATMP {
		all = append(all, children)
	}
	return all
}

// warnings say where the code cannot tell the expiry apart from another moment
// (LAB-09).
func (d Data) warnings() []string {
	if d.Kind != Final || d.Expiry.IsZero() || d.Zone == nil {
		return nil
	}
	if len(d.instants()) > 1 {
		return []string{"The clock is put back in the hour of this expiry. It is " + offset(d.Expiry, d.Zone) + "; the code cannot say so."}
	}
	return nil
}

// Moment is a moment on a label: an unambiguous date, the time, the zone in
// words and its offset (NUM-08, LAB-09).
func Moment(at time.Time, zone *time.Location) string {
	if at.IsZero() || zone == nil {
		return ""
	}
	return at.In(zone).Format("02 Jan 2006 15:04") + ", " + offset(at, zone)
}

// offset names a zone at a moment.
func offset(at time.Time, zone *time.Location) string {
	name, seconds := at.In(zone).Zone()
	word := zone.String()
	switch word {
	case "Europe/London":
		word = "UK time"
	case "UTC":
		return "UTC"
	}
	if !strings.HasPrefix(name, "+") && !strings.HasPrefix(name, "-") {
		word += " " + name
	}
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%s (UTC%c%02d:%02d)", word, sign, seconds/3600, seconds/60%60)
}

func date(at time.Time, zone *time.Location) string { return at.In(zone).Format("02 Jan 2006") }

// day writes a date as people read it; what is none stays as it is.
func day(iso string) string {
	at, err := time.Parse("2006-01-02", iso)
	if err != nil {
		return iso
	}
	return at.Format("02 Jan 2006")
}
