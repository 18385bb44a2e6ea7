// Package register decides and folds what a batch leans on: the site,
// products with licence, designation and master file, units and their status,
// materials and their lots, equipment and rooms. It is pure: no clock, no SQL.
//
// It promises that nothing in it is ever rewritten: every status is a signed
// act with its reason, every use of a lot or a machine a row of its own
// (MAT-01, MAT-05). A lot is released by somebody who did not take it in; one
// that is rejected or recalled never comes back; no lot gives more than it
// holds; one batch has a machine at a time; and what was used is clean again
// only when somebody has signed that it is (EXE-03).
package register

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/audit"
)

// SiteStream is the stream of the site's own entries.
const SiteStream audit.StreamID = "site/site"

// KindSiteFounded is the first entry of every log: which site this is, under
// which control site's licence (CTL-01, CTL-03).
const KindSiteFounded audit.Kind = "site.founded"

// Site says where medicines are made and who answers for it.
type Site struct {
	Origin      string `json:"origin"`
	Name        string `json:"name"`
	Unit        string `json:"unit"`
	Address     string `json:"address"`
	ControlSite string `json:"control_site"` // name and UK address
	Licence     string `json:"licence"`
	Kind        string `json:"kind"` // "live", "training" or "rehearsal"
	Zone        string `json:"zone"` // IANA name of the site's time zone
}

// The kinds of site.
const (
	Live      = "live"
	Training  = "training"
	Rehearsal = "rehearsal"
)

// Check says what is missing or does not fit, in one sentence safe to show.
func (s Site) Check() error {
	for _, member := range []struct{ name, value string }{
		{"origin", s.Origin},
		{"name", s.Name},
		{"unit", s.Unit},
		{"address", s.Address},
		{"control site", s.ControlSite},
		{"licence", s.Licence},
		{"time zone", s.Zone},
	} {
		if strings.TrimSpace(member.value) == "" {
			return fmt.Errorf("the site's %s is missing", member.name)
		}
	}
	if _, err := time.LoadLocation(s.Zone); err != nil {
		return fmt.Errorf("the site's time zone %q is not known", s.Zone)
	}
	marked := Practises(s.Origin)
	switch s.Kind {
	case Live:
		if marked != "" {
			return fmt.Errorf("the origin %q is that of a %s site, so this cannot be a live one", s.Origin, marked)
		}
	case Training, Rehearsal:
		if marked != s.Kind {
			return fmt.Errorf("the origin of a %s site ends in %q, so that its records never pass for real (MBR-07)", s.Kind, "."+s.Kind)
		}
	default:
		return errors.New("the site's kind is live, training or rehearsal")
	}
	return nil
}

// Practises gives the kind of a site that its origin says is for training or
// rehearsal, and nothing for a live one (MBR-07).
func Practises(origin string) string {
	if before, kind, found := cutLast(origin, "."); found && before != "" && (kind == Training || kind == Rehearsal) {
		return kind
	}
	return ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}

// FoundSite gives the draft of the log's first entry.
func FoundSite(site Site, now time.Time) (audit.Draft, error) {
	if err := site.Check(); err != nil {
		return audit.Draft{}, err
	}
	payload, err := json.Marshal(site)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode the site: %w", err)
	}
	return audit.Draft{
		Stream: SiteStream, Kind: KindSiteFounded, KindVersion: 1,
		Time: now, Actor: "system", Payload: payload,
	}, nil
}

// ReadSite reads the entry that founded the site.
func ReadSite(entry audit.Entry) (Site, error) {
	if entry.Stream != SiteStream || entry.Kind != KindSiteFounded || entry.KindVersion != 1 {
		return Site{}, fmt.Errorf("entry %d does not found a site", entry.Index)
	}
	var site Site
	if err := audit.DecodeStrictly(entry.Payload, &site); err != nil {
		return Site{}, fmt.Errorf("entry %d: read the site: %w", entry.Index, err)
	}
	if site.Origin != string(entry.Origin) {
		return Site{}, fmt.Errorf("entry %d: the site says that its origin is %q, the log says %q", entry.Index, site.Origin, entry.Origin)
	}
	return site, site.Check()
}
