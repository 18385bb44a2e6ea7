package protocol

import (
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
)

// maxFormula bounds an expression, in bytes.
const maxFormula = 2000

// Expression is a checked formula or condition. It is made with its protocol
// and never changed. It holds quantities as exact rationals; no binary
// floating point takes part.
type Expression struct {
	Source string // as written
	root   *node
	// rounded says that calculations count as they are shown: in limits and
	// criteria, but never inside a formula (NUM-02).
	rounded bool
	plain   *figures // of a limit that asks nothing but figures; nil for every other expression
}

// scope knows the names that an expression may use.
type scope interface {
	find(name string) (*node, bool)
	names() []string
}

// compile reads and checks an expression. subject, when it is not nil, is the
// value that a limit bounds: "above 0.20 g/L" is read as "subject above
// 0.20 g/L". Only an expression without faults is usable.
func (g *grammar) compile(text string, in scope, subject *node) (*node, []fault) {
	if len(text) > maxFormula {
		return nil, []fault{{message: "a formula has no more than 2000 characters"}}
	}
	l := &lexer{text: text, scope: in, again: g.again}
	l.run()
	if len(l.faults) > 0 {
		return nil, l.faults
	}
	g.spare = l.spare
	if len(l.pieces) == 0 {
		return nil, []fault{{message: "there is no formula"}}
	}
	pieces := signed(l.pieces)
	if subject != nil && startsPhrase(pieces) {
		self := *subject
		pieces = append([]piece{{cel: "self", leaf: &self}}, pieces...)
	}
	pieces, faults := phrases(pieces)
	if len(faults) > 0 {
		return nil, faults
	}
	return g.parseCEL(text, pieces)
}

// grammar has CEL read expressions, each shape of one only once: a protocol's
// limits are alike but for their figures, which stand outside what CEL reads.
type grammar struct {
	parser *parser.Parser
	again  bool                // the texts were accepted before; see Reread
	spare  [][2]int            // needless quotes of the last expression
	trees  map[string]*ast.AST // of what CEL read without a fault, by what it was given
}

// startsPhrase says that a limit begins with its comparison, or is a range.
func startsPhrase(p []piece) bool {
	switch p[0].cel {
	case ">", "<", ">=", "<=", "==", "!=", "within", "from":
		return true
	}
	return len(p) == 3 && p[1].word == "to"
}

// phrases turns "S within T of Y" into "S == within(T, Y)" and "A to B" into
// "== range(A, B)".
func phrases(in []piece) ([]piece, []fault) {
	var out []piece
	for i := 0; i < len(in); i++ {
		p := in[i]
		switch p.word {
		case "within":
			if last := len(out) - 1; last >= 0 && (out[last].cel == "==" || out[last].cel == "!=") {
				p = out[last] // "is within", "is not within"
				out = out[:last]
			} else {
				p.cel = "=="
			}
			if i+2 < len(in) && in[i+2].word == "to" {
				out = append(out, p) // "within 2.0 to 8.0 Cel" reads as "is 2.0 to 8.0 Cel"
				continue
			}
			end, of := tolerance(in, i+1)
			if of < 0 || of == i+1 || of == end-1 {
				return nil, []fault{{offset: p.offset, message: "within needs an amount and a value", hint: "write it as in: within 2 % of volume"}}
			}
			out = append(out, piece{cel: p.cel, offset: p.offset}, piece{cel: "within", offset: p.offset}, piece{cel: "(", offset: p.offset})
			out = append(out, in[i+1:of]...)
			out = append(out, piece{cel: ",", offset: in[of].offset})
			out = append(out, in[of+1:end]...)
			out = append(out, piece{cel: ")", offset: in[end-1].offset})
			i = end - 1
		case "to":
			last := len(out) - 1
			if i+1 >= len(in) || last < 0 || out[last].leaf == nil || out[last].leaf.op != opLiteral || in[i+1].leaf == nil || in[i+1].leaf.op != opLiteral {
				return nil, []fault{{offset: p.offset, message: "to stands between two numbers", hint: "write a range as in: 4.9 to 5.1 mL"}}
			}
			low, high := out[last], in[i+1]
			if low.leaf.qty.Unit.Code == "1" {
				shared := *low.leaf
				shared.qty.Unit, shared.unit, shared.sort = high.leaf.qty.Unit, high.leaf.unit, high.leaf.sort
				low.leaf = &shared
			}
			out = out[:last]
			if len(out) == 0 || out[len(out)-1].cel != "==" && out[len(out)-1].cel != "!=" {
				out = append(out, piece{cel: "==", offset: p.offset})
			}
			out = append(out, piece{cel: "range", offset: p.offset}, piece{cel: "(", offset: p.offset}, low, piece{cel: ",", offset: p.offset}, high, piece{cel: ")", offset: p.offset})
			i++
		case "from": // "is from 4.9 to 5.1 mL" reads as "is 4.9 to 5.1 mL"
			if i+2 >= len(in) || in[i+2].word != "to" {
				return nil, []fault{{offset: p.offset, message: "from has no to", hint: "write a range as in: from 4.9 to 5.1 mL"}}
			}
		case "of", "in", "null":
			return nil, []fault{{offset: p.offset, message: "the word " + p.word + " has no meaning here"}}
		case "not":
			if len(out) > 0 && out[len(out)-1].word == "is" {
				out[len(out)-1].cel = "!="
				continue
			}
			out = append(out, p)
		default:
			out = append(out, p)
		}
	}
	return out, nil
}

// tolerance finds where a within phrase ends (at the next "and", "or", comma
// or closing bracket of its own level) and where its "of" stands, or -1.
func tolerance(p []piece, from int) (end, of int) {
	of = -1
	depth := 0
	for end = from; end < len(p); end++ {
		switch p[end].cel {
		case "(":
			depth++
		case ")":
			if depth == 0 {
				return end, of
			}
			depth--
		case "&&", "||", ",", "?", ":":
			if depth == 0 {
				return end, of
			}
		}
		if of < 0 && depth == 0 && p[end].word == "of" {
			of = end
		}
	}
	return end, of
}

// read has CEL read an expression that it has not read before.
func (g *grammar) read(source string) (*ast.AST, *common.Errors) {
	if tree := g.trees[source]; tree != nil {
		return tree, common.NewErrors(common.NewTextSource(source))
	}
	if g.parser == nil {
		p, err := parser.NewParser(parser.MaxRecursionDepth(64), parser.ErrorReportingLimit(1), parser.EnableIdentEscapeSyntax(false))
		if err != nil {
			return nil, nil
		}
		g.parser, g.trees = p, map[string]*ast.AST{}
	}
	tree, problems := g.parser.Parse(common.NewTextSource(source))
	if len(problems.GetErrors()) == 0 {
		g.trees[source] = tree
	}
	return tree, problems
}

// parseCEL has CEL read the pieces, and checks types and dimensions.
func (g *grammar) parseCEL(text string, pieces []piece) (*node, []fault) {
	var source strings.Builder
	starts := make([]int, len(pieces))
	leaves := map[string]*node{}
	for i, p := range pieces {
		starts[i] = source.Len()
		source.WriteString(p.cel)
		source.WriteByte(' ')
		if p.leaf != nil {
			leaves[p.cel] = p.leaf
		}
	}
	back := func(column int) int {
		for i := len(starts) - 1; i >= 0; i-- {
			if starts[i] <= column {
				return pieces[i].offset
			}
		}
		return 0
	}
	tree, problems := g.read(source.String())
	if tree == nil && problems == nil {
		return nil, []fault{{message: "the formula cannot be read"}}
	}
	if list := problems.GetErrors(); len(list) > 0 {
		column := list[0].Location.Column()
		if column >= len(strings.TrimRight(source.String(), " ")) {
			return nil, []fault{{offset: len(text), message: "the formula ends too early"}}
		}
		return nil, []fault{{offset: back(column), message: "the formula cannot be read from here on"}}
	}
	t := &typer{leaves: leaves, place: func(e ast.Expr) int {
		if at, ok := tree.SourceInfo().GetOffsetRange(e.ID()); ok {
			return back(int(at.Start))
		}
		return 0
	}}
	root := t.node(tree.Expr())
	if root.op == opColumn {
		t.loose(root)
	}
	if len(t.faults) > 0 {
		return nil, t.faults
	}
	return root, nil
}
