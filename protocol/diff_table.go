package protocol

import "strings"

// asked is what a step asks for as it was written: its values, with each table
// in the place of its cells.
func (s *Step) asked() []Input {
	var all []Input
	for i := range s.Inputs {
		in := s.Inputs[i]
		switch {
		case in.Cell == (Cell{}):
			all = append(all, in)
		case len(all) == 0 || all[len(all)-1].Cell.Table != in.Cell.Table:
			all = append(all, Input{Name: "the table " + in.Cell.Table, Cell: Cell{Table: in.Cell.Table}})
		}
	}
	return all
}

// tables tells what changed about a step's tables. A column is told as the
// value that it is in every row.
func (d *differ) tables(old, new *Step, moved bool) {
	at := d.at("the step %s", new.Name)
	name := func(t *Table) string { return t.Name }
	list := paired(old.Tables, new.Tables, name)
	for _, t := range list.removed {
		at.say(GroupLimits, "the table %s in %s was removed: %s of %s.", t.Name, at.where, t.size(), strings.Join(t.asks(), "; and "))
	}
	for _, t := range list.added {
		at.say(GroupLimits, "the table %s in %s was added: %s of %s.", t.Name, at.where, t.size(), strings.Join(t.asks(), "; and "))
	}
	for _, t := range list.both {
		at.table(t.old, t.new)
	}
	if list.reordered() && !moved {
		at.say(GroupOrder, "%s asks for its tables in another order: %s.", at.where, listed(namesOf(new.Tables, name)))
	}
}

// asks says what stands in each row, as in "viable (informative), count, with
// the limit accept at least 50".
func (t *Table) asks() []string {
	return namesOf(t.Columns, func(in *Input) string {
		return in.classed() + ", " + in.kind() + withLimits(in.Limits)
	})
}

func (p place) table(old, new *Table) {
	value := "the table " + new.Name + " in " + p.where
	if old.size() != new.size() {
		p.say(GroupLimits, "%s now has %s instead of %s.", value, new.size(), old.size())
	}
	switch {
	case len(old.Rows)+len(new.Rows) == 0:
	case len(old.Rows) == 0:
		p.say(GroupLimits, "the rows of %s are now named: %s.", value, listed(new.Rows))
	case len(new.Rows) == 0:
		p.say(GroupLimits, "the rows of %s are no longer named; they were: %s.", value, listed(old.Rows))
	default:
		p.words(
			GroupLimits, old.Rows, new.Rows,
			"“%s” is a new row of "+value+".", "“%s” is no longer a row of "+value+".",
			"the rows of "+value+" stand in another order: %s.",
		)
	}
	p.text(GroupWording, "what a row is called in "+value, old.Each, new.Each)
	p.text(GroupWording, "the title of "+value, old.Title, new.Title)
	of := p.differ.at("the table %s of %s", new.Name, p.where)
	of.inputs(old.Columns, new.Columns)
}
