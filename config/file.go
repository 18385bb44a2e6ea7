package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// file reads the YAML layer. It walks the nodes itself, since a decoder would lose lines, take 5 for five nanoseconds
// and let a misspelt key pass.
func (l *layers) file(name string, text []byte, fields []Field) error {
	if !utf8.Valid(text) {
		l.say(name, "", "is not UTF-8 text")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		l.say(name, "", "is not YAML: "+yamlMessage(err))
		return nil
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		l.say(name, "", "has more than one document in it")
		return nil
	}
	w := &walk{l: l, file: name, leaves: map[string]Field{}, groups: map[string][]string{}, values: map[string]any{}}
	for _, f := range fields {
		w.leaves[f.Key] = f
		parts := strings.Split(f.Key, ".")
		for i := range parts {
			parent := strings.Join(parts[:i], ".")
			if !slices.Contains(w.groups[parent], parts[i]) {
				w.groups[parent] = append(w.groups[parent], parts[i])
			}
		}
	}
	w.mapping("", doc.Content[0])
	return l.v.MergeConfigMap(w.values)
}

// walk goes through one document.
type walk struct {
	l      *layers
	file   string
	leaves map[string]Field
	groups map[string][]string // parent → the names allowed under it
	values map[string]any
}

func (w *walk) at(n *yaml.Node) string { return w.file + ":" + strconv.Itoa(n.Line) }

func (w *walk) mapping(parent string, n *yaml.Node) {
	if !w.plain(parent, n) {
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return // a heading with nothing under it
	}
	if n.Kind != yaml.MappingNode {
		w.l.say(w.at(n), parent, "must be a group of names and values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !w.plain(parent, k) {
			w.l.say(w.at(k), parent, "has a name that is not plain text")
			continue
		}
		key := k.Value
		if parent != "" {
			key = parent + "." + k.Value
		}
		f, leaf := w.leaves[key]
		_, group := w.groups[key]
		switch {
		case !slices.Contains(w.groups[parent], k.Value):
			w.l.say(w.at(k), "", strconv.Quote(key)+" is nothing that can be configured"+w.suggest(parent, k.Value))
		case seen[key]:
			w.l.say(w.at(k), key, "is said twice")
		case leaf:
			w.scalar(f, v)
		case group:
			w.mapping(key, v)
		}
		seen[key] = true
	}
}

// suggest looks among the neighbours first, then everywhere.
func (w *walk) suggest(parent, name string) string {
	if s := suggest(name, w.groups[parent]); s != "" {
		return s
	}
	var all []string
	for _, f := range Fields() {
		if strings.HasSuffix(f.Key, "."+name) || f.Key == name {
			return "; did you mean " + f.Key + "?"
		}
		all = append(all, f.Key)
	}
	return suggest(strings.TrimPrefix(parent+"."+name, "."), all)
}

// plain refuses what makes YAML mean more than it shows.
func (w *walk) plain(key string, n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		w.l.say(w.at(n), key, "uses an anchor or an alias; write the value out")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		w.l.say(w.at(n), key, "has a tag; leave it out")
		return false
	}
	return true
}

func (w *walk) scalar(f Field, n *yaml.Node) {
	if !w.plain(f.Key, n) {
		return
	}
	wrong := func(message string) { w.l.say(w.at(n), f.Key, message) }
	if n.Kind != yaml.ScalarNode {
		wrong("must be one value")
		return
	}
	tag := n.ShortTag()
	if tag == "!!null" {
		if f.Default != "" {
			wrong("has no value; leave the line out to have " + f.Default)
		}
		return
	}
	switch f.in(&Config{}).(type) {
	case *int:
		if tag != "!!int" {
			wrong("must be a whole number")
			return
		}
	case *time.Duration:
		if tag != "!!str" {
			wrong("must be a length of time with its unit, such as 90s, 5m or 12h")
			return
		}
	default:
		if tag != "!!str" {
			wrong("must be text; put it in quotes")
			return
		}
	}
	nest(w.values, f.Key, n.Value)
	w.l.where[f.Key] = w.at(n)
}

var yamlPrefix = regexp.MustCompile(`^yaml: (unmarshal errors:\s*)?`)

func yamlMessage(err error) string {
	return strings.ToValidUTF8(yamlPrefix.ReplaceAllString(err.Error(), ""), "?")
}

// suggest is "; did you mean x?" for the nearest of the names, or nothing if none is near.
func suggest(text string, names []string) string {
	best, least := "", 1+min(3, len(text)/2)
	for _, n := range names {
		if d := distance(text, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is Levenshtein's, over bytes, cut short for texts of very different length.
func distance(a, b string) int {
	if len(a) > len(b)+4 || len(b) > len(a)+4 {
		return 5
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// list is "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// printable allows the line breaks of an address.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r != '\n' && !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
