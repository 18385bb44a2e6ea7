// Package identity says who people are, what they may do, and what their
// signatures mean. It is pure: people are folds of the person streams of the
// log, and deciding needs no clock and no secret. Passwords, sealed keys and
// sessions are the vault's and never enter the log.
//
// It promises:
//   - a site administrator holds no role in making medicines, and nobody with
//     such a role becomes an administrator (SEC-02);
//   - nobody gives themselves a role, attests their own training, or confirms
//     their own key;
//   - a key counts for signing only once a pharmacist or quality lead, who did
//     not issue the one-time password, has confirmed who holds it. So nobody
//     signs as another without two people colluding (SIG-08). The two people
//     of the founding ceremony, who were present together, confirm each other;
//   - a username belongs to one person for ever (SIG-07);
//   - somebody has read a protocol's version only under their own signature
//     (CTL-14);
//   - name, role, training and acknowledgement are frozen in each signature as
//     they were.
//
// What a holder of each thing could do: somebody who can append to the log
// without the domain could register a person and confirm a key; the entry
// would stand there for every reader, under a name that can be asked. A thief
// of one person's password can sign as that person until the key is ended.
package identity
