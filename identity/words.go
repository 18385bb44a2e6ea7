package identity

import (
	"fmt"
	"strings"
)

// Words tells an event about a person in one plain sentence, for an audit
// trail; "" for a kind that is not known.
func (e Event) Words() string {
	switch e.Kind {
	case KindRegistered:
		roles := make([]string, len(e.Roles))
		for i, role := range e.Roles {
			roles[i] = string(role)
		}
		return fmt.Sprintf("Registered %s (%s) as %s; seen: %s.", e.Name, e.Username, strings.Join(roles, ", "), e.IdentityChecked)
	case KindRoleGiven:
		return fmt.Sprintf("Gave the role %s.", e.Role)
	case KindRoleProposed:
		return fmt.Sprintf("Proposed the role %s, which counts once another person has confirmed it.", e.Role)
	case KindRoleConfirmed:
		return fmt.Sprintf("Confirmed the role %s.", e.Role)
	case KindRoleWithdrawn:
		return fmt.Sprintf("Withdrew the role %s: %s", e.Role, e.Reason)
	case KindTrained:
		until := ""
		if e.Until != nil {
			until = e.Until.UTC().Format("02 Jan 2006")
		}
		return fmt.Sprintf("Attested training for %s version %d, until %s.", e.Protocol, e.Version, until)
	case KindAcknowledged:
		if e.Since == 0 {
			return fmt.Sprintf("Acknowledged %s version %d, the first one read.", e.Protocol, e.Version)
		}
		return fmt.Sprintf("Acknowledged %s version %d and what changed in it since version %d.", e.Protocol, e.Version, e.Since)
	case KindKeyEnrolled:
		return "Enrolled a signing key and accepted the statement on signatures."
	case KindKeyAttested:
		return "Confirmed who holds the signing key."
	case KindKeyEnded:
		return "Ended the signing key: " + e.Reason
	case KindSuspended:
		return "Suspended the account: " + e.Reason
	case KindRestored:
		return "Restored the account: " + e.Reason
	case KindUnlocked:
		return "Lifted the lock on the account."
	}
	return ""
}
