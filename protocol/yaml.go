package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The bounds of a protocol's text.
const (
	maxBytes = 1 << 20
	maxDepth = 24
)

// reader reads one text and collects what is wrong with it.
type reader struct {
	file  string
	lines []string
	list  Problems
	// done is told of every object that was read to its end; a test holds the
	// schema's keys against it. Parse leaves it nil.
	done func(*object)
}

func (r *reader) failAt(pos Pos, hint, format string, args ...any) {
	p := Problem{File: r.file, Line: max(pos.Line, 1), Column: max(column(pos.Column), 1), Hint: hint, Message: fmt.Sprintf(format, args...)}
	if p.Line <= len(r.lines) {
		p.Source = r.lines[p.Line-1]
	}
	r.list = append(r.list, p)
}

func (r *reader) fail(n *yaml.Node, hint, format string, args ...any) {
	r.failAt(posOf(n), hint, format, args...)
}

func posOf(n *yaml.Node) Pos {
	if n == nil {
		return Pos{Line: 1, Column: 1}
	}
	return Pos{Line: n.Line, Column: n.Column}
}

// inside is the place of a byte offset within a scalar, as far as the text
// stands there as it was read; otherwise the scalar's own place.
func (r *reader) inside(n *yaml.Node, offset int) Pos {
	pos := posOf(n)
	if n == nil || n.Line < 1 || n.Line > len(r.lines) || offset < 0 || offset > len(n.Value) {
		return pos
	}
	line := []rune(r.lines[n.Line-1])
	skip := column(n.Column) - 1
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		skip++
	}
	if skip > len(line) || !strings.HasPrefix(string(line[skip:]), n.Value) {
		return pos
	}
	return Pos{Line: n.Line, Column: skip + 1 + utf8.RuneCountInString(n.Value[:offset])}
}

// load refuses what is no plain YAML text before anything reads it, and gives
// the one document's root, or nil.
func (r *reader) load(text []byte) *yaml.Node {
	start := Pos{Line: 1, Column: 1}
	if len(text) > maxBytes {
		r.failAt(start, "", "the text is larger than 1 MB")
		return nil
	}
	if !utf8.Valid(text) {
		line := 1 + bytes.Count(text[:invalidAt(text)], []byte{'\n'})
		r.failAt(Pos{Line: line, Column: 1}, "save the file as UTF-8", "the text is not valid UTF-8")
		return nil
	}
	r.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if !r.plain() {
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.failAt(start, "", "the file is empty")
		return nil
	case err != nil:
		r.unreadable(err)
		return nil
	}
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.fail(&second, "keep one protocol in a file", "a second document begins here")
	case !errors.Is(err, io.EOF):
		r.unreadable(err)
		return nil
	}
	if len(document.Content) == 0 {
		r.failAt(start, "", "the file is empty")
		return nil
	}
	root := document.Content[0]
	r.refuse(root, 0)
	return root
}

func invalidAt(text []byte) int {
	at := 0
	for at < len(text) {
		c, size := utf8.DecodeRune(text[at:])
		if c == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return at
}

// plain refuses hidden characters anywhere, and nesting that no protocol
// needs, by looking at the text alone.
func (r *reader) plain() bool {
	ok := true
	nested := 0
	for i, line := range r.lines {
		column := 0
		for _, c := range line {
			column++
			switch {
			case c == '\t' || c == '\uFEFF' && i == 0 && column == 1:
			case hidden(c):
				r.failAt(Pos{Line: i + 1, Column: column}, "take it out", "a hidden character (U+%04X) stands here", c)
				ok = false
			case c == '[' || c == '{':
				if nested++; nested == maxDepth*4 {
					r.failAt(Pos{Line: i + 1, Column: column}, "", "the text is nested too deeply")
					return false
				}
			case c == ']' || c == '}':
				nested = max(nested-1, 0)
			}
		}
		if indent := len(line) - len(strings.TrimLeft(line, " -?")); indent > maxDepth*8 {
			r.failAt(Pos{Line: i + 1, Column: 1}, "", "the text is nested too deeply")
			return false
		}
		if len(r.list) >= maxProblems {
			return false
		}
	}
	return ok
}

// unreadable says where YAML itself gave up.
func (r *reader) unreadable(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	pos := Pos{Line: 1, Column: 1}
	if found := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); found != nil {
		if line, err := strconv.Atoi(found[1]); err == nil {
			pos.Line = line
		}
		message = message[len(found[0]):]
	}
	hint := ""
	if pos.Line <= len(r.lines) && strings.Contains(r.lines[pos.Line-1], "\t") {
		hint = "indent with spaces, not with tabs"
	}
	if strings.Contains(message, "mapping values are not allowed") {
		hint = "a value that holds a colon and a space stands in quotes"
	}
	r.failAt(pos, hint, "this is not YAML that can be read: %s", message)
}

// refuse finds what the language leaves out of YAML: anchors, aliases, tags,
// merge keys, repeated keys, empty values, depth.
func (r *reader) refuse(n *yaml.Node, depth int) {
	if depth > maxDepth {
		r.fail(n, "", "the text is nested too deeply")
		return
	}
	if n.Anchor != "" && n.Kind != yaml.AliasNode {
		r.fail(n, "write it out in full", "anchors (&%s) are not used in a protocol", n.Anchor)
	}
	if n.Style&yaml.TaggedStyle != 0 {
		r.fail(n, "take it out", "tags (%s) are not used in a protocol", n.Tag)
	}
	switch n.Kind {
	case yaml.AliasNode:
		r.fail(n, "write it out in full", "aliases (*%s) are not used in a protocol", n.Value)
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch {
			case key.Kind != yaml.ScalarNode:
				r.fail(key, "", "a name stands before a colon, not a list or a map")
			case key.Value == "<<" && key.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0:
				r.fail(key, "write it out in full", "merge keys (<<) are not used in a protocol")
			case seen[key.Value]:
				r.fail(key, "", "%q stands here a second time", key.Value)
			}
			seen[key.Value] = true
			r.refuse(key, depth+1)
			r.refuse(n.Content[i+1], depth+1)
			r.cut(n.Content[i+1])
		}
	case yaml.SequenceNode:
		for _, element := range n.Content {
			r.refuse(element, depth+1)
			r.cut(element)
		}
	}
}

// cut refuses a comment that stands so near behind a value that it may be a
// part of it: "use syringe #2" would silently become "use syringe".
func (r *reader) cut(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.LineComment == "" || n.Line > len(r.lines) {
		return
	}
	line := r.lines[n.Line-1]
	at := strings.LastIndex(line, n.LineComment)
	if at < 2 || line[at-2:at] == "  " {
		return
	}
	r.failAt(Pos{Line: n.Line, Column: utf8.RuneCountInString(line[:at]) + 1},
		"put the value in quotes; or put the comment two spaces away", "the value ends before #")
}

// text gives a scalar exactly as written. YAML's own ideas of numbers, dates
// and booleans play no part.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	if n == nil {
		return "", false
	}
	if n.Kind == yaml.AliasNode {
		return "", false // refused already
	}
	if n.Kind != yaml.ScalarNode {
		hint := ""
		if n.Kind == yaml.SequenceNode {
			hint = "write one value, not a list"
		}
		r.fail(n, hint, "%s is a single value", what)
		return "", false
	}
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
	value := strings.TrimSpace(n.Value)
	if value == "" || !quoted && (value == "~" || value == "null") {
		r.fail(n, "", "%s is empty", what)
		return "", false
	}
	return value, true
}

// list gives the elements of a list; a single value is a list of one.
func (r *reader) listOf(n *yaml.Node) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}

// object reads a mapping and remembers which of its keys were asked for.
type object struct {
	r      *reader
	node   *yaml.Node
	what   string
	keys   []*yaml.Node
	values map[string]*yaml.Node
	asked  []string
}

func (r *reader) object(n *yaml.Node, what string) *object {
	o := &object{r: r, node: n, what: what, values: map[string]*yaml.Node{}}
	if n == nil {
		return o
	}
	if n.Kind != yaml.MappingNode {
		if n.Kind != yaml.AliasNode {
			r.fail(n, "", "%s is written as name: value", what)
		}
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.ScalarNode && o.values[key.Value] == nil {
			o.keys = append(o.keys, key)
			o.values[key.Value] = n.Content[i+1]
		}
	}
	return o
}

// get gives a key's value, or nil.
func (o *object) get(key string) *yaml.Node {
	o.asked = append(o.asked, key)
	return o.values[key]
}

// text gives a key's single value; where none stands, "".
func (o *object) text(key string) string {
	value := o.get(key)
	if value == nil {
		return ""
	}
	text, _ := o.r.text(value, key)
	return text
}

// need gives a key's single value and reports its absence.
func (o *object) need(key string) string {
	if o.values[key] == nil {
		o.asked = append(o.asked, key)
		o.missing(key)
		return ""
	}
	return o.text(key)
}

func (o *object) missing(key string) {
	if o.node != nil && o.node.Kind == yaml.MappingNode {
		o.r.fail(o.node, "", "%s has no %q", o.what, key)
	}
}

// flag reads yes or no; absent is no.
func (o *object) flag(key string) bool {
	value := o.get(key)
	if value == nil {
		return false
	}
	switch text, ok := o.r.text(value, key); {
	case !ok:
	case text == "yes":
		return true
	case text != "no":
		o.r.fail(value, "write yes or no", "%q is neither yes nor no", text)
	}
	return false
}

// whole reads a whole number from low to high.
func (o *object) whole(key string, low, high int) int {
	value := o.get(key)
	if value == nil {
		return 0
	}
	text, ok := o.r.text(value, key)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > 6 || n < low || n > high || strconv.Itoa(n) != text {
		o.r.fail(value, "", "%s is a whole number from %d to %d", key, low, high)
		return 0
	}
	return n
}

// done reports the keys that nobody asked for.
func (o *object) done() {
	if o.r.done != nil {
		o.r.done(o)
	}
	for _, key := range o.keys {
		known := false
		for _, asked := range o.asked {
			known = known || asked == key.Value
		}
		if !known && key.Value != "<<" {
			o.r.fail(key, suggest(key.Value, o.asked), "%s has no key %q", o.what, key.Value)
		}
	}
}
