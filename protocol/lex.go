package protocol

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Formulas are CEL with three things made natural before CEL reads them:
//
//   - A number with a unit is one literal: "2.4 mg/mL". One space stands
//     between them, and a unit holds no space but in a few names, as in
//     "million cells/kg", so "12.0 mg / 2.4 mg/mL" is a division of two
//     quantities.
//   - A name is a run of words with single spaces: "draw up.drawn". Two names
//     never stand side by side without an operator, so no mark is needed. A
//     word is a letter and then letters, digits or underscores.
//   - The words and, or, not, is, above, below, at least, at most, within,
//     of, from and to read as in English; they cannot be words of a name.
//
// Each literal and each name is handed to CEL as an identifier of ours, so
// that no number ever meets a binary float; offsets lead each piece back to
// its place in the source.

// fault is something wrong at an offset (in bytes) of an expression.
type fault struct {
	offset        int
	message, hint string
}

// piece is one lexical element: what CEL sees of it, and where it stood.
type piece struct {
	cel    string
	offset int
	leaf   *node // of a literal or a name
	word   string
}

// operatorWord gives the CEL operator for a reserved word.
func operatorWord(word string) (string, bool) {
	switch word {
	case "and":
		return "&&", true
	case "or":
		return "||", true
	case "not":
		return "!", true
	case "is":
		return "==", true
	case "above":
		return ">", true
	case "below":
		return "<", true
	case "least":
		return ">=", true
	case "most":
		return "<=", true
	case "yes":
		return "true", true
	case "no":
		return "false", true
	case "within", "of", "to", "from", "true", "false", "in", "null":
		return word, true
	}
	return "", false
}

// lexer cuts an expression into pieces.
type lexer struct {
	text   string
	at     int
	pieces []piece
	faults []fault
	scope  scope
	again  bool     // the text was accepted before; see Reread
	spare  [][2]int // quotes that a choice can do without
}

func (l *lexer) fail(offset int, hint, format string, args ...any) {
	l.faults = append(l.faults, fault{offset: offset, message: fmt.Sprintf(format, args...), hint: hint})
}

func (l *lexer) emit(offset int, cel string) {
	l.pieces = append(l.pieces, piece{cel: cel, offset: offset})
}

func (l *lexer) leaf(offset int, n *node) {
	n.offset = offset
	l.pieces = append(l.pieces, piece{cel: fmt.Sprintf("v%d", len(l.pieces)), offset: offset, leaf: n})
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func (l *lexer) run() {
	for l.at < len(l.text) {
		l.next()
	}
}

// next reads what stands at hand.
func (l *lexer) next() {
	c := l.text[l.at]
	switch {
	case c == ' ' || c == '\n' || c == '\t':
		l.at++
	case digit(c) || c == '.' && l.at+1 < len(l.text) && digit(l.text[l.at+1]):
		l.number()
	case letter(c):
		l.words()
	case c == '"' || c == '\'':
		l.quoted(c)
	default:
		l.sign()
	}
}

// number reads a literal with the unit behind it.
func (l *lexer) number() {
	start := l.at
	for l.at < len(l.text) && (digit(l.text[l.at]) || letter(l.text[l.at]) || l.text[l.at] == '.' || l.text[l.at] == '_') {
		l.at++
	}
	number := l.text[start:l.at]
	if err := checkNumber(number); err != nil {
		hint := ""
		if letter(number[len(number)-1]) && !strings.ContainsAny(number, "eExX_") {
			hint = "write one space between the number and its unit"
		}
		l.fail(start, hint, "%s", err)
		l.leaf(start, &node{op: opLiteral, qty: Quantity{Number: "1", Unit: One()}, sort: sort{class: unknown}})
		return
	}
	qty := Quantity{Number: number, Unit: One()}
	if unit, offset, end := l.unit(); unit != "" {
		u, err := ParseUnit(unit)
		if err != nil {
			l.fail(offset, unitHint(err, ""), "%s", err)
			l.at = end
			l.leaf(start, &node{op: opLiteral, qty: qty, sort: sort{class: unknown}})
			return
		}
		qty.Unit, l.at = u, end
	}
	l.leaf(start, &node{op: opLiteral, qty: qty, unit: qty.Unit, sort: sortOf(qty.Unit)})
}

// unit looks at what follows a number: the unit, its offset and its end, or
// "" when an operator or a reserved word follows.
func (l *lexer) unit() (string, int, int) {
	from := l.at
	if from < len(l.text) && l.text[from] == '%' {
		return "%", from, from + 1
	}
	if from+1 >= len(l.text) || l.text[from] != ' ' {
		return "", from, from
	}
	from++
	named := nameWithSpaces(l.text[from:])
	end := from + len(named)
	for end < len(l.text) && !strings.ContainsRune(" ,()<>=!&|?:+-\n\t\"'", rune(l.text[end])) {
		end++
	}
	word := l.text[from:end]
	if named != "" {
		return word, from, end
	}
	if word == "" || strings.ContainsAny(word[:1], "/*.") || digit(word[0]) && !strings.HasPrefix(word, "10*") && !strings.HasPrefix(word, "10^") {
		return "", from, from
	}
	if !letter(word[0]) && !digit(word[0]) && !strings.ContainsRune("%[{", rune(word[0])) && !strings.HasPrefix(word, "°") {
		return "", from, from
	}
	if _, reserved := operatorWord(word); reserved || word == "at" {
		return "", from, from
	}
	return word, from, end
}

// word reads one word at an offset.
func (l *lexer) word(at int) string {
	end := at
	for end < len(l.text) && (letter(l.text[end]) || end > at && (digit(l.text[end]) || l.text[end] == '_')) {
		end++
	}
	return l.text[at:end]
}

// words reads a run of words: a name, a point, a function or an operator.
func (l *lexer) words() {
	start := l.at
	first := l.word(start)
	if first == "at" {
		if next := l.word(l.skip(start + 2)); next == "least" || next == "most" {
			cel, _ := operatorWord(next)
			l.at = l.skip(start+2) + len(next)
			l.emit(start, cel)
			return
		}
	}
	if cel, reserved := operatorWord(first); reserved {
		if l.wordWithMeaning(start) {
			return
		}
		l.at = start + len(first)
		l.pieces = append(l.pieces, piece{cel: cel, offset: start, word: first})
		return
	}
	end := start + len(first)
	for {
		if end+1 < len(l.text) && l.text[end] == '.' && letter(l.text[end+1]) {
			end++
			end += len(l.word(end))
			continue
		}
		if end+1 >= len(l.text) || l.text[end] != ' ' || !letter(l.text[end+1]) {
			break
		}
		next := l.word(end + 1)
		if _, reserved := operatorWord(next); reserved {
			break
		}
		if after := l.word(l.skip(end + 1 + len(next))); next == "at" && (after == "least" || after == "most") {
			break
		}
		end += 1 + len(next)
	}
	l.at = end
	name := l.text[start:end]
	if l.skip(end) < len(l.text) && l.text[l.skip(end)] == '(' {
		if !isFunction(name) {
			l.fail(start, suggest(name, functions()), "there is no function %q", name)
			name = "unknown"
		}
		l.emit(start, asOperation(name))
		return
	}
	l.leaf(start, l.resolve(start, name))
}

func (l *lexer) skip(at int) int {
	for at < len(l.text) && l.text[at] == ' ' {
		at++
	}
	return at
}

// resolve finds what a name stands for.
func (l *lexer) resolve(offset int, name string) *node {
	n, ok := l.scope.find(name)
	if word := l.chosenWord(offset, name, ok); word != nil {
		return word
	}
	if ok {
		if n.late != "" {
			l.fail(offset, "", "%s", n.late)
		}
		return n
	}
	hint := l.saidWhole(name)
	if hint == "" {
		hint = suggest(name, l.scope.names())
	}
	l.fail(offset, hint, "nothing is called %q", name)
	return &node{op: opName, name: name, sort: sort{class: unknown}}
}

// quoted hands a text literal on as it stands, without escapes.
func (l *lexer) quoted(mark byte) {
	start := l.at
	end := strings.IndexByte(l.text[start+1:], mark)
	if end < 0 {
		l.fail(start, "", "this text has no closing mark")
		l.at = len(l.text)
		return
	}
	text := l.text[start+1 : start+1+end]
	l.at = start + end + 2
	l.spared(start, l.at, text)
	l.leaf(start, &node{op: opText, text: text, sort: sort{class: words}})
}

// sign reads an operator.
func (l *lexer) sign() {
	rest := l.text[l.at:]
	for _, pair := range [...][2]string{
		{"<=", "<="},
		{">=", ">="},
		{"==", "=="},
		{"!=", "!="},
		{"&&", "&&"},
		{"||", "||"},
		{"<", "<"},
		{">", ">"},
		{"!", "!"},
		{"+", "+"},
		{"-", "-"},
		{"*", "*"},
		{"/", "/"},
		{"(", "("},
		{")", ")"},
		{",", ","},
		{"?", "?"},
		{":", ":"},
		{"×", "*"},
		{"÷", "/"},
		{"−", "-"},
		{"≤", "<="},
		{"≥", ">="},
	} {
		if strings.HasPrefix(rest, pair[0]) {
			l.emit(l.at, pair[1])
			l.at += len(pair[0])
			return
		}
	}
	hint := ""
	r, size := utf8.DecodeRuneInString(rest)
	if r == '=' {
		hint = "write is, or =="
	}
	l.fail(l.at, hint, "%q has no meaning in a formula", r)
	l.at += size
}
