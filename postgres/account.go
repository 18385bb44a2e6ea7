package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the private server runs as. PostgreSQL refuses to run as root, so a daemon that runs as root hands its
// server to another account.
type account struct {
	name     string // of the server
	uid, gid int
	// switched is set if the server's account is not this process's.
	switched bool
	// caller is the name that this process connects with: the socket's peer.
	caller string
}

// accounts are tried in this order when root names none.
func accountsForRoot() []string { return []string{"countersign", "postgres", "nobody"} }

func findAccount(wanted string) (account, error) {
	me, err := user.Current()
	if err != nil {
		return account{}, fmt.Errorf("this process's account is not in the password file, which PostgreSQL requires: %w", err)
	}
	if os.Geteuid() != 0 {
		if wanted != "" && wanted != me.Username {
			return account{}, fmt.Errorf("only root can run the private server as %s; this process is %s", wanted, me.Username)
		}
		return account{name: me.Username, uid: os.Geteuid(), gid: os.Getegid(), caller: me.Username}, nil
	}
	names := accountsForRoot()
	if wanted != "" {
		names = []string{wanted}
	}
	for _, n := range names {
		u, err := user.Lookup(n)
		var unknown user.UnknownUserError
		if errors.As(err, &unknown) {
			continue
		}
		if err != nil {
			return account{}, fmt.Errorf("look up the account %s: %w", n, err)
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, fmt.Errorf("look up the account %s: %w", n, err)
		}
		if uid == 0 {
			return account{}, fmt.Errorf("the account %s is root by another name, and PostgreSQL refuses root", n)
		}
		return account{name: n, uid: uid, gid: gid, switched: true, caller: me.Username}, nil
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root, and none of the accounts %q exists; create one and name it in the configuration", names)
}

func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	// The account's own group and no other: root's supplementary groups are not handed down.
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid), Groups: []uint32{}}
}

// ownDir makes dir, closed to everybody else, the account's.
func (a account) ownDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return os.Chown(dir, a.uid, a.gid)
}

// writeFile replaces a file as a whole, readable by the account only.
func (a account) writeFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o600), f.Chown(a.uid, a.gid), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// canEnter checks that the account may walk down to dir; root may where the account may not.
func (a account) canEnter(dir string) error {
	if !a.switched {
		return nil
	}
	for p := filepath.Dir(dir); ; p = filepath.Dir(p) {
		st, err := os.Stat(p)
		if err != nil {
			return err
		}
		if !a.mayTraverse(st) {
			return fmt.Errorf("the account %s, which runs the private server, cannot enter %s; choose another data directory, or open that one with chmod o+x", a.name, p)
		}
		if p == filepath.Dir(p) {
			return nil
		}
	}
}

func (a account) mayTraverse(st fs.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch {
	case int(sys.Uid) == a.uid:
		return st.Mode()&0o100 != 0
	case int(sys.Gid) == a.gid:
		return st.Mode()&0o010 != 0
	}
	return st.Mode()&0o001 != 0
}

// socketPathMax is the longest path of a Unix socket that fits sockaddr_un on every system served (104 on the BSDs and
// macOS, 108 on Linux, with the closing zero). PostgreSQL adds its file's name.
const (
	socketPathMax = 103
	socketName    = "/.s.PGSQL.5432"
)

// socketDir is dir if a socket's path fits there, else a short directory of the account's own under the temporary one,
// always the same for one data directory so that a killed daemon leaves one and not many.
func (a account) socketDir(dir, short string) (string, error) {
	if len(dir)+len(socketName) > socketPathMax {
		dir = short
		if len(dir)+len(socketName) > socketPathMax {
			return "", fmt.Errorf("the path of the temporary directory %s is too long for a socket", os.TempDir())
		}
		// The temporary directory is everybody's: one that somebody else made under this name is not used.
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		st, err := os.Lstat(dir)
		if err != nil {
			return "", err
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if !st.IsDir() || !ok || (int(sys.Uid) != a.uid && int(sys.Uid) != os.Geteuid()) {
			return "", fmt.Errorf("%s belongs to somebody else; remove it", dir)
		}
	}
	return dir, a.ownDir(dir)
}
