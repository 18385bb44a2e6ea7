//go:build !linux

package main

// clockSound cannot ask other systems than Linux.
func clockSound() (bool, string) { return false, "the clock's state is not known" }
