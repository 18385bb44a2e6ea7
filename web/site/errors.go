package site

import (
	"errors"
	"fmt"

	"countersign/batch"
)

// Refusal is a no with a code for programs and a sentence for people.
type Refusal struct{ Code, Sentence string }

// Error is the sentence, which is safe to show.
func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

// refused is what every room's refusal offers.
type refused interface {
	error
	Refused() (code, sentence string)
}

// AsRefusal finds a room's refusal in an error.
func AsRefusal(err error) (*Refusal, bool) {
	var found refused
	if !errors.As(err, &found) {
		return nil, false
	}
	code, sentence := found.Refused()
	return &Refusal{Code: code, Sentence: sentence}, true
}

// Conflict says that somebody was faster. Batch is where things stand now; it
// is nil when the act was not on a batch.
type Conflict struct {
	Sentence string
	Batch    *batch.State
}

// Error is the sentence, which is safe to show.
func (c *Conflict) Error() string { return c.Sentence }

// Broken hides a fault from the person, who sees only its reference; the
// operator finds the chain in the daemon's log under the same reference.
type Broken struct {
	Reference string
	Err       error
}

// Error is the chain, for the operator.
func (b *Broken) Error() string { return fmt.Sprintf("%s: %v", b.Reference, b.Err) }

// Unwrap gives the fault itself.
func (b *Broken) Unwrap() error { return b.Err }

// errKeyReused refuses an idempotency key that another act has used.
var errKeyReused = &Refusal{Code: "key_reused", Sentence: "This form was already used for something else. Open the page again."}
