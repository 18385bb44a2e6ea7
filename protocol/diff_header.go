package protocol

import "strconv"

// header tells what changed about the protocol as a whole.
func (d *differ) header(old, new *Protocol) {
	at := d.at("the protocol")
	if old.Name != new.Name {
		at.say(GroupMaterials, "this is another protocol: %s instead of %s.", new.Name, old.Name)
	}
	if old.Version != new.Version {
		at.say(GroupWording, "the version is now %s instead of %s.", strconv.Itoa(new.Version), strconv.Itoa(old.Version))
	}
	at.text(GroupWording, "the title of the protocol", old.Title, new.Title)
	at.text(GroupWording, "the status of the protocol", old.Status, new.Status)
	at.text(GroupWording, "the safe state of the protocol", old.SafeState, new.SafeState)
	at.flag(
		GroupPeople, old.ReviewByChecker, new.ReviewByChecker,
		"the production review may now be done by somebody who checked a step.",
		"the production review may no longer be done by somebody who checked a step.",
	)
}

func (d *differ) product(old, new *Product) {
	at := d.at("the product")
	for _, field := range []struct{ what, old, new string }{
		{"name", old.Name, new.Name},
		{"code", old.Code, new.Code},
		{"form", old.Form, new.Form},
		{"strength", old.Strength, new.Strength},
		{"mode of manufacture", old.Mode, new.Mode},
		{"supply status", old.Supply, new.Supply},
		{"licence", old.Licence, new.Licence},
		{"control site", old.ControlSite, new.ControlSite},
		{"master file", old.MasterFile, new.MasterFile},
		{"master file version", old.MasterFileVersion, new.MasterFileVersion},
		{"container", old.Container, new.Container},
		{"storage", old.Storage, new.Storage},
		{"batch size", old.BatchSize, new.BatchSize},
	} {
		at.text(GroupMaterials, "the product's "+field.what, field.old, field.new)
	}
	at.flag(
		GroupMaterials, old.ATMP, new.ATMP,
		"the product is now an advanced therapy medicinal product.",
		"the product is no longer an advanced therapy medicinal product.",
	)
	at.flag(
		GroupMaterials, old.ImmediateUse, new.ImmediateUse,
		"the product is now for immediate use.", "the product is no longer for immediate use.",
	)
}

// order tells what changed in the approved set-points. An order value's input
// follows from its range and its title, so it is not compared again.
func (d *differ) order(old, new []OrderValue) {
	name := func(v *OrderValue) string { return v.Name }
	list := paired(old, new, name)
	for _, v := range list.removed {
		d.at("the order value %s", v.Name).say(GroupLimits, "the order value %s was removed; it was allowed as %s.", v.Name, v.written())
	}
	for _, v := range list.added {
		d.at("the order value %s", v.Name).say(GroupLimits, "the order value %s was added: %s.", v.Name, v.written())
	}
	for _, v := range list.both {
		at := d.at("the order value %s", v.new.Name)
		if v.old.Low != v.new.Low || v.old.High != v.new.High {
			at.say(GroupLimits, "the approved range of %s moved: %s became %s.", at.where, v.old.written(), v.new.written())
		}
		at.dose(at.where, v.old.Dose, v.new.Dose)
		at.text(GroupWording, "the title of "+at.where, v.old.Title, v.new.Title)
	}
	if list.reordered() {
		d.at("the order").say(GroupWording, "the order values stand in another order: %s.", listed(namesOf(new, name)))
	}
}

// dose tells that a figure is written in another way: its zeros and its unit.
func (p place) dose(value string, old, new bool) {
	p.flag(
		GroupLimits, old, new,
		value+" is now shown as a dose: without zeros behind its last figure, and with its unit in full.",
		value+" is no longer shown as a dose, but as a result with all its decimal places.",
	)
}

func (d *differ) parts(old, new []Part) {
	name := func(p *Part) string { return p.Name }
	list := paired(old, new, name)
	for _, p := range list.removed {
		d.at("the part %s", p.Name).say(GroupPeople, "the part %s (%s) was removed.", p.Name, p.written())
	}
	for _, p := range list.added {
		d.at("the part %s", p.Name).say(GroupPeople, "the part %s (%s) was added.", p.Name, p.written())
	}
	for _, p := range list.both {
		at := d.at("the part %s", p.new.Name)
		if p.old.Role != p.new.Role {
			at.say(GroupPeople, "the %s is now a %s instead of a %s.", p.new.Name, p.new.Role, p.old.Role)
		}
		at.words(
			GroupPeople, p.old.Not, p.new.Not,
			"the "+p.new.Name+" may no longer be the same person as the %s in one step.",
			"the "+p.new.Name+" may now be the same person as the %s in one step.",
			"whom the "+p.new.Name+" may not be stands in another order: %s.",
		)
	}
	if list.reordered() {
		d.at("the people").say(GroupWording, "the parts stand in another order: %s.", listed(namesOf(new, name)))
	}
}

// written is "pharmacist, not the preparer".
func (p *Part) written() string {
	text := p.Role
	for _, other := range p.Not {
		text += ", not the " + other
	}
	return text
}

func (d *differ) items(old, new []Item) {
	name := func(i *Item) string { return i.Name }
	list := paired(old, new, name)
	for _, i := range list.removed {
		d.at("%s", i.called()).say(GroupMaterials, "%s was removed.", i.called())
	}
	for _, i := range list.added {
		must := ""
		if len(i.MustBe) > 0 {
			must = "; it must be " + listed(i.MustBe)
		}
		if i.Reconcile != nil {
			must += "; it is " + i.Reconcile.Words()
		}
		d.at("%s", i.called()).say(GroupMaterials, "%s was added: %s%s.", i.called(), i.Need, must)
	}
	for _, i := range list.both {
		d.item(i.old, i.new)
	}
	if list.reordered() {
		d.at("the materials").say(GroupWording, "the materials and equipment stand in another order: %s.", listed(namesOf(new, name)))
	}
}

func (d *differ) item(old, new *Item) {
	at := d.at("%s", new.called())
	at.flag(
		GroupMaterials, old.Equipment, new.Equipment,
		"the material "+new.Name+" is now a piece of equipment.", "the equipment "+new.Name+" is now a material.",
	)
	if old.Need != new.Need {
		before, now := apart(old.Need.String(), new.Need.String(), old.Need.Coded(), new.Need.Coded())
		at.say(GroupMaterials, "of %s, %s is now needed instead of %s.", at.where, now, before)
	}
	at.words(
		GroupMaterials, old.MustBe, new.MustBe,
		at.where+" must now be %s.", at.where+" need no longer be %s.",
		"the conditions of "+at.where+" stand in another order: %s.",
	)
	at.reconcile(old.Reconcile, new.Reconcile)
	at.text(GroupMaterials, "what the registers call "+at.where, old.RegisteredAs, new.RegisteredAs)
	at.text(GroupWording, "the title of "+at.where, old.Title, new.Title)
}

// reconcile tells what is asked of a material's reconciliation now.
func (p place) reconcile(old, new *Reconcile) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		p.say(GroupMaterials, "%s is now %s.", p.where, new.Words())
	case new == nil:
		p.say(GroupMaterials, "%s is no longer reconciled.", p.where)
	case old.Within != new.Within || old.Return != new.Return:
		p.say(GroupMaterials, "%s is now %s; it was %s.", p.where, new.Words(), old.Words())
	}
}

// called is "the material vial" or "the equipment cabinet".
func (i *Item) called() string {
	if i.Equipment {
		return "the equipment " + i.Name
	}
	return "the material " + i.Name
}

// apart shows two things as people read them; where they then look the same,
// by their codes.
func apart(old, new, oldCode, newCode string) (before, now string) {
	if old == new {
		return oldCode, newCode
	}
	return old, new
}
