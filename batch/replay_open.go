package batch

import (
	"fmt"
	"time"
)

// openOf makes the command again that opened a batch.
func openOf(e BatchOpened) (Command, error) {
	c := Open{
		Batch: e.Batch, Protocol: e.Protocol, Version: e.Version, Digest: e.Digest, Patient: e.Patient,
		Order: e.Order, Reference: e.Reference, Prescriber: e.Prescriber, Unit: e.Basis.Unit, Reissue: e.Reissue,
		Trial: e.Trial, Participant: e.Participant, Chain: e.Chain,
	}
	if c.Patient.Name == "" {
		c.Patient = Patient{Name: stoodIn, Born: "2000-01-01", Number: stoodIn, Wristband: "masked wristband", NumberType: e.NumberType}
	}
	for _, item := range e.Items {
		held, err := itemOf(item)
		if err != nil {
			return nil, err
		}
		if item.Personal && held.ForPatient == "" {
			held.ForPatient = stoodIn
		}
		c.Items = append(c.Items, held)
	}
	return c, nil
}

// stoodIn stands for what a masked record leaves out.
const stoodIn = "masked"

func isMaskedOpening(ev Event) bool {
	opening, ok := ev.(BatchOpened)
	return ok && opening.Patient.Name == ""
}

// itemOf is an item as its entry tells it.
func itemOf(e OpenedItem) (Item, error) {
	held := Item{
		Name: e.Name, Code: e.Code, Register: e.Register, Left: e.Left, Lot: e.Lot, Released: e.Released, Clean: e.Clean,
		Reference: e.Reference, Amount: e.Amount, ForPatient: e.ForPatient,
		Donations: e.Donations, Chain: e.Chain, Sent: e.Sent,
	}
	if e.Expiry != "" {
		expiry, err := time.Parse(time.RFC3339, e.Expiry)
		if err != nil {
			return held, fmt.Errorf("item %q: %w", e.Name, err)
		}
		held.Expiry = expiry.UTC()
	}
	return held, nil
}
