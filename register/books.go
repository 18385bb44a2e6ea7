package register

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Books are all registers as their streams tell them. They are no safer for
// several goroutines than a map is: whoever holds them locks them.
type Books struct {
	materials  map[string]Material
	lots       map[string]*Lot
	equipment  map[string]*Equipment
	recalls    map[string]*Recall
	deviations map[string]*Deviation
	blanks     map[string]*Blank
	samples    map[string]*Sample
	clock      Hours               // of acknowledgement
	clockSet   *Act                // by whom; nil until somebody has
	codes      map[string]string   // key of a label's code → lot
	into       map[string][]string // lot → lots that were made of it
	products   map[string]*Product
	units      map[string]*Unit
	readings   map[string][]*Received   // by machine, the newest last
	messages   map[messageKey]*Received // the same, one by one
	blocked    map[string][]Blocked     // by product: openings that were refused
	versions   map[audit.StreamID]int64
}

// NewBooks gives empty books.
func NewBooks() *Books {
	return &Books{
		materials: map[string]Material{}, lots: map[string]*Lot{}, equipment: map[string]*Equipment{}, recalls: map[string]*Recall{}, deviations: map[string]*Deviation{},
		blanks: map[string]*Blank{}, samples: map[string]*Sample{},
		codes: map[string]string{}, into: map[string][]string{}, versions: map[audit.StreamID]int64{},
		readings: map[string][]*Received{}, messages: map[messageKey]*Received{}, products: map[string]*Product{}, units: map[string]*Unit{}, blocked: map[string][]Blocked{},
	}
}

// Act is a person's doing in a register, as frozen in its entry. Name and role
// are empty where nobody signed.
type Act struct {
	Index  int64 // log index
	At     time.Time
	Person identity.PersonID
	Name   string
	Role   string
	Words  string // what was done
	// Hash is its entry's, as the log's tree has it; zero in a trial.
	Hash audit.Hash
}

// Keeps says whether a stream is one of the registers'.
func Keeps(stream audit.StreamID) bool {
	room, _, _ := strings.Cut(string(stream), "/")
	switch room {
	case "material", "lot", "stock", "equipment", "logbook", "readings", "product", "unit", "recall", "deviation", "blank", "sample", "setting":
		return true
	}
	return false
}

// Version is how many entries of a stream the books have.
func (b *Books) Version(stream audit.StreamID) int64 { return b.versions[stream] }

var errFold = errors.New("the entry does not follow from the ones before it")

// Apply folds one entry of a register. openings holds its opened members by
// name. An entry that is not as this room would write it, or that does not
// follow, is an error.
func (b *Books) Apply(e audit.Stored, openings map[string]string) error {
	if e.Version != b.versions[e.Stream]+1 {
		return fmt.Errorf("apply %s: version %d follows %d", e.Stream, e.Version, b.versions[e.Stream])
	}
	ev, err := DecodeEvent(e.Entry, openings)
	if err != nil {
		return err
	}
	act, err := actOf(e.Entry, ev)
	if err != nil {
		return fmt.Errorf("apply %s at %d: %w", e.Stream, e.Version, err)
	}
	if _, draws := ev.(SampleDrawn); draws {
		act.Hash = audit.LeafHash(e.Bytes) // by which it draws
	}
	room, id, _ := strings.Cut(string(e.Stream), "/")
	if ev.room() != "" && (room != ev.room() || id == "") {
		return fmt.Errorf("apply %s: %s has no place there", e.Stream, e.Kind)
	}
	if refusal := ev.check(b, id, act); refusal != nil {
		return fmt.Errorf("apply %s at %d: %w: %w", e.Stream, e.Version, errFold, refusal)
	}
	ev.apply(b, id, act)
	b.versions[e.Stream] = e.Version
	return nil
}

// actOf takes the person from the signature, and sees to it that what must be
// signed is signed by whoever did it.
func actOf(e audit.Entry, ev Event) (Act, error) {
	act := Act{Index: e.Index, At: e.Time, Person: identity.PersonID(e.Actor), Words: ev.Words()}
	meaning := ev.meaning()
	switch {
	case meaning == "" && len(e.Signatures) == 0:
		return act, nil
	case meaning == "" || len(e.Signatures) != 1:
		return act, fmt.Errorf("%s carries %d signatures", e.Kind, len(e.Signatures))
	}
	s := e.Signatures[0]
	if s.Signer != e.Actor || s.Meaning != string(meaning) {
		return act, fmt.Errorf("%s is signed as %s by %s", e.Kind, s.Meaning, s.Signer)
	}
	act.Name, act.Role = s.Name, s.Role
	return act, nil
}
