package library

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Acknowledge is one person's word that they have read a version and what
// changed in it (CTL-14). Signed as acknowledged, by themselves; it stands in
// their own stream, so that a batch record carries it for the people in the
// batch and for nobody else.
type Acknowledge struct {
	Protocol string
	Version  int
}

func (Acknowledge) command() {}

// acknowledged decides an acknowledgement. A version can be read from its
// approval on, so that people are ready when it takes effect, and for as long
// as a batch of it may still run.
func acknowledged(v *Version, who identity.Person, now time.Time) (audit.Draft, error) {
	p := v.Protocol
	switch {
	case v.Approved == nil:
		return audit.Draft{}, refuse("not_approved", "%s is %s: a version is acknowledged once it is approved.", p.ID(), v.Status(now))
	case !concerned(p, who):
		return audit.Draft{}, refuse("no_part", "None of the roles of %s has a part in %s.", who.Name, p.ID())
	}
	if _, read := who.Acknowledgement(p.Name, p.Version); read {
		return audit.Draft{}, refuse("already_acknowledged", "%s has acknowledged %s already.", who.Name, p.ID())
	}
	draft, err := identity.Event{Kind: identity.KindAcknowledged, Person: who.ID, Payload: identity.Payload{
		Protocol: p.Name, Version: p.Version, Digest: hex.EncodeToString(p.Digest[:]), Since: who.LastRead(p.Name, p.Version),
	}}.Draft(now, string(who.ID))
	if err != nil {
		return audit.Draft{}, fmt.Errorf("acknowledge %s: %w", p.ID(), err)
	}
	return draft, nil
}

// concerned says whether a role of somebody appears in a protocol.
func concerned(p *protocol.Protocol, who identity.Person) bool {
	return slices.ContainsFunc(p.Parts, func(part protocol.Part) bool { return who.Has(identity.Role(part.Role)) })
}

// Reader is somebody whose role appears in a protocol, with their
// acknowledgement of one of its versions, if there is one.
type Reader struct {
	Person identity.Person
	Read   *identity.Acknowledgement // nil until then
}

// Readers gives everybody active whose role appears in a version's protocol, in
// the order given: who has acknowledged it, and who has not yet (CTL-14).
func Readers(p *protocol.Protocol, people []identity.Person) []Reader {
	var readers []Reader
	for _, person := range people {
		if !person.Active || !concerned(p, person) {
			continue
		}
		one := Reader{Person: person}
		if read, ok := person.Acknowledgement(p.Name, p.Version); ok {
			one.Read = &read
		}
		readers = append(readers, one)
	}
	return readers
}

// Unread names the roles that a version's protocol needs and that nobody holds
// who has acknowledged it: in its batches somebody would be missing (CTL-14).
func Unread(p *protocol.Protocol, people []identity.Person) []identity.Role {
	var missing []identity.Role
	for _, part := range p.Parts {
		role := identity.Role(part.Role)
		ready := slices.ContainsFunc(Readers(p, people), func(r Reader) bool { return r.Read != nil && r.Person.Has(role) })
		if !ready && !slices.Contains(missing, role) {
			missing = append(missing, role)
		}
	}
	return missing
}
