package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// SetApart quarantines a batch as a decision of its own, or withholds it
// because the regulator directs it (REL-09). It is a hold: nothing begins,
// nothing is signed, certified or given while it stands, and LiftHold ends it.
type SetApart struct {
	As        Status `json:"as"`                  // Quarantined or Withheld
	Reference string `json:"reference,omitempty"` // of the regulator's direction
	Until     string `json:"until,omitempty"`     // of the direction: the last day, "2026-04-12"
	Reason    string `json:"reason"`
}

func (SetApart) command() {}

// Withheld says that the regulator directs that nobody is given it for now.
const Withheld Status = "withheld at the regulator's direction"

// longestWithheld is for how long the regulator can direct it: six weeks.
const longestWithheld = 42 // days

// BatchSetApart puts the hold on.
type BatchSetApart struct {
	By        `json:"by"`
	Number    int    `json:"number"` // of the hold
	As        string `json:"as"`
	Reference string `json:"reference"`
	Until     string `json:"until"` // the last day; "" without an end
	Reason    string `json:"reason"`
}

const kindApart audit.Kind = "batch.set_apart"

// Kind is the written kind of the event's entry.
func (BatchSetApart) Kind() audit.Kind { return kindApart }

// Aparts are how a batch can be set apart, as a page offers them.
func Aparts() []Status { return []Status{Quarantined, Withheld} }

func apartKind(as Status) HoldKind {
	if as == Withheld {
		return HoldRegulator
	}
	return HoldQuality
}

func (SetApart) signs(*State) (identity.Meaning, []identity.Role) {
	return identity.AuthorisedDeviation, deciders()
}

// decide: a batch that is not done with can be set apart, certified or not.
func (c SetApart) decide(d *decision) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "Every step of this batch is done.")
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, deciders(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(Aparts(), c.As) {
		return nil, refuse("bad_value", "A batch is quarantined, or withheld at the regulator's direction.")
	}
	if d.s.apart() == c.As {
		return nil, refuse("already_decided", "This batch is %s already.", c.As)
	}
	ev := BatchSetApart{By: d.by, Number: len(d.s.AllHolds) + 1, As: string(c.As)}
	parts := []typedPart{{&ev.Reason, c.Reason, "why the batch is set apart"}}
	if c.As == Withheld {
		if refusal := d.until(c.Until); refusal != nil {
			return nil, refusal
		}
		ev.Until = c.Until
		parts = append(parts, typedPart{&ev.Reference, c.Reference, "the reference of the regulator's direction"})
	} else if c.Until != "" || strings.TrimSpace(c.Reference) != "" {
		return nil, refuse("bad_value", "A reference and a last day are those of a regulator's direction. A quarantine ends when it is lifted.")
	}
	if refusal := takeParts(parts...); refusal != nil {
		return nil, refusal
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "hold", Severity: protocol.SeverityMinor, Blocks: BlocksNothing, Cause: fmt.Sprintf("hold:%d", ev.Number), CausedBy: d.f.Person.ID, Text: ev.words(),
	})
	return ev, nil
}

// until: the regulator's last day is to come, and within six weeks.
func (d *decision) until(text string) *Refusal {
	day, err := time.ParseInLocation(time.DateOnly, text, d.zone())
	year, month, today := d.now.In(d.zone()).Date()
	first := time.Date(year, month, today, 0, 0, 0, 0, d.zone())
	if err != nil || day.Before(first) || day.After(first.AddDate(0, 0, longestWithheld)) {
		return refuse("bad_value", "Say the last day of the direction as in 2026-04-12: the regulator can direct it for up to six weeks.")
	}
	return nil
}

func (c SetApart) sheet(sh *sheet, _ Facts) error {
	if !slices.Contains(Aparts(), c.As) {
		return refuse("bad_value", "A batch is quarantined, or withheld at the regulator's direction.")
	}
	sh.add("%s", BatchSetApart{As: string(c.As), Reference: strings.TrimSpace(c.Reference), Until: c.Until, Reason: strings.TrimSpace(c.Reason)}.words())
	sh.add("Nothing begins, nothing is signed, certified or given until the hold is lifted. Its clocks run on.")
	for _, line := range sh.s.clocks(sh.at) {
		sh.add("%s", line)
	}
	return nil
}

func (BatchSetApart) meaning() identity.Meaning { return identity.AuthorisedDeviation }

func (e BatchSetApart) words() string {
	words := "The batch is " + e.As
	if e.Reference != "" {
		words += fmt.Sprintf(" (%s), until the end of %s", e.Reference, e.Until)
	}
	return words + ": " + sentence(e.Reason)
}

func (e BatchSetApart) again(bool) Command {
	return SetApart{As: Status(e.As), Reference: e.Reference, Until: e.Until, Reason: e.Reason}
}

func (e BatchSetApart) fold(s *growing, act Act) error {
	as := Status(e.As)
	if err := s.putHold(HoldPut{Number: e.Number, Type: string(apartKind(as)), Reason: strings.TrimPrefix(e.words(), "The batch is ")}, act); err != nil {
		return err
	}
	hold := &s.AllHolds[len(s.AllHolds)-1]
	hold.Apart, hold.Until = as, e.Until
	return nil
}

// apart is how the batch is set apart now; "" when it is not. What the
// regulator directs goes before.
func (s *State) apart() (as Status) {
	for _, hold := range s.Holds() {
		if hold.Apart == Withheld || as == "" {
			as = hold.Apart
		}
	}
	return as
}

// apartWaits: whoever lifts it is asked to, the more so once the direction has
// run out. Nothing ends by itself.
func (s *State) apartWaits(now time.Time) []Wait {
	if s.ended() {
		return nil
	}
	var all []Wait
	for _, hold := range s.Holds() {
		if hold.Apart == "" {
			continue
		}
		wait := Wait{
			Kind: WaitsRelease, Cause: fmt.Sprintf("hold %d", hold.Number), Since: hold.At, Holds: true, Roles: hold.Kind.lifters(),
			Text: fmt.Sprintf("The batch is %s Say whether it goes on.", sentence(hold.Reason)),
		}
		if last, err := time.Parse(time.DateOnly, hold.Until); err == nil {
			wait.Due = last.AddDate(0, 0, 1)
			wait.Over = !now.Before(wait.Due)
		}
		all = append(all, wait)
	}
	return all
}
