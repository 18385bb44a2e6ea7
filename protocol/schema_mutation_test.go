package protocol

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// mutant changes one thing in a text's tree and gives back how to undo it.
type mutant struct {
	what string
	do   func() (undo func())
}

// mutants gives every change of one key or value: the key away, the key
// misspelt, and in the value's place a word, a number, true, nothing and a list.
func mutants(n *yaml.Node, path string) []mutant {
	var all []mutant
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			all = append(all,
				mutant{path + key.Value + ": taken away", func() func() {
					kept := n.Content
					n.Content = append(append([]*yaml.Node{}, kept[:i]...), kept[i+2:]...)
					return func() { n.Content = kept }
				}},
				mutant{path + key.Value + ": misspelt", func() func() {
					kept := *key
					key.Value += "x"
					return func() { *key = kept }
				}})
			all = append(all, values(n.Content[i+1], path+key.Value)...)
			all = append(all, mutants(n.Content[i+1], path+key.Value+"/")...)
		}
	}
	if n.Kind == yaml.SequenceNode || n.Kind == yaml.DocumentNode {
		for _, element := range n.Content {
			all = append(all, values(element, path+"-")...)
			all = append(all, mutants(element, path+"-/")...)
		}
	}
	return all
}

func values(n *yaml.Node, path string) []mutant {
	var all []mutant
	for _, other := range []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: "Nonsense"},
		{Kind: yaml.ScalarNode, Value: "5.0"},
		{Kind: yaml.ScalarNode, Value: "3"},
		{Kind: yaml.ScalarNode, Value: "true"},
		{Kind: yaml.ScalarNode, Value: "~"},
		{Kind: yaml.SequenceNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "Nonsense"}}},
		{Kind: yaml.SequenceNode, Content: []*yaml.Node{{Kind: n.Kind, Value: n.Value, Content: n.Content}}},
	} {
		all = append(all, mutant{path + ": now " + other.Value, func() func() {
			kept := *n
			*n = *other
			return func() { *n = kept }
		}})
	}
	return all
}

// bare takes the comments away: written again, they would stand too near.
func bare(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, child := range n.Content {
		bare(child)
	}
}

// ownName matches the names that a protocol gives.
var ownName = regexp.MustCompile(`/(order|site sets|people|materials|equipment|enter|columns|calculate|windows|budgets|blocks|with)/[^/:]+`)

// One thing is changed at a time, everywhere. What Parse still accepts must
// not be underlined, and what it calls a fault of schemaShape must be.
func TestTheSchemaAndTheDecoderAgreeOnEveryChange(t *testing.T) {
	schema := schemaOf(t)
	for _, file := range []string{"examples/cart-prodigy.yaml", "testdata/small.yaml", "testdata/full.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := readYAML(t, text)
		if err != nil {
			t.Fatal(err)
		}
		bare(document)
		done := map[string]bool{}
		for _, m := range mutants(document, "") {
			// One field's title is like another's.
			kind := ownName.ReplaceAllString(m.what, "/$1/*")
			if done[kind] {
				continue
			}
			done[kind] = true
			undo := m.do()
			agree(t, schema, file+": "+m.what, document)
			undo()
		}
		if len(done) < 400 {
			t.Errorf("%s: only %d changes", file, len(done))
		}
	}
}

func agree(t *testing.T, schema *jsonschema.Schema, what string, document *yaml.Node) {
	t.Helper()
	text, err := yaml.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Parse("changed.yaml", text)
	sound := len(problems) == 0
	// What fills a block's words is looked at where they stand.
	problems = slices.DeleteFunc(problems, func(p Problem) bool { return strings.Contains(p.Source, "{what}") })
	read, err := readYAML(t, text)
	if err != nil {
		t.Fatal(err)
	}
	refused := schema.Validate(asEditor(t, read))
	switch {
	case refused != nil && sound:
		t.Errorf("%s: is sound, and the schema refuses it: %v", what, refused)
	case refused == nil && aboutShape(problems):
		t.Errorf("%s: is accepted by the schema, and Parse says\n%s", what, problems)
	}
}
