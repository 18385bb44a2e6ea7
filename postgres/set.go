package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"text/template"

	"github.com/lib/pq"
)

// A MigrationSet is what one room keeps in the database: its files, its grants and what must be true of its tables.
// Rooms own disjoint schemas and know nothing of each other's sets.
type MigrationSet struct {
	// Name is lower case letters, digits and underscores, at most 32, and never changes: it keys what was applied.
	Name string
	// FS holds files named like 00001_entries.sql in goose's format, at its root or in a directory "migrations". Each has
	// an Up part only; there is no way back (a Down part is refused). A file that was once applied never changes.
	FS fs.FS
	// Grants is SQL, a text/template with {{.Owner}}, {{.Runtime}} and {{.Reader}} as quoted role names. It is applied
	// by the owner in one transaction at every migration, so it must say REVOKE before GRANT and bear repetition.
	Grants string
	// Tables says what the runtime role may do; see [Prove]. A table of the set's schemas that is not listed may be
	// touched in no way at all.
	Tables []Table
	// Functions that the runtime role needs to execute, each with its argument types as PostgreSQL spells
	// them: "audit.append(bigint, bytea)".
	Functions []string
}

// A Privilege on a table, in SQL's own word.
type Privilege string

// The privileges that can be granted on a table.
const (
	Select     Privilege = "SELECT"
	Insert     Privilege = "INSERT"
	Update     Privilege = "UPDATE"
	Delete     Privilege = "DELETE"
	Truncate   Privilege = "TRUNCATE"
	References Privilege = "REFERENCES"
	Trigger    Privilege = "TRIGGER"
)

// A Table and what the runtime role must be able to do with it. What is not listed it must not be able to do.
type Table struct {
	// Name with its schema: "audit.entries".
	Name string
	// Runtime are the privileges that the runtime role needs, and the only ones that it may have.
	Runtime []Privilege
	// AppendOnly demands enabled triggers before UPDATE, DELETE and TRUNCATE, which is how the owner is refused too.
	AppendOnly bool
}

var setName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// file is one migration as its author wrote it.
type file struct {
	Version int64
	Name    string
	SHA256  string
}

// files of a set in order of version, with the directory they are in.
func (s MigrationSet) files() (fs.FS, []file, error) {
	if !setName.MatchString(s.Name) {
		return nil, nil, fmt.Errorf("%q cannot be the name of a migration set", s.Name)
	}
	if s.FS == nil {
		return nil, nil, fmt.Errorf("migration set %s has no files", s.Name)
	}
	dir := s.FS
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return nil, nil, fmt.Errorf("migration set %s: %w", s.Name, err)
	}
	if len(names) == 0 {
		if dir, err = fs.Sub(s.FS, "migrations"); err != nil {
			return nil, nil, fmt.Errorf("migration set %s: %w", s.Name, err)
		}
		if names, err = fs.Glob(dir, "*.sql"); err != nil {
			return nil, nil, fmt.Errorf("migration set %s: %w", s.Name, err)
		}
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("migration set %s has no files", s.Name)
	}
	var out []file
	for _, n := range names {
		text, err := fs.ReadFile(dir, n)
		if err != nil {
			return nil, nil, fmt.Errorf("migration set %s: %w", s.Name, err)
		}
		number, _, ok := strings.Cut(n, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil || version < 1 {
			return nil, nil, fmt.Errorf("migration %s/%s: the name must begin with a number and an underscore", s.Name, n)
		}
		if strings.Contains(string(text), "+goose Down") {
			return nil, nil, fmt.Errorf("migration %s/%s has a way back: schemas only move forward", s.Name, n)
		}
		sum := sha256.Sum256(text)
		out = append(out, file{Version: version, Name: n, SHA256: hex.EncodeToString(sum[:])})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Version < out[j].Version })
	for i := 1; i < len(out); i++ {
		if out[i].Version == out[i-1].Version {
			return nil, nil, fmt.Errorf("migrations %s/%s and %s have the same number", s.Name, out[i-1].Name, out[i].Name)
		}
	}
	return dir, out, nil
}

// Digest names the content of the sets and their grants, hexadecimal: two sets with the same digest make the same
// database.
func Digest(sets ...MigrationSet) (string, error) {
	h := sha256.New()
	for _, s := range sets {
		_, files, err := s.files()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "set %s\n", s.Name)
		for _, f := range files {
			fmt.Fprintf(h, "%s %s\n", f.SHA256, f.Name)
		}
		fmt.Fprintf(h, "grants %d\n%s\n", len(s.Grants), s.Grants)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// grants renders the set's grants for roles.
func (s MigrationSet) grants(roles Roles) (string, error) {
	t, err := template.New(s.Name).Option("missingkey=error").Parse(s.Grants)
	if err != nil {
		return "", fmt.Errorf("grants of %s: %w", s.Name, err)
	}
	var b strings.Builder
	err = t.Execute(&b, Roles{
		Owner:   pq.QuoteIdentifier(roles.Owner),
		Runtime: pq.QuoteIdentifier(roles.Runtime),
		Reader:  pq.QuoteIdentifier(roles.Reader),
	})
	if err != nil {
		return "", fmt.Errorf("grants of %s: %w", s.Name, err)
	}
	return b.String(), nil
}

func distinct(sets []MigrationSet) error {
	if len(sets) == 0 {
		return errors.New("no migration set was given")
	}
	seen := map[string]bool{}
	for _, s := range sets {
		if seen[s.Name] {
			return fmt.Errorf("two migration sets are named %s", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}
