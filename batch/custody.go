package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// Handover is one change of holder: of the product or of a material, from one
// person to another. A planned one is a step that the protocol names; one that
// is not is TakeOver's.
type Handover struct {
	Of       string // protocol.ProductHanded, or an item's name
	Step     string // "" when unplanned
	Place    string
	Code     string // what was scanned: of a lot its number
	From     Act    // who handed over; zero where the protocol's people made it ready together
	To       *Act   // who received; nil while nobody has signed for it
	Reason   string // of an unplanned one
	Recorded []Seen // what else was recorded: condition, temperature, the logger's file
}

// Seen is a value that was recorded at a hand-over.
type Seen struct {
	Title   string
	Value   protocol.Value
	Input   *protocol.Input
	Verdict protocol.Verdict
}

// TakeOver is an unplanned hand-over: somebody receives what its holder cannot
// hand on as the protocol says, because a shift ends or a person is called
// away. It is signed as verified by who receives, and a quality lead decides on
// it before release.
type TakeOver struct {
	Of     string `json:"of"`  // "product", or an item's name
	Raw    string `json:"raw"` // the code of what is taken over
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

func (TakeOver) command() {}

// CustodyTaken is that. From is the person who held it before.
type CustodyTaken struct {
	By     `json:"by"`
	Of     string            `json:"of"`
	Raw    string            `json:"raw"`
	Place  string            `json:"place"`
	Reason string            `json:"reason"`
	From   identity.PersonID `json:"from"`
	Holder string            `json:"holder"` // their name
}

const kindTaken audit.Kind = "batch.custody_taken"

// Kind is the written kind of the event's entry.
func (CustodyTaken) Kind() audit.Kind { return kindTaken }

// custodyClass is the class of an exception over who held what.
const custodyClass = "custody"

// Custody is every hand-over of this batch, in the order in which it happened.
// A step's hand-over stands from when its performer first signed: a correction
// afterwards moves nothing.
func (s *State) Custody() []Handover {
	var all []Handover
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Step.HandsOver == "" || len(st.Performed) == 0 {
			continue
		}
		all = append(all, st.handover())
	}
	all = append(all, s.Taken...)
	slices.SortStableFunc(all, func(a, b Handover) int { return a.began().Compare(b.began()) })
	return all
}

func (h Handover) began() time.Time {
	if h.From.At.IsZero() && h.To != nil {
		return h.To.At
	}
	return h.From.At
}

// handover is what a step's own record says of it.
func (st *StepState) handover() Handover {
	h := Handover{Of: st.Step.HandsOver, Step: st.Step.Name, From: st.Performed[0]}
	if len(st.Checked) > 0 {
		received := st.Checked[0]
		h.To = &received
	}
	field := h.Of
	if h.Of == protocol.ProductHanded {
		field = labelField
	}
	if scan := st.Matched(field); scan != nil {
		if h.Code = scan.Item; h.Code == "" {
			h.Code = scan.Raw
		}
	}
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		entry := st.Value(in.Name)
		switch {
		case entry == nil:
		case in.Name == protocol.PlaceOfHandover:
			h.Place = in.Show(entry.Value, time.UTC)
		default:
			h.Recorded = append(h.Recorded, Seen{titled(in.Title, in.Name), entry.Value, in, entry.Verdict})
		}
	}
	return h
}

// Holder is who holds something in person: who received it last. Before it is
// first handed over nobody does: it is with whoever makes the batch, at the
// place where they make it.
func (s *State) Holder(of string) *Act {
	var holder *Act
	for _, h := range s.Custody() {
		if h.Of == of && h.To != nil {
			holder = h.To
		}
	}
	return holder
}

// handing is a hand-over that waits for who receives; nil when none does.
func (s *State) handing(of string) *Handover {
	for _, h := range s.Custody() {
		if h.Of == of && h.To == nil {
			return &h
		}
	}
	return nil
}

// Held is everything that was handed over, each once, in the order in which it
// first was.
func (s *State) Held() (all []string) {
	for _, h := range s.Custody() {
		if !slices.Contains(all, h.Of) {
			all = append(all, h.Of)
		}
	}
	return all
}

// holding: what changed hands is handed on by who holds it, and by nobody else,
// so that at any time one person answers for it.
func (d *decision) holding(st *StepState) *Refusal {
	if st.Step.HandsOver == "" {
		return nil
	}
	holder := d.s.Holder(st.Step.HandsOver)
	if holder == nil || holder.Person == d.f.Person.ID {
		return nil
	}
	return refuse("not_holder", "%s holds the %s, and only they hand it on. If they cannot, take it over first and say why.", holder.Name, st.Step.HandsOver)
}

// isNot says why a code is not that of what is taken over; "" when it is. Whether
// it may still be used is asked where it is used: who carries it answers for it
// all the same.
func (d *decision) isNot(of, code string) string {
	if of == protocol.ProductHanded {
		_, why := d.s.labelCopy(code)
		return why
	}
	key := register.Key(code, d.now)
	if slices.ContainsFunc(d.s.Items, func(item Item) bool { return item.Name == of && register.Key(item.Code, d.now) == key }) {
		return ""
	}
	return "it is not the code of the " + of + " of this batch"
}

// takeOver receives something that its holder cannot hand on as planned. A fact
// of the room: no open exception keeps it from being told.
func (d *decision) takeOver(c TakeOver) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "Every step of this batch is done.")
	}
	if refusal := d.entitled(identity.Verified, staff(), identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	holder := d.s.Holder(c.Of)
	switch {
	case holder == nil:
		return nil, refuse("not_held", "Nobody holds the %s in person: it was not handed over yet.", c.Of)
	case holder.Person == d.f.Person.ID:
		return nil, refuse("already_held", "You hold the %s already.", c.Of)
	}
	code := scanned(c.Raw)
	if code == "" || len(code) > maxCode {
		return nil, refuse("bad_value", "The scanner sent nothing that can be read. Scan again.")
	}
	if pending := d.s.handing(c.Of); pending != nil {
		return nil, refuse("being_received", "%s has handed over the %s in step %s. Whoever receives it signs that step.", pending.From.Name, c.Of, pending.Step)
	}
	if why := d.isNot(c.Of, code); why != "" {
		return nil, refuse("wrong_code", "The code was refused: %s. Do not take it over.", why)
	}
	place, refusal := worded(c.Place, "where it is taken over")
	if refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why it is taken over outside the protocol's hand-overs")
	if refusal != nil {
		return nil, refusal
	}
	ev := CustodyTaken{By: d.by, Of: c.Of, Raw: code, Place: place, Reason: reason, From: holder.Person, Holder: holder.Name}
	d.add = append(d.add, ExceptionRaised{
		Class: custodyClass, Severity: "major", Blocks: BlocksRelease, Cause: fmt.Sprintf("custody:%d", d.s.Version+1), CausedBy: d.f.Person.ID,
		Text: strings.TrimSuffix(ev.words(), ".") + ".",
	})
	return ev, nil
}

// words tell it in one sentence.
func (e CustodyTaken) words() string {
	return fmt.Sprintf("%s took over the %s from %s at %s, outside the protocol's hand-overs: %s", e.Name, e.Of, e.Holder, e.Place, e.Reason)
}

// handedTo takes an unplanned hand-over in.
func (s *growing) handedTo(e CustodyTaken, act Act) {
	s.Taken = append(s.Taken, Handover{
		Of: e.Of, Place: e.Place, Code: e.Raw, From: Act{Person: e.From, Name: e.Holder}, To: &act, Reason: e.Reason,
	})
}

func (sh *sheet) takeOver(c TakeOver) {
	if holder := sh.s.Holder(c.Of); holder != nil {
		sh.add("Taken over: the %s, held by %s since %s.", c.Of, holder.Name, sh.at(holder.At))
	}
	sh.add("Its code: %s. At: %s. Why outside the protocol's hand-overs: %s", scanned(c.Raw), strings.TrimSpace(c.Place), strings.TrimSpace(c.Reason))
}

// moves says on a step's sheet what changes hands or container.
func (sh *sheet) moves(st *StepState) {
	if st.Step.HandsOver != "" {
		sh.add("Hand-over of the %s: who performs this step hands it over, and who checks it receives it.", st.Step.HandsOver)
	}
	if st.Step.Into != "" {
		sh.add("Moved into: %s, whose label was scanned.", st.Step.Into)
	}
}
