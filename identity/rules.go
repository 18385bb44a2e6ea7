package identity

import (
	"fmt"
	"slices"
	"time"

	"countersign/audit"
)

// Refusal is a no with a code for programs and a sentence for people.
type Refusal struct{ Code, Sentence string }

// Error is the sentence, which is safe to show.
func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, form string, args ...any) error {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(form, args...)}
}

// Roles are all the roles there are, in the order in which they are shown.
func Roles() []Role {
	return []Role{Technician, Pharmacist, QualityLead, ProtocolAuthor, ProtocolApprover, Administrator, Inspector, ControlSite}
}

// GMP says whether a role takes part in making medicines or answering for
// them. An administrator holds none of these (SEC-02).
func (r Role) GMP() bool { return r != Administrator && r != Inspector }

// MayMean says whether somebody signing under a role can mean that (SIG-09).
func MayMean(role Role, meaning Meaning) bool {
	return slices.Contains(meanings()[meaning], role)
}

func meanings() map[Meaning][]Role {
	return map[Meaning][]Role{
		Performed:           {Technician, Pharmacist, ProtocolAuthor},
		Verified:            {Technician, Pharmacist, QualityLead},
		Witnessed:           {Technician, Pharmacist, QualityLead},
		Reviewed:            {Pharmacist, QualityLead, ProtocolApprover, ControlSite},
		Approved:            {Pharmacist, QualityLead, ProtocolApprover, ControlSite},
		AuthorisedDeviation: {Pharmacist, QualityLead, ControlSite},
		Certified:           {QualityLead},
		Rejected:            {Technician, Pharmacist, QualityLead, ProtocolApprover, ControlSite},
		AcceptedOOS:         {QualityLead},
		Acknowledged:        {Technician, Pharmacist, QualityLead},
	}
}

// SigningKey is the person's key that counts now: enrolled, not ended and
// attested (SIG-07, SIG-08).
func (p Person) SigningKey() (Key, bool) {
	for _, key := range p.Keys {
		if key.Until == 0 && key.Attested {
			return key, true
		}
	}
	return Key{}, false
}

// Trained says whether the person may work by a protocol's version now, and
// how, in words that stand in the signature (CTL-10).
func (p Person) Trained(protocol string, version int, now time.Time) (words string, ok bool) {
	words = fmt.Sprintf("not trained for %s version %d", protocol, version)
	for _, training := range p.Training {
		if training.Protocol != protocol || training.Version != version {
			continue
		}
		if now.Before(training.Until) {
			return fmt.Sprintf("trained for %s version %d until %s", protocol, version, training.Until.Format("02 Jan 2006")), true
		}
		words = fmt.Sprintf("training for %s version %d ended on %s", protocol, version, training.Until.Format("02 Jan 2006"))
	}
	return words, false
}

// Acknowledgement gives a person's acknowledgement of a protocol's version.
func (p Person) Acknowledgement(protocol string, version int) (Acknowledgement, bool) {
	for _, read := range p.Read {
		if read.Protocol == protocol && read.Version == version {
			return read, true
		}
	}
	return Acknowledgement{}, false
}

// LastRead is the newest version of a protocol that a person acknowledged
// before another version; 0 when there is none.
func (p Person) LastRead(protocol string, before int) int {
	newest := 0
	for _, read := range p.Read {
		if read.Protocol == protocol && read.Version < before {
			newest = max(newest, read.Version)
		}
	}
	return newest
}

// Need is what an act asks of whoever does it beside a role.
type Need int

// The needs; each includes the one before it.
const (
	NeedsNothing  Need = iota
	NeedsReading       // the protocol's version is acknowledged (CTL-14)
	NeedsTraining      // and training for it is current (CTL-10)
)

// Fit says whether a person meets what an act in a batch of a protocol's
// version needs now. The words tell the state of training and of
// acknowledgement at this moment, and stand in the act for good.
func (p Person) Fit(protocol string, version int, need Need, now time.Time) (words string, refusal error) {
	words, trained := p.Trained(protocol, version, now)
	read, acknowledged := p.Acknowledgement(protocol, version)
	if need == NeedsTraining && !trained {
		return "", refuse("not_trained", "%s is %s, and cannot work or sign in it.", p.Name, words)
	}
	if need >= NeedsReading && !acknowledged {
		return "", refuse("not_acknowledged", "%s has not acknowledged %s version %d yet. Read what it says and sign that, then go on here: nothing is lost.", p.Name, protocol, version)
	}
	if !acknowledged {
		return words + ", not acknowledged", nil
	}
	return words + ", acknowledged on " + read.At.UTC().Format("02 Jan 2006"), nil
}

// AuthorityFor finds the role under which a person may sign with a meaning:
// the first of allowed that they hold and that may mean it. What the act needs
// beside it must be there for the protocol's version. The words say the state
// of training and acknowledgement at this moment.
func AuthorityFor(p Person, m Meaning, allowed []Role, protocol string, version int, need Need, now time.Time) (Role, string, error) {
	if !p.Active {
		return "", "", refuse("suspended", "%s is suspended and cannot sign.", p.Name)
	}
	if _, ok := p.SigningKey(); !ok {
		return "", "", refuse("key_not_confirmed", "%s cannot sign yet: a pharmacist or quality lead has to confirm who holds the new key.", p.Name)
	}
	for _, role := range allowed {
		if !p.Has(role) || !MayMean(role, m) {
			continue
		}
		if protocol == "" {
			return role, "no training needed", nil
		}
		words, err := p.Fit(protocol, version, need, now)
		if err != nil {
			return "", "", err
		}
		return role, words, nil
	}
	return "", "", refuse("no_role", "%s holds no role that may sign this as %s: it takes %s.", p.Name, m, anyOf(allowed))
}

func anyOf(roles []Role) string {
	words := ""
	for i, role := range roles {
		switch {
		case i == 0:
		case i == len(roles)-1:
			words += " or "
		default:
			words += ", "
		}
		words += string(role)
	}
	return words
}

// Independent says whether somebody took no part in what they are to judge:
// they are not among those who performed or checked a critical step (REL-11).
func Independent(person PersonID, involved map[PersonID]bool) bool { return !involved[person] }

// Block is a signature as far as identity knows it: who, frozen as they are
// now. Time, nonce, words shown and value are the caller's.
func Block(p Person, role Role, m Meaning, training string) (audit.Signature, error) {
	key, ok := p.SigningKey()
	if !ok {
		return audit.Signature{}, refuse("key_not_confirmed", "%s cannot sign yet: a pharmacist or quality lead has to confirm who holds the new key.", p.Name)
	}
	return audit.Signature{
		Signer: string(p.ID), Username: p.Username, Name: p.Name, Role: string(role), Training: training,
		Meaning: string(m), Key: key.Public,
	}, nil
}
