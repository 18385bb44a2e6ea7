package protocol

import (
	"crypto/sha256"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Parse reads and checks a protocol. file names it in the problems. All
// problems come at once, in the text's order; with any, there is no protocol.
// The digest is the SHA-256 of the text, and Parse of p.Text gives the same
// protocol again.
func Parse(file string, text []byte) (*Protocol, Problems) { return parse(file, text, false) }

// Reread reads a text that was accepted once, by this checker or an earlier
// one: rules that came later are not held against it, so that a log that was
// sound stays so.
func Reread(file string, text []byte) (*Protocol, Problems) { return parse(file, text, true) }

func parse(file string, text []byte, again bool) (*Protocol, Problems) {
	r := &reader{file: file}
	b := &builder{again: again, reader: r, p: &Protocol{Digest: sha256.Sum256(text), Text: slices.Clone(text)}, nodes: map[Pos]*yaml.Node{}, grammar: grammar{again: again}}
	if root := r.load(text); root != nil {
		b.document(root)
		b.check()
		b.unroll()
	}
	if len(r.list) > 0 {
		return nil, r.list.sorted()
	}
	return b.p, nil
}

// ID is the protocol's name and version, as in "aso-intrathecal v1".
func (p *Protocol) ID() string { return p.Name + " v" + strconv.Itoa(p.Version) }

// Step finds a step by its name, in a loop with its round; nil when there is
// none.
func (p *Protocol) Step(name string) *Step {
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			if p.Sections[i].Steps[j].Name == name {
				return &p.Sections[i].Steps[j]
			}
		}
	}
	return nil
}

// Section finds the section that holds a step; nil when none does.
func (p *Protocol) Section(step string) *Section {
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			if p.Sections[i].Steps[j].Name == step {
				return &p.Sections[i]
			}
		}
	}
	return nil
}

// Item finds a material or a piece of equipment; nil when there is none.
func (p *Protocol) Item(name string) *Item {
	for i := range p.Items {
		if p.Items[i].Name == name {
			return &p.Items[i]
		}
	}
	return nil
}

// Part finds a part by its name; nil when there is none.
func (p *Protocol) Part(name string) *Part {
	for i := range p.Parts {
		if p.Parts[i].Name == name {
			return &p.Parts[i]
		}
	}
	return nil
}

// Steps gives every step in the protocol's order.
func (p *Protocol) Steps() []*Step {
	var steps []*Step
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			steps = append(steps, &p.Sections[i].Steps[j])
		}
	}
	return steps
}

// Input finds an input of the step; nil when there is none.
func (s *Step) Input(name string) *Input {
	for i := range s.Inputs {
		if s.Inputs[i].Name == name {
			return &s.Inputs[i]
		}
	}
	return nil
}

// Table finds a table of the step; nil when there is none.
func (s *Step) Table(name string) *Table {
	for i := range s.Tables {
		if s.Tables[i].Name == name {
			return &s.Tables[i]
		}
	}
	return nil
}

// Calc finds a calculation of the step; nil when there is none.
func (s *Step) Calc(name string) *Calculation {
	for i := range s.Calcs {
		if s.Calcs[i].Name == name {
			return &s.Calcs[i]
		}
	}
	return nil
}
