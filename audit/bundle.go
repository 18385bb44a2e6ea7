package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Bundle is a part of a log that can be checked without the rest: whole
// streams, each entry with the proof that it is in the log of the checkpoint.
type Bundle struct {
	Origin     Origin
	Checkpoint []byte // signed note
	Verifier   string // the site's verifier key, as the site gives it
	Entries    []Proved
	Openings   []Opening
}

// Proved is an entry's bytes with its inclusion proof, from the leaf upwards.
type Proved struct {
	Bytes []byte
	Proof []Hash
}

const bundleFormat = "countersign/bundle/v1"

type bundleJSON struct {
	Format     string        `json:"format"`
	Origin     Origin        `json:"origin"`
	Checkpoint string        `json:"checkpoint"`
	Verifier   string        `json:"verifier"`
	Entries    []provedJSON  `json:"entries"`
	Openings   []openingJSON `json:"openings"`
}

// provedJSON keeps the entry as a string, so that its bytes survive every
// reader and writer of JSON between the site and the verifier.
type provedJSON struct {
	Entry string   `json:"entry"`
	Proof []string `json:"proof"`
}

type openingJSON struct {
	Index int64  `json:"index"`
	Name  string `json:"name"`
	Salt  string `json:"salt"`
	Value string `json:"value"`
}

// maxBundle bounds a bundle, in bytes.
const maxBundle = 256 << 20

// Encode gives the bundle as JSON, the same bytes for the same bundle.
func (b Bundle) Encode() ([]byte, error) {
	out := bundleJSON{
		Format: bundleFormat, Origin: b.Origin, Checkpoint: string(b.Checkpoint), Verifier: b.Verifier,
		Entries: make([]provedJSON, len(b.Entries)), Openings: make([]openingJSON, len(b.Openings)),
	}
	for i, entry := range b.Entries {
		proof := make([]string, len(entry.Proof))
		for j, hash := range entry.Proof {
			proof[j] = base64.StdEncoding.EncodeToString(hash[:])
		}
		out.Entries[i] = provedJSON{Entry: string(entry.Bytes), Proof: proof}
	}
	for i, opening := range b.Openings {
		out.Openings[i] = openingJSON{Index: opening.Index, Name: opening.Name, Salt: hex.EncodeToString(opening.Salt[:]), Value: opening.Value}
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("encode the bundle: %w", err)
	}
	return buffer.Bytes(), nil
}

// DecodeBundle reads what Encode wrote, and nothing else: an unknown member,
// something after the object or other bytes for the same content is an error.
func DecodeBundle(raw []byte) (Bundle, error) {
	if len(raw) > maxBundle {
		return Bundle{}, errors.New("the bundle is too large to be one")
	}
	var in bundleJSON
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return Bundle{}, fmt.Errorf("the data is not a bundle: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Bundle{}, errors.New("something follows the bundle")
	}
	if in.Format != bundleFormat {
		return Bundle{}, fmt.Errorf("a bundle of the form %q is not known here", in.Format)
	}
	b := Bundle{
		Origin: in.Origin, Checkpoint: []byte(in.Checkpoint), Verifier: in.Verifier,
		Entries: make([]Proved, len(in.Entries)), Openings: make([]Opening, len(in.Openings)),
	}
	for i, entry := range in.Entries {
		b.Entries[i] = Proved{Bytes: []byte(entry.Entry), Proof: make([]Hash, len(entry.Proof))}
		for j, text := range entry.Proof {
			hash, err := base64.StdEncoding.DecodeString(text)
			if err != nil || len(hash) != len(Hash{}) {
				return Bundle{}, fmt.Errorf("a hash of proof %d is not one", i)
			}
			copy(b.Entries[i].Proof[j][:], hash)
		}
	}
	for i, opening := range in.Openings {
		b.Openings[i] = Opening{Index: opening.Index, SealedMember: SealedMember{Name: opening.Name, Value: opening.Value}}
		if err := readHex(b.Openings[i].Salt[:], []byte(opening.Salt)); err != nil {
			return Bundle{}, fmt.Errorf("the salt of opening %d: %w", i, err)
		}
	}
	again, err := b.Encode()
	if err != nil {
		return Bundle{}, err
	}
	if !bytes.Equal(again, raw) {
		return Bundle{}, errors.New("the bundle is not written as bundles are")
	}
	return b, nil
}

// Finding is something that does not hold.
type Finding struct {
	Check    string // "checkpoint", "entry", "inclusion", "stream", "signature", "opening", …
	Index    int64  // log index, -1 when it is not about one entry
	Stream   StreamID
	Sentence string
}

// Error is the sentence, with its place.
func (f *Finding) Error() string {
	if f.Index < 0 {
		return f.Check + ": " + f.Sentence
	}
	return fmt.Sprintf("%s: entry %d (%s): %s", f.Check, f.Index, f.Stream, f.Sentence)
}

// Report says what was checked, and the first thing that does not hold.
type Report struct {
	Origin     Origin
	Checkpoint Checkpoint
	Entries    int64
	Signatures int64
	Openings   int64
	First      *Finding // nil when everything holds
}

// Opened is a bundle that holds: its entries in log order, and what their
// sealed members hold, by index and name.
type Opened struct {
	Report
	SiteKnown bool // the verifier's key was given from outside and is the bundle's
	Entries   []Stored
	Members   map[int64]map[string]string
}

// VerifyBundle checks a bundle: the checkpoint's signature, each entry's
// bytes, place and proof, each stream from its first entry without a gap, each
// person's signature and each opening. KnownKey is the site's verifier key as
// learnt from elsewhere; when it is empty, the bundle's own is used and
// SiteKnown is false. The first thing that does not hold is returned as a
// *Finding.
func VerifyBundle(b Bundle, knownKey string) (Opened, error) {
	o := Opened{Members: map[int64]map[string]string{}}
	fault := func(check string, index int64, stream StreamID, sentence string) (Opened, error) {
		o.First = &Finding{Check: check, Index: index, Stream: stream, Sentence: sentence}
		return o, o.First
	}
	if knownKey != "" {
		if knownKey != b.Verifier {
			return fault("site key", -1, "", "the record names another site key than the one that you know")
		}
		o.SiteKnown = true
	}
	checkpoint, err := OpenCheckpoint(b.Checkpoint, b.Verifier)
	if err != nil {
		return fault("checkpoint", -1, "", err.Error())
	}
	if checkpoint.Origin != b.Origin {
		return fault("checkpoint", -1, "", "it is another site's")
	}
	o.Report.Origin, o.Report.Checkpoint = b.Origin, checkpoint
	heads, last := map[StreamID]Head{}, int64(-1)
	for _, proved := range b.Entries {
		entry, err := Decode(proved.Bytes)
		switch {
		case err != nil:
			return fault("entry", -1, "", err.Error())
		case entry.Origin != b.Origin:
			return fault("entry", entry.Index, entry.Stream, "it is another site's")
		case entry.Index <= last:
			return fault("entry", entry.Index, entry.Stream, "it stands twice or out of order")
		}
		if err := VerifyInclusion(checkpoint, entry.Index, LeafHash(proved.Bytes), proved.Proof); err != nil {
			return fault("inclusion", entry.Index, entry.Stream, err.Error())
		}
		if err := Follows(heads[entry.Stream], entry); err != nil {
			return fault("stream", entry.Index, entry.Stream, err.Error())
		}
		for _, signature := range entry.Signatures {
			if err := VerifySignature(entry, signature); err != nil {
				return fault("signature", entry.Index, entry.Stream, err.Error())
			}
			o.Signatures++
		}
		heads[entry.Stream] = Head{Version: entry.Version, Hash: LeafHash(proved.Bytes)}
		last = entry.Index
		o.Entries = append(o.Entries, Stored{Entry: entry, Bytes: proved.Bytes})
	}
	o.Report.Entries = int64(len(o.Entries))
	for _, opening := range b.Openings {
		if err := o.open(opening); err != nil {
			return fault("opening", opening.Index, "", err.Error())
		}
	}
	return o, nil
}

func (o *Opened) open(opening Opening) error {
	at, found := slices.BinarySearchFunc(o.Entries, opening.Index, func(e Stored, index int64) int { return int(e.Index - index) })
	if !found {
		return errors.New("there is no such entry")
	}
	if err := CheckOpening(o.Entries[at].Entry, opening.SealedMember); err != nil {
		return err
	}
	if o.Members[opening.Index] == nil {
		o.Members[opening.Index] = map[string]string{}
	}
	if _, twice := o.Members[opening.Index][opening.Name]; twice {
		return fmt.Errorf("the member %q is opened twice", opening.Name)
	}
	o.Members[opening.Index][opening.Name] = opening.Value
	o.Openings++
	return nil
}

// CheckOpening checks that a member's salt and value make the commitment that
// stands in the entry.
func CheckOpening(e Entry, m SealedMember) error {
	commitment, sealed := e.Sealed[m.Name]
	switch {
	case !sealed:
		return fmt.Errorf("no member %q is sealed there", m.Name)
	case Commit(m) != commitment:
		return fmt.Errorf("what is said of the sealed member %q is not what was sealed", m.Name)
	}
	return nil
}

// Follows checks that an entry is the next one of its stream after head.
func Follows(head Head, e Entry) error {
	switch {
	case e.Version != head.Version+1:
		return fmt.Errorf("it says that it is entry %d of its stream, where entry %d is due", e.Version, head.Version+1)
	case e.Previous != head.Hash:
		return errors.New("it does not follow the entry that stands before it in its stream")
	}
	return nil
}

// VerifyInclusion checks that a leaf is in the log of a checkpoint (RFC 6962
// section 2.1.1).
func VerifyInclusion(c Checkpoint, index int64, leaf Hash, proof []Hash) error {
	record := make(tlog.RecordProof, len(proof))
	for i, hash := range proof {
		record[i] = tlog.Hash(hash)
	}
	if index < 0 || index >= c.Size || tlog.CheckRecord(record, c.Size, tlog.Hash(c.Root), index, tlog.Hash(leaf)) != nil {
		return errors.New("its proof does not lead to the checkpoint")
	}
	return nil
}

// VerifyConsistency checks that the log of a later checkpoint begins with the
// log of an earlier one (RFC 6962 section 2.1.2).
func VerifyConsistency(earlier, later Checkpoint, proof []Hash) error {
	tree := make(tlog.TreeProof, len(proof))
	for i, hash := range proof {
		tree[i] = tlog.Hash(hash)
	}
	if earlier.Origin != later.Origin || earlier.Size > later.Size {
		return errors.New("the checkpoints are not two of one growing log")
	}
	if earlier.Size == later.Size {
		if earlier.Root != later.Root {
			return errors.New("two checkpoints of one size differ")
		}
		return nil
	}
	if earlier.Size == 0 {
		return nil
	}
	if tlog.CheckTree(tree, later.Size, tlog.Hash(later.Root), earlier.Size, tlog.Hash(earlier.Root)) != nil {
		return errors.New("the later log does not begin with the earlier one")
	}
	return nil
}
