package protocol

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

func (b *builder) section(n *yaml.Node) {
	o := b.object(n, "a section")
	s := Section{Name: o.need("section"), Pos: b.keep(n)}
	b.flow(o, &s)
	switch after := o.text("after"); after {
	case "":
	case "release":
		s.AfterRelease = true
	default:
		b.fail(o.values["after"], "write after: release, or leave it out", "%q is nothing that a section can follow", after)
	}
	by, anyway := o.text("by"), o.flag("complete anyway")
	steps := o.get("steps")
	if steps == nil {
		o.missing("steps")
	}
	o.done()
	for _, step := range b.listOf(steps) {
		s.Steps = append(s.Steps, b.stepsOf(step, by)...)
	}
	if anyway {
		s.goOn()
	}
	b.p.Sections = append(b.p.Sections, s)
}

func (b *builder) step(n *yaml.Node, by string) Step {
	o := b.object(n, "a step")
	s := Step{Name: o.need("step"), Do: o.need("do"), Pos: b.keep(n)}
	if name := o.values["step"]; name != nil && s.Name != "" {
		b.named(name, "a step")
		s.Pos = b.keep(name)
		o.what = "the step " + s.Name
	}
	if s.By = o.text("by"); s.By == "" {
		s.By = by
	}
	s.Base = s.Name
	s.Critical, s.Timed, s.Decision = o.flag("critical"), o.flag("timed"), o.flag("decision")
	s.When, s.SafeState, s.Hours = b.condition(o, "when"), o.text("safe state"), b.hours(o)
	b.toldIn(o.values["do"])
	b.toldIn(o.values["safe state"])
	checked, witnessed := o.text("checked by"), o.text("witnessed by")
	if s.CheckedBy = checked; witnessed != "" {
		s.CheckedBy, s.Witness = witnessed, true
		if checked != "" {
			b.fail(o.values["checked by"], "keep one of the two", "a step is checked or witnessed, not both")
		}
	}
	for _, element := range b.listOf(o.get("scan")) {
		s.Scans = append(s.Scans, b.scan(element))
	}
	s.HandsOver, s.Into = o.text(handsOverKey), o.text(intoKey)
	for _, element := range b.listOf(o.get("uses")) {
		if name, ok := b.text(element, "uses"); ok {
			b.keep(element)
			s.Uses = append(s.Uses, name)
		}
	}
	if text := o.text("wait"); text != "" {
		span, err := parseSpan(text)
		if err != nil {
			b.fail(o.values["wait"], "", "%s", err)
		}
		s.Wait = span
	}
	inputs := b.object(o.get("enter"), "enter")
	for _, key := range inputs.keys {
		value := inputs.get(key.Value)
		if !isTable(value) {
			s.Inputs = append(s.Inputs, b.input(key, value))
			continue
		}
		t := b.table(key, value)
		s.Tables = append(s.Tables, t)
		s.Inputs = append(s.Inputs, t.cells()...)
	}
	s.Exceptions = b.exceptions(o.get("exceptions"))
	calcs := b.object(o.get("calculate"), "calculate")
	for _, key := range calcs.keys {
		s.Calcs = append(s.Calcs, b.calculation(key, calcs.get(key.Value)))
	}
	o.done()
	return s
}

// scan reads "patient" or "patient, or stop".
func (b *builder) scan(n *yaml.Node) Scan {
	text, _ := b.text(n, "scan")
	field, rest, more := strings.Cut(text, ", ")
	if field == "or stop" {
		b.fail(n, "write the scans as a list, each on a line of its own: - patient, or stop", "or stop belongs to the scan before it, and a comma in brackets parts them")
	}
	if more && rest != "or stop" {
		b.fail(n, "write it as in: patient, or stop; for several scans, write a list", "%q cannot be understood here", rest)
	}
	return Scan{Field: field, Stop: more, Pos: b.keep(n)}
}

// inputTypes lists what type can say.
func inputTypes() []string {
	return []string{
		string(TypeDecimal), string(TypeCount), string(TypeChoice), string(TypeText), string(TypeYesNo),
		string(TypeDateTime), string(TypeDuration), string(TypeRange), string(TypeFile),
	}
}

func classes() []string {
	return []string{"critical parameter", "quality attribute", "in-process control", "informative"}
}

func (b *builder) input(key, n *yaml.Node) Input {
	in := Input{Name: b.named(key, "a field"), Title: key.Value, Class: "informative", Pos: b.keep(key)}
	o := b.object(n, "the field "+in.Name)
	if title := o.text("title"); title != "" {
		in.Title = title
	}
	in.Optional = o.flag("optional")
	if class := o.text("class"); class != "" {
		in.Class = class
		if !contains(classes(), class) {
			b.fail(o.values["class"], suggest(class, classes()), "no value has the class %q", class)
		}
	}
	unit, choices, kind := o.get("unit"), o.get("choices"), o.text("type")
	switch {
	case kind != "":
		in.Type = InputType(kind)
		if !contains(inputTypes(), kind) {
			hint := suggest(kind, inputTypes())
			if hint == "" {
				hint = "the types are: " + strings.Join(inputTypes(), ", ")
			}
			b.fail(o.values["type"], hint, "no value has the type %q", kind)
		}
	case unit != nil:
		in.Type = TypeDecimal
	case choices != nil:
		in.Type = TypeChoice
	default:
		b.fail(key, "give it a unit, choices or a type", "the field %s does not say what is entered", in.Name)
	}
	in.Unit = b.unit(o, unit, in.Type)
	if in.Type == TypeDecimal || in.Type == TypeRange {
		in.Places = b.places(o, key)
	}
	b.absences(o, &in)
	in.Dose = b.dose(o, in.Unit, in.Type == TypeDecimal && !in.Censored)
	b.sender(o, &in)
	for _, element := range b.listOf(choices) {
		choice, ok := b.text(element, "a choice")
		if ok && contains(in.Choices, choice) {
			b.fail(element, "", "the choice %q stands here a second time", choice)
		}
		in.Choices = append(in.Choices, choice)
	}
	if (in.Type == TypeChoice) != (len(in.Choices) > 0) {
		b.fail(key, "", "choices belong to the type choice, and it needs them")
	} else if len(in.Choices) == 1 {
		b.fail(key, "", "one choice leaves nothing to choose")
	}
	in.Limits = b.limits(o)
	o.done()
	return in
}

// unit reads the unit of a field or result.
func (b *builder) unit(o *object, n *yaml.Node, kind InputType) Unit {
	if n == nil {
		if kind == TypeDecimal || kind == TypeRange {
			b.fail(o.node, "write unit: 1 for a bare number", "%s has no unit", o.what)
			return noUnit()
		}
		return One()
	}
	text, ok := b.text(n, "unit")
	if !ok {
		return noUnit()
	}
	if kind != TypeDecimal && kind != TypeCount && kind != TypeRange {
		b.fail(n, "", "only a number has a unit")
	}
	u, err := ParseUnit(text)
	if err != nil {
		b.fail(n, unitHint(err, ""), "%s", err)
		return noUnit()
	}
	if kind == TypeCount && u.Code != "1" {
		b.fail(n, "leave it out, or use the type decimal", "a count has no unit")
	}
	return u
}

func (b *builder) places(o *object, key *yaml.Node) int {
	if o.values["places"] == nil {
		o.get("places")
		b.fail(key, "write places: 1", "%s does not say how many decimal places it has", o.what)
	}
	return o.whole("places", 0, 12)
}

// limits reads the limits of a field or result, the most serious first.
func (b *builder) limits(o *object) []Limit {
	then, otherwise := o.get("then"), o.get("otherwise")
	var limits []Limit
	read := func(key string, level Level, prefix string, outside bool) {
		n := o.get(key)
		if n == nil {
			return
		}
		limit := Limit{Level: level, Outside: outside, Pos: b.keep(n)}
		if n.Kind == yaml.SequenceNode {
			var choices []string
			for _, element := range n.Content {
				if choice, ok := b.text(element, key); ok {
					choices = append(choices, choice)
				}
			}
			limit.Text = prefix + strings.Join(choices, " or ")
		} else if text, ok := b.text(n, key); ok {
			limit.Text = prefix + text
		}
		switch level {
		case Reject:
			limit.Then = Breach{Exception: true, Blocks: true}
		case Action:
			limit.Then = b.breach(otherwise)
			limit.Then.Exception = true
		case Warn:
			limit.Then = b.breach(then)
		}
		limits = append(limits, limit)
	}
	for _, level := range []Level{Reject, Action, Warn} {
		for _, word := range []string{"above", "below", "outside", "is"} {
			read(string(level)+" "+word, level, word+" ", true)
		}
		read(string(level)+" unless", level, "", false)
		if level == Action {
			read("accept", Action, "", false)
		}
	}
	has := func(level Level) bool {
		for _, limit := range limits {
			if limit.Level == level {
				return true
			}
		}
		return false
	}
	b.registered(o, limits)
	if then != nil && !has(Warn) {
		b.fail(then, "", "then belongs to a warn limit, and there is none")
	}
	if otherwise != nil && !has(Action) {
		b.fail(otherwise, "", "otherwise belongs to accept or to an action limit, and there is none")
	}
	return limits
}

func (b *builder) calculation(key, n *yaml.Node) Calculation {
	c := Calculation{Name: b.named(key, "a calculation"), Title: key.Value, Pos: b.keep(key)}
	o := b.object(n, "the calculation "+c.Name)
	if title := o.text("title"); title != "" {
		c.Title = title
	}
	c.Formula = o.need("formula")
	b.keepAs(c.Pos, "formula", o)
	c.Unit = b.unit(o, o.get("unit"), TypeDecimal)
	if o.values["figures"] != nil {
		c.Rounding.Significant = o.whole("figures", 1, 20)
		if o.get("places") != nil {
			b.fail(o.values["places"], "keep one of the two", "a result is rounded to places or to figures, not both")
		}
	} else {
		o.asked = append(o.asked, "figures")
		c.Rounding.Places = b.places(o, key)
	}
	if o.get("example") == nil {
		b.fail(key, "add one, as in example: 12.0 mg / 2.4 mg/mL = 5.0 mL", "the calculation %s has no worked example", c.Name)
	}
	c.Dose = b.dose(o, c.Unit, true)
	var examples []string
	for _, element := range b.listOf(o.values["example"]) {
		if text, ok := b.text(element, "example"); ok {
			examples = append(examples, text)
		}
	}
	c.Example = strings.Join(examples, "; ")
	b.keepAs(c.Pos, "example", o)
	c.Limits = b.limits(o)
	b.yieldOf(o, &c)
	o.done()
	return c
}

// keepAs remembers a calculation's formula and example by lines that no text
// has: below zero.
func (b *builder) keepAs(pos Pos, key string, o *object) {
	if n := o.values[key]; n != nil {
		b.nodes[shadow(pos, key)] = n
	}
}

// shadow is the place at which keepAs keeps something.
func shadow(pos Pos, key string) Pos {
	if key == "formula" {
		return Pos{Line: -pos.Line, Column: pos.Column}
	}
	return Pos{Line: -pos.Line, Column: -pos.Column}
}

// records lists the criteria that the record itself answers (REL-10).
func records() []string {
	return []string{RecordCriticalChecked, RecordExceptionsDecided, RecordPatientMatched, RecordTimesKept}
}

// criterion reads a release criterion: a sentence of the record, or a
// sentence with the condition that holds and the step it comes from.
func (b *builder) criterion(n *yaml.Node) {
	c := Criterion{Pos: b.keep(n)}
	if n.Kind == yaml.ScalarNode {
		text, ok := b.text(n, "a criterion")
		if !ok {
			return
		}
		c.Name, c.Record, c.Source = text, text, "record"
		if !contains(records(), text) {
			hint := suggest(text, records())
			if hint == "" {
				hint = "the record can answer: " + strings.Join(records(), "; ")
			}
			b.fail(n, hint, "the record cannot answer %q; any other criterion is written with criterion, holds and from", text)
		}
		b.p.Criteria = append(b.p.Criteria, c)
		return
	}
	o := b.object(n, "a release criterion")
	c.Name = o.need("criterion")
	if c.Source = o.text("from"); c.Source == "" && c.Name != "" {
		b.fail(n, "say which step, as in from: draw up; or from: order", "the criterion %q has no source", c.Name)
	}
	if o.need("holds") != "" {
		b.nodes[shadow(c.Pos, "formula")] = o.values["holds"]
	}
	if from := o.values["from"]; from != nil {
		b.nodes[shadow(c.Pos, "example")] = from
	}
	b.later(o, &c)
	c.Registered = o.flag("registered")
	o.done()
	b.p.Criteria = append(b.p.Criteria, c)
}
