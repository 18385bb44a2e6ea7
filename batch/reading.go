package batch

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/audit"
)

// reader reads the payloads of many entries. It goes through the bytes once and
// expects at each place what DraftOf would have written there, which is both
// the reading and the proof that nothing else stands there. Where it meets
// anything else (an escaped character, what is sealed, a fault) it leaves the
// entry to DecodeEvent, which says what is wrong if something is. What it has
// accepted, DecodeEvent reads the same: FuzzDecodeEvent holds it to that.
type reader struct {
	shapes map[audit.Kind]*shape // of the kinds that were met; nil for one that is left to DecodeEvent
	words  map[string]string     // names, roles, steps: in memory once, however many entries say them
}

// shape is how a struct is written: its members in the order of their names.
type shape struct {
	of      reflect.Type
	version int // of the kind
	members []member
	desk    reflect.Value // where an event is read, one after the other
}

type member struct {
	name  string // as in `,"step":`
	place int    // in the struct
	maybe bool   // left out when it is empty
	last  string // what stood here in the entry before: often the same again
	inner *shape // of a struct, or of each in a list of structs
}

// Bounds of what reader reads and keeps itself.
const (
	longestQuick = 1 << 16 // bytes of a payload
	longestWord  = 64      // bytes
	mostWords    = 1 << 14
)

func newReader() *reader {
	return &reader{shapes: map[audit.Kind]*shape{}, words: map[string]string{}}
}

// event is DecodeEvent.
func (r *reader) event(e audit.Entry, openings map[string]string) (Event, error) {
	if ev := r.quick(e); ev != nil {
		return ev, nil
	}
	return DecodeEvent(e, openings)
}

// quick reads an entry that is written as most are; nil leaves it to
// DecodeEvent.
func (r *reader) quick(e audit.Entry) Event {
	s := r.shape(e.Kind)
	if s == nil || e.KindVersion != s.version || len(e.Payload) > longestQuick || !utf8.Valid(e.Payload) {
		return nil
	}
	at := payload{raw: e.Payload, words: r.words}
	s.desk.SetZero()
	if !at.object(s.desk, s) || at.at != len(at.raw) {
		return nil
	}
	ev, ok := s.desk.Interface().(Event) // a copy
	if !ok || sealedOf(ev) != nil {
		return nil
	}
	return ev
}

func (r *reader) shape(kind audit.Kind) *shape {
	s, met := r.shapes[kind]
	if met {
		return s
	}
	for _, zero := range events() {
		if zero.Kind() == kind {
			if s = shapeOf(reflect.TypeOf(zero)); s != nil {
				s.version, s.desk = versionOf(zero), reflect.New(s.of).Elem()
			}
		}
	}
	r.shapes[kind] = s
	return s
}

// shapeOf describes a struct; nil when something in it is written in a way that
// reader does not know.
func shapeOf(t reflect.Type) *shape {
	s := &shape{of: t}
	for i := range t.NumField() {
		field := t.Field(i)
		name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		m := member{name: `,"` + name + `":`, place: i, maybe: rest == "omitempty" || rest == "omitzero"}
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			m.inner = shapeOf(inner)
		}
		if name == "" || rest != "" && !m.maybe || !plain(inner) || inner.Kind() == reflect.Struct && m.inner == nil {
			return nil
		}
		s.members = append(s.members, m)
	}
	slices.SortFunc(s.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return s
}

// plain says that a type is written as its kind is.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Struct:
		p := reflect.PointerTo(t)
		return !p.Implements(reflect.TypeFor[json.Unmarshaler]()) && !p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	}
	return false
}

// payload is how far a payload has been read.
type payload struct {
	raw   []byte
	at    int
	words map[string]string
}

func (p *payload) take(text string) bool {
	if len(p.raw)-p.at < len(text) || string(p.raw[p.at:p.at+len(text)]) != text {
		return false
	}
	p.at += len(text)
	return true
}

func (p *payload) object(into reflect.Value, s *shape) bool {
	if !p.take("{") {
		return false
	}
	first := 1 // no comma stands before the first member
	for i := range s.members {
		m := &s.members[i]
		if !p.take(m.name[first:]) {
			if m.maybe {
				continue
			}
			return false
		}
		first = 0
		field := into.Field(m.place)
		if !p.value(field, m) || m.maybe && field.IsZero() {
			return false
		}
	}
	return p.take("}")
}

func (p *payload) value(into reflect.Value, m *member) bool {
	switch into.Kind() {
	case reflect.String:
		text, ok := p.text(m)
		into.SetString(text)
		return ok
	case reflect.Bool:
		yes := p.take("true")
		into.SetBool(yes)
		return yes || p.take("false")
	case reflect.Int, reflect.Int64:
		n, ok := p.integer()
		into.SetInt(n)
		return ok
	case reflect.Slice:
		return p.take("null") || p.list(into, m)
	case reflect.Struct:
		return p.object(into, m.inner)
	}
	return false
}

func (p *payload) list(into reflect.Value, m *member) bool {
	if !p.take("[") {
		return false
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	for !p.take("]") {
		if n := into.Len(); n > 0 && !p.take(",") {
			return false
		}
		one := reflect.New(into.Type().Elem()).Elem()
		if !p.value(one, m) {
			return false
		}
		into.Set(reflect.Append(into, one))
	}
	return true
}

// text takes a string in which nothing is escaped.
func (p *payload) text(m *member) (string, bool) {
	if again := p.at + 1 + len(m.last); again < len(p.raw) && p.raw[p.at] == '"' && p.raw[again] == '"' && string(p.raw[p.at+1:again]) == m.last {
		p.at = again + 1
		return m.last, true
	}
	if !p.take(`"`) {
		return "", false
	}
	for from := p.at; p.at < len(p.raw); p.at++ {
		switch c := p.raw[p.at]; {
		case c == '"':
			p.at++
			m.last = p.word(p.raw[from : p.at-1])
			return m.last, true
		case c == '\\' || c < 0x20:
			return "", false
		}
	}
	return "", false
}

// word is a text, the same in memory if it came before.
func (p *payload) word(raw []byte) string {
	if len(raw) > longestWord {
		return string(raw)
	}
	word, known := p.words[string(raw)]
	if !known {
		word = string(raw)
		if len(p.words) < mostWords {
			p.words[word] = word
		}
	}
	return word
}

func (p *payload) integer() (n int64, ok bool) {
	from := p.at
	for ; p.at < len(p.raw) && p.raw[p.at] >= '0' && p.raw[p.at] <= '9'; p.at++ {
		n = n*10 + int64(p.raw[p.at]-'0')
	}
	digits := p.at - from
	return n, digits > 0 && digits <= 15 && (digits == 1 || p.raw[from] != '0')
}
