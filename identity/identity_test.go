package identity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/audit"
	"countersign/identity"
)

var at = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// staff is a directory that grows by what the rules accept.
type staff struct {
	*identity.Directory
	index    int64
	versions map[audit.StreamID]int64
}

func founded(t testing.TB) *staff {
	t.Helper()
	s := &staff{Directory: identity.NewDirectory(), versions: map[audit.StreamID]int64{}}
	events, err := identity.Found(s.Directory,
		identity.Registration{Username: "ruth", Name: "Ruth", IdentityChecked: "present"},
		identity.Registration{Username: "priya", Name: "Priya", IdentityChecked: "present"})
	s.write(t, "system", events, err)
	s.enrol(t, "p-0001")
	s.enrol(t, "p-0002")
	return s
}

func (s *staff) write(t testing.TB, actor identity.PersonID, events []identity.Event, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		draft, err := event.Draft(at, string(actor))
		if err != nil {
			t.Fatal(err)
		}
		s.index++
		s.versions[draft.Stream]++
		entry := audit.Entry{
			Index: s.index, Stream: draft.Stream, Version: s.versions[draft.Stream], Kind: draft.Kind, KindVersion: 1,
			Time: at, Actor: draft.Actor, Payload: draft.Payload,
		}
		if err := s.Apply(audit.Stored{Entry: entry}); err != nil {
			t.Fatalf("what the rules accepted does not fold: %v", err)
		}
	}
}

func (s *staff) enrol(t testing.TB, id identity.PersonID) {
	t.Helper()
	events, err := identity.EnrolKey(s.Directory, id, fmt.Sprintf("key of %s, %d", id, s.index), "p-0001", true)
	s.write(t, id, events, err)
}

func (s *staff) person(id identity.PersonID) identity.Person {
	p, _ := s.Person(id)
	return p
}

func (s *staff) hire(t testing.TB, username string, role identity.Role) identity.PersonID {
	t.Helper()
	id := s.NextID()
	events, err := identity.Register(s.Directory, s.person("p-0001"), identity.Registration{
		Username: username, Name: username, Roles: []identity.Role{role}, IdentityChecked: "badge",
	})
	s.write(t, "p-0001", events, err)
	s.enrol(t, id)
	return id
}

func code(err error) string {
	var refusal *identity.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return fmt.Sprint(err)
}

// SIG-07, SIG-08: a key signs only once somebody else has confirmed who holds it.
func TestANewKeySignsOnlyAfterSomebodyElseConfirmedIt(t *testing.T) {
	s := founded(t)
	asha := s.hire(t, "asha", identity.Technician)
	if _, _, err := identity.AuthorityFor(s.person(asha), identity.Performed, []identity.Role{identity.Technician}, "", 0, identity.NeedsNothing, at); code(err) != "key_not_confirmed" {
		t.Errorf("an unconfirmed key signs: %v", err)
	}
	for who, want := range map[identity.PersonID]string{asha: "not_allowed", "p-0001": "not_allowed"} {
		if _, err := identity.AttestKey(s.Directory, s.person(who), asha); code(err) != want {
			t.Errorf("%s confirms: %v", who, err)
		}
	}
	events, err := identity.AttestKey(s.Directory, s.person("p-0002"), asha)
	s.write(t, "p-0002", events, err)
	if _, _, err := identity.AuthorityFor(s.person(asha), identity.Performed, []identity.Role{identity.Technician}, "", 0, identity.NeedsNothing, at); err != nil {
		t.Error(err)
	}
	s.enrol(t, asha)
	if _, ok := s.person(asha).SigningKey(); ok {
		t.Error("a replaced key signs unconfirmed")
	}
}

// CTL-10: training holds for one version, and until its end.
func TestNobodySignsInAProtocolTheyAreNotTrainedFor(t *testing.T) {
	s := founded(t)
	if _, err := identity.Train(s.Directory, s.person("p-0002"), "p-0002", identity.Training{Protocol: "aso", Version: 1, Until: at.AddDate(1, 0, 0)}, at); code(err) != "not_oneself" {
		t.Errorf("somebody trained themselves: %v", err)
	}
	pia := s.hire(t, "pia", identity.Pharmacist)
	events, err := identity.AttestKey(s.Directory, s.person("p-0002"), pia)
	s.write(t, "p-0002", events, err)
	events, err = identity.Train(s.Directory, s.person("p-0002"), pia, identity.Training{Protocol: "aso", Version: 1, Until: at.AddDate(1, 0, 0)}, at)
	s.write(t, "p-0002", events, err)
	for _, row := range []struct {
		version int
		when    time.Time
		want    string
	}{{1, at, "not_acknowledged"}, {2, at, "not_trained"}, {1, at.AddDate(1, 0, 0), "not_trained"}} {
		_, _, err := identity.AuthorityFor(s.person(pia), identity.Verified, []identity.Role{identity.Pharmacist}, "aso", row.version, identity.NeedsTraining, row.when)
		if code(err) != row.want {
			t.Errorf("version %d at %s: %v", row.version, row.when, err)
		}
	}
}

// CTL-14: an act in a batch needs the version acknowledged, under one's own
// signature; the state of it stands in the words of the act.
func TestNobodySignsInAVersionThatTheyHaveNotAcknowledged(t *testing.T) {
	s := founded(t)
	pia := s.hire(t, "pia", identity.Pharmacist)
	events, err := identity.AttestKey(s.Directory, s.person("p-0002"), pia)
	s.write(t, "p-0002", events, err)
	draft, err := identity.Event{Kind: identity.KindAcknowledged, Person: pia, Payload: identity.Payload{Protocol: "aso", Version: 1}}.Draft(at, string(pia))
	if err != nil {
		t.Fatal(err)
	}
	own := audit.Signature{Signer: string(pia), Meaning: string(identity.Acknowledged)}
	for _, forged := range [][]audit.Signature{nil, {own, own}, {{Signer: "p-0002", Meaning: own.Meaning}}, {{Signer: own.Signer, Meaning: "performed"}}} {
		entry := audit.Entry{Stream: draft.Stream, Version: s.person(pia).Version + 1, Kind: draft.Kind, KindVersion: 1, Time: at, Actor: string(pia), Payload: draft.Payload, Signatures: forged}
		if err := s.Apply(audit.Stored{Entry: entry}); err == nil {
			t.Errorf("%+v was taken for an acknowledgement", forged)
		}
	}
	may := func(version int, need identity.Need) string {
		_, words, err := identity.AuthorityFor(s.person(pia), identity.Verified, []identity.Role{identity.Pharmacist}, "aso", version, need, at)
		if err != nil {
			return code(err)
		}
		return words
	}
	if got := may(1, identity.NeedsReading); got != "not_acknowledged" {
		t.Error(got)
	}
	entry := audit.Entry{Stream: draft.Stream, Version: s.person(pia).Version + 1, Kind: draft.Kind, KindVersion: 1, Time: at, Actor: string(pia), Payload: draft.Payload, Signatures: []audit.Signature{own}}
	if err := s.Apply(audit.Stored{Entry: entry}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		version int
		need    identity.Need
		want    string
	}{
		{1, identity.NeedsReading, "not trained for aso version 1, acknowledged on 20 Nov 2026"},
		{1, identity.NeedsTraining, "not_trained"},
		{2, identity.NeedsReading, "not_acknowledged"},
		{2, identity.NeedsNothing, "not trained for aso version 2, not acknowledged"},
	} {
		if got := may(row.version, row.need); got != row.want {
			t.Errorf("version %d: %q", row.version, got)
		}
	}
}

// SEC-02: no sequence of acts gives an administrator a role in making
// medicines, or anybody an unconfirmed signature; usernames are never reused.
func TestNoSequenceOfActsBreaksTheSeparationOfRoles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := founded(t)
		for range rapid.IntRange(1, 40).Draw(r, "acts") {
			people := s.People()
			actor := rapid.SampledFrom(people).Draw(r, "actor")
			subject := rapid.SampledFrom(people).Draw(r, "subject").ID
			role := rapid.SampledFrom(identity.Roles()).Draw(r, "role")
			var events []identity.Event
			var err error
			held := false
			for _, p := range s.People() {
				held = held || p.Has(identity.ControlSite)
			}
			switch rapid.IntRange(0, 6).Draw(r, "act") {
			case 6:
				events, err = identity.ConfirmRole(s.Directory, actor, subject, role)
				for _, event := range events {
					if one, _ := s.person(subject).WaitsFor(role); one.By == actor.ID || actor.ID == subject {
						r.Fatalf("%s alone gave %s the role %s: %+v", actor.ID, subject, role, event)
					}
				}
			case 0:
				events, err = identity.GiveRole(s.Directory, actor, subject, role)
			case 1:
				events, err = identity.WithdrawRole(s.Directory, actor, subject, role, "why")
			case 2:
				events, err = identity.Register(s.Directory, actor, identity.Registration{
					Username: rapid.SampledFrom([]string{"ann", "bob", "ruth"}).Draw(r, "name"), Name: "N", Roles: []identity.Role{role, identity.Technician}[:1], IdentityChecked: "badge",
				})
			case 3:
				events, err = identity.EnrolKey(s.Directory, subject, fmt.Sprint("k", s.index), actor.ID, true)
			case 4:
				events, err = identity.AttestKey(s.Directory, actor, subject)
			case 5:
				events, err = identity.Suspend(s.Directory, actor, subject, "why")
			}
			if err == nil {
				s.write(t, actor.ID, events, nil)
			}
			for _, event := range events {
				if held && (event.Kind == identity.KindRoleGiven && event.Role == identity.ControlSite || slices.Contains(event.Roles, identity.ControlSite)) {
					r.Fatalf("%s alone made another of the control site", actor.ID)
				}
			}
			names := map[string]bool{}
			for _, p := range s.People() {
				gmp := false
				for _, held := range p.Roles {
					gmp = gmp || held.GMP()
				}
				if gmp && p.Has(identity.Administrator) {
					r.Fatalf("%s administers and makes medicines", p.ID)
				}
				if p.Has(identity.ControlSite) && (p.Has(identity.Technician) || p.Has(identity.Pharmacist)) {
					r.Fatalf("%s signs for the control site and makes medicines", p.ID)
				}
				if names[p.Username] {
					r.Fatalf("the username %s is two people's", p.Username)
				}
				names[p.Username] = true
			}
		}
	})
}

func FuzzReadPayload(f *testing.F) {
	f.Add([]byte(`{"username":"asha","roles":["technician"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := identity.ReadPayload(audit.Entry{Kind: identity.KindRegistered, KindVersion: 1, Payload: raw})
		if err != nil {
			return
		}
		if _, err := json.Marshal(p); err != nil {
			t.Fatal(err)
		}
	})
}
