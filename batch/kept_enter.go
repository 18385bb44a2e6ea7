package batch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// EnterKept is the signature of whoever made a kept entry: it is theirs, and
// counts from then on as done when it was done. It is decided like any act, by
// the batch as it stands: nothing is merged (EXE-14). Code is that of a scan, as
// the site reads it. It is signed as performed.
type EnterKept struct {
	Kept int    `json:"kept"` // its number in the batch
	Code string `json:"code,omitempty"`
}

func (EnterKept) command()  {}
func (EnterKept) personal() {}

// Offline is how an act came into the record that was done while there was no
// connection: what the terminal said, and by how much its clock was behind.
type Offline struct {
	Terminal   string `json:"terminal"`
	Called     string `json:"called"`
	Number     int    `json:"number"` // in the terminal's chain
	Digest     string `json:"digest"`
	Before     string `json:"before"`
	Recorded   string `json:"recorded"`   // by the terminal's clock, as it said
	Difference string `json:"difference"` // of the clocks, to be added to that, as in "-1.5s"
	Received   string `json:"received"`   // RFC 3339, UTC: when it was handed in
	Done       string `json:"done"`       // RFC 3339, UTC: when it was done, by the server's clock
}

// KeptEntered is a kept entry that was signed. The act itself stands in it as
// it would have stood by itself, kind, version and payload; what of that is
// sealed is sealed here.
type KeptEntered struct {
	By       `json:"by"`
	Kept     int        `json:"kept"`
	Offline  Offline    `json:"offline"`
	Of       audit.Kind `json:"kind"`
	Version  int        `json:"version"`
	Entry    string     `json:"entry"`
	Personal bool       `json:"personal"` // Raw and Sent are sealed
	Raw      string     `json:"-"`
	Sent     string     `json:"-"`
}

const kindKeptEntered audit.Kind = "batch.kept_entered"

// Kind is the written kind of the event's entry.
func (KeptEntered) Kind() audit.Kind { return kindKeptEntered }

// ofKept says that a command hands in or signs what a terminal kept.
func ofKept(c Command) bool {
	switch c.(type) {
	case HandIn, EnterKept:
		return true
	}
	return false
}

// openKept gives a kept entry that waits.
func (d *decision) openKept(number int) (KeptEntry, *Refusal) {
	if number < 1 || number > len(d.s.Kept) {
		return KeptEntry{}, refuse("no_such_kept", "No terminal has handed in such an entry.")
	}
	kept := d.s.Kept[number-1]
	if kept.Settled != nil {
		return KeptEntry{}, refuse("kept_settled", "Kept entry %d is signed or closed already.", number)
	}
	return kept, nil
}

func (c EnterKept) signs(s *State) (identity.Meaning, []identity.Role) {
	return identity.Performed, s.keptRoles(c.Kept)
}

// keptRoles are those under which a kept entry is signed: those of its act.
func (s *State) keptRoles(number int) []identity.Role {
	if s == nil || s.Protocol == nil || number < 1 || number > len(s.Kept) {
		return []identity.Role{identity.Technician, identity.Pharmacist}
	}
	if st := s.Step(s.Kept[number-1].Note.Step); st != nil {
		return []identity.Role{roleOf(s.Protocol, st.Step.By)}
	}
	roles := []identity.Role{}
	for _, part := range s.Protocol.Parts {
		roles = append(roles, identity.Role(part.Role))
	}
	return roles
}

// keptNeed is what signing a kept entry needs beside a role.
func (s *State) keptNeed(number int) identity.Need {
	if s != nil && number >= 1 && number <= len(s.Kept) {
		if st := s.Step(s.Kept[number-1].Note.Step); st != nil {
			return needOf(st.Step)
		}
	}
	return identity.NeedsTraining
}

// decide lets whoever made a note sign it. Times are judged by the moment when
// it was done: the terminal's own, put right by what its clock was found to be
// off when it was handed in.
func (c EnterKept) decide(d *decision) (Event, *Refusal) {
	kept, refusal := d.openKept(c.Kept)
	if refusal != nil {
		return nil, refusal
	}
	if kept.Note.Person != d.f.Person.ID {
		return nil, refuse("not_yours", "%s recorded this while there was no connection. Nobody else can sign it.", kept.Note.Name)
	}
	if sent := d.f.Sent[c.Code]; !d.s.Masked && c.Code != kept.Note.Text && sent != kept.Note.Text && kept.Note.scans() {
		return nil, refuse("bad_value", "This is not the code that was kept.")
	}
	inner := kept.Note.command(c.Code)
	if refusal := d.byItsClock(kept); refusal != nil {
		return nil, refusal
	}
	offline := kept.offline()
	d.done, d.due, d.offline = kept.Done, nil, &offline
	act, err := d.command(inner)
	if err != nil {
		var refused *Refusal
		if errors.As(err, &refused) {
			return nil, refused
		}
		return nil, refuse("broken", "This entry cannot be taken.")
	}
	if what, at := d.s.follows(inner, nil); kept.Done.Before(at) {
		return nil, refuse("before_its_time", "It cannot have been done at %s: %s at %s.", d.shown(kept.Done), what, d.shown(at))
	}
	d.ahead = nil // it does not say yet that the kept entry is signed
	if refusal := d.entitled(identity.Performed, d.s.keptRoles(c.Kept), d.s.keptNeed(c.Kept)); refusal != nil {
		return nil, refusal
	}
	d.add = append(d.add, d.keptException(kept))
	return enteredAs(act, KeptEntered{By: d.by, Kept: c.Kept, Offline: offline})
}

// enteredAs puts the act itself into its entry.
func enteredAs(act Event, ev KeptEntered) (Event, *Refusal) {
	if _, decided := act.(StepDecided); decided {
		return nil, refuse("not_late", "A decision is signed when it is taken.")
	}
	payload, err := payloadOf(act)
	if err != nil {
		return nil, refuse("broken", "This entry cannot be written.")
	}
	ev.Of, ev.Version, ev.Entry = act.Kind(), versionOf(act), string(payload)
	if sealed := sealedOf(act); sealed != nil {
		ev.Personal, ev.Raw, ev.Sent = true, sealed["raw"], sealed["sent"]
	}
	return ev, nil
}

// byItsClock: not in the future, and not before what the terminal had kept
// before it.
func (d *decision) byItsClock(kept KeptEntry) *Refusal {
	if kept.Done.After(d.now) {
		return refuse("not_yet", "By the terminal's clock this was done at %s, which is still to come: the clock was changed meanwhile. Close it, and enter what was done as a late entry.", d.shown(kept.Done))
	}
	for _, before := range d.s.Kept {
		if before.Terminal == kept.Terminal && before.Note.Number < kept.Note.Number && kept.Done.Before(before.Done) {
			return refuse("before_its_time", "By the terminal's clock this was done at %s, before what it had kept already (%s): the clock was changed meanwhile. Close it, and enter what was done as a late entry.",
				d.shown(kept.Done), d.shown(before.Done))
		}
	}
	return nil
}

// offline is what stands of a kept entry beside its act.
func (k KeptEntry) offline() Offline {
	return Offline{
		Terminal: k.Terminal, Called: k.Called, Number: k.Note.Number, Digest: k.Note.Digest, Before: k.Note.Before, Recorded: k.Note.At,
		Difference: k.Difference.String(), Received: k.At.UTC().Format(time.RFC3339Nano), Done: k.Done.Format(time.RFC3339Nano),
	}
}

// keptException: every act that was done without a connection is put before
// whoever reviews, and is critical where what it says is (REL-07).
func (d *decision) keptException(kept KeptEntry) ExceptionRaised {
	ex := ExceptionRaised{
		Class: offlineClass, Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Step: d.s.stepNamed(kept.Note.Step), Field: kept.Note.Field,
		Cause: fmt.Sprintf("kept:%d", kept.Number), CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("Done at %s without a connection, kept by terminal %s, received at %s: %s.", d.shown(kept.Done), kept.Called, d.shown(kept.At), kept.What()),
	}
	if st := d.s.Step(kept.Note.Step); st != nil {
		in := input(st.Step, kept.Note.Field)
		if st.Step.Critical || in != nil && critical(st.Step, in) {
			ex.Severity = protocol.SeverityCritical
		}
	}
	return ex
}

func (KeptEntered) meaning() identity.Meaning { return identity.Performed }

// again gives the code as it was read, or what stands in for it.
func (e KeptEntered) again(masked bool) Command {
	c := EnterKept{Kept: e.Kept}
	if act, err := e.act(); err == nil {
		if inner, err := commandOf(act, masked); err == nil {
			if scan, ok := inner.(Scan); ok {
				c.Code = scan.Raw
			}
		}
	}
	return c
}

// act is the act itself, as an event of its own kind.
func (e KeptEntered) act() (Event, error) {
	if !slices.Contains([]audit.Kind{kindBegun, kindScan, kindWrongScan, kindRecorded, kindMoved, kindPerformed}, e.Of) {
		return nil, fmt.Errorf("no terminal keeps %s", e.Of)
	}
	return DecodeEvent(audit.Entry{Kind: e.Of, KindVersion: e.Version, Payload: []byte(e.Entry)}, map[string]string{"raw": e.Raw, "sent": e.Sent})
}

// within is the act that an entry holds; the event itself where it holds none.
func within(ev Event) Event {
	if kept, ok := ev.(KeptEntered); ok {
		if act, err := kept.act(); err == nil {
			return act
		}
	}
	return ev
}

func (e KeptEntered) sealed() map[string]string {
	if !e.Personal {
		return nil
	}
	return map[string]string{"raw": e.Raw, "sent": e.Sent}
}

func (e KeptEntered) unsealed(openings map[string]string) Event {
	if e.Personal {
		e.Raw, e.Sent = openings["raw"], openings["sent"]
	}
	return e
}

func (e KeptEntered) closed() Event {
	e.Raw, e.Sent = "", ""
	return e
}

// fold takes the act in as done when it was done.
func (e KeptEntered) fold(s *growing, act Act) error {
	inner, err := e.act()
	if err != nil {
		return err
	}
	if err := s.settleKept(e.Kept, act, true, ""); err != nil {
		return err
	}
	return s.take(inner, act, nil)
}

func (s *growing) settleKept(number int, act Act, entered bool, why string) error {
	if number < 1 || number > len(s.Kept) || s.Kept[number-1].Settled != nil {
		return fmt.Errorf("no kept entry %d waits", number)
	}
	s.Kept = slices.Clone(s.Kept)
	kept := &s.Kept[number-1]
	kept.Settled, kept.Entered, kept.Why = &act, entered, why
	return nil
}
