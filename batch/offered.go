package batch

import "countersign/identity"

// What a page offers to somebody is what their role lets them do: nobody fills
// in a form that can only be refused. Decide judges each act by itself.

// MayWrite says whether somebody may note, raise or hand over in a batch.
func MayWrite(p identity.Person) bool { return holds(p, staff()) }

// MayAbort says whether somebody's role lets them abort a batch.
func MayAbort(p identity.Person) bool { return holds(p, aborters()) }

// MayReject says whether somebody may refuse the batch's release.
func (s *State) MayReject(p identity.Person) bool {
	return holds(p, leads()) && identity.Independent(p.ID, s.criticalPeople())
}

// MayCorrect says whether somebody's role lets them correct what was entered in
// a step.
func (s *State) MayCorrect(st *StepState, p identity.Person) bool {
	return holds(p, s.correctors(st))
}

// correctors are the roles that work in a step.
func (s *State) correctors(st *StepState) []identity.Role {
	roles := []identity.Role{roleOf(s.Protocol, st.Step.By)}
	if st.Step.CheckedBy != "" {
		roles = append(roles, roleOf(s.Protocol, st.Step.CheckedBy))
	}
	return roles
}
