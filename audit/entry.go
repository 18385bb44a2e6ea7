package audit

import (
	"encoding/json"
	"time"
)

// Origin names a site's log, as in "royal-example.countersign". It stands in
// every entry and every checkpoint, so that nothing moves between sites.
// The origin of a rehearsal or training site ends in ".rehearsal" or
// ".training": its entries can never pass for a real site's.
type Origin string

// StreamID names one subject of the log: "batch/B-2026-0001", "person/p-3",
// "protocol/aso-intrathecal", "site/site".
type StreamID string

// Kind is the written name of an entry's kind, as in "batch.step_performed".
// Kinds are added, never changed.
type Kind string

// Hash is a SHA-256 digest. In JSON it is 64 lower-case hexadecimal digits.
type Hash [32]byte

// Nonce is 16 random bytes; in JSON, 32 lower-case hexadecimal digits.
type Nonce [16]byte

// Entry is one act as it stands in the log. Its canonical bytes (RFC 8785)
// are hashed into the tree exactly as stored.
type Entry struct {
	Origin      Origin
	Index       int64    // leaf index in the site's log, from 0, gapless
	Stream      StreamID // subject
	Version     int64    // position in the stream, from 1, gapless
	Previous    Hash     // LeafHash of the stream's previous entry; zero for the first
	Kind        Kind
	KindVersion int
	Time        time.Time // UTC, cut to microseconds
	Nonce       Nonce     // keeps a small payload from being guessed from its hash
	Actor       string    // person's id, or "system"
	Payload     json.RawMessage
	Sealed      map[string]Hash // member name → commitment
	Signatures  []Signature
}

// Signature is one person's act of will over a Statement. Name, role and
// training are frozen as they were (SIG-01, SIG-02).
type Signature struct {
	Signer   string    // person's id
	Username string    // as it was at signing
	Name     string    // printed name as it was at signing
	Role     string    // role under which it was given
	Training string    // state of training then, in words
	Meaning  string    // one of identity's closed list
	Time     time.Time // server clock, UTC, microseconds
	Nonce    Nonce     // given out by the server for this one signing
	Shown    []string  // the lines that were on the screen
	Method   string    // "password" (later: "webauthn")
	Key      string    // hexadecimal Ed25519 public key
	Value    []byte    // Ed25519 over the statement's SHA-256
}

// SealedMember is a value that identifies a person or patient, before it is
// replaced in the entry by its commitment.
type SealedMember struct {
	Name  string
	Salt  [32]byte
	Value string
}

// Opening shows what a commitment holds. It lives beside the entry, under a
// rule of its own, and may be left out without harm to the proof.
type Opening struct {
	Index int64 // entry's leaf index
	SealedMember
}

// Draft is an entry before the log has given it its place. The actor, kind,
// time, payload, seals and signatures are the domain's; index, version,
// previous hash and nonce are the ledger's.
type Draft struct {
	Stream      StreamID
	Kind        Kind
	KindVersion int
	Time        time.Time
	Actor       string
	Payload     json.RawMessage // any JSON object; made canonical by the ledger
	Sealed      []SealedMember
	Signatures  []Signature
}

// Condition says where a stream must stand for an append to happen. Version 0
// means that the stream must not exist yet.
type Condition struct {
	Stream  StreamID
	Version int64
}

// Stored is an entry with the bytes that were hashed.
type Stored struct {
	Entry
	Bytes []byte
}
