package batch

import (
	"reflect"
	"testing"
)

func TestEveryCommandSurvivesItsJSON(t *testing.T) {
	for name, zero := range commands() {
		raw, err := MarshalCommand(zero)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := UnmarshalCommand(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if !reflect.DeepEqual(got, zero) {
			t.Errorf("%s came back as %#v", raw, got)
		}
		if CommandName(zero) != name {
			t.Errorf("%T is called %q in the list and %q by its name", zero, name, CommandName(zero))
		}
	}
}

// A refused attempt stands in the trail and in the record: nobody reads "printlabel".
func TestEveryCommandHasWordsForItsRefusal(t *testing.T) {
	said := map[string]string{}
	for name := range commands() {
		words := attempts()[name]
		if words == "" {
			t.Errorf("nothing says what %s is", name)
		}
		if other := said[words]; other != "" {
			t.Errorf("%s and %s are both %q", name, other, words)
		}
		said[words] = name
	}
	for name := range attempts() {
		if commands()[name] == nil {
			t.Errorf("there is no command %s", name)
		}
	}
}

func TestACommandWithAStrangeMemberIsRefused(t *testing.T) {
	for _, raw := range []string{
		``, `[]`, `{}`, `{"command":"destroy"}`, `{"command":"begin","step":"a","force":true}`,
		`{"command":"begin","step":7}`, `{"command":"begin"} {}`,
	} {
		if got, err := UnmarshalCommand([]byte(raw)); err == nil {
			t.Errorf("%s was read as %#v", raw, got)
		}
	}
}

func FuzzUnmarshalCommand(f *testing.F) {
	f.Add([]byte(`{"command":"scan","step":"patient","field":"patient","raw":"(8018)"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		command, err := UnmarshalCommand(raw)
		if err != nil {
			return
		}
		again, err := MarshalCommand(command)
		if err != nil {
			t.Fatalf("%#v was read but cannot be written: %v", command, err)
		}
		twice, err := UnmarshalCommand(again)
		if err != nil || !reflect.DeepEqual(twice, command) {
			t.Fatalf("%s came back as %#v, %v", again, twice, err)
		}
	})
}
