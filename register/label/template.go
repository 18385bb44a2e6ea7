package label

// particular is one thing that a template demands.
type particular struct {
	name string
	has  bool
}

// missing names what the template of the supply status demands and the data
// lack, in the order of the label.
func (d Data) missing() []string {
	var all []string
	for _, p := range d.demanded() {
		if !p.has {
			all = append(all, p.name)
		}
	}
	return all
}

// Demanded names what the template of a supply status asks for on a final label,
// in the order of the label. Old says that a trial goes on under the rules before
// 28 April 2026.
func Demanded(supply Supply, old bool) []string {
	var all []string
	for _, p := range (Data{Kind: Final, Supply: supply, OldRules: old}).demanded()[1:] { // the first is the status itself
		all = append(all, p.name)
	}
	return all
}

// demanded is the template. What a pre-label needs is the same everywhere:
// enough that no container is taken for another (LAB-04).
func (d Data) demanded() []particular {
	always := []particular{
		{"a known supply status", d.known()},
		{"the product's name", d.Name != ""},
		{"its strength", d.Strength != ""},
		{"its form", d.Form != ""},
		{"the batch number", d.Batch != ""},
		{"the number of the copy", d.Copy > 0},
		{"the patient's name", d.Patient.Name != ""},
		{"the patient's date of birth", d.Patient.Born != ""},
		{"the patient's number", d.Patient.Number != ""},
	}
	if d.Kind == PreLabel {
		return always
	}
	always = append(always,
		particular{"the contents", d.Contents != ""},
		particular{"the route and method of giving it", d.Route != ""},
		particular{"the expiry", !d.Expiry.IsZero()},
		particular{"the site's zone", d.Zone != nil},
		particular{"how it is stored", d.Storage != ""},
	)
	switch d.Supply {
	case Licensed:
		return append(append(always, d.licensed()...), d.supplied()...)
	case LicensedATMP:
		return append(append(append(always, d.licensed()...), d.advanced()...), d.supplied()...)
	case ExemptATMP:
		return append(append(append(always, d.exempt()...), d.holder()...), d.advanced()...)
	case Trial:
		return append(always, d.trial()...)
	case TrialATMP:
		return append(append(always, d.trial()...), d.advanced()...)
	}
	return append(append(always, particular{"what acts in it", d.Actives != ""}), d.holder()...)
}

func (d Data) known() bool {
	switch d.Supply {
	case Licensed, LicensedATMP, Special, ExemptATMP, Trial, TrialATMP:
		return true
	}
	return false
}

func (d Data) holder() []particular {
	return []particular{
		{"the licence holder's name and address", d.Holder != ""},
		{"the number of the licence", d.Number != ""},
	}
}

// licensed is what HMR Schedule 24 asks of a UK marketing authorisation
// (LAB-06).
func (d Data) licensed() []particular {
	return append([]particular{
		{"what acts in it", d.Actives != ""},
		{"the excipients that must be known, or the word none", d.Excipients != ""},
		{"the warnings, with keeping it from children", len(d.Warnings) > 0},
		{"how it is disposed of", d.Disposal != ""},
	}, d.holder()...)
}

// exempt is what Schedule 4 paragraph 25 asks of an exempt advanced therapy
// besides what advanced and holder ask (LAB-07).
func (d Data) exempt() []particular {
	return []particular{
		{"what acts in it", d.Actives != ""},
		{"how it is disposed of", d.Disposal != ""},
	}
}

// supplied is what a supply to one patient adds (LAB-06; HMR 258, Schedule 25).
func (d Data) supplied() []particular {
	return []particular{
		{"who supplies it, with the address", d.Supplier != ""},
		{"the date of supply", !d.Made.IsZero()},
	}
}

// advanced is what an advanced therapy adds (LAB-07; HMR Schedule 24 paragraphs
// 34 to 53, Schedule 4 paragraph 25).
func (d Data) advanced() []particular {
	return []particular{
		{"the statement on cells or tissue, with their origin", d.Cells != ""},
		{"the excipients that must be known, or the word none", d.Excipients != ""},
		{"the donation code", d.Donation != ""},
	}
}

// trial is what a trial's label holds, by the rules under which the trial goes on
// (LAB-08): those of 2025, in force from 28 April 2026 (CTR 46 as amended by SI
// 2025/538), or those before (Annex 13).
func (d Data) trial() []particular {
	all := []particular{
		{"the code of the trial", d.Trial != ""},
		{"the sponsor and whom to ask", d.Sponsor != ""},
		{"what links it to the participant", d.Participant != ""},
		{"the directions for use", d.Directions != ""},
	}
	if d.OldRules {
		return append(all, particular{"the investigator", d.Investigator != ""})
	}
	return append(all, particular{"what acts in it", d.Actives != ""})
}
