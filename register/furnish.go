package register

import (
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Furnishing is one thing on the shelves of a rehearsal or a demonstration.
type Furnishing struct {
	Item       *protocol.Item // what it is for
	Code       string         // of its label
	Number     string         // lot, or serial number
	Document   string         // it is released, qualified and calibrated by; "" leaves it as it came
	Until      time.Time      // its expiry, or the end of its calibration; zero for none
	ForPatient string
	Donation   string // the unique code of the donation that it is
	Quantity   string // of a lot; "" for what the protocol needs
	Clean      bool
	Place      string
}

// Furnished is an act with the role under which it is signed.
type Furnished struct {
	Role    identity.Role
	Command Command
}

// Furnish gives the acts that bring a thing into the registers, in order. Those
// on what is there already are refused, and may be.
func Furnish(f Furnishing) []Furnished {
	title := f.Item.Title
	if title == "" {
		title = f.Item.Name
	}
	if f.Item.Equipment {
		acts := []Furnished{{identity.QualityLead, ListEquipment{
			Kind: f.Item.RegisteredAs, Title: title, Code: f.Code, Model: "example", Serial: f.Number, Place: f.Place,
		}}}
		for _, what := range []string{"qualified", "calibrated"} {
			if f.Document != "" && !f.Until.IsZero() {
				acts = append(acts, Furnished{identity.Pharmacist, ProveEquipment{Equipment: f.Code, What: what, Until: f.Until, Document: f.Document}})
			}
		}
		if f.Clean {
			acts = append(acts, Furnished{identity.Technician, CleanEquipment{Equipment: f.Code}})
		}
		return acts
	}
	quantity := f.Quantity
	if quantity == "" {
		quantity = f.Item.Need.Coded()
	}
	unit := f.Item.Need.Unit.Code
	if unit == "1" {
		unit = ""
	}
	acts := []Furnished{
		{identity.QualityLead, ListMaterial{Material: f.Item.RegisteredAs, Title: title, Unit: unit}},
		{identity.Pharmacist, ReceiveLot{
			Material: f.Item.RegisteredAs, Code: f.Code, Number: f.Number, Donation: f.Donation, Expiry: f.Until, Quantity: quantity,
			Supplier: "Example Works", Document: "delivery note " + f.Number, ForPatient: f.ForPatient,
		}},
	}
	if f.Document != "" {
		acts = append(acts, Furnished{identity.QualityLead, ReleaseLot{Lot: f.Code, Document: f.Document}})
	}
	return acts
}
