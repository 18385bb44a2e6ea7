package register

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
)

// Certifier is somebody whom a licence names to certify its batches (REL-02).
type Certifier struct {
	Act
	Who          identity.PersonID
	Title        string // printed name
	Username     string
	Licence      string
	Capacity     Capacity
	Registration string // with their profession's register
	Document     string // of the licence's holder or the regulator, that names them
}

// Capacity is as what a licence names somebody. The set is closed.
type Capacity string

// The capacities: a qualified person certifies licensed and investigational
// medicines, a releasing person unlicensed specials.
const (
	QualifiedPerson Capacity = "qualified person"
	ReleasingPerson Capacity = "releasing person"
)

// Capacities are all of them, as a page offers them.
func Capacities() []Capacity { return []Capacity{QualifiedPerson, ReleasingPerson} }

// NameCertifier records that a licence names somebody.
type NameCertifier struct {
	Product      string   `json:"product"`
	Licence      string   `json:"licence"`
	Username     string   `json:"username"`
	Capacity     Capacity `json:"capacity"`
	Registration string   `json:"registration"`
	Document     string   `json:"document"`
}

// EndCertifier records that it names them no longer.
type EndCertifier struct {
	Product  string `json:"product"`
	Licence  string `json:"licence"`
	Username string `json:"username"`
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// Name is the written name of the command.
func (NameCertifier) Name() string { return "name certifier" }

// Name is the written name of the command.
func (EndCertifier) Name() string { return "end certifier" }

// Signs says that the control site alone may.
func (NameCertifier) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, controlSite()
}

// Signs says that the control site alone may.
func (EndCertifier) Signs() (identity.Meaning, []identity.Role) {
	return identity.Rejected, controlSite()
}

func (c NameCertifier) stream(*Books) audit.StreamID { return ProductStream(c.Product) }
func (c EndCertifier) stream(*Books) audit.StreamID  { return ProductStream(c.Product) }

// event: whoever is named works here as a quality lead, since nobody else could
// certify.
func (c NameCertifier) event(_ *Books, f Facts) (Event, *Refusal) {
	if f.Named.ID == "" || f.Named.Username != c.Username || !f.Named.Active || !f.Named.Has(identity.QualityLead) {
		return nil, refuse("no_such_person", "Nobody of that name works here as a quality lead.")
	}
	return CertifierNamed{
		Licence: strings.TrimSpace(c.Licence), Person: f.Named.ID, Name: f.Named.Name, Username: f.Named.Username, Capacity: c.Capacity,
		Registration: strings.TrimSpace(c.Registration), Document: strings.TrimSpace(c.Document),
	}, nil
}

func (c EndCertifier) event(*Books, Facts) (Event, *Refusal) {
	return CertifierEnded{
		Licence: strings.TrimSpace(c.Licence), Username: c.Username, Reason: strings.TrimSpace(c.Reason), Document: strings.TrimSpace(c.Document),
	}, readable(c.Reason)
}

// CertifierNamed says whom a licence names to certify.
type CertifierNamed struct {
	inProduct
	approved
	Licence      string            `json:"licence"`
	Person       identity.PersonID `json:"person"`
	Name         string            `json:"name"`
	Username     string            `json:"username"`
	Capacity     Capacity          `json:"capacity"`
	Registration string            `json:"registration"`
	Document     string            `json:"document"`
}

// CertifierEnded says that a licence names somebody no longer. Signed as
// rejected.
type CertifierEnded struct {
	inProduct
	rejected
	Licence  string `json:"licence"`
	Username string `json:"username"`
	Reason   string `json:"reason"`
	Document string `json:"document"`
}

// The written kinds.
const (
	KindCertifierNamed audit.Kind = "product.certifier_named"
	KindCertifierEnded audit.Kind = "product.certifier_ended"
)

// Kind is the written kind of the event's entry.
func (CertifierNamed) Kind() audit.Kind { return KindCertifierNamed }

// Kind is the written kind of the event's entry.
func (CertifierEnded) Kind() audit.Kind { return KindCertifierEnded }

// Words say what happened to the product.
func (e CertifierNamed) Words() string {
	return fmt.Sprintf("Names %s (%s), %s, registration %s, on licence %s to certify, by %s", e.Name, e.Username, e.Capacity, e.Registration, e.Licence, e.Document)
}

// Words say what happened to the product.
func (e CertifierEnded) Words() string {
	return fmt.Sprintf("Records that licence %s names %s no longer to certify, by %s: %s", e.Licence, e.Username, e.Document, e.Reason)
}

func (e CertifierNamed) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	switch {
	case !slices.ContainsFunc(p.Scopes, func(scope Scope) bool { return scope.Licence == e.Licence && scope.Status != ScopeGone }):
		return refuse("no_such_licence", "No dosage form of %s is on licence %s.", p.Name, said(e.Licence))
	case !slices.Contains(Capacities(), e.Capacity):
		return refuse("bad_value", "A licence names a qualified person or a releasing person.")
	case slices.ContainsFunc(p.Certifiers, func(c Certifier) bool { return c.Licence == e.Licence && c.Who == e.Person }):
		return refuse("named_already", "%s is named on licence %s already.", e.Name, e.Licence)
	}
	return first(named(e.Registration, "their registration by its number"), named(e.Document, "the document that names them"))
}

func (e CertifierNamed) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Certifiers = append(slices.Clip(p.Certifiers), Certifier{
			Act: act, Who: e.Person, Title: e.Name, Username: e.Username, Licence: e.Licence, Capacity: e.Capacity,
			Registration: e.Registration, Document: e.Document,
		})
	})
}

func (e CertifierEnded) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if !slices.ContainsFunc(p.Certifiers, e.ends) {
		return refuse("not_named", "Licence %s names nobody of that name.", said(e.Licence))
	}
	return first(because(e.Reason), named(e.Document, "the document that says so"))
}

func (e CertifierEnded) ends(c Certifier) bool {
	return c.Licence == e.Licence && c.Username == e.Username
}

func (e CertifierEnded) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Certifiers = slices.DeleteFunc(slices.Clone(p.Certifiers), e.ends)
	})
}

// CertifierNames are names with capacity and registration, for people to read.
func CertifierNames(all []Certifier) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = fmt.Sprintf("%s (%s, %s)", c.Title, c.Capacity, c.Registration)
	}
	return strings.Join(words, ", ")
}

// certifying are those whom a licence names.
func (p *Product) certifying(licence string) (all []Certifier) {
	for _, c := range p.Certifiers {
		if c.Licence == licence {
			all = append(all, c)
		}
	}
	return all
}
