package identity

import (
	"fmt"
	"slices"
	"time"

	"countersign/audit"
)

// The kinds of entry in a person's stream. All are of version 1.
const (
	KindRegistered    audit.Kind = "person.registered"
	KindRoleGiven     audit.Kind = "person.role_given"
	KindRoleWithdrawn audit.Kind = "person.role_withdrawn"
	KindTrained       audit.Kind = "person.trained"
	KindAcknowledged  audit.Kind = "person.acknowledged" // a protocol's version was read; signed by the person
	KindKeyEnrolled   audit.Kind = "person.key_enrolled"
	KindKeyAttested   audit.Kind = "person.key_attested"
	KindKeyEnded      audit.Kind = "person.key_ended"
	KindSuspended     audit.Kind = "person.suspended"
	KindRestored      audit.Kind = "person.restored"
	KindUnlocked      audit.Kind = "person.unlocked"
	KindSignedIn      audit.Kind = "person.signed_in"
	KindSignedOut     audit.Kind = "person.signed_out"
	KindTurnedAway    audit.Kind = "person.turned_away" // a wrong password, at sign-in or signing
)

// Payload holds the members of all kinds; each kind uses its own and leaves
// the others out.
type Payload struct {
	Username        string     `json:"username,omitempty"`
	Name            string     `json:"name,omitempty"`
	Roles           []Role     `json:"roles,omitempty"`
	IdentityChecked string     `json:"identity_checked,omitempty"` // the document that was seen
	Ceremony        bool       `json:"ceremony,omitempty"`         // registered at the founding ceremony
	Role            Role       `json:"role,omitempty"`
	Protocol        string     `json:"protocol,omitempty"`
	Version         int        `json:"version,omitempty"`
	Until           *time.Time `json:"until,omitempty"`
	Digest          string     `json:"digest,omitempty"`   // of the protocol's text, hexadecimal SHA-256
	Since           int        `json:"since,omitempty"`    // the version whose changes were shown; 0 when there was none
	Key             string     `json:"key,omitempty"`      // hexadecimal Ed25519 public key
	Accepted        string     `json:"accepted,omitempty"` // the accountability statement
	Issuer          PersonID   `json:"issuer,omitempty"`   // who issued the one-time password
	Doing           string     `json:"doing,omitempty"`    // of a turning away: "sign in" or "sign"
	Code            string     `json:"code,omitempty"`
	Terminal        string     `json:"terminal,omitempty"`
	Reason          string     `json:"reason,omitempty"`
}

// Event is one fact about a person, before it is in the log.
type Event struct {
	Kind   audit.Kind
	Person PersonID
	Payload
}

// Draft makes the event's entry. Actor is whoever did it, or "system".
func (e Event) Draft(now time.Time, actor string) (audit.Draft, error) {
	payload, err := audit.Canonical(e.Payload)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("write down %s: %w", e.Kind, err)
	}
	return audit.Draft{Stream: e.stream(), Kind: e.Kind, KindVersion: 1, Time: now, Actor: actor, Payload: payload}, nil
}

// stream keeps comings and goings apart from what makes a person who they are:
// a batch record carries the whole person stream of everybody in it.
func (e Event) stream() audit.StreamID {
	switch e.Kind {
	case KindSignedIn, KindSignedOut, KindTurnedAway:
		return audit.StreamID("access/" + string(e.Person))
	}
	return e.Person.Stream()
}

// ReadPayload reads an entry of a person's stream.
func ReadPayload(entry audit.Entry) (Payload, error) {
	var p Payload
	if entry.KindVersion != 1 || !slices.Contains(kinds(), entry.Kind) {
		return p, fmt.Errorf("entry %d: no reader for %s version %d", entry.Index, entry.Kind, entry.KindVersion)
	}
	if err := audit.DecodeStrictly(entry.Payload, &p); err != nil {
		return p, fmt.Errorf("entry %d: read %s: %w", entry.Index, entry.Kind, err)
	}
	return p, nil
}

func kinds() []audit.Kind {
	return []audit.Kind{
		KindRegistered, KindRoleGiven, KindRoleProposed, KindRoleConfirmed, KindRoleWithdrawn, KindTrained, KindAcknowledged, KindKeyEnrolled, KindKeyAttested, KindKeyEnded,
		KindSuspended, KindRestored, KindUnlocked, KindSignedIn, KindSignedOut, KindTurnedAway,
	}
}
