package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// UPDATE=1 go test ./protocol writes the schema anew.
func TestTheCommittedSchemaIsThisLanguages(t *testing.T) {
	const file = "../docs/protocol.schema.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, Schema()) {
		t.Error("docs/protocol.schema.json is not the language's: run UPDATE=1 go test ./protocol")
	}
}

// schemaOf is an outside validator with the schema; it also holds the schema
// against the draft that it names.
func schemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("protocol.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("protocol.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// asEditor is what an editor that reads YAML 1.2 hands to a schema: 1 is a
// number there, true a boolean, and yes a word.
func asEditor(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return asEditor(t, n.Content[0])
	case yaml.AliasNode:
		return asEditor(t, n.Alias)
	case yaml.MappingNode:
		all := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			all[n.Content[i].Value] = asEditor(t, n.Content[i+1])
		}
		return all
	case yaml.SequenceNode:
		all := []any{}
		for _, element := range n.Content {
			all = append(all, asEditor(t, element))
		}
		return all
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		number, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.TrimLeft(n.Value, "0")))
		if err != nil {
			return n.Value
		}
		return number
	}
	return n.Value
}

func readYAML(t *testing.T, text []byte) (*yaml.Node, error) {
	t.Helper()
	var document yaml.Node
	err := yaml.Unmarshal(text, &document)
	if err == nil && len(document.Content) == 0 {
		err = errors.New("the file is empty")
	}
	return &document, err
}

// sound gives whole protocols in which Parse finds no fault, by name: the
// examples, the one that the faults start from, and the manual's pieces in
// theirs.
func sound(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	all := map[string]string{}
	for _, file := range append(files, "testdata/small.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = string(text)
	}
	whole := ""
	for i, f := range fences(t) {
		switch {
		case f.kind != "yaml":
		case whole == "":
			whole, all["manual"] = f.text, f.text
		default:
			all["manual, piece "+strconv.Itoa(i)] = fit(whole, f.text)
		}
	}
	return all
}

func TestTheSchemaAcceptsEverySoundProtocol(t *testing.T) {
	schema := schemaOf(t)
	for name, text := range sound(t) {
		document, err := readYAML(t, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asEditor(t, document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// shapeFault matches what Parse says about a text's schemaShape. The schema is to
// underline all of it, and nothing else.
var shapeFault = regexp.MustCompile(strings.Join([]string{
	`has no key "`, `has no "`, `is empty$`, `is a single value$`, `is written as name: value$`,
	`is neither yes nor no$`, `does not say how much may be missing$`, `^no value has the (type|class) `, `is not something that can follow`, `^no item can be "`,
	`^a value may be not done`, `^a criterion is known now or later`, `^steps follow each other as written`, `is nothing that a section can follow$`,
	`^mode is point of care or modular$`, `^there is no label stock of "`, `^trial rules are those `, `^the record cannot answer "`, `^there is no role "`, `^nobody can hold the part .*: a `,
	`^nothing is shown as "`, `^the master file has a number and a version$`, `^a time between two bounds reads `, `^write a duration as in `, `is no moment: `, `is no part of a day$`,
	`cannot be the name of `, `has no source$`, `has no worked example$`, `has no approved range$`, `has no second person$`, `does not say what is entered$`,
	`does not say how many decimal places`, `^a step is checked or witnessed, not both$`, `^a result is rounded to places or to figures, not both$`, `is repeated and has no end$`,
	`does not say who is told when it fails$`, `^the criterion .* is known later and does not say when$`, `is known now, so nothing of it is due later$`,
	`needs one of allow, choices and type$`, `^a site sets a figure within a range, a choice or a text, and no `,
	`^there is no class of exceptions`, `^(severity|blocks) is minor`, `^(severity|blocks) is nothing`, `^an exception is decided by`, ` is told, not "`,
	`is a table itself$`, `is no number of rows`, `^one row is no table$`,
}, "|"))

func aboutShape(problems Problems) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool {
		// Only the choices of a value have limits that are lists, and a schema
		// does not look from one key to another that far.
		return shapeFault.MatchString(p.Message) && p.Message != "a limit is a single value"
	})
}

// notYAML are the faults that stand before anything that a schema sees.
var notYAML = []string{"colon-in-a-value", "empty", "latin-1", "not-yaml", "repeated-key", "tab"}

func TestTheSchemaRefusesEveryFaultOfShapeAndNoOther(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schema, refused := schemaOf(t), 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := readYAML(t, text)
		if unread := slices.Contains(notYAML, name); unread || err != nil {
			if !unread {
				t.Errorf("%s: %v", file, err)
			}
			continue
		}
		_, problems := Parse(file, text)
		want := aboutShape(problems)
		if got := schema.Validate(asEditor(t, document)); (got != nil) != want {
			t.Errorf("%s: of its shape is %v, and the schema says %v:\n%s", file, want, got, problems)
		}
		if want {
			refused++
		}
	}
	if refused < 15 {
		t.Errorf("only %d faults are of schemaShape", refused)
	}
}

// kinds leads from what the decoder calls an object to its definitions.
var kinds = []struct {
	what        string
	definitions []string
}{
	{"the protocol", []string{""}},
	{"product", []string{"product"}},
	{"the label", []string{"label"}},
	{"immediate use", []string{"immediate-use"}},
	{"the order value ", []string{"order-value"}},
	{"the site's value ", []string{"site-value"}},
	{"the item ", []string{"item"}},
	{"the reconciliation of ", []string{"reconcile"}},
	{"a section", []string{"section"}},
	{"repeat", []string{"repeat"}},
	{"the block ", []string{"block"}},
	{"the use of a block", []string{"use"}},
	{"the step ", []string{"step", "block-step"}},
	{"the field ", []string{"field", "block-field"}},
	{"the table ", []string{"table", "block-table"}},
	{"the calculation ", []string{"calculation", "block-calculation"}},
	{"the window ", []string{"window"}},
	{"the budget ", []string{"budget"}},
	{"a release criterion", []string{"criterion"}},
	{"the exceptions of the class ", []string{"exception", "block-exception"}},
	{"out of specification", []string{"out-of-specification"}},
}

// asked collects the keys that the decoder asks for, by the kind of object,
// while it reads every sound protocol.
func asked(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	note := func(o *object) {
		for _, kind := range kinds {
			if o.what == kind.what || strings.HasSuffix(kind.what, " ") && strings.HasPrefix(o.what, kind.what) {
				if all[kind.what] == nil {
					all[kind.what] = map[string]bool{}
				}
				for _, key := range o.asked {
					all[kind.what][key] = true
				}
				return
			}
		}
		t.Errorf("the decoder reads %s, which is not in this test's kinds", o.what)
	}
	for _, text := range sound(t) {
		r := &reader{done: note}
		b := &builder{reader: r, p: &Protocol{}, nodes: map[Pos]*yaml.Node{}}
		b.document(r.load([]byte(text)))
	}
	return all
}

func TestTheSchemaHasTheDecodersKeys(t *testing.T) {
	var top schemaShape
	if err := json.Unmarshal(Schema(), &top); err != nil {
		t.Fatal(err)
	}
	known := asked(t)
	for _, kind := range kinds {
		for _, name := range kind.definitions {
			object := &top
			if name != "" {
				object = top.Defs[name]
			}
			if object == nil {
				t.Errorf("the schema has no %q", name)
				continue
			}
			want := slices.Sorted(maps.Keys(known[kind.what]))
			if got := object.Properties.sorted(); !slices.Equal(got, want) {
				t.Errorf("%s: the schema has the keys\n%q\nand the decoder asks for\n%q", kind.what, got, want)
			}
			if object.Additional != false {
				t.Errorf("%s lets other keys stand", kind.what)
			}
			for key, property := range object.Properties {
				if !strings.HasSuffix(property.Description, ".") {
					t.Errorf("%s: nobody says what %q is", kind.what, key)
				}
			}
		}
	}
}

// The reserved words stand twice: in the lexer, as a switch, and as a list.
func TestTheSchemaKnowsTheReservedWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "lex.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Name.Name != "operatorWord" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, e := range c.List {
					word, _ := strconv.Unquote(e.(*ast.BasicLit).Value)
					words = append(words, word)
				}
			}
			return true
		})
	}
	list := reserved()
	slices.Sort(words)
	slices.Sort(list)
	if !slices.Equal(words, list) {
		t.Errorf("formulas give a meaning to %q, and the schema refuses %q", words, list)
	}
}
