package postgres

import "syscall"

// childAttributes puts a child into a process group of its own, so that Ctrl-C reaches the daemon only, and has the
// kernel send it death when the thread that forked it ends.
func childAttributes(c *syscall.Credential, death syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: c, Setpgid: true, Pdeathsig: death}
}
