package protocol

import (
	"time"

	"go.yaml.in/yaml/v3"
)

// ImmediateUse is how a medicine is given that is given at once and entirely,
// of which no part is kept, so that it may do without a final label (LAB-02,
// LAB-03). The zero value says that the label is needed always.
type ImmediateUse struct {
	Pos    Pos           // zero when the protocol does not allow it
	Step   string        // in which it is given
	Within time.Duration // from completion of manufacture to the start of that step
	Given  string        // the step's value for the amount given (EXE-12)
	Left   string        // and for the amount left

	stepAt, givenAt, leftAt Pos
}

// usualWithin is how long immediate use may take where the protocol does not
// say: the example of the guidance, which is no figure of any statute (LAB-03).
const usualWithin = 2 * time.Minute

// immediateUse reads how the medicine is given at once.
func (b *builder) immediateUse(n *yaml.Node) {
	if n == nil {
		return
	}
	o, use := b.object(n, "immediate use"), &b.p.Label.Immediate
	use.Pos = b.keep(n)
	kept := func(key string, at *Pos) string {
		text := o.need(key)
		if value := o.values[key]; value != nil {
			*at = b.keep(value)
		}
		return text
	}
	use.Step = kept("given in", &use.stepAt)
	use.Given = kept("amount given", &use.givenAt)
	use.Left = kept("amount left", &use.leftAt)
	use.Within = usualWithin
	if text := o.text("within"); text != "" {
		life, err := ParseDuration(text)
		if err = positive(life, err); err != nil {
			b.fail(o.values["within"], "write it as in: 2 min", "%s", err)
		}
		use.Within = life
	}
	o.done()
}

// checkImmediateUse: it is for a product made at the point of care that is for
// immediate use (LAB-02), and is given in a step whose start, end and amounts
// show that it was (EXE-12).
func (b *builder) checkImmediateUse(steps []*Step) {
	use, product := &b.p.Label.Immediate, &b.p.Product
	if use.Pos.Line == 0 {
		return
	}
	if !product.ImmediateUse {
		b.fail(b.nodes[use.Pos], "write immediate use: yes under product, or leave this out", "the product is not for immediate use, and its label is needed always")
	}
	if product.Mode != "point of care" {
		b.fail(b.nodes[use.Pos], "", "only what is made at the point of care can do without its label, and this product's mode is %s", product.Mode)
	}
	given, after := (*Step)(nil), []string{}
	for _, step := range steps {
		if !b.afterRelease(step) || step.Round > 1 {
			continue
		}
		after = append(after, step.Base)
		if step.Base == use.Step {
			given = step
		}
	}
	switch {
	case use.Step == "":
		return
	case given == nil:
		b.fail(b.nodes[use.stepAt], suggest(use.Step, after), "the medicine is given in %q, and no step after release is called so", use.Step)
		return
	case !given.Timed:
		b.fail(b.nodes[use.stepAt], "add timed: yes to that step", "step %s has no start of its own, so that nobody could see how soon the medicine was given", use.Step)
	}
	amount, left := b.amount(given, use.Given, use.givenAt), b.amount(given, use.Left, use.leftAt)
	if amount != nil && left != nil && use.Given == use.Left {
		b.fail(b.nodes[use.leftAt], "", "the amount given and the amount left are two values")
	}
}

// amount finds the value of a step that tells an amount, which always has to be
// entered.
func (b *builder) amount(step *Step, name string, at Pos) *Input {
	if name == "" {
		return nil
	}
	var names []string
	for i := range step.Inputs {
		in := &step.Inputs[i]
		if in.Cell.Table != "" {
			continue
		}
		names = append(names, in.Name)
		if in.Name != name {
			continue
		}
		if in.Type != TypeDecimal && in.Type != TypeCount || in.Optional || in.Censored {
			b.fail(b.nodes[at], "", "%q is no amount that is always entered", name)
			return nil
		}
		return in
	}
	b.fail(b.nodes[at], suggest(name, names), "nothing is entered in step %s under the name %q", step.Base, name)
	return nil
}

// rows are what is said of immediate use, as it is read on a page.
func (u ImmediateUse) rows() []LabelRow {
	within := ""
	if u.Within > 0 {
		within = ShowDuration(u.Within)
	}
	return []LabelRow{
		{"step in which it is given for immediate use", u.Step},
		{"time from completion to immediate use", within},
		{"amount given", u.Given},
		{"amount left", u.Left},
	}
}

func immediateUseShape() *schemaShape {
	return closed("How a medicine is given that is given at once and entirely, of which no part is kept: it may then do without its final label.", keys{
		"given in":     wording().says("The timed step after release in which it is given."),
		"within":       durationShape().says("The longest time from completion of manufacture to the start of that step; 2 min where nothing is said."),
		"amount given": wording().says("The step's value for the amount given."),
		"amount left":  wording().says("The step's value for the amount left, which has to be nothing."),
	}, "given in", "amount given", "amount left")
}
