package batch

import (
	"slices"

	"countersign/protocol"
	"countersign/register"
)

// settings are what the simulated site has set.
func (m *simulation) settings() map[string]Setting {
	all := map[string]Setting{}
	for i := range m.p.SiteValues {
		v := &m.p.SiteValues[i]
		text := m.answers.Site[v.Name]
		if text == "" {
			text = v.Samples()[0]
		}
		set := Setting{Text: text, Value: text, Version: m.p.Version, Name: "simulation", Username: "simulation"}
		if value, err := v.Read(text); err == nil {
			set.Value = value.Coded()
		}
		all[v.Name] = set
	}
	return all
}

// registered says that everything that the protocol names is there and fit.
func (m *simulation) registered() map[string]register.Fitness {
	all := map[string]register.Fitness{}
	until := m.now.AddDate(5, 0, 0)
	for _, item := range m.p.Items {
		fit := register.Fitness{
			Stream: "lot/SIMULATED", Name: item.RegisteredAs, Number: "SIM-" + item.Name, Code: "SIM-" + item.Name, Document: "SIMULATED",
			Released: true, Until: until, Left: item.Need,
		}
		if slices.Contains(item.MustBe, "for this patient") {
			fit.Personal, fit.ForPatient = true, "SIM 1"
		}
		if fit.Personal || m.p.Label.Names(item.Name+"."+protocol.LabelDonation) { // what is nobody's holds nobody's cells
			fit.Donations = []string{"SIM-DONATION"}
		}
		if item.Equipment {
			fit.Stream, fit.Qualified, fit.Calibrated, fit.Clean = "equipment/SIMULATED", until, until, true
		}
		all[fit.Code] = fit
	}
	return all
}
