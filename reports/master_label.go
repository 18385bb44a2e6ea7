package reports

import (
	"fmt"
	"slices"
	"strings"

	"countersign/protocol"
	"countersign/register/label"
)

// labels sets out what stands on the medicine's label, when it may be printed and
// where it is scanned (LAB-01, LAB-05 to LAB-10).
func (m *master) labels() {
	m.part("The label")
	plan := &m.Protocol.Label
	if plan.Pos.Line == 0 {
		m.write(say("The protocol does not say what stands on the medicine's label: the program prints none."))
	} else {
		m.introduce(small("Words in braces stand for what the batch has under that name, or for what the registers say of a material. What is not there is missing, and nothing is printed without it."))
		m.pairs(m.onLabel(plan))
		supply, known := label.SupplyOf(m.Protocol.Product.Supply, m.Protocol.Product.ATMP)
		if known {
			m.write(small("The template of the supply status " + string(supply) + " asks for: " + strings.Join(label.Demanded(supply, plan.OldRules), "; ") + "."))
		}
		m.heading("When it is printed, and how many", 3000)
		m.pairs(m.printing(plan))
	}
	if steps := m.stepsWith("label"); len(steps) > 0 {
		m.write(say("The batch's label is scanned in: " + listed(steps) + "."))
	}
}

// onLabel is everything that the plan and the product say of the label.
func (m *master) onLabel(plan *protocol.LabelPlan) [][2]string {
	product := m.Protocol.Product
	list := [][2]string{
		{"Of the product", strings.Join([]string{product.Name, product.Strength, product.Form}, ", ")},
		{"Storage", product.Storage},
		{"Licence", orDash(first(product.Licence, m.Site.Licence))},
	}
	if plan.Holder == "" {
		list = append(list, [2]string{"Holder", orDash(first(product.ControlSite, m.Site.ControlSite))})
	}
	elsewhere := []string{"final after", "shelf life", "size"} // these say when and on what it is printed
	if supply, _ := label.SupplyOf(product.Supply, product.ATMP); supply != label.Trial && supply != label.TrialATMP {
		elsewhere = append(elsewhere, "trial rules")
	}
	for _, row := range plan.Rows() {
		if row.Text != "" && !slices.Contains(elsewhere, row.Name) {
			list = append(list, [2]string{strings.ToUpper(row.Name[:1]) + row.Name[1:], m.told(row.Text)})
		}
	}
	return append(list, [2]string{"Of each batch", "the patient's name, date of birth and number; the batch number; the number of the copy; the expiry with its time and zone; a code that is scanned back"})
}

// printing says when which label may be printed, when the medicine expires, and
// what becomes of every copy.
func (m *master) printing(plan *protocol.LabelPlan) [][2]string {
	gate := "once the batch is certified"
	from := "the last signature before release"
	if plan.FinalAfter != "" {
		gate = "once the step “" + plan.FinalAfter + "” is signed"
		from = "the signature of the step “" + plan.FinalAfter + "”"
	}
	expiry := "said by whoever prints it"
	if plan.ShelfLife > 0 {
		expiry = protocol.ShowDuration(plan.ShelfLife) + " from the completion of manufacture, which is " + from
	}
	stock := LabelSizeOf(m.Protocol)
	list := [][2]string{
		{"Pre-labels", "from the opening of the batch until the final label is printed; they say that they are no release"},
		{"Final label", gate + "; no step after release begins before it is scanned on the medicine, but one that only enters a result that was still to come"},
		{"Expiry", expiry},
		{"Stock", fmt.Sprintf("%d x %d mm", stock.Width, stock.Height)},
		{"Copies", "as many as are asked for, each with its number. One more is a reprint with its reason. Nobody reviews before every copy is applied, attached or destroyed"},
	}
	if plan.Immediate.Pos.Line > 0 {
		list = append(list, [2]string{"Without it", "a product that is made at the point of care and given at once and entirely, when all three confirmations are signed in that batch"})
	}
	return list
}

// custody sets out where something passes from hand to hand or from container to
// container (COI-03).
func (m *master) custody() {
	t := newTable(column{"Step", 18}, column{"What", 20}, column{"From, to", 30}, column{"Recorded there", 32})
	for _, step := range m.steps() {
		if step.HandsOver != "" {
			t.add(strong(step.Name), say("hands over: "+step.HandsOver), say("from "+m.holder(step.By)+" to "+m.holder(step.CheckedBy)), small(m.recordedIn(step)))
		}
		if step.Into != "" {
			t.add(strong(step.Name), say("another container"), say("into: "+step.Into), small("its label, scanned before the step closes"))
		}
	}
	if len(t.rows) == 0 {
		return
	}
	m.part("From hand to hand, and from container to container")
	m.introduce(small("Who performs a hand-over gives and who checks it receives: both sign, and only who holds something hands it on. Taken over in another way it is an exception."))
	m.grid(t)
}

// recordedIn names the values of a step with the limits that they must keep.
func (m *master) recordedIn(step *protocol.Step) string {
	var all []string
	for i := range step.Inputs {
		words := step.Inputs[i].Title
		for j := range step.Inputs[i].Limits {
			words += ", " + step.Inputs[i].Limits[j].Words()
		}
		all = append(all, words)
	}
	return strings.Join(all, "; ")
}

// amounts names both amounts of a yield as people read them.
func (m *master) amounts(c *protocol.Calculation) cell {
	titles := map[string]string{}
	for _, step := range m.steps() {
		for i := range step.Inputs {
			titles[step.Base+"."+step.Inputs[i].Name] = step.Inputs[i].Title
		}
		for i := range step.Calcs {
			titles[step.Base+"."+step.Calcs[i].Name] = step.Calcs[i].Title
		}
	}
	actual, theoretical := c.Parts()
	return cell{{plainStyle, first(titles[actual], actual) + ", by: " + first(titles[theoretical], theoretical)}, {smallStyle, "= " + c.Formula}}
}

// yields sets out the yield of each phase, and which materials are accounted for
// before the review (MAT-04).
func (m *master) yields() {
	t := newTable(column{"Phase", 18}, column{"Step", 16}, column{"Actual amount by theoretical", 30}, column{"Limits", 18}, column{"Outside them", 18})
	for _, step := range m.steps() {
		for i := range step.Calcs {
			c := &step.Calcs[i]
			if c.Yield == "" {
				continue
			}
			var limits []string
			for j := range c.Limits {
				limits = append(limits, c.Limits[j].Words())
			}
			t.add(strong(c.Yield), say(step.Name), m.amounts(c), strong(strings.Join(limits, "; ")), small("a quality lead finds out why"))
		}
	}
	materials := newTable(column{"Material", 34}, column{"Planned for a batch", 16}, column{"May be missing, or too much", 25}, column{"What was not used", 25})
	for i := range m.Protocol.Items {
		item := &m.Protocol.Items[i]
		if item.Reconcile == nil {
			continue
		}
		missing, unused := item.Reconcile.Within.String(), "does not go back"
		if item.Reconcile.Whole() {
			missing = "nothing"
		}
		if item.Reconcile.Return {
			unused = "may go back into its lot"
		}
		materials.add(named(item.Title, item.Name), say(orDash(item.Need.String())), strong(missing), say(unused))
	}
	if len(t.rows)+len(materials.rows) == 0 {
		return
	}
	m.part("Yields, and what became of the materials")
	if len(t.rows) > 0 {
		m.heading("Yields", 3000)
		m.grid(t)
	}
	if len(materials.rows) > 0 {
		m.heading("Materials that are accounted for", 3000)
		m.introduce(small("What was taken is what was used, returned, destroyed and sampled; nobody reviews before that is said."))
		m.grid(materials)
	}
}
