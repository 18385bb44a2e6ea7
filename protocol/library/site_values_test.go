package library

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// sited is a version of the example with values that a site sets.
func sited(t *testing.T, version, declared, do string) string {
	t.Helper()
	text := strings.Replace(text(t, version), "\npeople:\n", "\nsite sets:\n"+declared+"\npeople:\n", 1)
	return strings.Replace(text, "do: Scan the patient's wristband.", "do: Scan the wristband. "+do, 1)
}

const (
	rest     = "  rest: {title: rest of the vial, allow: 0.1 to 0.5 mL}\n"
	call     = "  duty call: text\n"
	tellBoth = "Ring {site.duty call}, leave {site.rest}."
)

// steps are acts that have to be allowed.
func steps(t *testing.T, l *Library, list ...any) {
	t.Helper()
	for i := 0; i < len(list); i += 2 {
		if err := act(t, l, list[i].(Command), list[i+1].(identity.Person)); err != nil {
			t.Fatalf("%s: %v", Name(list[i].(Command)), err)
		}
	}
}

// stand is what the values of a version stand at: "rest 0.3 mL; duty call unset".
func stand(l *Library, version int) string {
	var words []string
	for _, v := range l.SiteValues(name, version) {
		switch {
		case v.Set:
			words = append(words, v.Of.Name+" "+v.As.String())
		case v.Not != "":
			words = append(words, v.Of.Name+" not: "+v.Not)
		default:
			words = append(words, v.Of.Name+" unset")
		}
	}
	return strings.Join(words, "; ")
}

func TestASiteSetsItsValuesWithinWhatTheVersionApproves(t *testing.T) {
	l, who := New(), people()
	values := func(pairs ...string) SetSiteValues {
		c := SetSiteValues{Protocol: name, Version: 1, Values: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			c.Values[pairs[i]] = pairs[i+1]
		}
		return c
	}
	for i, step := range []struct {
		c    Command
		who  identity.Person
		code string
	}{
		{values("rest", "0.3"), who.lead, "no_such_version"},
		{Submit{sited(t, "1", rest+call, tellBoth)}, who.author, ""},
		{values("rest", "0.3"), who.lead, "not_settable"},
		{Review{name, 1}, who.approver, ""},
		{values("rest", "0.3"), who.lead, "not_settable"},
		{Approve{name, 1}, who.lead, ""},
		{values("rest", "0.3"), who.technician, "no_authority"},
		{values("rest", "0.3"), who.approver2, "no_authority"},
		{values("rest", "0.3"), who.lead, ""}, // made ready before it takes effect
		{MakeEffective{Protocol: name, Version: 1}, who.lead, ""},
		{values("rest", "0.6"), who.lead, "outside_range"}, // MBR-05
		{values("rest", "0.30"), who.lead, "outside_range"},
		{values("rest", "3 g"), who.lead, "outside_range"},
		{values("dose", "12.0"), who.lead, "no_such_site_value"},
		{values(), who.lead, "nothing_set"},
		{values("rest", "0.3"), who.lead, "nothing_set"},
		{values("rest", "0.3 mL", "duty call", " 7 "), who.lead, ""},
		{values("rest", "0.4"), who.author, ""}, // a quality lead, too
		{Withdraw{name, 1, "why"}, who.lead, ""},
		{values("rest", "0.2"), who.lead, "not_settable"},
	} {
		if err := act(t, l, step.c, step.who); code(err) != step.code || step.code == "" && err != nil {
			t.Errorf("%d: %s by %s: %v", i, Name(step.c), step.who.Name, err)
		}
	}
	history := l.SiteSettings(name)
	if len(history) != 3 || history[1].Entered["duty call"] != " 7 " || history[1].Values["duty call"] != "7" || history[2].Values["rest"] != "0.4 mL" {
		t.Errorf("%+v", history)
	}
	if v := l.SiteValues(name, 1); v[0].As.String() != "0.4 mL" || v[0].By.Person != "Ada" || v[1].By.Person != "Dev" || v[0].Version != 1 {
		t.Errorf("%+v", v)
	}
}

// A value stands on under a new version if its name, its unit and its range
// still admit it; else it is set anew before a batch opens.
func TestANewVersionTakesOverOnlyWhatItAdmits(t *testing.T) {
	for _, c := range []struct{ what, declared, tell, want string }{
		{"the same", rest + call, tellBoth, "rest 0.3 mL; duty call 7"},
		{"a wider range", "  rest: 0.1 to 0.9 mL\n" + call, tellBoth, "rest 0.3 mL; duty call 7"},
		{"a range without it", "  rest: 0.4 to 0.9 mL\n" + call, tellBoth, "rest not: 0.3 mL, as it was set before, does not fit 0.4 to 0.9 mL; duty call 7"},
		{"another unit", "  rest: 100 to 500 uL\n" + call, tellBoth, "rest not: 0.3 mL, as it was set before, does not fit 100 to 500 microlitre; duty call 7"},
		{"other places", "  rest: 0.10 to 0.50 mL\n" + call, tellBoth, "rest not: 0.3 mL, as it was set before, does not fit 0.10 to 0.50 mL; duty call 7"},
		{"another name", "  left: 0.1 to 0.5 mL\n" + call, "Ring {site.duty call}, leave {site.left}.", "left unset; duty call 7"},
		{"another kind", "  rest: text\n  duty call: {choices: [6, 8]}\n", tellBoth, "rest not: 0.3 mL, as it was set before, does not fit one line of text; duty call not: 7, as it was set before, does not fit 6 or 8"},
	} {
		l, who := New(), people()
		steps(t, l, Submit{sited(t, "1", rest+call, tellBoth)}, who.author, Review{name, 1}, who.approver, Approve{name, 1}, who.lead, MakeEffective{Protocol: name, Version: 1}, who.lead,
			SetSiteValues{name, 1, map[string]string{"rest": "0.3", "duty call": "7"}}, who.lead,
			Submit{sited(t, "2", c.declared, c.tell)}, who.author)
		if got := stand(l, 2); got != c.want {
			t.Errorf("%s, as a draft: %s", c.what, got)
		}
		steps(t, l, Review{name, 2}, who.approver, Approve{name, 2}, who.lead)
		sheet, err := Lines(l, MakeEffective{Protocol: name, Version: 2}, who.lead, noon(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if warned := strings.Contains(strings.Join(sheet, "\n"), "before a batch can be opened: "); warned != strings.Contains(c.want, "not: ") && warned != strings.Contains(c.want, "unset") {
			t.Errorf("%s: the sheet says\n%s", c.what, strings.Join(sheet, "\n"))
		}
		steps(t, l, MakeEffective{Protocol: name, Version: 2}, who.lead)
		if got := stand(l, 2); got != c.want {
			t.Errorf("%s, in effect: %s", c.what, got)
		}
	}
}

// What a version between left out or did not admit does not come back by the
// one after it, and what was set for a version that never took effect is not
// taken over.
func TestAValueDoesNotJumpOverAVersion(t *testing.T) {
	l, who := New(), people()
	steps(t, l, Submit{sited(t, "1", rest+call, tellBoth)}, who.author, Review{name, 1}, who.approver, Approve{name, 1}, who.lead, MakeEffective{Protocol: name, Version: 1}, who.lead,
		SetSiteValues{name, 1, map[string]string{"rest": "0.3", "duty call": "7"}}, who.lead,
		Submit{sited(t, "2", "  rest: 0.4 to 0.9 mL\n", "Leave {site.rest}.")}, who.author, Review{name, 2}, who.approver, Approve{name, 2}, who.lead, MakeEffective{Protocol: name, Version: 2}, who.lead,
		Submit{sited(t, "3", rest+call, tellBoth)}, who.author, Review{name, 3}, who.approver, Approve{name, 3}, who.lead)
	if got, want := stand(l, 3), "rest unset; duty call unset"; got != want {
		t.Errorf("%s", got)
	}
	steps(t, l, SetSiteValues{name, 3, map[string]string{"rest": "0.5"}}, who.lead, Withdraw{name, 3, "not wanted"}, who.lead,
		SetSiteValues{name, 2, map[string]string{"rest": "0.4"}}, who.lead,
		Submit{sited(t, "4", rest+call, tellBoth)}, who.author)
	if got, want := stand(l, 4), "rest 0.4 mL; duty call unset"; got != want {
		t.Errorf("%s", got)
	}
	if missing := Unset(l.SiteValues(name, 4)); !slices.Equal(missing, []string{"duty call"}) {
		t.Errorf("%q", missing)
	}
}

func TestTheSheetSaysWhatIsSetAndWhatStoodBefore(t *testing.T) {
	l, who := New(), people()
	steps(t, l, Submit{sited(t, "1", rest+call, tellBoth)}, who.author, Review{name, 1}, who.approver, Approve{name, 1}, who.lead, MakeEffective{Protocol: name, Version: 1}, who.lead,
		SetSiteValues{name, 1, map[string]string{"rest": "0.3"}}, who.lead)
	sheet, err := Lines(l, SetSiteValues{name, 1, map[string]string{"rest": "0.4"}}, who.lead, noon(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"rest of the vial: 0.4 mL; before: 0.3 mL, set by ; the protocol approves 0.1 to 0.5 mL",
		"Batches that are open keep the values with which they were opened.",
		"Still to be set before a batch can be opened: duty call",
	} {
		if !slices.Contains(sheet, want) {
			t.Errorf("SIG-09: %q is not on\n%s", want, strings.Join(sheet, "\n"))
		}
	}
}

func TestASettingThatTheVersionForbidsDoesNotApply(t *testing.T) {
	l, who := New(), people()
	steps(t, l, Submit{sited(t, "1", rest+call, tellBoth)}, who.author, Review{name, 1}, who.approver, Approve{name, 1}, who.lead)
	v, _ := l.Find(name, 1)
	one := func(k, v string) map[string]string { return map[string]string{k: v} }
	for _, forged := range []SiteValuesSet{
		{1, v.Protocol.Digest, one("rest", "0.6"), one("rest", "0.6 mL")},
		{1, v.Protocol.Digest, one("rest", "0.3"), one("rest", "0.4 mL")},
		{1, v.Protocol.Digest, one("dose", "0.3"), one("dose", "0.3 mL")},
		{1, v.Protocol.Digest, one("rest", "0.3"), one("duty call", "0.3")},
		{1, audit.Hash{}, one("rest", "0.3"), one("rest", "0.3 mL")},
		{2, v.Protocol.Digest, one("rest", "0.3"), one("rest", "0.3 mL")},
		{1, v.Protocol.Digest, nil, nil},
	} {
		draft, err := DraftOf(forged, name, who.lead.ID, noon())
		if err != nil {
			t.Fatal(err)
		}
		entry := audit.Entry{Stream: draft.Stream, Version: 4, Kind: draft.Kind, KindVersion: 1, Time: noon(), Actor: draft.Actor, Payload: draft.Payload}
		if err := l.Apply(audit.Stored{Entry: entry}); err == nil {
			t.Errorf("%+v was applied", forged)
		}
	}
}
