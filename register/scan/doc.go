// Package scan reads what a barcode scanner sends at the bedside: GS1 element
// strings, ISBT 128 structures, the Single European Code, patients' wristbands
// and plain codes. It is pure: the day against which two-digit years are read
// is an argument.
//
// It promises:
//   - nothing is guessed. A string that can be read in two ways is refused
//     with a sentence that says what to do instead (MAT-03);
//   - what claims to be a code of a standard, by its symbology identifier, its
//     separators, its brackets or its key, is read by that standard whole or
//     refused; it never passes as plain text because a digit was misread;
//   - check digits, lengths, character sets and dates are all verified, and a
//     repeated field with another value is refused;
//   - a blank never overwrites: With adds what another code of the same pack
//     says, and refuses what disagrees;
//   - what Encode writes, Read gives back, element for element (LAB-09);
//   - sentences name no patient and repeat nothing that was scanned but the
//     number of a field.
//
// The raw string is the caller's to keep (MAT-03): a Scan holds it too, as it
// came, with every control character.
//
// What a code says is not what it proves. A wristband that reads well still
// needs a second identifier (COI-01), and a lot that reads well may be
// recalled or expired (MAT-02): both are for the caller to decide.
//
// Sources: formats, lengths and check rules are facts of the GS1 General
// Specifications, as the public GS1 Barcode Syntax Dictionary lists them, and
// of ICCBBA ST-001 version 6.2.2. ICCBBA's own tables (facilities, product
// descriptions) need its licence and are not here (COI-06).
package scan

import "fmt"

// Refusal is a no with a code for programs and a sentence for people.
type Refusal struct{ Code, Sentence string }

// Error is the sentence, which is safe to show.
func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, form string, args ...any) error {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(form, args...)}
}

// Note is what somebody should look at although the code was read.
type Note struct{ Code, Sentence string }
