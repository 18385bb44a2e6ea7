package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint says what the whole log was at a size: a C2SP tlog-checkpoint.
type Checkpoint struct {
	Origin Origin
	Size   int64
	Root   Hash      // RFC 6962 root over the first Size entries
	Time   time.Time // when it was made, by the site's clock; an extension line of the note
}

// SiteKey is a site's signing key for checkpoints: a C2SP note key of Ed25519
// under the log's origin.
type SiteKey struct {
	signer   note.Signer
	secret   string
	verifier string
}

// NewSiteKey makes a key for an origin from 32 bytes of randomness.
func NewSiteKey(origin Origin, random io.Reader) (SiteKey, error) {
	secret, verifier, err := note.GenerateKey(random, string(origin))
	if err != nil {
		return SiteKey{}, fmt.Errorf("make a site key: %w", err)
	}
	return newSiteKey(secret, verifier)
}

// Secret is the key as it is kept: text that begins "PRIVATE+KEY+". Who holds
// it can sign checkpoints in the site's name.
func (k SiteKey) Secret() string { return k.secret + "\n" + k.verifier + "\n" }

// Verifier is the public half, as a note's key line: origin, hash and key.
func (k SiteKey) Verifier() string { return k.verifier }

// Origin is the log's origin that the key is for.
func (k SiteKey) Origin() Origin { return Origin(k.signer.Name()) }

// LoadSiteKey reads what Secret wrote.
func LoadSiteKey(text string) (SiteKey, error) {
	secret, verifier, found := strings.Cut(strings.TrimSpace(text), "\n")
	if !found {
		return SiteKey{}, errors.New("a site key is two lines: the secret key, and the key that verifies it")
	}
	return newSiteKey(secret, verifier)
}

func newSiteKey(secret, verifier string) (SiteKey, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return SiteKey{}, errors.New("the first line is not a note's secret key")
	}
	public, err := note.NewVerifier(verifier)
	if err != nil {
		return SiteKey{}, errors.New("the second line is not a note's verifier key")
	}
	probe, err := note.Sign(&note.Note{Text: "countersign\n"}, signer)
	if err != nil {
		return SiteKey{}, fmt.Errorf("try the site key: %w", err)
	}
	if _, err := note.Open(probe, note.VerifierList(public)); err != nil {
		return SiteKey{}, errors.New("the two lines of the site key are not halves of one key")
	}
	return SiteKey{signer: signer, secret: secret, verifier: verifier}, nil
}

// text is the note's body: origin, size, root, then our extension line.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.Time.Format(TimeForm))
}

// SignCheckpoint signs a checkpoint as a note. Witnesses add their lines to it
// later without changing it.
func SignCheckpoint(key SiteKey, c Checkpoint) ([]byte, error) {
	if key.signer == nil || key.Origin() != c.Origin {
		return nil, fmt.Errorf("the site key is not for %s", c.Origin)
	}
	if err := checkTime(c.Time); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: c.text()}, key.signer)
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return signed, nil
}

// maxNote bounds a checkpoint with the lines of its witnesses, in bytes.
const maxNote = 64 << 10

// OpenCheckpoint checks a note's signature with the site's verifier key and
// reads it. Only text that SignCheckpoint would write is read.
func OpenCheckpoint(signed []byte, verifier string) (Checkpoint, error) {
	if len(signed) > maxNote {
		return Checkpoint{}, errors.New("the checkpoint is too long to be one")
	}
	key, err := note.NewVerifier(verifier)
	if err != nil {
		return Checkpoint{}, errors.New("the site's verifier key is not one")
	}
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, errors.New("the checkpoint is not signed with the site's key")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 5 || lines[0] != key.Name() {
		return Checkpoint{}, errors.New("the checkpoint does not have its four lines")
	}
	c := Checkpoint{Origin: Origin(lines[0])}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return Checkpoint{}, errors.New("the checkpoint's size is not one")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, errors.New("the checkpoint's root is not one")
	}
	copy(c.Root[:], root)
	if c.Time, err = time.Parse("time "+TimeForm, lines[3]); err != nil {
		return Checkpoint{}, errors.New("the checkpoint's time is not one")
	}
	if c.text() != opened.Text {
		return Checkpoint{}, errors.New("the checkpoint is not written as checkpoints are")
	}
	return c, nil
}
