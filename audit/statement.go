package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// LeafHash is the RFC 6962 hash of an entry's bytes.
func LeafHash(raw []byte) Hash { return Hash(tlog.RecordHash(raw)) }

// Commit is what stands in an entry in place of a sealed member:
// SHA-256("countersign/sealed/v1\n" ‖ salt ‖ name ‖ 0x00 ‖ value).
func Commit(m SealedMember) Hash {
	sum := sha256.New()
	sum.Write([]byte("countersign/sealed/v1\n"))
	sum.Write(m.Salt[:])
	sum.Write([]byte(m.Name))
	sum.Write([]byte{0})
	sum.Write([]byte(m.Value))
	return Hash(sum.Sum(nil))
}

// Commitments are the draft's sealed members as they will stand in its entry.
func (d Draft) Commitments() map[string]Hash {
	if len(d.Sealed) == 0 {
		return nil
	}
	commitments := make(map[string]Hash, len(d.Sealed))
	for _, member := range d.Sealed {
		commitments[member.Name] = Commit(member)
	}
	return commitments
}

// Head is a stream's last entry: its version, and its leaf hash.
type Head struct {
	Version int64
	Hash    Hash
}

// Statement is what a signature covers (SIG-03): the act, all that stood
// before it in its stream, and the signer's words. Its bytes are canonical.
type Statement struct {
	raw []byte
	err error
}

const statementDomain = "countersign/statement/v1"

type statementJSON struct {
	Actor       string          `json:"actor"`
	Domain      string          `json:"domain"`
	Key         string          `json:"key"`
	Kind        Kind            `json:"kind"`
	KindVersion int             `json:"kind_version"`
	Meaning     string          `json:"meaning"`
	Method      string          `json:"method"`
	Name        string          `json:"name"`
	Nonce       Nonce           `json:"nonce"`
	Origin      Origin          `json:"origin"`
	Payload     json.RawMessage `json:"payload"`
	Previous    Hash            `json:"previous"`
	Role        string          `json:"role"`
	Sealed      map[string]Hash `json:"sealed"`
	Shown       []string        `json:"shown"`
	Signer      string          `json:"signer"`
	Stream      StreamID        `json:"stream"`
	Time        string          `json:"time"`
	Training    string          `json:"training"`
	Username    string          `json:"username"`
	Version     int64           `json:"version"`
}

// NewStatement makes the statement of a draft that will follow head in its
// stream, signed with s. The value of s is not used.
func NewStatement(origin Origin, head Head, d Draft, s Signature) Statement {
	return newStatement(origin, d.Stream, head, d.Kind, d.KindVersion, d.Actor, d.Payload, d.Commitments(), s)
}

// StatementOf makes the statement that a signature in an entry covers.
func StatementOf(e Entry, s Signature) Statement {
	head := Head{Version: e.Version - 1, Hash: e.Previous}
	return newStatement(e.Origin, e.Stream, head, e.Kind, e.KindVersion, e.Actor, e.Payload, e.Sealed, s)
}

func newStatement(origin Origin, stream StreamID, head Head, kind Kind, kindVersion int, actor string,
	payload json.RawMessage, sealed map[string]Hash, s Signature,
) Statement {
	if sealed == nil {
		sealed = map[string]Hash{}
	}
	shown := s.Shown
	if shown == nil {
		shown = []string{}
	}
	raw, err := Canonical(statementJSON{
		Domain: statementDomain, Origin: origin, Stream: stream, Version: head.Version + 1, Previous: head.Hash,
		Kind: kind, KindVersion: kindVersion, Actor: actor, Payload: payload, Sealed: sealed,
		Meaning: s.Meaning, Signer: s.Signer, Username: s.Username, Name: s.Name, Role: s.Role, Training: s.Training,
		Time: s.Time.Format(TimeForm), Nonce: s.Nonce, Shown: shown, Method: s.Method, Key: s.Key,
	})
	return Statement{raw: raw, err: err}
}

// Bytes are the statement's canonical bytes.
func (s Statement) Bytes() []byte { return s.raw }

// Err says why the statement could not be made.
func (s Statement) Err() error { return s.err }

// Digest is the SHA-256 of the statement's bytes: what the key signs.
func (s Statement) Digest() Hash { return sha256.Sum256(s.raw) }

// Sign gives the Ed25519 signature over the statement's digest.
func Sign(key ed25519.PrivateKey, s Statement) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	digest := s.Digest()
	return ed25519.Sign(key, digest[:]), nil
}

// VerifySignature checks that a signature in an entry was made with the key it
// names, over this entry at this place of its stream and over the words shown.
func VerifySignature(e Entry, s Signature) error {
	key, err := hex.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("the signature's key is not an Ed25519 public key")
	}
	if s.Method != "password" {
		return fmt.Errorf("a signature by %q cannot be checked here", s.Method)
	}
	statement := StatementOf(e, s)
	if statement.err != nil {
		return statement.err
	}
	digest := statement.Digest()
	if !ed25519.Verify(key, digest[:], s.Value) {
		return fmt.Errorf("the signature of %s (%s) does not hold over what the entry says", s.Name, s.Meaning)
	}
	return nil
}
