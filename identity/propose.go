package identity

import (
	"slices"
	"time"

	"countersign/audit"
)

// Some roles are not one administrator's to give: who holds the control site's
// decides where nobody at the site may. Once a site has had its first holder, an
// administrator proposes the role, and another person confirms it.
const (
	KindRoleProposed  audit.Kind = "person.role_proposed"
	KindRoleConfirmed audit.Kind = "person.role_confirmed"
)

// Proposal is a role that waits for a second person's word. It counts for nothing
// until then.
type Proposal struct {
	Role Role
	By   PersonID
	At   time.Time
}

// byTwo says that a role is given by two people here: the control site's, once
// somebody has held it. The first holder of a new site comes with its founders.
func (d *Directory) byTwo(role Role) bool { return role == ControlSite && d.controlled }

// given are the events that give somebody a role, or propose it.
func (d *Directory) given(id PersonID, role Role) Event {
	if d.byTwo(role) {
		return Event{Kind: KindRoleProposed, Person: id, Payload: Payload{Role: role}}
	}
	return Event{Kind: KindRoleGiven, Person: id, Payload: Payload{Role: role}}
}

// WaitsFor gives the proposal of a role to a person.
func (p Person) WaitsFor(role Role) (Proposal, bool) {
	at := slices.IndexFunc(p.Proposed, func(one Proposal) bool { return one.Role == role })
	if at < 0 {
		return Proposal{}, false
	}
	return p.Proposed[at], true
}

// MayConfirm says whether somebody may confirm a role that waits for a person: an
// administrator or a quality lead who neither proposed it nor is to hold it, and
// of whom others have said that their key is theirs.
func MayConfirm(actor, p Person, one Proposal) bool { return confirming(actor, p, one) == nil }

func confirming(actor, p Person, one Proposal) error {
	_, signs := actor.SigningKey()
	switch {
	case !actor.Active || !actor.Has(Administrator) && !actor.Has(QualityLead):
		return refuse("not_allowed", "Only an administrator or a quality lead can confirm a role.")
	case actor.ID == p.ID:
		return refuse("not_oneself", "Nobody can confirm their own role.")
	case actor.ID == one.By:
		return refuse("same_person", "You proposed this role. Another person confirms it.")
	case !signs:
		return refuse("key_not_confirmed", "Your own key has to be confirmed before you can confirm a role.")
	}
	return nil
}

// ConfirmRole gives a role that an administrator has proposed.
func ConfirmRole(d *Directory, actor Person, id PersonID, role Role) ([]Event, error) {
	p, err := d.find(id)
	if err != nil {
		return nil, err
	}
	one, waits := p.WaitsFor(role)
	if !waits {
		return nil, refuse("no_role_waiting", "Nobody has proposed that role for %s.", p.Name)
	}
	if err := confirming(actor, p, one); err != nil {
		return nil, err
	}
	if err := compatible(append(p.Roles, role)); err != nil {
		return nil, err
	}
	return []Event{{Kind: KindRoleConfirmed, Person: id, Payload: Payload{Role: role}}}, nil
}

// withoutProposal takes a proposal away, once it is confirmed or withdrawn.
func (p Person) withoutProposal(role Role) []Proposal {
	return slices.DeleteFunc(slices.Clone(p.Proposed), func(one Proposal) bool { return one.Role == role })
}

func (p Person) waits(role Role) bool {
	_, waits := p.WaitsFor(role)
	return waits
}
