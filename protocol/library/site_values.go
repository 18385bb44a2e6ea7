package library

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// SetSiteValues sets what a version lets this site set. What it does not name
// stays as it was. Signed as approved by a quality lead of the site.
type SetSiteValues struct {
	Protocol string
	Version  int
	Values   map[string]string // name → text as entered
}

func (SetSiteValues) command() {}

// SiteValuesSet is what a site set for a version, as entered and as read.
type SiteValuesSet struct {
	Version int               `json:"version"`
	Digest  audit.Hash        `json:"digest"`
	Entered map[string]string `json:"entered"`
	Values  map[string]string `json:"values"`
}

// KindSiteValuesSet is written when a site sets its values.
const KindSiteValuesSet audit.Kind = "protocol.site_values_set"

// Kind is "protocol.site_values_set".
func (SiteValuesSet) Kind() audit.Kind { return KindSiteValuesSet }

// SiteSetting is one signed act by which values were set.
type SiteSetting struct {
	SiteValuesSet
	By Act
}

// SiteValue is what one value stands at for a version: as it was set for that
// version, or as it stood for the version in effect before it, where this one
// still admits it.
type SiteValue struct {
	Of   *protocol.SiteValue
	Set  bool
	Text string // as entered
	As   protocol.Value
	// Version is the one for which it was set, By whose act that was.
	Version int
	By      Act
	// Not says why a value of the version before does not stand on; "" where
	// there is none or it does.
	Not string
}

// SiteSettings gives every act that set values of a protocol, the first first.
func (l *Library) SiteSettings(name string) []SiteSetting {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.stories[name].settings)
}

// SiteValues gives what each value of a version stands at now, in the
// protocol's order.
func (l *Library) SiteValues(name string, version int) []SiteValue {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return inForce(l.stories[name].versions, l.stories[name].settings, version)
}

// inForce: a value that was set for the version counts, the last first; else
// that of the version which was in effect before it, as far as name, unit and
// range still admit it (MBR-05). A version that leaves a value out ends it.
func inForce(versions []*Version, settings []SiteSetting, version int) []SiteValue {
	v, ok := find(versions, version)
	if !ok || len(v.Protocol.SiteValues) == 0 {
		return nil
	}
	var before []SiteValue
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].Protocol.Version < version && versions[i].Counts() {
			before = inForce(versions, settings, versions[i].Protocol.Version)
			break
		}
	}
	all := make([]SiteValue, len(v.Protocol.SiteValues))
	for i := range all {
		all[i] = standing(&v.Protocol.SiteValues[i], version, settings, before)
	}
	return all
}

// standing is what one value stands at.
func standing(of *protocol.SiteValue, version int, settings []SiteSetting, before []SiteValue) SiteValue {
	for i := len(settings) - 1; i >= 0; i-- {
		text, named := settings[i].Entered[of.Name]
		if !named || settings[i].Version != version {
			continue
		}
		if as, err := of.Read(settings[i].Values[of.Name]); err == nil {
			return SiteValue{Of: of, Set: true, Text: text, As: as, Version: version, By: settings[i].By}
		}
	}
	for _, old := range before {
		if old.Of.Name != of.Name || !old.Set {
			continue
		}
		as, err := of.Read(old.As.Coded())
		if err == nil && old.Of.Type == of.Type && old.Of.High.Unit == of.High.Unit {
			old.Of, old.As = of, as
			return old
		}
		return SiteValue{Of: of, Not: fmt.Sprintf("%s, as it was set before, does not fit %s", old.As, of.Approved())}
	}
	return SiteValue{Of: of}
}

// Unset names, by their titles, the values that have to be set before a batch
// is opened.
func Unset(values []SiteValue) []string {
	var titles []string
	for _, v := range values {
		if !v.Set {
			titles = append(titles, v.Of.Title)
		}
	}
	return titles
}

// setSiteValues decides what a site sets: for a version that is approved or in
// effect, and within what it approves (MBR-05).
func (s story) setSiteValues(c SetSiteValues, v *Version, at time.Time) (Event, *Refusal) {
	ev := SiteValuesSet{Version: c.Version, Digest: v.Protocol.Digest, Entered: map[string]string{}, Values: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(c.Values)) {
		of := v.Protocol.SiteValue(name)
		if of == nil {
			return nil, refuse("no_such_site_value", "%s lets no site set %q. Only the control site changes it, by a new version.", v.Protocol.ID(), name)
		}
		as, err := of.Read(c.Values[name])
		if err != nil {
			return nil, refuse("outside_range", "%s: %s.", of.Title, err)
		}
		ev.Entered[name], ev.Values[name] = c.Values[name], as.Coded()
	}
	if r := maySet(v, ev, at); r != nil {
		return nil, r
	}
	return ev, s.changesNothing(ev)
}

// maySet: only what a version lets a site set, while the version can still be
// used.
func maySet(v *Version, ev SiteValuesSet, at time.Time) *Refusal {
	switch status := v.Status(at); {
	case status != Approved && status != Effective:
		return refuse("not_settable", "%s is %s: values are set for a version that is approved or in effect.", v.Protocol.ID(), status)
	case len(v.Protocol.SiteValues) == 0:
		return refuse("no_such_site_value", "%s lets no site set anything.", v.Protocol.ID())
	case len(ev.Values) == 0 || len(ev.Values) != len(ev.Entered):
		return refuse("nothing_set", "Nothing would change: enter at least one other value.")
	}
	for name, text := range ev.Values {
		of := v.Protocol.SiteValue(name)
		if of == nil {
			return refuse("no_such_site_value", "%s lets no site set %q.", v.Protocol.ID(), name)
		}
		entered, err := of.Read(ev.Entered[name])
		if err != nil || entered.Coded() != text {
			return refuse("outside_range", "%s cannot be set to %s.", of.Title, text)
		}
	}
	return nil
}

// changesNothing refuses to sign what stands already.
func (s story) changesNothing(ev SiteValuesSet) *Refusal {
	for _, v := range inForce(s.versions, s.settings, ev.Version) {
		if text, named := ev.Values[v.Of.Name]; named && (!v.Set || v.As.Coded() != text) {
			return nil
		}
	}
	return refuse("nothing_set", "Nothing would change: these values stand already.")
}

// set folds an act that sets values.
func (s story) set(ev SiteValuesSet, by Act) (story, error) {
	v, ok := find(s.versions, ev.Version)
	if !ok || audit.Hash(v.Protocol.Digest) != ev.Digest {
		return s, errFold
	}
	if refusal := maySet(v, ev, s.last); refusal != nil {
		return s, fmt.Errorf("%w: %w", errFold, refusal)
	}
	s.settings = append(slices.Clip(s.settings), SiteSetting{SiteValuesSet: ev, By: by})
	return s, nil
}

// siteLines is the part of a sheet that is about the site's values: what is set
// and what stood before, or what a version that takes effect leaves to be set.
func (l *Library) siteLines(c Command, name string, version int) []string {
	values := l.SiteValues(name, version)
	var lines []string
	switch c := c.(type) {
	case SetSiteValues:
		after := slices.Clone(values)
		for i, v := range values {
			text, named := c.Values[v.Of.Name]
			if !named {
				continue
			}
			if as, err := v.Of.Read(text); err == nil {
				text, after[i].Set = as.String(), true
			}
			before := "it was not set before"
			if v.Set {
				before = fmt.Sprintf("before: %s, set by %s", v.As, v.By.Name)
			}
			lines = append(lines, fmt.Sprintf("%s: %s; %s; the protocol approves %s", v.Of.Title, text, before, v.Of.Approved()))
		}
		lines = append(lines, "Batches that are open keep the values with which they were opened.")
		if missing := Unset(after); len(missing) > 0 {
			lines = append(lines, "Still to be set before a batch can be opened: "+strings.Join(missing, "; "))
		}
	case Approve, MakeEffective:
		for _, v := range values {
			if v.Set {
				lines = append(lines, fmt.Sprintf("Set for this site, and stands: %s, %s", v.Of.Title, v.As))
			}
		}
		for _, v := range values {
			switch {
			case v.Set:
			case v.Not != "":
				lines = append(lines, fmt.Sprintf("To be set anew before a batch can be opened: %s (%s)", v.Of.Title, v.Not))
			default:
				lines = append(lines, "To be set before a batch can be opened: "+v.Of.Title)
			}
		}
	}
	return lines
}
