package batch

import (
	"maps"
	"slices"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// setOutAll: every item that the protocol names is set out, each with a code
// of its own, so that a scan can tell them apart (COI-03).
func (d *decision) setOutAll(c Open) ([]OpenedItem, *Refusal) {
	start := &decision{s: &State{ID: c.Batch, Protocol: d.f.Protocol, Patient: c.Patient, Chain: c.Chain}, f: d.f, now: d.now}
	items := []OpenedItem{}
	for _, item := range c.Items {
		held, refusal := start.setOut(item)
		if refusal != nil {
			return nil, refusal
		}
		items = append(items, held)
		start.s.Items = append(start.s.Items, Item{Name: held.Name, Code: held.Code, Chain: held.Chain})
	}
	for _, item := range d.f.Protocol.Items {
		if !slices.ContainsFunc(items, func(held OpenedItem) bool { return held.Name == item.Name }) {
			return nil, refuse("item_missing", "%s is not set out.", sentenceCase(titled(item.Title, item.Name)))
		}
	}
	return items, nil
}

// setOut takes what the registers say of one item, and refuses what may not be
// used now: nobody begins a batch that can never go on. It is asked again at
// every use (MAT-02, MAT-05).
func (d *decision) setOut(item Item) (OpenedItem, *Refusal) {
	planned := d.s.Protocol.Item(item.Name)
	if planned == nil {
		return OpenedItem{}, refuse("item_unknown", "An item was set out that this protocol does not name.")
	}
	title := d.s.itemTitle(item.Name)
	code := scanned(item.Code)
	switch {
	case code == "":
		return OpenedItem{}, refuse("item_missing", "%s needs the code of its label: scan it.", title)
	case code == d.s.ID, d.s.wears(code, d), d.s.holds(code, d.now):
		return OpenedItem{}, refuse("item_code", "The code of %s belongs to something else in this batch too.", item.Name)
	}
	sent, refusal := d.received(item.Code, code)
	if refusal != nil {
		return OpenedItem{}, refusal
	}
	fit, ok := d.f.Registered[code]
	if !ok {
		return OpenedItem{}, refuse("item_unregistered", "%s: no lot and no machine in the register has the code %s. It is taken in first.", title, code)
	}
	if fit.Name != planned.RegisteredAs || fit.Machine() != planned.Equipment {
		return OpenedItem{}, refuse("item_wrong", "%s: this is the code of %s %s, which is %s, and %s is needed.", title, kindOf(fit), fit.Number, fit.Name, planned.RegisteredAs)
	}
	if why := d.s.unfitNow(planned, fit, d.now); why != "" {
		return OpenedItem{}, refuse("item_unfit", "%s cannot be set out: %s. Set out another.", title, why)
	}
	if d.s.Protocol.Label.Names(item.Name+"."+protocol.LabelDonation) && len(fit.Donations) == 0 && !planned.Equipment {
		// Found out when the label is printed, the medicine would be made and could not be labelled.
		return OpenedItem{}, refuse("no_donation", "%s: the donation code stands on the medicine's label, and lot %s was taken in without one. Take it in anew with its donation code, under another label.", title, fit.Number)
	}
	held := OpenedItem{
		Name: item.Name, Code: code, Register: string(fit.Stream), Lot: fit.Number, Released: fit.Released, Clean: fit.Clean,
		Reference: fit.Document, Personal: fit.Personal, ForPatient: fit.ForPatient,
		Chain: fit.Chain, Sent: sent,
	}
	if len(fit.Donations) > 0 {
		held.Donations = fit.Donations
	}
	until := fit.Until
	if fit.Machine() {
		until = fit.Calibrated
	}
	if !until.IsZero() {
		held.Expiry = until.UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	if fit.Machine() {
		return held, nil
	}
	amount, refusal := enough(planned, fit, item.Amount, title)
	held.Amount, held.Left = amount, fit.Left.Coded()
	return held, refusal
}

// holds says that a code is that of something set out already.
func (s *State) holds(code string, now time.Time) bool {
	return slices.ContainsFunc(s.Items, func(held Item) bool { return register.Key(held.Code, now) == register.Key(code, now) })
}

func kindOf(fit register.Fitness) string {
	if fit.Machine() {
		return "the machine"
	}
	return "lot"
}

// enough: as much is set out as the protocol plans, unless more is said, and
// as much is left of the lot (MAT-01).
func enough(planned *protocol.Item, fit register.Fitness, text, title string) (string, *Refusal) {
	amount := planned.Need
	if text != "" {
		read, err := protocol.ParseQuantity(register.Counted(text))
		if err != nil {
			return "", refuse("bad_value", "%s: how much is set out cannot be read: %s.", title, err)
		}
		amount = read
	}
	short, err := amount.Cmp(fit.Left)
	if err != nil {
		return "", refuse("bad_value", "%s: lot %s is counted in %s. Say how much of it is set out.", title, fit.Number, unitWords(fit.Left.Unit))
	}
	if less, err := amount.Cmp(planned.Need); err == nil && less < 0 || zeroOrLess(amount) {
		return "", refuse("item_short", "%s: %s is set out, and the protocol needs %s.", title, amount, planned.Need)
	}
	if short > 0 {
		return "", refuse("not_enough", "%s: of lot %[3]s there is %[2]s left, and %[4]s is needed.", title, shownAmount(fit.Left.Coded()), fit.Number, shownAmount(amount.Coded()))
	}
	return amount.Coded(), nil
}

func unitWords(u protocol.Unit) string {
	if u.Display == "" {
		return "pieces"
	}
	return u.Display
}

func zeroOrLess(q protocol.Quantity) bool {
	more, err := q.Cmp(protocol.Quantity{Number: "0", Unit: q.Unit})
	return err != nil || more <= 0
}

// setOutMore sets out one more item during the batch: what broke or ran out is
// replaced, and a quality lead sees it.
func (d *decision) setOutMore(c SetOut) (Event, *Refusal) {
	if refusal := d.handling(); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why another one is needed")
	if refusal != nil {
		return nil, refusal
	}
	held, refusal := d.setOut(c.Item)
	if refusal != nil {
		return nil, refusal
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "additional item", Severity: "minor", Blocks: BlocksNothing, Cause: "item:" + held.Code, CausedBy: d.f.Person.ID,
		Text: d.s.itemTitle(held.Name) + ", " + d.s.LotOrNumber(held.Name) + " " + held.Lot + ", was set out during the batch: " + reason + ".",
	})
	return ItemSetOut{By: d.by, Item: held, Reason: reason}, nil
}

// unfit names the first condition of an item that does not hold at a moment;
// "" when all hold. What was set out before there were registers is judged by
// what was stated then.
func (d *decision) unfit(item Item) string {
	planned := d.s.Protocol.Item(item.Name)
	if planned == nil {
		return ""
	}
	if item.Register == "" {
		return d.s.unfitAsStated(planned, item, d.now)
	}
	fit, ok := d.f.Registered[item.Code]
	if !ok {
		return "the register knows nothing of its code any more"
	}
	return d.s.unfitNow(planned, fit, d.now)
}

// unfitNow judges by what the registers say now. What was ended, and what is
// another patient's, is unfit whatever the protocol asks (COI-07).
func (s *State) unfitNow(planned *protocol.Item, fit register.Fitness, now time.Time) string {
	if fit.Ended != "" {
		return fit.Ended
	}
	if why := s.misplaced(planned, fit); why != "" {
		return why
	}
	for _, must := range planned.MustBe {
		if why := fit.Failing(must, now); why != "" {
			return why
		}
	}
	return ""
}

// taken says why a machine cannot be taken now: another batch has it, or has
// used it since it was cleaned (EXE-03). It is asked when the machine is
// scanned, and not when it is set out.
func (s *State) taken(planned *protocol.Item, fit register.Fitness) string {
	switch {
	case fit.Holder != "" && fit.Holder != s.ID:
		return "batch " + fit.Holder + " is using " + fit.Number
	case fit.Holder == "" && fit.UsedBy != "" && slices.Contains(planned.MustBe, "clean"):
		return "batch " + fit.UsedBy + " has used " + fit.Number + " since it was cleaned"
	}
	return ""
}

// Needs says whether a step that is still to be done scans or uses an item: a
// machine is this batch's until then.
func (s *State) Needs(item string) bool {
	if s.ended() {
		return false
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if uses(st.Step, item) && !st.Skipped && !st.Signed() {
			return true
		}
	}
	return false
}

// asTheBooksSaid puts back what the running books said of an item when an
// entry was written: the record carries the item's own stream, and not what
// other batches took.
func (f Facts) asTheBooksSaid(s *State, ev Event, now time.Time) Facts {
	masked := s.Masked || isMaskedOpening(ev)
	f.Registered, f.masked = maps.Clone(f.Registered), masked
	f = f.asSent(ev)
	change := func(code string, how func(fit *register.Fitness)) {
		if fit, ok := f.Registered[code]; ok {
			how(&fit)
			f.Registered[code] = fit
		}
	}
	left := func(item OpenedItem) {
		change(item.Code, func(fit *register.Fitness) {
			if read, err := protocol.ParseQuantity(item.Left); err == nil {
				fit.Left = read
			}
			if masked && item.Personal {
				fit.ForPatient = stoodIn
			}
		})
	}
	switch e := ev.(type) {
	case BatchOpened:
		f.Near = e.Near
		for _, item := range e.Items {
			left(item)
		}
	case ItemSetOut:
		left(e.Item)
	case LabelPrinted:
		f.unmarked = e.unmarked()
	case ScanRefused:
		change(s.codeOf(e.Raw, now), func(fit *register.Fitness) { fit.Holder, fit.UsedBy = e.Holder, e.UsedBy })
		f.wrongScan, f.Near = &e, e.Near
	case ScanAccepted:
		f.Near = e.Near
	case KeptEntered:
		return f.asTheBooksSaid(s, within(e), now)
	case CodeTyped:
		return f.asTheBooksSaid(s, e.asScan(), now)
	case ReadingTaken:
		f.Reading = &e.Sent
	case AlarmAnswered:
		f.Reading = &e.Sent
	case CommandRefused:
		if c, err := UnmarshalCommand([]byte(e.Command)); err == nil {
			if more, ok := c.(SetOut); ok {
				left(OpenedItem{Code: scanned(more.Item.Code), Left: more.Item.Left})
			}
			switch c := c.(type) {
			case TakeReading:
				f.Reading = c.Said
			case AnswerAlarm:
				f.Reading = c.Said
			}
		}
	}
	return f
}

// pinned keeps, in an attempt that is refused, what the books said.
func pinned(c Command, f Facts) Command {
	switch label := c.(type) {
	case Tell: // the record carries no stream of who is not here
		if label.Doer != "" && f.Doer.ID == "" {
			label.Doer = nobody
		}
		return label
	case TakeReading:
		label.Said = f.Reading
		return label
	case AnswerAlarm:
		label.Said = f.Reading
		return label
	case PrintLabel: // an image's hash would let somebody who guesses a name make sure of it
		label.Image = ""
		return label
	case Reprint:
		label.Image = ""
		return label
	}
	more, ok := c.(SetOut)
	if !ok {
		return c
	}
	if fit, ok := f.Registered[scanned(more.Item.Code)]; ok && !fit.Machine() {
		more.Item.Left = fit.Left.Coded()
	}
	return more
}
