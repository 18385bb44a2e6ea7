package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
)

// How the supervisor waits.
const (
	backoffFirst = 100 * time.Millisecond
	backoffMost  = 10 * time.Second
	// steadyAfter is how long a server must have run for its end to be taken as a new misfortune.
	steadyAfter = time.Minute
	// firstStarts bounds the first start: the processes of a server killed a moment ago may hold its shared memory.
	firstStarts = 4
	pollEvery   = 20 * time.Millisecond
	sayEvery    = 10 * time.Second
)

// supervise starts the server, again and again, until it is told to stop. first hears when it answers, or why it does
// not after firstStarts attempts; in that case there is no further one.
func (p *Private) supervise(first chan<- error) {
	defer close(p.done)
	defer p.dropLock()
	backoff := backoffFirst
	answered := false
	for attempt := 1; ; attempt++ {
		began := time.Now()
		ready, exited := p.launch()
		err := <-ready
		if err == nil {
			p.log.Info("the private database server is ready", "pid", p.child.Load(), "took", time.Since(began))
			if !answered {
				answered = true
				first <- nil
			}
		}
		// What never was ready has ended as well, and err says why already.
		if end := <-exited; err == nil {
			err = end
		}
		p.child.Store(0)
		switch {
		case p.stopping():
			p.log.Info("the private database server has stopped")
			if !answered {
				first <- err
			}
			return
		case !answered && attempt == firstStarts:
			first <- err
			return
		case time.Since(began) > steadyAfter:
			backoff = backoffFirst
		}
		p.log.Error("the private database server ended and is started again", "error", err, "wait", backoff)
		timer := time.NewTimer(backoff)
		select {
		case <-p.stop:
			timer.Stop()
			if !answered {
				first <- err
			}
			return
		case <-timer.C:
		}
		backoff = min(2*backoff, backoffMost)
		if answered {
			p.restarts.Add(1)
		}
	}
}

func (p *Private) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// launch starts one server. ready gives nil when it answers, or why it never will; exited gives how it ended.
func (p *Private) launch() (ready, exited <-chan error) {
	readyC, exitedC := make(chan error, 1), make(chan error, 1)
	startup := filepath.Join(p.opts.Dir, "log", "startup.log")
	fail := func(err error) (<-chan error, <-chan error) {
		readyC <- err
		exitedC <- err
		return readyC, exitedC
	}
	// What the server says before its own log is open. Only the last start's words are kept.
	if err := p.acct.writeFile(startup, ""); err != nil {
		return fail(err)
	}
	out, err := os.OpenFile(startup, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fail(err)
	}
	// No context ends the server: Stop does, in its own order.
	cmd := exec.CommandContext(context.Background(), p.bin.program("postgres"), p.arguments()...)
	cmd.Dir = p.opts.Dir
	cmd.Env = p.environment()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = childAttributes(p.acct.credential(), syscall.SIGINT)

	started := make(chan error, 1)
	over := make(chan struct{})
	go func() {
		// The kernel ties the death signal to the thread that forked. This one lives as long as the server.
		runtime.LockOSThread()
		err := cmd.Start()
		_ = out.Close()
		started <- err
		if err != nil {
			close(over)
			exitedC <- err
			return
		}
		err = cmd.Wait()
		close(over)
		exitedC <- endOf(err, startup)
	}()
	if err := <-started; err != nil {
		readyC <- fmt.Errorf("start %s: %w", p.bin.program("postgres"), err)
		return readyC, exitedC
	}
	pid := cmd.Process.Pid
	p.child.Store(int64(pid))
	if p.stopping() {
		_ = cmd.Process.Signal(syscall.SIGINT)
	}
	go func() { readyC <- p.awaitReady(pid, over, startup) }()
	return readyC, exitedC
}

func endOf(err error, startup string) error {
	text, _ := os.ReadFile(startup)
	if err == nil {
		err = errors.New("exit status 0")
	}
	if t := tail(string(text), 4); t != "" {
		return fmt.Errorf("%w: %s", err, t)
	}
	return err
}

// awaitReady waits until this very child has its id in postmaster.pid and answers a question. An orphan of an earlier
// daemon may answer on the same socket; it is not taken for ours. Recovery after a crash may take long, so there is no
// limit here while the child lives.
func (p *Private) awaitReady(pid int, over <-chan struct{}, startup string) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	said := time.Now()
	for {
		select {
		case <-over:
			return fmt.Errorf("the server ended before it was ready: %w", endOf(errors.New("see its log directory"), startup))
		case <-tick.C:
		}
		if pf, err := readPIDFile(p.data); err == nil && pf.pid == pid {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			err := p.asAdministrator(ctx, func(*sqlx.DB) error { return nil })
			cancel()
			if err == nil {
				return nil
			}
		}
		if time.Since(said) > sayEvery {
			said = time.Now()
			p.log.Info("still waiting for the private database server", "pid", pid)
		}
	}
}

// Stop ends the server: a fast shutdown, which disconnects everybody and writes everything; when ctx is over, an
// immediate one, after which the next start recovers. Nothing acknowledged is lost either way. Safe to call twice.
func (p *Private) Stop(ctx context.Context) error {
	p.stopOnce.Do(func() { close(p.stop) })
	p.signal(syscall.SIGINT)
	select {
	case <-p.done:
		return p.cleanUp()
	case <-ctx.Done():
	}
	p.signal(syscall.SIGQUIT)
	timer := time.NewTimer(10 * time.Second)
	defer timer.Stop()
	select {
	case <-p.done:
		return errors.Join(p.cleanUp(), fmt.Errorf("private PostgreSQL: stopped at once: %w", ctx.Err()))
	case <-timer.C:
	}
	p.signal(syscall.SIGKILL)
	<-p.done
	return errors.Join(p.cleanUp(), fmt.Errorf("private PostgreSQL: killed: %w", ctx.Err()))
}

func (p *Private) signal(s syscall.Signal) {
	if pid := p.child.Load(); pid > 0 {
		_ = syscall.Kill(int(pid), s)
	}
}

func (p *Private) cleanUp() error {
	if p.socket == shortName(p.opts.Dir) {
		return os.RemoveAll(p.socket)
	}
	return nil
}

// runLocked runs cmd on a thread that outlives it, for the death signal's sake.
func runLocked(cmd *exec.Cmd) error {
	errc := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		errc <- cmd.Run()
	}()
	return <-errc
}

// pidFile is what matters of postmaster.pid.
type pidFile struct {
	pid  int
	data string
}

func readPIDFile(data string) (pidFile, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return pidFile{}, err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 2 {
		return pidFile{}, errors.New("postmaster.pid is not whole")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return pidFile{}, errors.New("postmaster.pid names no process")
	}
	return pidFile{pid: pid, data: strings.TrimSpace(lines[1])}, nil
}
