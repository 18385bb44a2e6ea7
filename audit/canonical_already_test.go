package audit

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatIsTakenForCanonicalIsCanonical(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for raw, want := range map[string]bool{
		`{}`: true, `[]`: true, `{"a":1,"b":[true,false,null,"ä",-5]}`: true, `0`: true, `999999999999999`: true, `""`: true,
		deep(64): true, deep(66): false,
		`{"b":1,"a":1}`: false, `{"a":1,"a":1}`: false, `{ "a":1}`: false, `{"a":01}`: false, `-0`: false, `1.0`: false, `1e3`: false,
		`{"a":1}x`: false, `{"a":"\n"}`: false, "\"\n\"": false, `{"ä":1}`: false, `{"a"}`: false, `[1,]`: false, ``: false, `-`: false,
		`tru`: false, `9007199254740993`: false, `{"a":1,}`: false, `["a]`: false,
	} {
		if got := alreadyCanonical([]byte(raw)); got != want {
			t.Errorf("%.40s: %v", raw, got)
		}
	}
}

func FuzzAlreadyCanonical(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":[true,null]}`, `{"a":{"b":"ä"}}`, `[-0]`, `{"a":1,"a":2}`, `"x"`, `12`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !utf8.Valid(raw) || !alreadyCanonical(raw) {
			return
		}
		slow, err := rewrite(raw)
		if err != nil || !bytes.Equal(slow, raw) {
			t.Errorf("%q is taken for canonical; written again it is %q, %v", raw, slow, err)
		}
	})
}
