package register

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// MarshalCommand writes a command as one JSON object whose member "command"
// names it.
func MarshalCommand(c Command) ([]byte, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	return append([]byte(`{"command":"`+c.Name()+`",`), body[1:]...), nil
}

// UnmarshalCommand reads what MarshalCommand wrote, strictly. The error is safe
// to show.
func UnmarshalCommand(raw []byte) (Command, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	var name string
	if err := json.Unmarshal(members["command"], &name); err != nil {
		return nil, errors.New("the command is not named")
	}
	delete(members, "command")
	rest, err := json.Marshal(members)
	if err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	for _, zero := range Commands() {
		if zero.Name() != name {
			continue
		}
		target := reflect.New(reflect.TypeOf(zero))
		decoder := json.NewDecoder(bytes.NewReader(rest))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(target.Interface()); err != nil {
			return nil, fmt.Errorf("a member of the command %q does not fit: its name or its type is wrong", name)
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return nil, errors.New("something follows the command")
		}
		if command, ok := target.Elem().Interface().(Command); ok {
			return command, nil
		}
	}
	return nil, errors.New("no such command")
}
