package register

import (
	"fmt"
	"slices"

	"countersign/audit"
)

// leadsTo links a lot to one that was made of it.
func (b *Books) leadsTo(from, into string) {
	if from != "" && b.lots[from] != nil && !slices.Contains(b.into[from], into) {
		b.into[from] = append(b.into[from], into)
	}
}

// Into are the lots that were made of a lot, by number, each once.
func (b *Books) Into(id string) []string { return slices.Sorted(slices.Values(b.into[id])) }

// Ancestors are all lots that a lot came from, at any depth, the nearest first
// and each once. A lot comes from lots that were there before it, so that there
// is an end.
func (b *Books) Ancestors(id string) []*Lot {
	return b.along(id, func(lot *Lot) (all []string) {
		for _, source := range lot.From {
			all = append(all, source.Lot)
		}
		return all
	})
}

// Descendants are all lots that were made of a lot, at any depth, the nearest
// first and each once.
func (b *Books) Descendants(id string) []*Lot {
	return b.along(id, func(lot *Lot) []string { return b.Into(lot.ID) })
}

func (b *Books) along(id string, next func(lot *Lot) []string) (all []*Lot) {
	wanted, seen := []string{id}, map[string]bool{id: true}
	for len(wanted) > 0 {
		lot := b.lots[wanted[0]]
		wanted = wanted[1:]
		if lot == nil {
			continue
		}
		if lot.ID != id {
			all = append(all, lot)
		}
		for _, other := range next(lot) {
			if !seen[other] {
				seen[other] = true
				wanted = append(wanted, other)
			}
		}
	}
	return all
}

// Held says why nothing that came from somewhere may be used: a lot that it came
// from is in quarantine, rejected or recalled. "" while nothing is in its way. It
// is asked each time and written nowhere, so that what stops a lot stops all
// that was made of it in the same moment.
func (b *Books) Held(lot *Lot) string {
	if from := b.heldBy(lot); from != nil {
		return fmt.Sprintf("lot %s, of which it was made, is %s: %s", from.ID, from.Status, from.Reason)
	}
	return ""
}

func (b *Books) heldBy(lot *Lot) *Lot {
	for _, from := range b.Ancestors(lot.ID) {
		switch from.Status {
		case Quarantined, RejectedLot, Recalled:
			return from
		}
	}
	return nil
}

// HeldWords go behind where a lot stands on every list, so that none that is
// held reads as plainly released; "" for one that nothing holds.
func (b *Books) HeldWords(lot *Lot) string {
	from := b.heldBy(lot)
	switch {
	case from == nil || lot.Status == RejectedLot || lot.Status == Recalled:
		return ""
	case from.Status == Quarantined:
		return ", held: lot " + from.ID + ", of which it was made, is in quarantine"
	}
	return fmt.Sprintf(", held: lot %s, of which it was made, is %s", from.ID, from.Status)
}

// awaits is a lot that another came from and that is not released; nil when all
// are. What was pooled before the donations' results were there waits for them.
func (b *Books) awaits(lot *Lot) *Lot {
	for _, from := range b.Ancestors(lot.ID) {
		if from.Status != Released {
			return from
		}
	}
	return nil
}

// WaitsFor says, in a sentence, for what the release of a lot waits that was made
// of others; "" when nothing of where it came from is in its way.
func (b *Books) WaitsFor(lot *Lot) string {
	if held := b.Held(lot); held != "" {
		return "It cannot be released: " + held + "."
	}
	if from := b.awaits(lot); from != nil {
		return "It was made of lot " + from.ID + ", which is not released. That one is released first."
	}
	return ""
}

// Awaited says that a lot that was made of this one waits for its release: it is
// asked for even when nothing of it is left.
func (b *Books) Awaited(lot *Lot) bool {
	return slices.ContainsFunc(b.Descendants(lot.ID), func(made *Lot) bool { return made.Status == Unreleased && b.Held(made) == "" })
}

// chained is the chain of identity of what was made of lots: that of its own
// label, or the one that they carry.
func (b *Books) chained(own string, from []Source) string {
	for _, source := range from {
		if lot := b.lots[source.Lot]; own == "" && lot != nil {
			own = lot.Chain
		}
	}
	return own
}

// oneChain: what belongs to two chains of identity is never pooled (COI-06).
func (b *Books) oneChain(own string, from []Source) *Refusal {
	chain := b.chained(own, from)
	for _, source := range from {
		if lot := b.lots[source.Lot]; lot != nil && lot.Chain != "" && lot.Chain != chain {
			return refuse("another_chain", "Lot %s carries the chain of identity %s, and this is of %s. They are never pooled.", lot.ID, lot.Chain, chain)
		}
	}
	return nil
}

// grounds are the streams that a lot's fitness rests on besides its own.
func (b *Books) grounds(lot *Lot) (all []audit.Condition) {
	for _, from := range b.Ancestors(lot.ID) {
		stream := LotStream(from.ID)
		all = append(all, audit.Condition{Stream: stream, Version: b.versions[stream]})
	}
	return all
}

// FromWords say in a sentence what went into a lot; "" for a delivery.
func (l *Lot) FromWords() string {
	words := ""
	for i, source := range l.From {
		if i > 0 {
			words += ", "
		}
		words += source.Words()
	}
	return words
}
