package register

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	// codeForm is how a product's code reads, in protocols and here.
	codeForm = regexp.MustCompile(`^[^\s/\pC][^/\pC]{0,59}$`)
	// referenceForm is how documents and their versions are named.
	referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 /().-]{0,79}$`)
)

// product: it is in the register.
func (b *Books) product(code string) (*Product, *Refusal) {
	p := b.products[code]
	if p == nil {
		return nil, refuse("no_such_product", "There is no product %s in the register. A quality lead lists it first.", code)
	}
	return p, nil
}

// amend puts a changed product in the old one's place, which somebody may hold.
func (b *Books) amend(code string, act Act, how func(p *Product)) {
	p := Product{Code: code}
	if was := b.products[code]; was != nil {
		p = *was
	}
	p.Scopes, p.Files, p.Changes = slices.Clone(p.Scopes), slices.Clone(p.Files), slices.Clone(p.Changes)
	p.History = append(slices.Clip(p.History), act)
	how(&p)
	b.products[code] = &p
}

// day: a day that has come, written as in 2026-03-31.
func day(text, what string, now time.Time) *Refusal {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.After(now) {
		return refuse("bad_date", "Write %s as in 2026-03-31, and not one that is still to come.", what)
	}
	return nil
}

// named: a reference that can be found again.
func named(text, what string) *Refusal {
	if !referenceForm.MatchString(text) {
		return refuse("no_document", "Name %s: letters, digits, spaces, and . / ( ) - between them.", what)
	}
	return nil
}

func modeKnown(mode Mode) *Refusal {
	if mode != PointOfCare && mode != Modular {
		return refuse("bad_value", "A product is made at the point of care or in a modular unit.")
	}
	return nil
}

// first gives the first rule that is broken.
func first(rules ...*Refusal) *Refusal {
	for _, refusal := range rules {
		if refusal != nil {
			return refusal
		}
	}
	return nil
}

func (e ProductListed) check(_ *Books, id string, _ Act) *Refusal {
	switch {
	case !codeForm.MatchString(id):
		return refuse("bad_name", "A product's code is the one that protocols name: up to 60 characters, and no slash.")
	case e.Name == "" || e.Supply == "":
		return refuse("no_title", "Say what the product is called and how it is supplied.")
	case e.Activity != Manufacture && e.Activity != Assembly && e.Activity != Reconstitution:
		return refuse("bad_value", "What is done is manufacture, assembly or reconstitution.")
	}
	return nil
}

func (e ProductListed) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Name, p.Supply, p.Activity, p.ATMP, p.Immediate = e.Name, e.Supply, e.Activity, e.ATMP, e.Immediate
	})
}

func (e ProductDesignated) check(b *Books, id string, act Act) *Refusal {
	if _, refusal := b.product(id); refusal != nil {
		return refusal
	}
	if refusal := first(modeKnown(e.Mode), day(e.Date, "the designation's day", act.At), named(e.Reference, "the designation's letter")); refusal != nil {
		return refusal
	}
	if e.Indication == "" || len(e.Assumptions) == 0 || slices.Contains(e.Assumptions, "") {
		return refuse("no_assumptions", "Say for which indication and population it was given, and what it rests on, one thing a line.")
	}
	return nil
}

func (e ProductDesignated) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Designation = &Designation{
			Act: act, Mode: e.Mode, Date: e.Date, Reference: e.Reference, Indication: e.Indication, Assumptions: e.Assumptions,
		}
		// What was asked of the old one's assumptions is answered by a new one.
		p.close(act, "A new designation was recorded.", func(change Change) bool { return len(change.Touches) > 0 })
	})
}

// close puts an end to change requests.
func (p *Product) close(act Act, why string, which func(Change) bool) {
	for i := range p.Changes {
		if p.Changes[i].Closed == nil && which(p.Changes[i]) {
			p.Changes[i].Closed, p.Changes[i].Ended = &act, why
		}
	}
}

func (p *Product) designated() bool { return p.Designation != nil && p.Designation.Ended == "" }

func (e DesignationEnded) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if !p.designated() {
		return refuse("not_designated", "%s has no designation that counts.", p.Name)
	}
	return first(because(e.Reason), named(e.Document, "the letter that says so"))
}

func (e DesignationEnded) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) { p.undesignate(e.Reason + " (" + e.Document + ")") })
}

func (p *Product) undesignate(why string) {
	ended := *p.Designation
	ended.Ended = why
	p.Designation = &ended
}

// check: a form that the licence covers is not added again.
func (e FormAdded) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if e.Form == "" {
		return refuse("no_title", "Say which dosage form it is, in the words that the protocol uses.")
	}
	if scope, ok := p.Scope(e.Form); ok && scope.Status != ScopeGone {
		return refuse("form_there", "%s is in the register already: %s.", e.Form, scope.Status)
	}
	return first(modeKnown(e.Mode), named(e.Licence, "the licence by its number"))
}

func (e FormAdded) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Scopes = slices.DeleteFunc(p.Scopes, func(scope Scope) bool { return sameWords(scope.Form, e.Form) })
		p.Scopes = append(p.Scopes, Scope{Act: act, Form: e.Form, Licence: e.Licence, Mode: e.Mode, Status: VariationNeeded})
	})
}

// rescope changes one form's scope.
func (p *Product) rescope(form string, how func(scope *Scope)) {
	for i := range p.Scopes {
		if sameWords(p.Scopes[i].Form, form) {
			how(&p.Scopes[i])
		}
	}
}

func (e FormGranted) check(b *Books, id string, act Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if scope, ok := p.Scope(e.Form); !ok || scope.Status != VariationNeeded {
		return refuse("no_variation_open", "%s does not wait for a variation.", said(e.Form))
	}
	return first(named(e.Variation, "the variation that was granted"), day(e.Date, "the day of the grant", act.At))
}

func (e FormGranted) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.rescope(e.Form, func(scope *Scope) { scope.Act, scope.Status, scope.Variation = act, Granted, e.Variation })
	})
}

func (e FormEnded) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if scope, ok := p.Scope(e.Form); !ok || scope.Status == ScopeGone {
		return refuse("no_such_form", "The licence covers no such form of %s.", p.Name)
	}
	return first(because(e.Reason), named(e.Document, "the letter that says so"))
}

func (e FormEnded) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.rescope(e.Form, func(scope *Scope) { scope.Act, scope.Status, scope.Reason = act, ScopeGone, e.Reason })
	})
}

// begins is from when the version counts: with its signature where nothing
// else is said.
func (e MasterFileIssued) begins(act Act) (time.Time, error) {
	if e.From == "" {
		return act.At, nil
	}
	from, err := time.Parse(time.RFC3339, e.From)
	return from.UTC(), err
}

// check: versions come in the order in which they take effect, each once, and
// list units that are in the register (CTL-04).
func (e MasterFileIssued) check(b *Books, id string, act Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	from, err := e.begins(act)
	if err != nil {
		return refuse("bad_date", "Say from when the version is effective.")
	}
	for _, file := range p.Files {
		if file.Document == e.Document && file.Version == e.Version {
			return refuse("version_there", "Version %s of %s was entered already. A change is a new version.", e.Version, e.Document)
		}
		if file.Gone == "" && from.Before(file.From) {
			return refuse("bad_order", "Version %s takes effect later than this one would. Withdraw it first, or give a later time.", file.Version)
		}
	}
	if len(e.Units) == 0 {
		return refuse("no_such_unit", "Say which units the version lists.")
	}
	for _, unit := range e.Units {
		if b.units[unit] == nil {
			return refuse("no_such_unit", "There is no unit %s in the register.", unit)
		}
	}
	return first(named(e.Document, "the master file by its number"), named(e.Version, "its version"), because(e.Changes))
}

func (e MasterFileIssued) apply(b *Books, id string, act Act) {
	from, _ := e.begins(act) // check has read it
	b.amend(id, act, func(p *Product) {
		p.Files = append(p.Files, MasterFile{Act: act, Document: e.Document, Version: e.Version, From: from, Units: e.Units, Changes: e.Changes})
	})
}

func (e MasterFileWithdrawn) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	for _, file := range p.Files {
		if file.Document == e.Document && file.Version == e.Version && file.Gone == "" {
			return because(e.Reason)
		}
	}
	return refuse("no_such_version", "There is no such version of the master file that counts.")
}

func (e MasterFileWithdrawn) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		for i := range p.Files {
			if file := &p.Files[i]; file.Document == e.Document && file.Version == e.Version {
				file.Gone = e.Reason
			}
		}
	})
}

func (e ChangeLinked) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	for _, change := range p.Changes {
		if change.Reference == e.Reference && change.Closed == nil {
			return refuse("change_there", "Change request %s is tied to it already.", e.Reference)
		}
	}
	for i, number := range e.Touches {
		if !p.designated() || number < 1 || number > len(p.Designation.Assumptions) || slices.Contains(e.Touches[:i], number) {
			return refuse("no_assumptions", "Name what it touches by the numbers of the designation's assumptions, each once.")
		}
	}
	if e.Title == "" {
		return refuse("no_title", "Say what the change is.")
	}
	return named(e.Reference, "the change request by its number")
}

func (e ChangeLinked) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.Changes = append(p.Changes, Change{Act: act, Reference: e.Reference, Title: e.Title, Touches: e.Touches})
	})
}

func (e ChangeAssessed) check(b *Books, id string, _ Act) *Refusal {
	p, refusal := b.product(id)
	if refusal != nil {
		return refusal
	}
	if !slices.ContainsFunc(p.Changes, func(change Change) bool { return change.Reference == e.Reference && change.Closed == nil }) {
		return refuse("no_such_change", "There is no open change request %s.", e.Reference)
	}
	if e.Significant && !p.designated() {
		return refuse("not_designated", "%s has no designation that counts.", p.Name)
	}
	return because(e.Reason)
}

// apply: a significant change calls for a new designation (REG-02).
func (e ChangeAssessed) apply(b *Books, id string, act Act) {
	b.amend(id, act, func(p *Product) {
		p.close(act, e.Reason, func(change Change) bool { return change.Reference == e.Reference })
		if e.Significant {
			p.undesignate("change request " + e.Reference + " calls for a new one")
		}
	})
}

// check: anything can be tried, of a product that is not listed too.
func (OpeningRefused) check(*Books, string, Act) *Refusal { return nil }

func (e OpeningRefused) apply(b *Books, id string, act Act) {
	b.blocked[id] = append(b.blocked[id], Blocked{Act: act, OpeningRefused: e})
}

// sameWords compares what people write by hand: case and blanks do not count.
func sameWords(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
