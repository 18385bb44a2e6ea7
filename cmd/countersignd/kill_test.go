package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/batch"
	"countersign/web/api"
)

// daemon is countersignd as a process of its own, which can be killed.
type daemon struct {
	t       *testing.T
	program string
	environ []string
	dir     string
	base    string
	running *exec.Cmd
}

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "countersign-kill-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	d := &daemon{t: t, program: filepath.Join(dir, "countersignd"), dir: filepath.Join(dir, "site"), base: "http://" + address}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", d.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	d.environ = append(os.Environ(),
		"COUNTERSIGN_SITE_ORIGIN=example.rehearsal", "COUNTERSIGN_SITE_KIND=rehearsal", "COUNTERSIGN_SITE_NAME=Rehearsal Hospital",
		"COUNTERSIGN_SITE_UNIT=Theatre 4", "COUNTERSIGN_SITE_ADDRESS=1 Example Road", "COUNTERSIGN_SITE_CONTROL_SITE_NAME=Example Control Site",
		"COUNTERSIGN_SITE_CONTROL_SITE_ADDRESS=2 Example Road", "COUNTERSIGN_SITE_CONTROL_SITE_LICENCE=MS 00000",
		"COUNTERSIGN_SIGN_IN_RATE=600", "COUNTERSIGN_DATA_DIR="+d.dir, "COUNTERSIGN_LISTEN="+address, "COUNTERSIGN_LOG_LEVEL=error")
	return d
}

// found runs init and reads the founders' one-time passwords from what it prints.
func (d *daemon) found() map[string]string {
	d.t.Helper()
	c := exec.CommandContext(d.t.Context(), d.program, "init", "--administrator", "ruth:Ruth Adeyemi", "--quality-lead", "priya:Priya Nair")
	c.Env = d.environ
	out, err := c.CombinedOutput()
	if err != nil {
		d.t.Fatalf("init: %v\n%s", err, out)
	}
	passwords := map[string]string{}
	for _, m := range regexp.MustCompile(`sign in as (\S+)\s+one-time password (\S+)`).FindAllStringSubmatch(string(out), -1) {
		passwords[m[1]] = m[2]
	}
	return passwords
}

// start runs serve and waits until it answers.
func (d *daemon) start() {
	var said bytes.Buffer
	d.running = exec.Command(d.program, "serve")
	d.running.Env, d.running.Stderr = d.environ, &said
	if err := d.running.Start(); err != nil {
		d.t.Error(err)
		return
	}
	deadline, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if err := again(deadline, func() error { _, _, err := siteClock(deadline, d.base); return err }); err != nil {
		d.t.Errorf("the daemon does not answer: %v\n%s", err, said.String())
	}
}

func (d *daemon) kill() {
	_ = d.running.Process.Kill()
	_ = d.running.Wait()
}

// killPostgres kills the private server's first process.
func (d *daemon) killPostgres() {
	files, _ := filepath.Glob(filepath.Join(d.dir, "postgres", "*", "postmaster.pid"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(text), "\n")
		if pid, err := strconv.Atoi(first); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
	}
	d.t.Errorf("no postmaster.pid under %s", d.dir)
}

// again sends the same thing until it is answered: a lost connection or a
// broken daemon is no answer, a refusal is one.
func again(ctx context.Context, do func() error) error {
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for {
		err := do()
		var problem *api.Problem
		if err == nil || errors.As(err, &problem) && problem.Code != "broken" {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-pause.C:
		}
	}
}

// persist does one act until it is answered: under one key, or, signed, under
// one sheet's nonce.
func persist(ctx context.Context, at, second *client, id string, command batch.Command) (signed bool, err error) {
	raw, err := batch.MarshalCommand(command)
	if err != nil {
		return false, err
	}
	once := map[string]any{"key": key(), "command": json.RawMessage(raw)}
	err = again(ctx, func() error {
		return at.call(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/commands", once, nil)
	})
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Code != "signature_needed" {
		return false, err
	}
	var sheet api.SheetView
	if err := again(ctx, func() error { sheet, err = at.propose(ctx, id, raw, second); return err }); err != nil {
		return true, err
	}
	return true, again(ctx, func() error { _, err := at.sign(ctx, id, raw, sheet.Nonce, second); return err })
}

// Design, section 10: the daemon or PostgreSQL is killed at any instant; every
// acknowledged signature is there after restart, none twice, the log verifies,
// and the batch goes on.
func TestNothingAcknowledgedIsLostOrDoubledWhenTheDaemonOrPostgreSQLIsKilled(t *testing.T) {
	const kills = 20
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	s, err := findScript("aso-certified-and-given")
	if err != nil {
		t.Fatal(err)
	}
	d := newDaemon(t)
	founders := d.found()
	d.start()
	t.Cleanup(func() { d.kill() })
	c, err := assemble(ctx, d.base, founders, rehearsalPassword, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.adoptExample(ctx, s.Protocol, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var killed atomic.Int64
	over := make(chan struct{})
	go func() {
		defer close(over)
		chance := rand.New(rand.NewPCG(seed, 0))
		for killed.Load() < kills {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Duration(chance.IntN(400)) * time.Millisecond):
			}
			if chance.IntN(2) == 0 {
				d.kill()
				d.start()
			} else {
				d.killPostgres()
			}
			killed.Add(1)
		}
	}()
	for n := 1; n == 1 || killed.Load() < kills; n++ {
		wholeBatch(ctx, t, c, s, &player{p: p}, fmt.Sprintf("R-2026-%04d", n))
		if t.Failed() {
			break
		}
	}
	cancelled := ctx.Err()
	<-over
	if cancelled != nil {
		t.Fatal(cancelled)
	}
	var verified api.VerificationView
	err = again(ctx, func() error {
		return c.members["priya"].call(ctx, http.MethodPost, "/log/verifications", nil, &verified)
	})
	if err != nil || !verified.Holds {
		t.Errorf("the log: %+v, %v", verified, err)
	}
}

// wholeBatch plays a script to its end through every kill, and counts the
// signatures that were acknowledged against those in the log.
func wholeBatch(ctx context.Context, t *testing.T, c *company, s *script, with *player, id string) {
	t.Helper()
	var pl *player
	err := again(ctx, func() (err error) { pl, err = newPlayer(ctx, c, s, with.p, id, func(string) {}); return err })
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	act := func(at, second *client, command batch.Command, refused string) {
		signed, err := persist(ctx, at, second, id, command)
		var problem *api.Problem
		switch {
		case refused != "" && errors.As(err, &problem) && problem.Code == refused:
		case err != nil || refused != "":
			t.Fatalf("%s: %s: %v", id, words(command), err)
		case signed:
			acknowledged++
		}
	}
	for i, line := range s.lines {
		if err := again(ctx, func() error { return pl.until(ctx, line.at) }); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := again(ctx, func() error { return pl.furnish(ctx) }); err != nil {
				t.Fatal(err)
			}
			act(c.members["omar"], nil, pl.opening(), "")
		}
		at, second := c.members[line.who], (*client)(nil)
		if _, check := line.command.(batch.Check); check && line.who != "asha" {
			at, second = c.members["asha"], at
		}
		act(at, second, pl.placed(line), line.refused)
	}
	var trail struct{ Entries []api.TrailLine }
	if err := again(ctx, func() error {
		return c.members["priya"].call(ctx, http.MethodGet, "/batches/"+id+"/trail", nil, &trail)
	}); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range trail.Entries {
		if entry.Signed != "" {
			found++
		}
	}
	if found != acknowledged {
		t.Errorf("%s: %d signatures were acknowledged, %d stand in the log", id, acknowledged, found)
	}
	var view api.BatchView
	if err := again(ctx, func() (err error) { view, err = pl.ends(ctx); return err }); err != nil || view.Status != s.Expect.Status {
		t.Errorf("%s is %q: %v", id, view.Status, err)
	}
}
