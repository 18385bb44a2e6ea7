package protocol

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// sited is the small protocol with values that a site sets, and an instruction
// for its last step.
func sited(t *testing.T, declared, do string) *Protocol {
	t.Helper()
	p, problems := Parse("sited.yaml", []byte(sitedText(t, declared, do)))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return p
}

func sitedText(t *testing.T, declared, do string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if declared != "" {
		declared = "site sets:\n" + declared
	}
	return strings.NewReplacer("people:\n", declared+"people:\n", "do: Give it.", "do: "+do).Replace(string(text))
}

// MBR-05: outside what the protocol approves nothing can be set.
func TestASiteSetsOnlyWhatTheProtocolApproves(t *testing.T) {
	p := sited(t, "  spin: 350 to 450 mL\n  store: {choices: [refrigerator, cool room]}\n  call: text\n", "Feed {site.spin} {site.store} {site.call}.")
	for _, c := range []struct{ name, text, want, problem string }{
		{"spin", "350", "350 mL", ""},
		{"spin", "450 mL", "450 mL", ""},
		{"spin", "349", "", "349 mL is outside what the protocol approves: 350 to 450 mL"},
		{"spin", "451", "", "451 mL is outside what the protocol approves: 350 to 450 mL"},
		{"spin", "400 g", "", "this value is entered in mL, not in g"},
		{"spin", "400.0", "", "write a whole number, as in 5"},
		{"spin", "not done", "", "this value cannot be not done: the protocol asks for it"},
		{"store", "Cool room", "cool room", ""},
		{"store", "cupboard", "", "choose one of: refrigerator; cool room"},
		{"call", " 020 7946 0000 ", "020 7946 0000", ""},
		{"call", "two\nlines", "", "write it in one line of no more than 200 characters"},
		{"call", strings.Repeat("x", 201), "", "write it in one line of no more than 200 characters"},
		{"call", "", "", "nothing was entered"},
	} {
		value, err := p.SiteValue(c.name).Read(c.text)
		if c.problem != "" {
			if err == nil || err.Error() != c.problem {
				t.Errorf("%s as %q: %v", c.name, c.text, err)
			}
			continue
		}
		if err != nil || value.String() != c.want {
			t.Errorf("%s as %q: %s, %v", c.name, c.text, value, err)
		}
	}
	for _, v := range p.SiteValues {
		for _, text := range v.Samples() {
			if _, err := v.Read(text); err != nil {
				t.Errorf("the sample %q of %s cannot be set: %s", text, v.Name, err)
			}
		}
	}
}

func TestAnInstructionTellsWhatTheSiteSet(t *testing.T) {
	p := sited(t, "  call:\n    title: the duty pharmacist's number\n    type: text\n", `"{site.call}: ring {site.call}, {now}."`)
	do := p.Step("give").Do
	set := func(name string) (Value, bool) { return Value{Type: TypeText, Text: "{site.call} 7"}, name == "call" }
	if got, want := p.Told(do, set), "{site.call} 7: ring {site.call} 7, {now}."; got != want {
		t.Errorf("%q", got)
	}
	if got, want := p.Told(do, nil), "[the duty pharmacist's number, which each site sets]: ring [the duty pharmacist's number, which each site sets], {now}."; got != want {
		t.Errorf("%q", got)
	}
}

// A log may hold texts from before a site could set anything: braces and a step
// called site meant nothing then.
func TestAnOlderTextWithBracesIsReadAsItWas(t *testing.T) {
	text := []byte(sitedText(t, "", "Give {site.any}."))
	if _, problems := Parse("new.yaml", text); len(problems) != 1 {
		t.Errorf("%v", problems)
	}
	p, problems := Reread("old.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	if do := p.Step("give").Do; p.Told(do, nil) != do {
		t.Errorf("%q", p.Told(do, nil))
	}
	text = []byte(strings.Replace(sitedText(t, "", "Give it."), "step: warm", "step: site", 1))
	if _, problems := Parse("new.yaml", text); len(problems) != 1 {
		t.Errorf("%v", problems)
	}
	if _, problems := Reread("old.yaml", text); len(problems) > 0 {
		t.Error(problems.Error())
	}
}

func TestTheDifferenceSaysWhatASiteMayNowSet(t *testing.T) {
	const step = "Feed {site.spin}."
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{"  spin: 350 to 450 mL\n", "  spin: 300 to 450 mL\n", []string{"A site may now set spin between 300 and 450 mL; before, it could be set between 350 and 450 mL."}},
		{"  spin: 350 to 450 mL\n", "  spin: {choices: [slow, fast]}\n", []string{"A site may now set spin to one of slow and fast; before, it could be set between 350 and 450 mL."}},
		{"  spin: {choices: [slow, fast]}\n", "  spin: {choices: [slow, faster]}\n", []string{"A site may no longer set spin to “fast”.", "A site may now set spin to “faster”."}},
		{"  spin: text\n", "  spin: {title: the speed, type: text}\n", []string{"The title of the site's value spin is now “the speed” instead of “spin”."}},
	} {
		if got := sentences(Diff(sited(t, c.old, step), sited(t, c.new, step))); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %q", c.old, c.new, got)
		}
	}
	before := sited(t, "", "Feed.")
	changes := Diff(before, sited(t, "  spin: 350 to 450 mL\n", "Feed {site.spin}."))
	if changes[0].Group != GroupLimits || changes[0].Sentence != "A site may now set spin between 350 and 450 mL; it must be set before a batch opens." {
		t.Errorf("%+v", changes)
	}
	if back := Diff(sited(t, "  spin: 350 to 450 mL\n", "Feed {site.spin}."), before); back[0].Sentence != "A site may no longer set spin; it could be set between 350 and 450 mL." {
		t.Errorf("%+v", back)
	}
}

func TestALimitShowsTheSitesFigureBehindItsName(t *testing.T) {
	p := sited(t, "  rest: 1 to 3 mL\n  rest two: 1 to 3 mL\n", "Leave {site.rest} and {site.rest two}.")
	set := func(name string) (Value, bool) {
		value, err := p.SiteValue("rest").Read("2")
		return value, err == nil && name == "rest"
	}
	for text, want := range map[string]string{
		"at most site.rest":                      "at most site.rest (2 mL)",
		"within site.rest of volume":             "within site.rest (2 mL) of volume",
		"above site.rest two * 2 - site.rest":    "above site.rest two * 2 - site.rest (2 mL)",
		"below website.other + site.restless mL": "below website.other + site.restless mL",
		"at most 5 mL":                           "at most 5 mL",
	} {
		if got := p.Figured(text, set); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
