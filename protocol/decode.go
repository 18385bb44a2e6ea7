package protocol

import (
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// builder makes a protocol from its text. nodes leads from a place back to
// what stands there, for the formulas, which are read last.
type builder struct {
	*reader
	p       *Protocol
	nodes   map[Pos]*yaml.Node
	known   map[string]*block // reusable blocks by name
	grammar grammar
	told    map[string]bool // what a site sets and an instruction tells
	again   bool            // the text was accepted before; see Reread
	bare    map[Pos]written // conditions with needless quotes
}

// keep remembers a node by its place.
func (b *builder) keep(n *yaml.Node) Pos {
	b.nodes[posOf(n)] = n
	return posOf(n)
}

// named reads the name that is a mapping's key.
func (b *builder) named(key *yaml.Node, what string) string {
	if problem, ok := validName(key.Value); !ok {
		b.fail(key, problem, "%q cannot be the name of %s", key.Value, what)
	}
	return key.Value
}

func (b *builder) document(root *yaml.Node) {
	o := b.object(root, "the protocol")
	p := b.p
	b.told = map[string]bool{}
	p.Name = o.need("protocol")
	if p.Name != "" && !regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(p.Name) || len(p.Name) > 60 {
		b.fail(o.values["protocol"], "write it as in aso-intrathecal", "a protocol's name is small letters, digits and hyphens")
	}
	if o.values["version"] == nil {
		o.need("version")
	}
	p.Version = o.whole("version", 1, 9999)
	p.Title, p.Status = o.need("title"), o.text("status")
	p.ReviewByChecker, p.SafeState = o.flag("review by checker"), o.text("safe state")
	b.blocks(o.get("blocks"))
	b.product(o)
	b.label(o.get("label"))
	b.order(o.get("order"))
	b.site(o.get("site sets"))
	b.toldIn(o.values["safe state"])
	b.people(o)
	b.items(o.get("materials"), false)
	b.items(o.get("equipment"), true)
	if sections := o.get("sections"); sections == nil {
		o.missing("sections")
	} else {
		for _, section := range b.listOf(sections) {
			b.section(section)
		}
	}
	b.windows(o.get("windows"))
	b.budgets(o.get("budgets"))
	p.Exceptions = b.exceptions(o.get("exceptions"))
	b.outOfSpecification(o.get("out of specification"))
	if o.get("release") == nil {
		o.missing("release")
	}
	for _, criterion := range b.listOf(o.values["release"]) {
		b.criterion(criterion)
	}
	o.done()
}

func (b *builder) product(top *object) {
	n := top.get("product")
	if n == nil {
		top.missing("product")
		return
	}
	o, p := b.object(n, "product"), &b.p.Product
	for _, field := range []struct {
		key  string
		into *string
	}{
		{"name", &p.Name},
		{"code", &p.Code},
		{"form", &p.Form},
		{"strength", &p.Strength},
		{"mode", &p.Mode},
		{"supply", &p.Supply},
		{"batch size", &p.BatchSize},
		{"licence", &p.Licence},
		{"control site", &p.ControlSite},
		{"master file", &p.MasterFile},
		{"container", &p.Container},
		{"storage", &p.Storage},
	} {
		*field.into = o.need(field.key)
	}
	p.ATMP, p.ImmediateUse = o.flag("atmp"), o.flag("immediate use")
	if p.Mode != "" && p.Mode != "point of care" && p.Mode != "modular" {
		b.fail(o.values["mode"], suggest(p.Mode, []string{"point of care", "modular"}), "mode is point of care or modular")
	}
	if file := p.MasterFile; file != "" {
		number, version, ok := strings.Cut(file, ", version ")
		if !ok || number == "" || version == "" {
			b.fail(o.values["master file"], "write it as in: DMMF-0042, version 7", "the master file has a number and a version")
		}
		p.MasterFile, p.MasterFileVersion = number, version
	}
	o.done()
}

// noUnit stands for a unit that could not be read; it agrees with every
// other, so that one fault is told once. No sound protocol holds it.
func noUnit() Unit { return Unit{Code: "?"} }

// unitHint helps with an unknown unit, and otherwise says what it is given.
func unitHint(err error, otherwise string) string {
	var u *unknownUnit
	if errors.As(err, &u) {
		if hint := suggestUnit(u.part); hint != "" {
			return hint
		}
	}
	return otherwise
}

// order reads "dose: 3.5 to 42.0 mg", "strength: 2.4 mg/mL" or the same as
// allow, beside a title.
func (b *builder) order(n *yaml.Node) {
	o := b.object(n, "order")
	for _, key := range o.keys {
		value := o.get(key.Value)
		v := OrderValue{Name: b.named(key, "an order value"), Title: key.Value, Pos: b.keep(key)}
		v.High.Unit = noUnit()
		var fields *object
		if value.Kind == yaml.MappingNode {
			fields = b.object(value, "the order value "+v.Name)
			if title := fields.text("title"); title != "" {
				v.Title = title
			}
			if value = fields.get("allow"); value == nil {
				b.fail(key, "give it one, as in allow: 3.5 to 42.0 mg", "the order value %s has no approved range", v.Name)
			}
		}
		b.bounds(&v, value)
		if fields != nil {
			v.Dose = b.dose(fields, v.High.Unit, true)
			fields.done()
		}
		v.Input = Input{Name: v.Name, Title: v.Title, Type: TypeDecimal, Unit: v.High.Unit, Places: v.High.Places(), Dose: v.Dose, Pos: v.Pos}
		b.p.Order = append(b.p.Order, v)
	}
}

// bounds reads an approved range (MBR-05).
func (b *builder) bounds(v *OrderValue, n *yaml.Node) {
	if n == nil {
		return
	}
	text, ok := b.text(n, v.Name)
	if !ok {
		return
	}
	low, high, ranged := strings.Cut(text, " to ")
	if !ranged {
		high = low
	}
	v.High.Unit = noUnit()
	top, err := ParseQuantity(high)
	if err != nil {
		b.fail(n, unitHint(err, "write a range as in 3.5 to 42.0 mg"), "the range of %s cannot be read: %s", v.Name, err)
		return
	}
	bottom, err := ParseQuantity(low)
	if err != nil {
		b.fail(n, unitHint(err, "write a range as in 3.5 to 42.0 mg"), "the range of %s cannot be read: %s", v.Name, err)
		return
	}
	if bottom.Unit.Code == "1" {
		bottom.Unit = top.Unit
	}
	switch order, err := bottom.Cmp(top); {
	case bottom.Unit != top.Unit || err != nil:
		b.fail(n, "use one unit for both", "the range of %s mixes %s and %s", v.Name, bottom.Unit.name(), top.Unit.name())
	case order > 0:
		b.fail(n, "write the smaller number first", "no value lies from %s to %s", bottom, top)
	case bottom.Places() != top.Places():
		b.fail(n, "", "the bounds of %s show different decimal places", v.Name)
	}
	v.Low, v.High = bottom, top
}

// people reads "checker: pharmacist, not the preparer".
func (b *builder) people(top *object) {
	n := top.get("people")
	if n == nil {
		top.missing("people")
		return
	}
	o := b.object(n, "people")
	for _, key := range o.keys {
		part := Part{Name: b.named(key, "a part"), Pos: b.keep(key)}
		text, _ := b.text(o.get(key.Value), part.Name)
		for i, words := range strings.Split(text, ", ") {
			if i == 0 {
				part.Role = words
				continue
			}
			other, ok := strings.CutPrefix(words, "not the ")
			if !ok {
				b.fail(o.values[key.Value], "write it as in: pharmacist, not the preparer", "%q cannot be understood here", words)
				continue
			}
			part.Not = append(part.Not, other)
		}
		b.p.Parts = append(b.p.Parts, part)
	}
}

func (b *builder) items(n *yaml.Node, equipment bool) {
	what := "materials"
	if equipment {
		what = "equipment"
	}
	o := b.object(n, what)
	for _, key := range o.keys {
		item := Item{Name: b.named(key, "an item"), Title: key.Value, Equipment: equipment, Pos: b.keep(key)}
		fields := b.object(o.get(key.Value), "the item "+item.Name)
		if title := fields.text("title"); title != "" {
			item.Title = title
		}
		item.RegisteredAs = item.Name
		if as := fields.text("registered as"); as != "" {
			item.RegisteredAs = b.named(fields.values["registered as"], "what the registers know")
		}
		item.Need = Quantity{Number: "1", Unit: One()}
		if text := fields.text("need"); text != "" {
			need, err := ParseQuantity(text)
			if err != nil {
				b.fail(fields.values["need"], "", "the amount needed cannot be read: %s", err)
			}
			item.Need = need
		}
		for _, element := range b.listOf(fields.get("must be")) {
			condition, ok := b.text(element, "a condition")
			if ok && !contains(itemConditions(), condition) {
				b.fail(element, suggest(condition, itemConditions()), "no item can be %q", condition)
			}
			item.MustBe = append(item.MustBe, condition)
		}
		b.reconcileOf(fields, &item)
		fields.done()
		b.p.Items = append(b.p.Items, item)
	}
}

// itemConditions lists what must be can say.
func itemConditions() []string {
	return []string{"released", "in date", "for this patient", "qualified", "calibrated", "clean"}
}

// consequences lists what can follow when something does not hold.
func consequences() []string {
	return []string{"exception", "blocks", "stop", "repeat once", "repeat twice"}
}

func contains(list []string, word string) bool {
	for _, element := range list {
		if element == word {
			return true
		}
	}
	return false
}

// breach reads "exception, blocks" or [exception, blocks].
func (b *builder) breach(n *yaml.Node) Breach {
	var then Breach
	for _, element := range b.listOf(n) {
		text, ok := b.text(element, "what follows")
		if !ok {
			continue
		}
		for _, word := range strings.Split(text, ", ") {
			switch word {
			case "exception":
				then.Exception = true
			case "blocks":
				then.Exception, then.Blocks = true, true
			case "stop":
				then.Exception, then.Blocks, then.Stops = true, true, true
			case "repeat once":
				then.Repeat = 1
			case "repeat twice":
				then.Repeat = 2
			default:
				b.fail(element, suggest(word, consequences()), "%q is not something that can follow: exception, blocks, stop, repeat once or repeat twice", word)
			}
		}
	}
	return then
}

func (b *builder) point(o *object, key string) Point {
	text := o.need(key)
	p, ok := cutPoint(text)
	if text != "" && !ok {
		b.fail(o.values[key], "write it as in: draw up done", "%q is no moment: it ends in started, scanned, done, checked, out or back", text)
	}
	return p
}

func (b *builder) windows(n *yaml.Node) {
	all := b.object(n, "windows")
	for _, key := range all.keys {
		o := b.object(all.get(key.Value), "the window "+key.Value)
		w := Window{Name: key.Value, From: b.point(o, "from"), To: b.point(o, "to"), Pos: b.keep(key)}
		if text := o.need("allow"); text != "" {
			span, err := parseSpan(text)
			if err != nil {
				b.fail(o.values["allow"], "", "%s", err)
			}
			w.Span = span
		}
		if o.get("otherwise") == nil {
			o.missing("otherwise")
		}
		w.Then = b.breach(o.values["otherwise"])
		o.done()
		b.p.Windows = append(b.p.Windows, w)
	}
}

func (b *builder) budgets(n *yaml.Node) {
	all := b.object(n, "budgets")
	for _, key := range all.keys {
		o := b.object(all.get(key.Value), "the budget "+key.Value)
		g := Budget{Name: key.Value, Item: o.need("item"), Pos: b.keep(key)}
		g.From, g.To, g.Until = b.point(o, "from"), b.point(o, "to"), b.point(o, "until")
		if text := o.need("at most"); text != "" {
			most, err := ParseDuration(text)
			if err = positive(most, err); err != nil {
				b.fail(o.values["at most"], "", "%s", err)
			}
			g.Most = most
		}
		if o.get("otherwise") == nil {
			o.missing("otherwise")
		}
		g.Then = b.breach(o.values["otherwise"])
		o.done()
		b.p.Budgets = append(b.p.Budgets, g)
	}
}
