package batch

import (
	"maps"
	"slices"
	"strings"

	"countersign/identity"
	"countersign/register"
	"countersign/register/label"
)

// identityClass is the class of an exception over a patient who does not match:
// a hard stop that the control site's quality lead decides on (COI-03).
const identityClass = "identity"

// Found is what a scanned code is known to belong to outside its batch.
type Found struct {
	Batch string // the other batch whose label it is; "" when none of this site
}

// wrong says of a code that did not match whose it is. A lot or a machine taken
// for another is a close call, which is refused and counted; what is another
// patient's means that patient, material or product is mixed up (COI-03,
// COI-07). It tells the two apart where it can, and where it cannot it errs
// towards the stop: a wristband's place takes nothing but what is this batch's.
type wrong struct {
	known    string // what of this batch it is
	others   bool   // another patient's
	personal bool   // the code may name a patient
	why      string // in the place of the reason that the match gave
}

// whose looks at a code that did not match in a field.
func (d *decision) whose(field, code string, stop bool, why string) wrong {
	if said := d.f.wrongScan; said != nil && d.s.Masked && said.Personal {
		return wrong{known: said.Known, others: said.Others, personal: true, why: said.Why}
	}
	w := wrong{why: why}
	if w.known = d.s.itsOwn(field, code, d); w.known != "" {
		w.personal = w.known == patientField
		return w
	}
	band, err := register.Wristband(code, d.now)
	if err == nil && band.GSRN != "" || field == patientField {
		w.others, w.personal = true, true
		if field != patientField {
			w.why = "this is the wristband of another patient"
		}
		return w
	}
	if d.s.otherChain(register.Chain(code, d.now)) || d.s.otherChain(d.f.Registered[code].Chain) {
		w.others, w.why = true, "this carries another chain of identity than this batch"
	} else if fit, ok := d.f.Registered[code]; ok && fit.Personal && !d.s.Masked && !d.s.ofPatient(fit.ForPatient) {
		w.others, w.why = true, "lot "+fit.Number+" is another patient's"
	} else if !ok && d.f.Found.Batch != "" {
		w.others, w.why = true, "this is the label of batch "+d.f.Found.Batch
	} else if !ok && field == labelField && stop {
		w.others = true
	}
	if said := d.f.wrongScan; said != nil && said.Others {
		w.others, w.why = true, said.Why // as the books of others said, which this record does not carry
	}
	return w
}

// itsOwn is what of this batch a code belongs to, in a field that asks for
// something else of it or takes it no more; "" for nothing.
func (s *State) itsOwn(field, code string, d *decision) string {
	key := register.Key(code, d.now)
	for _, item := range s.Items {
		if register.Key(item.Code, d.now) == key {
			return item.Name
		}
	}
	if _, ok := label.Names(code, s.ID); ok {
		return labelField
	}
	if field != patientField && !s.Masked && s.wears(code, d) {
		return patientField
	}
	return ""
}

// Decider is who decides an exception, in words.
func (ex *Exception) Decider() string {
	words := make([]string, len(ex.ApprovedBy))
	for i, role := range ex.ApprovedBy {
		words[i] = "a " + role
		if identity.Role(role) == identity.ControlSite {
			words[i] = "the control site's quality lead"
		}
	}
	return strings.Join(words, " and ")
}

// Mismatched says that a patient did not match in this batch, and that the
// control site has not decided yet.
func (s *State) Mismatched() bool {
	return slices.ContainsFunc(s.Exceptions, func(ex Exception) bool { return ex.Class == identityClass && ex.Resolved == nil })
}

// LabelsOf gives the batches that a scanned code may name as a label of theirs.
func LabelsOf(code string) []string {
	names := []string{code}
	if at := strings.LastIndex(code, "/L"); at > 0 {
		names = append(names, code[:at])
	}
	return append(names, label.Batches(code)...)
}

// Match is one scan of a code, taken or refused, with where it was made.
type Match struct {
	ScanEntry
	Step, Field string
}

// Matches are all scans of the batch in the order in which they were made: the
// evidence that patient, material, container and label belong together (COI-03).
func (s *State) Matches() []Match {
	var all []Match
	for i := range s.Steps {
		for field, scans := range s.Steps[i].Scans {
			for _, scan := range scans {
				all = append(all, Match{scan, s.Steps[i].Step.Name, field})
			}
		}
	}
	slices.SortFunc(all, func(a, b Match) int { return int(a.Version - b.Version) })
	return all
}

// Result says in words what a scan came to.
func (m Match) Result() string {
	switch {
	case m.Others:
		return "ANOTHER PATIENT'S: " + m.Why
	case !m.Matched:
		return "refused: " + m.Why
	case m.Item != "":
		return "matched, lot " + m.Item
	}
	return "matched"
}

// MaskedSteps are steps without the codes that may name a patient.
func MaskedSteps(steps []StepState) []StepState {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Scans = maps.Clone(steps[i].Scans)
		for field, scans := range steps[i].Scans {
			scans = slices.Clone(scans)
			for j := range scans {
				if scans[j].Personal {
					scans[j].Raw, scans[j].Sent = "", ""
				}
			}
			steps[i].Scans[field] = scans
		}
	}
	return steps
}
