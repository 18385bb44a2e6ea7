package protocol

import (
	"math/big"
	"strings"
)

// Reconcile asks, before the production review, what became of a material: what
// was taken is what was used, returned, destroyed and sampled (MAT-04).
type Reconcile struct {
	Within Quantity // how much may be missing or too much: an amount, or percent of what was taken
	Return bool     // what was not used may go back into its lot
	Pos    Pos
}

// reconcileOf reads what an item says of its reconciliation.
func (b *builder) reconcileOf(o *object, item *Item) {
	n := o.get("reconcile")
	if n == nil {
		return
	}
	of := b.object(n, "the reconciliation of "+item.Name)
	r := &Reconcile{Return: of.flag("return unused"), Pos: b.keep(n)}
	text := of.text("within")
	within, err := ParseQuantity(text)
	switch at := of.values["within"]; {
	case at == nil:
		b.fail(n, "write within: 5 %, or an amount; within: 0 % asks for all of it", "the reconciliation of %s does not say how much may be missing", item.Name)
	case text == "":
	case err != nil:
		b.fail(at, "", "how much may be missing cannot be read: %s", err)
	case strings.HasPrefix(within.Number, "-"):
		b.fail(at, "", "no less than nothing can be missing of %s", item.Name)
	case within.Unit.Code != "%" && !within.Unit.Same(item.Need.Unit):
		b.fail(at, "write it in the unit of need, or in percent", "%s is planned as %s, and %s is something else", item.Name, item.Need, within)
	}
	if item.Equipment {
		b.fail(n, "", "%s is equipment: nothing of it is used up", item.Name)
	}
	r.Within = within
	of.done()
	item.Reconcile = r
}

// checkReconcile: what is reconciled before the review is not used after it.
func (b *builder) checkReconcile() {
	for i := range b.p.Items {
		item := &b.p.Items[i]
		if item.Reconcile == nil {
			continue
		}
		for j := range b.p.Sections {
			for k := range b.p.Sections[j].Steps {
				if s := &b.p.Sections[j].Steps[k]; b.p.Sections[j].AfterRelease && s.takes(item.Name) {
					b.failAt(item.Reconcile.Pos, "leave the reconciliation out, or use it before release only", "%s is reconciled before release, and the step %s uses it afterwards", item.Name, s.Name)
				}
			}
		}
	}
}

// takes says that a step scans or uses an item.
func (s *Step) takes(item string) bool { return s.scans(item) || contains(s.Uses, item) }

// Keeps says that a difference is no more than may be missing or too much of
// what was taken. Percent is of what was taken; the comparison is exact.
func (r Reconcile) Keeps(taken, difference Quantity) (bool, error) {
	gap, err := difference.base()
	if err != nil {
		return false, err
	}
	gap = new(big.Rat).Abs(gap)
	if r.Within.Unit.Code != "%" {
		most, err := r.Within.base()
		return err == nil && difference.Unit.Same(r.Within.Unit) && gap.Cmp(most) <= 0, err
	}
	whole, err := taken.base()
	if err != nil {
		return false, err
	}
	share, err := r.Within.rat()
	if err != nil {
		return false, err
	}
	whole = new(big.Rat).Mul(whole, share)
	return gap.Mul(gap, big.NewRat(100, 1)).Cmp(whole) <= 0, nil
}

// Whole says that nothing may be missing.
func (r Reconcile) Whole() bool {
	within, err := r.Within.rat()
	return err == nil && within.Sign() == 0
}

// Words say what is asked.
func (r Reconcile) Words() string {
	words := "reconciled within " + r.Within.String()
	if r.Return {
		words += "; what is not used may go back into its lot"
	}
	return words
}
