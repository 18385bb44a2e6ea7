package protocol

import (
	"slices"
	"strings"
	"time"
)

// rolesAtWork lists the roles whose holders may sign a step. The other roles
// exist, and hold no part in making anything (SEC-02).
func rolesAtWork() []string { return []string{"technician", "pharmacist", "quality lead"} }

func rolesElsewhere() []string {
	return []string{"protocol author", "protocol approver", "site administrator", "inspector"}
}

func (b *builder) checkNames(steps []*Step) {
	seen := map[string]bool{}
	for _, step := range steps {
		if step.Name != "" && seen[step.Name] {
			b.failAt(step.Pos, "", "the step %q stands here a second time", step.Name)
		}
		seen[step.Name] = true
		if step.Name == "order" {
			b.failAt(step.Pos, "", "a step cannot be called order: the order's values are")
		}
		if step.Name == "site" && (len(b.p.SiteValues) > 0 || !b.again) {
			b.failAt(step.Pos, "", "a step cannot be called site: what a site sets is")
		}
		if _, ok := cutPoint(step.Name); ok {
			b.failAt(step.Pos, "", "the name %q reads as a moment of another step", step.Name)
		}
		fields := map[string]bool{}
		for i := range step.Inputs {
			fields[step.Inputs[i].Name] = true
		}
		for i := range step.Tables {
			t := &step.Tables[i]
			fields[t.Name] = true
			if t.Name == "order" || t.Name == "site" || slices.ContainsFunc(steps, func(s *Step) bool { return s.Name == t.Name }) {
				b.failAt(t.Pos, "call one of them otherwise", "the table %s has the name of a step, of the order or of the site, so a formula could mean either", t.Name)
			}
		}
		for i := range step.Calcs {
			if fields[step.Calcs[i].Name] {
				b.failAt(step.Calcs[i].Pos, "", "%q is entered and calculated in one step", step.Calcs[i].Name)
			}
		}
	}
	items := map[string]bool{"patient": true, "label": true}
	for i := range b.p.Items {
		item := &b.p.Items[i]
		if items[item.Name] {
			b.failAt(item.Pos, "", "the name %q is taken", item.Name)
		}
		items[item.Name] = true
	}
}

func (b *builder) checkParts(steps []*Step) {
	var parts []string
	for i := range b.p.Parts {
		parts = append(parts, b.p.Parts[i].Name)
	}
	for i := range b.p.Parts {
		part := &b.p.Parts[i]
		switch {
		case contains(rolesAtWork(), part.Role):
		case contains(rolesElsewhere(), part.Role):
			b.failAt(part.Pos, "the roles at work are: "+strings.Join(rolesAtWork(), ", "), "nobody can hold the part %s: a %s signs no step", part.Name, part.Role)
		case part.Role != "":
			b.failAt(part.Pos, suggest(part.Role, rolesAtWork()), "there is no role %q", part.Role)
		}
		for _, not := range part.Not {
			if not == part.Name {
				b.failAt(part.Pos, "", "nobody can hold the part %s: it excludes itself", part.Name)
			} else if !contains(parts, not) {
				b.failAt(part.Pos, suggest(not, parts), "nobody has the part %q", not)
			}
		}
	}
	used := map[string]bool{}
	for _, step := range steps {
		used[step.By], used[step.CheckedBy] = true, true
		for _, part := range []string{step.By, step.CheckedBy} {
			if part != "" && !contains(parts, part) {
				b.failAt(step.Pos, suggest(part, parts), "the step %s is given to %q, and nobody has that part", step.Name, part)
			}
		}
		if part := b.p.Part(step.By); part != nil && part.Role == "quality lead" && !step.Decision {
			b.failAt(step.Pos, "a quality lead checks, and decides in a step with decision: yes", "the step %s is given to the part %s, and no quality lead may perform a step", step.Name, step.By)
		}
		switch step.By {
		case "":
			b.failAt(step.Pos, "add by: to the step or to its section", "the step %s does not say who performs it", step.Name)
		case step.CheckedBy:
			b.failAt(step.Pos, "", "the step %s is performed and checked by the same part", step.Name)
		}
	}
	for i := range b.p.Parts {
		if !used[b.p.Parts[i].Name] {
			b.failAt(b.p.Parts[i].Pos, "", "the part %s takes part in no step", b.p.Parts[i].Name)
		}
	}
}

func (b *builder) checkSections(steps []*Step) {
	seen := map[string]bool{}
	released := false
	for i := range b.p.Sections {
		s := &b.p.Sections[i]
		if s.Name != "" && seen[s.Name] {
			b.failAt(s.Pos, "", "the section %q stands here a second time", s.Name)
		}
		seen[s.Name] = true
		if released && !s.AfterRelease {
			b.failAt(s.Pos, "write after: release here too, or move it up", "the section %s can never be reached: an earlier one waits for release", s.Name)
		}
		released = released || s.AfterRelease
		if i == 0 && s.AfterRelease {
			b.failAt(s.Pos, "", "nothing is made before release")
		}
	}
	if len(steps) == 0 && len(b.p.Sections) > 0 {
		b.failAt(b.p.Sections[0].Pos, "", "the protocol has no step")
	}
}

func (b *builder) itemNames() []string {
	var names []string
	for i := range b.p.Items {
		names = append(names, b.p.Items[i].Name)
	}
	return names
}

func (b *builder) checkItems(steps []*Step) {
	items := b.itemNames()
	used := map[string]bool{}
	for _, step := range steps {
		fields := map[string]bool{}
		for _, scan := range step.Scans {
			used[scan.Field] = true
			if fields[scan.Field] {
				b.failAt(scan.Pos, "", "%s is scanned twice in one step", scan.Field)
			}
			fields[scan.Field] = true
			if scan.Field != "" && scan.Field != "patient" && scan.Field != "label" && !contains(items, scan.Field) {
				b.failAt(scan.Pos, suggest(scan.Field, append([]string{"patient", "label"}, items...)), "nothing to scan is called %q", scan.Field)
			}
		}
		for _, item := range step.Uses {
			used[item] = true
			if !contains(items, item) {
				b.failAt(step.Pos, suggest(item, items), "the step %s uses %q, which is no item", step.Name, item)
			}
		}
	}
	b.checkReconcile()
	for i := range b.p.Items {
		item := &b.p.Items[i]
		if !used[item.Name] {
			b.failAt(item.Pos, "scan it or name it under uses", "the item %s is never used", item.Name)
		}
		for _, machines := range []string{"qualified", "calibrated"} {
			if !item.Equipment && slices.Contains(item.MustBe, machines) {
				b.failAt(item.Pos, "list it under equipment", "the material %s cannot be %s", item.Name, machines)
			}
		}
	}
}

// rank orders the moments of the steps; -1 for those of an item.
func rank(steps []*Step, p Point) int {
	for i, step := range steps {
		if step.Name == p.Step {
			return i*8 + slices.Index(momentsOfStep(), p.At)
		}
	}
	return -1
}

// checkPoint says whether a point exists.
func (b *builder) checkPoint(steps []*Step, p Point, at Pos) bool {
	if p.Step == "" {
		return false
	}
	if contains(momentsOfItem(), p.At) {
		if b.p.Item(p.Step) == nil {
			b.failAt(at, suggest(p.Step, b.itemNames()), "no item is called %q, and only items go out and come back", p.Step)
			return false
		}
		return true
	}
	var names []string
	for _, step := range steps {
		names = append(names, step.Name)
		if step.Name != p.Step {
			continue
		}
		if problem := reachable(step, p.At); problem != "" {
			b.failAt(at, "", "%q never comes: %s", p.String(), problem)
			return false
		}
		return true
	}
	b.failAt(at, suggest(p.Step, names), "no step is called %q", p.Step)
	return false
}

func (b *builder) checkWindows(steps []*Step) {
	for i := range b.p.Windows {
		w := &b.p.Windows[i]
		from, to := b.checkPoint(steps, w.From, w.Pos), b.checkPoint(steps, w.To, w.Pos)
		if !from || !to {
			continue
		}
		first, last := rank(steps, w.From), rank(steps, w.To)
		if first < 0 || last < 0 {
			continue
		}
		if first >= last {
			b.failAt(w.Pos, "", "the window %s cannot be met: %s does not come before %s", w.Name, w.From, w.To)
			continue
		}
		if least := leastBetween(steps, w.From, w.To); w.Span.Max > 0 && least > w.Span.Max {
			b.failAt(w.Pos, "", "the window %s cannot be met: the waits within it take %s at least, and it allows %s", w.Name, ShowDuration(least), ShowDuration(w.Span.Max))
		}
	}
}

// leastBetween adds the waits that lie wholly between two moments.
func leastBetween(steps []*Step, from, to Point) time.Duration {
	var least time.Duration
	first, last := rank(steps, from), rank(steps, to)
	for i, step := range steps {
		begins, ends := i*8, i*8+2 // started, done
		if begins >= first && ends <= last {
			least += step.Wait.Min
		}
	}
	return least
}

func (b *builder) checkBudgets(steps []*Step) {
	for i := range b.p.Budgets {
		g := &b.p.Budgets[i]
		if g.Item != "" && b.p.Item(g.Item) == nil {
			b.failAt(g.Pos, suggest(g.Item, b.itemNames()), "the budget %s is on %q, which is no item", g.Name, g.Item)
			continue
		}
		for _, p := range []Point{g.From, g.To, g.Until} {
			b.checkPoint(steps, p, g.Pos)
		}
		if g.From.Step != g.Item || g.From.At != "out" || g.To.Step != g.Item || g.To.At != "back" {
			b.failAt(g.Pos, "write from: "+g.Item+" out and to: "+g.Item+" back", "the budget %s runs while %s is out", g.Name, g.Item)
		}
	}
}
