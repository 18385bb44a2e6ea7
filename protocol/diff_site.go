package protocol

// site tells what changed in what a site may set for itself. A value is known
// by its name.
func (d *differ) site(old, new []SiteValue) {
	name := func(v *SiteValue) string { return v.Name }
	list := paired(old, new, name)
	for _, v := range list.removed {
		d.at("the site's value %s", v.Name).say(GroupLimits, "a site may no longer set %s; it could be set %s.", v.Name, v.between())
	}
	for _, v := range list.added {
		d.at("the site's value %s", v.Name).say(GroupLimits, "a site may now set %s %s; it must be set before a batch opens.", v.Name, v.between())
	}
	for _, v := range list.both {
		d.siteValue(v.old, v.new)
	}
	if list.reordered() {
		d.at("the site's values").say(GroupWording, "what a site may set stands in another order: %s.", listed(namesOf(new, name)))
	}
}

func (d *differ) siteValue(old, new *SiteValue) {
	at := d.at("the site's value %s", new.Name)
	switch {
	case old.Type != new.Type:
		at.say(GroupLimits, "a site may now set %s %s; before, it could be set %s.", new.Name, new.between(), old.between())
	case old.Low != new.Low || old.High != new.High:
		before, now := apart(old.between(), new.between(), old.Low.Coded()+" to "+old.High.Coded(), new.Low.Coded()+" to "+new.High.Coded())
		at.say(GroupLimits, "a site may now set %s %s; before, it could be set %s.", new.Name, now, before)
	}
	if old.Type == new.Type {
		at.words(
			GroupLimits, old.Choices, new.Choices,
			"a site may now set "+new.Name+" to “%s”.", "a site may no longer set "+new.Name+" to “%s”.",
			"the choices of "+at.where+" stand in another order: %s.",
		)
	}
	at.text(GroupWording, "the title of "+at.where, old.Title, new.Title)
}

// between says in a sentence what may be set, as in "between 350 and 450 mL".
func (v *SiteValue) between() string {
	switch v.Type {
	case TypeChoice:
		return "to one of " + listed(v.Choices)
	case TypeText:
		return "as a text"
	}
	low := v.Low.String()
	if v.Low.Unit == v.High.Unit {
		low = v.Low.Number
	}
	return "between " + low + " and " + v.High.String()
}
