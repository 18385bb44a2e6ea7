package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// MinimumVersion is the oldest PostgreSQL major version that is served with. Older ones are past their support.
const MinimumVersion = 14

// Binaries are a PostgreSQL server's programs.
type Binaries struct {
	// Dir holds postgres and initdb.
	Dir string
	// Major is the version of postgres: 15.
	Major int
}

func (b Binaries) program(name string) string { return filepath.Join(b.Dir, name) }

// FindBinaries lists the installed servers. With dir it looks there only; else on PATH, then where Debian, Red Hat and
// Homebrew put them, newest first. It returns an error that says where it looked if there is none.
func FindBinaries(ctx context.Context, dir string) ([]Binaries, error) {
	places := []string{dir}
	if dir == "" {
		places = nil
		if p, err := exec.LookPath("postgres"); err == nil {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				places = append(places, filepath.Dir(p))
			}
		}
		var found []string
		for _, pattern := range []string{
			"/usr/lib/postgresql/*/bin",
			"/usr/pgsql-*/bin",
			"/usr/lib64/postgresql*/bin",
			"/opt/homebrew/opt/postgresql*/bin",
			"/usr/local/opt/postgresql*/bin",
			"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		} {
			m, err := filepath.Glob(pattern)
			if err != nil {
				return nil, fmt.Errorf("find PostgreSQL: %w", err)
			}
			found = append(found, m...)
		}
		places = append(places, found...)
	}
	var out []Binaries
	seen := map[string]bool{}
	var last error
	for _, p := range places {
		if seen[p] {
			continue
		}
		seen[p] = true
		b, err := binariesIn(ctx, p)
		if err != nil {
			last = err
			continue
		}
		out = append(out, b)
	}
	if len(out) == 0 {
		if dir != "" {
			return nil, fmt.Errorf("no PostgreSQL server in %s: %w", dir, last)
		}
		return nil, fmt.Errorf("no PostgreSQL server is installed on this machine: looked on PATH and in the usual places. "+
			"Install PostgreSQL %d or later, or name a database in the configuration", MinimumVersion)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Major > out[j].Major })
	return out, nil
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

func binariesIn(ctx context.Context, dir string) (Binaries, error) {
	for _, name := range []string{"postgres", "initdb"} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return Binaries{}, err
		}
		if st.IsDir() || st.Mode()&0o111 == 0 {
			return Binaries{}, fmt.Errorf("%s is not a program", filepath.Join(dir, name))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("ask %s for its version: %w", filepath.Join(dir, "postgres"), err)
	}
	m := versionLine.FindStringSubmatch(string(out))
	if m == nil {
		return Binaries{}, fmt.Errorf("%s does not say which PostgreSQL it is", filepath.Join(dir, "postgres"))
	}
	major, err := strconv.Atoi(m[1])
	if err != nil {
		return Binaries{}, err
	}
	return Binaries{Dir: dir, Major: major}, nil
}

// choose picks the binaries for a data directory: those of the version that wrote it, or the newest for a new one.
func choose(found []Binaries, data string) (Binaries, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		if found[0].Major < MinimumVersion {
			return Binaries{}, fmt.Errorf("the newest PostgreSQL found is %d, in %s; Countersign needs %d or later",
				found[0].Major, found[0].Dir, MinimumVersion)
		}
		return found[0], nil
	}
	if err != nil {
		return Binaries{}, err
	}
	written := strings.TrimSpace(string(text))
	var have []string
	for _, b := range found {
		if strconv.Itoa(b.Major) == written {
			return b, nil
		}
		have = append(have, fmt.Sprintf("%d (%s)", b.Major, b.Dir))
	}
	return Binaries{}, fmt.Errorf("the database in %s was written by PostgreSQL %s, and this machine has %s. "+
		"Install PostgreSQL %s, or move the database with pg_upgrade; nothing was changed", data, written, strings.Join(have, ", "), written)
}
