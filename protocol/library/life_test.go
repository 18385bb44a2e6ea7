package library

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"

	"pgregory.net/rapid"
)

// all carries out commands that have to be allowed, at noon.
func all(t testing.TB, l *Library, steps ...any) {
	t.Helper()
	for i := 0; i < len(steps); i += 2 {
		c, _ := steps[i].(Command)
		who, _ := steps[i+1].(identity.Person)
		if err := act(t, l, c, who); err != nil {
			t.Fatalf("%s by %s: %v", Name(c), who.Name, err)
		}
	}
}

// approved gives a library in which version 1 is effective and version 2 is
// approved.
func approved(t testing.TB) (*Library, cast) {
	t.Helper()
	l, who := New(), people()
	all(t, l, Submit{text(t, "1")}, who.author, Review{name, 1}, who.approver, Approve{name, 1}, who.lead, MakeEffective{Protocol: name, Version: 1}, who.lead,
		Submit{strings.Replace(text(t, "2"), "at most: 30 h", "at most: 24 h", 1)}, who.author, Review{name, 2}, who.approver, Approve{name, 2}, who.lead)
	return l, who
}

func effectiveAt(l *Library, at time.Time) int {
	if v, ok := l.Effective(name, at); ok {
		return v.Protocol.Version
	}
	return 0
}

// CTL-14: a common instant, at which the change happens without anybody acting.
func TestAVersionTakesEffectAtItsInstantAndNotBefore(t *testing.T) {
	l, who := approved(t)
	from := noon().Add(48 * time.Hour)
	c := MakeEffective{Protocol: name, Version: 2, From: from}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := Lines(l, c, who.lead, noon(), zone)
	if said := strings.Join(sheet, "\n"); err != nil || !strings.Contains(said, "It takes effect on Sunday 22 Nov 2026 12:00:00 GMT. Until then aso-intrathecal v1 stays effective") {
		t.Errorf("%q, %v", sheet, err)
	}
	all(t, l, c, who.lead)
	for _, one := range []struct {
		at      time.Time
		version int
		first   Status
		second  Status
	}{
		{noon(), 1, Effective, Approved},
		{from.Add(-time.Microsecond), 1, Effective, Approved},
		{from, 2, Superseded, Effective},
		{from.Add(time.Hour), 2, Superseded, Effective},
	} {
		first, _ := l.Find(name, 1)
		second, _ := l.Find(name, 2)
		if got := effectiveAt(l, one.at); got != one.version || first.Status(one.at) != one.first || second.Status(one.at) != one.second {
			t.Errorf("at %s: version %d, %s and %s", one.at, got, first.Status(one.at), second.Status(one.at))
		}
	}
}

func TestWhatHasNotBegunCanBeCalledOff(t *testing.T) {
	l, who := approved(t)
	from := noon().Add(48 * time.Hour)
	all(t, l, MakeEffective{Protocol: name, Version: 2, From: from}, who.lead, Withdraw{name, 2, "the labels are late"}, who.lead)
	if got := effectiveAt(l, from); got != 1 {
		t.Errorf("version %d is effective", got)
	}
	all(t, l, Submit{text(t, "3")}, who.author, Review{name, 3}, who.approver, Approve{name, 3}, who.lead, MakeEffective{Protocol: name, Version: 3, From: from.Add(time.Hour)}, who.lead)
	for at, want := range map[time.Duration]int{0: 1, time.Hour: 3} {
		if got := effectiveAt(l, from.Add(at)); got != want {
			t.Errorf("%s later version %d is effective", at, got)
		}
	}
}

func TestVersionsTakeEffectInTheirOrderAndNeverInThePast(t *testing.T) {
	l, who := approved(t)
	from := noon().Add(48 * time.Hour)
	for instant, want := range map[time.Time]string{
		noon().Add(-time.Second): "in_the_past", noon().AddDate(2, 0, 0): "too_far",
	} {
		if err := act(t, l, MakeEffective{Protocol: name, Version: 2, From: instant}, who.lead); code(err) != want {
			t.Errorf("%s: %v", instant, err)
		}
	}
	all(t, l, MakeEffective{Protocol: name, Version: 2, From: from}, who.lead)
	if err := act(t, l, MakeEffective{Protocol: name, Version: 2, From: from.Add(time.Hour)}, who.lead); code(err) != "date_set" {
		t.Error(err)
	}
	all(t, l, Submit{text(t, "3")}, who.author, Review{name, 3}, who.approver, Approve{name, 3}, who.lead)
	if err := act(t, l, MakeEffective{Protocol: name, Version: 3}, who.lead); code(err) != "out_of_turn" {
		t.Error(err)
	}
	all(t, l, MakeEffective{Protocol: name, Version: 3, From: from.Add(time.Hour)}, who.lead)
	if now, then, later := effectiveAt(l, noon()), effectiveAt(l, from), effectiveAt(l, from.Add(time.Hour)); now != 1 || then != 2 || later != 3 {
		t.Errorf("%d, %d, %d", now, then, later)
	}
}

// tell applies an entry as it stands in a log.
func tell(l *Library, ev Event, by identity.Person, at time.Time) error {
	draft, err := DraftOf(ev, name, by.ID, at)
	if err != nil {
		return err
	}
	return l.Apply(audit.Stored{Entry: audit.Entry{
		Stream: draft.Stream, Version: l.StreamVersion(name) + 1, Kind: draft.Kind, KindVersion: draft.KindVersion,
		Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload,
	}})
}

// A log of an older program approved drafts without a review, and put versions
// into effect at once. It folds as it was; and after the first review nothing
// is approved like that again.
func TestALogOfAnOlderProgramFoldsAsItWas(t *testing.T) {
	l, who := New(), people()
	all(t, l, Submit{text(t, "1")}, who.author)
	v, _ := l.Find(name, 1)
	for _, ev := range []struct {
		Event
		by identity.Person
		at time.Time
	}{
		{VersionApproved{Version: 1, Digest: v.Protocol.Digest}, who.approver, noon()},
		{MadeEffective{Version: 1, Digest: v.Protocol.Digest}, who.lead, noon().Add(-time.Second)}, // the clock was set back
	} {
		if err := tell(l, ev.Event, ev.by, ev.at); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := l.Find(name, 1); effectiveAt(l, noon()) != 1 || v.Reviewed != nil {
		t.Error("version 1 is not effective as it was")
	}
	all(t, l, Submit{text(t, "2")}, who.author)
	v, _ = l.Find(name, 2)
	if err := act(t, l, Approve{name, 2}, who.lead); code(err) != "not_reviewed" {
		t.Error(err)
	}
	all(t, l, Review{name, 2}, who.approver, Submit{text(t, "3")}, who.author)
	v3, _ := l.Find(name, 3)
	for _, ev := range []Event{
		VersionApproved{Version: 3, Digest: v3.Protocol.Digest},
		VersionApproved{Version: 2, Digest: v.Protocol.Digest},
		VersionApproved{Version: 2, Digest: v.Protocol.Digest, ReviewedBy: who.lead.ID},
	} {
		if err := tell(l, ev, who.lead, noon()); err == nil {
			t.Errorf("%+v was applied", ev)
		}
	}
}

// CTL-14: the sheet says what changed against what this person read last.
func TestAReaderSeesWhatChangedSinceTheyLastRead(t *testing.T) {
	l, who := approved(t)
	reader := who.technician
	said := func(c Command) string {
		lines, err := Lines(l, c, reader, noon(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	if first := said(Acknowledge{name, 1}); !strings.Contains(first, "all of it is new to you") || !strings.Contains(first, "I have read version 1.") {
		t.Error(first)
	}
	draft, err := Decide(l, Acknowledge{name, 1}, reader, noon())
	if err != nil || draft.Stream != "person/Eli" || draft.Kind != identity.KindAcknowledged {
		t.Fatalf("%+v, %v", draft, err)
	}
	reader.Read = append(reader.Read, identity.Acknowledgement{Protocol: name, Version: 1, At: noon()})
	if second := said(Acknowledge{name, 2}); !strings.Contains(second, "Against aso-intrathecal v1, which you acknowledged last") || !strings.Contains(second, "24 h") || !strings.Contains(second, "and what changed") {
		t.Error(second)
	}
	all(t, l, Submit{text(t, "3")}, who.author)
	for want, one := range map[string]struct {
		version int
		person  identity.Person
	}{
		"already_acknowledged": {1, reader}, "not_approved": {3, reader}, "no_such_version": {9, reader},
		"no_authority": {2, person("Fay", identity.ProtocolAuthor)},
	} {
		if _, err := Decide(l, Acknowledge{name, one.version}, one.person, noon()); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	v, _ := l.Find(name, 1)
	if missing := Unread(v.Protocol, []identity.Person{reader, who.lead}); slices.Contains(missing, identity.Technician) || !slices.Contains(missing, identity.Pharmacist) {
		t.Errorf("nobody has read it of %v", missing)
	}
}

// MBR-01: whatever random people try in whatever order.
func TestNeverTwoEffectiveNeverOnesOwnNeverAnotherPast(t *testing.T) {
	sources := map[int]string{}
	for version := 1; version <= 4; version++ {
		sources[version] = text(t, fmt.Sprint(version))
	}
	effects := 0
	rapid.Check(t, func(rt *rapid.T) {
		l, who := New(), people()
		crowd := []identity.Person{who.author, who.approver, who.approver2, who.lead, person("Gil", identity.ProtocolAuthor, identity.ProtocolApprover, identity.QualityLead)}
		now, answers := noon(), map[time.Time]int{}
		for range rapid.IntRange(1, 40).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 3600, -5}).Draw(rt, "seconds")) * time.Second)
			version := rapid.IntRange(1, 4).Draw(rt, "version")
			var from time.Time
			if hours := rapid.IntRange(-1, 6).Draw(rt, "hours"); hours != 0 {
				from = now.Add(time.Duration(hours) * time.Hour)
			}
			commands := []Command{
				Submit{sources[version]},
				Review{name, version},
				Approve{name, version},
				MakeEffective{Protocol: name, Version: version, From: from},
				Withdraw{name, version, "because"},
			}
			c := commands[rapid.IntRange(0, len(commands)-1).Draw(rt, "command")]
			if v, ok := l.Find(name, version); rapid.IntRange(0, 3).Draw(rt, "fit") > 0 {
				c = commands[0]
				if at := slices.Index([]Status{Draft, Reviewed, Approved}, statusOf(v, now)); ok {
					c = commands[at+1]
				}
			}
			if err := actAt(t, l, c, crowd[rapid.IntRange(0, len(crowd)-1).Draw(rt, "who")], now); err != nil && code(err) == "" {
				rt.Fatalf("%s: %v", Name(c), err)
			}
			instant := l.stories[name].instant(now)
			for at, was := range answers {
				if !at.Before(instant) {
					delete(answers, at) // the clock was set back: that instant is still to come
				} else if got := effectiveAt(l, at); got != was {
					rt.Fatalf("at %s version %d was effective, and now that was %d", at, was, got)
				}
			}
			answers[instant] = effectiveAt(l, instant)
			if answers[instant] > 0 {
				effects++
			}
			for hours := range 8 {
				oneAtMost(rt, l, instant.Add(time.Duration(hours)*time.Hour/2))
			}
		}
	})
	if effects == 0 {
		t.Error("nothing ever took effect")
	}
}

func statusOf(v *Version, at time.Time) Status {
	if v == nil {
		return ""
	}
	return v.Status(at)
}

func oneAtMost(t *rapid.T, l *Library, at time.Time) {
	var effective []string
	for _, v := range l.Versions() {
		if v.Status(at) == Effective {
			effective = append(effective, v.Protocol.ID())
		}
		if v.Reviewed != nil && v.Reviewed.Person == v.Drafted.Person {
			t.Fatalf("%s was reviewed by its author", v.Protocol.ID())
		}
		if v.Approved != nil && (v.Reviewed == nil || v.Approved.Person == v.Drafted.Person || v.Approved.Person == v.Reviewed.Person) {
			t.Fatalf("%s was not approved by a third person", v.Protocol.ID())
		}
		if v.InEffect != nil && v.InEffect.Person == v.Drafted.Person {
			t.Fatalf("%s was put into effect by its author", v.Protocol.ID())
		}
	}
	if len(effective) > 1 {
		t.Fatalf("at %s: %q", at, effective)
	}
}
