package identity

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// AccountabilityStatement is what everybody accepts before they can sign
// (SIG-07, 21 CFR 11.100(c) in spirit).
const AccountabilityStatement = "I accept that my electronic signature here binds me as my handwritten signature does, and that I tell nobody my password."

// Registration is what is said of a new person.
type Registration struct {
	Username, Name  string
	Roles           []Role
	IdentityChecked string // the document that was seen
}

var usernameForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{1,31}$`)

// check refuses a registration that does not hold together.
func (r Registration) check() error {
	switch {
	case !usernameForm.MatchString(r.Username):
		return refuse("bad_username", "A username has 2 to 32 lower-case letters, digits, full stops or hyphens, and begins with a letter.")
	case strings.TrimSpace(r.Name) == "" || len(r.Name) > 200:
		return refuse("bad_name", "Write the person's name as it is to be printed in records.")
	case strings.TrimSpace(r.IdentityChecked) == "" || len(r.IdentityChecked) > 200:
		return refuse("identity_not_checked", "Say which document showed who this person is.")
	case len(r.Roles) == 0:
		return refuse("no_role_given", "Choose at least one role.")
	}
	for i, role := range r.Roles {
		if !slices.Contains(Roles(), role) {
			return refuse("no_such_role", "There is no such role.")
		}
		if slices.Contains(r.Roles[:i], role) {
			return refuse("role_held", "The same role is there twice.")
		}
	}
	return compatible(r.Roles)
}

// compatible keeps administration apart from making medicines (SEC-02).
func compatible(roles []Role) error {
	if slices.Contains(roles, Administrator) && slices.ContainsFunc(roles, Role.GMP) {
		return refuse("administrator_apart", "A site administrator holds no role in making medicines, and the other way round.")
	}
	if slices.Contains(roles, Inspector) && len(roles) > 1 {
		return refuse("inspector_apart", "An inspector looks, and holds no other role.")
	}
	if slices.Contains(roles, ControlSite) && (slices.Contains(roles, Technician) || slices.Contains(roles, Pharmacist)) {
		return refuse("control_site_apart", "Who signs for the control site makes no medicines here: neither as a technician nor as a pharmacist.")
	}
	return nil
}

func administrator(actor Person) error {
	if !actor.Active || !actor.Has(Administrator) {
		return refuse("not_allowed", "Only a site administrator can do this.")
	}
	return nil
}

func other(actor Person, person PersonID, what string) error {
	if actor.ID == person {
		return refuse("not_oneself", "Nobody can %s.", what)
	}
	return nil
}

func (d *Directory) find(id PersonID) (Person, error) {
	p, ok := d.Person(id)
	if !ok {
		return p, refuse("no_such_person", "Nobody with that id works here.")
	}
	return p, nil
}

// Found is the founding ceremony: the first administrator and the first
// quality lead, present together, register each other. It is possible once.
func Found(d *Directory, administrator, lead Registration) ([]Event, error) {
	if len(d.people) > 0 {
		return nil, refuse("founded", "This site has its people already.")
	}
	administrator.Roles, lead.Roles = []Role{Administrator}, []Role{QualityLead}
	var events []Event
	for i, r := range []Registration{administrator, lead} {
		if err := r.check(); err != nil {
			return nil, err
		}
		events = append(events, registered([]PersonID{"p-0001", "p-0002"}[i], r, true))
	}
	if administrator.Username == lead.Username {
		return nil, refuse("username_taken", "The two founders need two usernames.")
	}
	return events, nil
}

func registered(id PersonID, r Registration, ceremony bool) Event {
	return Event{Kind: KindRegistered, Person: id, Payload: Payload{
		Username: r.Username, Name: strings.TrimSpace(r.Name), Roles: r.Roles,
		IdentityChecked: strings.TrimSpace(r.IdentityChecked), Ceremony: ceremony,
	}}
}

// Register adds a person.
func Register(d *Directory, actor Person, r Registration) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if _, taken := d.ByUsername(r.Username); taken {
		return nil, refuse("username_taken", "That username is or was another person's; it is never given twice.")
	}
	id := d.NextID()
	alone := slices.DeleteFunc(slices.Clone(r.Roles), d.byTwo)
	if len(alone) == len(r.Roles) {
		return []Event{registered(id, r, false)}, nil
	}
	r.Roles = alone
	return []Event{registered(id, r, false), d.given(id, ControlSite)}, nil
}

// GiveRole adds a role to a person.
func GiveRole(d *Directory, actor Person, id PersonID, role Role) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	if err := other(actor, id, "give themselves a role"); err != nil {
		return nil, err
	}
	p, err := d.find(id)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(Roles(), role):
		return nil, refuse("no_such_role", "There is no such role.")
	case p.Has(role):
		return nil, refuse("role_held", "%s is %s already.", p.Name, role)
	}
	if err := compatible(append(p.Roles, role)); err != nil {
		return nil, err
	}
	if _, waits := p.WaitsFor(role); waits {
		return nil, refuse("role_waits", "That role was proposed for %s already, and waits for another person to confirm it.", p.Name)
	}
	return []Event{d.given(id, role)}, nil
}

// WithdrawRole takes a role from a person, with a reason.
func WithdrawRole(d *Directory, actor Person, id PersonID, role Role, reason string) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	if err := other(actor, id, "withdraw their own role"); err != nil {
		return nil, err
	}
	p, err := d.find(id)
	switch {
	case err != nil:
		return nil, err
	case !p.Has(role) && !p.waits(role):
		return nil, refuse("role_not_held", "%s does not hold that role.", p.Name)
	case strings.TrimSpace(reason) == "":
		return nil, refuse("reason_needed", "Say why (AUD-02).")
	}
	return []Event{{Kind: KindRoleWithdrawn, Person: id, Payload: Payload{Role: role, Reason: reason}}}, nil
}

// Train attests that a person is competent in a protocol's version. A
// pharmacist or quality lead does it, for somebody else (CTL-10).
func Train(d *Directory, actor Person, id PersonID, t Training, now time.Time) ([]Event, error) {
	if !actor.Active || !actor.Has(Pharmacist) && !actor.Has(QualityLead) {
		return nil, refuse("not_allowed", "Only a pharmacist or a quality lead can attest training.")
	}
	if err := other(actor, id, "attest their own training"); err != nil {
		return nil, err
	}
	if _, err := d.find(id); err != nil {
		return nil, err
	}
	switch {
	case t.Protocol == "" || t.Version < 1:
		return nil, refuse("no_such_protocol", "Say for which protocol and version.")
	case !t.Until.After(now) || t.Until.After(now.AddDate(3, 0, 1)):
		return nil, refuse("bad_date", "Training holds until a date that is still to come, and for three years at most.")
	}
	until := t.Until.UTC().Truncate(time.Microsecond)
	return []Event{{Kind: KindTrained, Person: id, Payload: Payload{Protocol: t.Protocol, Version: t.Version, Until: &until}}}, nil
}

// EnrolKey makes a public key the person's, in place of the one before. The
// person accepts the accountability statement with it.
func EnrolKey(d *Directory, id PersonID, public string, issuer PersonID, accepted bool) ([]Event, error) {
	p, err := d.find(id)
	switch {
	case err != nil:
		return nil, err
	case !accepted:
		return nil, refuse("not_accepted", "You can sign here only once you have accepted the statement.")
	}
	var events []Event
	for _, key := range p.Keys {
		if key.Until == 0 {
			events = append(events, Event{Kind: KindKeyEnded, Person: id, Payload: Payload{Key: key.Public, Reason: "replaced by a new key"}})
		}
	}
	return append(events, Event{Kind: KindKeyEnrolled, Person: id, Payload: Payload{
		Key: public, Issuer: issuer, Accepted: AccountabilityStatement,
	}}), nil
}

// AttestKey confirms who holds a person's newest key: the second half of what
// it would take to sign as another (SIG-08).
func AttestKey(d *Directory, actor Person, id PersonID) ([]Event, error) {
	if !actor.Active || !actor.Has(Pharmacist) && !actor.Has(QualityLead) {
		return nil, refuse("not_allowed", "Only a pharmacist or a quality lead can confirm who holds a key.")
	}
	if err := other(actor, id, "confirm their own key"); err != nil {
		return nil, err
	}
	p, err := d.find(id)
	if err != nil {
		return nil, err
	}
	if d.issuers[id] == actor.ID {
		return nil, refuse("same_person", "You issued the one-time password, so somebody else has to confirm the key.")
	}
	if _, signs := actor.SigningKey(); !signs {
		return nil, refuse("key_not_confirmed", "Your own key has to be confirmed before you can confirm another.")
	}
	for _, key := range p.Keys {
		if key.Until == 0 && !key.Attested {
			return []Event{{Kind: KindKeyAttested, Person: id, Payload: Payload{Key: key.Public}}}, nil
		}
	}
	return nil, refuse("no_key_waiting", "%s has no key that waits to be confirmed.", p.Name)
}

// EndKey ends the person's key, as when a password is forgotten or told.
func EndKey(d *Directory, actor Person, id PersonID, reason string) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	p, err := d.find(id)
	if err != nil {
		return nil, err
	}
	var events []Event
	for _, key := range p.Keys {
		if key.Until == 0 {
			events = append(events, Event{Kind: KindKeyEnded, Person: id, Payload: Payload{Key: key.Public, Reason: reason}})
		}
	}
	return events, nil
}

// Suspend stops a person from doing anything here, with a reason.
func Suspend(d *Directory, actor Person, id PersonID, reason string) ([]Event, error) {
	return setActive(d, actor, id, false, reason)
}

// Restore lets a suspended person work again, with a reason.
func Restore(d *Directory, actor Person, id PersonID, reason string) ([]Event, error) {
	return setActive(d, actor, id, true, reason)
}

func setActive(d *Directory, actor Person, id PersonID, active bool, reason string) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	if err := other(actor, id, "suspend or restore themselves"); err != nil {
		return nil, err
	}
	p, err := d.find(id)
	switch {
	case err != nil:
		return nil, err
	case p.Active == active:
		return nil, refuse("already", "That is so already.")
	case strings.TrimSpace(reason) == "":
		return nil, refuse("reason_needed", "Say why (AUD-02).")
	}
	kind := KindSuspended
	if active {
		kind = KindRestored
	}
	return []Event{{Kind: kind, Person: id, Payload: Payload{Reason: reason}}}, nil
}

// Unlock records that an administrator lifted a lock that wrong passwords
// brought about.
func Unlock(d *Directory, actor Person, id PersonID) ([]Event, error) {
	if err := administrator(actor); err != nil {
		return nil, err
	}
	if _, err := d.find(id); err != nil {
		return nil, err
	}
	return []Event{{Kind: KindUnlocked, Person: id}}, nil
}

// SignedIn is the beginning of a session at a terminal (SEC-03).
func SignedIn(id PersonID, terminal string) Event {
	return Event{Kind: KindSignedIn, Person: id, Payload: Payload{Terminal: terminal}}
}

// SignedOut is the end of a session.
func SignedOut(id PersonID, terminal string) Event {
	return Event{Kind: KindSignedOut, Person: id, Payload: Payload{Terminal: terminal}}
}

// TurnedAway is a wrong password: doing is "sign in" or "sign".
func TurnedAway(id PersonID, doing, code string) Event {
	return Event{Kind: KindTurnedAway, Person: id, Payload: Payload{Doing: doing, Code: code}}
}
