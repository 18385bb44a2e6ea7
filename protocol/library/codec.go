package library

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// MarshalCommand writes a command as one JSON object whose member "command"
// names it.
func MarshalCommand(c Command) ([]byte, error) {
	name := Name(c)
	if name == "" {
		return nil, errors.New("encode command: no such command")
	}
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	return append([]byte(`{"command":"`+name+`",`), body[1:]...), nil
}

// UnmarshalCommand reads what MarshalCommand wrote, strictly. The error is
// safe to show.
func UnmarshalCommand(raw []byte) (Command, error) {
	var head struct {
		Command string `json:"command"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	delete(members, "command")
	rest, err := json.Marshal(members)
	if err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	switch head.Command {
	case "submit":
		return read[Submit](rest)
	case "review":
		return read[Review](rest)
	case "approve":
		return read[Approve](rest)
	case "make effective":
		return readMakeEffective(rest)
	case "set site values":
		return read[SetSiteValues](rest)
	case "withdraw":
		return read[Withdraw](rest)
	case "acknowledge":
		return read[Acknowledge](rest)
	}
	return nil, errors.New("no such command")
}

// readMakeEffective gives the instant in universal time, whatever zone it was
// written in.
func readMakeEffective(raw []byte) (Command, error) {
	c, err := read[MakeEffective](raw)
	effect, ok := c.(MakeEffective)
	if err != nil || !ok {
		return nil, err
	}
	if effect.From = effect.From.UTC(); effect.From.Year() < 1 || effect.From.Year() > 9998 {
		return nil, errors.New("the instant is none that a calendar names")
	}
	return effect, nil
}

func read[C Command](raw []byte) (Command, error) {
	var c C
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, errors.New("a member of the command does not fit: its name or its type is wrong")
	}
	return c, nil
}
