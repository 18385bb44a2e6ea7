package vault

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// SIG-03: whoever makes a vault as a site does pays argon2id for each guess,
// 19 MiB and two passes, whatever cheaper thing some tests put in its place.
func TestASitesVaultMakesEveryGuessDear(t *testing.T) {
	v := New(nil, Options{Now: time.Now, Random: strings.NewReader("")})
	got, err := v.stretch(t.Context(), "four quiet green boats", []byte("salt of 16 bytes"), "countersign/seal/v1\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := argon2.IDKey([]byte("four quiet green boats"), []byte("countersign/seal/v1\nsalt of 16 bytes"), 2, 19<<10, 1, 32); !bytes.Equal(got, want) {
		t.Error("a site's vault does not stretch passwords with argon2id")
	}
}
