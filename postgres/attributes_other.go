//go:build !linux

package postgres

import "syscall"

// childAttributes puts a child into a process group of its own, so that Ctrl-C reaches the daemon only. Without Linux
// nothing tells the child of the daemon's sudden end; the next start does.
func childAttributes(c *syscall.Credential, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: c, Setpgid: true}
}
