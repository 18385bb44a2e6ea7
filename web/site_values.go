package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
)

// Fields of a form that hold what a site sets begin so; what stood when the
// form was drawn begins with wasPrefix.
const (
	sitePrefix = "site-"
	wasPrefix  = "was-"
)

// siteValues are the values that a form changes.
func (f form) siteValues() map[string]string {
	values := map[string]string{}
	for field, text := range f {
		name, ok := strings.CutPrefix(field, sitePrefix)
		text = strings.TrimSpace(text)
		if ok && text != "" && text != f[wasPrefix+name] {
			values[name] = text
		}
	}
	return values
}

// siteView is what a version lets its site set, how that stands, and what was
// set when by whom.
type siteView struct {
	Values   []siteField
	History  []siteAct
	Missing  []string // titles of what is not set
	InEffect bool
	Enter    bool // the version can still be used
	May      bool // whoever looks is a quality lead
}

// siteField is one value of the site.
type siteField struct {
	Name, Title, Approved, Unit, Hint, Mode string
	Choices                                 []string
	Now, By, At, For, Not                   string
	Was, Typed                              string
}

// siteAct is one signed act that set values.
type siteAct struct {
	At, Name, Username, Values string
	Version                    int
}

// siteOf draws what a version lets the site set, with what was typed.
func siteOf(known *library.Library, version *library.Version, v visit, now time.Time, zone *time.Location) siteView {
	status := version.Status(now)
	values := known.SiteValues(version.Protocol.Name, version.Protocol.Version)
	view := siteView{
		Missing: library.Unset(values), InEffect: status == library.Effective,
		Enter: status == library.Effective || status == library.Approved,
		May:   v.who.Person.Has(identity.QualityLead),
	}
	for _, value := range values {
		view.Values = append(view.Values, siteFieldOf(value, v.form, zone))
	}
	if len(values) == 0 {
		return view
	}
	for _, act := range slices.Backward(known.SiteSettings(version.Protocol.Name)) {
		var words []string
		for _, name := range slices.Sorted(maps.Keys(act.Values)) {
			words = append(words, name+": "+protocol.Uncoded(act.Values[name]))
		}
		view.History = append(view.History, siteAct{
			At: when(act.By.At, zone), Name: act.By.Name, Username: act.By.Username, Version: act.Version, Values: strings.Join(words, "; "),
		})
	}
	return view
}

func siteFieldOf(value library.SiteValue, f form, zone *time.Location) siteField {
	in := value.Of.Input()
	field := siteField{
		Name: value.Of.Name, Title: value.Of.Title, Approved: value.Of.Approved(), Hint: hintOf(in), Mode: modeOf(in.Type),
		Choices: in.Choices, Not: value.Not, Unit: in.Unit.Display,
	}
	if value.Set {
		field.Now, field.By, field.At, field.For = value.As.String(), value.By.Name, when(value.By.At, zone), fmt.Sprint(value.Version)
		field.Was = strings.TrimSpace(value.Text)
		if in.Type == protocol.TypeChoice {
			field.Was = value.As.Text // as the radio buttons have it
		}
	}
	field.Typed = field.Was
	if typed, ok := f[sitePrefix+field.Name]; ok {
		field.Typed = typed
	}
	return field
}
