package batch

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// ProposeRedline asks for another text of the protocol, for this one batch and
// from now on: a step more, another limit, another instruction (MBR-03). What
// is done stays as it was done.
type ProposeRedline struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// ApproveRedline is a quality lead's signature, with which the batch goes on by
// the new text. Signed as authorised deviation, by another person than who
// proposed it.
type ApproveRedline struct {
	Redline int `json:"redline"`
}

// DropRedline gives up one that waits for its approval.
type DropRedline struct {
	Redline int    `json:"redline"`
	Reason  string `json:"reason"`
}

// ReadRedline says that somebody has read what changed, before they work on.
type ReadRedline struct {
	Redline int `json:"redline"`
}

func (ProposeRedline) command() {}
func (ApproveRedline) command() {}
func (DropRedline) command()    {}
func (ReadRedline) command()    {}

// RedlineProposed carries the whole text, so that the record alone holds what
// the batch was made by. Base is the SHA-256 of the text that it departs from.
type RedlineProposed struct {
	By      `json:"by"`
	Number  int        `json:"number"`
	Base    audit.Hash `json:"base"`
	Digest  audit.Hash `json:"digest"`
	Text    string     `json:"text"`
	Reason  string     `json:"reason"`
	Changes []string   `json:"changes"` // in words
}

// RedlineApproved has the batch go on by it.
type RedlineApproved struct {
	By      `json:"by"`
	Redline int        `json:"redline"`
	Digest  audit.Hash `json:"digest"`
}

// RedlineDropped is one that was given up.
type RedlineDropped struct {
	By      `json:"by"`
	Redline int    `json:"redline"`
	Reason  string `json:"reason"`
}

// RedlineRead is one person's.
type RedlineRead struct {
	By      `json:"by"`
	Redline int `json:"redline"`
}

const (
	kindRedlineProposed audit.Kind = "batch.redline_proposed"
	kindRedlineApproved audit.Kind = "batch.redline_approved"
	kindRedlineDropped  audit.Kind = "batch.redline_dropped"
	kindRedlineRead     audit.Kind = "batch.redline_read"

	redlineClass = "redline"
	maxRedline   = 256 << 10 // of its text, in bytes
)

// Kind is the written kind of the event's entry.
func (RedlineProposed) Kind() audit.Kind { return kindRedlineProposed }
func (RedlineApproved) Kind() audit.Kind { return kindRedlineApproved }
func (RedlineDropped) Kind() audit.Kind  { return kindRedlineDropped }
func (RedlineRead) Kind() audit.Kind     { return kindRedlineRead }

// RedlineEntry is a redline as a batch keeps it. Its act is the proposal.
type RedlineEntry struct {
	Act
	Number            int
	Base, Digest      audit.Hash
	Text, Reason      string
	Changes           []string
	Approved, Dropped *Act
	Why               string // it was dropped
	Read              []Act
}

// Redline is the one that the batch is made by now; nil while it is made by the
// protocol as it was opened.
func (s *State) Redline() *RedlineEntry {
	for i := len(s.Redlines) - 1; i >= 0; i-- {
		if s.Redlines[i].Approved != nil {
			return &s.Redlines[i]
		}
	}
	return nil
}

// WaitingRedline is one that waits for its approval; nil when none does.
func (s *State) WaitingRedline() *RedlineEntry {
	for i := range s.Redlines {
		if r := &s.Redlines[i]; r.Approved == nil && r.Dropped == nil {
			return r
		}
	}
	return nil
}

// Knows says that somebody has read what the batch is made by: they wrote it,
// approved it or signed that they have read it.
func (r *RedlineEntry) Knows(person identity.PersonID) bool {
	if r.Person == person || r.Approved != nil && r.Approved.Person == person {
		return true
	}
	return slices.ContainsFunc(r.Read, func(a Act) bool { return a.Person == person })
}

// redlineRead: nobody goes on in a batch whose text was changed before they
// have read the change (CTL-14).
func (d *decision) redlineRead() *Refusal {
	if r := d.s.Redline(); r != nil && !r.Knows(d.f.Person.ID) {
		return refuse("redline_unread", "The protocol of this batch was changed by redline %d. Read what changed and sign that you have, then go on.", r.Number)
	}
	return nil
}

// proposeRedline reads the text as any protocol is read, and refuses what would
// change what is done or take a safeguard away.
func (d *decision) proposeRedline(c ProposeRedline) (Event, *Refusal) {
	if refusal := d.changeable(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", staff(), identity.NeedsReading); refusal != nil {
		return nil, refusal
	}
	if waiting := d.s.WaitingRedline(); waiting != nil {
		return nil, refuse("redline_waits", "Redline %d waits for its approval. It is approved or given up first.", waiting.Number)
	}
	reason, refusal := worded(c.Reason, "why the protocol is changed for this batch")
	if refusal != nil {
		return nil, refusal
	}
	if len(c.Text) > maxRedline {
		return nil, refuse("bad_value", "The text holds more than %d characters.", maxRedline)
	}
	p, problems := protocol.Parse("redline", []byte(c.Text))
	if p == nil {
		return nil, refuse("bad_protocol", "The text cannot be read as a protocol: %s", problems.Error())
	}
	changes, refusal := d.s.redlined(p)
	if refusal != nil {
		return nil, refusal
	}
	return RedlineProposed{
		By: d.by, Number: len(d.s.Redlines) + 1, Base: d.s.Protocol.Digest, Digest: p.Digest, Text: c.Text, Reason: reason, Changes: changes,
	}, nil
}

// changeable: a text is changed while the batch is made by it.
func (d *decision) changeable() *Refusal {
	if refusal := d.alive(); refusal != nil {
		return refusal
	}
	if d.s.released() != nil || d.s.Disposition != nil {
		return refuse("certified", "It is decided on this batch. Its protocol is changed no more.")
	}
	return nil
}

// approveRedline looks again whether the text still fits: the batch went on
// while it waited.
func (d *decision) approveRedline(c ApproveRedline) (Event, *Refusal) {
	if refusal := d.changeable(); refusal != nil {
		return nil, refusal
	}
	r := d.s.WaitingRedline()
	if r == nil || r.Number != c.Redline {
		return nil, refuse("unknown_redline", "No such redline waits for its approval.")
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if r.Person == d.f.Person.ID {
		return nil, refuse("same_person", "You proposed this redline. Another quality lead approves it.")
	}
	p, problems := protocol.Reread("redline", []byte(r.Text))
	if p == nil || p.Digest != r.Digest {
		return nil, refuse("bad_protocol", "The text cannot be read as a protocol: %s", problems.Error())
	}
	if r.Base != d.s.Protocol.Digest {
		return nil, refuse("other_text", "The batch is made by another text than the one that this redline departs from. Propose it anew.")
	}
	changes, refusal := d.s.redlined(p)
	if refusal != nil {
		return nil, refusal
	}
	d.add = append(d.add, ExceptionRaised{
		Class: redlineClass, Severity: "major", Blocks: BlocksRelease, Cause: fmt.Sprintf("redline:%d", r.Number), CausedBy: r.Person,
		Text: fmt.Sprintf("Redline %d: the protocol was changed for this batch, because: %s. %s", r.Number, strings.TrimSuffix(r.Reason, "."), strings.Join(changes, " ")),
	})
	return RedlineApproved{By: d.by, Redline: r.Number, Digest: r.Digest}, nil
}

// dropRedline gives one up.
func (d *decision) dropRedline(c DropRedline) (Event, *Refusal) {
	r := d.s.WaitingRedline()
	if r == nil || r.Number != c.Redline {
		return nil, refuse("unknown_redline", "No such redline waits for its approval.")
	}
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the protocol stays as it is")
	if refusal != nil {
		return nil, refusal
	}
	return RedlineDropped{By: d.by, Redline: r.Number, Reason: reason}, nil
}

// readRedline takes somebody's word that they have read it.
func (d *decision) readRedline(c ReadRedline) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	r := d.s.Redline()
	if r == nil || r.Number != c.Redline {
		return nil, refuse("unknown_redline", "The batch is not made by this redline.")
	}
	if r.Knows(d.f.Person.ID) {
		return nil, refuse("already_read", "You know this redline already.")
	}
	if refusal := d.entitled(identity.Acknowledged, staff(), identity.NeedsReading); refusal != nil {
		return nil, refusal
	}
	return RedlineRead{By: d.by, Redline: r.Number}, nil
}

// redlineLines say on a sheet what changes, and by which digests.
func (sh *sheet) redlineLines(r *RedlineEntry) {
	if r == nil {
		return
	}
	sh.add("Redline %d of the protocol, for this batch only, proposed by %s (%s), %s: %s", r.Number, r.Name, r.Role, sh.at(r.At), r.Reason)
	sh.add("The text that it departs from: SHA-256 %s. The new text: SHA-256 %s.", hex.EncodeToString(r.Base[:]), hex.EncodeToString(r.Digest[:]))
	for _, change := range r.Changes {
		sh.add("Change: %s", change)
	}
	if r.Approved != nil {
		sh.add("Approved by %s (%s), %s; %d have signed that they read it.", r.Approved.Name, r.Approved.Role, sh.at(r.Approved.At), len(r.Read))
	}
}

// RedlineWords say in one sentence what an entry about a redline did; "" for
// any other.
func RedlineWords(ev Event) string {
	switch e := ev.(type) {
	case RedlineProposed:
		return fmt.Sprintf("Proposed redline %d of the protocol for this batch, because: %s %s", e.Number, full(e.Reason), strings.Join(e.Changes, " "))
	case RedlineApproved:
		return fmt.Sprintf("Approved redline %d: from here on the batch is made by the text with the SHA-256 %s.", e.Redline, hex.EncodeToString(e.Digest[:]))
	case RedlineDropped:
		return fmt.Sprintf("Gave up redline %d: %s", e.Redline, full(e.Reason))
	case RedlineRead:
		return fmt.Sprintf("Signed that redline %d is read.", e.Redline)
	}
	return ""
}
