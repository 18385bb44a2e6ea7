package web

import (
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
)

// holdView is a hold on a batch: why, since when, and who may lift it.
type holdView struct {
	Batch, Kind, Reason, Lifters string
	Number                       int
	By                           signedBy
	Lifted                       *signedBy
	Why, Typed                   string
}

// holdsOf are the holds of a batch, those that stand first. A batch that has
// ended offers none to be lifted.
func holdsOf(s *batch.State, f form, zone *time.Location) []holdView {
	var standing, lifted []holdView
	for _, hold := range s.AllHolds {
		v := holdView{Batch: s.ID, Kind: string(hold.Kind), Reason: hold.Reason, Number: hold.Number, By: actWords(hold.Act, zone)}
		if hold.Lifted != nil {
			by := actWords(*hold.Lifted, zone)
			v.Lifted, v.Why = &by, hold.Why
			lifted = append(lifted, v)
			continue
		}
		if _, roles, ok := batch.Signs(s, batch.LiftHold{Hold: hold.Number}); ok && endedWords(s.Status) == "" {
			v.Lifters = orWords(roles)
		}
		if c, err := f.signed(); err == nil {
			if lift, ok := c.(batch.LiftHold); ok && lift.Hold == hold.Number {
				v.Typed = lift.Reason
			}
		}
		standing = append(standing, v)
	}
	return append(standing, lifted...)
}

// held says that a hold stands, or an open exception holds up every step:
// nothing is offered for signing that would be refused.
func held(s *batch.State) bool {
	return len(s.Holds()) > 0 || len(s.WaitingCorrections()) > 0 || slices.ContainsFunc(s.Exceptions, func(e batch.Exception) bool {
		return e.Resolved == nil && e.Blocks == batch.BlocksBatch
	})
}

// holdChoice is a kind of hold, as a terminal offers it to whoever is signed in.
type holdChoice struct{ Kind, Words string }

func holdChoices(p identity.Person) []holdChoice {
	var all []holdChoice
	for _, kind := range batch.HoldKinds() {
		if kind.MayPut(p) {
			all = append(all, holdChoice{string(kind), strings.ToUpper(string(kind)[:1]) + string(kind)[1:]})
		}
	}
	return all
}
