package worklist

import (
	"fmt"
	"net/url"
	"slices"

	"countersign/identity"
	"countersign/register"
)

// WhoElseLooks says who could look at a trail in which everybody here acted.
const WhoElseLooks = "Somebody else can: another quality lead, or the control site. Have one registered who took no part in it, or let the control site's quality lead end it with that result."

// MayLookAt says whether somebody may look at a sampled trail in which those
// acted.
func MayLookAt(p identity.Person, actors []identity.PersonID) bool {
	_, roles := register.LookAtTrail{}.Signs()
	return others(roles, actors...)(p)
}

// samples: each trail that was drawn is looked at by somebody who did not act in
// it, and each finding followed up (AUD-09).
func samples(s Site, add func(Item, register.Command)) {
	for _, sample := range s.Books.Samples() {
		for _, t := range sample.Trails {
			one := Item{Key: "sample/" + sample.ID + " " + t.Trail, About: sample.ID, What: t.Trail, Place: "/samples/" + url.PathEscape(sample.ID)}
			switch {
			case t.Left != nil:
			case t.Looked == nil:
				one.Kind, one.Since = TrailToLookAt, sample.Drawn.At
				one.Text = fmt.Sprintf("Sample %s: look at the audit trail of %s. Whoever acted in it does not.", sample.ID, t.Trail)
				_, roles := register.LookAtTrail{}.Signs()
				one.may = others(roles, s.Actors[t.Trail]...)
				if !slices.ContainsFunc(s.People, one.may) {
					one.Text = fmt.Sprintf("Sample %s: nobody here may look at the audit trail of %s, because everybody who could acted in it. %s", sample.ID, t.Trail, WhoElseLooks)
					one.may = nil
					add(one, register.LeaveTrail{})
					continue
				}
				add(one, register.LookAtTrail{})
			case t.Open():
				one.Kind, one.Since = FindingToFollow, t.Looked.At
				one.Key += " to follow"
				one.Text = fmt.Sprintf("Sample %s: follow up what %s found in %s.", sample.ID, t.Looked.Name, t.Trail)
				add(one, register.FollowFinding{})
			}
		}
	}
}
