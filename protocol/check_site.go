package protocol

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSiteName is how far a brace is looked for, in bytes: names are shorter.
const maxSiteName = 80

// toldIn looks at the site's values in an instruction: each that stands in
// braces is one of those that a site sets.
func (b *builder) toldIn(n *yaml.Node) {
	if n == nil || b.again && len(b.p.SiteValues) == 0 {
		return // an older text may hold such braces for their own sake
	}
	for at := 0; ; {
		found := strings.Index(n.Value[at:], siteMark)
		if found < 0 {
			return
		}
		start := at + found
		at = start + len(siteMark)
		name, _, closed := strings.Cut(n.Value[at:min(at+maxSiteName, len(n.Value))], siteEnd)
		switch {
		case !closed:
			b.failAt(b.inside(n, start), "write it as in: Ring {site.duty call}.", "this brace is never closed")
			return
		case b.p.SiteValue(name) == nil:
			b.failAt(b.inside(n, at), b.siteHint(name), "a site sets no value that is called %q", name)
			return // one fault a text: a hostile one could hold a hundred thousand
		default:
			b.told[name] = true
		}
	}
}

// siteHint helps with the name of a value that no site sets.
func (b *builder) siteHint(name string) string {
	var names []string
	for i := range b.p.SiteValues {
		names = append(names, b.p.SiteValues[i].Name)
	}
	if hint := suggest(name, names); hint != "" {
		return hint
	}
	return "declare it at the top, under site sets"
}

// leaf stands for the value in a formula.
func (v *SiteValue) leaf() *node {
	full := "site." + v.Name
	in := v.Input()
	n := named(full, &in)
	n.site, n.outside = v, "site: "+v.Title
	if v.Type == TypeText {
		n.late = "\"" + full + "\" is a text: it stands in instructions, in braces, and has no place in a formula"
	}
	return n
}

// checkSite finds what a site sets and nothing uses: nobody would know what it
// is for.
func (b *builder) checkSite() {
	if len(b.p.SiteValues) == 0 {
		return
	}
	used := map[string]bool{}
	for _, e := range b.p.expressions() {
		if e == nil {
			return // told already
		}
		for _, name := range leavesOf(e.root) {
			used[name] = true
		}
	}
	seen := map[string]bool{}
	for i := range b.p.SiteValues {
		v := &b.p.SiteValues[i]
		if !used["site."+v.Name] && !b.told[v.Name] && !seen[v.Name] {
			b.failAt(v.Pos, "name it as site."+v.Name+" in a formula, or as {site."+v.Name+"} in an instruction", "a site sets %s, and nothing uses it", v.Name)
		}
		seen[v.Name] = true
	}
}

// expressions are all formulas, limits, conditions and criteria; one that had
// a fault is nil.
func (p *Protocol) expressions() []*Expression {
	var all []*Expression
	limits := func(list []Limit) {
		for i := range list {
			all = append(all, list[i].Cond)
		}
	}
	for _, step := range p.Steps() {
		for i := range step.Inputs {
			limits(step.Inputs[i].Limits)
		}
		for i := range step.Calcs {
			all = append(all, step.Calcs[i].Expr)
			limits(step.Calcs[i].Limits)
		}
	}
	for _, c := range p.Conditions() {
		all = append(all, c.Expr)
	}
	for i := range p.Criteria {
		if p.Criteria[i].Record == "" {
			all = append(all, p.Criteria[i].Expr)
		}
	}
	return all
}

// mostCorners bounds how many values of the site one value's limits are tried
// with, two figures each.
const mostCorners = 6

// checkSiteLimits tries a value's limits with the ends of every range that they
// lean on: a figure that a site may set must leave something that keeps them
// all (MBR-05). What plain bounds leave is convex, so the ends speak for what
// lies between.
func (b *builder) checkSiteLimits(limits []Limit, self *node) {
	var names []*SiteValue
	for i := range limits {
		if limits[i].Cond != nil && limits[i].Level != Warn {
			names = siteLeaves(limits[i].Cond.root, names)
		}
	}
	if len(names) == 0 || len(names) > mostCorners {
		return
	}
	for corner := range 1 << len(names) {
		figures := map[*SiteValue]Quantity{}
		var words []string
		for i, v := range names {
			figures[v] = v.Low
			if corner>>i&1 == 1 {
				figures[v] = v.High
			}
			words = append(words, "site."+v.Name+" at "+figures[v].String())
		}
		allowed := everything()
		for i := range limits {
			if limits[i].Cond == nil || limits[i].Level == Warn {
				continue
			}
			if allowed = allowed.meet(bounded(settled(limits[i].Cond.root, figures, self.unit), true)); allowed.empty() {
				b.failAt(limits[i].Pos, "narrow what the site may set, or move the limit", "with %s no value of %s can keep this limit and the ones before it", listed(words), self.name)
				return
			}
		}
	}
}

// siteLeaves adds the ranges of the site that an expression leans on.
func siteLeaves(n *node, all []*SiteValue) []*SiteValue {
	if n.site != nil && n.site.Type == TypeDecimal {
		for _, known := range all {
			if known == n.site {
				return all
			}
		}
		return append(all, n.site)
	}
	for _, arg := range n.args {
		all = siteLeaves(arg, all)
	}
	return all
}

// settled is an expression with figures for what a site sets; a sum of figures
// alone becomes its outcome, in a unit of its own or in the one that is lent.
func settled(n *node, figures map[*SiteValue]Quantity, lent Unit) *node {
	return rewritten(n, func(part *node) *node {
		if q, ok := figures[part.site]; ok {
			return &node{op: opLiteral, qty: q, unit: q.Unit, sort: part.sort, offset: part.offset}
		}
		unit := part.unit
		if unit.Code == "" {
			unit = lent
		}
		if part.sort.class != quantity || len(part.args) == 0 || part.sort != sortOf(unit) {
			return nil
		}
		sum := settledLeaves(part, figures)
		if !figuresAlone(sum) {
			return nil
		}
		outcome, _, err := (&Expression{root: sum}).run(nothing{})
		if err != nil {
			return nil
		}
		r, err := fromBase(outcome, unit)
		if err != nil {
			return nil
		}
		return &node{op: opLiteral, qty: Quantity{Number: plain(r), Unit: unit}, unit: unit, sort: part.sort, offset: part.offset}
	})
}

func settledLeaves(n *node, figures map[*SiteValue]Quantity) *node {
	return rewritten(n, func(part *node) *node {
		if q, ok := figures[part.site]; ok {
			return &node{op: opLiteral, qty: q, unit: q.Unit, sort: part.sort}
		}
		return nil
	})
}

// figuresAlone says that an expression holds no name.
func figuresAlone(n *node) bool {
	if len(n.args) == 0 {
		return n.op == opLiteral
	}
	for _, arg := range n.args {
		if !figuresAlone(arg) {
			return false
		}
	}
	return true
}

// checkSiteCondition refuses a condition that no figure which a site may set
// meets: what hangs on it would be done at no site.
func (b *builder) checkSiteCondition(root *node, at *yaml.Node) {
	for _, v := range siteLeaves(root, nil) {
		leaf := v.leaf()
		if dead, _ := contradicts(root, v.inRange(leaf)); dead {
			b.fail(at, "", "a site may set %s %s, and nothing of that meets this condition", v.Name, v.between())
			return
		}
	}
}

// inRange is the condition that a value of the site lies in its range.
func (v *SiteValue) inRange(leaf *node) *node {
	bound := func(q Quantity) *node { return &node{op: opLiteral, qty: q, unit: q.Unit, sort: leaf.sort} }
	span := &node{op: "range", args: []*node{bound(v.Low), bound(v.High)}, sort: sort{class: span}}
	return &node{op: "_==_", args: []*node{leaf, span}, sort: sort{class: truth}}
}
