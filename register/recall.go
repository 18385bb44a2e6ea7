package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
)

// Recall is one signed decision that what something went into, or somebody or
// something worked on, is called back; and the list of who has been told of
// what was supplied. The exclusion of a donor after the fact is a recall by
// donation code (MAT-07, COI-05).
type Recall struct {
	ID       string // the site's own, "R-0001"
	Of       RecallOf
	Reason   string
	Document string
	Opened   Act
	Lots     []string // that it reached, ended for good
	Stopped  []string // batches that had not been given
	Supplied []Supplied
	Told     []Told
	Closed   *Act // nil while somebody is still to be told, or nobody has closed it
	Closing  string
	History  []Act
}

// RecallOf says what is recalled. Of a machine or a person it is what they had
// a part in from From to Until.
type RecallOf struct {
	Kind     string `json:"kind"` // one of RecallKinds
	Name     string `json:"name"`
	Material string `json:"material"` // of a maker's lot number; "" for any
	From     string `json:"from"`     // RFC 3339, UTC; "" for a lot or a donation
	Until    string `json:"until"`
}

// What can be recalled.
const (
	OfLot       = "lot"       // by the site's own number
	OfNumber    = "number"    // by the maker's lot number
	OfDonation  = "donation"  // by the donation's unique code
	OfEquipment = "equipment" // by the site's own number
	OfPerson    = "person"    // by id
)

// RecallKinds are the kinds of what can be recalled.
func RecallKinds() []string { return []string{OfLot, OfNumber, OfDonation, OfEquipment, OfPerson} }

// Timed says that a recall is of what happened in a span of time.
func (o RecallOf) Timed() bool { return o.Kind == OfEquipment || o.Kind == OfPerson }

// Words name what is recalled.
func (o RecallOf) Words() string {
	switch o.Kind {
	case OfNumber:
		if o.Material != "" {
			return "the maker's lot " + o.Name + " of " + o.Material
		}
		return "the maker's lot " + o.Name
	case OfDonation:
		return "the donation " + o.Name
	case OfEquipment:
		return fmt.Sprintf("what the equipment %s was used for from %s to %s", o.Name, dated(o.From), dated(o.Until))
	case OfPerson:
		return fmt.Sprintf("what %s had a part in from %s to %s", o.Name, dated(o.From), dated(o.Until))
	}
	return "lot " + o.Name
}

// matches says whether a lot is what is recalled. What was made from it is for
// whoever knows the batches to say.
func (o RecallOf) matches(lot *Lot) bool {
	switch o.Kind {
	case OfLot:
		return lot.ID == o.Name
	case OfNumber:
		return lot.Number == o.Name && (o.Material == "" || lot.Material == o.Material)
	case OfDonation:
		return slices.Contains(lot.Donations, o.Name)
	}
	return false
}

// Supplied is a batch of which something may have reached its patient. Who that
// is stays sealed in the batch.
type Supplied struct {
	Batch string `json:"batch"`
	At    string `json:"at"` // RFC 3339, UTC
}

// Told is somebody having been told of one supplied batch.
type Told struct {
	Act
	Batch, Whom, How string
	When             time.Time
}

// Reach is what a recall reaches, as the log stands: what RecallOpened freezes.
type Reach struct {
	Lots     []string
	Stopped  []string
	Supplied []Supplied
}

// Empty says that nothing is reached.
func (r Reach) Empty() bool { return len(r.Lots)+len(r.Stopped)+len(r.Supplied) == 0 }

// Batches are all that are reached, each once.
func (r Reach) Batches() []string {
	all := slices.Clone(r.Stopped)
	for _, s := range r.Supplied {
		all = append(all, s.Batch)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Reach is all that the recall has reached so far.
func (r *Recall) Reach() Reach { return Reach{Lots: r.Lots, Stopped: r.Stopped, Supplied: r.Supplied} }

// Beyond is what a reach holds that the recall has not reached.
func (r *Recall) Beyond(now Reach) Reach {
	var more Reach
	known := r.Reach().Batches()
	for _, lot := range now.Lots {
		if !slices.Contains(r.Lots, lot) {
			more.Lots = append(more.Lots, lot)
		}
	}
	for _, id := range now.Stopped {
		if !slices.Contains(known, id) {
			more.Stopped = append(more.Stopped, id)
		}
	}
	for _, s := range now.Supplied {
		if !slices.Contains(known, s.Batch) {
			more.Supplied = append(more.Supplied, s)
		}
	}
	return more
}

// Untold are the supplied batches of which nobody has been told, the oldest
// first.
func (r *Recall) Untold() []Supplied {
	left := slices.DeleteFunc(slices.Clone(r.Supplied), func(s Supplied) bool {
		return slices.ContainsFunc(r.Told, func(t Told) bool { return t.Batch == s.Batch })
	})
	slices.SortStableFunc(left, func(a, b Supplied) int { return strings.Compare(a.At, b.At) })
	return left
}

// Stands says where the recall stands.
func (r *Recall) Stands() string {
	switch left := len(r.Untold()); {
	case r.Closed != nil:
		return "closed"
	case left > 0:
		return fmt.Sprintf("open: %d of %d to be told", left, len(r.Supplied))
	}
	return "open: everybody is told"
}

// Sentence is what stands in the record of a batch that the recall stops.
func (r *Recall) Sentence() string {
	return plain(fmt.Sprintf("Recall %s, of %s, reaches this batch: %s.", r.ID, r.Of.Words(), strings.TrimSuffix(r.Reason, ".")))
}

// plain is a text on one line, without what a scanned code has between its
// elements.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' }), " ")
}

// RecallStream is a recall's stream.
func RecallStream(id string) audit.StreamID { return audit.StreamID("recall/" + id) }

// Recall gives one recall. It is not to be changed.
func (b *Books) Recall(id string) (*Recall, bool) {
	r, ok := b.recalls[id]
	return r, ok
}

// Recalls gives all recalls, by number.
func (b *Books) Recalls() []*Recall { return sorted(b.recalls, func(r *Recall) string { return r.ID }) }

// standsAgainst gives the recall that a lot falls under; nil when none does. A
// lot of a recalled number that is delivered later is taken in, for it is
// there, and never released.
func (b *Books) standsAgainst(lot *Lot) *Recall {
	for _, one := range append([]*Lot{lot}, b.Ancestors(lot.ID)...) {
		for _, r := range b.Recalls() {
			if r.Of.matches(one) {
				return r
			}
		}
	}
	return nil
}

// reached changes a recall as change does a lot.
func (b *Books) reached(id string, act Act, how func(r *Recall)) {
	r := *b.recalls[id]
	r.History = append(slices.Clip(r.History), act)
	how(&r)
	b.recalls[id] = &r
}
