package worklist

import (
	"fmt"
	"net/url"

	"countersign/register"
)

// samples: each trail that was drawn is looked at by somebody who did not act in
// it, and each finding followed up (AUD-09).
func samples(s Site, add func(Item, register.Command)) {
	for _, sample := range s.Books.Samples() {
		for _, t := range sample.Trails {
			one := Item{Key: "sample/" + sample.ID + " " + t.Trail, About: sample.ID, What: t.Trail, Place: "/samples/" + url.PathEscape(sample.ID)}
			switch {
			case t.Looked == nil:
				one.Kind, one.Since = TrailToLookAt, sample.Drawn.At
				one.Text = fmt.Sprintf("Sample %s: look at the audit trail of %s. Whoever acted in it does not.", sample.ID, t.Trail)
				_, roles := register.LookAtTrail{}.Signs()
				one.may = others(roles, s.Actors[t.Trail]...)
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
