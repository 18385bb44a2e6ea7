package ledger

import (
	"errors"
	"fmt"
	"strings"

	"countersign/audit"
)

// Errors of the ledger. Moved and those that begin with Key or Invalid are the caller's; all others are broken: the
// person sees a reference, the operator the chain.
var (
	// ErrKeyReused refuses a command that carries the key of another command.
	ErrKeyReused = errors.New("this form was already used for something else; nothing was recorded")
	// ErrUnavailable says that nothing was recorded, because the database did not take it: it cannot be reached, its
	// disk is full, or the ledger is closing. The same request may be sent again.
	ErrUnavailable = errors.New("the log cannot be written at the moment; nothing was recorded")
	// ErrInconsistent stops the ledger for good: the database does not hold what was acknowledged, or its hashes do not
	// agree with a checkpoint. Only a person can decide what happened.
	ErrInconsistent = errors.New("the log in the database is not the log that was acknowledged")
	// ErrHeld refuses a second daemon on the same log.
	ErrHeld = errors.New("another daemon holds this log")
	// ErrAbsent refuses a database in which no log was founded.
	ErrAbsent = errors.New("no log was founded in this database")
	// ErrFounded refuses to found a log where there is one.
	ErrFounded = errors.New("a log was already founded in this database")
	// ErrOtherSite refuses a log of another origin or another site key.
	ErrOtherSite = errors.New("the log in this database belongs to another site")
)

// Moved is a conflict: at least one condition of a request does not hold, and nothing of it was written. Streams says
// where each stream whose condition failed stands; version 0 means that it does not exist.
type Moved struct {
	Streams []audit.Condition
}

func (m *Moved) Error() string {
	where := make([]string, len(m.Streams))
	for i, s := range m.Streams {
		where[i] = fmt.Sprintf("%s is at %d", s.Stream, s.Version)
	}
	return "somebody was faster: " + strings.Join(where, ", ")
}

// Invalid refuses a request that the log cannot hold. Nothing of it was written.
type Invalid struct {
	Code     string // for programs, as in "signature-does-not-hold"
	Sentence string // safe to show
	Err      error  // what lay below, if anything
}

func (e *Invalid) Error() string {
	if e.Err == nil {
		return e.Sentence
	}
	return e.Sentence + ": " + e.Err.Error()
}

func (e *Invalid) Unwrap() error { return e.Err }

func invalid(code, sentence string, err error) error {
	return &Invalid{Code: code, Sentence: sentence, Err: err}
}
