// Package postgres is the only way into the database: it opens pools, runs transactions, applies migrations and grants,
// proves what the runtime role may not do, and keeps a private server for sites that bring none.
//
// It promises four things.
//
//   - A commit is either known to have happened, known not to have happened, or answered with [ErrUnknownOutcome]. No
//     context ends a COMMIT, and a server that stays silent is given up on instead of being waited for.
//   - A schema is only ever moved forward, by files whose SHA-256 is remembered. A database that is older, newer or
//     written by other files is named as such and left alone ([Check]).
//   - The runtime role is shown, at every start, to lack the rights that it must not have ([Prove]). What a thief of
//     that role can do is therefore: read, and add entries; not alter or remove one.
//   - The private server's data directory is never deleted, emptied or upgraded by this package ([StartPrivate]).
//
// A thief of the owner role can switch triggers off and rewrite tables; the audit log's checkpoints, not this package,
// are what shows it. Nothing here logs a data source name, a statement or a parameter.
package postgres
