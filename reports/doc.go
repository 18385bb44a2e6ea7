// Package reports turns a batch's history into the PDF batch record that a
// regulator holds in hand (PDF-01), and reads such a record back.
//
// It promises three things. The same history gives the same bytes: there is no
// clock, no chance and no binary floating point in the layout, and the
// compressor is our own, so that a record can be rendered again and compared
// years later (PDF-06). Nothing that a person wrote is dropped: what the fonts
// cannot show stands in the page as a visible code point. And the pages say
// what the data say: Verify takes the attached data, checks every signature
// and proof, decides the whole batch again, renders the record anew and
// refuses the file unless the two are equal byte for byte.
//
// A protocol is printed by the same code and under the same promises (MBR-01).
//
// Who holds only the PDF can read it and, with the site's key from elsewhere,
// check it; they cannot change one digit of it and still pass. Who holds the
// site's signing key as well could write another log with other people in it:
// that is caught by whoever keeps an earlier checkpoint of the true one, and
// not by the file alone.
package reports
