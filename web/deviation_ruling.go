package web

import (
	"countersign/register"
	"countersign/web/site"
)

// rulings are what a quality lead can decide about one batch. None is chosen
// until somebody chooses it: a decision that stood there already is none. On a
// batch that is certified each says what it comes to for the certificate,
// beside the words that are signed (REL-12).
func rulings(certified bool, chosen string) (all []choice) {
	for _, decision := range register.Decisions() {
		text := "It " + string(decision)
		if certified {
			text += map[register.Decision]string{
				register.Bears: " (it is certified already: its certificate stands)",
				register.Bars:  " (it is certified already: it should not have been, and is to be recalled)",
			}[decision]
		}
		all = append(all, choice{Value: string(decision), Text: text, Chosen: string(decision) == chosen})
	}
	return all
}

// ruled shows where a batch stands with a deviation, and keeps what was typed of
// a decision that was not taken.
func ruled(d site.DeviationView, id string, typed form) ruledView {
	one := ruledView{Batch: id, To: batchAddress(id) + "/review", Status: d.Status[id], Certified: d.Certified[id]}
	chosen := ""
	if typed["act"] == (register.RuleOnBatch{}).Name() && typed["batch"] == id {
		chosen, one.Typed = typed["decision"], typed["reason"]
	}
	one.Decisions = rulings(one.Certified, chosen)
	return one
}

// fromForm chooses again what was chosen in a form that was not taken, and
// nothing else.
func (view *deviationView) fromForm(f form) {
	view.Typed = f
	for i := range view.Risks {
		view.Risks[i].Chosen = f["act"] == (register.ClassifyDeviation{}).Name() && f["risk"] == view.Risks[i].Value
	}
	for i := range view.Causes {
		view.Causes[i].Chosen = f["act"] == (register.InvestigateDeviation{}).Name() && f["cause"] == view.Causes[i].Value
	}
}
