// Package ledger is a site's log in PostgreSQL: it gives entries their place, makes them durable, and proves them.
//
// What it promises (AUD-01 to AUD-04, 21 CFR 11.10(e)):
//
//   - Append answers when the entries are on disk, and with a standby where one must answer. They have the next leaf
//     indexes, without a gap, and the next versions of their streams; commit order is index order. All conditions of a
//     request held at that place, or nothing was written and [Moved] says what moved.
//   - A request with a key is carried out once, however often it comes and whatever was lost on the way.
//   - If nobody can say whether a commit happened, nothing is acknowledged until it is found out.
//   - A draft's signatures were verified over the statement for the very place that the entry gets: a signature that
//     does not hold is refused, because in the log it could never be taken back.
//   - A checkpoint is signed after the entries that it covers were acknowledged, never before.
//   - Open refuses a log that is absent, another site's, held by another daemon, of another schema, or not consistent
//     with its last checkpoint, and a role with more rights than INSERT and SELECT.
//   - Verify reads everything, believes nothing, and names the first thing that does not hold.
//
// # One writer
//
// One goroutine, over one connection, writes for everybody: while one group of requests is on its way to the disk the
// next gathers. The group is one statement, and so one transaction and one round trip. The right edge of the tree and the
// heads of streams are in memory; the statement writes only if the log ends where memory says, and the connection holds
// an advisory lock, so a second daemon is refused, and one that got past the lock could only be told to look again.
//
// # Rights
//
// The runtime role may INSERT and SELECT, and nothing else. It does not go through a SECURITY DEFINER function: that would
// also keep a thief of the runtime role from adding rows out of place, but such rows are found (at the next append, at
// the next start and by Verify), nobody's signature can be put on them, and it costs between a fifth and a third of the
// throughput. Triggers, enabled always, refuse UPDATE, DELETE and TRUNCATE even to the owner; they are for accidents.
// Against a superuser stand recomputation, signatures, checkpoints and a witness: see the package comment of audit.
//
// # What is lost with which row
//
// An opening that was removed is named by Verify, as is a removed command or checkpoint, except the newest checkpoints of
// a log that nobody has open: the next checkpoint covers what they covered. A command's key and digest are not bound by
// any hash; they guard against double clicks, not against whoever owns the database.
package ledger
