// Package worklist says what waits at a site, for whom, since when and how
// long the product still lives (REL-05, CTL-08).
//
// It promises one answer: the work list, the release desk, the API and the
// mails show the same items, worked out from the same folds of the log, and
// nothing in it identifies a patient. What waits in a batch is for
// [batch.State.Waiting] to say; this package adds what waits in the registers,
// the library and among people, puts the most urgent first, and holds the one
// table of kinds. It is pure.
package worklist

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
)

// Kind says what waits, in the words that people read.
type Kind string

// What waits outside batches. Inside them it is a batch.WaitKind.
const (
	LotToRelease  Kind = "a lot to release"
	LotToDecide   Kind = "a lot in quarantine"
	LotEnding     Kind = "stock about to expire"
	ProofEnding   Kind = "a qualification or calibration about to end"
	RecallToTell  Kind = "a recall to be told"
	RecallToClose Kind = "a recall to close"
	UnitStopped   Kind = "a unit that was stopped"
	ToReview      Kind = "a protocol to review"
	ToApprove     Kind = "a protocol to approve"
	ToRead        Kind = "a protocol to read and acknowledge"
	KeyToConfirm  Kind = "a signing key to confirm"
	RoleToConfirm Kind = "a role to confirm"

	DeviationToKnow   Kind = "a deviation that the control site is to acknowledge"
	DeviationToRule   Kind = "a deviation to decide on for a batch"
	DeviationToPursue Kind = "a deviation to assess and investigate"
	DeviationToFinish Kind = "a deviation to close"
	UnitToPause       Kind = "a unit that the rules propose to pause"
	SupplyToTell      Kind = "a supply out of specification to be told"
	BlankToCopy       Kind = "a blank to be copied"
	BlankToCompare    Kind = "a blank to compare as second person"
	BlankToWitness    Kind = "a destroyed blank to witness"
	TrailToLookAt     Kind = "an audit trail to look at in a sample"
	FindingToFollow   Kind = "a finding in an audit trail to follow up"
)

// Class is what holds for every item of a kind.
type Class struct {
	Kind  Kind
	Desk  bool // it stands on the release desk
	Mail  bool // whoever it waits for gets a mail
	Holds bool // mailed only where it holds the whole batch up
	// After is how long it has waited before it is mailed.
	After time.Duration
	// Tell are roles that are told by mail beside those who are waited for
	// (DEV-02, CTL-08).
	Tell []identity.Role
	Ask  string // what a mail asks, one sentence
}

// unread is how long somebody may take to acknowledge a version before a mail
// says that it is overdue.
const unread = 72 * time.Hour

// Classes is the one table of everything that can wait: a new kind gets a line
// here, and is then on the list, in the API and in the mails.
func Classes() []Class {
	control := []identity.Role{identity.ControlSite}
	return []Class{
		{Kind: Kind(batch.WaitsStop), Desk: true, Mail: true, Tell: control, Ask: "Its unit was stopped. Decide whether the batch goes on, is quarantined or aborted."},
		{Kind: Kind(batch.WaitsDecision), Desk: true, Mail: true, Holds: true, Tell: control, Ask: "An exception holds up every further step. Decide it."},
		{Kind: Kind(batch.WaitsClock), Mail: true, Ask: "A clock of this batch is about to run out."},
		{Kind: Kind(batch.WaitsCertify), Desk: true, Mail: true, Ask: "The batch is reviewed. Decide on its release."},
		{Kind: Kind(batch.WaitsNews), Desk: true, Mail: true, Tell: control, Ask: "Something came to light after certification. Look at it and decide; what was certified stays as it was signed."},
		{Kind: Kind(batch.WaitsFate)},
		{Kind: Kind(batch.WaitsKept)},
		{Kind: Kind(batch.WaitsAlarm)},
		{Kind: Kind(batch.WaitsLift), Desk: true},
		{Kind: Kind(batch.WaitsShift)},
		{Kind: Kind(batch.WaitsRedline), Desk: true},
		{Kind: Kind(batch.WaitsInform), Desk: true, Mail: true, Tell: control, Ask: "Somebody is to be told of what came to light after certification. Tell them, and say so."},
		{Kind: Kind(batch.WaitsTelling), Desk: true, Mail: true, Tell: control, Ask: "Somebody is to be told of a supply out of specification. Tell them, and say so."},
		{Kind: Kind(batch.WaitsSecond), Desk: true},
		{Kind: Kind(batch.WaitsReview), Desk: true},
		{Kind: Kind(batch.WaitsLook), Desk: true},
		{Kind: Kind(batch.WaitsRelease), Desk: true},
		{Kind: Kind(batch.WaitsCheck)},
		{Kind: Kind(batch.WaitsStep)},
		{Kind: Kind(batch.WaitsLabels), Desk: true},
		{Kind: Kind(batch.WaitsResult)},
		{Kind: RecallToTell, Mail: true, Tell: control, Ask: "A recall reaches batches that were supplied. Tell those who must know, and say so."},
		{Kind: RecallToClose},
		{Kind: DeviationToKnow, Desk: true, Mail: true, Ask: "A deviation arose at the site. Acknowledge that the control site knows of it."},
		{Kind: DeviationToRule, Desk: true, Mail: true, Ask: "A deviation concerns this batch. Decide what it means for it."},
		{Kind: DeviationToPursue},
		{Kind: DeviationToFinish},
		{Kind: UnitToPause, Desk: true, Mail: true, Ask: "The rules propose to pause a unit because of its deviations. Pause it, or sign that it goes on."},
		{Kind: SupplyToTell, Desk: true, Mail: true, Tell: control, Ask: "A batch was supplied out of specification. Tell those who must know, and say so."},
		{Kind: BlankToCopy, Desk: true},
		{Kind: BlankToCompare, Desk: true},
		{Kind: BlankToWitness},
		{Kind: TrailToLookAt},
		{Kind: FindingToFollow},
		{Kind: UnitStopped, Mail: true, Ask: "The unit was stopped, and no batch begins in it."},
		{Kind: LotToRelease},
		{Kind: LotToDecide},
		{Kind: LotEnding},
		{Kind: ProofEnding},
		{Kind: ToReview},
		{Kind: ToApprove},
		{Kind: ToRead, Mail: true, After: unread, Ask: "You have not acknowledged this version yet. Read it, and sign that you have."},
		{Kind: KeyToConfirm},
		{Kind: RoleToConfirm},
	}
}

// ClassOf is the class of a kind; a kind without one is on the list only.
func ClassOf(k Kind) Class {
	for _, c := range Classes() {
		if c.Kind == k {
			return c
		}
	}
	return Class{Kind: k}
}

// Life is how long a product still lives: the shortest of its clocks.
type Life struct {
	Name  string // of the clock; "" when none runs
	Until time.Time
	Over  bool
}

// Item is one thing that waits. It names no patient.
type Item struct {
	Key   string // names this wait for good, as in "batch/B-2026-0007 certification@17"
	Kind  Kind
	About string // the number or name of what it is about
	What  string // product, material, title
	Text  string // one sentence: what is asked
	Class string // of an exception
	Since time.Time
	Due   time.Time // by when; zero when nothing says so
	Over  bool
	Holds bool // nothing goes on until it is done
	Life  Life
	Roles []identity.Role
	Place string // the page where it is done: a path of the site

	room string
	may  func(identity.Person) bool
}

// For says whether somebody is waited for.
func (i Item) For(p identity.Person) bool { return i.may(p) }

// Told says whether somebody gets a mail about the item at this moment: those
// who are waited for, and those whom its class names beside them.
func (i Item) Told(p identity.Person, now time.Time) bool {
	c := ClassOf(i.Kind)
	if !p.Active || !c.Mail || c.Holds && !i.Holds || now.Sub(i.Since) < c.After {
		return false
	}
	return i.For(p) || slices.ContainsFunc(c.Tell, p.Has)
}

// end is the moment by which the item is urgent; the zero time is never.
func (i Item) end() time.Time {
	if i.Due.IsZero() || !i.Life.Until.IsZero() && i.Life.Until.Before(i.Due) {
		return i.Life.Until
	}
	return i.Due
}

// compare puts the more urgent first: what is over, what holds a batch up, what
// ends first, what has waited longest. The key decides the rest, so that a list
// never jumps.
func compare(a, b Item) int {
	for _, pair := range [][2]bool{{a.Over || a.Life.Over, b.Over || b.Life.Over}, {a.Holds, b.Holds}, {!a.end().IsZero(), !b.end().IsZero()}} {
		if pair[0] != pair[1] {
			if pair[0] {
				return -1
			}
			return 1
		}
	}
	if order := a.end().Compare(b.end()); order != 0 {
		return order
	}
	if order := a.Since.Compare(b.Since); order != 0 {
		return order
	}
	return strings.Compare(a.Key, b.Key)
}

// Site is what the log says of a site, as far as somebody may wait for
// somebody.
type Site struct {
	Batches []*batch.State
	Books   *register.Books
	Library *library.Library
	People  []identity.Person
	// Actors are who acted in each audit trail that a sample waits to be looked at.
	Actors map[string][]identity.PersonID
}

// Items gives everything that waits at a moment, the most urgent first.
func Items(s Site, now time.Time) []Item {
	var all []Item
	for _, state := range s.Batches {
		all = append(all, ofBatch(state, s.Books, now)...)
		all = append(all, untold(state, now)...)
	}
	all = append(all, ofBooks(s, now)...)
	all = append(all, ofLibrary(s, now)...)
	all = append(all, ofPeople(s.People)...)
	slices.SortFunc(all, compare)
	return all
}

func ofBatch(s *batch.State, books *register.Books, now time.Time) []Item {
	stops := 0
	if unit, ok := books.Unit(s.Basis.Unit); ok {
		stops = len(unit.Stops)
	}
	waits := s.Waiting(stops, now)
	if len(waits) == 0 {
		return nil // as of every batch that has ended, before the registers are asked
	}
	product := s.Protocol.Product // nothing waits in a batch without a protocol
	waits = batch.Among(waits, books.Standing(product.Code, product.Form, s.Basis.Unit, now).Product.Certifiers)
	var life Life
	if clock, lives := s.Life(now); lives {
		life = Life{Name: clock.Name, Until: clock.Until, Over: clock.Over}
	}
	all := make([]Item, len(waits))
	for i, w := range waits {
		all[i] = Item{
			Key: "batch/" + s.ID + " " + w.Cause, Kind: Kind(w.Kind), About: s.ID, What: s.Protocol.Title, Text: w.Text, Class: w.Class,
			Since: w.Since, Due: w.Due, Over: w.Over, Holds: w.Holds, Life: life, Roles: w.Roles, Place: placeOf(s, w), room: "batch", may: w.For,
		}
	}
	return all
}

// placeOf is the page on which a wait of a batch is ended.
func placeOf(s *batch.State, w batch.Wait) string {
	at := "/batches/" + url.PathEscape(s.ID)
	switch w.Kind {
	case batch.WaitsReview, batch.WaitsLook, batch.WaitsCertify, batch.WaitsDecision, batch.WaitsNews, batch.WaitsStop, batch.WaitsRelease:
		return at + "/review"
	case batch.WaitsInform, batch.WaitsFate:
		return at + "/afterwards"
	case batch.WaitsKept:
		return at + "/kept"
	case batch.WaitsLabels:
		return at + "/labels"
	case batch.WaitsShift:
		return at + "/shift"
	}
	if w.Step == "" {
		return at
	}
	return at + "/steps/" + url.PathEscape(w.Step)
}

// anyOf asks whether somebody active holds one of some roles.
func anyOf(roles []identity.Role) func(identity.Person) bool {
	return func(p identity.Person) bool { return p.Active && slices.ContainsFunc(roles, p.Has) }
}

func ofPeople(people []identity.Person) []Item {
	var all []Item
	for _, p := range people {
		all = append(all, rolesToConfirm(p)...)
		for _, key := range p.Keys {
			if !p.Active || key.Until != 0 || key.Attested {
				continue
			}
			roles := []identity.Role{identity.Pharmacist, identity.QualityLead}
			confirms := anyOf(roles)
			all = append(all, Item{
				Key: fmt.Sprintf("person/%s key@%d", p.ID, key.From), Kind: KeyToConfirm, About: string(p.ID), What: p.Name, Since: p.Since, Roles: roles,
				Text: fmt.Sprintf("Confirm that %s holds their new signing key.", p.Name), Place: "/people/" + url.PathEscape(string(p.ID)), room: "people",
				may: func(by identity.Person) bool { return by.ID != p.ID && confirms(by) },
			})
		}
	}
	return all
}

// rolesToConfirm are those that an administrator proposed for somebody.
func rolesToConfirm(p identity.Person) []Item {
	var all []Item
	for _, one := range p.Proposed {
		all = append(all, Item{
			Key: fmt.Sprintf("person/%s role %s@%d", p.ID, one.Role, one.At.Unix()), Kind: RoleToConfirm, About: string(p.ID), What: p.Name, Since: one.At,
			Roles: []identity.Role{identity.Administrator, identity.QualityLead}, Place: "/people/" + url.PathEscape(string(p.ID)), room: "people",
			Text: fmt.Sprintf("Confirm that %s is to hold the role %s, or have it withdrawn.", p.Name, one.Role),
			may:  func(by identity.Person) bool { return identity.MayConfirm(by, p, one) },
		})
	}
	return all
}
