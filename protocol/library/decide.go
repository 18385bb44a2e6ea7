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

// Approve is the independent approval of a draft. Signed as approved by a
// protocol approver who did not write it.
type Approve struct {
	Protocol string
	Version  int
}

// MakeEffective puts an approved version into effect; the one before it is
// superseded by it. Signed as approved by a quality lead or another protocol
// approver, a third person.
type MakeEffective struct {
	Protocol string
	Version  int
}

// Withdraw ends a version for good. Signed as approved by a quality lead.
type Withdraw struct {
	Protocol string
	Version  int
	Reason   string
}

func (Submit) command()        {}
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
	case Approve:
		return identity.Approved, []identity.Role{identity.ProtocolApprover}, true
	case MakeEffective:
		return identity.Approved, []identity.Role{identity.QualityLead, identity.ProtocolApprover}, true
	case SetSiteValues:
		return identity.Approved, []identity.Role{identity.QualityLead}, true
	case Withdraw:
		return identity.Approved, []identity.Role{identity.QualityLead}, true
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
	case Approve:
		return c.Protocol, c.Version, nil
	case MakeEffective:
		return c.Protocol, c.Version, nil
	case SetSiteValues:
		return c.Protocol, c.Version, nil
	case Withdraw:
		return c.Protocol, c.Version, nil
	}
	return "", 0, refuse("no_such_command", "The library knows no such act.")
}

// Decide says what a command writes, or why it is refused: a *Refusal, or
// protocol.Problems for a text that is not sound. It reads no clock.
func Decide(l *Library, c Command, who identity.Person) ([]Event, error) {
	switch c := c.(type) {
	case Submit:
		return l.Submit(c, who)
	case Approve:
		return l.Approve(c, who)
	case MakeEffective:
		return l.MakeEffective(c, who)
	case SetSiteValues:
		return l.SetSiteValues(c, who)
	case Withdraw:
		return l.Withdraw(c, who)
	}
	return nil, refuse("no_such_command", "The library knows no such act.")
}

// DraftOfCommand decides a command and makes its one entry.
func DraftOfCommand(l *Library, c Command, who identity.Person, now time.Time) (audit.Draft, error) {
	events, err := Decide(l, c, who)
	if err != nil {
		return audit.Draft{}, err
	}
	name, _, err := Subject(c)
	if err != nil {
		return audit.Draft{}, err
	}
	return DraftOf(events[0], name, who.ID, now)
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
	case Approve:
		return "approve"
	case MakeEffective:
		return "make effective"
	case SetSiteValues:
		return "set site values"
	case Withdraw:
		return "withdraw"
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

// Submit decides a new draft.
func (l *Library) Submit(c Submit, who identity.Person) ([]Event, error) {
	if r := may(c, who); r != nil {
		return nil, r
	}
	p, problems := protocol.Parse("protocol", []byte(c.Text))
	if len(problems) > 0 {
		return nil, problems
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, v := range l.versions[p.Name] {
		if v.Protocol.Version >= p.Version {
			return nil, refuse("version_taken", "%s is there already: this text must be version %d or later.",
				v.Protocol.ID(), l.versions[p.Name][len(l.versions[p.Name])-1].Protocol.Version+1)
		}
	}
	return []Event{Drafted{Version: p.Version, Title: p.Title, Digest: p.Digest, Text: c.Text}}, nil
}

func (l *Library) version(name string, version int) (*Version, *Refusal) {
	v, ok := l.Find(name, version)
	if !ok {
		return nil, refuse("no_such_version", "The library has no such version.")
	}
	return v, nil
}

// Approve decides an approval.
func (l *Library) Approve(c Approve, who identity.Person) ([]Event, error) {
	if r := may(c, who); r != nil {
		return nil, r
	}
	v, refusal := l.version(c.Protocol, c.Version)
	if refusal != nil {
		return nil, refusal
	}
	if r := mayApprove(v, who.ID); r != nil {
		return nil, r
	}
	return []Event{VersionApproved{Version: c.Version, Digest: v.Protocol.Digest}}, nil
}

// mayApprove: a draft, and not its author's own (MBR-01).
func mayApprove(v *Version, who identity.PersonID) *Refusal {
	switch {
	case v.Status != Draft:
		return refuse("not_a_draft", "%s is %s and no longer a draft.", v.Protocol.ID(), v.Status)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot approve it.")
	}
	return nil
}

// MakeEffective decides that a version counts from now on.
func (l *Library) MakeEffective(c MakeEffective, who identity.Person) ([]Event, error) {
	if r := may(c, who); r != nil {
		return nil, r
	}
	v, refusal := l.version(c.Protocol, c.Version)
	if refusal != nil {
		return nil, refusal
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if r := mayTakeEffect(l.versions[c.Protocol], v, who.ID); r != nil {
		return nil, r
	}
	ev := MadeEffective{Version: c.Version, Digest: v.Protocol.Digest}
	if before, ok := effective(l.versions[c.Protocol]); ok {
		ev.Supersedes = before.Protocol.Version
	}
	return []Event{ev}, nil
}

// mayTakeEffect: approved, newer than what is effective, and by a third
// person (MBR-01).
func mayTakeEffect(versions []*Version, v *Version, who identity.PersonID) *Refusal {
	before, ok := effective(versions)
	switch {
	case v.Status != Approved:
		return refuse("not_approved", "%s is %s: only an approved version can take effect.", v.Protocol.ID(), v.Status)
	case v.Drafted.Person == who:
		return refuse("own_work", "Whoever wrote a protocol cannot put it into effect.")
	case v.Approved.Person == who:
		return refuse("same_person", "Whoever approved a version cannot also put it into effect.")
	case ok && before.Protocol.Version > v.Protocol.Version:
		return refuse("older", "%s is older than %s, which is effective.", v.Protocol.ID(), before.Protocol.ID())
	}
	return nil
}

// Withdraw decides the end of a version.
func (l *Library) Withdraw(c Withdraw, who identity.Person) ([]Event, error) {
	if r := may(c, who); r != nil {
		return nil, r
	}
	v, refusal := l.version(c.Protocol, c.Version)
	if refusal != nil {
		return nil, refusal
	}
	if r := mayWithdraw(v, c.Reason); r != nil {
		return nil, r
	}
	return []Event{VersionWithdrawn{Version: c.Version, Digest: v.Protocol.Digest, Reason: c.Reason}}, nil
}

func mayWithdraw(v *Version, reason string) *Refusal {
	switch {
	case v.Status == Superseded || v.Status == Withdrawn:
		return refuse("ended", "%s is %s already.", v.Protocol.ID(), v.Status)
	case strings.TrimSpace(reason) == "":
		return refuse("no_reason", "Say why the version is withdrawn.")
	}
	return nil
}
