package reports

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
)

// Streams names the streams that the bundle of a batch or a protocol must hold:
// its own, a batch's protocol's, those of the lots and machines that it set out and of what
// the lots are lots of, the site's, the programs that wrote its log, and
// everybody who acted or signed in them. read gives a stream's entries.
func Streams(subject audit.StreamID, read func(audit.StreamID) ([]audit.Stored, error)) ([]audit.StreamID, error) {
	all := []audit.StreamID{register.SiteStream, register.SoftwareStream}
	wanted := []audit.StreamID{subject}
	for len(wanted) > 0 {
		stream := wanted[0]
		wanted = wanted[1:]
		if slices.Contains(all, stream) {
			continue
		}
		all = append(all, stream)
		entries, err := read(stream)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			wanted = append(wanted, leansOn(e)...)
			if e.Actor != "system" {
				wanted = append(wanted, identity.PersonID(e.Actor).Stream())
			}
			for _, s := range e.Signatures {
				wanted = append(wanted, identity.PersonID(s.Signer).Stream())
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

// leansOn names the streams without which an entry cannot be judged: a batch's
// protocol and what it set out, and what a lot is a lot of and came
// from, at any depth.
func leansOn(e audit.Stored) (all []audit.StreamID) {
	switch e.Kind {
	case register.KindLotReceived, register.KindLotPooled, register.KindLotSplitOff:
		began, err := register.DecodeEvent(e.Entry, nil)
		if err != nil {
			return nil // Apply says so, with the reason
		}
		return register.Origins(began)
	}
	if e.Kind == register.KindMasterFileIssued {
		issued, err := register.DecodeEvent(e.Entry, nil)
		if err != nil {
			return nil // Apply says so, with the reason
		}
		return register.UnitsOf(issued)
	}
	if room, _, _ := strings.Cut(string(e.Stream), "/"); room != "batch" {
		return nil
	}
	ev, err := batch.DecodeEvent(e.Entry, nil)
	if err != nil {
		return nil // Fold says so, with the reason
	}
	all = append(all, batch.LeansOn(ev)...)
	var items []batch.OpenedItem
	switch ev := ev.(type) {
	case batch.BatchOpened:
		items, all = ev.Items, append(all, library.Stream(ev.Protocol))
		all = append(all, ev.Basis.Streams()...)
	case batch.BlankFollowed:
		all = append(all, register.BlankStream(ev.Blank))
	case batch.DeviationAttached:
		all = append(all, register.DeviationStream(ev.Deviation))
	case batch.ItemSetOut:
		items = append(items, ev.Item)
	}
	for _, item := range items {
		if item.Register != "" {
			all = append(all, audit.StreamID(item.Register))
		}
	}
	return all
}

// onlyItsOwn refuses the stream of a lot, a machine or a material that this
// batch did not lean on.
func (h *history) onlyItsOwn(entries []audit.Stored) error {
	leans := map[audit.StreamID]bool{}
	for _, e := range entries {
		for _, stream := range leansOn(e) {
			leans[stream] = true
		}
	}
	for stream := range h.count {
		if register.Keeps(stream) && !leans[stream] {
			return fmt.Errorf("%s does not belong in the record of the batch %s", stream, h.batch)
		}
	}
	return nil
}
