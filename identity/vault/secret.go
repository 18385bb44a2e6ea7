package vault

import (
	"context"
	"crypto/ed25519"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"

	"countersign/identity"
)

// argon2id as OWASP's password storage advice has it: 19 MiB, two passes.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
)

// stretch derives 32 bytes from a password. It waits for its turn, so that
// many sign-ins at once cannot take all the memory.
func (v *Vault) stretch(ctx context.Context, password string, salt []byte, purpose string) ([]byte, error) {
	select {
	case v.derive <- struct{}{}:
		defer func() { <-v.derive }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return v.opts.Stretch([]byte(norm.NFC.String(password)), append([]byte(purpose), salt...)), nil
}

// dearly makes every guess at a password cost time and memory.
func dearly(password, salt []byte) []byte {
	return argon2.IDKey(password, salt, argonPasses, argonMemory, 1, 32)
}

func (v *Vault) bytes(n int) ([]byte, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(v.opts.Random, out); err != nil {
		return nil, fmt.Errorf("draw randomness: %w", err)
	}
	return out, nil
}

// seal closes a private key's seed under a password. The person and the public
// key are bound to it.
func (v *Vault) seal(ctx context.Context, id identity.PersonID, password string, seed []byte, public string) (salt, sealed []byte, err error) {
	if salt, err = v.bytes(16); err != nil {
		return nil, nil, err
	}
	key, err := v.stretch(ctx, password, salt, "countersign/seal/v1\n")
	if err != nil {
		return nil, nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, nil, err
	}
	nonce, err := v.bytes(aead.NonceSize())
	if err != nil {
		return nil, nil, err
	}
	return salt, aead.Seal(nonce, nonce, seed, bound(id, public)), nil
}

// unseal opens what seal closed.
func (v *Vault) unseal(ctx context.Context, id identity.PersonID, password string, c credential) (ed25519.PrivateKey, error) {
	key, err := v.stretch(ctx, password, c.SealSalt, "countersign/seal/v1\n")
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	if len(c.Sealed) < aead.NonceSize() {
		return nil, errors.New("the sealed key is cut short")
	}
	nonce, closed := c.Sealed[:aead.NonceSize()], c.Sealed[aead.NonceSize():]
	seed, err := aead.Open(nil, nonce, closed, bound(id, *c.Public))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the sealed key does not open with the right password: it was tampered with")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func bound(id identity.PersonID, public string) []byte { return []byte(string(id) + "\n" + public) }

// readable writes 10 random bytes as four groups of four letters and digits
// that nobody mistakes for each other.
func readable(raw []byte) string {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789-" // 31 and one that is replaced below
	text := base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(raw)
	text = strings.ReplaceAll(text, "-", "w")
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), "-")
}

// common is a short list of what people choose first; the length rule keeps
// the rest of such lists away.
var common = []string{"password", "countersign", "qwertyuiop", "123456789", "letmein", "hospital", "pharmacy"}

// checkPassword refuses a lasting password that others would guess.
func checkPassword(password, username string) error {
	plain := strings.ToLower(norm.NFC.String(password))
	refuse := func(sentence string) error { return &identity.Refusal{Code: "weak_password", Sentence: sentence} }
	switch {
	case !utf8.ValidString(password) || len(password) > 256:
		return refuse("That password cannot be used here. Choose one of 12 to 256 letters, digits and signs.")
	case utf8.RuneCountInString(plain) < 12:
		return refuse("Choose a password of at least 12 characters; a few words in a row are good.")
	case strings.Contains(plain, strings.ToLower(username)):
		return refuse("Choose a password that does not hold your username.")
	}
	if strings.Count(plain, plain[:1]) == len(plain) {
		return refuse("Choose a password that is not one character again and again.")
	}
	for _, word := range common {
		if rest := strings.Trim(strings.ReplaceAll(plain, word, ""), "0123456789!?.,-_ "); rest == "" {
			return refuse("That password is one of the first that anybody would guess. Choose another.")
		}
	}
	return nil
}
