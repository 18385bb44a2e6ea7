package trace

import (
	"fmt"
	"slices"

	"countersign/audit"
	"countersign/register"
)

// lot takes in how a lot began: delivered, pooled of others or split off one
// (COI-05).
func (x *Index) lot(id string, e audit.Stored) error {
	switch e.Kind {
	case register.KindLotReceived, register.KindLotPooled, register.KindLotSplitOff:
	default:
		return nil
	}
	ev, err := register.DecodeEvent(e.Entry, nil)
	if err != nil {
		return fmt.Errorf("trace %s: %w", e.Stream, err)
	}
	switch came := ev.(type) {
	case register.LotReceived:
		one := lot{material: came.Material, number: came.Number, code: came.Code}
		if came.Donation != "" {
			one.donations = []string{came.Donation}
		}
		x.begins(id, one)
		if chain := register.Chain(came.Code, e.Time); chain != "" {
			x.label(chain, Ref{Lot, id})
		}
	case register.LotPooled:
		one := lot{material: came.Material, number: came.Number, code: came.Code, donations: came.Donations}
		for _, source := range came.From {
			if source.Lot != "" {
				one.of = append(one.of, source.Lot)
			}
		}
		x.begins(id, one)
	case register.LotSplitOff:
		x.begins(id, lot{material: came.Material, number: came.Number, code: came.Code, donations: came.Donations, of: []string{came.From}})
	default:
		return fmt.Errorf("trace %s: it is not the beginning of a lot", e.Stream)
	}
	return nil
}

// begins keeps a lot, and links it to what it was made of.
func (x *Index) begins(id string, one lot) {
	one.material = x.word(one.material)
	for _, says := range []string{one.number, one.code} {
		if _, ours := x.known[says]; ours && len(one.of) == 0 {
			one.from = says
		}
	}
	x.lots[id] = one
	x.node(Ref{Lot, id})
	x.label(one.code, Ref{Lot, id})
	x.label(one.number, Ref{Number, one.number})
	for _, code := range one.donations {
		x.label(code, Ref{Donation, code})
	}
	if one.from != "" {
		x.label(one.from, Ref{Lot, id})
	}
	for _, from := range one.of {
		parent := x.lots[from]
		parent.into = append(parent.into, id)
		x.lots[from] = parent
	}
}

// refs are lots as things.
func refs(lots []string) []Ref {
	all := make([]Ref, len(lots))
	for i, id := range lots {
		all[i] = Ref{Lot, id}
	}
	return all
}

// within gives all lots that a lot was made of, at any depth, each once.
func (x *Index) within(id string) (all []Ref) {
	wanted, seen := slices.Clone(x.lots[id].of), map[string]bool{id: true}
	for len(wanted) > 0 {
		from := wanted[0]
		wanted = wanted[1:]
		if !seen[from] {
			seen[from] = true
			all, wanted = append(all, Ref{Lot, from}), append(wanted, x.lots[from].of...)
		}
	}
	return all
}
