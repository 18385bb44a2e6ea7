package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/audit"
)

// Directory is everybody whom the log knows. People that it gives out are
// copies.
type Directory struct {
	people  map[PersonID]Person
	byName  map[string]PersonID
	issuers map[PersonID]PersonID // who issued the last one-time password
	// controlled says that somebody has held the control site's role here.
	controlled bool
}

// NewDirectory knows nobody.
func NewDirectory() *Directory {
	return &Directory{people: map[PersonID]Person{}, byName: map[string]PersonID{}, issuers: map[PersonID]PersonID{}}
}

// Person finds somebody by id.
func (d *Directory) Person(id PersonID) (Person, bool) {
	p, ok := d.people[id]
	return p.clone(), ok
}

// ByUsername finds somebody by the name they sign in with, whatever its case.
func (d *Directory) ByUsername(username string) (Person, bool) {
	return d.Person(d.byName[strings.ToLower(username)])
}

// People gives everybody in the order of their ids.
func (d *Directory) People() []Person {
	var all []Person
	for _, id := range slices.Sorted(maps.Keys(d.people)) {
		all = append(all, d.people[id].clone())
	}
	return all
}

// NextID is the id that the next person gets: p-0001, p-0002, …
func (d *Directory) NextID() PersonID { return PersonID(fmt.Sprintf("p-%04d", len(d.people)+1)) }

func (p Person) clone() Person {
	p.Roles, p.Training, p.Keys, p.Read = slices.Clone(p.Roles), slices.Clone(p.Training), slices.Clone(p.Keys), slices.Clone(p.Read)
	p.Proposed = slices.Clone(p.Proposed)
	return p
}

// Apply folds one entry of a person's stream. An entry that does not follow
// from those before it is an error.
func (d *Directory) Apply(entry audit.Stored) error {
	name, found := strings.CutPrefix(string(entry.Stream), "person/")
	if !found {
		return fmt.Errorf("entry %d is not about a person", entry.Index)
	}
	payload, err := ReadPayload(entry.Entry)
	if err != nil {
		return err
	}
	id := PersonID(name)
	p, known := d.people[id]
	if known == (entry.Kind == KindRegistered) {
		return fmt.Errorf("entry %d: %s is registered once, before anything else is said of them", entry.Index, id)
	}
	p = p.clone()
	p.Version = entry.Version
	switch entry.Kind {
	case KindRegistered:
		key := strings.ToLower(payload.Username)
		if _, taken := d.byName[key]; taken {
			return fmt.Errorf("entry %d: the username is another person's", entry.Index)
		}
		p = Person{
			ID: id, Version: entry.Version, Username: payload.Username, Name: payload.Name,
			Roles: slices.Clone(payload.Roles), Active: true, Since: entry.Time, ceremony: payload.Ceremony,
		}
		d.byName[key] = id
	case KindRoleGiven, KindRoleConfirmed:
		p.Roles, p.Proposed = append(p.Roles, payload.Role), p.withoutProposal(payload.Role)
	case KindRoleProposed:
		p.Proposed = append(p.Proposed, Proposal{Role: payload.Role, By: PersonID(entry.Actor), At: entry.Time})
	case KindRoleWithdrawn:
		p.Proposed = p.withoutProposal(payload.Role)
		p.Roles = slices.DeleteFunc(p.Roles, func(r Role) bool { return r == payload.Role })
	case KindTrained:
		if payload.Until == nil {
			return fmt.Errorf("entry %d: training without an end", entry.Index)
		}
		p.Training = append(p.Training, Training{
			Protocol: payload.Protocol, Version: payload.Version, Until: payload.Until.UTC(), By: PersonID(entry.Actor),
		})
	case KindAcknowledged:
		if err := p.signedByThemselves(entry); err != nil {
			return err
		}
		p.Read = append(p.Read, Acknowledgement{Protocol: payload.Protocol, Version: payload.Version, At: entry.Time, Index: entry.Index})
	case KindKeyEnrolled:
		p.Keys = append(p.Keys, Key{Public: payload.Key, From: entry.Index, Attested: p.ceremony && len(p.Keys) == 0})
		d.issuers[id] = payload.Issuer
	case KindKeyAttested, KindKeyEnded:
		at := slices.IndexFunc(p.Keys, func(k Key) bool { return k.Public == payload.Key })
		if at < 0 {
			return fmt.Errorf("entry %d: %s has no such key", entry.Index, id)
		}
		if entry.Kind == KindKeyAttested {
			p.Keys[at].Attested = true
		} else {
			p.Keys[at].Until = entry.Index
		}
	case KindSuspended, KindRestored:
		p.Active = entry.Kind == KindRestored
	}
	d.people[id] = p
	d.controlled = d.controlled || p.Has(ControlSite)
	return nil
}

// signedByThemselves: an acknowledgement counts under the person's own
// signature and no other (CTL-14, SIG-09).
func (p Person) signedByThemselves(entry audit.Stored) error {
	if len(entry.Signatures) != 1 || entry.Signatures[0].Signer != string(p.ID) || entry.Actor != string(p.ID) ||
		entry.Signatures[0].Meaning != string(Acknowledged) {
		return fmt.Errorf("entry %d: %s is not signed as %s by %s", entry.Index, entry.Kind, Acknowledged, p.ID)
	}
	return nil
}
