package batch

import (
	"slices"

	"countersign/identity"
)

// conflict says in which step somebody took part, and how, so that they may
// not review the batch; "" when they are free to. A checker may where the
// protocol allows it (REL-11).
func (s *State) conflict(person identity.PersonID) (step, how string) {
	for i := range s.Steps {
		if s.Steps[i].workers()[person] {
			return s.Steps[i].Step.Name, "took part in"
		}
	}
	if s.Protocol == nil || s.Protocol.ReviewByChecker {
		return "", ""
	}
	return s.checkedIn(person), "checked"
}

// checkedIn is the first step that somebody checked; "" when there is none.
func (s *State) checkedIn(person identity.PersonID) string {
	for i := range s.Steps {
		for _, act := range s.seconds(&s.Steps[i]) {
			if act.Person == person {
				return s.Steps[i].Step.Name
			}
		}
	}
	return ""
}

// MayReview says whether somebody holds a role for the production review and
// took no part that excludes them. The rules decide when it is asked.
func (s *State) MayReview(p identity.Person) bool {
	return s.tookPart(p.ID) == "" && holds(p, reviewers())
}

// MayCertify says whether somebody may decide on release: a quality lead who
// neither performed nor checked a critical step, nor reviewed (REL-11, REL-01).
func (s *State) MayCertify(p identity.Person) bool {
	if review := last(s.Reviews); review != nil && review.Person == p.ID {
		return false
	}
	return holds(p, leads()) && identity.Independent(p.ID, s.criticalPeople())
}

func holds(p identity.Person, roles []identity.Role) bool {
	return p.Active && slices.ContainsFunc(roles, p.Has)
}

// Releasable says whether, once somebody has signed a Perform, Check or Review,
// two different people are left among those given who may review the batch and
// decide on its release. Nobody is to find out only when the medicine is ready
// that nobody may release it.
func (s *State) Releasable(people []identity.Person, c Command, signer identity.PersonID) bool {
	critical := false
	if st := s.Step(stepOf(c)); st != nil {
		critical = st.Step.Critical
	}
	_, checks := c.(Check)
	_, confirms := c.(ConfirmCorrection)
	checks = checks || confirms
	_, reviews := c.(Review)
	reviewed := last(s.Reviews)
	reviews = reviews || reviewed != nil
	if reviewed != nil {
		signer = reviewed.Person
	}
	return slices.ContainsFunc(people, func(reviewer identity.Person) bool {
		free := s.MayReview(reviewer) && (reviewer.ID != signer || checks && s.Protocol.ReviewByChecker)
		if reviews {
			free = reviewer.ID == signer
		}
		return free && slices.ContainsFunc(people, func(lead identity.Person) bool {
			taking := lead.ID == signer && (critical || reviews)
			return lead.ID != reviewer.ID && !taking && s.MayCertify(lead)
		})
	})
}
