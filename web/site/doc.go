// Package site is the running site: it carries what a person asks from a page
// or the JSON API to the log, and shows what the log says.
//
// It promises:
//   - one act, one append: what the rules accept is in the log before the
//     person is answered, and so is what they refuse (axiom 4);
//   - one key, one answer: a form sent twice, or again after a lost answer, is
//     answered from the log and done once;
//   - what was shown is what is signed: a signature is made over the lines of
//     the sheet, and refused if the batch has moved on so that they changed;
//   - every read waits for the log's newest entry: nobody is shown a stale
//     state as current.
//
// The read models here are folds of the log in memory. They hold nothing that
// the log does not, and are rebuilt whenever the daemon starts. Of a batch that
// has ended they keep a line for the lists; the whole of it is folded again from
// the log when somebody asks for it.
package site
