package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/protocol"
	"countersign/protocol/library"
)

// Words says in one sentence what an entry of a batch did, as the record's
// audit trail does. Opened are its sealed members; without them, what
// identifies the patient is shown as masked. p is the batch's protocol, nil
// where there is none, and zone is site time.
func Words(e audit.Entry, opened map[string]string, p *protocol.Protocol, zone *time.Location) string {
	if e.Kind == library.KindSiteValuesSet {
		if event, err := library.DecodeEvent(e); err == nil {
			return settingWords(event)
		}
	}
	r := &record{Input: Input{State: &batch.State{Masked: len(e.Sealed) > 0 && len(opened) == 0, Protocol: p}, Zone: zone}, clock: clock{zone: zone}}
	event, err := batch.DecodeEvent(e, opened)
	if err != nil {
		event = nil // eventWords says that it cannot be read
	}
	return r.eventWords(Entry{Stored: audit.Stored{Entry: e}, Event: event})
}

// settingWords says what a site set, as it was read.
func settingWords(event library.Event) string {
	set, ok := event.(library.SiteValuesSet)
	if !ok {
		return ""
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(set.Values)) {
		words = append(words, name+" = "+protocol.Uncoded(set.Values[name]))
	}
	return fmt.Sprintf("set for this site, version %d: %s", set.Version, strings.Join(words, "; "))
}
