package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// KeptNote is what a terminal kept of an act while it could not reach the
// server: what would have been sent, by whom, when by the terminal's own clock,
// and the digest of the note that it kept before (EXE-14). It is no signature,
// and counts for nothing before whoever made it has signed it.
type KeptNote struct {
	Number int               `json:"number"` // in the terminal's chain for this batch; the first is 1
	Person identity.PersonID `json:"person"` // who was signed in
	Name   string            `json:"name"`   // printed, as the page had it
	At     string            `json:"at"`     // RFC 3339, by the terminal's clock
	Act    string            `json:"act"`    // "begin", "scan", "record", "move" or "perform"; the members after it are that command's
	Step   string            `json:"step"`
	Field  string            `json:"field"`
	Text   string            `json:"text"` // as typed, or as the scanner sent it; sealed of a scan
	Item   string            `json:"item"`
	To     string            `json:"to"`
	Salt   string            `json:"salt"`   // so that nobody finds out a sealed text by its digest
	Before string            `json:"before"` // digest of the note before it; "" of the first
	Digest string            `json:"digest"` // of all that stands above, in hexadecimal
}

// HandIn gives what a terminal has kept of a batch into its record, as it was
// kept: nothing of it counts yet. Clock is the terminal's own at that moment, by
// which the times of the notes are put right.
type HandIn struct {
	Terminal string     `json:"terminal"` // its id
	Called   string     `json:"called"`   // what people call it
	Clock    string     `json:"clock"`    // RFC 3339
	Notes    []KeptNote `json:"notes"`
}

func (HandIn) command()  {}
func (HandIn) personal() {}

// KeptHandedIn is that. First is the number in the batch of the first note.
type KeptHandedIn struct {
	By       `json:"by"`
	Terminal string     `json:"terminal"`
	Called   string     `json:"called"`
	Clock    string     `json:"clock"`
	First    int        `json:"first"`
	Notes    []KeptNote `json:"notes"`
}

const kindHandedIn audit.Kind = "batch.kept_handed_in"

// Kind is the written kind of the event's entry.
func (KeptHandedIn) Kind() audit.Kind { return kindHandedIn }

// KeptEntry is a note as a batch keeps it. Its act is the handing in.
type KeptEntry struct {
	Act
	Number           int // in the batch
	Note             KeptNote
	Terminal, Called string
	Difference       time.Duration // by which the terminal's clock was behind the server's; negative when ahead
	Done             time.Time     // when it was done, by the server's clock
	Settled          *Act          // it was signed into the record, or closed
	Entered          bool          // it was signed
	Why              string        // it was closed
}

// Bounds of what is handed in at once. A shift's work is less.
const (
	mostNotes   = 100
	longestNote = 2000 // bytes of a member
	mostInChain = 1 << 20
)

// offlineClass is the class of an exception over what was done without a
// connection.
const offlineClass = "offline"

// OpenKept are the kept entries that nobody has signed or closed.
func (s *State) OpenKept() []KeptEntry {
	return slices.DeleteFunc(slices.Clone(s.Kept), func(k KeptEntry) bool { return k.Settled != nil })
}

// DigestOf is the digest of a note: SHA-256 over canonical JSON of what it says,
// of its batch and of its terminal, so that no note fits into another chain.
func (n KeptNote) DigestOf(batch, terminal string) string {
	raw, err := json.Marshal(map[string]any{
		"act": n.Act, "at": n.At, "batch": batch, "before": n.Before, "field": n.Field, "item": n.Item, "name": n.Name, "number": n.Number,
		"person": n.Person, "salt": n.Salt, "step": n.Step, "terminal": terminal, "text": n.Text, "to": n.To,
	})
	if err != nil {
		return ""
	}
	canonical, err := audit.CanonicalJSON(raw)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// scans says that the text is a code, which may be a patient's.
func (n KeptNote) scans() bool { return n.Act == "scan" }

// command is what would have been sent; code is that of a scan, as the site
// reads it. nil when there is no such act.
func (n KeptNote) command(code string) Command {
	switch n.Act {
	case "begin":
		return Begin{Step: n.Step}
	case "scan":
		return Scan{Step: n.Step, Field: n.Field, Raw: code}
	case "record":
		return Record{Step: n.Step, Field: n.Field, Text: n.Text}
	case "move":
		return Move{Item: n.Item, To: n.To}
	case "perform":
		return Perform{Step: n.Step}
	}
	return nil
}

// decide takes in what a terminal kept, whatever became of the batch meanwhile:
// what was done and written down is never lost. What is here already stays as
// it is, so that a terminal that got no answer hands in again.
func (c HandIn) decide(d *decision) (Event, *Refusal) {
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if _, err := time.Parse(time.RFC3339Nano, c.Clock); err != nil || !legible(c.Terminal) || c.Terminal == "" || !legible(c.Called) || len(c.Notes) > mostNotes {
		return nil, refuse("bad_value", "What this terminal handed in cannot be read. What it kept is still kept there.")
	}
	ev := KeptHandedIn{By: d.by, Terminal: c.Terminal, Called: c.Called, Clock: c.Clock, First: len(d.s.Kept) + 1, Notes: []KeptNote{}}
	for i, note := range c.Notes {
		if refusal := d.readsNote(c, note); refusal != nil {
			return nil, refusal
		}
		if i > 0 && note.Number <= c.Notes[i-1].Number {
			return nil, refuse("bad_value", "What this terminal handed in is not in its order. What it kept is still kept there.")
		}
		if !d.s.handedIn(c.Terminal, note.Digest) {
			ev.Notes = append(ev.Notes, note)
		}
	}
	if len(ev.Notes) == 0 {
		return nil, refuse("already_handed_in", "What this terminal kept is in the record already.")
	}
	d.brokenChain(ev)
	d.due = untimed(d.due)
	return ev, nil
}

// untimed leaves out what time has brought about: what was kept may say that it
// was done in time, and the next act says what is due.
func untimed(due []ExceptionRaised) []ExceptionRaised {
	return slices.DeleteFunc(due, func(ex ExceptionRaised) bool { return ex.Class != clockClass })
}

// legible says that a member can be written down, and holds no mark of what
// could not: a refused attempt is read again as it was written.
func legible(text string) bool {
	return len(text) <= longestNote && !strings.ContainsRune(text, utf8.RuneError)
}

// readsNote: a note is whole, and as its digest says. Of a masked one what is
// sealed cannot be said again.
func (d *decision) readsNote(c HandIn, n KeptNote) *Refusal {
	_, err := time.Parse(time.RFC3339Nano, n.At)
	whole := err == nil && n.Number > 0 && n.Number <= mostInChain && n.Digest != "" && n.Person != "" && n.command("") != nil
	for _, text := range []string{string(n.Person), n.Name, n.At, n.Step, n.Field, n.Text, n.Item, n.To, n.Salt, n.Before, n.Digest} {
		whole = whole && legible(text)
	}
	if !whole {
		return refuse("bad_value", "Entry %d of this terminal cannot be read. What it kept is still kept there.", n.Number)
	}
	if n.Digest != n.DigestOf(d.s.ID, c.Terminal) && (!d.s.Masked || !n.scans()) {
		return refuse("kept_changed", "Entry %d of this terminal is not as it was kept. What it kept is still kept there: enter what was done as a late entry.", n.Number)
	}
	return nil
}

func (s *State) handedIn(terminal, digest string) bool {
	return slices.ContainsFunc(s.Kept, func(k KeptEntry) bool { return k.Terminal == terminal && k.Note.Digest == digest })
}

// brokenChain puts before whoever reviews that something is missing of what a
// terminal kept, or was put in its place: what is there is taken in.
func (d *decision) brokenChain(ev KeptHandedIn) {
	number, digest := 0, ""
	for _, k := range d.s.Kept {
		if k.Terminal == ev.Terminal && k.Note.Number > number {
			number, digest = k.Note.Number, k.Note.Digest
		}
	}
	var wrong []string
	for _, n := range ev.Notes {
		switch {
		case n.Number > number+2:
			wrong = append(wrong, fmt.Sprintf("entries %d to %d are missing", number+1, n.Number-1))
		case n.Number == number+2:
			wrong = append(wrong, fmt.Sprintf("entry %d is missing", number+1))
		case n.Number <= number:
			wrong = append(wrong, fmt.Sprintf("entry %d came after entry %d", n.Number, number))
		case n.Before != digest:
			wrong = append(wrong, fmt.Sprintf("entry %d does not follow the one before it", n.Number))
		}
		if n.Number > number {
			number, digest = n.Number, n.Digest
		}
	}
	if len(wrong) == 0 {
		return
	}
	d.add = append(d.add, d.s.unlessEnded(ExceptionRaised{
		Class: offlineClass, Severity: protocol.SeverityCritical, Blocks: BlocksRelease, Cause: fmt.Sprintf("kept-chain:%d", ev.First), CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("Of what terminal %s kept while there was no connection something is missing or was changed: %s.", ev.terminal(), joined(wrong)),
	})...)
}

// unlessEnded: nothing is decided in a batch that was rejected or aborted, so
// that nobody is asked to. The entry itself says what happened.
func (s *State) unlessEnded(ex ExceptionRaised) []ExceptionRaised {
	if s.Status == Rejected || s.Status == Aborted {
		return nil
	}
	return []ExceptionRaised{ex}
}

func (e KeptHandedIn) meaning() identity.Meaning { return "" }

func (e KeptHandedIn) again(bool) Command {
	return HandIn{Terminal: e.Terminal, Called: e.Called, Clock: e.Clock, Notes: e.Notes}
}

// sealed: a code may be a patient's; with the salt nobody finds it by the digest.
func (e KeptHandedIn) sealed() map[string]string {
	var members map[string]string
	for i, n := range e.Notes {
		if n.scans() {
			if members == nil {
				members = map[string]string{}
			}
			members[noteMember(i, "text")], members[noteMember(i, "salt")] = n.Text, n.Salt
		}
	}
	return members
}

func (e KeptHandedIn) unsealed(openings map[string]string) Event {
	return e.each(func(i int, n *KeptNote) {
		n.Text, n.Salt = openings[noteMember(i, "text")], openings[noteMember(i, "salt")]
	})
}

func (e KeptHandedIn) closed() Event {
	return e.each(func(_ int, n *KeptNote) { n.Text, n.Salt = "", "" })
}

// each changes the notes that are of scans.
func (e KeptHandedIn) each(how func(i int, n *KeptNote)) Event {
	if len(e.Notes) > 0 {
		e.Notes = slices.Clone(e.Notes)
	}
	for i := range e.Notes {
		if e.Notes[i].scans() {
			how(i, &e.Notes[i])
		}
	}
	return e
}

func noteMember(i int, name string) string { return fmt.Sprintf("notes.%d.%s", i, name) }

func (e KeptHandedIn) fold(s *growing, act Act) error {
	if e.First != len(s.Kept)+1 {
		return fmt.Errorf("kept entry %d follows kept entry %d", e.First, len(s.Kept))
	}
	clock, err := time.Parse(time.RFC3339Nano, e.Clock)
	if err != nil {
		return fmt.Errorf("the terminal's clock: %w", err)
	}
	for i, n := range e.Notes {
		at, err := time.Parse(time.RFC3339Nano, n.At)
		if err != nil {
			return fmt.Errorf("kept entry %d: %w", e.First+i, err)
		}
		behind := act.At.Sub(clock)
		s.Kept = append(s.Kept, KeptEntry{
			Act: act, Number: e.First + i, Note: n, Terminal: e.Terminal, Called: e.terminal(), Difference: behind,
			Done: at.Add(behind).UTC().Truncate(time.Microsecond),
		})
	}
	if s.released() == nil {
		s.unreview(act.Version, "entries that a terminal had kept without a connection were handed in after it")
	}
	return nil
}
