package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
)

// DecodeStrictly reads a payload into a value: a member that the value does
// not have, and anything that follows the payload, is an error.
func DecodeStrictly(payload []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the payload")
	}
	return nil
}

// Seal gives values the form of sealed members, in the order of their names,
// each with a salt of its own; salts gives a fresh random one at each call.
func Seal(values map[string]string, salts func() [32]byte) []SealedMember {
	var members []SealedMember
	for _, name := range slices.Sorted(maps.Keys(values)) {
		members = append(members, SealedMember{Name: name, Salt: salts(), Value: values[name]})
	}
	return members
}
