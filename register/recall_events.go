package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
)

// RecallOpened calls back what something went into. Beside it, in the same
// append or right behind it, every lot named here is ended and every batch
// stopped. Signed as rejected.
type RecallOpened struct {
	inRecall
	rejected
	Of       RecallOf   `json:"of"`
	Reason   string     `json:"reason"`
	Document string     `json:"document"`
	Lots     []string   `json:"lots"`
	Stopped  []string   `json:"stopped"`
	Supplied []Supplied `json:"supplied"`
}

// RecallExtended takes in what has come to light since. Signed as rejected.
type RecallExtended struct {
	inRecall
	rejected
	Lots     []string   `json:"lots"`
	Stopped  []string   `json:"stopped"`
	Supplied []Supplied `json:"supplied"`
}

// RecallTold says that somebody was told of batches that were supplied. Signed
// as approved.
type RecallTold struct {
	inRecall
	approved
	Batches []string `json:"batches"`
	Whom    string   `json:"whom"` // the prescriber or the ward
	How     string   `json:"how"`
	When    string   `json:"when"` // RFC 3339, UTC
}

// RecallClosed ends a recall once everybody is told. Signed as approved.
type RecallClosed struct {
	inRecall
	approved
	Statement string `json:"statement"`
}

// LotCalledBack ends a lot because of a recall. It stands in the log beside the
// recall's signed act, and carries that act's actor.
type LotCalledBack struct {
	inLot
	unsigned
	Recall string `json:"recall"`
	Reason string `json:"reason"`
}

type inRecall struct{}

func (inRecall) room() string { return "recall" }

// The written kinds of a recall.
const (
	KindRecallOpened   audit.Kind = "recall.opened"
	KindRecallExtended audit.Kind = "recall.extended"
	KindRecallTold     audit.Kind = "recall.told"
	KindRecallClosed   audit.Kind = "recall.closed"
	KindLotCalledBack  audit.Kind = "lot.called_back"
)

// Kind is the written kind of the event's entry.
func (RecallOpened) Kind() audit.Kind   { return KindRecallOpened }
func (RecallExtended) Kind() audit.Kind { return KindRecallExtended }
func (RecallTold) Kind() audit.Kind     { return KindRecallTold }
func (RecallClosed) Kind() audit.Kind   { return KindRecallClosed }
func (LotCalledBack) Kind() audit.Kind  { return KindLotCalledBack }

// Words say what is called back.
func (e RecallOpened) Words() string {
	return fmt.Sprintf("Recalls %s, by %s: %s", e.Of.Words(), e.Document, strings.TrimSuffix(e.Reason, "."))
}

// Words say what was taken in.
func (e RecallExtended) Words() string {
	return fmt.Sprintf("Extends the recall to %s, %s and %s more", count(len(e.Lots), "lot"), count(len(e.Stopped), "stopped batch"), count(len(e.Supplied), "supplied batch"))
}

// Words say who was told.
func (e RecallTold) Words() string {
	return fmt.Sprintf("States that %s was told of %s on %s, %s", e.Whom, strings.Join(e.Batches, ", "), dated(e.When), e.How)
}

// Words say how it ended.
func (e RecallClosed) Words() string {
	return "Closes the recall: " + strings.TrimSuffix(e.Statement, ".")
}

// Words say why the lot ends.
func (e LotCalledBack) Words() string {
	return fmt.Sprintf("Is ended by recall %s: %s", e.Recall, strings.TrimSuffix(e.Reason, "."))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "ch") {
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// check: what is recalled is named, and nothing is recalled twice. A recall
// that reaches nothing yet may stand: it keeps later deliveries from release.
func (e RecallOpened) check(b *Books, id string, _ Act) *Refusal {
	switch {
	case b.recalls[id] != nil:
		return refuse("recall_there", "Recall %s is there already.", id)
	case !slices.Contains(RecallKinds(), e.Of.Kind) || e.Of.Name == "":
		return refuse("recall_of", "Say what is recalled: a lot, a maker's lot number, a donation, a piece of equipment or a person.")
	case e.Document == "":
		return refuse("no_document", "Name the notice, or the record of the decision, that the recall follows from.")
	}
	if e.Of.Timed() {
		from, err := time.Parse(time.RFC3339, e.Of.From)
		until, alsoErr := time.Parse(time.RFC3339, e.Of.Until)
		if err != nil || alsoErr != nil || until.Before(from) {
			return refuse("recall_span", "Say from when to when; the end does not come before the beginning.")
		}
	} else if e.Of.From != "" || e.Of.Until != "" {
		return refuse("recall_span", "Only what equipment or people did is recalled for a time; a lot or a donation is recalled whole.")
	}
	if e.Of.Kind == OfLot && b.lots[e.Of.Name] == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", e.Of.Name)
	}
	if e.Of.Kind == OfEquipment && b.equipment[e.Of.Name] == nil {
		return refuse("no_such_equipment", "There is no equipment %s in the register.", e.Of.Name)
	}
	for _, r := range b.Recalls() {
		if r.Of == e.Of {
			return refuse("recalled_already", "Recall %s is of the same already. It can be extended.", r.ID)
		}
	}
	if refusal := b.holdsAll(e.Lots); refusal != nil {
		return refusal
	}
	for _, lot := range b.Lots() {
		if !e.Of.matches(lot) {
			continue
		}
		for _, one := range append([]*Lot{lot}, b.Descendants(lot.ID)...) {
			if !slices.Contains(e.Lots, one.ID) {
				return refuse("recall_short", "Lot %s is recalled by this too, and the recall does not name it.", one.ID)
			}
		}
	}
	return because(e.Reason)
}

func (b *Books) holdsAll(lots []string) *Refusal {
	for _, lot := range lots {
		if b.lots[lot] == nil {
			return refuse("no_such_lot", "There is no lot %s in the register.", lot)
		}
	}
	return nil
}

func (e RecallOpened) apply(b *Books, id string, act Act) {
	b.recalls[id] = &Recall{
		ID: id, Of: e.Of, Reason: e.Reason, Document: e.Document, Opened: act,
		Lots: e.Lots, Stopped: e.Stopped, Supplied: e.Supplied, History: []Act{act},
	}
}

func (e RecallExtended) check(b *Books, id string, _ Act) *Refusal {
	r := b.recalls[id]
	if r == nil {
		return noSuchRecall(id)
	}
	more := Reach{Lots: e.Lots, Stopped: e.Stopped, Supplied: e.Supplied}
	if r.Beyond(more).Empty() {
		return refuse("nothing_more", "Recall %s reaches everything that it concerns already.", id)
	}
	return b.holdsAll(e.Lots)
}

func (e RecallExtended) apply(b *Books, id string, act Act) {
	b.reached(id, act, func(r *Recall) {
		r.Lots, r.Stopped = append(slices.Clip(r.Lots), e.Lots...), append(slices.Clip(r.Stopped), e.Stopped...)
		r.Supplied = append(slices.Clip(r.Supplied), e.Supplied...)
		r.Closed, r.Closing = nil, "" // it is closed anew once they are told
	})
}

// check: told is told once, of what the recall names, and not in the future.
func (e RecallTold) check(b *Books, id string, act Act) *Refusal {
	r := b.recalls[id]
	switch when, err := time.Parse(time.RFC3339, e.When); {
	case r == nil:
		return noSuchRecall(id)
	case len(e.Batches) == 0:
		return refuse("no_batches", "Name the batches of which somebody was told.")
	case e.Whom == "" || e.How == "":
		return refuse("told_whom", "Say who was told, and how.")
	case err != nil || when.After(act.At):
		return refuse("told_when", "Say when they were told; that has to be over.")
	}
	left := r.Untold()
	for i, id := range e.Batches {
		if slices.Contains(e.Batches[:i], id) || !slices.ContainsFunc(left, func(s Supplied) bool { return s.Batch == id }) {
			return refuse("not_to_be_told", "Batch %s is not among those of which somebody is still to be told.", id)
		}
	}
	return nil
}

func (e RecallTold) apply(b *Books, id string, act Act) {
	when, _ := time.Parse(time.RFC3339, e.When) // check has read it
	b.reached(id, act, func(r *Recall) {
		r.Told = slices.Clip(r.Told)
		for _, one := range e.Batches {
			r.Told = append(r.Told, Told{Act: act, Batch: one, Whom: e.Whom, How: e.How, When: when})
		}
	})
}

// check: a recall is closed when everybody is told.
func (e RecallClosed) check(b *Books, id string, _ Act) *Refusal {
	r := b.recalls[id]
	if r == nil {
		return noSuchRecall(id)
	}
	if r.Closed != nil {
		return refuse("closed", "Recall %s is closed already.", id)
	}
	if left := r.Untold(); len(left) > 0 {
		return refuse("untold", "Nobody has been told of %s yet. The oldest is %s.", count(len(left), "supplied batch"), left[0].Batch)
	}
	return because(e.Statement)
}

func (e RecallClosed) apply(b *Books, id string, act Act) {
	b.reached(id, act, func(r *Recall) { r.Closed, r.Closing = &act, e.Statement })
}

func (e LotCalledBack) check(b *Books, id string, _ Act) *Refusal {
	lot := b.lots[id]
	if lot == nil {
		return refuse("no_such_lot", "There is no lot %s in the register.", id)
	}
	if lot.Status == Recalled {
		return refuse("lot_ended", "Lot %s is recalled already.", id)
	}
	return because(e.Reason)
}

func (e LotCalledBack) apply(b *Books, id string, act Act) {
	b.change(id, act, func(lot *Lot) { lot.Status, lot.Reason = Recalled, "recall "+e.Recall+": "+e.Reason })
}

func noSuchRecall(id string) *Refusal { return refuse("no_such_recall", "There is no recall %s.", id) }
