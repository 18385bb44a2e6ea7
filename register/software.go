package register

import (
	"encoding/json"
	"fmt"
	"time"

	"countersign/audit"
)

// KindSoftwareChanged says which program writes the log from here on, and
// under which edition of the batch rules it decides: a verifier of another
// edition knows which entries it may decide again (A11 10).
const KindSoftwareChanged audit.Kind = "site.software_changed"

// SoftwareStream holds the changes of the program.
const SoftwareStream audit.StreamID = "site/software"

// Software is a program as the log knows it. Edition counts from 1; a log that
// says nothing yet was written under edition 1.
type Software struct {
	Version string `json:"version"`
	Edition int    `json:"edition"`
}

// ChangeSoftware gives the draft of an entry with which a program begins.
func ChangeSoftware(to Software, now time.Time) (audit.Draft, error) {
	payload, err := json.Marshal(to)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode the software: %w", err)
	}
	return audit.Draft{Stream: SoftwareStream, Kind: KindSoftwareChanged, KindVersion: 1, Time: now, Actor: "system", Payload: payload}, nil
}

// ReadSoftware reads what ChangeSoftware wrote.
func ReadSoftware(entry audit.Entry) (Software, error) {
	var to Software
	if entry.Kind != KindSoftwareChanged || entry.KindVersion != 1 {
		return to, fmt.Errorf("entry %d does not name a program", entry.Index)
	}
	if err := audit.DecodeStrictly(entry.Payload, &to); err != nil {
		return to, fmt.Errorf("entry %d: read the program: %w", entry.Index, err)
	}
	if to.Version == "" || to.Edition < 1 {
		return to, fmt.Errorf("entry %d names no program", entry.Index)
	}
	return to, nil
}
