package register

import (
	"encoding/json"
	"fmt"
	"time"

	"countersign/audit"
)

// KindClockMoved is an entry that moves the clock of a training or rehearsal
// site forward. A live site's clock is the server's, and nobody moves it here.
const KindClockMoved audit.Kind = "site.clock_moved"

// ClockStream holds the moves of the clock, apart from what the site is.
const ClockStream audit.StreamID = "site/clock"

type clockMoved struct {
	Microseconds int64 `json:"microseconds"`
}

// MostMove bounds one move of the clock.
const MostMove = 400 * 24 * time.Hour

// MoveClock gives the draft that moves a training or rehearsal site's clock
// forward. The error is a sentence safe to show.
func MoveClock(site Site, by time.Duration, actor string, now time.Time) (audit.Draft, error) {
	switch {
	case site.Kind != Training && site.Kind != Rehearsal:
		return audit.Draft{}, fmt.Errorf("the clock of a live site is the server's, and cannot be moved")
	case by <= 0 || by > MostMove:
		return audit.Draft{}, fmt.Errorf("the clock moves forward only, and by no more than 400 days at once")
	}
	payload, err := json.Marshal(clockMoved{Microseconds: by.Microseconds()})
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode the move of the clock: %w", err)
	}
	return audit.Draft{Stream: ClockStream, Kind: KindClockMoved, KindVersion: 1, Time: now, Actor: actor, Payload: payload}, nil
}

// ReadClockMoved reads by how much an entry moved the clock.
func ReadClockMoved(entry audit.Entry) (time.Duration, error) {
	var moved clockMoved
	if entry.Kind != KindClockMoved || entry.KindVersion != 1 {
		return 0, fmt.Errorf("entry %d does not move the clock", entry.Index)
	}
	if err := audit.DecodeStrictly(entry.Payload, &moved); err != nil {
		return 0, fmt.Errorf("entry %d: read the move of the clock: %w", entry.Index, err)
	}
	return time.Duration(moved.Microseconds) * time.Microsecond, nil
}
