package protocol

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Format writes a protocol's text in the one canonical layout: the language's
// order of keys, two spaces of indentation, no quotes that YAML or a
// condition can do without, lines of 120 characters. Every comment, every value and the order
// of every list stay. It asks for plain YAML with names at the top and not for
// a sound protocol, so that a draft can be laid out too; what the language
// leaves out of YAML is told in the problems, and then there is no text.
//
// Nobody reads a layout twice to find a lost word. Therefore the result is
// read again, and is given only if it says the same with the same comments.
func Format(name string, text []byte) ([]byte, Problems) {
	r := &reader{file: name}
	root := r.load(text)
	if root == nil || len(r.list) > 0 {
		return nil, r.list.sorted()
	}
	if r.object(root, "the protocol"); len(r.list) > 0 {
		return nil, r.list.sorted()
	}
	found := r.remarks(root)
	if len(r.list) > 0 {
		return nil, r.list.sorted()
	}
	unquote(root, text)
	w := &writer{placed: placing(found), flows: map[*yaml.Node]string{}}
	w.document(root)
	formatted := []byte(w.out.String())
	if !saysTheSame(root, found, formatted) {
		r.fail(root, "", "this text cannot be laid out without changing what it says; it was left as it is")
		return nil, r.list.sorted()
	}
	return formatted, nil
}

// saysTheSame reads a formatted text and compares it with what it came from.
func saysTheSame(root *yaml.Node, found *remarks, formatted []byte) bool {
	r := &reader{}
	again := r.load(bytes.Clone(formatted))
	if again == nil || len(r.list) > 0 || !sameTree(root, again) {
		return false
	}
	kept := r.remarks(again)
	return len(r.list) == 0 && slices.Equal(found.sorted(), kept.sorted())
}

// sameTree compares what two texts say: names may stand in another order.
func sameTree(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value && blank(a) == blank(b)
	case yaml.MappingNode:
		values := map[string]*yaml.Node{}
		for i := 0; i+1 < len(b.Content); i += 2 {
			values[b.Content[i].Value] = b.Content[i+1]
		}
		for i := 0; i+1 < len(a.Content); i += 2 {
			value := values[a.Content[i].Value]
			if value == nil || !sameTree(a.Content[i+1], value) {
				return false
			}
		}
		return true
	}
	return slices.EqualFunc(a.Content, b.Content, sameTree)
}

// quoted says that a scalar stands in quotes.
func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

// blank says that the reader takes a scalar for an empty value.
func blank(n *yaml.Node) bool {
	value := strings.TrimSpace(n.Value)
	return value == "" || !quoted(n) && (value == "~" || value == "null")
}

// inBrackets says that a list or map is written in brackets.
func inBrackets(n *yaml.Node) bool { return n != nil && n.Style&yaml.FlowStyle != 0 }
