package protocol

import (
	"go.yaml.in/yaml/v3"
)

// maxSiteValues bounds what a site may set: far more than anybody can keep true.
const maxSiteValues = 100

// site reads what a site may set: "spin: 350 to 450", "duty call: text", or
// the same in full, with a title.
func (b *builder) site(n *yaml.Node) {
	o := b.object(n, "site sets")
	for i, key := range o.keys {
		if i == maxSiteValues {
			b.fail(key, "", "a site sets no more than %d values", maxSiteValues)
			return
		}
		value := o.get(key.Value)
		v := SiteValue{Name: b.named(key, "a value that a site sets"), Title: key.Value, Type: TypeDecimal, Pos: b.keep(key)}
		v.High.Unit = noUnit()
		if value.Kind == yaml.MappingNode {
			b.siteFields(&v, key, value)
		} else if text, ok := b.text(value, v.Name); ok && text == string(TypeText) {
			v.Type = TypeText
		} else if ok {
			b.siteRange(&v, value)
		}
		b.p.SiteValues = append(b.p.SiteValues, v)
	}
}

// siteFields reads a value that is written in full.
func (b *builder) siteFields(v *SiteValue, key, n *yaml.Node) {
	fields := b.object(n, "the site's value "+v.Name)
	if title := fields.text("title"); title != "" {
		v.Title = title
	}
	kind, allow, choices := fields.text("type"), fields.get("allow"), fields.get("choices")
	said := 0
	if kind != "" {
		v.Type = TypeText
		if said++; kind != string(TypeText) {
			b.fail(fields.values["type"], "the other values are known by allow and by choices", "a site sets a figure within a range, a choice or a text, and no %s", kind)
		}
	}
	if allow != nil {
		said++
		b.siteRange(v, allow)
	}
	if choices != nil {
		said++
		v.Type = TypeChoice
		b.siteChoices(v, choices)
	}
	if said != 1 {
		b.fail(key, "write one of: allow: 350 to 450 mL; choices: [a, b]; type: text", "the site's value %s needs one of allow, choices and type", v.Name)
	}
	fields.done()
}

// siteRange reads an approved range as that of an order is read; a single
// figure would leave nothing to set.
func (b *builder) siteRange(v *SiteValue, n *yaml.Node) {
	ranged := OrderValue{Name: v.Name}
	before := len(b.list)
	b.bounds(&ranged, n)
	if len(b.list) > before {
		return // no sound range: the value agrees with everything
	}
	v.Low, v.High = ranged.Low, ranged.High
	if order, err := v.Low.Cmp(v.High); err == nil && order == 0 {
		b.fail(n, "write a range, as in 350 to 450 mL, or put the figure where it is used", "%s leaves the site nothing to set", v.High)
	}
}

func (b *builder) siteChoices(v *SiteValue, n *yaml.Node) {
	for _, element := range b.listOf(n) {
		choice, ok := b.text(element, "a choice")
		if ok && contains(v.Choices, choice) {
			b.fail(element, "", "the choice %q stands here a second time", choice)
		}
		v.Choices = append(v.Choices, choice)
	}
	if len(v.Choices) == 1 {
		b.fail(n, "", "one choice leaves the site nothing to set")
	}
}
