package worklist

import (
	"fmt"
	"net/url"

	"countersign/register"
)

// blank: one that is used is copied into its batch, compared by a second person
// and so accounted for; one that was destroyed is witnessed (EXE-15). One that
// lies ready waits for nobody.
func blank(f *register.Blank, add func(Item, register.Command)) {
	one := Item{Key: "blank/" + f.ID, About: f.ID, What: f.Protocol, Place: "/blanks/" + url.PathEscape(f.ID)}
	switch f.Stands() {
	case register.BlankInUse:
		one.Kind, one.Since = BlankToCopy, f.Bound.At
		one.Text = fmt.Sprintf("Blank %s is used for batch %s: enter what is written on it, or return it.", f.ID, f.Batch)
		add(one, register.FinishBlank{})
	case register.BlankTranscribed:
		one.Kind, one.Since = BlankToCompare, f.Typed.At
		one.Key += " to compare"
		one.Text = fmt.Sprintf("Blank %s is entered in batch %s: compare the sheets with the record. Whoever entered something does not.", f.ID, f.Batch)
		_, roles := register.CheckBlank{}.Signs()
		one.may = others(roles, f.Typed.Person)
		add(one, register.CheckBlank{})
	case register.BlankUnwitnessed:
		one.Kind, one.Since = BlankToWitness, f.Ended.At
		one.Key += " to witness"
		one.Text = fmt.Sprintf("Blank %s was destroyed by %s: sign that you saw it.", f.ID, f.Ended.Name)
		_, roles := register.WitnessBlank{}.Signs()
		one.may = others(roles, f.Ended.Person)
		add(one, register.WitnessBlank{})
	}
}
