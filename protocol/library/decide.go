package library

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Command is what a person asks of the library. The set is closed.
type Command interface{ command() }

// Submit brings a new version as a draft. Signed as performed by its author.
type Submit struct{ Text string }

// Review is the independent review of a draft. Signed as reviewed by a protocol
// approver who did not write it.
type Review struct {
	Protocol string
	Version  int
}

// Approve is the quality approval of a reviewed version. Signed as approved by
// a quality lead or protocol approver who neither wrote nor reviewed it.
type Approve struct {
	Protocol string
	Version  int
}

// MakeEffective says from when an approved version is effective: now, where
// From is zero, or from an instant that is still to come. The one before it is
// effective until then, and superseded by it without anybody acting (CTL-14).
// Signed as approved by a quality lead or protocol approver who did not write
// it.
type MakeEffective struct {
	Protocol string
	Version  int
	From     time.Time `json:",omitzero"`
}

// Withdraw ends a version for good, or calls off that it takes effect. Signed
// as approved by a quality lead.
type Withdraw struct {
	Protocol string
	Version  int
	Reason   string
}

func (Submit) command()        {}
func (Review) command()        {}
func (Approve) command()       {}
func (MakeEffective) command() {}
func (Withdraw) command()      {}

// Refusal is a command that the rules forbid; its sentence is safe to show.
type Refusal struct{ Code, Sentence string }

func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code for programs and the sentence for people.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, sentence string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(sentence, args...)}
}

// Signs says what signature a command needs: its meaning and the roles under
// which it may be given. Every command of the library is signed.
func Signs(c Command) (identity.Meaning, []identity.Role, bool) {
	switch c.(type) {
	case Submit:
		return identity.Performed, []identity.Role{identity.ProtocolAuthor}, true
	case Review:
		return identity.Reviewed, []identity.Role{identity.ProtocolApprover}, true
	case Approve, MakeEffective:
		return identity.Approved, []identity.Role{identity.QualityLead, identity.ProtocolApprover}, true
	case SetSiteValues:
		return identity.Approved, []identity.Role{identity.QualityLead}, true
	case Withdraw:
		return identity.Approved, []identity.Role{identity.QualityLead}, true
	case Acknowledge:
		return identity.Acknowledged, []identity.Role{identity.Technician, identity.Pharmacist, identity.QualityLead}, true
	}
	return "", nil, false
}

// Subject names the protocol and version that a command is about. A text that
// is no sound protocol gives its problems.
func Subject(c Command) (name string, version int, err error) {
	switch c := c.(type) {
	case Submit:
		p, problems := protocol.Parse("protocol", []byte(c.Text))
		if len(problems) > 0 {
			return "", 0, problems
		}
		return p.Name, p.Version, nil
	case Review:
		return c.Protocol, c.Version, nil
	case Approve:
		return c.Protocol, c.Version, nil
	case MakeEffective:
		return c.Protocol, c.Version, nil
	case SetSiteValues:
		return c.Protocol, c.Version, nil
	case Withdraw:
		return c.Protocol, c.Version, nil
	case Acknowledge:
		return c.Protocol, c.Version, nil
	}
	return "", 0, refuse("no_such_command", "The library knows no such act.")
}

// Decide says what a command writes, or why it is refused: a *Refusal, or
// protocol.Problems for a text that is not sound. It reads no clock.
func Decide(l *Library, c Command, who identity.Person, now time.Time) (audit.Draft, error) {
	now = now.UTC().Truncate(time.Microsecond)
	if r := may(c, who); r != nil {
		return audit.Draft{}, r
	}
	name, number, err := Subject(c)
	if err != nil {
		return audit.Draft{}, err
	}
	l.mu.RLock()
	told := l.stories[name]
	l.mu.RUnlock()
	if submit, ok := c.(Submit); ok {
		ev, err := told.submit(submit)
		if err != nil {
			return audit.Draft{}, err
		}
		return DraftOf(ev, name, who.ID, now)
	}
	v, ok := find(told.versions, number)
	if !ok {
		return audit.Draft{}, refuse("no_such_version", "The library has no such version.")
	}
	if _, ok := c.(Acknowledge); ok {
		return acknowledged(v, who, now)
	}
	ev, refusal := told.decide(c, v, who.ID, told.instant(now))
	if refusal != nil {
		return audit.Draft{}, refusal
	}
	return DraftOf(ev, name, who.ID, now)
}

// decide decides an act in the life of a version.
func (s story) decide(c Command, v *Version, who identity.PersonID, at time.Time) (Event, *Refusal) {
	number, digest := v.Protocol.Version, audit.Hash(v.Protocol.Digest)
	switch c := c.(type) {
	case Review:
		return VersionReviewed{Version: number, Digest: digest}, mayReview(v, who, at)
	case Approve:
		if r := mayApprove(v, who, at); r != nil {
			return nil, r
		}
		return VersionApproved{Version: number, Digest: digest, ReviewedBy: v.Reviewed.Person}, nil
	case MakeEffective:
		from := c.From.UTC().Truncate(time.Second)
		if c.From.IsZero() {
			from = at
		}
		return MadeEffective{Version: number, Digest: digest, Supersedes: s.supersededAt(from), From: from}, s.mayTakeEffect(v, who, from, at)
	case SetSiteValues:
		return s.setSiteValues(c, v, at)
	case Withdraw:
		return VersionWithdrawn{Version: number, Digest: digest, Reason: c.Reason}, mayWithdraw(v, c.Reason, at)
	}
	return nil, refuse("no_such_command", "The library knows no such act.")
}

// Refused makes a refusal the event that records it.
func Refused(c Command, r *Refusal) Event {
	_, version, err := Subject(c)
	if err != nil {
		version = 0
	}
	return CommandRefused{Attempt: Name(c), Version: version, Code: r.Code, Sentence: r.Sentence}
}

// Name is a command's written name, as in "make effective".
func Name(c Command) string {
	switch c.(type) {
	case Submit:
		return "submit"
	case Review:
		return "review"
	case Approve:
		return "approve"
	case MakeEffective:
		return "make effective"
	case SetSiteValues:
		return "set site values"
	case Withdraw:
		return "withdraw"
	case Acknowledge:
		return "acknowledge"
	}
	return ""
}

// may asks for an active person with one of the command's roles.
func may(c Command, who identity.Person) *Refusal {
	if !who.Active {
		return refuse("suspended", "%s is suspended and cannot sign.", who.Name)
	}
	_, roles, _ := Signs(c)
	var names []string
	for _, role := range roles {
		if who.Has(role) {
			return nil
		}
		names = append(names, string(role))
	}
	return refuse("no_authority", "Only a %s may do this.", strings.Join(names, " or a "))
}

// submit decides a new draft.
func (s story) submit(c Submit) (Event, error) {
	p, problems := protocol.Parse("protocol", []byte(c.Text))
	if len(problems) > 0 {
		return nil, problems
	}
	if n := len(s.versions); n > 0 && s.versions[n-1].Protocol.Version >= p.Version {
		newest := s.versions[n-1].Protocol
		return nil, refuse("version_taken", "%s is there already: this text must be version %d or later.", newest.ID(), newest.Version+1)
	}
	return Drafted{Version: p.Version, Title: p.Title, Digest: p.Digest, Text: c.Text}, nil
}

// mayReview: a draft, and not its author's own (MBR-01).
func mayReview(v *Version, who identity.PersonID, at time.Time) *Refusal {
	switch status := v.Status(at); {
	case status != Draft:
		return refuse("not_a_draft", "%s is %s and no longer a draft.", v.Protocol.ID(), status)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot review it.")
	}
	return nil
}

// mayApprove: reviewed, and neither its author's own nor its reviewer's: the
// quality approver is a third person (MBR-01).
func mayApprove(v *Version, who identity.PersonID, at time.Time) *Refusal {
	switch status := v.Status(at); {
	case status == Draft:
		return refuse("not_reviewed", "%s is a draft: an independent person reviews it before it is approved.", v.Protocol.ID())
	case status != Reviewed:
		return refuse("not_reviewed", "%s is %s: only a reviewed version can be approved.", v.Protocol.ID(), status)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot approve it.")
	case v.Reviewed.Person == who:
		return refuse("same_person", "Whoever reviewed a version cannot also approve it.")
	}
	return nil
}

// mayApproveUnreviewed is the rule of older programs, for what they wrote.
func (s story) mayApproveUnreviewed(v *Version, who identity.PersonID) *Refusal {
	switch status := v.Status(s.last); {
	case s.reviews:
		return refuse("not_reviewed", "In this stream a review comes before approval.")
	case status != Draft:
		return refuse("not_a_draft", "%s is %s and no longer a draft.", v.Protocol.ID(), status)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot approve it.")
	}
	return nil
}

// furthest is how long before its instant a version can be put into effect.
const furthest = 366 * 24 * time.Hour

// mayTakeEffect: approved, from now or an instant to come, in the order of the
// versions, and with three people behind it (MBR-01). Nothing that was so in
// the past is changed.
func (s story) mayTakeEffect(v *Version, who identity.PersonID, from, at time.Time) *Refusal {
	id := v.Protocol.ID()
	switch status := v.Status(at); {
	case status != Approved:
		return refuse("not_approved", "%s is %s: only an approved version can take effect.", id, status)
	case !v.From.IsZero():
		return refuse("date_set", "It is settled from when %s is effective. Withdraw it to call that off, and submit a new version.", id)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot put it into effect.")
	case v.Reviewed == nil && v.Approved.Person == who:
		return refuse("same_person", "Nobody reviewed this version, so whoever approved it cannot also put it into effect.")
	case from.Before(at):
		return refuse("in_the_past", "A version takes effect now or at an instant that is still to come. The one named has passed.")
	case from.After(at.Add(furthest)):
		return refuse("too_far", "The instant named is more than a year away. Look whether it was mistyped.")
	}
	for _, other := range s.versions {
		if other.From.IsZero() || other.Ended != nil || other.Status(at) == Superseded {
			continue
		}
		before, newer := !other.From.After(from), other.Protocol.Version > v.Protocol.Version
		switch {
		case newer && before:
			return refuse("older", "%s is older than %s, which is effective by then.", id, other.Protocol.ID())
		case !newer && !before:
			return refuse("out_of_turn", "%s takes effect later than that, and is older. Withdraw it first, or name a later instant for %s.", other.Protocol.ID(), id)
		}
	}
	return nil
}

func mayWithdraw(v *Version, reason string, at time.Time) *Refusal {
	switch status := v.Status(at); {
	case status == Superseded || status == Withdrawn:
		return refuse("ended", "%s is %s already.", v.Protocol.ID(), status)
	case strings.TrimSpace(reason) == "":
		return refuse("no_reason", "Say why the version is withdrawn.")
	}
	return nil
}
