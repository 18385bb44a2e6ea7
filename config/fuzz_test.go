package config

import (
	"errors"
	"strings"
	"testing"
)

// FuzzDecode: whatever the file and one variable say, the answer is a configuration that reads back as itself, or
// problems; never a panic, and never a secret in a problem.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(Example()), "COUNTERSIGN_LISTEN=127.0.0.1:1")
	f.Add([]byte("site: {origin: a, name: b}\nlog: {level: info}\n"), "")
	f.Add([]byte("site:\n  name: &a [*a]\n"), "COUNTERSIGN_X=1")
	f.Add([]byte("sign_in: {idle_lock: 5}\n---\n"), "countersign_listen=1")
	f.Add([]byte("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n"), "")
	f.Fuzz(func(t *testing.T, text []byte, variable string) {
		if strings.Contains(string(text), "file:") || strings.Contains(variable, "file:") {
			return // reading files is not what is tried here
		}
		c, err := decode("countersign.yaml", text, []string{variable}, nil)
		var problems Problems
		switch {
		case err == nil:
			shown := c.Redacted()
			if c.Database.DSN != "" || c.Database.OwnerDSN != "" {
				return
			}
			again, err := decode("countersign.yaml", []byte(shown), nil, nil)
			if err != nil {
				t.Fatalf("the print-out does not read back: %v\n%s", err, shown)
			}
			if again.Redacted() != shown {
				t.Fatalf("read back as\n%s\nfrom\n%s", again.Redacted(), shown)
			}
		case !errors.As(err, &problems) || len(problems) == 0:
			t.Fatalf("neither a configuration nor problems: %v", err)
		}
	})
}
