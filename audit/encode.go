package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// format names the shape of an entry's bytes. A later shape gets a later name;
// this one is readable for ever.
const format = "countersign/entry/v1"

// TimeForm is how a moment is written in entries: UTC, microseconds.
const TimeForm = "2006-01-02T15:04:05.000000Z"

// String is the hash in 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads exactly what MarshalText writes.
func (h *Hash) UnmarshalText(text []byte) error { return readHex(h[:], text) }

// String is the nonce in 32 lower-case hexadecimal digits.
func (n Nonce) String() string { return hex.EncodeToString(n[:]) }

// MarshalText is String.
func (n Nonce) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads exactly what MarshalText writes.
func (n *Nonce) UnmarshalText(text []byte) error { return readHex(n[:], text) }

func readHex(into, text []byte) error {
	if len(text) != 2*len(into) {
		return fmt.Errorf("%d hexadecimal digits where %d are due", len(text), 2*len(into))
	}
	if bytes.ContainsAny(text, "ABCDEF") {
		return errors.New("upper-case hexadecimal digits")
	}
	if _, err := hex.Decode(into, text); err != nil {
		return errors.New("not hexadecimal")
	}
	return nil
}

// entryJSON and signatureJSON fix the names that stand in the bytes. Their order here is the canonical one, so that what
// is encoded needs no second writing.
type entryJSON struct {
	Actor       string          `json:"actor"`
	Format      string          `json:"format"`
	Index       int64           `json:"index"`
	Kind        Kind            `json:"kind"`
	KindVersion int             `json:"kind_version"`
	Nonce       Nonce           `json:"nonce"`
	Origin      Origin          `json:"origin"`
	Payload     json.RawMessage `json:"payload"`
	Previous    Hash            `json:"previous"`
	Sealed      map[string]Hash `json:"sealed"`
	Signatures  []signatureJSON `json:"signatures"`
	Stream      StreamID        `json:"stream"`
	Time        string          `json:"time"`
	Version     int64           `json:"version"`
}

type signatureJSON struct {
	Key      string   `json:"key"`
	Meaning  string   `json:"meaning"`
	Method   string   `json:"method"`
	Name     string   `json:"name"`
	Nonce    Nonce    `json:"nonce"`
	Role     string   `json:"role"`
	Shown    []string `json:"shown"`
	Signer   string   `json:"signer"`
	Time     string   `json:"time"`
	Training string   `json:"training"`
	Username string   `json:"username"`
	Value    string   `json:"value"` // base64
}

// Encode gives an entry's canonical bytes: what is hashed into the tree. An
// entry that does not hold together, or whose time has more than microseconds
// or is not UTC, is an error.
func Encode(e Entry) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	out := entryJSON{
		Format: format, Origin: e.Origin, Index: e.Index, Stream: e.Stream, Version: e.Version, Previous: e.Previous,
		Kind: e.Kind, KindVersion: e.KindVersion, Time: e.Time.Format(TimeForm), Nonce: e.Nonce, Actor: e.Actor,
		Payload: e.Payload, Sealed: e.Sealed, Signatures: make([]signatureJSON, len(e.Signatures)),
	}
	if out.Sealed == nil {
		out.Sealed = map[string]Hash{}
	}
	for i, s := range e.Signatures {
		shown := s.Shown
		if shown == nil {
			shown = []string{}
		}
		out.Signatures[i] = signatureJSON{
			Signer: s.Signer, Username: s.Username, Name: s.Name, Role: s.Role, Training: s.Training, Meaning: s.Meaning,
			Time: s.Time.Format(TimeForm), Nonce: s.Nonce, Shown: shown, Method: s.Method, Key: s.Key,
			Value: base64.StdEncoding.EncodeToString(s.Value),
		}
	}
	raw, err := Canonical(out)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.Index, err)
	}
	return raw, nil
}

// Decode reads an entry's bytes. Only bytes that Encode would write are read:
// anything else in them is an error, so that one entry has one hash.
func Decode(raw []byte) (Entry, error) {
	var in entryJSON
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return Entry{}, fmt.Errorf("the bytes are not an entry: %w", err)
	}
	if in.Format != format {
		return Entry{}, fmt.Errorf("an entry of the form %q is not known here", in.Format)
	}
	e := Entry{
		Origin: in.Origin, Index: in.Index, Stream: in.Stream, Version: in.Version, Previous: in.Previous,
		Kind: in.Kind, KindVersion: in.KindVersion, Nonce: in.Nonce, Actor: in.Actor, Payload: in.Payload,
	}
	if len(in.Sealed) > 0 {
		e.Sealed = in.Sealed
	}
	var err error
	if e.Time, err = time.Parse(TimeForm, in.Time); err != nil {
		return Entry{}, errors.New("the entry's time is not one")
	}
	for _, s := range in.Signatures {
		signature := Signature{
			Signer: s.Signer, Username: s.Username, Name: s.Name, Role: s.Role, Training: s.Training, Meaning: s.Meaning,
			Nonce: s.Nonce, Shown: s.Shown, Method: s.Method, Key: s.Key,
		}
		if signature.Time, err = time.Parse(TimeForm, s.Time); err != nil {
			return Entry{}, errors.New("a signature's time is not one")
		}
		if signature.Value, err = base64.StdEncoding.DecodeString(s.Value); err != nil {
			return Entry{}, errors.New("a signature is not base64")
		}
		e.Signatures = append(e.Signatures, signature)
	}
	again, err := Encode(e)
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, raw) {
		return Entry{}, errors.New("the bytes are not the entry's canonical ones")
	}
	return e, nil
}

func (e Entry) check() error {
	switch {
	case e.Origin == "" || e.Stream == "" || e.Kind == "" || e.Actor == "":
		return errors.New("an entry needs its origin, stream, kind and actor")
	case e.Index < 0 || e.Version < 1 || e.KindVersion < 1:
		return errors.New("an entry's index counts from 0, its versions from 1")
	case (e.Version == 1) != (e.Previous == Hash{}):
		return errors.New("the first entry of a stream, and no other, has no previous one")
	case len(e.Payload) == 0 || e.Payload[0] != '{':
		return errors.New("an entry's payload is a JSON object")
	}
	if err := checkTime(e.Time); err != nil {
		return err
	}
	for _, s := range e.Signatures {
		if err := checkTime(s.Time); err != nil {
			return err
		}
	}
	return nil
}

func checkTime(t time.Time) error {
	if t.Location() != time.UTC || t.Truncate(time.Microsecond) != t || t.Year() < 1 || t.Year() > 9999 {
		return errors.New("times are in UTC and cut to microseconds")
	}
	return nil
}
