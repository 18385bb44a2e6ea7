package reports

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/protocol"
	"countersign/protocol/library"
)

// title is what a reader must know who reads nothing else: what it is, where
// it stands, who signed it.
func (m *master) title() {
	p := m.Protocol
	lines := cell{
		{style{face: bold, size: 1500}, fmt.Sprintf("Protocol %s, version %d", p.Name, p.Version)},
		{style{face: bold, size: 1150}, p.Title},
		{style{face: bold, size: 1000}, m.mark()},
	}
	if p.Status != "" {
		lines = append(lines, text{boldStyle, "PROTOCOL STATUS: " + p.Status})
	}
	m.frame(lines, 150)
	m.part("The version and its signatures")
	m.signatures()
	m.heading("Product", 4000)
	m.pairs(m.product())
	m.heading("The protocol in figures", 3000)
	m.pairs(m.figures())
	m.write(cell{{smallStyle, "Digest of the protocol's text (SHA-256): what was signed is the text that has it"}, {codeStyle, m.digest}})
}

// product is the master file's account of what is made (MBR-02).
func (m *master) product() [][2]string {
	product := m.Protocol.Product
	list := [][2]string{
		{"Product", product.Name},
		{"Code", orDash(product.Code)},
		{"Form", orDash(product.Form)},
		{"Strength", orDash(product.Strength)},
		{"Batch size", orDash(product.BatchSize)},
		{"Manufacture", orDash(product.Mode)},
		{"Supply status", orDash(product.Supply)},
		{"Advanced therapy", yes(product.ATMP)},
		{"For immediate use", yes(product.ImmediateUse)},
		{"Licence", orDash(first(product.Licence, m.Site.Licence))},
		{"Control site", orDash(first(product.ControlSite, m.Site.ControlSite))},
		{"Master file", orDash(product.MasterFile) + ", version " + orDash(product.MasterFileVersion)},
		{"Container, closure", orDash(product.Container)},
		{"Storage", orDash(product.Storage)},
	}
	if m.Version != nil {
		list = append(list, [][2]string{
			{"Site of this copy", m.Site.Name + ", " + m.Site.Unit}, {"Site log", m.Site.Origin + " (" + m.Site.Kind + ")"},
		}...)
	}
	return list
}

// figures says how much there is, so that a reader knows what to look for.
func (m *master) figures() [][2]string {
	steps := m.steps()
	critical, second, values, limits, calculations := 0, 0, 0, 0, 0
	for _, step := range steps {
		if step.Critical {
			critical++
		}
		if step.CheckedBy != "" {
			second++
		}
		values += len(step.Inputs)
		calculations += len(step.Calcs)
		for i := range step.Inputs {
			if step.Inputs[i].Cell.Row <= 1 { // a column's limits are one in all its rows
				limits += len(step.Inputs[i].Limits)
			}
		}
		for i := range step.Calcs {
			limits += len(step.Calcs[i].Limits)
		}
	}
	p := m.Protocol
	return [][2]string{
		{"Sections, steps", fmt.Sprintf("%d, %d", len(p.Sections), len(steps))},
		{"Critical steps", fmt.Sprint(critical)},
		{"With a second person", plural(second, "step", "steps")},
		{"Values entered", fmt.Sprint(values)},
		{"Calculations", fmt.Sprint(calculations)},
		{"Limits of values", fmt.Sprint(limits)},
		{"Windows, budgets", fmt.Sprintf("%d, %d", len(p.Windows), len(p.Budgets))},
		{"Release criteria", fmt.Sprint(len(p.Criteria))},
	}
}

// signatures shows who brought the version to where it stands, and a visible
// gap where nobody did (MBR-01, SIG-01).
func (m *master) signatures() {
	if m.Version == nil {
		m.frame(cell{
			{boldStyle, signOpen + " NOT SIGNED: this is a print of a text"},
			{plainStyle, "Nobody drafted, approved or put it into effect in a site's log, as far as this file knows. No batch may be made from it. A site prints the same text with its signatures."},
		}, 60)
		return
	}
	t := newTable(column{"Act", 17}, column{"Printed name, username, role", 33}, column{"When", 22}, column{"Log entry, signature", 28})
	for _, stage := range m.stages() {
		by := stage.Act
		words := cell{{boldStyle, stage.Words}}
		t.add(words, cell{{boldStyle, first(by.Name, string(by.Person))}, {smallStyle, "(" + orDash(by.Username) + "), " + orDash(by.Role)}}, small(m.at(by.At)), m.sealOf(by))
	}
	if m.Version.Ended == nil {
		if m.Version.Approved == nil && m.Version.Reviewed == nil {
			t.add(strong("reviewed"), strong(signOpen+" NOT SIGNED"))
		}
		if m.Version.Approved == nil {
			t.add(strong("approved"), strong(signOpen+" NOT SIGNED"))
		}
		if m.Version.InEffect == nil {
			t.add(strong("put into effect"), strong(signOpen+" NOT SIGNED"))
		}
	}
	m.grid(t)
	if m.Version.Reason != "" {
		m.write(say("Reason of its end: " + m.Version.Reason))
	}
}

// stages is the whole life of the version, its end too.
func (m *master) stages() []Stage {
	stages := lifeOf(m.Version, m.clock)
	if m.After != nil {
		words := fmt.Sprintf("superseded by version %d", m.After.Protocol.Version)
		if m.status() == library.Effective {
			words = "to be " + words + ", from " + m.at(m.Version.Until)
		}
		stages = append(stages, Stage{words, *m.After.InEffect})
	}
	if m.Version.Ended != nil {
		stages = append(stages, Stage{"withdrawn", *m.Version.Ended})
	}
	return stages
}

// sealOf shows the entry of an act and the beginnings of key and signature,
// which stand in full in the attached data.
func (m *master) sealOf(a library.Act) cell {
	out := cell{{smallStyle, fmt.Sprintf("log entry %d", a.Index)}}
	for _, e := range m.Life {
		if e.Index != a.Index {
			continue
		}
		for _, s := range e.Signatures {
			out = append(out, text{smallStyle, s.Meaning + ", by " + s.Method},
				text{codeStyle, fmt.Sprintf("key %.16s…", s.Key)}, text{codeStyle, fmt.Sprintf("signature %X…", s.Value[:min(6, len(s.Value))])})
		}
	}
	return out
}

// changes says in words what this version changes, what can hurt first.
func (m *master) changes() {
	m.part("What this version changes")
	if m.Version == nil {
		m.write(say("A text alone does not say which version was there before it. “countersign diff OLD NEW” compares two texts."))
		return
	}
	if m.Before == nil {
		m.write(say("It is the first version: there is nothing before it to compare it with."))
		return
	}
	added, removed := 0, 0
	for _, l := range protocol.Lines(m.Before.Protocol.Text, m.Protocol.Text) {
		switch l.Mark {
		case "+":
			added++
		case "-":
			removed++
		}
	}
	m.introduce(say(fmt.Sprintf("Against version %d (%s), the version before: %s added, %s taken out of the text.", m.Before.Protocol.Version, m.Before.Status(m.asAt()),
		plural(added, "line", "lines"), plural(removed, "line", "lines"))))
	changes := protocol.Diff(m.Before.Protocol, m.Protocol)
	if len(changes) == 0 {
		m.write(say("Nothing else differs."))
		return
	}
	t := newTable(column{"Touches", 24}, column{"Change", 76})
	group := protocol.Group(0)
	for _, change := range changes {
		heading := ""
		if change.Group != group {
			heading, group = change.Group.String(), change.Group
		}
		t.add(strong(heading), say(change.Sentence))
	}
	m.grid(t)
}

// beforeAndAfter finds what a version is compared with, and what superseded
// it: of the lower versions the newest that was in effect, or else the newest.
func beforeAndAfter(l *library.Library, v *library.Version) (before, after *library.Version) {
	for _, other := range l.Versions() {
		if other.Protocol.Name != v.Protocol.Name {
			continue
		}
		if other.Protocol.Version < v.Protocol.Version {
			if before == nil || !before.Counts() && other.Counts() {
				before = other
			}
		} else if other.Protocol.Version == v.Next {
			after = other
		}
	}
	return before, after
}

// head is the hash of the protocol's last entry.
func (m *master) head() string {
	return audit.LeafHash(m.Life[len(m.Life)-1].Bytes).String()
}

// way is the picture of the way through.
func (m *master) way() {
	m.part("The way through the protocol")
	m.introduce(small(protocol.FlowLegend + " Everything in the picture stands in words in the chapters that follow."))
	m.picture(protocol.FlowPicture(m.Protocol, nil))
}

// listed is "a, b", or a dash.
func listed(words []string) string { return orDash(strings.Join(words, ", ")) }
