package protocol

// step tells what changed within a step, whatever it is called.
func (d *differ) step(old, new *Step) {
	at := d.at("the step %s", new.Name)
	at.text(GroupWording, "the instruction of "+at.where, old.Do, new.Do)
	at.text(GroupWording, "the safe state of "+at.where, old.SafeState, new.SafeState)
	at.duty(old, new)
	at.exceptions(" in "+at.where, old.Exceptions, new.Exceptions)
	at.timing(old, new)
	at.scans(old.Scans, new.Scans)
	at.words(
		GroupMaterials, old.Uses, new.Uses,
		at.where+" now uses %s, whose conditions and time budgets now hold up the step.",
		at.where+" no longer uses %s, whose conditions and time budgets no longer hold up the step.",
		"what "+at.where+" uses stands in another order: %s.",
	)
	at.custody(old, new)
	d.values(old, new)
}

// duty tells who performs a step, who is the second person, and how much
// hangs on it.
func (p place) duty(old, new *Step) {
	p.flag(GroupPeople, old.Critical, new.Critical, p.where+" is now critical.", p.where+" is no longer critical.")
	if old.By != new.By {
		p.say(GroupPeople, "%s is now performed by %s instead of %s.", p.where, orNobody(new.By), orNobody(old.By))
	}
	before, now := old.second(), new.second()
	switch {
	case before == now:
	case before == "" && new.Witness:
		p.say(GroupPeople, "%s is now witnessed by a second person (%s).", p.where, orNobody(new.CheckedBy))
	case before == "":
		p.say(GroupPeople, "%s is now checked by a second person (%s).", p.where, new.CheckedBy)
	case now == "" && old.Witness:
		p.say(GroupPeople, "%s is no longer witnessed by a second person.", p.where)
	case now == "":
		p.say(GroupPeople, "%s is no longer checked by a second person.", p.where)
	default:
		p.say(GroupPeople, "%s is now %s instead of %s.", p.where, now, before)
	}
	p.flag(
		GroupPeople, old.Decision, new.Decision,
		p.where+" is now a signed decision on how the batch goes on.",
		p.where+" is no longer a signed decision on how the batch goes on.",
	)
}

// timing tells when a step may be done and how long it lasts.
func (p place) timing(old, new *Step) {
	before, now := old.Wait.written(), new.Wait.written()
	switch {
	case old.Wait == new.Wait:
	case before == "":
		p.say(GroupLimits, "%s now waits %s; before, it did not wait.", p.where, now)
	case now == "":
		p.say(GroupLimits, "%s no longer waits; before, it waited %s.", p.where, before)
	default:
		p.say(GroupLimits, "%s now waits %s.", p.where, instead(now, before))
	}
	p.flag(
		GroupOrder, old.Timed, new.Timed,
		p.where+" now has a start of its own.", p.where+" no longer has a start of its own.",
	)
	p.when(old.When, new.When)
	switch {
	case old.Hours == new.Hours:
	case old.Hours == Hours{}:
		p.say(GroupOrder, "%s may now be done only between %s; before, at any time of the day.", p.where, new.Hours)
	case new.Hours == Hours{}:
		p.say(GroupOrder, "%s may now be done at any time of the day; before, only between %s.", p.where, old.Hours)
	default:
		p.say(GroupOrder, "%s may now be done between %s instead of between %s.", p.where, new.Hours, old.Hours)
	}
}

func (p place) scans(old, new []Scan) {
	name := func(s *Scan) string { return s.Field }
	list := paired(old, new, name)
	for _, s := range list.removed {
		p.say(GroupMaterials, "%s no longer asks for a scan of %s.", p.where, s.Field)
	}
	for _, s := range list.added {
		stop := ""
		if s.Stop {
			stop = "; a wrong one stops the batch"
		}
		p.say(GroupMaterials, "%s now asks for a scan of %s%s.", p.where, s.Field, stop)
	}
	for _, s := range list.both {
		p.flag(
			GroupMaterials, s.old.Stop, s.new.Stop,
			"a wrong scan of "+s.new.Field+" in "+p.where+" now stops the batch.",
			"a wrong scan of "+s.new.Field+" in "+p.where+" no longer stops the batch; it is an exception only.",
		)
	}
	if list.reordered() {
		p.say(GroupOrder, "%s asks for its scans in another order: %s.", p.where, listed(namesOf(new, name)))
	}
}

// values tells what changed about what a step asks to enter and calculates.
func (d *differ) values(old, new *Step) {
	at := d.at("the step %s", new.Name)
	moved := at.inputs(old.asked(), new.asked())
	d.tables(old, new, moved)
	result := func(c *Calculation) string { return c.Name }
	calcs := paired(old.Calcs, new.Calcs, result)
	for _, c := range calcs.removed {
		at.say(GroupLimits, "the calculation %s in %s was removed; its formula was “%s”%s.", c.Name, at.where, c.Formula, withLimits(c.Limits))
	}
	for _, c := range calcs.added {
		at.say(GroupLimits, "the calculation %s in %s was added; its formula is “%s”%s.", c.Name, at.where, c.Formula, withLimits(c.Limits))
	}
	for _, c := range calcs.both {
		at.calculation(c.old, c.new)
	}
	if calcs.reordered() {
		at.say(GroupOrder, "%s shows its calculations in another order: %s.", at.where, listed(namesOf(new.Calcs, result)))
	}
}

// inputs tells what changed about what is entered, and whether its order did.
// Tables stand among the values for their place alone.
func (p place) inputs(old, new []Input) (moved bool) {
	name := func(in *Input) string { return in.Name }
	list := paired(old, new, name)
	for _, in := range list.removed {
		if in.Cell == (Cell{}) {
			p.say(GroupLimits, "%s in %s was removed%s.", in.called(), p.where, withLimits(in.Limits))
		}
	}
	for _, in := range list.added {
		if in.Cell == (Cell{}) {
			p.say(GroupLimits, "%s in %s was added: %s%s.", in.called(), p.where, in.kind(), withLimits(in.Limits))
		}
	}
	for _, in := range list.both {
		if in.new.Cell == (Cell{}) {
			p.input(in.old, in.new)
		}
	}
	if list.reordered() {
		p.say(GroupOrder, "%s asks for its values in another order: %s.", p.where, listed(namesOf(new, name)))
	}
	return list.reordered()
}
