package main

import "golang.org/x/sys/unix"

// clockSound asks the kernel whether its clock is synchronised (NUM-08). It
// needs no rights.
func clockSound() (bool, string) {
	var state unix.Timex
	condition, err := unix.Adjtimex(&state)
	if err != nil {
		return false, "the clock's state is not known"
	}
	if condition == unix.TIME_ERROR || state.Status&unix.STA_UNSYNC != 0 {
		return false, "the clock is not synchronised"
	}
	return true, "the clock is synchronised"
}
