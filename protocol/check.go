package protocol

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// check compiles every formula and looks at the protocol as a whole.
func (b *builder) check() {
	steps := b.p.Steps()
	b.checkNames(steps)
	b.checkParts(steps)
	for i, step := range steps {
		b.checkStep(stepScope{p: b.p, steps: steps, at: i, calcs: len(step.Calcs)}, step)
	}
	b.checkSections(steps)
	b.checkFlow(steps)
	b.checkItems(steps)
	b.checkWindows(steps)
	b.checkBudgets(steps)
	b.checkCriteria(steps)
	b.checkCritical(steps)
	b.checkSite()
	b.checkLabel(steps)
}

// compileAt compiles what stands in a node, and reports its faults in place.
// prefix is read before the text, as in "above ".
func (b *builder) compileAt(n *yaml.Node, prefix, text string, in scope, subject *node) *node {
	root, faults := b.grammar.compile(prefix+text, in, subject)
	skip := 0
	if n != nil {
		skip = strings.Index(n.Value, text)
	}
	if len(faults) == 0 && prefix == "" {
		b.spare(n, text, b.grammar.spare)
	}
	for _, f := range faults {
		b.failAt(b.inside(n, max(f.offset-len(prefix), 0)+max(skip, 0)), f.hint, "%s", f.message)
	}
	return root
}

func (b *builder) checkStep(in stepScope, s *Step) {
	for i := range s.Inputs {
		if s.Inputs[i].Cell == (Cell{}) {
			b.checkInput(in, &s.Inputs[i], s.Name+"."+s.Inputs[i].Name)
			b.checkSender(s, &s.Inputs[i])
		}
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		for j := range t.Columns {
			b.checkInput(in, &t.Columns[j], s.Name+"."+t.Name+"."+t.Columns[j].Name)
			b.checkSender(s, &t.Columns[j])
		}
	}
	s.fill()
	for i := range s.Calcs {
		calc := &s.Calcs[i]
		in.calcs = i
		b.checkFormula(in, calc)
		self := &node{op: opSelf, name: s.Name + "." + calc.Name, unit: calc.Unit, sort: sortOf(calc.Unit)}
		in.calcs = i + 1
		b.checkLimits(in, calc.Limits, self, calc.Rounding, TypeDecimal)
	}
	if s.Critical && s.CheckedBy == "" {
		b.failAt(s.Pos, "say who, as in checked by: checker", "the critical step %s has no second person", s.Name)
	}
	b.checkCustody(s)
	if (s.Wait != Span{}) && !s.Timed && len(s.Scans) == 0 {
		b.failAt(s.Pos, "write timed: yes, or add a scan", "the wait of the step %s has nothing to begin from", s.Name)
	}
}

// checkInput checks the limits of a value, or of a column for all its cells.
func (b *builder) checkInput(in stepScope, input *Input, full string) {
	self := named(full, input)
	self.op = opSelf
	b.checkLimits(in, input.Limits, self, Rounding{Places: input.Places}, input.Type)
	b.checkUncertain(input)
}

func (b *builder) checkFormula(in stepScope, c *Calculation) {
	n := b.nodes[shadow(c.Pos, "formula")]
	if c.Formula == "" {
		return
	}
	root := b.compileAt(n, "", c.Formula, in, nil)
	if root == nil {
		return
	}
	want := sortOf(c.Unit)
	if want.class == unknown || root.sort.class == unknown {
		return
	}
	ratio := want.percent && root.sort == sort{class: quantity} // 5 mL / 20 mL is 25 %
	if root.sort != want && !ratio {
		b.failAt(b.inside(n, 0), "", "the formula gives %s, and the unit %s is %s", root.sort, c.Unit.name(), want)
		return
	}
	b.checkGathered(root, n)
	b.checkYield(c, root)
	c.Expr = &Expression{Source: c.Formula, root: root}
	b.checkExamples(c, root)
}

// checkLimits compiles a value's limits and finds those that contradict each
// other.
func (b *builder) checkLimits(in stepScope, limits []Limit, self *node, by Rounding, kind InputType) {
	if self.sort.class == unknown {
		return
	}
	allowed := everything()
	for i := range limits {
		limit := &limits[i]
		n := b.nodes[limit.Pos]
		root := b.limit(in, limit, n, self, kind)
		if root == nil {
			continue
		}
		if (kind == TypeDecimal || kind == TypeRange) && by.Significant == 0 {
			b.checkPlaces(root, n, self, by.Places)
		}
		if limit.Outside && !strings.HasPrefix(limit.Text, "outside ") {
			root = &node{op: "!_", args: []*node{root}, sort: sort{class: truth}, offset: root.offset}
		}
		within := bounded(root, true)
		limit.Cond = &Expression{Source: limit.Text, root: root, rounded: true, plain: figuresOf(root, within)}
		if limit.Level == Warn {
			continue
		}
		allowed = allowed.meet(within)
		if allowed.empty() {
			b.fail(n, "", "no value of %s can keep this limit and the ones before it", self.name)
			return
		}
	}
	b.checkSiteLimits(limits, self)
}

// limit compiles one limit as a condition on the value.
func (b *builder) limit(in stepScope, limit *Limit, n *yaml.Node, self *node, kind InputType) *node {
	prefix, text := "", limit.Text
	if limit.Outside {
		prefix, text, _ = strings.Cut(limit.Text, " ")
	}
	if kind == TypeChoice || kind == TypeText || kind == TypeFile {
		if kind != TypeChoice || prefix != "" && prefix != "is" {
			b.fail(n, "", "a %s has no limit of this kind", kind)
			return nil
		}
		return b.chosen(n, self)
	}
	if n.Kind == yaml.SequenceNode {
		b.fail(n, "", "a limit is a single value")
		return nil
	}
	before := len(b.list)
	var root *node
	switch prefix {
	case "outside":
		if !strings.Contains(text, " to ") {
			b.fail(n, "write a range, as in 4.9 to 5.1 mL", "outside needs a range")
			return nil
		}
		root = b.compileAt(n, "", text, in, self)
	case "":
		if kind == TypeYesNo && (text == "yes" || text == "no") {
			prefix = "is "
		}
		root = b.compileAt(n, prefix, text, in, self)
	default:
		root = b.compileAt(n, prefix+" ", text, in, self)
	}
	if root == nil || len(b.list) > before || root.sort.class == unknown {
		return nil
	}
	if root.sort.class != truth {
		b.fail(n, "write it as in: at most 5.1 mL; 4.9 to 5.1 mL; within 2 % of volume", "%q is no limit", limit.Text)
		return nil
	}
	return root
}

// chosen is the condition that the value is one of the choices that stand in
// the node.
func (b *builder) chosen(n *yaml.Node, self *node) *node {
	var root *node
	for _, element := range b.listOf(n) {
		choice := strings.TrimSpace(element.Value)
		if !contains(self.choices, choice) {
			b.fail(element, suggest(choice, self.choices), "%q is not one of the choices", choice)
			continue
		}
		is := &node{op: "_==_", args: []*node{self, {op: opText, text: choice, sort: sort{class: words}}}, sort: sort{class: truth}}
		if root == nil {
			root = is
		} else {
			root = &node{op: "_||_", args: []*node{root, is}, sort: sort{class: truth}}
		}
	}
	return root
}

// checkPlaces asks a limit to show as many decimal places as its value has:
// "5.0" and "5.00" are different limits (NUM-01).
func (b *builder) checkPlaces(n *node, at *yaml.Node, self *node, places int) {
	compared := n.op == "_<_" || n.op == "_<=_" || n.op == "_>_" || n.op == "_>=_" || n.op == "_==_" || n.op == "_!=_"
	if compared && n.args[0].op == opSelf {
		bounds := []*node{n.args[1]}
		if n.args[1].op == "range" {
			bounds = n.args[1].args
		}
		for _, bound := range bounds {
			switch {
			case bound.op != opLiteral:
			case bound.unit.Code != self.unit.Code:
				b.fail(at, "", "the value is in %s and its limit in %s: use one unit", self.unit.name(), bound.unit.name())
				return
			case bound.qty.Places() != places:
				b.fail(at, fmt.Sprintf("write the limit with %s", countOf(places, "decimal place")),
					"the limit %s and the value do not show the same decimal places", bound.qty)
				return
			}
		}
		return
	}
	for _, arg := range n.args {
		b.checkPlaces(arg, at, self, places)
	}
}

func (b *builder) checkCriteria(steps []*Step) {
	in := stepScope{p: b.p, steps: steps, at: len(steps)}
	seen := map[string]bool{}
	for i := range b.p.Criteria {
		c := &b.p.Criteria[i]
		if c.Name != "" && seen[c.Name] {
			b.failAt(c.Pos, "", "the criterion %q stands here a second time", c.Name)
		}
		seen[c.Name] = true
		if c.Record != "" {
			continue
		}
		from := b.nodes[shadow(c.Pos, "example")]
		section := b.p.Section(c.Source)
		switch {
		case c.Source == "" || c.Source == "order" || c.Source == "site" && len(b.p.SiteValues) > 0:
		case section == nil:
			var names []string
			for _, step := range steps {
				names = append(names, step.Name)
			}
			b.fail(from, suggest(c.Source, names), "the criterion's source %q is no step", c.Source)
		case section.AfterRelease && !c.Later:
			b.fail(from, "write known: later, if it becomes known only then", "the step %s comes after release, so it cannot be a condition of it", c.Source)
		case !section.AfterRelease && c.Later:
			b.fail(from, "leave out known: later", "the step %s comes before release, so its result is known by then", c.Source)
		}
		n := b.nodes[shadow(c.Pos, "formula")]
		if n == nil {
			continue
		}
		text := strings.TrimSpace(n.Value)
		root := b.compileAt(n, "", text, in, nil)
		if root == nil || root.sort.class == unknown {
			continue
		}
		if root.sort.class != truth {
			b.fail(n, "write it as in: draw up.drawn within 2 % of draw up.volume", "holds needs a condition, and this gives %s", root.sort)
			continue
		}
		if !c.Later {
			b.checkReleaseLeaves(root, n)
		}
		c.Expr = &Expression{Source: text, root: root, rounded: true}
	}
}

// checkReleaseLeaves refuses a criterion on what is known only after release.
func (b *builder) checkReleaseLeaves(n *node, at *yaml.Node) {
	step, _, _ := strings.Cut(n.name, ".")
	if n.op == opPoint {
		step = n.point.Step
	}
	if s := b.p.Section(step); s != nil && s.AfterRelease && (n.op == opName || n.op == opPoint || n.op == opColumn) {
		b.failAt(b.inside(at, n.offset), "", "%q is known only after release", n.name)
		return
	}
	for _, arg := range n.args {
		b.checkReleaseLeaves(arg, at)
	}
}
