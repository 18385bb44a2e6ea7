package library

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func person(id string, roles ...identity.Role) identity.Person {
	return identity.Person{ID: identity.PersonID(id), Name: id, Username: id, Active: true, Roles: roles}
}

// cast is the people of every test.
type cast struct{ author, approver, approver2, lead, technician identity.Person }

func people() cast {
	return cast{
		author:     person("Ada", identity.ProtocolAuthor, identity.ProtocolApprover, identity.QualityLead),
		approver:   person("Bea", identity.ProtocolApprover, identity.QualityLead),
		approver2:  person("Cyd", identity.ProtocolApprover),
		lead:       person("Dev", identity.QualityLead),
		technician: person("Eli", identity.Technician),
	}
}

func text(t testing.TB, version string) string {
	t.Helper()
	raw, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(raw), "version: 1\n", "version: "+version+"\n", 1)
}

// act decides a command and applies its entry, as a site does.
func act(t testing.TB, l *Library, c Command, who identity.Person) error {
	t.Helper()
	return actAt(t, l, c, who, noon())
}

func actAt(t testing.TB, l *Library, c Command, who identity.Person, now time.Time) error {
	t.Helper()
	draft, err := Decide(l, c, who, now)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(string(draft.Stream), "protocol/")
	stored := audit.Stored{Entry: audit.Entry{
		Stream: draft.Stream, Version: l.StreamVersion(name) + 1, Kind: draft.Kind, KindVersion: draft.KindVersion,
		Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload,
	}}
	if err := l.Apply(stored); err != nil {
		t.Fatalf("the entry of a command that was decided does not apply: %v", err)
	}
	return nil
}

func code(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

const name = "aso-intrathecal"

// MBR-01: author, independent reviewer and quality approver are three people.
func TestAVersionNeedsThreePeopleToTakeEffect(t *testing.T) {
	l, who := New(), people()
	for i, step := range []struct {
		c    Command
		who  identity.Person
		code string
	}{
		{Submit{text(t, "1")}, who.technician, "no_authority"},
		{Review{name, 1}, who.approver, "no_such_version"},
		{Submit{text(t, "1")}, who.author, ""},
		{Submit{text(t, "1")}, who.author, "version_taken"},
		{Approve{name, 1}, who.lead, "not_reviewed"},
		{MakeEffective{Protocol: name, Version: 1}, who.lead, "not_approved"},
		{Review{name, 1}, who.author, "own_work"},
		{Review{name, 1}, who.lead, "no_authority"},
		{Review{name, 1}, who.approver, ""},
		{Review{name, 1}, who.approver2, "not_a_draft"},
		{Approve{name, 1}, who.author, "own_work"},
		{Approve{name, 1}, who.approver, "same_person"},
		{Approve{name, 1}, who.technician, "no_authority"},
		{MakeEffective{Protocol: name, Version: 1}, who.lead, "not_approved"},
		{Approve{name, 1}, who.lead, ""},
		{Approve{name, 1}, who.approver2, "not_reviewed"},
		{MakeEffective{Protocol: name, Version: 1}, who.author, "own_work"},
		{MakeEffective{Protocol: name, Version: 1}, who.lead, ""},
		{MakeEffective{Protocol: name, Version: 1}, who.lead, "not_approved"},
		{Submit{text(t, "3")}, who.author, ""},
		{Submit{text(t, "2")}, who.author, "version_taken"},
		{Review{name, 3}, who.approver, ""},
		{Approve{name, 3}, who.approver2, ""},
		{MakeEffective{Protocol: name, Version: 3}, who.approver, ""},
		{MakeEffective{Protocol: name, Version: 1}, who.lead, "not_approved"}, // superseded, and never back
		{Withdraw{name, 1, "why not"}, who.lead, "ended"},
		{Withdraw{name, 3, " "}, who.lead, "no_reason"},
		{Withdraw{name, 3, "wrong dose range"}, who.lead, ""},
	} {
		if err := act(t, l, step.c, step.who); code(err) != step.code || step.code == "" && err != nil {
			t.Errorf("%d: %s by %s: %v", i, Name(step.c), step.who.Name, err)
		}
	}
	first, _ := l.Find(name, 1)
	third, _ := l.Find(name, 3)
	if first.Status(noon()) != Superseded || third.Status(noon()) != Withdrawn {
		t.Errorf("%s and %s", first.Status(noon()), third.Status(noon()))
	}
	if _, ok := l.Effective(name, noon()); ok {
		t.Error("a withdrawn version is effective")
	}
}

func TestSomebodySuspendedSignsNothing(t *testing.T) {
	who := people().author
	who.Active = false
	if err := act(t, New(), Submit{text(t, "1")}, who); code(err) != "suspended" {
		t.Error(err)
	}
}

func TestAnUnsoundTextIsToldEverything(t *testing.T) {
	err := act(t, New(), Submit{strings.Replace(text(t, "1"), "unit: mL", "unit: ml", 1)}, people().author)
	var problems protocol.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Error(err)
	}
}

func TestTheApproverSeesWhatChanged(t *testing.T) {
	l, who := New(), people()
	for _, step := range []struct {
		c   Command
		who identity.Person
	}{{Submit{text(t, "1")}, who.author}, {Review{name, 1}, who.approver}, {Approve{name, 1}, who.approver2}, {MakeEffective{Protocol: name, Version: 1}, who.lead}} {
		if err := act(t, l, step.c, step.who); err != nil {
			t.Fatal(err)
		}
	}
	next := strings.Replace(text(t, "2"), "at most: 30 h", "at most: 24 h", 1)
	if err := act(t, l, Submit{next}, who.author); err != nil {
		t.Fatal(err)
	}
	words, lines, ok := l.Changes(name, 2, noon())
	var seen []string
	for _, line := range lines {
		if line.Mark != " " {
			seen = append(seen, line.Mark+strings.TrimSpace(line.Text))
		}
	}
	if want := []string{"-version: 1", "+version: 2", "-at most: 30 h", "+at most: 24 h"}; !ok || !reflect.DeepEqual(seen, want) {
		t.Errorf("%q", seen)
	}
	if len(words) != 2 || !strings.Contains(words[0].Sentence, "24 h") {
		t.Errorf("%+v", words)
	}
	sheet, err := Lines(l, Approve{name, 2}, who.lead, noon(), time.UTC)
	if err != nil || !strings.Contains(strings.Join(sheet, "\n"), "Against aso-intrathecal v1, which is effective: lines added 2, lines taken out 2") || !strings.Contains(strings.Join(sheet, "\n"), words[0].Sentence) {
		t.Errorf("%q, %v", sheet, err)
	}
}

func TestARefusalIsAnEntryThatChangesNothing(t *testing.T) {
	l, who := New(), people()
	if err := act(t, l, Submit{text(t, "1")}, who.author); err != nil {
		t.Fatal(err)
	}
	c := Review{name, 1}
	var refusal *Refusal
	if _, err := Decide(l, c, who.author, noon()); !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	draft, err := DraftOf(Refused(c, refusal), name, who.author.ID, noon())
	if err != nil {
		t.Fatal(err)
	}
	entry := audit.Entry{Stream: draft.Stream, Version: 2, Kind: draft.Kind, KindVersion: 1, Payload: draft.Payload}
	if err := l.Apply(audit.Stored{Entry: entry}); err != nil {
		t.Fatal(err)
	}
	if v, _ := l.Find(name, 1); v.Status(noon()) != Draft {
		t.Error(v.Status(noon()))
	}
}

func TestAnEntryThatTheRulesForbidDoesNotApply(t *testing.T) {
	l, who := New(), people()
	if err := act(t, l, Submit{text(t, "1")}, who.author); err != nil {
		t.Fatal(err)
	}
	v, _ := l.Find(name, 1)
	for _, forged := range []struct {
		ev      Event
		by      identity.Person
		version int64
	}{
		{VersionReviewed{1, v.Protocol.Digest}, who.author, 2},
		{VersionReviewed{1, audit.Hash{}}, who.approver, 2},
		{VersionReviewed{2, v.Protocol.Digest}, who.approver, 2},
		{VersionReviewed{1, v.Protocol.Digest}, who.approver, 3},
		{VersionApproved{1, v.Protocol.Digest, who.approver.ID}, who.lead, 2},
		{VersionApproved{1, v.Protocol.Digest, ""}, who.author, 2},
		{MadeEffective{Version: 1, Digest: v.Protocol.Digest, From: noon()}, who.lead, 2},
		{Drafted{1, "", v.Protocol.Digest, string(v.Protocol.Text)}, who.author, 2},
	} {
		draft, err := DraftOf(forged.ev, name, forged.by.ID, noon())
		if err != nil {
			t.Fatal(err)
		}
		entry := audit.Entry{Stream: draft.Stream, Version: forged.version, Kind: draft.Kind, KindVersion: draft.KindVersion, Time: noon(), Actor: draft.Actor, Payload: draft.Payload}
		if err := l.Apply(audit.Stored{Entry: entry}); err == nil {
			t.Errorf("%+v was applied", forged.ev)
		}
	}
}

func TestEveryCommandSurvivesItsJSON(t *testing.T) {
	for _, c := range []Command{
		Submit{"a\nb"}, Review{"a", 1}, Approve{"a", 1}, MakeEffective{Protocol: "a", Version: 2}, MakeEffective{"a", 2, noon()}, Withdraw{"a", 3, "why"}, Acknowledge{"a", 2}, SetSiteValues{"a", 4, map[string]string{"duty call": "7"}},
	} {
		raw, err := MarshalCommand(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := UnmarshalCommand(raw); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s came back as %#v, %v", raw, got, err)
		}
		if meaning, roles, signed := Signs(c); !signed || meaning == "" {
			t.Errorf("%s is not signed", Name(c))
		} else {
			for _, role := range roles {
				if !identity.MayMean(role, meaning) {
					t.Errorf("SIG-09: a %s cannot sign %s as %s", role, Name(c), meaning)
				}
			}
		}
	}
	for _, raw := range []string{``, `[]`, `{}`, `{"command":"approve","Force":true}`, `{"command":"approve"} {}`, `{"command":"burn"}`} {
		if got, err := UnmarshalCommand([]byte(raw)); err == nil {
			t.Errorf("%s was read as %#v", raw, got)
		}
	}
}
