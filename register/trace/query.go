package trace

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Span is a stretch of time, both ends included; the zero one is all time.
type Span struct{ From, Until time.Time }

func (s Span) meets(first, last int64) bool {
	return (s.From.IsZero() || last >= s.From.Unix()) && (s.Until.IsZero() || first <= s.Until.Unix())
}

// Use is a batch leaning on something, in what ways and from when to when.
type Use struct {
	Batch       string
	Of          Ref
	How         How
	First, Last time.Time
}

// Found is where something was used: the lots that it is or that were made
// from it, and every batch that leans on one of them, the oldest first.
type Found struct {
	Lots []string
	Uses []Use
}

// Batches are the batches found, each once, the oldest first.
func (f Found) Batches() []string {
	var all []string
	seen := map[string]bool{}
	for _, use := range f.Uses {
		if !seen[use.Batch] {
			seen[use.Batch] = true
			all = append(all, use.Batch)
		}
	}
	return all
}

// Delivery is a lot as its beginning told it.
type Delivery struct {
	Lot, Material, Number string
	Donations             []string // all that are in it, unaltered (COI-05)
	From                  string   // the batch that made it here; "" when it was delivered
	Of, Into              []string // the lots that it was made of, and that were made of it
}

// Made is a batch at a glance.
type Made struct {
	Batch, Protocol     string
	Version             int
	Patient, Site       string
	Opened              time.Time
	Certified, Rejected time.Time // zero while it is not
	After               time.Time // the first signed act after certification
}

// Delivery gives a lot.
func (x *Index) Delivery(id string) (Delivery, bool) {
	l, ok := x.lots[id]
	return Delivery{Lot: id, Material: l.material, Number: l.number, Donations: l.donations, From: l.from, Of: l.of, Into: l.into}, ok
}

// Made gives a batch.
func (x *Index) Made(id string) (Made, bool) {
	place, ok := x.known[id]
	if !ok {
		return Made{}, false
	}
	b := &x.batches[place]
	m := Made{Batch: b.id, Protocol: b.protocol, Version: b.version, Opened: moment(b.opened), Certified: moment(b.certified), After: moment(b.after)}
	if b.rejected {
		m.Rejected = moment(b.ending)
	}
	for _, l := range b.links {
		switch ref := x.nodes[l.node]; ref.Kind {
		case Patient:
			m.Patient = ref.Name
		case Site:
			m.Site = ref.Name
		}
	}
	return m, true
}

// Find gives everything that a text may name: a number of ours, what stands on
// a label, a patient's number, a site. It looks for the whole text.
func (x *Index) Find(text string) []Ref {
	text = strings.TrimSpace(text)
	var all []Ref
	add := func(ref Ref) {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	if _, ok := x.known[text]; ok {
		add(Ref{Batch, text})
	}
	for _, kind := range []Kind{Lot, Number, Equipment, Person, Site, Chain} {
		if _, ok := x.places[Ref{kind, text}]; ok {
			add(Ref{kind, text})
		}
	}
	if number := spaceless(text); number != "" {
		if _, ok := x.places[Ref{Patient, number}]; ok {
			add(Ref{Patient, number})
		}
	}
	for _, ref := range x.labels[labelled(text)] {
		add(ref)
	}
	return all
}

// Where finds where something was used. What was made here from it and became
// a lot of its own is followed on, as far as it goes; a patient's, a
// site's and a chain of identity's batches are theirs, and are not.
func (x *Index) Where(ref Ref, span Span) Found { return x.where(x.is(ref, ""), ref, span) }

// WhereOf is Where for a maker's lot number of one material only.
func (x *Index) WhereOf(number, material string) Found {
	ref := Ref{Number, number}
	return x.where(x.is(ref, material), ref, Span{})
}

// is gives the things that a name means: a maker's number or a donation is
// several lots.
func (x *Index) is(ref Ref, material string) []Ref {
	var all []Ref
	if ref.Kind == Number || ref.Kind == Donation {
		for id, l := range x.lots {
			if (ref.Kind == Number && l.number == ref.Name || ref.Kind == Donation && slices.Contains(l.donations, ref.Name)) && (material == "" || l.material == material) {
				all = append(all, Ref{Lot, id})
			}
		}
		slices.SortFunc(all, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	}
	if _, known := x.places[ref]; known && material == "" {
		all = append(all, ref)
	}
	return all
}

func (x *Index) where(wanted []Ref, of Ref, span Span) Found {
	var found Found
	seen := map[Ref]bool{}
	for len(wanted) > 0 {
		ref := wanted[0]
		wanted = wanted[1:]
		if seen[ref] {
			continue
		}
		seen[ref] = true
		if ref.Kind == Lot {
			found.Lots = append(found.Lots, ref.Name)
			span = Span{} // what was made from it is whole
			wanted = append(wanted, refs(x.lots[ref.Name].into)...)
		}
		node, known := x.places[ref]
		if !known {
			continue
		}
		for _, place := range x.uses[node] {
			b := &x.batches[place]
			l := b.links[slices.IndexFunc(b.links, func(l link) bool { return l.node == node })]
			if ref == of && !span.meets(l.first, l.last) {
				continue
			}
			found.Uses = append(found.Uses, Use{Batch: b.id, Of: ref, How: l.how, First: moment(l.first), Last: moment(l.last)})
			if of.Kind != Patient && of.Kind != Site && of.Kind != Chain {
				wanted = append(wanted, x.madeFrom(b.id)...)
			}
		}
	}
	slices.Sort(found.Lots)
	x.inOrder(found.Uses)
	return found
}

func (x *Index) inOrder(uses []Use) {
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(
			cmp.Compare(x.batches[x.known[a.Batch]].opened, x.batches[x.known[b.Batch]].opened),
			strings.Compare(a.Batch, b.Batch), strings.Compare(a.Of.Name, b.Of.Name),
		)
	})
}

// madeFrom gives the lots that a batch became.
func (x *Index) madeFrom(id string) (all []Ref) {
	for _, ref := range x.labels[labelled(id)] {
		if ref.Kind == Lot && x.lots[ref.Name].from == id {
			all = append(all, ref)
		}
	}
	return all
}

// From gives everything that went into a batch and everybody who had a part in
// it, and so on through the lots that its lots were made of and the batches
// whose product went into it. Batch says in which.
func (x *Index) From(id string) []Use {
	var all []Use
	wanted, seen := []string{id}, map[string]bool{}
	for len(wanted) > 0 {
		id := wanted[0]
		wanted = wanted[1:]
		place, known := x.known[id]
		if !known || seen[id] {
			continue
		}
		seen[id] = true
		told := map[Ref]bool{}
		for _, l := range x.batches[place].links {
			told[x.nodes[l.node]] = true
		}
		for _, l := range x.batches[place].links {
			use := Use{Batch: id, Of: x.nodes[l.node], How: l.how, First: moment(l.first), Last: moment(l.last)}
			all = append(all, use)
			if use.Of.Kind != Lot {
				continue
			}
			wanted = append(wanted, x.madeIn(use.Of)...)
			for _, ref := range x.within(use.Of.Name) {
				wanted = append(wanted, x.madeIn(ref)...)
				if !told[ref] {
					told[ref] = true
					all = append(all, Use{Batch: id, Of: ref, How: Within, First: use.First, Last: use.Last})
				}
			}
		}
	}
	return all
}

// madeIn is the batch that made a lot here; none for any other.
func (x *Index) madeIn(ref Ref) []string {
	if from := x.lots[ref.Name].from; ref.Kind == Lot && from != "" {
		return []string{from}
	}
	return nil
}

// Size is how many batches and how many other things the index holds.
func (x *Index) Size() (batches, things int) { return len(x.batches), len(x.nodes) }
