package batch

import (
	"countersign/identity"
)

// acting is a command that says itself what it comes to: a new kind of act
// then needs one line in each table and no case in any.
type acting interface {
	Command
	decide(d *decision) (Event, *Refusal)
}

// signing is an acting command that is signed: its meaning, the roles under
// which it may be given, and what stands on its sheet below the batch.
type signing interface {
	acting
	signs(s *State) (identity.Meaning, []identity.Role)
	sheet(sh *sheet, f Facts) error
}

// occurrence is an event that says itself how a batch takes it in, what it did in one
// sentence, what its signature means and which command it came from; masked
// where what is sealed is stood in for.
type occurrence interface {
	Event
	fold(s *growing, act Act) error
	words() string
	meaning() identity.Meaning // "" when it is not signed
	again(masked bool) Command
}

// sealing is an event with sealed members.
type sealing interface {
	Event
	sealed() map[string]string
	unsealed(openings map[string]string) Event // with its sealed members put back
	closed() Event                             // without them
}

// personalCommand is a command that may name a patient or speak of their
// health: a refused one is sealed.
type personalCommand interface{ personal() }

// OwnWords tells an event that words itself; "" for any other.
func OwnWords(ev Event) string {
	if e, ok := ev.(occurrence); ok {
		return e.words()
	}
	return ""
}
