package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopOrphan ends the server that a killed daemon left behind in the same data directory. The process is asked for by
// its id and only if it shows itself to be a PostgreSQL server on this directory: ids are given out again, and somebody
// else's process is never signalled. If the id is a stranger's by now, the stale file is removed, for PostgreSQL would
// hold back for it; what is left of an old server's children still keeps a new one out through its shared memory, which
// is found by the data directory's inode and not by that file.
func (p *Private) stopOrphan(ctx context.Context) error {
	pf, err := readPIDFile(p.data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		p.log.Warn("the private database's postmaster.pid cannot be read", "error", err)
		return nil
	}
	if !isServerOn(ctx, pf.pid, p.data) {
		if errors.Is(syscall.Kill(pf.pid, 0), syscall.ESRCH) {
			return nil // PostgreSQL sees that for itself
		}
		p.log.Warn("the process named in postmaster.pid is not this database's server", "pid", pf.pid)
		return os.Remove(filepath.Join(p.data, "postmaster.pid"))
	}
	p.log.Warn("stopping the database server that an earlier daemon left behind", "pid", pf.pid)
	// Fast first. After half a minute at once, which costs a recovery and no data.
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		if err := syscall.Kill(pf.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the server left behind (process %d): %w", pf.pid, err)
		}
		gone, err := awaitGone(ctx, pf.pid, p.data, step.wait)
		if err != nil {
			return err
		}
		if gone {
			return nil
		}
	}
	return fmt.Errorf("the server that an earlier daemon left behind (process %d) does not stop", pf.pid)
}

// awaitChildren waits for what a killed server's own processes still do: each ends by itself when it sees that its parent
// is gone, and until the last has ended no new server gets the data directory's shared memory. Where there is no /proc,
// the first start is tried again instead.
func (p *Private) awaitChildren(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		pids, err := filepath.Glob("/proc/[0-9]*")
		if err != nil || !slices.ContainsFunc(pids, func(proc string) bool {
			pid, err := strconv.Atoi(filepath.Base(proc))
			return err == nil && isServerOn(ctx, pid, p.data)
		}) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	p.log.Warn("processes of an earlier database server do not end", "data", p.data)
	return nil
}

func awaitGone(ctx context.Context, pid int, data string, limit time.Duration) (bool, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	deadline := time.Now().Add(limit)
	for {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || !isServerOn(ctx, pid, data) {
			return true, nil
		}
		if time.Now().After(deadline) {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-tick.C:
		}
	}
}

// isServerOn reports whether process pid is a PostgreSQL server whose data directory is data.
func isServerOn(ctx context.Context, pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if _, err := os.Stat("/proc/self"); err == nil {
		// A server's working directory is its data directory. What has exited but was not waited for has none.
		cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
		if err != nil {
			return false
		}
		exe, err := os.Readlink(filepath.Join(proc, "exe"))
		if err != nil {
			return false
		}
		name := strings.TrimSuffix(filepath.Base(exe), " (deleted)")
		return name == "postgres" && sameDir(strings.TrimSuffix(cwd, " (deleted)"), data)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "postgres -D "+data+" ")
}

func sameDir(a, b string) bool {
	if a == b {
		return true
	}
	sa, err1 := os.Stat(a)
	sb, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(sa, sb)
}
