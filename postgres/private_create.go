package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

// create runs initdb into a temporary name and renames the result. An existing data directory is left alone.
func (p *Private) create(ctx context.Context) error {
	// What a killed initdb left behind. Only names that this function makes are removed, and only under the lock.
	left, err := filepath.Glob(filepath.Join(p.opts.Dir, "unfinished-*"))
	if err != nil {
		return err
	}
	for _, l := range left {
		if err := os.RemoveAll(l); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(p.data, "PG_VERSION")); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(p.data); err == nil {
		return fmt.Errorf("%s exists but is not a database; nothing was changed", p.data)
	}
	dir, err := os.MkdirTemp(p.opts.Dir, "unfinished-*")
	if err != nil {
		return err
	}
	if err := p.acct.ownDir(dir); err != nil {
		return err
	}
	args := []string{
		"-D", dir, "-U", administrator, "--encoding=UTF8", "--locale=C", "--auth=reject", "--data-checksums",
	}
	if p.opts.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, p.bin.program("initdb"), args...)
	cmd.SysProcAttr = childAttributes(p.acct.credential(), syscall.SIGKILL)
	cmd.Dir = p.opts.Dir
	cmd.Env = p.environment()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	p.log.Info("creating the private database", "dir", p.data, "postgresql", p.bin.Major, "account", p.acct.name)
	if err := runLocked(cmd); err != nil {
		return errors.Join(fmt.Errorf("initdb: %w: %s", err, tail(out.String(), 5)), os.RemoveAll(dir))
	}
	if err := os.Rename(dir, p.data); err != nil {
		return err
	}
	return syncDir(p.opts.Dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// environment of the server's programs: no variable of ours, PGHOST and its kin least of all, reaches them.
func (p *Private) environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC", "PATH=" + p.bin.Dir + ":/usr/bin:/bin"}
	if v, ok := os.LookupEnv("TMPDIR"); ok {
		env = append(env, "TMPDIR="+v)
	}
	return env
}

// configure writes who may connect, at every start, so that a hand-made change there does not last.
func (p *Private) configure() error {
	var err error
	if p.socket, err = p.acct.socketDir(filepath.Join(p.opts.Dir, "run"), shortName(p.opts.Dir)); err != nil {
		return err
	}
	if err := p.acct.ownDir(filepath.Join(p.opts.Dir, "log")); err != nil {
		return err
	}
	hba := "# Written at every start. Only the daemon's own account, by the Unix socket, as the socket's peer.\n" +
		"local all all peer map=countersign\n"
	var ident strings.Builder
	ident.WriteString("# Written at every start.\n")
	for _, role := range []string{administrator, p.opts.Roles.Owner, p.opts.Roles.Runtime, p.opts.Roles.Reader} {
		fmt.Fprintf(&ident, "countersign %s %s\n", quoteIdent(p.acct.caller), quoteIdent(role))
	}
	return errors.Join(
		p.acct.writeFile(filepath.Join(p.opts.Dir, "pg_hba.conf"), hba),
		p.acct.writeFile(filepath.Join(p.opts.Dir, "pg_ident.conf"), ident.String()),
	)
}

// quoteIdent writes a field of pg_ident.conf.
func quoteIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// arguments of the server. They are given on the command line, where they win over every file, so that what runs is
// what is written here.
func (p *Private) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": p.socket,
		"unix_socket_permissions": "0700",
		"hba_file":                filepath.Join(p.opts.Dir, "pg_hba.conf"),
		"ident_file":              filepath.Join(p.opts.Dir, "pg_ident.conf"),
		"max_connections":         strconv.Itoa(p.opts.Connections + 16),
		"fsync":                   "on",
		"full_page_writes":        "on",
		"synchronous_commit":      "on",
		"restart_after_crash":     "on",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C",
		"jit":                     "off",
		// A week of logs that hold no statement and no value: operational logs are not the record.
		"logging_collector":                   "on",
		"log_directory":                       filepath.Join(p.opts.Dir, "log"),
		"log_filename":                        "postgresql-%a.log",
		"log_rotation_age":                    "1d",
		"log_truncate_on_rotation":            "on",
		"log_statement":                       "none",
		"log_min_error_statement":             "panic",
		"log_min_duration_statement":          "-1",
		"log_parameter_max_length":            "0",
		"log_error_verbosity":                 "terse",
		"log_checkpoints":                     "off",
		"log_autovacuum_min_duration":         "-1",
		"log_replication_commands":            "off",
		"log_disconnections":                  "off",
		"log_connections":                     "off",
		"log_min_messages":                    "warning",
		"shared_preload_libraries":            "",
		"session_preload_libraries":           "",
		"local_preload_libraries":             "",
		"allow_system_table_mods":             "off",
		"session_replication_role":            "origin",
		"idle_in_transaction_session_timeout": "60s",
	}
	for k, v := range p.opts.Settings {
		settings[k] = v
	}
	names := make([]string, 0, len(settings))
	for k := range settings {
		names = append(names, k)
	}
	sort.Strings(names)
	args := []string{"-D", p.data}
	for _, k := range names {
		args = append(args, "-c", k+"="+settings[k])
	}
	return args
}

// tail is the last n lines of text, on one line.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, " / ")
}
