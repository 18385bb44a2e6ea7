// Package protocol is the language of master batch records: what is made, by
// whom, in which order, within which limits.
//
// It promises that a protocol which Parse gives has been checked as a whole:
// every name is known and every value is there before it is used, every
// formula agrees in its units and its worked examples ran (MBR-06), every
// patient-specific value has an approved range (MBR-05), and so has what a site
// may set for itself, every critical step has a second person (MBR-04), and no
// limit or window contradicts itself.
// All problems come at once, each with its place, a caret and a hint. A
// protocol is its text: the digest is the text's SHA-256, and parsing the
// text again gives the same protocol.
//
// Numbers are exact (NUM-01). A quantity keeps the digits that were written;
// formulas calculate with exact rationals; rounding is half up, once, at the
// end (NUM-02, NUM-03); what comes only whole, such as vials, is counted up or
// down within a formula, exactly. Only decay, 2^(−elapsed/half-life), is not rational,
// and is calculated with decimals to 34 digits. No binary floating point
// takes part anywhere.
//
// Formulas are CEL in their grammar: cel-go parses them. Their types are this
// package's own: a quantity has a dimension, a percentage is no bare number,
// and neither adds to nor compares with the other. Three rules make them read
// naturally. A number, one space and a unit without spaces are one literal,
// so "12.0 mg / 2.4 mg/mL" divides two quantities. A name is a run of words
// with single spaces between, as in "draw up.drawn"; since two names never
// stand side by side without an operator, no mark is needed. And the words
// and, or, not, is, above, below, at least, at most, within, of, from and to
// read as in English, for which reason no name may hold them.
//
// The package is pure: no clock, no randomness, no I/O. docs/protocol.md
// explains the language by examples that a test runs.
package protocol
