package scan

import (
	"strings"
	"time"

	"countersign/register/patient"
)

// Wristband is what a patient's GS1 code says (COI-02; DCB1077, DAPB0108).
// Blank is what it does not say.
type Wristband struct {
	GSRN     string // 18 digits, its check digit verified
	Number   patient.Number
	Instance string // AI 8019

	Provider string // organisation code, from AI 91
	LocalID  string
	Site     string // GLN or GS1 company prefix of the hospital

	Family    string // from AI 93, or 7253 and 7254
	Given     string
	FullName  string // from AI 7256, which does not tell the two apart
	Born      Date
	BornAt    string // "14:10", for newborns
	Baby      string // "1/2", from AI 92 or 7258
	MothersOf string // the mother's names, from AI 92 or 7259
}

// wristband reads a patient's code. The GSRN was verified by its own check
// digit; an NHS number in it is verified by its own in turn (COI-02).
//
// What could be confirmed of the NHS's use from public sources: AI 8018
// carries company prefix, NHS number and check digit; 91 holds the hospital's
// identifiers (organisation code, local patient identifier, optionally a
// GLN), 92 a baby's details (number, mother's family name, mother's given
// name) and 93 the patient's (family name, given name, date of birth, time of
// birth), in that order (NHS Data Model and Dictionary); dates of birth are
// written DD-Mmm-CCYY (ISB 1077 Amd 3/2012, release notes); and in a trust's
// published configuration each of these is followed by a comma. What could
// not: the text of DCB1077 itself, and with it whether names may be written in
// base 64 and how. A field in any other form is therefore left in Elements as
// it is, and a note says so. AI 7250 to 7259 are GS1's own for the same
// things, since 2024.
func (c Scan) wristband(gsrn string, s Settings) (Scan, error) {
	c.Wristband.GSRN = gsrn
	if inner, nhs := strings.CutPrefix(gsrn, s.nhsPrefix()); nhs {
		number, err := patient.ReadNHS(inner[:10])
		if err != nil {
			return Scan{}, refuse("nhs_number", "The NHS number inside this wristband's code fails its own check digit, although the code was read whole. Do not use it: check the wristband and identify the patient in another way.")
		}
		c.Wristband.Number = number
		if number.Test {
			c.Notes = append(c.Notes, Note{"test_number", "This wristband carries a test number, which is given to no patient."})
		}
	} else {
		c.Notes = append(c.Notes, Note{"no_nhs_number", "This wristband's code does not carry an NHS number."})
	}
	for _, e := range c.Elements {
		if !c.Wristband.take(e) {
			c.Notes = append(c.Notes, Note{"field_not_read", "The wristband's field (" + e.AI + ") is not in the form that is known here, and was left unread."})
		}
	}
	return c, nil
}

// take reads one field into what it says, and whether it could.
func (w *Wristband) take(e Element) bool {
	switch e.AI {
	case "8019":
		w.Instance = e.Value
	case "91":
		return w.hospital(e.Value)
	case "92":
		return w.baby(e.Value)
	case "93":
		return w.person(e.Value)
	case "7250", "7251":
		w.Born = Date{number(e.Value[:4]), number(e.Value[4:6]), number(e.Value[6:8])}
		if len(e.Value) == 12 {
			w.BornAt = e.Value[8:10] + ":" + e.Value[10:]
		}
	case "7253":
		w.Family = decoded(e.Value)
	case "7254":
		w.Given = decoded(e.Value)
	case "7256":
		w.FullName = decoded(e.Value)
	case "7258":
		w.Baby = e.Value
	case "7259":
		w.MothersOf = decoded(e.Value)
	}
	return true
}

// items splits a field at its commas, each of which ends one item. It is not
// read at all with fewer or more items than it may have.
func items(value string, least, most int) ([]string, bool) {
	all := strings.Split(strings.TrimSuffix(value, ","), ",")
	if len(all) < least || len(all) > most {
		return nil, false
	}
	for len(all) < most {
		all = append(all, "")
	}
	return all, true
}

func (w *Wristband) hospital(value string) bool {
	all, ok := items(value, 2, 3)
	if !ok || all[0] == "" || all[1] == "" {
		return false
	}
	w.Provider, w.LocalID, w.Site = all[0], all[1], all[2]
	return true
}

func (w *Wristband) baby(value string) bool {
	all, ok := items(value, 2, 3)
	if !ok || all[0] == "" {
		return false
	}
	w.Baby, w.MothersOf = all[0], strings.Trim(all[1]+" "+all[2], " ")
	return true
}

func (w *Wristband) person(value string) bool {
	all, ok := items(value, 3, 4)
	if !ok {
		return false
	}
	// "18-Jan-1980": Go's parser takes the month in any case, as printers write it.
	born, err := time.Parse("02-Jan-2006", all[2])
	if err != nil && all[2] != "" {
		return false
	}
	if all[3] != "" {
		if _, err := time.Parse("15:04", all[3]); err != nil || len(all[3]) != 5 {
			return false
		}
	}
	// A blank never overwrites what a field of GS1's own said before.
	for _, name := range []struct {
		into *string
		from string
	}{{&w.Family, all[0]}, {&w.Given, all[1]}, {&w.BornAt, all[3]}} {
		if name.from != "" {
			*name.into = name.from
		}
	}
	if err == nil {
		w.Born = Date{born.Year(), int(born.Month()), born.Day()}
	}
	return true
}
