package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/protocol"
)

// issueNumber is the unique number under which a batch's record is issued as
// an exact copy of the approved master: the site's log, the protocol, its
// version, and a running number within these (MBR-03).
func issueNumber(origin string, p *protocol.Protocol, running int) string {
	return fmt.Sprintf("%s/%s/%d/%04d", origin, p.Name, p.Version, running)
}

// running is the last part of an issue number; 0 when it is none. Whoever
// takes it makes the whole number again and compares.
func running(issue string) int {
	n, err := strconv.Atoi(issue[strings.LastIndexByte(issue, '/')+1:])
	if err != nil {
		return 0
	}
	return n
}

// issuedBefore names the batches that were opened for the same order and
// patient before. While one of them goes on no other is issued; once all have
// ended, issuing again needs a reason (MBR-03).
func (d *decision) issuedBefore(c Open) ([]string, *Refusal) {
	before := []string{}
	for _, earlier := range d.f.Earlier {
		if !earlier.Ended {
			return nil, refuse("order_open", "Batch %s was opened for this order and this patient, and is %s. Go on in it, or abort it before another is opened.", earlier.Batch, earlier.Status)
		}
		before = append(before, earlier.Batch)
	}
	if len(before) == 0 {
		return before, nil
	}
	if strings.TrimSpace(c.Reissue) == "" {
		earlier := d.f.Earlier[len(before)-1]
		return nil, refuse("reissue_reason", "Batch %s was opened for this order and this patient before, and is %s. Say why the record is issued again.", earlier.Batch, earlier.Status)
	}
	_, refusal := worded(c.Reissue, "why the record is issued again")
	return before, refusal
}

// reasonFor is the reason of a re-issue, which nobody gives for a first issue.
func reasonFor(before []string, c Open) string {
	if len(before) == 0 {
		return ""
	}
	return strings.TrimSpace(c.Reissue)
}

// ForOrder says whether the batch was opened for the same order reference and
// patient as another is to be.
func (l *Line) ForOrder(c Open) bool {
	return strings.EqualFold(spaceless(l.Reference), spaceless(c.Reference)) && strings.EqualFold(spaceless(l.Patient.Number), spaceless(c.Patient.Number))
}

// Ended says that nothing more is to be done in the batch: it was rejected,
// aborted or given, or is certified and has no steps after release.
func (s *State) Ended() bool {
	return ended(s.Status, slices.ContainsFunc(s.Steps, func(st StepState) bool { return st.Section.AfterRelease }))
}

// again gives back what stood beside an opening that only the site's whole log
// knows, as the entry itself tells it.
func (f Facts) again(opening BatchOpened) Facts {
	f.Issue, f.Earlier, f.Unread = running(opening.Issue), nil, nil
	for _, batch := range opening.Reissues {
		f.Earlier = append(f.Earlier, Earlier{Batch: batch, Ended: true})
	}
	return f
}
