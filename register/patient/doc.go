// Package patient says what a patient's number may be, and when two patients
// are alike enough to be mixed up. It is pure and imports nothing of ours.
//
// It promises:
//   - a number passes only under the rule of its type, and says which check
//     it passed (COI-01). Passing is never proof of identity: of ten-digit
//     strings taken at random one in eleven passes, so a second identifier is
//     always asked for by those who call this;
//   - what is only convention, the ranges from which numbers are given out, is
//     a fact beside the number and refuses nothing, but for H&C numbers, whose
//     range is all that tells them from others;
//   - a test number (999…) says so. Whether a site takes it is the caller's;
//   - likeness (COI-11) errs towards the alert: an alert too many costs a
//     look, one too few a patient. It reads no more than names, birth date and
//     number, and its sentences name nobody.
//
// Sources: the NHS Data Model and Dictionary, NHS NUMBER, for the check; the
// ranges from public descriptions of the numbering shared by the four nations;
// the CHI number's second check from Public Health Scotland's announcements,
// see ReadCHI.
package patient

import "fmt"

// Refusal is a no with a code for programs and a sentence for people. Neither
// holds a number or a name.
type Refusal struct{ Code, Sentence string }

// Error is the sentence, which is safe to show.
func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, form string, args ...any) error {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(form, args...)}
}
