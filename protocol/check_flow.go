package protocol

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// group numbers a section with those that run beside it.
func (p *Protocol) group(section *Section) int {
	group := 0
	for i := range p.Sections {
		if s := &p.Sections[i]; !s.Alongside || i == 0 {
			group++
		}
		if &p.Sections[i] == section {
			return group
		}
	}
	return 0
}

// Beside says that two sections run side by side.
func (p *Protocol) Beside(a, b *Section) bool { return p.group(a) == p.group(b) }

// checkFlow compiles what decides on the way through the protocol, and looks
// for ways that cannot be gone.
func (b *builder) checkFlow(steps []*Step) {
	place := map[*Step]int{}
	for i, step := range steps {
		place[step] = i
	}
	for i := range b.p.Sections {
		s := &b.p.Sections[i]
		if len(s.Steps) == 0 {
			continue
		}
		first, last := place[&s.Steps[0]], place[&s.Steps[len(s.Steps)-1]]
		if s.Alongside && i == 0 {
			b.failAt(s.Pos, "", "the first section has none before it to run alongside")
		}
		if s.Alongside && i > 0 && s.AfterRelease != b.p.Sections[i-1].AfterRelease {
			b.failAt(s.Pos, "", "the section %s cannot run alongside %s: one of them waits for release", s.Name, b.p.Sections[i-1].Name)
		}
		b.checkCondition(s.When, stepScope{p: b.p, steps: steps, at: b.firstOf(i, place)}, nil)
		for j := range s.Steps {
			step := &s.Steps[j]
			at := place[step]
			if s.AnyOrder {
				at = first
			}
			if step.When != nil && s.When != nil && step.When.Text == s.When.Text {
				b.failAt(step.When.Pos, "leave it out", "the section says this already")
				continue
			}
			b.checkCondition(step.When, stepScope{p: b.p, steps: steps, at: at}, s.When)
			b.checkDecision(step)
		}
		if s.Loop != nil {
			b.checkCondition(&s.Loop.Until, stepScope{p: b.p, steps: steps, at: last, calcs: len(steps[last].Calcs), until: &s.Steps[len(s.Steps)-1]}, nil)
			if c := s.Loop.Until.Expr; c != nil && !leansOn(c.root, s) {
				b.failAt(s.Loop.Until.Pos, "let it lean on a value of a repeated step", "nothing in the section %s changes whether it ends", s.Name)
			}
		}
	}
	for name, one := range b.known {
		if !one.used {
			b.failAt(one.pos, "use it in a section, as in - use: "+name, "the block %s is never used", name)
		}
	}
}

// checkCritical: a figure or a choice that is critical has a limit of its own,
// or is part of a calculation, which then has it (MBR-02).
func (b *builder) checkCritical(steps []*Step) {
	if b.again {
		return
	}
	used := map[string]bool{}
	for _, step := range steps {
		for i := range step.Calcs {
			if step.Calcs[i].Expr == nil {
				return // told already
			}
			for _, name := range leavesOf(step.Calcs[i].Expr.root) {
				used[name] = true
			}
		}
	}
	for _, step := range steps {
		for i := range step.Inputs {
			in := &step.Inputs[i]
			if in.Cell.Row > 1 {
				continue // told with the first row
			}
			grave := in.Class == "critical parameter" || in.Class == "quality attribute"
			if grave && len(in.Limits) == 0 && !used[step.Name+"."+in.Name] && in.Type != TypeDateTime && in.Type != TypeText && in.Type != TypeFile {
				b.failAt(in.Pos, "give it one, as in accept: at least 50 mL, or another class", "%s is a %s and has no limit", in.Place(), in.Class)
			}
		}
	}
}

// firstOf is the place before a section, and before those it runs beside.
func (b *builder) firstOf(section int, place map[*Step]int) int {
	for section > 0 && b.p.Sections[section].Alongside {
		section--
	}
	if len(b.p.Sections[section].Steps) == 0 {
		return 0
	}
	return place[&b.p.Sections[section].Steps[0]]
}

// checkCondition compiles a condition of the way. outer stands over it.
func (b *builder) checkCondition(c *Condition, in stepScope, outer *Condition) {
	if c == nil || c.Text == "" {
		return
	}
	n := b.nodes[c.Pos]
	root := b.compileAt(n, "", c.Text, in, nil)
	if root == nil || root.sort.class == unknown {
		return
	}
	if root.sort.class != truth {
		b.fail(n, "write it as in: count.share below 5 %", "a way needs a condition, and this gives %s", root.sort)
		return
	}
	c.Expr = &Expression{Source: c.Text, root: root, rounded: true}
	b.checkSure(root, n)
	b.checkSiteCondition(root, n)
	if dead, name := contradicts(root, nil); dead {
		b.fail(n, "", "no value of %s meets this condition: what hangs on it is never done", name)
		return
	}
	if outer != nil && outer.Expr != nil {
		if dead, name := contradicts(root, outer.Expr.root); dead {
			b.fail(n, "", "the section is only done when %s, and then no value of %s meets this condition", outer.Text, name)
		}
	}
	for _, limit := range b.limitsOf(root) {
		if dead, name := contradicts(root, limit); dead {
			b.fail(n, "", "no value of %s that its limits accept meets this condition", name)
			return
		}
	}
}

// limitsOf is, for each name of a condition, what its reject limits leave of
// it, as conditions on the name.
func (b *builder) limitsOf(n *node) []*node {
	var all []*node
	if n.op == opName && n.calc == nil {
		step, field, _ := strings.Cut(n.name, ".")
		if s := b.p.Step(step); s != nil {
			if in := s.Input(field); in != nil {
				for i := range in.Limits {
					if in.Limits[i].Level == Reject && in.Limits[i].Cond != nil {
						all = append(all, about(in.Limits[i].Cond.root, n))
					}
				}
			}
		}
	}
	for _, arg := range n.args {
		all = append(all, b.limitsOf(arg)...)
	}
	return all
}

// about puts a name in the place of a limit's subject.
func about(n, name *node) *node {
	return rewritten(n, func(leaf *node) *node {
		if leaf.op == opSelf {
			return name
		}
		return nil
	})
}

// rewritten is a copy of a condition in which some parts are replaced: those
// for which with gives another.
func rewritten(n *node, with func(*node) *node) *node {
	if other := with(n); other != nil {
		return other
	}
	out := *n
	out.args = make([]*node, len(n.args))
	for i, arg := range n.args {
		out.args[i] = rewritten(arg, with)
	}
	return &out
}

// checkSure refuses a way that hangs on a value which may be missing: nobody
// would know which way to go.
func (b *builder) checkSure(n *node, at *yaml.Node) {
	if n.op == opColumn {
		if absent := n.absent(); len(absent) > 0 {
			b.failAt(b.inside(at, n.offset), "leave out may be, or decide in a step of its own", "%q may be %s, and then nobody knows which way to go", n.name, strings.Join(absent, " or "))
		}
		return
	}
	if n.op == opName {
		step, field, _ := strings.Cut(n.name, ".")
		if s := b.p.Step(step); s != nil {
			if in := s.Input(field); in != nil && len(in.Absent) > 0 {
				b.failAt(b.inside(at, n.offset), "leave out may be, or decide in a step of its own", "%q may be %s, and then nobody knows which way to go", n.name, strings.Join(in.Absent, " or "))
			} else if in != nil && in.Censored {
				b.failAt(b.inside(at, n.offset), "", "%q may be censored, and then nobody knows which way to go", n.name)
			}
		}
	}
	for _, arg := range n.args {
		b.checkSure(arg, at)
	}
}

// leansOn says that a condition uses a value or a moment of a section.
func leansOn(n *node, s *Section) bool {
	name, _, _ := strings.Cut(n.name, ".")
	if n.op == opPoint {
		name = n.point.Step
	}
	for i := range s.Steps {
		if (n.op == opName || n.op == opPoint) && s.Steps[i].Name == name {
			return true
		}
	}
	for _, arg := range n.args {
		if leansOn(arg, s) {
			return true
		}
	}
	return false
}

// checkDecision: a decision is a quality lead's, of words alone.
func (b *builder) checkDecision(s *Step) {
	if !s.Decision {
		return
	}
	if part := b.p.Part(s.By); part != nil && part.Role != "quality lead" {
		b.failAt(s.Pos, "give it to a part that is a quality lead", "the decision %s is given to a %s, and quality leads decide", s.Name, part.Role)
	}
	if len(s.Scans)+len(s.Uses)+len(s.Calcs)+len(s.Tables) > 0 || s.Timed || s.Critical || s.CheckedBy != "" || s.Custody() != "" {
		b.failAt(s.Pos, "keep what is done in a step of its own", "the decision %s asks for more than a decision", s.Name)
	}
	for i := range s.Inputs {
		if s.Inputs[i].Type == TypeChoice {
			return
		}
	}
	b.failAt(s.Pos, "let it enter a value with choices", "the decision %s has nothing to choose", s.Name)
}

// contradicts says that two conditions (the second may be nil) cannot both
// hold, because of the figures or the choice of one name.
func contradicts(a, b *node) (bool, string) {
	for _, name := range leavesOf(a) {
		allowed := boundedBy(a, name)
		if b != nil {
			allowed = allowed.meet(boundedBy(b, name))
		}
		if allowed.empty() {
			return true, name
		}
		if b == nil {
			continue
		}
		one, two := chosenBy(a, name), chosenBy(b, name)
		if one != "" && two != "" && one != two {
			return true, name
		}
	}
	return false, ""
}

// leavesOf names the values that a condition leans on.
func leavesOf(n *node) []string {
	var names []string
	if n.op == opName {
		names = append(names, n.name)
	}
	for _, arg := range n.args {
		names = append(names, leavesOf(arg)...)
	}
	return names
}

// boundedBy is bounded for a named value instead of a limit's subject.
func boundedBy(n *node, name string) interval {
	return bounded(rewritten(n, func(leaf *node) *node {
		if leaf.op != opName || leaf.name != name {
			return nil
		}
		self := *leaf
		self.op = opSelf
		return &self
	}), true)
}

// chosenBy is the choice that a condition asks of a name; "" when it is not
// plainly one.
func chosenBy(n *node, name string) string {
	switch n.op {
	case "_&&_":
		for _, arg := range n.args {
			if word := chosenBy(arg, name); word != "" {
				return word
			}
		}
	case "_==_":
		if n.args[0].op == opName && n.args[0].name == name && n.args[1].op == opText {
			return n.args[1].text
		}
	}
	return ""
}
