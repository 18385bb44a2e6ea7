package scan

// Item is what a pack's code says (MAT-03). Blank is what it does not say.
type Item struct {
	GTIN       string // 14 digits, with zeros in front
	Lot        string
	Serial     string
	Variant    string
	Contents   string // GTIN of what a logistic unit holds
	Count      string // pieces, as digits
	Made       Date
	Packed     Date
	BestBefore Date
	Expiry     Moment
}

// With adds what another code of the same pack says. A blank never overwrites;
// what disagrees is refused, for then it is not the same pack.
func (i Item) With(other Item) (Item, error) {
	for _, field := range []struct {
		name string
		into *string
		from string
	}{
		{"product numbers", &i.GTIN, other.GTIN},
		{"lots", &i.Lot, other.Lot},
		{"serial numbers", &i.Serial, other.Serial},
		{"variants", &i.Variant, other.Variant},
		{"contents", &i.Contents, other.Contents},
		{"counts", &i.Count, other.Count},
	} {
		if !fill(field.into, field.from) {
			return Item{}, apart(field.name)
		}
	}
	for _, field := range []struct {
		name string
		into *Date
		from Date
	}{
		{"dates of production", &i.Made, other.Made},
		{"dates of packaging", &i.Packed, other.Packed},
		{"best-before dates", &i.BestBefore, other.BestBefore},
	} {
		if !fill(field.into, field.from) {
			return Item{}, apart(field.name)
		}
	}
	return i.expires(other.Expiry)
}

// fill writes a value over a blank, and says whether the two agree.
func fill[T comparable](into *T, from T) bool {
	var blank T
	switch {
	case from == blank || *into == from:
		return true
	case *into == blank:
		*into = from
		return true
	}
	return false
}

func apart(what string) error {
	return refuse("two_things", "The %s of the two codes differ: these are not codes of the same pack.", what)
}

// expires adds an expiry. A day and a time on that day agree, and the time is
// the narrower; two different days or times do not.
func (i Item) expires(other Moment) (Item, error) {
	switch {
	case other == (Moment{}):
	case i.Expiry == (Moment{}):
		i.Expiry = other
	case i.Expiry.Date != other.Date, i.Expiry.Timed && other.Timed && i.Expiry != other:
		return Item{}, refuse("two_things", "Two different expiry dates are given. Read the date on the pack and type it with a reason.")
	case other.Timed:
		i.Expiry = other
	}
	return i, nil
}

// elements says what GS1 fields mean together.
func (c Scan) elements(all []Element, err error, s Settings) (Scan, error) {
	if err != nil {
		return Scan{}, err
	}
	c.Elements = all
	patients, _ := valueOf(all, "8018")
	staff, _ := valueOf(all, "8017")
	c.Unit, _ = valueOf(all, "00")
	c.Location, _ = valueOf(all, "414")
	c.Asset = asset(all)
	if c.Item, err = c.item(s); err != nil {
		return Scan{}, err
	}
	if c.Kind, err = kind(patients != "", staff != "", c); err != nil {
		return Scan{}, err
	}
	if c.Kind == Patient {
		return c.wristband(patients, s)
	}
	return c, nil
}

// kind decides what a code names, and refuses one that names two things.
func kind(patients, staff bool, c Scan) (Kind, error) {
	packs := c.Item.GTIN != "" || c.Item.Contents != ""
	things := 0
	for _, named := range []bool{patients, staff, c.Asset != "", packs || c.Unit != ""} {
		if named {
			things++
		}
	}
	switch {
	case things > 1:
		return "", refuse("two_things", "This code names two things at once, such as a patient and a product. Scan the other code or type it with a reason.")
	case patients:
		return Patient, nil
	case staff:
		return Staff, nil
	case c.Asset != "":
		return Asset, nil
	case c.Item.GTIN != "":
		return Pack, nil
	case c.Unit != "" || c.Item.Contents != "":
		return Logistic, nil
	case c.Location != "":
		return Place, nil
	case c.Item != (Item{}):
		return PackPart, nil
	}
	return Coded, nil
}

// asset gives the key of a piece of equipment, individual before returnable.
func asset(all []Element) string {
	if giai, found := valueOf(all, "8004"); found {
		return giai
	}
	if grai, found := valueOf(all, "8003"); found {
		return grai[1:] // without the filling zero
	}
	return ""
}

// item reads a pack's fields. Its product number stands in one of several
// fields; two that differ name two products.
func (c *Scan) item(s Settings) (Item, error) {
	var i Item
	for _, e := range c.Elements {
		var err error
		switch e.AI {
		case "01", "03", "8006":
			if !fill(&i.GTIN, e.Value[:14]) {
				return Item{}, refuse("two_things", "This code names two products. Scan the other code on the pack or type it with a reason.")
			}
		case "02", "8026":
			if !fill(&i.Contents, e.Value[:14]) {
				return Item{}, refuse("two_things", "This code names two products. Scan the other code on the pack or type it with a reason.")
			}
		case "10":
			i.Lot = e.Value
		case "21":
			i.Serial = e.Value
		case "20":
			i.Variant = e.Value
		case "30", "37":
			i.Count = e.Value
		case "11", "13", "15", "17", "7003":
			i, err = c.dated(i, e, s)
		}
		if err != nil {
			return Item{}, err
		}
	}
	return i, nil
}

// dated reads one date of a pack. For production and expiry, day 00 is refused
// or noted by the site's recorded rule: GS1 forbade it for medicines from
// 1 January 2025 (MAT-03).
func (c *Scan) dated(i Item, e Element, s Settings) (Item, error) {
	d, zero, _ := date6(e.Value[:6], s.Today, e.AI != "7003")
	if zero && (e.AI == "11" || e.AI == "17") {
		if s.DayZero != DayZeroReviewed {
			return Item{}, refuse("day_zero", "The field (%s) %s.", e.AI, sentence("day_zero"))
		}
		c.Notes = append(c.Notes, Note{"day_zero", "A date in this code names a month but no day; it is taken for the month's last day. Compare it with the pack."})
	}
	switch e.AI {
	case "11":
		i.Made = d
	case "13":
		i.Packed = d
	case "15":
		i.BestBefore = d
	case "17":
		return i.expires(Moment{Date: d, DayZero: zero})
	case "7003":
		hour, minute, _ := clock(e.Value[6:])
		return i.expires(Moment{Date: d, Timed: true, Hour: hour, Minute: minute})
	}
	return i, nil
}
