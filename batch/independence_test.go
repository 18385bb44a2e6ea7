package batch

import (
	"testing"
	"time"

	"countersign/identity"
)

// A small unit: two pharmacists and one quality lead. Once both pharmacists
// have checked steps, only the lead could review, and nobody could then
// certify: it is said before the second of them signs (REL-01, REL-11).
func TestADeadEndIsSeenBeforeItIsSigned(t *testing.T) {
	pharmacist := func(id identity.PersonID) identity.Person {
		return identity.Person{ID: id, Active: true, Roles: []identity.Role{identity.Pharmacist}}
	}
	lead := identity.Person{ID: "p-lead", Active: true, Roles: []identity.Role{identity.QualityLead}}
	one, two := pharmacist("p-one"), pharmacist("p-two")
	people := []identity.Person{one, two, lead}

	w := newWorld(t, "short")
	w.must("Quinn", w.open, day().Add(9*time.Hour))
	s := w.state
	check := Check{Step: s.Steps[0].Step.Name}
	if !s.Releasable(people, check, one.ID) {
		t.Error("with both pharmacists free, the first may check")
	}
	first := *s
	first.Steps = append([]StepState(nil), s.Steps...)
	first.Steps[0].Checked = []Act{{Version: 3, Person: one.ID}}
	if first.Releasable(people, check, two.ID) {
		t.Error("after the second pharmacist nobody is left who may review before the only lead certifies")
	}
	if !first.Releasable(people, check, one.ID) {
		t.Error("the pharmacist who has checked may check on")
	}
	if first.Releasable(people, Review{}, lead.ID) {
		t.Error("the only lead reviews, and nobody is left to certify")
	}
	if !first.Releasable(people, Review{}, two.ID) {
		t.Error("the free pharmacist reviews and the lead certifies")
	}
	second := identity.Person{ID: "p-lead-2", Active: true, Roles: []identity.Role{identity.QualityLead}}
	if !first.Releasable(append(people, second), Review{}, lead.ID) {
		t.Error("another lead certifies")
	}
}
