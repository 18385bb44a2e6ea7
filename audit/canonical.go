package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of what is made canonical.
const (
	maxCanonical = 4 << 20   // bytes of input
	maxDepth     = 64        // nested arrays and objects
	maxInteger   = 1<<53 - 1 // largest whole number that every reader of JSON keeps
)

// Canonical encodes a value as JSON and makes it canonical (RFC 8785). Numbers
// have to be whole and within ±(2^53 − 1); everything else that counts is a
// string.
func Canonical(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return CanonicalJSON(bytes.TrimSuffix(buffer.Bytes(), []byte("\n")))
}

// CanonicalJSON makes one JSON value canonical: members in the order of their
// UTF-16 names, no white space, one way to write each string. It refuses what
// two readers could understand differently: duplicate names, invalid UTF-8,
// lone surrogates, numbers that are not whole or too large, depth over 64, and
// anything after the value.
func CanonicalJSON(raw []byte) ([]byte, error) {
	switch {
	case len(raw) > maxCanonical:
		return nil, fmt.Errorf("%d bytes of JSON are more than the %d that are taken", len(raw), maxCanonical)
	case !utf8.Valid(raw):
		return nil, errors.New("the JSON is not valid UTF-8")
	}
	if alreadyCanonical(raw) {
		return bytes.Clone(raw), nil
	}
	return rewrite(raw)
}

// rewrite reads a value and writes it canonically.
func rewrite(raw []byte) ([]byte, error) {
	if err := noLoneSurrogates(raw); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	out, err := canonicalValue(make([]byte, 0, len(raw)), decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return out, nil
}

func canonicalValue(out []byte, decoder *json.Decoder, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the JSON is nested more than %d deep", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return canonicalArray(append(out, '['), decoder, depth+1)
		}
		return canonicalObject(append(out, '{'), decoder, depth+1)
	case json.Number:
		return canonicalNumber(out, token)
	case string:
		return appendString(out, token), nil
	case bool:
		return strconv.AppendBool(out, token), nil
	default:
		return append(out, "null"...), nil
	}
}

func canonicalArray(out []byte, decoder *json.Decoder, depth int) ([]byte, error) {
	for first := true; decoder.More(); first = false {
		if !first {
			out = append(out, ',')
		}
		var err error
		if out, err = canonicalValue(out, decoder, depth); err != nil {
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return append(out, ']'), nil
}

func canonicalObject(out []byte, decoder *json.Decoder, depth int) ([]byte, error) {
	type member struct {
		name  string
		order []uint16
		value []byte
	}
	var members []member
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read JSON: %w", err)
		}
		name, ok := token.(string)
		if !ok {
			return nil, errors.New("a member's name is not a string")
		}
		value, err := canonicalValue(nil, decoder, depth)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name, utf16.Encode([]rune(name)), value})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	slices.SortFunc(members, func(a, b member) int { return slices.Compare(a.order, b.order) })
	for i, m := range members {
		if i > 0 {
			if members[i-1].name == m.name {
				return nil, fmt.Errorf("the member %q stands twice in one object", m.name)
			}
			out = append(out, ',')
		}
		out = append(append(appendString(out, m.name), ':'), m.value...)
	}
	return append(out, '}'), nil
}

func canonicalNumber(out []byte, number json.Number) ([]byte, error) {
	whole, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || whole > maxInteger || whole < -maxInteger {
		return nil, errors.New("a number is not whole, or beyond 2^53 − 1: decimals are written as strings")
	}
	return strconv.AppendInt(out, whole, 10), nil
}

// appendString writes a string as RFC 8785 section 3.2.2.2 has it.
func appendString(out []byte, s string) []byte {
	const hexadecimal = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= 0x20:
			out = append(out, c)
		case c == '\b':
			out = append(out, '\\', 'b')
		case c == '\t':
			out = append(out, '\\', 't')
		case c == '\n':
			out = append(out, '\\', 'n')
		case c == '\f':
			out = append(out, '\\', 'f')
		case c == '\r':
			out = append(out, '\\', 'r')
		default:
			out = append(out, '\\', 'u', '0', '0', hexadecimal[c>>4], hexadecimal[c&15])
		}
	}
	return append(out, '"')
}

// noLoneSurrogates refuses an escaped half of a UTF-16 pair, which the
// standard library would silently replace.
func noLoneSurrogates(raw []byte) error {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		unit, escaped := escapedUnit(raw[i:])
		if !escaped {
			i++ // a two-character escape; its second character means nothing more
			continue
		}
		if utf16.IsSurrogate(rune(unit)) {
			low, pair := escapedUnit(raw[min(i+6, len(raw)):])
			if !pair || utf16.DecodeRune(rune(unit), rune(low)) == utf8.RuneError {
				return errors.New("the JSON holds half of a surrogate pair")
			}
			i += 6
		}
		i += 5
	}
	return nil
}

func escapedUnit(raw []byte) (unit uint16, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return uint16(n), err == nil
}
