package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/postgres"
)

// daemonVariable makes the test binary play a daemon that serves the directory named in it, so that there is one to kill.
const daemonVariable = "COUNTERSIGN_TEST_DAEMON_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(daemonVariable); dir != "" {
		p, err := postgres.StartPrivate(context.Background(), postgres.PrivateOptions{Dir: dir})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("ready", p.PID())
		<-p.Done()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// room is a directory that the server's account can enter; a test's own temporary directory is root's alone.
func room(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cs-private-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "pg")
}

func start(t *testing.T, dir string) *postgres.Private {
	t.Helper()
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *postgres.Private) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Error(err)
	}
	select {
	case <-p.Done():
	default:
		t.Error("Stop returned before the server was gone")
	}
}

func open(t *testing.T, dsn string) *sqlx.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func remember(t *testing.T, p *postgres.Private) {
	t.Helper()
	db := open(t, p.DSN(postgres.Owner))
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE public.memory (id int); INSERT INTO public.memory VALUES (42)`); err != nil {
		t.Fatal(err)
	}
}

func mustRemember(t *testing.T, p *postgres.Private) {
	t.Helper()
	var n int
	if err := open(t, p.DSN(postgres.Owner)).GetContext(t.Context(), &n, `SELECT id FROM public.memory`); err != nil || n != 42 {
		t.Fatalf("what was committed is gone: %d, %v", n, err)
	}
}

func TestAPrivateServerKeepsItsDataAcrossStarts(t *testing.T) {
	dir := room(t)
	p := start(t, dir)
	remember(t, p)
	for _, who := range []postgres.Who{postgres.Owner, postgres.Runtime, postgres.Reader} {
		var is string
		if err := open(t, p.DSN(who)).GetContext(t.Context(), &is, `SELECT current_user`); err != nil || is != "countersign_"+string(who) {
			t.Errorf("as %s: %s, %v", who, is, err)
		}
	}
	var addresses string
	if err := open(t, p.DSN(postgres.Runtime)).GetContext(t.Context(), &addresses, `SHOW listen_addresses`); err != nil || addresses != "" {
		t.Errorf("the server listens on %q, %v", addresses, err)
	}
	stop(t, p)
	mustRemember(t, start(t, dir))
}

func TestAServerThatIsKilledComesBack(t *testing.T) {
	p := start(t, room(t))
	remember(t, p)
	db := open(t, p.DSN(postgres.Owner))
	warm(t, db, 5)
	old := p.PID()
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// The same pool works again, without anybody telling it.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		var n int
		err := db.GetContext(ctx, &n, `SELECT id FROM public.memory`)
		if err == nil && n == 42 && p.PID() != old && p.PID() != 0 {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("not back: %v", err)
		}
	}
	if p.Restarts() < 1 {
		t.Error("the restart was not counted")
	}
}

// daemon runs this test binary as a daemon on dir and gives its process and its server's.
func daemon(t *testing.T, dir string) (*exec.Cmd, int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), daemonVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	number, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		t.Fatalf("the daemon says %q, %v", line, err)
	}
	pid, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, pid
}

func TestTheNextStartWorksAfterTheDaemonIsKilled(t *testing.T) {
	dir := room(t)
	p := start(t, dir)
	remember(t, p)
	stop(t, p)
	for range 3 {
		cmd, _ := daemon(t, dir)
		if _, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{Dir: dir}); err == nil || !strings.Contains(err.Error(), "already serving") {
			t.Fatalf("a second daemon on the same directory: %v", err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	mustRemember(t, start(t, dir))
}

func TestAServerLeftBehindIsStopped(t *testing.T) {
	dir := room(t)
	p := start(t, dir)
	remember(t, p)
	stop(t, p)

	// A server on the same data that no daemon watches, as a killed daemon leaves one where the kernel sends no signal.
	found, err := postgres.FindBinaries(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(found[0].Dir, "postgres"), "-D", filepath.Join(dir, "data"),
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+filepath.Join(dir, "run"))
	if uid, gid := ownerOf(t, dir); uid != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		if err == nil && strings.HasPrefix(string(text), strconv.Itoa(cmd.Process.Pid)+"\n") && strings.Contains(string(text), "ready") {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("the server left behind did not start: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	next := start(t, dir)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the server left behind is still there")
	}
	if next.PID() == cmd.Process.Pid {
		t.Fatal("somebody else's child was taken for our own")
	}
	mustRemember(t, next)
}

func TestAStrangersProcessIsNeitherStoppedNorInTheWay(t *testing.T) {
	dir := room(t)
	p := start(t, dir)
	remember(t, p)
	stop(t, p)
	// The id in a stale postmaster.pid was given out again, to a process of the server's own account.
	uid, gid := ownerOf(t, dir)
	stranger := exec.Command("sleep", "300")
	if uid != os.Geteuid() {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- stranger.Wait() }()
	defer func() { _ = stranger.Process.Kill(); <-ended }()
	path := filepath.Join(dir, "data", "postmaster.pid")
	stale := fmt.Sprintf("%d\n%s\n", stranger.Process.Pid, filepath.Join(dir, "data"))
	if err := os.WriteFile(path, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
	mustRemember(t, start(t, dir))
	select {
	case err := <-ended:
		ended <- err
		t.Fatalf("the stranger was stopped: %v", err)
	default:
	}
}

func ownerOf(t *testing.T, path string) (uid, gid int) {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	sys := st.Sys().(*syscall.Stat_t)
	return int(sys.Uid), int(sys.Gid)
}

func TestAnotherMajorVersionIsRefusedAndLeftAlone(t *testing.T) {
	dir := room(t)
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"PG_VERSION": "9\n", "precious": "x"} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "was written by PostgreSQL 9") || !strings.Contains(err.Error(), "nothing was changed") {
		t.Fatalf("got %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(data, "precious")); err != nil || string(text) != "x" {
		t.Errorf("the directory was touched: %v", err)
	}
}

func TestADirectoryThatIsNoDatabaseIsRefused(t *testing.T) {
	dir := room(t)
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "is not a database") {
		t.Fatalf("got %v", err)
	}
}

func TestALongPathAndAnUnfinishedStartDoNoHarm(t *testing.T) {
	dir := filepath.Join(room(t), strings.Repeat("long", 30), "it's")
	if err := os.MkdirAll(filepath.Join(dir, "unfinished-1"), 0o711); err != nil {
		t.Fatal(err)
	}
	for p := dir; filepath.Dir(p) != p && strings.Contains(p, "cs-private-"); p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, dir)
	remember(t, p)
	mustRemember(t, p)
	if _, err := os.Stat(filepath.Join(dir, "unfinished-1")); !os.IsNotExist(err) {
		t.Errorf("what an earlier start left is still there: %v", err)
	}
}

func TestOnlyTheDaemonsAccountGetsIn(t *testing.T) {
	p := start(t, room(t))
	socket := strings.Split(p.DSN(postgres.Administrator), "'")[1]
	if st, err := os.Stat(socket); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory is open to others: %v, %v", st.Mode(), err)
	}
	found, err := postgres.FindBinaries(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	// A name that is in no map is refused even to the daemon's own account; under root, so is the account that the
	// server runs as, by any name.
	cmd := exec.CommandContext(t.Context(), filepath.Join(found[0].Dir, "psql"), "-h", socket, "-U", "postgres", "-d", "countersign", "-c", "SELECT 1")
	cmd.Dir = "/"
	if uid, gid := ownerOf(t, socket); uid != os.Geteuid() {
		cmd.Args[4] = "countersign_owner"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(strings.ToLower(string(out)), "peer authentication failed") {
		t.Fatalf("%v: %s", err, out)
	}
}
