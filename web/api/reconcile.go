package api

import "countersign/batch"

// AccountView is what became of one lot of a material.
type AccountView struct {
	Item       string `json:"item"`
	Lot        string `json:"lot" doc:"as the register counts it"`
	Number     string `json:"number" doc:"its maker's"`
	Taken      string `json:"taken"`
	Used       string `json:"used,omitempty"`
	Returned   string `json:"returned,omitempty" doc:"to its lot"`
	Destroyed  string `json:"destroyed,omitempty"`
	Sampled    string `json:"sampled,omitempty"`
	Difference string `json:"difference,omitempty" doc:"what is missing; below zero where there is too much"`
	Reason     string `json:"reason,omitempty"`
	Due        bool   `json:"due,omitempty" doc:"somebody is still to say what became of it"`
	Outcome    string `json:"outcome"`
	Exception  int    `json:"exception,omitempty"`
}

func materialViews(s *batch.State) (all []AccountView) {
	for _, h := range s.Holdings() {
		parts := h.Parts()
		one := AccountView{
			Item: h.Item, Lot: h.Lot, Number: h.Number, Taken: parts[0], Used: parts[1], Returned: parts[2], Destroyed: parts[3], Sampled: parts[4],
			Difference: parts[5], Due: h.Due(), Outcome: h.Outcome(), Exception: h.Exception,
		}
		if h.Account != nil {
			one.Reason = h.Account.Reason
		}
		all = append(all, one)
	}
	return all
}
