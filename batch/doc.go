// Package batch makes one patient's batch: it decides what a person may do,
// says what that writes, and tells from the entries where the batch stands.
//
// It promises four things. Decide is pure: the same state, command, facts and
// time give the same events or the same refusal, so a site, a rehearsal and a
// regulator's Replay run one code. Fold never changes the state it is given.
// Nothing is undone: a correction, a decision or an end is one more entry.
// And a batch with a missing or invalidated signature, an open exception that
// holds it up, a critical step without its second person, or a certifier who
// made it is never certified (REL-10, REL-11).
//
// The rules live in rules.go and in the files decide_*.go: a named function a
// rule, with the requirement it keeps. Where timing is concerned a bound is
// inclusive: a wait of five minutes is over at 5 min 00 s, and a limit of four
// hours still holds at 4 h 00 min 00 s.
//
// What reads a patient (name, birth date, number, wristband) is sealed in the
// entry; a masked record folds and replays without it, and Replay says what it
// could therefore not decide again.
package batch
