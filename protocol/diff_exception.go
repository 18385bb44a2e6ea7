package protocol

// exceptions tells what changed in what is said of classes of exceptions; in
// is "", or " in the step draw up".
func (p place) exceptions(in string, old, new []ExceptionRule) {
	name := func(r *ExceptionRule) string { return r.Class }
	list := paired(old, new, name)
	for _, r := range list.removed {
		p.say(GroupLimits, "exceptions of the class “%s”%s are again as in every protocol; before: %s.", r.Class, in, r.written())
	}
	for _, r := range list.added {
		p.say(GroupLimits, "exceptions of the class “%s”%s are now graver: %s.", r.Class, in, r.written())
	}
	for _, r := range list.both {
		if before, now := r.old.written(), r.new.written(); before != now {
			p.say(GroupLimits, "exceptions of the class “%s”%s are now: %s; before: %s.", r.new.Class, in, now, before)
		}
	}
	if list.reordered() {
		p.say(GroupWording, "the classes of exceptions%s stand in another order: %s.", in, listed(namesOf(new, name)))
	}
}

// written is "severity critical, holds up release, decided by quality lead and
// control site, a deviation is raised".
func (r *ExceptionRule) written() string {
	var words []string
	if r.Severity != "" {
		words = append(words, "severity "+r.Severity)
	}
	if r.Blocks != "" {
		words = append(words, "holds up "+r.Blocks)
	}
	if len(r.ApprovedBy) > 0 {
		words = append(words, "decided by "+listed(r.ApprovedBy))
	}
	if r.Deviation {
		words = append(words, "a deviation is raised")
	}
	return listed(words)
}

func (d *differ) outOfSpecification(old, new *OutOfSpecification) {
	at := d.at("supply out of specification")
	switch {
	case old == nil && new == nil:
	case old == nil:
		at.say(GroupLimits, "the product may now be supplied out of specification at the physician's request; %s.", new.written())
	case new == nil:
		at.say(GroupLimits, "the product may no longer be supplied out of specification at the physician's request; before: %s.", old.written())
	case old.written() != new.written():
		at.say(GroupLimits, "of a supply out of specification now %s; before: %s.", new.written(), old.written())
	}
}

// written is "the sponsor is told within 48 h".
func (o *OutOfSpecification) written() string {
	return listed(o.Notify) + " must be told within " + ShowDuration(o.Within)
}

// registered tells that a bound became a registered specification, or is none
// any more.
func (p place) registered(what string, old, new bool) {
	p.flag(GroupLimits, old, new, what+" is now a registered specification.", what+" is no longer a registered specification.")
}
