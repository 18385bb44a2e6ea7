package worklist

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// mostQuarantined is how many lots in quarantine stand on the list one by one; of
// more, one line tells.
const mostQuarantined = 5

// quarantined are the lots that somebody stopped and nobody has decided on: each
// is released anew or rejected, and until then whoever planned it waits (MAT-02).
func quarantined(s Site, now time.Time, add func(Item, register.Command)) {
	var stopped []*register.Lot
	concerned := map[string]use{}
	for _, lot := range s.Books.Lots() {
		if lot.Status != register.Quarantined {
			continue
		}
		of := usedIn(s, lot)
		if lot.Spent() && len(of.planned)+len(of.used) == 0 {
			continue // nothing of it is left, and nobody waits
		}
		stopped, concerned[lot.ID] = append(stopped, lot), of
	}
	if len(stopped) > mostQuarantined {
		together(s.Books, stopped, concerned, now, add)
		return
	}
	for _, lot := range stopped {
		add(Item{
			Key: fmt.Sprintf("lot/%s quarantine@%d", lot.ID, lot.Stopped.Index), Kind: LotToDecide, About: lot.ID, What: lot.Material, Since: lot.Stopped.At,
			Place: "/stock/" + url.PathEscape(lot.ID), may: mayDecide(s.Books, lot, now),
			Text: fmt.Sprintf("Lot %s of %s is in quarantine: %s. Release it anew, or reject it.%s", lot.ID, lot.Material, strings.TrimSuffix(lot.Reason, "."), concerned[lot.ID].words("it")),
		}, register.ReleaseLot{})
	}
}

// together is the one line of many.
func together(b *register.Books, stopped []*register.Lot, concerned map[string]use, now time.Time, add func(Item, register.Command)) {
	slices.SortStableFunc(stopped, func(x, y *register.Lot) int { return x.Stopped.At.Compare(y.Stopped.At) })
	var ids []string
	var all use
	var may []func(identity.Person) bool
	newest := int64(0)
	for _, lot := range stopped {
		ids, newest = append(ids, lot.ID), max(newest, lot.Stopped.Index)
		all.planned, all.used = append(all.planned, concerned[lot.ID].planned...), append(all.used, concerned[lot.ID].used...)
		may = append(may, mayDecide(b, lot, now))
	}
	add(Item{
		Key: fmt.Sprintf("lots in quarantine@%d", newest), Kind: LotToDecide, About: fmt.Sprintf("%d lots", len(stopped)), What: "the oldest first: " + strings.Join(ids, ", "),
		Since: stopped[0].Stopped.At, Place: "/stock?q=" + url.QueryEscape("in quarantine"),
		Text: fmt.Sprintf("%d lots are in quarantine. Release each anew, or reject it.%s", len(stopped), all.words("one of them")),
		may: func(p identity.Person) bool {
			return slices.ContainsFunc(may, func(one func(identity.Person) bool) bool { return one(p) })
		},
	}, register.ReleaseLot{})
}

// mayDecide: who may release a lot anew, while it can be, or reject it.
func mayDecide(b *register.Books, lot *register.Lot, now time.Time) func(identity.Person) bool {
	_, releasing := register.ReleaseLot{}.Signs()
	_, rejecting := register.RejectLot{}.Signs()
	releases, rejects := others(releasing, lot.Received.Person), anyOf(rejecting)
	last := lot.Last()
	can := b.WaitsFor(lot) == "" && (last.IsZero() || !now.After(last))
	return func(p identity.Person) bool { return rejects(p) || can && releases(p) }
}

// use is which batches in work lean on a lot, or on what was made of it.
type use struct{ planned, used []string }

func usedIn(s Site, lot *register.Lot) (of use) {
	made := append([]*register.Lot{lot}, s.Books.Descendants(lot.ID)...)
	for _, state := range s.Batches {
		switch state.Status {
		case batch.Rejected, batch.Aborted, batch.Given:
			continue
		}
		for _, item := range state.Items {
			if !slices.ContainsFunc(made, func(one *register.Lot) bool { return item.Register == string(register.LotStream(one.ID)) }) {
				continue
			}
			if takenIn(state, item.Name) {
				of.used = append(of.used, state.ID)
			} else {
				of.planned = append(of.planned, state.ID)
			}
		}
	}
	of.planned = slices.DeleteFunc(of.planned, func(id string) bool { return slices.Contains(of.used, id) })
	return of
}

// takenIn says that a step which takes an item in hand was done.
func takenIn(s *batch.State, item string) bool {
	return slices.ContainsFunc(s.Steps, func(st batch.StepState) bool {
		scans := slices.ContainsFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == item })
		return len(st.Performed) > 0 && (scans || slices.Contains(st.Step.Uses, item))
	})
}

// words say it of what it is called.
func (of use) words(it string) string {
	words := ""
	for _, one := range []struct {
		ids       []string
		one, many string
	}{{of.used, "Batch %s has used %s.", "Batches %s have used %s."}, {of.planned, "Batch %s has set %s out.", "Batches %s have set %s out."}} {
		slices.Sort(one.ids)
		ids := slices.Compact(one.ids)
		form := one.many
		switch len(ids) {
		case 0:
			continue
		case 1:
			form = one.one
		}
		words += " " + fmt.Sprintf(form, strings.Join(ids, ", "), it)
	}
	return words
}
