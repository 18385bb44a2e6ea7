package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// Certify releases. Only an independent quality lead may, who is named on the
// licence where anybody is. What is certified the program writes; Statement
// holds the words that the certifier adds, if any.
type Certify struct {
	Statement string `json:"statement"`
	Place     string `json:"place"`
	Where     Where  `json:"where"`
	// Country and Offset, as in "+01:00", say where and at which time of day
	// somebody signs who is not at a site of ours (REL-08).
	Country string `json:"country,omitempty"`
	Offset  string `json:"offset,omitempty"`
}

// Where is where a certifier attests to be. The set is closed.
type Where string

// The places.
const (
	AtSite        Where = "at the site"
	AtControlSite Where = "at the control site"
	Remotely      Where = "remotely"
)

// Wheres are all of them, as a page offers them.
func Wheres() []Where { return []Where{AtSite, AtControlSite, Remotely} }

func (Certify) command() {}

// BatchCertified releases. Entries and Head say that this is the whole batch.
type BatchCertified struct {
	By        `json:"by"`
	Lines     []string     `json:"lines"` // what is certified, as record and registers give it
	Later     []LateResult `json:"later"`
	Statement string       `json:"statement"` // what the certifier added
	Place     string       `json:"place"`
	Where     string       `json:"where"`
	Country   string       `json:"country"`
	Offset    string       `json:"offset"`
	Entries   int64        `json:"entries"`
	Head      string       `json:"head"`
}

// LateResult is a result that a conditional certificate names as still to come.
type LateResult struct {
	Name string `json:"name"`
	Due  string `json:"due"` // RFC 3339, UTC; "" when the protocol says none
	Tell string `json:"tell"`
}

// Kind is the written kind of the event's entry.
func (BatchCertified) Kind() audit.Kind { return kindCertified }

// certifiedFirst is a certificate as version 1 of its kind had it, in free words.
type certifiedFirst struct {
	By        `json:"by"`
	Statement string `json:"statement"`
	Place     string `json:"place"`
	Entries   int64  `json:"entries"`
	Head      string `json:"head"`
}

// Kind is that of every certificate.
func (certifiedFirst) Kind() audit.Kind { return kindCertified }

// today is a certificate whose certifier wrote all that it says.
func (e certifiedFirst) today() Event {
	return BatchCertified{By: e.By, Statement: e.Statement, Place: e.Place, Entries: e.Entries, Head: e.Head}
}

func (BatchCertified) meaning() identity.Meaning { return identity.Certified }

func (e BatchCertified) again(bool) Command {
	return Certify{Statement: e.Statement, Place: e.Place, Where: Where(e.Where), Country: e.Country, Offset: e.Offset}
}

func (e BatchCertified) words() string {
	words := fmt.Sprintf("Certified the batch of %d entries, %s.", e.Entries, whereWords(Where(e.Where), e.Place, e.Country, e.Offset))
	for _, line := range append(slices.Clip(e.Lines), e.Statement) {
		if line != "" {
			words += " " + line
		}
	}
	return words
}

func (e BatchCertified) fold(s *growing, act Act) error {
	if s.Certification != nil {
		return errors.New("the batch was certified before")
	}
	d := Disposition{
		Act: act, Status: Certified, Lines: e.Lines, Later: e.Later, Statement: e.Statement, Place: whereWords(Where(e.Where), e.Place, e.Country, e.Offset),
		Entries: e.Entries, Head: e.Head, Digest: StatementDigest(e.Lines, e.Statement), Criteria: s.Criteria(),
	}
	s.Disposition, s.Certification = &d, &d
	return nil
}

// StatementDigest is the SHA-256 of a certificate's lines and of what was
// added, each with a line feed after it, in hexadecimal.
func StatementDigest(lines []string, added string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(slices.Clip(lines), added), "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

// whereWords say where the certifier attests to have been.
func whereWords(where Where, place, country, offset string) string {
	switch where {
	case "":
		return place // as an older program asked
	case Remotely:
		return fmt.Sprintf("%s, from %s, %s (UTC%s)", where, place, country, offset)
	}
	return string(where) + ", " + place
}

func (Certify) signs(*State) (identity.Meaning, []identity.Role) { return identity.Certified, leads() }

func (c Certify) sheet(sh *sheet, f Facts) error {
	if _, refusal := c.attest(BatchCertified{}); refusal != nil {
		return refusal
	}
	sh.record()
	sh.coverage()
	for _, line := range sh.s.Certificate(f) {
		sh.add("Certified: %s", line)
	}
	if added := strings.TrimSpace(c.Statement); added != "" {
		sh.add("Added by the certifier: %s", added)
	}
	sh.add("Signed %s.", whereWords(c.Where, strings.TrimSpace(c.Place), strings.TrimSpace(c.Country), c.Offset))
	return nil
}

// decide releases the batch when nothing stands in the way (REL-10), a stop of
// its unit that nobody has decided on among them, and the certifier is
// independent of those who made and reviewed it (REL-11, REL-01) and named on
// the licence (REL-02).
func (c Certify) decide(d *decision) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified, func() *Refusal { return d.attended(nil) }} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.Certified, leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{d.namedOnLicence, d.independentCertifier, d.nothingNew} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if blocks := d.s.CertifyBlocks(d.now); len(blocks) > 0 {
		return nil, refuse("not_ready", "This batch cannot be certified. %s", strings.Join(blocks, " "))
	}
	ev := BatchCertified{By: d.by, Lines: d.s.Certificate(d.f), Later: d.s.lateResults(d.now), Where: string(c.Where), Offset: c.Offset, Entries: d.s.Version, Head: d.s.Head}
	return c.attest(ev)
}

// attest takes in what the certifier says: words of their own, if any, and
// where they are (REL-08).
func (c Certify) attest(ev BatchCertified) (Event, *Refusal) {
	parts := []typedPart{{&ev.Place, c.Place, "where you are"}}
	if strings.TrimSpace(c.Statement) != "" {
		parts = append(parts, typedPart{&ev.Statement, c.Statement, "what you add"})
	}
	switch {
	case !slices.Contains(Wheres(), c.Where):
		return nil, refuse("no_place", "Say where you are while you certify: at the site, at the control site, or remotely.")
	case c.Where == Remotely:
		parts = append(parts, typedPart{&ev.Country, c.Country, "in which country you are"})
		if !offsetForm.MatchString(c.Offset) {
			return nil, refuse("no_place", "Say how the time of day where you are differs from universal time, as in +01:00.")
		}
	case strings.TrimSpace(c.Country) != "" || c.Offset != "":
		return nil, refuse("no_place", "A country and a time zone are only said by somebody who signs remotely.")
	}
	if refusal := takeParts(parts...); refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

// offsetForm is a difference from universal time that is in use somewhere.
var offsetForm = regexp.MustCompile(`^(\+(0\d|1[0-3]):(00|30|45)|\+14:00|-(0\d|1[01]):(00|30)|-12:00)$`)

// typedPart is one text that somebody typed, and where it goes.
type typedPart struct {
	into       *string
	text, what string
}

func takeParts(parts ...typedPart) *Refusal {
	for _, part := range parts {
		text, refusal := worded(part.text, part.what)
		if refusal != nil {
			return refusal
		}
		*part.into = text
	}
	return nil
}

// namedOnLicence: where the register names who may certify under a licence,
// nobody else may (REL-02).
func (d *decision) namedOnLicence() *Refusal {
	if !Named(d.f.Standing.Product.Certifiers, d.f.Person.ID) {
		return refuse("not_on_licence", "You are not named on licence %s to certify. Named are: %s.", d.f.Standing.Product.Licence, register.CertifierNames(d.f.Standing.Product.Certifiers))
	}
	return nil
}

// Named says whether somebody may certify by those whom a licence names: where
// it names nobody, every quality lead may.
func Named(certifiers []register.Certifier, person identity.PersonID) bool {
	return len(certifiers) == 0 || slices.ContainsFunc(certifiers, func(c register.Certifier) bool { return c.Who == person })
}

// lateResults are what a certificate given now leaves to come.
func (s *State) lateResults(now time.Time) []LateResult {
	all := []LateResult{}
	pending := s.pendingResults()
	for _, c := range s.Protocol.Criteria {
		if !slices.Contains(pending, c.Name) {
			continue
		}
		late := LateResult{Name: c.Name, Tell: c.Tell}
		if c.Due > 0 {
			late.Due = now.Add(c.Due).UTC().Format(time.RFC3339)
		}
		all = append(all, late)
	}
	return all
}

// Certificate gives what a certificate says, a line each, as the record and the
// registers stand (REL-03). Who signs, and when, is no part of it.
func (s *State) Certificate(f Facts) []string {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	p := s.Protocol
	lines := s.regulations()
	lines = append(lines,
		"The batch was made and checked in accordance with good manufacturing practice.",
		fmt.Sprintf("Protocol: %s version %d, SHA-256 %x. %s", p.Name, p.Version, p.Digest, sentence(p.Title)))
	lines = append(lines, s.covers(f, zone)...)
	for _, stop := range s.Stops {
		decided := StopDecided{Decision: stop.Decision, Authority: stop.Authority, Reason: stop.Reason}
		lines = append(lines, fmt.Sprintf("Stop of the unit, decided by %s, %s: %s. %s", stop.Name, protocol.ShowMoment(stop.At, zone), stop.Why, sentence(decided.words())))
	}
	for i := range s.Deviations {
		if e := &s.Deviations[i]; e.Ruled != nil {
			lines = append(lines, fmt.Sprintf("Deviation %s %s, by %s: %s", e.Deviation, e.Decision, e.Ruled.Name, sentence(e.Reason)))
		}
	}
	lines = append(append(lines, s.decidedWords()), s.demandWords()...)
	if certifiers := f.Standing.Product.Certifiers; len(certifiers) > 0 {
		lines = append(lines, fmt.Sprintf("Named on licence %s to certify: %s.", f.Standing.Product.Licence, register.CertifierNames(certifiers)))
	} else {
		lines = append(lines, "The register names nobody on the licence to certify: a quality lead certifies.")
	}
	return append(lines, s.conditions()...)
}

// decidedWords say how many exceptions there were, and that each was decided.
func (s *State) decidedWords() string {
	if len(s.Exceptions) == 0 {
		return "No exception was raised."
	}
	decided := 0
	for _, ex := range s.Exceptions {
		if ex.Resolved != nil {
			decided++
		}
	}
	noted := len(s.Exceptions) - decided - len(s.OpenExceptions())
	need := "need"
	if noted == 1 {
		need = "needs"
	}
	return fmt.Sprintf("Exceptions: %d raised, %d decided, %d %s no decision.", len(s.Exceptions), decided, noted, need)
}

// regulations are those under which the batch is certified, by how it is
// supplied (REL-03).
func (s *State) regulations() []string {
	product := s.Protocol.Product
	supply, known := label.SupplyOf(product.Supply, product.ATMP)
	const medicines = "Certified under the Human Medicines Regulations 2012."
	switch {
	case known && (supply == label.Trial || supply == label.TrialATMP):
		trial := "The record names no trial."
		if s.Trial != "" {
			trial = "Trial: " + s.Trial + "."
		}
		return []string{
			"Certified under the Medicines for Human Use (Clinical Trials) Regulations 2004. " + trial,
			"This is no release to the trial's site: the sponsor gives that apart.",
		}
	case known && (supply == label.Special || supply == label.ExemptATMP):
		return []string{medicines + " Supplied as " + string(supply) + ": it has no marketing authorisation."}
	}
	return []string{medicines + " Supplied as " + product.Supply + "."}
}

// covers says what the batch leaned on when it was opened and how its unit
// stands now.
func (s *State) covers(f Facts, zone *time.Location) []string {
	b := s.Basis
	if b.Unit == "" {
		return []string{fmt.Sprintf("Licence %s; master file %s, version %s, as the protocol names them. The batch was opened before there were registers.",
			s.Protocol.Product.Licence, s.Protocol.Product.MasterFile, s.Protocol.Product.MasterFileVersion)}
	}
	from, _ := time.Parse(time.RFC3339, b.FileFrom) // written so
	file := fmt.Sprintf("Master file %s, version %s, in effect from %s, as pinned when the batch was opened.", b.File, b.FileVersion, protocol.ShowMoment(from, zone))
	if now := f.Standing.Product; now.File != "" && (now.File != b.File || now.FileIs != b.FileVersion) {
		file += fmt.Sprintf(" What counts now is %s, version %s.", now.File, now.FileIs)
	}
	unit := f.Standing.Unit
	now := string(unit.Status)
	if why := unit.Why(); why != "" {
		now = why
	}
	return []string{
		fmt.Sprintf("Manufacturing licence %s; designation %s of %s for %s; %s.", b.Licence, b.Designation, b.Designated, b.Mode, b.Activity),
		file,
		fmt.Sprintf("Unit %s, %s, at %s: %s when the batch was opened. Now: %s.", b.Unit, b.UnitTitle, b.UnitPlace, b.UnitStatus, now),
	}
}

// inDays is a span in days where it is whole days.
func inDays(span time.Duration) string {
	const day = 24 * time.Hour
	if span < 2*day || span%day != 0 {
		return protocol.ShowDuration(span)
	}
	return fmt.Sprintf("%d days", span/day)
}

// sentence ends a text as one.
func sentence(text string) string { return strings.TrimSuffix(strings.TrimSpace(text), ".") + "." }

// conditions name each result that is still to come, by when, and what its
// failure brings about (REL-05).
func (s *State) conditions() (lines []string) {
	pending := s.pendingResults()
	for _, c := range s.Protocol.Criteria {
		if !slices.Contains(pending, c.Name) {
			continue
		}
		due := "the protocol says no time"
		if c.Due > 0 {
			due = "due within " + inDays(c.Due) + " of this certificate"
		}
		line := fmt.Sprintf("CONDITION: %s: known later, %s. If it fails or is overdue, an exception is raised that a quality lead decides", strings.TrimSuffix(c.Name, "."), due)
		if c.Tell != "" {
			line += ", and who is told is: " + c.Tell
		}
		lines = append(lines, line+". This certificate stays as it was signed.")
	}
	return lines
}
