package protocol

import (
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// LabelPlan is what the protocol says of the medicine's label beside what the
// header says of the product (LAB-01, LAB-05 to LAB-08). Its texts may name
// values of the batch in braces, {order.dose} or {volume}, and what the registers
// say of its materials, {leukapheresis.donation}.
type LabelPlan struct {
	Pos        Pos    // zero when the protocol has no label
	Number     string // the product's GTIN; "" when it has none
	Actives    string
	Contents   string
	Excipients string
	Route      string
	Warnings   string
	Disposal   string
	Holder     string // of the licence: name and address; "" for the control site
	Supplier   string
	Cells      string
	Donation   string
	Autologous bool

	Trial, Sponsor, Participant, Comparator string
	Investigator, Directions                string
	HospitalOnly                            bool
	OldRules                                bool // a trial under the rules before 28 April 2026 (LAB-08)

	Size       LabelSize     // of the stock; zero for what a site usually has
	ShelfLife  time.Duration // from completion of manufacture; 0 when the expiry is given at printing
	Immediate  ImmediateUse
	FinalAfter string // the step after which the final label may be printed; "" for certification
}

// Certified is the gate of a final label whose protocol says nothing else.
const Certified = "certified"

// LabelRow is one text of a label's plan.
type LabelRow struct{ Name, Text string }

// labelText is one of the plan's texts with its key.
type labelText struct {
	key  string
	into *string
}

// texts are the plan's texts by their keys, in the order of the language.
func (p *LabelPlan) texts() []labelText {
	return []labelText{
		{"product number", &p.Number},
		{"actives", &p.Actives},
		{"contents", &p.Contents},
		{"excipients", &p.Excipients},
		{"route", &p.Route},
		{"warnings", &p.Warnings},
		{"disposal", &p.Disposal},
		{"holder", &p.Holder},
		{"supplier", &p.Supplier},
		{"cells", &p.Cells},
		{"donation", &p.Donation},
		{"trial", &p.Trial},
		{"sponsor", &p.Sponsor},
		{"participant", &p.Participant},
		{"comparator", &p.Comparator},
		{"investigator", &p.Investigator},
		{"directions", &p.Directions},
	}
}

// The rules under which a trial's medicine is labelled, as a protocol names them.
// A trial that was approved under the earlier ones may go on under them.
const (
	OldTrialRules = "before 28 April 2026"
	NewTrialRules = "from 28 April 2026"
)

func (p *LabelPlan) trialRules() string {
	if p.OldRules {
		return OldTrialRules
	}
	return NewTrialRules
}

// Rows are the plan as it is read on a page: all of it, under its keys.
func (p LabelPlan) Rows() []LabelRow {
	var rows []LabelRow
	for _, text := range p.texts() {
		rows = append(rows, LabelRow{text.key, *text.into})
	}
	life, gate := "", p.FinalAfter
	if p.ShelfLife > 0 {
		life = ShowDuration(p.ShelfLife)
	}
	if gate == "" && p.Pos.Line > 0 {
		gate = Certified
	}
	yes := func(flag bool) string {
		if flag {
			return "yes"
		}
		return ""
	}
	size := ""
	if p.Size != (LabelSize{}) {
		size = p.Size.String()
	}
	rows = append(rows, LabelRow{"size", size}, LabelRow{"autologous", yes(p.Autologous)}, LabelRow{"hospital only", yes(p.HospitalOnly)},
		LabelRow{"trial rules", p.trialRules()}, LabelRow{"shelf life", life}, LabelRow{"final after", gate})
	return append(rows, p.Immediate.rows()...)
}

// label reads the label's plan.
func (b *builder) label(n *yaml.Node) {
	if n == nil {
		return
	}
	o, plan := b.object(n, "the label"), &b.p.Label
	plan.Pos = b.keep(n)
	for _, text := range plan.texts() {
		*text.into = o.text(text.key)
		b.toldIn(o.values[text.key])
		b.keepAs(plan.Pos, text.key, o)
	}
	if plan.Number != "" && !soundNumber(plan.Number) {
		b.fail(o.values["product number"], "write all fourteen digits, as in 09501101530003", "%q is no product number (GTIN): its length or its check digit is wrong", plan.Number)
	}
	plan.Autologous, plan.HospitalOnly = o.flag("autologous"), o.flag("hospital only")
	switch rules := o.text("trial rules"); {
	case rules == OldTrialRules:
		plan.OldRules = true
	case rules != "" && rules != NewTrialRules:
		b.fail(o.values["trial rules"], suggest(rules, []string{OldTrialRules, NewTrialRules}), "trial rules are those %s or those %s", OldTrialRules, NewTrialRules)
	}
	if text := o.text("size"); text != "" {
		b.labelSize(o.values["size"], text)
	}
	if text := o.text("shelf life"); text != "" {
		life, err := ParseDuration(text)
		if err = positive(life, err); err != nil {
			b.fail(o.values["shelf life"], "write it as in: 4 h", "%s", err)
		}
		plan.ShelfLife = life
	}
	if plan.FinalAfter = o.text("final after"); plan.FinalAfter == Certified {
		plan.FinalAfter = ""
	}
	b.keepAs(plan.Pos, "final after", o)
	b.immediateUse(o.get("immediate use"))
	o.done()
}

// soundNumber verifies a GTIN of fourteen digits.
func soundNumber(number string) bool {
	if len(number) != 14 || strings.Trim(number, "0123456789") != "" {
		return false
	}
	sum := 0
	for i := range number {
		weight := 3
		if i%2 == 1 {
			weight = 1
		}
		sum += weight * int(number[i]-'0')
	}
	return sum%10 == 0
}

// LabelNames are the values that a label's text names in braces. What a site
// sets stands in braces too, and is not among them.
func LabelNames(text string) []string {
	var names []string
	for _, found := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(found[0], siteMark) {
			names = append(names, found[1])
		}
	}
	return names
}

// checkLabel: the final label waits for a step that is there, and no text names
// a value that no batch can have.
func (b *builder) checkLabel(steps []*Step) {
	plan := &b.p.Label
	if plan.Pos.Line == 0 {
		return
	}
	b.checkImmediateUse(steps)
	named, values := []string{}, b.p.particularsOfItems()
	for _, order := range b.p.Order {
		values = append(values, "order."+order.Name)
	}
	for _, step := range steps {
		if !b.afterRelease(step) {
			named = append(named, step.Base)
		}
		for i := range step.Inputs {
			values = append(values, step.Inputs[i].Name)
		}
		for i := range step.Calcs {
			values = append(values, step.Calcs[i].Name)
		}
	}
	if plan.FinalAfter != "" && !contains(named, plan.FinalAfter) {
		b.fail(b.nodes[shadow(plan.Pos, "final after")], suggest(plan.FinalAfter, append(named, Certified)), "the final label waits for %q, and no step before release is called so", plan.FinalAfter)
	}
	for _, text := range plan.texts() {
		for _, name := range LabelNames(*text.into) {
			if !contains(values, name) {
				b.fail(b.nodes[shadow(plan.Pos, text.key)], suggest(name, values), "the label's %s names {%s}, and nothing is entered, calculated or ordered under that name", text.key, name)
			}
		}
	}
}

// afterRelease says whether a step waits for certification.
func (b *builder) afterRelease(step *Step) bool {
	for i := range b.p.Sections {
		for j := range b.p.Sections[i].Steps {
			if b.p.Sections[i].Steps[j].Name == step.Name {
				return b.p.Sections[i].AfterRelease
			}
		}
	}
	return false
}

// label tells what changed in the label.
func (d *differ) label(old, new LabelPlan) {
	at := d.at("the label")
	old.FinalAfter, old.Immediate.Step = d.to(old.FinalAfter), d.to(old.Immediate.Step)
	before := old.Rows()
	for i, row := range new.Rows() {
		at.text(GroupMaterials, "the label's "+row.Name, before[i].Text, row.Text)
	}
}

func labelShape() *schemaShape {
	return closed("What stands on the medicine's label beside the product's own particulars; {order.dose} and {volume} stand for values of the batch.", keys{
		"product number": wording().says("The product's GTIN of fourteen digits, for the label's GS1 code, as in 09501101530003."),
		"actives":        wording().says("What acts in it, with amounts."),
		"contents":       wording().says("The contents by weight, volume or number of doses."),
		"excipients":     wording().says("The excipients that must be known, or none."),
		"route":          wording().says("The route and method of giving it."),
		"warnings":       wording().says("The warnings."),
		"disposal":       wording().says("How it is disposed of."),
		"holder":         wording().says("The licence holder's name and address; without it the control site."),
		"supplier":       wording().says("Who supplies it to the patient, with the address."),
		"cells":          wording().says("The statement on cells or tissue, with their origin."),
		"donation":       wording().says("The donation code: that of a material as it was taken in, as in {leukapheresis.donation}."),
		"autologous":     flag().says("Whether it is for the patient from whom it comes and nobody else."),
		"trial":          wording().says("The trial's code."),
		"sponsor":        wording().says("The trial's sponsor and whom to ask."),
		"participant":    wording().says("What links the label to the participant, as in {participant}."),
		"comparator":     wording().says("The comparator or placebo of a blinded trial, as in placebo."),
		"investigator":   wording().says("The trial's investigator, which the rules before 28 April 2026 ask for."),
		"directions":     wording().says("The directions for use of a trial's medicine."),
		"trial rules":    oneOf(OldTrialRules, NewTrialRules).says("The rules under which the trial's medicine is labelled; from 28 April 2026 where nothing is said."),
		"hospital only":  flag().says("Whether a trial's medicine never leaves the hospital."),
		"size":           oneOf(sizesInWords()...).says("The size of the label stock, as in 100 x 60 mm."),
		"shelf life":     durationShape().says("The time from completion of manufacture to expiry, as in 4 h; without it the expiry is given at printing."),
		"immediate use":  refer("immediate-use").says("How it is given at once, where it may then do without its final label."),
		"final after":    wording().says("The step after which the final label may be printed, or certified."),
	})
}
