package identity

import (
	"time"

	"countersign/audit"
)

// PersonID is a person's lasting id, as in "p-0007"; never reused (SIG-07).
type PersonID string

// Role is one of the closed list. Roles are given per site by a site
// administrator, who holds none of the others (SEC-02).
type Role string

// The roles.
const (
	Technician       Role = "technician"
	Pharmacist       Role = "pharmacist" // or another registered checker
	QualityLead      Role = "quality lead"
	ProtocolAuthor   Role = "protocol author"
	ProtocolApprover Role = "protocol approver"
	Administrator    Role = "site administrator"
	Inspector        Role = "inspector"
	// ControlSite signs for the control site: that a unit becomes active, and
	// that a regulator's stop was lifted (CTL-05, CTL-07).
	ControlSite Role = "control site quality lead"
)

// Meaning is what a signature says (SIG-09).
type Meaning string

// The meanings, each tied to roles by MayMean.
const (
	Performed           Meaning = "performed"
	Verified            Meaning = "verified"
	Witnessed           Meaning = "witnessed"
	Reviewed            Meaning = "reviewed"
	Approved            Meaning = "approved"
	AuthorisedDeviation Meaning = "authorised deviation"
	Certified           Meaning = "certified"
	Rejected            Meaning = "rejected"
	AcceptedOOS         Meaning = "accepted out of specification"
	Acknowledged        Meaning = "acknowledged"
)

// Training is one person's proof of competence for one protocol version (CTL-10).
type Training struct {
	Protocol string // "aso-intrathecal"
	Version  int
	Until    time.Time // end of validity
	By       PersonID  // who attested it
}

// Acknowledgement is one person's signed word that they have read a protocol's
// version and what changed in it (CTL-14).
type Acknowledgement struct {
	Protocol string
	Version  int
	At       time.Time
	Index    int64 // log index
}

// Key is one of a person's public signing keys and the span in which it counts.
type Key struct {
	Public   string // hexadecimal Ed25519
	From     int64  // log index of its enrolment
	Until    int64  // log index of its end; 0 while it counts
	Attested bool   // somebody other than the issuer of the one-time password has confirmed who holds it (SIG-08)
}

// Person is what the log says of somebody. It holds no secret.
type Person struct {
	ID       PersonID
	Version  int64 // stream version of person/<id>
	Username string
	Name     string // printed name
	Roles    []Role
	Proposed []Proposal // roles that wait for a second person's word
	Training []Training
	Read     []Acknowledgement // of protocols' versions, the newest last
	Keys     []Key
	Active   bool
	Since    time.Time
	ceremony bool // registered at the founding ceremony
}

// Stream is the person's stream in the log.
func (id PersonID) Stream() audit.StreamID { return audit.StreamID("person/" + string(id)) }

// Has says whether the person holds the role.
func (p Person) Has(r Role) bool {
	for _, held := range p.Roles {
		if held == r {
			return true
		}
	}
	return false
}
