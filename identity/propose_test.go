package identity_test

import (
	"errors"
	"testing"

	"countersign/identity"
)

// TestAnotherOfTheControlSiteTakesTwoPeople (SEC-02, CTL-05): the first one comes
// with the founders; from then on one administrator proposes, and another person
// confirms, whose own key others have confirmed.
func TestAnotherOfTheControlSiteTakesTwoPeople(t *testing.T) {
	s := founded(t)
	code := func(_ []identity.Event, err error) string {
		var refusal *identity.Refusal
		if errors.As(err, &refusal) {
			return refusal.Code
		}
		return ""
	}
	first := s.hire(t, "clara", identity.ControlSite)
	if !s.person(first).Has(identity.ControlSite) {
		t.Fatal("a new site has nobody of the control site")
	}
	second := s.hire(t, "carl", identity.ControlSite)
	if p := s.person(second); p.Has(identity.ControlSite) || len(p.Proposed) != 1 || p.Proposed[0].By != "p-0001" {
		t.Fatalf("one administrator alone made %+v", p)
	}
	confirm := func(who, id identity.PersonID) ([]identity.Event, error) {
		return identity.ConfirmRole(s.Directory, s.person(who), id, identity.ControlSite)
	}
	tech := s.hire(t, "asha", identity.Technician)
	admin := s.hire(t, "rob", identity.Administrator)
	for _, wrong := range []struct {
		who, id identity.PersonID
		code    string
	}{
		{"p-0001", second, "same_person"}, {tech, second, "not_allowed"}, {first, second, "not_allowed"}, {admin, second, "key_not_confirmed"}, {"p-0002", first, "no_role_waiting"},
	} {
		if got := code(confirm(wrong.who, wrong.id)); got != wrong.code {
			t.Errorf("%s confirms %s: %q, not %s", wrong.who, wrong.id, got, wrong.code)
		}
	}
	if got := code(identity.GiveRole(s.Directory, s.person("p-0001"), second, identity.ControlSite)); got != "role_waits" {
		t.Error(got)
	}
	events, err := confirm("p-0002", second)
	s.write(t, "p-0002", events, err)
	if p := s.person(second); !p.Has(identity.ControlSite) || len(p.Proposed) != 0 {
		t.Fatalf("%+v", p)
	}
	// The first one's leaving does not make the next one a first again.
	for _, id := range []identity.PersonID{first, second} {
		events, err = identity.WithdrawRole(s.Directory, s.person("p-0001"), id, identity.ControlSite, "moved")
		s.write(t, "p-0001", events, err)
	}
	events, err = identity.GiveRole(s.Directory, s.person("p-0001"), first, identity.ControlSite)
	s.write(t, "p-0001", events, err)
	if s.person(first).Has(identity.ControlSite) {
		t.Error("one administrator alone gave the role")
	}
	events, err = identity.WithdrawRole(s.Directory, s.person("p-0001"), first, identity.ControlSite, "a mistake")
	s.write(t, "p-0001", events, err)
	if len(s.person(first).Proposed) != 0 {
		t.Error("a proposal that was withdrawn waits on")
	}
	// Who makes medicines meanwhile is not confirmed.
	third := s.hire(t, "cleo", identity.ControlSite)
	events, err = identity.GiveRole(s.Directory, s.person("p-0001"), third, identity.Technician)
	s.write(t, "p-0001", events, err)
	if got := code(confirm("p-0002", third)); got != "control_site_apart" {
		t.Error(got)
	}
}
