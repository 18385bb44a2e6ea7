// Package label says what stands on the label of a medicine that was made for
// one patient, and what its code holds. It is pure: moments and zones are
// arguments.
//
// It promises:
//   - a label that lacks what its supply status demands is refused, and every
//     particular that is missing is named at once (LAB-06 to LAB-08);
//   - a dose or strength has no trailing zero on a label, a leading zero, and
//     commas for thousands (NUM-07);
//   - an expiry stands with its zone in words and its offset, and where the
//     code can say it only without a zone and the clock is changed in that
//     hour, the label and whoever prints it are told (NUM-08, LAB-09);
//   - no two copies of one batch carry the same code;
//   - what is left out on a copy for a masked record is exactly what names the
//     patient: those lines say so of themselves.
//
// How a label looks is reports' affair; what is allowed to be printed when is
// batch's.
package label
