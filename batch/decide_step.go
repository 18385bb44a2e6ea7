package batch

import (
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// workable gathers what every act in a step needs.
func (d *decision) workable(step string) (*StepState, *Refusal) {
	st, refusal := d.known(step)
	if refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{
		d.alive,
		func() *Refusal { return d.unblockedBut(st) },
		func() *Refusal { return d.mayWorkOn(st) },
		d.redlineRead,
		func() *Refusal { return d.noWitness(st) },
		func() *Refusal { return d.unsigned(st) },
	} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if len(st.Performed) > 0 {
		return st, nil // open again after a correction: order and timing were kept the first time
	}
	for _, rule := range []func(*StepState) *Refusal{d.inOrder, d.inHours} {
		if refusal := rule(st); refusal != nil {
			return nil, refusal
		}
	}
	return st, nil
}

// startable: a step that has not started cannot start once it may no longer be
// done; one that has started still takes what was seen in it.
func (d *decision) startable(st *StepState) *Refusal {
	if st.Started.IsZero() {
		if refusal := d.attended(st); refusal != nil {
			return refusal
		}
	}
	if !st.Started.IsZero() || len(st.Scans) > 0 || len(st.Values) > 0 {
		return nil
	}
	if refusal := d.notStopped(st); refusal != nil {
		return refusal
	}
	return d.unexpired(st)
}

// unmatched is the patient or the label, where a step still asks for their scan.
func (st *StepState) unmatched() string {
	for _, scan := range st.Step.Scans {
		if (scan.Field == patientField || scan.Field == labelField) && st.Asks(scan) {
			return scan.Field
		}
	}
	return ""
}

// begin starts a timed step once the patient and the label were matched.
func (d *decision) begin(c Begin) (Event, *Refusal) {
	st, refusal := d.workable(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	if !st.Step.Timed {
		return nil, refuse("not_timed", "Step %s has no start of its own.", c.Step)
	}
	if st.Begun != nil {
		return nil, refuse("already_begun", "Step %s was begun already.", c.Step)
	}
	if field := st.unmatched(); field != "" {
		return nil, refuse("incomplete", "Scan the %s before step %s begins.", field, c.Step)
	}
	for _, rule := range []func() *Refusal{
		func() *Refusal { return d.attended(st) },
		func() *Refusal { return d.witnessed(st) },
		func() *Refusal { return d.notStopped(st) },
		func() *Refusal { return d.labelled(st) },
		func() *Refusal { return d.usable(st) },
		func() *Refusal { return d.takenOut(st, "") },
		func() *Refusal { return d.reaches(protocol.Point{Step: c.Step, At: "started"}) },
	} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	return StepBegun{By: d.by, Step: c.Step, Manner: d.manner}, nil
}

// perform signs a step: in order, after its wait, inside its windows, with
// everything that it asks for (EXE-02, EXE-07).
func (d *decision) perform(c Perform) (Event, *Refusal) {
	st, refusal := d.workable(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	roles := []identity.Role{roleOf(d.s.Protocol, st.Step.By)}
	meaning := identity.Performed
	if st.Step.Decision {
		meaning = identity.AuthorisedDeviation
	}
	if refusal := d.entitled(meaning, roles, needOf(st.Step)); refusal != nil {
		return nil, refusal
	}
	if refusal := d.attended(st); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func(*StepState) *Refusal{d.complete, d.ownedUp} {
		if refusal := rule(st); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.witnessed(st); refusal != nil {
		return nil, refusal
	}
	if len(st.Performed) == 0 {
		points := []protocol.Point{{Step: c.Step, At: "done"}}
		if st.Started.IsZero() {
			points = append(points, protocol.Point{Step: c.Step, At: "started"})
		}
		for _, rule := range []func() *Refusal{
			func() *Refusal { return d.notStopped(st) },
			func() *Refusal { return d.labelled(st) },
			func() *Refusal { return d.holding(st) },
			func() *Refusal { return d.usable(st) },
			func() *Refusal { return d.takenOut(st, "") },
			func() *Refusal { return d.waited(st) },
			func() *Refusal { return d.reaches(points...) },
		} {
			if refusal := rule(); refusal != nil {
				return nil, refusal
			}
		}
	}
	if st.Step.Decision {
		if d.manner != (Manner{}) {
			return nil, refuse("not_late", "A decision is signed when it is taken.")
		}
		return StepDecided{By: d.by, Step: c.Step}, nil
	}
	event := StepPerformed{By: d.by, Step: c.Step, Results: []ResultOf{}, Manner: d.manner}
	after, err := d.after(event)
	if err != nil {
		return nil, refuse("broken", "Step %s cannot be signed.", c.Step)
	}
	d.ahead = after // the results are for who reads the entry: the fold works them out itself
	for _, calc := range st.Step.Calcs {
		if result, ok := after.Step(c.Step).Results[calc.Name]; ok {
			event.Results = append(event.Results, ResultOf{
				Name: calc.Name, Unrounded: result.Unrounded.Coded(), Rounded: result.Rounded.Coded(),
				Working: result.Working, Level: string(result.Verdict.Level), Limit: result.Verdict.Reason,
			})
		}
	}
	return event, nil
}

// complete: no scan, value or repeat that the step asks for is missing, and no
// value in it stops it (EXE-07).
func (d *decision) complete(st *StepState) *Refusal {
	if st.Step.Timed && st.Begun == nil {
		return refuse("incomplete", "Step %s was not begun.", st.Step.Name)
	}
	for _, scan := range st.Step.Scans {
		if st.Asks(scan) {
			return refuse("incomplete", "Scan the %s first.", scan.Field)
		}
	}
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		entry := st.Value(in.Name)
		switch {
		case entry == nil && st.Wants(in):
			return refuse("incomplete", "Enter %s first.", titled(in.Title, in.Name))
		case entry != nil && st.repeatDue(in.Name):
			return refuse("incomplete", "%s is to be measured again: %s.", sentenceCase(titled(in.Title, in.Name)), entry.Verdict.Reason)
		case entry != nil && entry.Verdict.Limit != nil && entry.Verdict.Limit.Then.Stops:
			return refuse("stopped", "Step %s cannot be signed: %s.", st.Step.Name, entry.Verdict.Reason)
		}
	}
	for _, calc := range st.Step.Calcs {
		if result, ok := st.Results[calc.Name]; ok && result.Verdict.Limit != nil && result.Verdict.Limit.Then.Stops {
			return refuse("stopped", "Step %s cannot be signed: %s.", st.Step.Name, result.Verdict.Reason)
		}
	}
	return nil
}

// check is the second person's signature (EXE-04, EXE-05, EXE-06).
func (d *decision) check(c Check) (Event, *Refusal) {
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{d.alive, func() *Refusal { return d.attended(st) }, d.unblocked, d.redlineRead} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if st.Step.CheckedBy == "" {
		return nil, refuse("no_check", "Step %s is not checked by a second person.", c.Step)
	}
	meaning, roles := checkMeaning(st.Step), []identity.Role{roleOf(d.s.Protocol, st.Step.CheckedBy)}
	if refusal := d.entitled(meaning, roles, identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	performed := st.PerformedNow()
	if performed == nil {
		return nil, refuse("not_performed", "Step %s is not signed as performed.", c.Step)
	}
	if st.CheckedNow() != nil {
		return nil, refuse("already_checked", "Step %s is checked already.", c.Step)
	}
	if refusal := d.secondPerson(st); refusal != nil {
		return nil, refusal
	}
	if len(st.Checked) == 0 {
		if refusal := d.reaches(protocol.Point{Step: c.Step, At: "checked"}); refusal != nil {
			return nil, refusal
		}
		d.lateWitness(st, performed)
	}
	return StepChecked{By: d.by, Step: c.Step, Witness: st.Step.Witness}, nil
}

func checkMeaning(step *protocol.Step) identity.Meaning {
	if step.Witness {
		return identity.Witnessed
	}
	return identity.Verified
}

// lateWitness: a witness signs at the time; a later signature is taken, and is
// an exception (EXE-05).
func (d *decision) lateWitness(st *StepState, performed *Act) {
	late := d.now.Sub(performed.When())
	if !st.Step.Witness || late <= witnessWithin {
		return
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "late witness", Severity: "major", Blocks: BlocksRelease, Step: st.Step.Name,
		Cause: "witness:" + st.Step.Name, CausedBy: d.f.Person.ID,
		Text: "Step " + st.Step.Name + " was witnessed " + protocol.ShowDuration(late) + " after it was performed; a witness signs within " +
			protocol.ShowDuration(witnessWithin) + ".",
	})
}

// move takes an item out of its storage or puts it back. A fact of the room:
// no open exception keeps it from being told.
func (d *decision) move(c Move) (Event, *Refusal) {
	if refusal := d.handling(); refusal != nil {
		return nil, refusal
	}
	found := false
	for _, item := range d.s.Items {
		found = found || item.Name == c.Item
	}
	if !found {
		return nil, refuse("item_unknown", "This batch has no such item.")
	}
	if refusal := d.movable(c); refusal != nil {
		return nil, refusal
	}
	if refusal := d.reaches(protocol.Point{Step: c.Item, At: c.To}); refusal != nil {
		return nil, refusal
	}
	return ItemMoved{By: d.by, Item: c.Item, To: c.To, Manner: d.manner}, nil
}

// handling: whoever plays a part in a running batch handles its items.
func (d *decision) handling() *Refusal {
	if refusal := d.alive(); refusal != nil {
		return refusal
	}
	roles := []identity.Role{}
	for _, part := range d.s.Protocol.Parts {
		roles = append(roles, identity.Role(part.Role))
	}
	return d.entitled("", roles, identity.NeedsTraining)
}

// movable: an item goes out of its storage and back by turns, and is opened
// and thawed once.
func (d *decision) movable(c Move) *Refusal {
	words := map[string]string{"out": "out of its storage", "back": "in its storage", "opened": "opened", "thawed": "thawed"}
	if words[c.To] == "" {
		return refuse("bad_value", "An item goes out of its storage or back, or is opened or thawed.")
	}
	stays := c.To == "opened" || c.To == "thawed"
	where, done := "back", false
	for _, moved := range d.s.Moves {
		if moved.Item != c.Item {
			continue
		}
		done = done || moved.To == c.To
		if moved.To == "out" || moved.To == "back" {
			where = moved.To
		}
	}
	if stays && done || !stays && where == c.To {
		return refuse("already_moved", "%s is %s already.", d.s.itemTitle(c.Item), words[c.To])
	}
	return nil
}

// scanned is a code without what a scanner puts around it: blanks, line ends
// and the mark of its kind of symbol.
func scanned(raw string) string { return register.Label(raw) }
