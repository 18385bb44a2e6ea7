package protocol

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Schema gives the JSON Schema (draft 2020-12) of the language, with which an
// editor completes keys and closed words and underlines what cannot stand. It
// judges the shape alone: whether a protocol is sound remains Parse's to say.
// What Parse accepts is not underlined, since a check that cries wolf is
// switched off. The bytes are always the same; docs/protocol.schema.json holds
// them.
func Schema() []byte {
	top := protocolShape()
	top.Schema = "https://json-schema.org/draft/2020-12/schema"
	top.Title = "Protocol"
	top.Defs = keys{
		"wording": anyWording(), "switch": oneOf("yes", "no"), "moment": anyMoment(), "duration": anyDuration(), "span": anySpan(), "breach": anyBreach(),
		"product": productShape(), "label": labelShape(), "immediate-use": immediateUseShape(), "order-value": orderValueShape(), "site-value": siteValueShape(), "item": itemShape(), "reconcile": reconcileShape(), "section": schemaSection(), "repeat": repeatShape(),
		"block": blockShape(), "use": useShape(), "window": windowShape(), "budget": budgetShape(), "criterion": criterionShape(), "exceptions": exceptionsSchema(aSection), "out-of-specification": outOfSpecificationSchema(),
	}
	for _, in := range []schemaSpot{aSection, aBlock} {
		top.Defs[in.called("name")] = in.anyName()
		top.Defs[in.called("step")] = in.step()
		top.Defs[in.called("field")] = in.field()
		top.Defs[in.called("table")] = in.table()
		top.Defs[in.called("exception")] = in.exception()
		top.Defs[in.called("calculation")] = in.calculation()
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(top); err != nil {
		return nil // it is made of strings and whole numbers, so this cannot be
	}
	return out.Bytes()
}

// schemaSpot is where a step stands. In a block, any word may still be a
// {placeholder}, so closed words and patterns let those through.
type schemaSpot bool

const (
	aSection schemaSpot = false
	aBlock   schemaSpot = true
)

// called is the name of a definition for steps that stand here.
func (in schemaSpot) called(what string) string {
	if in == aBlock {
		return "block-" + what
	}
	return what
}

func protocolShape() *schemaShape {
	criterion := &schemaShape{AnyOf: []*schemaShape{oneOf(records()...), refer("criterion")}}
	return closed("One protocol in a file, read from the top.", keys{
		"protocol":             protocolName().says("The protocol's lasting name, in small letters, digits and hyphens."),
		"version":              whole(1, 9999).says("A whole number; every changed text is a new version."),
		"title":                wording().says("What is made and how, as it stands on every page."),
		"status":               wording().says("Free words that stand on every page, as in example, not for use in patients."),
		"review by checker":    flag().says("Whether somebody who checked a step may also do the production review; somebody who performed one never may."),
		"safe state":           wording().says("What makes patient and product safe when the batch stops."),
		"blocks":               mapOf(refer("block")).says("Runs of steps that are written once and used in several places with other words."),
		"product":              refer("product").says("What is made, under which licence and master file, and how it is kept."),
		"label":                refer("label").says("What stands on the medicine's label, and when it may be printed."),
		"order":                names(aSection, &schemaShape{AnyOf: []*schemaShape{wording(), refer("order-value")}}).says("Set-points of the signed prescription, each with the range outside which no batch can begin."),
		"site sets":            names(aSection, &schemaShape{AnyOf: []*schemaShape{wording(), refer("site-value")}}).says("What a site may set for itself, each value with its range; all else only the control site changes, by a new version."),
		"people":               names(aSection, people()).says("The parts that people take in this protocol, each with its role and whom its holder may not be."),
		"materials":            names(aSection, refer("item")).says("What goes into the medicine, set out before the batch begins."),
		"equipment":            names(aSection, refer("item")).says("What the work is done with, set out before the batch begins."),
		"sections":             listOf(refer("section")).says("The work in its sections, each begun when the one before it is complete unless it says otherwise."),
		"windows":              mapOf(refer("window")).says("Bounds for the time between any two moments, whatever steps lie between."),
		"budgets":              mapOf(refer("budget")).says("Bounds for a total time over any number of excursions, as out of the cold."),
		"exceptions":           refer("exceptions").says("Which classes of exceptions are graver in this protocol, and who decides on them."),
		"out of specification": refer("out-of-specification").says("Whom to tell, and how soon, when a product of cells or tissues is supplied at the physician's request although a registered specification failed."),
		"release":              listOf(criterion).says("The conditions that hold before the batch is certified, each with its source."),
	}, "protocol", "version", "title", "product", "people", "sections", "release")
}

// people is a role, and whom its holder may not be.
func people() *schemaShape {
	p := matching("^("+strings.Join(rolesAtWork(), "|")+")(, not the .+)*$", "write it as in: pharmacist, not the preparer")
	p.Examples = append(rolesAtWork(), "pharmacist, not the preparer")
	return p.says("A role, and behind a comma the parts whose holder may not take this one in the same step.")
}

func productShape() *schemaShape {
	needed := keys{
		"name":         wording().says("The medicine's name as it stands on the label."),
		"code":         wording().says("The short code of the product."),
		"form":         wording().says("The pharmaceutical form, as in solution for injection."),
		"strength":     wording().says("The strength as it stands on the label."),
		"mode":         oneOf("point of care", "modular").says("Whether it is made at the point of care or in a modular unit."),
		"supply":       wording().says("The supply status, as in unlicensed special."),
		"batch size":   wording().says("What one batch is, as in one syringe."),
		"licence":      wording().says("The number of the manufacturer's licence."),
		"control site": wording().says("The name and address of the control site that answers for the batch."),
		"master file":  matching("., version .", "write it as in: DMMF-0042, version 7").says("The master file's number and its version."),
		"container":    wording().says("The container and its closure."),
		"storage":      wording().says("How the medicine is kept until it is given."),
	}
	required := needed.sorted()
	needed["atmp"] = flag().says("Whether it is an advanced therapy medicinal product.")
	needed["immediate use"] = flag().says("Whether it is given at once and never stored.")
	return closed("The header's account of the medicine.", needed, required...)
}

func orderValueShape() *schemaShape {
	return closed("A set-point of the prescription with its approved range.", keys{
		"title":    wording().says("What the value is called on the pages."),
		"allow":    wording().says("The approved range, which also fixes the unit and the decimal places, as in 3.5 to 42.0 mg."),
		"shown as": shownAs(aSection),
	}, "allow")
}

func siteValueShape() *schemaShape {
	s := closed("A value that a site sets: a figure within a range, a choice, or a text.", keys{
		"title":   wording().says("What the value is called on the pages."),
		"type":    oneOf(string(TypeText)).says("A text, which stands in instructions and in no formula."),
		"allow":   wording().says("The approved range of a figure, which also fixes the unit and the decimal places, as in 350 to 450 mL."),
		"choices": {Type: "array", Items: wording(), MinItems: 2, Description: "The words of which a site chooses one."},
	})
	s.OneOf = []*schemaShape{having("type"), having("allow"), having("choices")}
	return s
}

func itemShape() *schemaShape {
	return closed("A material or a piece of equipment.", keys{
		"title":         wording().says("What the item is called on the pages."),
		"registered as": aSection.name().says("What the site's registers call it; the item's own name, when it is left out."),
		"need":          amount().says("How much is planned for one batch; one, when it is left out."),
		"reconcile":     refer("reconcile").says("What is asked of it once it is used."),
		"must be":       manyOf(oneOf(itemConditions()...)).says("The conditions that are looked at when the item is scanned."),
	})
}

func reconcileShape() *schemaShape {
	return closed("What became of it is said before the production review.", keys{
		"within":        amount().says("How much may be missing or too much: an amount, or percent of what was taken."),
		"return unused": flag().says("Whether what was not used may go back into its lot."),
	}, "within")
}

func shownAs(in schemaSpot) *schemaShape {
	return in.open(oneOf("dose")).says("Shows the figure as a dose: no zero behind the last figure, a comma for thousands, units in full.")
}

func schemaSection() *schemaShape {
	// Not if and else: only so does an editor propose both at an empty dash.
	steps := listOf(&schemaShape{AnyOf: []*schemaShape{refer("step"), refer("use")}})
	return closed("A run of steps.", keys{
		"section":         wording().says("The section's name, which no other section has."),
		"order":           oneOf("as written", "any").says("Whether the steps follow each other as written or are done in any order."),
		"alongside":       flag().says("Whether it runs beside the section before it; the next section waits for both."),
		"when":            wording().says("The condition under which the section is done at all."),
		"repeat":          refer("repeat").says("Repeats the steps until a condition holds, within a bound."),
		"after":           oneOf("release").says("Opens the section only once the batch is certified."),
		"by":              wording().says("The part that performs every step which names no other."),
		"complete anyway": flag().says("Lets the section be completed after a value that rejects, for the record's sake; release stays shut."),
		"steps":           steps.says("The steps in their order, or the use of a block."),
	}, "section", "steps")
}

func repeatShape() *schemaShape {
	return closed("A loop over a section's steps.", keys{
		"until":   wording().says("The condition that ends it, looked at after every round."),
		"at most": whole(2, 50).says("How many rounds there can be at the most."),
	}, "until", "at most")
}

func blockShape() *schemaShape {
	return closed("A run of steps that is used with other words.", keys{
		"with":  manyOf(wording()).says("The words that each use fills in, written {word} in the steps."),
		"steps": listOf(refer("block-step")).says("The steps of the block."),
	}, "steps")
}

func useShape() *schemaShape {
	return closed("The use of a block in a section.", keys{
		"use":  wording().says("The name of the block whose steps stand here."),
		"with": mapOf(wording()).says("What is filled in for each of the block's words."),
	}, "use")
}

func windowShape() *schemaShape {
	return closed("The time between two moments.", keys{
		"from":      momentShape().says("The moment at which the window opens, as in draw up done."),
		"to":        momentShape().says("The moment at which it closes, as in give done."),
		"allow":     spanShape().says("How long it may take, ends included: at least 5 min, at most 4 h, or 1 min to 3 min."),
		"otherwise": breachShape().says("What follows when the time does not hold."),
	}, "from", "to", "allow", "otherwise")
}

func budgetShape() *schemaShape {
	return closed("A total time over any number of excursions.", keys{
		"item":      wording().says("The item whose time is added up."),
		"from":      momentShape().says("The moment at which an excursion begins, as in vial out."),
		"to":        momentShape().says("The moment at which it ends, as in vial back."),
		"until":     momentShape().says("The moment at which the running excursion ends for good, as in draw up done."),
		"at most":   durationShape().says("The longest total, as in 30 h."),
		"otherwise": breachShape().says("What follows when the total is exceeded."),
	}, "item", "from", "to", "until", "at most", "otherwise")
}

func criterionShape() *schemaShape {
	c := closed("A condition of release with its source.", keys{
		"criterion":  wording().says("The sentence that the certifying person reads."),
		"holds":      wording().says("The condition behind the sentence, as in draw up.drawn within 2 % of draw up.volume."),
		"from":       wording().says("Where it comes from: a step's name, or order."),
		"known":      oneOf("now", "later").says("Whether the result is known at release or only later."),
		"due":        durationShape().says("How long after certification a later result is expected, as in 14 d."),
		"tell":       wording().says("Who is told when a later result fails."),
		"registered": flag().says("Whether it is a registered specification, which nobody can accept as an exception."),
	}, "criterion", "holds", "from")
	later := &schemaShape{Properties: keys{"known": {Const: "later"}}, Required: []string{"known"}}
	c.AllOf = []*schemaShape{{If: later, Then: having("due", "tell"), Else: &schemaShape{Not: anyOf("due", "tell")}}}
	return c
}

func (in schemaSpot) step() *schemaShape {
	s := closed("One act.", keys{
		"step":         in.name().says("The step's name, which no other step has; formulas and windows call it by it."),
		"do":           wording().says("The instruction, as approved and as it is read at the bench."),
		"by":           wording().says("The part that performs the step, where the section names none or another."),
		"critical":     in.open(flag()).says("Whether a fault here can harm the patient; a second person is then needed."),
		"timed":        in.open(flag()).says("Whether the step has a start of its own, which somebody marks."),
		"decision":     in.open(flag()).says("Whether the step is a quality lead's signed decision on how the batch goes on."),
		"when":         wording().says("The condition under which the step is done at all."),
		"safe state":   wording().says("What makes patient and product safe when the batch stops at this step."),
		"between":      in.open(hours()).says("The hours of the day between which the step may be done, as in 08:00 and 16:00."),
		"checked by":   wording().says("The part that verifies the step afterwards."),
		"witnessed by": wording().says("The part that is there while the step is done and signs for it."),
		"scan":         manyOf(in.scan()).says("What is scanned: patient, label, or an item; with , or stop a wrong scan stops the batch."),
		"uses":         manyOf(wording()).says("The items that the step uses without scanning them."),
		"hands over":   in.open(wording()).says("What the performer hands to whoever checks the step: product, or a material."),
		"into":         in.open(wording()).says("The container into which the step moves what it works on, and whose label it scans."),
		"wait":         in.open(spanShape()).says("The time from the step's start, or else from its last scan, until it is performed."),
		"exceptions":   exceptionsSchema(in).says("Which classes of exceptions are graver in this step, and who decides on them."),
		"enter":        names(in, &schemaShape{AnyOf: []*schemaShape{refer(in.called("field")), refer(in.called("table"))}}).says("The values and tables that are entered, each under its name."),
		"calculate":    names(in, refer(in.called("calculation"))).says("The results that are calculated, each under its name."),
	}, "step", "do")
	critical := &schemaShape{Properties: keys{"critical": {Const: "yes"}}, Required: []string{"critical"}}
	s.AllOf = []*schemaShape{{If: critical, Then: anyOf("checked by", "witnessed by")}, {Not: having("checked by", "witnessed by")}}
	return in.filled(s)
}

func (in schemaSpot) field() *schemaShape {
	f := closed("A value to be entered.", in.limits(keys{
		"title":    wording().says("What the value is called on the pages."),
		"type":     in.open(oneOf(inputTypes()...)).says("What is entered; a unit alone says decimal, and choices alone say choice."),
		"class":    in.open(oneOf(classes()...)).says("What the value means for the medicine; informative, when it is left out."),
		"unit":     wording().says("The unit in which it is entered; 1 for a bare number."),
		"places":   in.open(whole(0, 12)).says("With exactly how many decimal places it is entered."),
		"shown as": shownAs(in),
		"choices":  {Type: "array", Items: wording(), MinItems: 2, Description: "The words of which one is chosen."},
		"optional": in.open(flag()).says("Whether the value may stay away."),
		"censored": in.open(flag()).says("Whether a result may lie below or above what can be measured, as in < 0.3."),
		"sent by":  in.open(wording()).says("The equipment that sends the value, scanned in the same step; with , as mass which of what it measures."),
		"may be":   manyOf(in.open(oneOf(absences()...))).says("What may stand in the value's place when there is none."),
	}))
	kind := func(types ...string) *schemaShape {
		return &schemaShape{Properties: keys{"type": {Enum: types}}, Required: []string{"type"}}
	}
	counted := &schemaShape{AnyOf: []*schemaShape{kind(string(TypeDecimal), string(TypeRange)), {Required: []string{"unit"}, Not: having("type")}}}
	chosen := kind(string(TypeChoice))
	f.AllOf = []*schemaShape{anyOf("unit", "choices", "type"), {If: counted, Then: having("unit", "places")}, {If: chosen, Then: having("choices")}}
	return in.filled(f)
}

func (in schemaSpot) table() *schemaShape {
	named := &schemaShape{Type: "array", Items: wording(), MinItems: 2}
	return in.filled(closed("A table: the same few columns, row after row.", keys{
		"title":   wording().says("What the table is called on the pages."),
		"rows":    (&schemaShape{AnyOf: []*schemaShape{in.open(rowsShape()), named}}).says("How many rows there are: 3, 2 to 6, or their names in a list."),
		"each":    wording().says("What a row is called, as in chamber; row, when it is left out."),
		"columns": names(in, refer(in.called("field"))).says("The values of each row, each under its name."),
	}, "rows", "columns"))
}

func (in schemaSpot) calculation() *schemaShape {
	c := closed("A result to be calculated.", in.limits(keys{
		"title":    wording().says("What the result is called on the pages."),
		"yield":    wording().says("The phase whose yield this is: the formula is then the actual amount by the theoretical one."),
		"formula":  wording().says("The formula over values, moments and figures with their units."),
		"unit":     wording().says("The unit of the result; 1 for a bare number."),
		"shown as": shownAs(in),
		"places":   in.open(whole(0, 12)).says("To how many decimal places the result is rounded, half up, once, at the end."),
		"figures":  in.open(whole(1, 20)).says("To how many significant figures the result is rounded, in the stead of places."),
		"example":  manyOf(wording()).says("The formula with figures for its names and what they give; it runs whenever the protocol is read."),
	}), "formula", "unit", "example")
	c.OneOf = []*schemaShape{having("places"), having("figures")}
	return in.filled(c)
}

// limits adds the keys that bound a value or result.
func (in schemaSpot) limits(k keys) keys {
	follows := map[Level]string{
		Reject: "the value can never be accepted in this batch",
		Action: "an exception arises that somebody must decide",
		Warn:   "it is shown and noted",
	}
	where := map[string]string{
		"above": "Above this", "below": "Below this", "outside": "Outside this range", "is": "When it is this, or one of these", "unless": "Unless this holds",
	}
	for level, then := range follows {
		for word, when := range where {
			bound := wording()
			if word == "is" || word == "unless" { // of several choices
				bound = manyOf(bound)
			}
			k[string(level)+" "+word] = bound.says(when + ", " + then + ".")
		}
	}
	k["accept"] = manyOf(wording()).says("What is good; outside it an exception arises.")
	k["otherwise"] = in.open(breachShape()).says("What follows, besides the exception, when accept or an action limit does not hold.")
	k["then"] = in.open(breachShape()).says("What follows when a warn limit does not hold.")
	k["registered"] = in.open(flag()).says("Whether what rejects is a registered specification, which nobody can accept as an exception.")
	return k
}

func (k keys) sorted() []string {
	var all []string
	for key := range k {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}
