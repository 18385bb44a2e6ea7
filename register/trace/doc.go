// Package trace answers where something was used and where something came
// from: from any lot, maker's lot number, donation, machine, person, patient
// or site to every batch, and from a batch to everything that went into it,
// through whatever was made here and became a lot of its own (MAT-07, COI-05).
//
// It promises three things. What it finds is what a walk over every entry of
// the log finds. It leaves nothing out for want of certainty: a machine counts
// from when it was set out until it was freed, and what came back unused still
// counts as used. And it stays small: it is fed entry by entry, keeps no entry
// and no state of a batch, and holds a million entries of ten thousand batches
// in a few tens of bytes for each thing that a batch leans on.
//
// An index holds patients' numbers, since one may ask where a patient's
// medicines came from. Whoever asks is asked first whether they may (COI-09).
package trace
