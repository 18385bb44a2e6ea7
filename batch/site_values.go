package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
)

// Setting is a value that the site set for a protocol, with whose act set it:
// a fact beside the batch, which its opening pins.
type Setting struct {
	Text     string // as entered
	Value    string // as read
	Version  int    // of the protocol for which it was set; a later one may have taken it over
	Entry    int64  // of the site's log, in which it was set
	Name     string // who set it
	Username string
	At       time.Time
}

// SiteEntry is a value of the site as a batch was opened with it.
type SiteEntry struct {
	Setting
	Of   *protocol.SiteValue
	Read protocol.Value
}

// siteSet pins the values in force: what the site sets later does not touch a
// batch that runs. While one is missing no batch begins, and the sentence says
// who sets it where (MBR-03, MBR-05).
func (d *decision) siteSet() ([]OpenedSiteValue, *Refusal) {
	p := d.f.Protocol
	pinned := []OpenedSiteValue{}
	var missing []string
	for i := range p.SiteValues {
		planned := &p.SiteValues[i]
		set, ok := d.f.Settings[planned.Name]
		value, err := planned.Read(set.Value)
		if !ok || err != nil {
			missing = append(missing, titled(planned.Title, planned.Name))
			continue
		}
		pinned = append(pinned, OpenedSiteValue{
			Name: planned.Name, Entered: set.Text, Value: value.Coded(), Version: set.Version, Entry: set.Entry,
			SetBy: set.Name, Username: set.Username, SetAt: set.At.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano),
		})
	}
	if len(missing) > 0 {
		return nil, refuse("site_values_missing",
			"No batch can be opened yet, since this site has not set: %s. A quality lead sets it under Protocols, on the page of %s version %d.",
			strings.Join(missing, "; "), p.Name, p.Version)
	}
	return pinned, nil
}

// pinSite takes what the site had set from the opening.
func (s *growing) pinSite(e BatchOpened, p *protocol.Protocol) error {
	for _, pinned := range e.SiteValues {
		of := p.SiteValue(pinned.Name)
		if of == nil {
			return fmt.Errorf("the protocol lets no site set %q", pinned.Name)
		}
		value, err := of.Read(pinned.Value)
		if err != nil {
			return fmt.Errorf("the site's value %q: %w", pinned.Name, err)
		}
		at, err := time.Parse(time.RFC3339Nano, pinned.SetAt)
		if err != nil {
			return fmt.Errorf("the site's value %q: %w", pinned.Name, err)
		}
		s.SiteValues = append(s.SiteValues, SiteEntry{
			Setting: Setting{
				Text: pinned.Entered, Value: pinned.Value, Version: pinned.Version, Entry: pinned.Entry,
				Name: pinned.SetBy, Username: pinned.Username, At: at.UTC(),
			},
			Of: of, Read: value,
		})
	}
	return nil
}

// siteValue is what the site had set when the batch was opened.
func (s *State) siteValue(name string) (protocol.Value, bool) {
	for i := range s.SiteValues {
		if s.SiteValues[i].Of.Name == name {
			return s.SiteValues[i].Read, true
		}
	}
	return protocol.Value{}, false
}

// Told is an instruction of this batch, with what the site set in its place.
func (s *State) Told(text string) string { return s.Protocol.Told(text, s.siteValue) }

// Figured is a limit of this batch as written, with what the site set behind
// its names.
func (s *State) Figured(text string) string { return s.Protocol.Figured(text, s.siteValue) }

// site writes on the sheet of an opening what the site has set, and who did.
func (sh *sheet) site(f Facts) {
	for i := range f.Protocol.SiteValues {
		planned := &f.Protocol.SiteValues[i]
		title := sentenceCase(titled(planned.Title, planned.Name))
		set, ok := f.Settings[planned.Name]
		if !ok {
			sh.add("%s: not set at this site.", title)
			continue
		}
		sh.add("%s: %s, set for this site by %s (%s), %s; the protocol allows %s.", title, protocol.Uncoded(set.Value), set.Name, set.Username, sh.at(set.At), planned.Approved())
	}
}
