package protocol

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// ExceptionClass is one kind of thing that a quality lead must see, and what
// follows where the protocol says nothing else (REL-07, DEV-01).
type ExceptionClass struct {
	Name     string
	Arises   string // when, in a sentence's words
	Severity string
	Least    string // the mildest severity that a protocol may give it
	Blocks   string
	// Told is set for what happened beyond the system's reach: a person tells
	// it. Everything else arises by itself.
	Told bool
}

// The severities, and what an open exception holds up.
const (
	SeverityMinor    = "minor"
	SeverityMajor    = "major"
	SeverityCritical = "critical"

	HoldsNothing = "nothing"
	HoldsRelease = "release"
	HoldsSteps   = "every further step"
)

// ExceptionClasses is the one table of the classes and their defaults. Where a
// severity follows from a limit or a breach, the table gives the mildest.
func ExceptionClasses() []ExceptionClass {
	return []ExceptionClass{
		{"out of limit", "a value or a result breaks one of its limits", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"yield", "the yield of a phase is outside its limits", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"reconciliation", "more of a material is missing or too much than the protocol lets be", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"late result", "a result fails, or is not there in time, after certification", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"timing", "a window, a wait or a time budget is not kept", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"not reached", "a loop's end is not reached within its bound", SeverityCritical, SeverityCritical, HoldsSteps, false},
		{"identity", "a scan that the protocol lets stop the batch does not match", SeverityCritical, SeverityCritical, HoldsSteps, false},
		{"wrong scan", "a scan does not match", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"typed code", "a code is typed and not scanned; that of a patient is major and holds up release", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"overdue status", "the right one is scanned, and is not fit: out of date, not calibrated, not qualified, not clean, out of service or in use", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"correction", "critical data are corrected", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"late witness", "a witness signs later than at the time", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"late entry", "something is recorded after it was done", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"typed for another", "somebody types for another whose hands are not free", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"hold", "the batch is put on hold", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"role conflict", "somebody reviews a batch in which they checked steps", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"clock", "the clock goes back, or runs unsynchronised", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"adverse reaction", "a suspected adverse reaction is reported after certification; a serious one is critical", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"complaint", "a complaint is reported after certification", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"quality defect", "a quality defect is reported after certification", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"late information", "something else comes to light after certification", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"overdue notice", "somebody who must be told of a supply out of specification, or of an adverse reaction, is not told in time", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"redline", "the protocol is changed for this one batch", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"reprint", "a label is printed again", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"pre-label printed late", "a pre-label is printed once manufacture has started", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"additional item", "something is set out during the batch", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"unit stopped", "the unit is stopped while the batch is open, and somebody decides how it goes on", SeverityCritical, SeverityCritical, HoldsNothing, false},
		{"licence and designation", "what covers the batch is in doubt when it is opened", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"recall", "a recall reaches the batch", SeverityCritical, SeverityCritical, HoldsSteps, false},
		{"immediate use", "a medicine without its final label is not begun to be given in time, or not given entirely", SeverityMajor, SeverityMajor, HoldsRelease, false},
		{"similar patient", "a batch of a patient who can be taken for this one is open", SeverityMinor, SeverityMinor, HoldsNothing, false},
		{"promoted remark", "a reviewer makes an exception of a remark", SeverityMajor, SeverityMinor, HoldsRelease, false},
		{"raised by hand", "somebody says that something is wrong", SeverityMajor, SeverityMajor, HoldsRelease, true},
		{"alarm", "an alarm sounded", SeverityMajor, SeverityMajor, HoldsRelease, true},
		{"override", "a machine or a safeguard was overridden", SeverityMajor, SeverityMajor, HoldsRelease, true},
		{"manual entry", "a value was typed that a device would have sent", SeverityMajor, SeverityMinor, HoldsRelease, true},
		{"transcribed", "a value was copied from paper", SeverityMajor, SeverityMinor, HoldsRelease, true},
		{"offline", "work was done while the system could not be reached", SeverityMajor, SeverityMinor, HoldsRelease, true},
	}
}

// ExceptionClassNamed finds a class; nil when there is none of that name.
func ExceptionClassNamed(name string) *ExceptionClass {
	for _, class := range ExceptionClasses() {
		if class.Name == name {
			return &class
		}
	}
	return nil
}

// ExceptionRule is what a protocol, or one step of it, says of a class: never
// milder than the class allows. What is empty stays as it is.
type ExceptionRule struct {
	Class      string
	Severity   string
	Blocks     string
	ApprovedBy []string // the roles that decide, each another person; one or two
	Deviation  bool     // a deviation is raised for it
	Pos        Pos
}

// OutOfSpecification is the protocol's word that the product, made of cells or
// tissues, may be supplied at the treating physician's request although a
// registered specification failed (DEV-05).
type OutOfSpecification struct {
	Notify []string      // who is told of it
	Within time.Duration // of the supply
	Pos    Pos
}

// Who can be told of a supply out of specification.
const (
	NotifySponsor   = "sponsor"
	NotifyHolder    = "marketing authorisation holder"
	NotifyAuthority = "supervisory authority"
)

func notified() []string { return []string{NotifySponsor, NotifyHolder, NotifyAuthority} }

func severities() []string { return []string{SeverityMinor, SeverityMajor, SeverityCritical} }

func holdings() []string { return []string{HoldsNothing, HoldsRelease, HoldsSteps} }

// deciding lists the roles that can decide on an exception.
func deciding() []string { return []string{"quality lead", "control site quality lead", "pharmacist"} }

func exceptionNames() (all []string) {
	for _, class := range ExceptionClasses() {
		all = append(all, class.Name)
	}
	return all
}

// Graver gives the graver of two severities, or of two things held up; "" is
// the mildest.
func Graver(a, b string) string {
	grave := func(word string) int { return max(slices.Index(severities(), word), slices.Index(holdings(), word)) }
	if grave(b) > grave(a) {
		return b
	}
	return a
}

// exceptions reads what is said of classes: "timing: {severity: critical}".
func (b *builder) exceptions(n *yaml.Node) (rules []ExceptionRule) {
	o := b.object(n, "exceptions")
	for _, key := range o.keys {
		class := ExceptionClassNamed(key.Value)
		value := o.get(key.Value)
		if class == nil {
			hint := suggest(key.Value, exceptionNames())
			if hint == "" {
				hint = "the classes are: " + strings.Join(exceptionNames(), ", ")
			}
			b.fail(key, hint, "there is no class of exceptions that is called %q", key.Value)
			continue
		}
		fields := b.object(value, "the exceptions of the class "+class.Name)
		rule := ExceptionRule{Class: class.Name, Pos: b.keep(key)}
		rule.Severity = b.noMilder(fields, "severity", severities(), class.Least, class.Name)
		rule.Blocks = b.noMilder(fields, "blocks", holdings(), class.Blocks, class.Name)
		rule.ApprovedBy = b.approvers(fields, class.Name)
		rule.Deviation = fields.flag("deviation")
		if rule.Severity+rule.Blocks == "" && len(rule.ApprovedBy) == 0 && !rule.Deviation {
			b.fail(key, "give it severity, blocks, approved by or deviation: yes", "nothing is said of the exceptions of the class %s", class.Name)
		}
		if rule.Blocks == HoldsNothing && (len(rule.ApprovedBy) > 0 || rule.Deviation) {
			b.fail(fields.values["blocks"], "leave blocks out, or let it hold up release", "an exception that somebody decides on holds something up")
		}
		fields.done()
		rules = append(rules, rule)
	}
	return rules
}

// noMilder reads a word that is no milder than the class allows.
func (b *builder) noMilder(o *object, key string, words []string, least, class string) string {
	text := o.text(key)
	switch at := slices.Index(words, text); {
	case text == "":
	case at < 0:
		b.fail(o.values[key], suggest(text, words), "%s is %s, not %q", key, orList(words), text)
	case at < slices.Index(words, least):
		b.fail(o.values[key], "write "+least+", or what is graver", "an exception of the class %s is never milder than %s", class, least)
	}
	return text
}

// approvers reads who decides: one role, or two for two people.
func (b *builder) approvers(o *object, class string) (roles []string) {
	n := o.get("approved by")
	for _, element := range b.listOf(n) {
		role, ok := b.text(element, "approved by")
		if !ok {
			continue
		}
		if !contains(deciding(), role) {
			b.fail(element, suggest(role, deciding()), "an exception is decided by a quality lead, the control site quality lead or, as one of two, a pharmacist; not by %q", role)
		}
		roles = append(roles, role)
	}
	switch {
	case n == nil:
	case len(roles) > 2:
		b.fail(n, "name one role, or two for two people", "no more than two people decide on an exception")
	case len(roles) > 0 && !slices.Contains(roles, "quality lead") && !slices.Contains(roles, "control site quality lead"):
		b.fail(n, "let a quality lead or the control site quality lead be one of them", "a pharmacist alone does not decide on the exceptions of the class %s", class)
	}
	return roles
}

// outOfSpecification reads who is told, and within which time, of a product
// that is supplied at the physician's request.
func (b *builder) outOfSpecification(n *yaml.Node) {
	if n == nil {
		return
	}
	o := b.object(n, "out of specification")
	route := &OutOfSpecification{Pos: b.keep(n)}
	if o.get("notify") == nil {
		o.missing("notify")
	}
	for _, element := range b.listOf(o.values["notify"]) {
		whom, ok := b.text(element, "notify")
		if ok && !contains(notified(), whom) {
			b.fail(element, suggest(whom, notified()), "the %s is told, not %q", orList(notified()), whom)
		}
		if contains(route.Notify, whom) {
			b.fail(element, "", "the %s stands here a second time", whom)
		}
		route.Notify = append(route.Notify, whom)
	}
	if text := o.need("within"); text != "" {
		within, err := ParseDuration(text)
		if err = positive(within, err); err != nil {
			b.fail(o.values["within"], "", "%s", err)
		}
		route.Within = within
	}
	o.done()
	if !b.p.Product.ATMP {
		b.fail(n, "write atmp: yes under product if it is one, or leave this out", "only an advanced therapy made of cells or tissues can be supplied out of specification")
	}
	b.p.OutOfSpecification = route
}

func orList(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// registered marks the limits that reject as the registered specification.
func (b *builder) registered(o *object, limits []Limit) {
	if !o.flag("registered") {
		return
	}
	marked := false
	for i := range limits {
		if limits[i].Level == Reject {
			limits[i].Registered, marked = true, true
		}
	}
	if !marked {
		b.fail(o.values["registered"], "write the specification as reject below, reject above, reject outside or reject unless", "a registered specification is a limit that rejects, and there is none")
	}
}
