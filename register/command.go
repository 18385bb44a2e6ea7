package register

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Command is what a person asks of a register. The set is closed.
type Command interface {
	// Name is the written name, as in "receive lot".
	Name() string
	// Signs says what signature it needs: its meaning and the roles under
	// which it may be given.
	Signs() (identity.Meaning, []identity.Role)
	// stream is where the act stands, given the books.
	stream(b *Books) audit.StreamID
	// event is what it would write; what does not hold together is refused.
	event(b *Books, f Facts) (Event, *Refusal)
}

// Refusal is a command that the rules forbid; its sentence is safe to show.
type Refusal struct{ Code, Sentence string }

func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code for programs and the sentence for people.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, sentence string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(sentence, args...)}
}

// Facts are what deciding needs and the books do not hold.
type Facts struct {
	Person identity.Person
	Zone   *time.Location // site time, for what people read and type
	Now    time.Time
	// Sent is what was received, byte for byte, by the code that it was read as
	// (MAT-03).
	Sent  map[string]string
	Reach *Reach // of a recall that is opened or extended, as the log stands
	// Named is whom a command names by username; nobody when it names none.
	Named identity.Person
	// Deviation is what stands beside an act on a deviation.
	Deviation *DeviationFacts
	// Certificate is that of a batch, as the log stands; ok is false without one.
	Certificate func(batch string) (by Certificate, ok bool)
	// Blank is what a blank is printed from; nil when that is not there.
	Blank *BlankFacts
	// Sample is what stands beside an act on a sample; nil where no trail fits.
	Sample *SampleFacts
}

// Decide says what a command writes, or why it is refused with a *Refusal. It
// reads no clock.
func Decide(b *Books, c Command, f Facts) (Written, error) {
	meaning, roles := c.Signs()
	role, _, err := identity.AuthorityFor(f.Person, meaning, roles, "", 0, identity.NeedsNothing, f.Now)
	if err != nil {
		return Written{}, err
	}
	ev, refusal := c.event(b, f)
	if refusal != nil {
		return Written{}, refusal
	}
	w := Written{Stream: c.stream(b), Event: ev}
	_, id, _ := strings.Cut(string(w.Stream), "/")
	act := Act{At: f.Now, Person: f.Person.ID, Name: f.Person.Name, Role: string(role)}
	if refusal := ev.check(b, id, act); refusal != nil {
		return Written{}, refusal
	}
	return w, nil
}

// Lines are what a command's signer reads: what will be written, and what it
// rests on.
func Lines(b *Books, c Command, f Facts) ([]string, error) {
	w, err := Decide(b, c, f)
	if err != nil {
		return nil, err
	}
	_, id, _ := strings.Cut(string(w.Stream), "/")
	lines := []string{strings.TrimSuffix(w.Event.Words(), ".") + "."}
	if reach, ok := Reached(w.Event); ok {
		return append(lines, reach.lines()...), nil
	}
	if d, ok := b.Deviation(id); ok && w.Event.room() == "deviation" {
		lines = append(lines, d.Lines()...)
	}
	lines = append(lines, certifiedLines(b, w, id, f)...)
	if ev, ok := w.Event.(detailed); ok {
		lines = append(lines, ev.details(b, f.Zone)...)
	}
	return append(lines, about(b, w.Event.room(), id, f.Zone)...), nil
}

// Refused makes a refusal the event that records it, in the stream that the
// command was about. What no subject of the log can be called stands under the
// name of none: an attempt must never be able to stop the log.
func Refused(b *Books, c Command, r *Refusal) Written {
	room, id, _ := strings.Cut(string(c.stream(b)), "/")
	if !subjectForm.MatchString(id) {
		id = unnamed
	}
	return Written{Stream: audit.StreamID(room + "/" + id), Event: CommandRefused{Attempt: c.Name(), Code: r.Code, Sentence: r.Sentence}}
}

// subjectForm is what a material, a lot or a machine can be called; unnamed is
// what none of them can.
var subjectForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_ -]{0,63}$`)

const unnamed = "unnamed"

// CommandRefused is an attempt that was refused; it may stand in any register.
type CommandRefused struct {
	unsigned
	Attempt  string `json:"attempt"`
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}

// KindRefused is the written kind of a refusal in any register.
const KindRefused audit.Kind = "register.refused"

// Kind is "register.refused".
func (CommandRefused) Kind() audit.Kind { return KindRefused }

// Words say what was tried and why not.
func (e CommandRefused) Words() string {
	return fmt.Sprintf("An attempt to %s was refused: %s", e.Attempt, strings.TrimSuffix(e.Sentence, "."))
}

func (CommandRefused) room() string                       { return "" }
func (CommandRefused) check(*Books, string, Act) *Refusal { return nil }
func (CommandRefused) apply(*Books, string, Act)          {}
