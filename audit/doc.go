// Package audit is the format of a site's log and the rules by which anyone
// can check it: canonical entries, signatures over what was shown, a Merkle
// tree over the entries' bytes (RFC 6962), checkpoints as signed notes (C2SP
// tlog-checkpoint), proofs, and bundles that verify without the rest of the
// log. It knows neither SQL nor clock; package ledger keeps the log.
//
// It promises that whoever holds a checkpoint they trust, and an entry with
// its proof, holds what the site recorded, byte for byte. What each holder of
// a part could do nevertheless:
//
//   - A thief of the database, or of a backup, can read every entry and every
//     opening, and guess at passwords at the cost of argon2id for each guess;
//     he can sign nothing.
//   - A thief of the runtime role's password can read as much and add rows
//     that no checkpoint and no person's key has signed, or that carry the
//     names of kinds the daemon never signs; he can change and remove nothing,
//     and entries that need a person's signature do not verify without it.
//   - A thief of the site's key can sign checkpoints of a log of his own
//     making; he cannot make a person's signature, and a second checkpoint of
//     the same size with another root convicts him before everyone who kept
//     the first.
//   - A database administrator can edit, remove, reorder and cut rows after
//     disabling the triggers, and verification names the first row that does
//     not hold; he can cut the log back to an older checkpoint unnoticed only
//     by those who hold none that is newer.
//   - An administrator of the daemon's machine can do all of this, and can
//     catch passwords as they arrive: only a person's own security key and a
//     witness elsewhere would stand against him, and neither is built yet.
//   - The control site can refuse to witness or to vouch for a site's key; it
//     holds no site's key and can write nothing in a site's name.
package audit
