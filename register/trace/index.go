package trace

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// Kind is what a thing is that batches lean on.
type Kind uint8

// The kinds. Number is a lot number as it stands on a label: a maker's, or one
// that was stated before there were registers.
const (
	Lot Kind = iota
	Number
	Donation
	Equipment
	Person
	Patient
	Site
	Batch
	Chain // of identity, of an order or of a lot (COI-06)
)

func (k Kind) String() string {
	return [...]string{"lot", "number", "donation", "equipment", "person", "patient", "site", "batch", "chain of identity"}[k]
}

// Ref names one thing: a lot or a machine by the site's number, a person by id.
type Ref struct {
	Kind Kind
	Name string
}

// How says in what ways a batch leans on something.
type How uint16

// What a person did in a batch, and how a thing came to it.
const (
	Recorded How = 1 << iota // entered, scanned, noted: whatever needs no signature
	Approved                 // opened the batch
	Performed
	Verified
	Witnessed
	Authorised // decided an exception, or a step that is a decision
	Reviewed
	Certified
	Rejected // rejected or aborted
	SetOut
	Taken
	Freed
	ForWhom // the patient's, the site's
	Within  // in something that the batch leans on: a lot or a donation that went into a pool, or that was split
)

func (h How) String() string {
	var words []string
	for i, word := range [...]string{
		"recorded", "opened", "performed", "verified", "witnessed", "decided", "reviewed", "certified", "rejected or aborted",
		"set out", "taken", "freed", "made for", "through what was made of it",
	} {
		if h&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// link is one thing that a batch leans on, and from when to when.
type link struct {
	node        uint32
	how         How
	first, last int64 // seconds since 1970
}

// made is a batch as the index keeps it.
type made struct {
	id, protocol                     string
	version                          int
	opened, certified, after, ending int64 // after: the first signed act after certification
	rejected                         bool
	links                            []link
}

// Index is what has been fed to it. It is no safer for several goroutines than
// a map is.
type Index struct {
	batches []made
	known   map[string]uint32 // batch → place
	nodes   []Ref
	places  map[Ref]uint32
	uses    [][]uint32 // node → batches, each once
	lots    map[string]lot
	labels  map[string][]Ref // what stands on a label → what carries it
	words   map[string]string
}

// lot is what the index keeps of a lot's beginning.
type lot struct {
	material, number, code string
	donations              []string // all that are in it
	from                   string   // the batch that made it here; "" for a delivery
	of, into               []string // lots that it was made of, and that were made of it
}

// New gives an empty index.
func New() *Index {
	return &Index{
		known: map[string]uint32{}, places: map[Ref]uint32{}, lots: map[string]lot{}, labels: map[string][]Ref{},
		words: map[string]string{},
	}
}

// Add takes in the next entry of the log; openings holds its opened members by
// name. What nothing leans on passes by.
func (x *Index) Add(e audit.Stored, openings map[string]string) error {
	room, id, _ := strings.Cut(string(e.Stream), "/")
	switch room {
	case "batch":
		return x.batch(id, e, openings)
	case "lot":
		return x.lot(id, e)
	case "equipment":
		return x.machine(id, e)
	case "stock", "logbook":
		return x.row(room, id, e)
	}
	return nil
}

// Kinds of a batch's entries that say more than who acted.
const (
	kindOpened  audit.Kind = "batch.opened"
	kindSetOut  audit.Kind = "batch.item_set_out"
	kindRefused audit.Kind = "batch.refused"
)

// meant is what a person did in a batch by an entry.
func meant(e audit.Entry) How {
	if len(e.Signatures) == 0 {
		return Recorded
	}
	switch identity.Meaning(e.Signatures[0].Meaning) {
	case identity.Approved:
		return Approved
	case identity.Performed:
		return Performed
	case identity.Verified:
		return Verified
	case identity.Witnessed:
		return Witnessed
	case identity.AuthorisedDeviation, identity.AcceptedOOS:
		return Authorised
	case identity.Reviewed:
		return Reviewed
	case identity.Certified:
		return Certified
	case identity.Rejected:
		return Rejected
	}
	return Recorded
}

func (x *Index) batch(id string, e audit.Stored, openings map[string]string) error {
	place, known := x.known[id]
	switch {
	case e.Kind == kindRefused:
		return nil // nothing came of it
	case e.Kind == kindOpened:
		return x.open(id, e, openings)
	case !known:
		return fmt.Errorf("trace %s: the batch was never opened", e.Stream)
	}
	b, at, how := &x.batches[place], e.Time.Unix(), meant(e.Entry)
	x.lean(place, Ref{Person, x.word(e.Actor)}, how, at)
	switch {
	case how == Certified:
		b.certified = at
	case how == Rejected:
		b.rejected, b.ending = true, at
	case how&(Performed|Verified|Witnessed) != 0 && b.certified != 0 && b.after == 0:
		b.after = at
	}
	if e.Kind == kindSetOut {
		ev, err := batch.DecodeEvent(e.Entry, nil)
		if err != nil {
			return fmt.Errorf("trace %s: %w", e.Stream, err)
		}
		if more, ok := ev.(batch.ItemSetOut); ok {
			x.item(place, more.Item, at)
		}
	}
	x.hold(b, at)
	return nil
}

// hold keeps what a batch has and has not given back leaning until now.
func (x *Index) hold(b *made, at int64) {
	for i := range b.links {
		l := &b.links[i]
		if x.nodes[l.node].Kind == Equipment && l.how&Freed == 0 && at > l.last {
			l.last = at
		}
	}
}

func (x *Index) open(id string, e audit.Stored, openings map[string]string) error {
	ev, err := batch.DecodeEvent(e.Entry, nil)
	if err != nil {
		return fmt.Errorf("trace %s: %w", e.Stream, err)
	}
	opened, ok := ev.(batch.BatchOpened)
	if !ok {
		return fmt.Errorf("trace %s: it is not opened by what opens it", e.Stream)
	}
	at := e.Time.Unix()
	place := uint32(len(x.batches))
	x.batches = append(x.batches, made{id: id, protocol: x.word(opened.Protocol), version: opened.Version, opened: at})
	x.known[id] = place
	x.lean(place, Ref{Person, x.word(e.Actor)}, Approved, at)
	x.lean(place, Ref{Site, x.word(opened.Site)}, ForWhom, at)
	if number := spaceless(openings["number"]); number != "" {
		x.lean(place, Ref{Patient, number}, ForWhom, at)
	}
	if opened.Chain != "" {
		x.lean(place, Ref{Chain, x.word(opened.Chain)}, ForWhom, at)
	}
	for _, item := range opened.Items {
		x.item(place, item, at)
	}
	return nil
}

// item is something set out: a lot or a machine of the registers, or a number
// that was stated before there were any.
func (x *Index) item(place uint32, item batch.OpenedItem, at int64) {
	if item.Chain != "" {
		x.lean(place, Ref{Chain, x.word(item.Chain)}, SetOut, at)
	}
	room, id, _ := strings.Cut(item.Register, "/")
	switch {
	case room == "equipment":
		x.lean(place, Ref{Equipment, x.word(id)}, SetOut, at)
	case room == "lot":
		x.lean(place, Ref{Lot, x.word(id)}, SetOut, at)
	case item.Lot != "":
		x.lean(place, Ref{Number, x.word(item.Lot)}, SetOut, at)
	}
}

// row is a row of a stock or a log book: a batch took something, or gave back.
func (x *Index) row(room, id string, e audit.Stored) error {
	ev, err := register.DecodeEvent(e.Entry, nil)
	if err != nil {
		return fmt.Errorf("trace %s: %w", e.Stream, err)
	}
	ref := Ref{Lot, id}
	if room == "logbook" {
		ref.Kind = Equipment
	}
	var by string
	how := Taken
	switch ev := ev.(type) {
	case register.StockTaken:
		by = ev.Batch
	case register.StockReturned:
		by, how = ev.Batch, Freed
	case register.EquipmentTaken:
		by = ev.Batch
	case register.EquipmentFreed:
		by, how = ev.Batch, Freed
	default:
		return nil
	}
	if place, known := x.known[by]; known {
		x.lean(place, ref, how, e.Time.Unix())
	}
	return nil
}

func (x *Index) machine(id string, e audit.Stored) error {
	if e.Kind != register.KindEquipmentListed {
		return nil
	}
	ev, err := register.DecodeEvent(e.Entry, nil)
	if err != nil {
		return fmt.Errorf("trace %s: %w", e.Stream, err)
	}
	if listed, ok := ev.(register.EquipmentListed); ok {
		x.node(Ref{Equipment, id})
		x.label(listed.Code, Ref{Equipment, id})
		x.label(listed.Serial, Ref{Equipment, id})
	}
	return nil
}

// label notes what stands on a label, once.
func (x *Index) label(text string, ref Ref) {
	key := labelled(text)
	if key == "" {
		return
	}
	for _, other := range x.labels[key] {
		if other == ref {
			return
		}
	}
	x.labels[key] = append(x.labels[key], ref)
}

// node gives a thing its place.
func (x *Index) node(ref Ref) uint32 {
	place, known := x.places[ref]
	if !known {
		place = uint32(len(x.nodes))
		x.places[ref], x.nodes, x.uses = place, append(x.nodes, ref), append(x.uses, nil)
	}
	return place
}

// lean notes that a batch leans on something at a moment. A batch leans on few
// things, so that its list is looked through.
func (x *Index) lean(place uint32, ref Ref, how How, at int64) {
	node, b := x.node(ref), &x.batches[place]
	for i := range b.links {
		if l := &b.links[i]; l.node == node {
			if how&Taken != 0 {
				l.how &^= Freed // it has it again
			}
			l.how, l.first, l.last = l.how|how, min(l.first, at), max(l.last, at)
			return
		}
	}
	b.links = append(b.links, link{node: node, how: how, first: at, last: at})
	x.uses[node] = append(x.uses[node], place)
}

// word is a text that is in memory once, however many entries say it.
func (x *Index) word(text string) string {
	if known, ok := x.words[text]; ok {
		return known
	}
	x.words[text] = text
	return text
}

func labelled(text string) string { return strings.ToUpper(spaceless(text)) }

func spaceless(text string) string { return strings.Join(strings.Fields(text), "") }

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
