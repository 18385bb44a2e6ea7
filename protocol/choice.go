package protocol

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A choice stands in a condition as it stands in the protocol: "result is
// negative". It needs quotes only where it could be taken for something else:
// where a value or a moment has the same name, and where it holds a word with a
// meaning, as "not done" does. What could be read in two ways is refused and
// both are told; nothing is ever guessed.

// asked gives the choices of the value that "is" or "is not" has just asked
// about, and its name; nil where nothing of the kind stands before.
func (l *lexer) asked() ([]string, string) {
	last := len(l.pieces) - 1
	if last > 0 && l.pieces[last].word == "not" {
		last--
	}
	if last < 1 || l.pieces[last].cel != "==" && l.pieces[last].cel != "!=" || l.pieces[last-1].leaf == nil {
		return nil, ""
	}
	of := l.pieces[last-1].leaf
	return of.choices, of.name
}

// chosenWord reads a bare choice, where one is asked for; nil when a name is.
func (l *lexer) chosenWord(offset int, word string, named bool) *node {
	choices, of := l.asked()
	if !contains(choices, word) {
		if len(choices) > 0 && !named {
			hint := suggest(word, choices)
			if hint == "" {
				hint = "the choices are: " + strings.Join(choices, ", ")
			}
			l.fail(offset, hint, "%q is not one of the choices of %s", word, of)
			return &node{op: opText, text: word, sort: sort{class: unknown}}
		}
		return nil
	}
	if named && l.again {
		return nil // as it was read when the text was accepted
	}
	if named {
		l.fail(offset, fmt.Sprintf("write is %q in quotes for the choice; a value is named with its step", word),
			"%q is one of the choices of %s, and something else has that name", word, of)
	}
	return &node{op: opText, text: word, sort: sort{class: words}}
}

// saidWhole tells an author who wrote "result is negative or positive" how it is
// said; "" where the word is no choice of a value that stands before.
func (l *lexer) saidWhole(word string) string {
	for _, p := range l.pieces {
		if p.leaf != nil && contains(p.leaf.choices, word) {
			return "say it whole, as in " + p.leaf.name + " is " + word
		}
	}
	return ""
}

// wordWithMeaning refuses a bare choice that begins with a word that has a
// meaning in conditions, as in "no growth" or "not done".
func (l *lexer) wordWithMeaning(offset int) bool {
	choices, of := l.asked()
	for _, choice := range choices {
		rest, ok := strings.CutPrefix(l.text[offset:], choice)
		if l.again || !ok || bareChoice(choice) || rest != "" && (letter(rest[0]) || digit(rest[0]) || rest[0] == '_') {
			continue
		}
		hint := fmt.Sprintf("write is %q", choice)
		if other, negated := strings.CutPrefix(choice, "not "); negated && contains(choices, other) {
			hint += fmt.Sprintf(" for that choice, or is not %q for every other than %s", other, other)
		}
		l.fail(offset, hint, "the choice %q of %s holds a word that has a meaning here", choice, of)
		l.leaf(offset, &node{op: opText, text: choice, sort: sort{class: unknown}})
		l.at = offset + len(choice)
		return true
	}
	return false
}

// bareChoice says that a choice reads as one run of words.
func bareChoice(choice string) bool {
	_, ok := validName(choice)
	return ok
}

// spared notes that a choice in quotes can do without.
func (l *lexer) spared(from, to int, text string) {
	choices, _ := l.asked()
	if !contains(choices, text) || !bareChoice(text) || contains(choices, "not "+text) {
		return
	}
	if _, named := l.scope.find(text); !named {
		l.spare = append(l.spare, [2]int{from, to})
	}
}

// inQuotes is a choice in quotes that reads the same without, behind the word
// that asks for it.
func inQuotes() *regexp.Regexp {
	return regexp.MustCompile(`\b(is|is not) "([A-Za-z][A-Za-z0-9_]*(?: [A-Za-z][A-Za-z0-9_]*)*)"`)
}

// unquoted is a condition without the quotes of its choices, so that two ways of
// writing one condition compare equal. It is for comparing alone.
func unquoted(text string) string {
	if !strings.Contains(text, `"`) {
		return text
	}
	return inQuotes().ReplaceAllStringFunc(text, func(found string) string {
		parts := inQuotes().FindStringSubmatch(found)
		if !bareChoice(parts[2]) {
			return found
		}
		return parts[1] + " " + parts[2]
	})
}

// unquote takes needless quotes out of the conditions of a sound protocol, the
// one way in which they are laid out. Only who knows every name of a protocol
// knows which quotes are needless, so a draft with faults keeps its own.
func unquote(root *yaml.Node, text []byte) {
	if !strings.Contains(string(text), ` "`) {
		return
	}
	r := &reader{}
	b := &builder{again: true, reader: r, p: &Protocol{}, nodes: map[Pos]*yaml.Node{}, grammar: grammar{again: true}}
	if loaded := r.load(text); loaded != nil {
		b.document(loaded)
		b.check()
	}
	if len(r.list) > 0 {
		return
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if bare, ok := b.bare[posOf(n)]; ok && n.Kind == yaml.ScalarNode && n.Value == bare.quoted {
			n.Value = bare.plain
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(root)
}

// written is a condition with its choices in quotes and without.
type written struct{ quoted, plain string }

// spare remembers which quotes of a condition are needless. In a block, which is
// used with several words, all uses have to agree.
func (b *builder) spare(n *yaml.Node, text string, spans [][2]int) {
	if n == nil || len(spans) == 0 {
		return
	}
	plain := text
	for i := len(spans) - 1; i >= 0; i-- {
		from, to := spans[i][0], spans[i][1]
		plain = plain[:from] + plain[from+1:to-1] + plain[to:]
	}
	one := written{quoted: n.Value, plain: strings.Replace(n.Value, text, plain, 1)}
	if b.bare == nil {
		b.bare = map[Pos]written{}
	}
	if before, ok := b.bare[posOf(n)]; ok && before != one {
		one = written{}
	}
	b.bare[posOf(n)] = one
}
