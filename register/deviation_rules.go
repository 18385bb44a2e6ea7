package register

import (
	"slices"
	"time"
)

// mostConcerned bounds the batches of one deviation: what is written in each of
// them goes into one append. What concerns more is recalled.
const mostConcerned = 60

func noSuchDeviation(id string) *Refusal {
	return refuse("no_such_deviation", "There is no deviation %s.", id)
}

// openDeviation: it is there, and not closed.
func (b *Books) openDeviation(id string) (*Deviation, *Refusal) {
	d := b.deviations[id]
	switch {
	case d == nil:
		return nil, noSuchDeviation(id)
	case d.Closed != nil:
		return nil, refuse("closed", "Deviation %s is closed. What is found later is another deviation.", id)
	}
	return d, nil
}

func (a Arising) check(b *Books, id string) *Refusal {
	switch {
	case b.deviations[id] != nil:
		return refuse("deviation_there", "Deviation %s is there already.", id)
	case !slices.Contains(Risks(), a.Risk):
		return refuse("bad_risk", "A deviation is minor, major or critical.")
	case plain(a.What) == "":
		return refuse("no_what", "Say what happened.")
	case a.Batch == "" && (a.Step != "" || a.Exception != 0):
		return refuse("no_batch", "A step or an exception is one of a batch. Name it.")
	}
	if _, err := time.Parse(time.RFC3339, a.AcknowledgeBy); err != nil {
		return refuse("no_deadline", "It does not say until when the control site acknowledges.")
	}
	for _, other := range b.Deviations() {
		if a.Exception > 0 && other.Arising.Batch == a.Batch && other.Arising.Exception == a.Exception {
			return refuse("deviation_raised", "Deviation %s was raised for exception %d of batch %s already.", other.ID, a.Exception, a.Batch)
		}
	}
	return nil
}

func (a Arising) opened(id string, act Act) *Deviation {
	return &Deviation{ID: id, Arising: a, Opened: act, Risk: a.Risk, Batches: a.reaches(), History: []Act{act}}
}

func (e DeviationOpened) check(b *Books, id string, _ Act) *Refusal {
	if plain(e.Immediate) == "" {
		return refuse("no_immediate", "Say what was done at once; if nothing, why.")
	}
	return e.Arising.check(b, id)
}

func (e DeviationOpened) apply(b *Books, id string, act Act) {
	d := e.Arising.opened(id, act)
	d.Bodily = true
	b.deviations[id] = d
}

func (e DeviationArose) check(b *Books, id string, _ Act) *Refusal {
	if e.Batch == "" || e.Exception < 1 {
		return refuse("no_batch", "The system raises a deviation for an exception of a batch alone.")
	}
	return e.Arising.check(b, id)
}

func (e DeviationArose) apply(b *Books, id string, act Act) {
	b.deviations[id] = e.Arising.opened(id, act)
}

// check: only what the search found, or what is concerned already, is named as
// concerned; so every batch's record can show why it is.
func (e DeviationAssessed) check(b *Books, id string, _ Act) *Refusal {
	d, refusal := b.openDeviation(id)
	if refusal != nil {
		return refusal
	}
	for _, one := range e.Searched {
		if !slices.Contains(RecallKinds(), one.Kind) || one.Name == "" {
			return refuse("bad_search", "Say what to search for: a lot, a maker's lot number, a donation, a machine or a person.")
		}
	}
	if len(e.Searched) == 0 {
		return refuse("no_search", "Search for the other batches that share a lot, a machine, a person or a cause, before saying what it touches.")
	}
	for i, batch := range e.Concerns {
		switch {
		case slices.Contains(e.Concerns[:i], batch):
			return refuse("named_twice", "Batch %s is named twice.", batch)
		case !slices.Contains(e.Found, batch) && !slices.Contains(d.Batches, batch):
			return refuse("not_found", "Batch %s shares nothing of what was searched for.", batch)
		}
	}
	if len(d.Batches)+len(e.Concerns) > mostConcerned {
		return refuse("too_many", "A deviation concerns no more than %d batches. Recall what concerns more.", mostConcerned)
	}
	return because(e.Text)
}

func (e DeviationAssessed) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) {
		d.Impact = append(d.Impact, Impact{Act: act, Searched: e.Searched, Found: e.Found, Concerns: e.Concerns, Words: e.Text})
		for _, batch := range e.Concerns {
			if !slices.Contains(d.Batches, batch) {
				d.Batches = append(d.Batches, batch)
			}
		}
	})
}

func (e DeviationInvestigated) check(b *Books, id string, _ Act) *Refusal {
	if _, refusal := b.openDeviation(id); refusal != nil {
		return refusal
	}
	if !slices.Contains(Causes(), e.Cause) {
		return refuse("bad_cause", "Choose the root cause from the list.")
	}
	return because(e.Text)
}

// apply: a conclusion was drawn from what was found before, and falls with it.
func (e DeviationInvestigated) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) {
		d.Findings, d.Conclude = append(d.Findings, Finding{Act: act, Cause: e.Cause, Words: e.Text}), nil
	})
}

func (e DeviationConcluded) check(b *Books, id string, _ Act) *Refusal {
	d, refusal := b.openDeviation(id)
	switch {
	case refusal != nil:
		return refusal
	case len(d.Findings) == 0:
		return refuse("not_investigated", "Say first why it happened.")
	case len(d.Impact) == 0:
		return refuse("not_assessed", "Say first what else it touches.")
	}
	return because(e.Text)
}

func (e DeviationConcluded) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) { d.Conclude = &Conclusion{Act: act, Words: e.Text} })
}

func (e DeviationClassified) check(b *Books, id string, act Act) *Refusal {
	d, refusal := b.openDeviation(id)
	switch {
	case refusal != nil:
		return refusal
	case !slices.Contains(Risks(), e.Risk):
		return refuse("bad_risk", "A deviation is minor, major or critical.")
	case e.Risk == d.Risk:
		return refuse("same_risk", "Deviation %s is %s already.", id, d.Risk)
	case d.had(act.Person):
		return refuse("not_independent", "You raised this deviation, or took part in what happened. Another quality lead classes it.")
	}
	return because(e.Reason)
}

func (e DeviationClassified) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) { d.Risk = e.Risk })
}

func (e ActionPlanned) check(b *Books, id string, act Act) *Refusal {
	if _, refusal := b.openDeviation(id); refusal != nil {
		return refusal
	}
	due, err := time.Parse(time.DateOnly, e.Due)
	switch {
	case e.What == "" || e.Owner == "":
		return refuse("no_owner", "Say what is done, and who answers for it.")
	case err != nil:
		return refuse("bad_due", "Write the due date as in 2026-12-31.")
	case due.AddDate(0, 0, 2).Before(act.At):
		return refuse("bad_due", "The due date is over.")
	}
	return nil
}

func (e ActionPlanned) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) {
		d.Actions = append(d.Actions, FollowUp{Act: act, Number: len(d.Actions) + 1, What: e.What, Owner: e.Owner, Due: e.Due})
	})
}

func (e ActionFinished) check(b *Books, id string, _ Act) *Refusal {
	d, refusal := b.openDeviation(id)
	switch {
	case refusal != nil:
		return refusal
	case e.Action < 1 || e.Action > len(d.Actions):
		return refuse("no_such_action", "There is no such follow-up action.")
	case d.Actions[e.Action-1].Done != nil:
		return refuse("already_done", "Follow-up action %d is done already.", e.Action)
	}
	return because(e.Outcome)
}

func (e ActionFinished) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) { d.Actions[e.Action-1].Done, d.Actions[e.Action-1].Outcome = &act, e.Outcome })
}

// check: that a batch which the deviation bears on may be certified is decided
// once the investigation has its conclusion; that it does not bear on it, or
// bars it, can be decided before (DEV-03).
func (e DeviationRuledOn) check(b *Books, id string, act Act) *Refusal {
	d, refusal := b.openDeviation(id)
	if refusal != nil {
		return refusal
	}
	switch last := d.Ruling(e.Batch); {
	case !slices.Contains(d.Batches, e.Batch):
		return refuse("not_concerned", "Deviation %s does not concern batch %s.", id, e.Batch)
	case !slices.Contains(Decisions(), e.Decision):
		return refuse("bad_decision", "Choose what the deviation means for the batch.")
	case d.had(act.Person):
		return refuse("not_independent", "You raised this deviation, or took part in what happened. Another quality lead decides.")
	case e.Decision == Bears && d.Conclude == nil:
		return refuse("not_concluded", "The investigation has no conclusion yet. Until it has, a batch can go on only if the deviation does not bear on it.")
	case last != nil && last.Decision == e.Decision:
		return refuse("already_decided", "That was decided already.")
	}
	return because(e.Reason)
}

func (e DeviationRuledOn) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) {
		d.Rulings = append(d.Rulings, Ruling{Act: act, Batch: e.Batch, Decision: e.Decision, Reason: e.Reason})
	})
}

func (e DeviationAcknowledged) check(b *Books, id string, act Act) *Refusal {
	d, refusal := b.openDeviation(id)
	switch {
	case refusal != nil:
		return refusal
	case d.Told != nil:
		return refuse("acknowledged", "The control site has acknowledged deviation %s already.", id)
	}
	return signedForControlSite(act)
}

func (e DeviationAcknowledged) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) { d.Told = &Acknowledgement{Act: act, Note: e.Note} })
}

// check: whoever raised it, took part in it or concluded on it does not close
// it, and nothing of it is left undone.
func (e DeviationClosed) check(b *Books, id string, act Act) *Refusal {
	d, refusal := b.openDeviation(id)
	if refusal != nil {
		return refusal
	}
	if missing := d.Missing(); len(missing) > 0 {
		return refuse("not_complete", "Deviation %s cannot be closed. %s", id, missing[0])
	}
	if d.had(act.Person) || d.Conclude.Person == act.Person {
		return refuse("not_independent", "You raised this deviation, took part in what happened, or wrote its conclusion. Another quality lead closes it.")
	}
	return because(e.Statement)
}

func (e DeviationClosed) apply(b *Books, id string, act Act) {
	b.deviated(id, act, func(d *Deviation) { d.Closed, d.Closing = &act, e.Statement })
}
