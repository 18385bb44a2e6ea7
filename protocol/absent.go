package protocol

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// parseAbsence reads "not done", "not available" or "not applicable: why",
// where the input allows it; ok is false when the text is a value.
func (in Input) parseAbsence(text string) (v Value, ok bool, err error) {
	if text[0] != 'n' && text[0] != 'N' { // most values are figures
		return Value{}, false, nil
	}
	for _, word := range absences() {
		rest, found := strings.CutPrefix(strings.ToLower(text), word)
		if !found || rest != "" && rest[0] != ':' && rest[0] != ' ' {
			continue
		}
		if in.Type == TypeText || contains(in.Choices, text) {
			return Value{}, false, nil
		}
		if !contains(in.Absent, word) {
			return Value{}, false, fmt.Errorf("this value cannot be %s: the protocol asks for it", word)
		}
		reason := strings.TrimSpace(strings.TrimPrefix(text[len(word):], ":"))
		switch {
		case word == NotApplicable && reason == "":
			return Value{}, false, errors.New("say why, as in: not applicable: no beads were used")
		case word != NotApplicable && reason != "":
			return Value{}, false, fmt.Errorf("write %s alone, and the reason as a note", word)
		}
		if reason, err = parseText(reason); err != nil {
			return Value{}, false, err
		}
		return Value{Type: in.Type, Absent: word, Text: reason}, true, nil
	}
	return Value{}, false, nil
}

func (v Value) absence() string {
	if v.Absent == NotApplicable {
		return v.Absent + ": " + v.Text
	}
	return v.Absent
}

// judgeAbsent: what was not done or is not available keeps no limit, so it
// breaks the most serious one; what is not applicable is held against none.
func judgeAbsent(limits []Limit, v Value, unit Unit, env Env) Verdict {
	var worst Verdict
	if v.Absent == NotApplicable {
		return worst
	}
	for i := range limits {
		if severity(limits[i].Level) > severity(worst.Level) {
			worst = Verdict{Level: limits[i].Level, Limit: &limits[i], Reason: fmt.Sprintf("it is %s, and a limit holds: %s", v.Absent, limits[i].in(unit, env))}
		}
	}
	return worst
}

// cutBeyond reads the sign of a result beyond what can be measured: "< 0.3".
func (in Input) cutBeyond(text string) (sign, rest string, err error) {
	if text[0] != '<' && text[0] != '>' {
		return "", text, nil
	}
	if !in.Censored {
		return "", "", fmt.Errorf("write the figure alone, as in %s: the protocol does not allow %s here", in.sample(), text[:1])
	}
	return text[:1], strings.TrimSpace(text[1:]), nil
}

// logged is a range in words: "−3.9 to 13.1 °C, mean 0.4 °C".
func (v Value) logged() string {
	text := v.Low.Number + " to " + v.High.String()
	if v.Quantity.Number != "" {
		text += ", mean " + v.Quantity.String()
	}
	return text
}

// parseRange reads "-3.9 to 13.1", "2.2 to 6.7 Cel, mean 3.1".
func (in Input) parseRange(v *Value, text string) error {
	bounds, mean, hasMean := strings.Cut(text, ", mean ")
	low, high, ok := strings.Cut(bounds, " to ")
	if !ok {
		return fmt.Errorf("write lowest and highest, as in %s to %s; the mean may follow, as in: , mean %s", in.sample(), in.sample(), in.sample())
	}
	var err error
	if v.Low, err = in.parseDecimal(strings.TrimSpace(low)); err != nil {
		return err
	}
	if v.High, err = in.parseDecimal(strings.TrimSpace(high)); err != nil {
		return err
	}
	order, err := v.Low.Cmp(v.High)
	if err != nil || order > 0 {
		return errors.New("the lowest comes first")
	}
	if !hasMean {
		return nil
	}
	if v.Quantity, err = in.parseDecimal(strings.TrimSpace(mean)); err != nil {
		return err
	}
	below, _ := v.Quantity.Cmp(v.Low)
	above, _ := v.Quantity.Cmp(v.High)
	if below < 0 || above > 0 {
		return errors.New("the mean does not lie between the lowest and the highest")
	}
	return nil
}

// fileName is a file by name and SHA-256.
var fileName = regexp.MustCompile(`^[^/\\\x00-\x1f]{1,120}, sha256 [0-9a-f]{64}$`)

func parseFile(text string) (string, error) {
	if !fileName.MatchString(text) {
		return "", errors.New("name the file with its SHA-256, as in: scale.jpg, sha256 followed by 64 hexadecimal digits")
	}
	return parseText(text)
}

// meets judges a value by a limit. A range meets it with both its ends; a
// result beyond what can be measured, with every value that it may be.
func (l *Limit) meets(v Value, unit Unit, env Env) (bool, string, error) {
	if holds, _ := l.Cond.plain.hold(&v); holds {
		return true, "", nil
	}
	return l.meetsAll(v, unit, env)
}

// meetsAll is meets for any limit, and says why one does not hold.
func (l *Limit) meetsAll(v Value, unit Unit, env Env) (bool, string, error) {
	switch {
	case v.Type == TypeRange:
		for _, end := range []Quantity{v.Low, v.High} {
			holds, reason, err := l.Cond.breaks(env, &Value{Type: TypeDecimal, Quantity: end})
			if err != nil || !holds {
				return false, reason, err
			}
		}
		return true, "", nil
	case v.Beyond != "":
		at, err := v.Quantity.base()
		if err != nil {
			return false, "", err
		}
		may := interval{high: at, highOpen: true}
		if v.Beyond == ">" {
			may = interval{low: at, lowOpen: true}
		}
		if may.within(bounded(l.Cond.root, true)) {
			return true, "", nil
		}
		return false, fmt.Sprintf("%s may break the limit: %s", v, l.in(unit, env)), nil
	}
	return l.Cond.breaks(env, &v)
}

// interval is all that a result beyond what can be measured may be.
func (k known) interval() interval {
	if k.beyond == "<" {
		return interval{high: k.num, highOpen: true}
	}
	return interval{low: k.num, lowOpen: true}
}

// notSure is the error of a condition that hangs on the figure of a result that
// is only known to lie beyond what can be measured.
func notSure(n *node, k known) error {
	return &Missing{Names: []string{n.name + " (only known to be " + k.show + ")"}}
}

// uncertain compares a result beyond what can be measured: the answer is yes or
// no only where it is so for everything that the result may be. A formula has
// no use for it.
func uncertain(n *node, args []known, at int) (known, error) {
	if at != 0 || len(args) != 2 || args[1].beyond != "" {
		return known{}, notSure(n.args[at], args[at])
	}
	bar, may := args[1].num, args[0].interval()
	var allowed interval
	switch n.op {
	case "_<_":
		allowed = interval{high: bar, highOpen: true}
	case "_<=_":
		allowed = interval{high: bar}
	case "_>_":
		allowed = interval{low: bar, lowOpen: true}
	case "_>=_":
		allowed = interval{low: bar}
	case "_==_", "_!=_":
		allowed = interval{low: bar, high: bar}
		if may.meet(allowed).empty() {
			return known{yes: n.op == "_!=_"}, nil
		}
		return known{}, notSure(n.args[0], args[0])
	default:
		return known{}, notSure(n.args[0], args[0])
	}
	switch {
	case may.within(allowed):
		return known{yes: true}, nil
	case may.meet(allowed).empty():
		return known{}, nil
	}
	return known{}, notSure(n.args[0], args[0])
}

// within says that every value of an interval belongs to another.
func (i interval) within(j interval) bool {
	low := j.low == nil || i.low != nil && (i.low.Cmp(j.low) > 0 || i.low.Cmp(j.low) == 0 && (!j.lowOpen || i.lowOpen))
	high := j.high == nil || i.high != nil && (i.high.Cmp(j.high) < 0 || i.high.Cmp(j.high) == 0 && (!j.highOpen || i.highOpen))
	return low && high
}

// checkUncertain: a range is judged by its ends, and a result beyond what can
// be measured by all that it may be; both need limits that are plain bounds.
func (b *builder) checkUncertain(in *Input) {
	if in.Type != TypeRange && !in.Censored {
		return
	}
	for i := range in.Limits {
		limit := &in.Limits[i]
		if limit.Cond == nil {
			continue
		}
		if !plainBound(limit.Cond.root, in.Censored) {
			b.failAt(limit.Pos, "write it as in: at most 8.0 Cel; 2.0 to 8.0 Cel", "this limit cannot be held against a value that is not one figure")
		}
	}
}

func plainBound(n *node, literal bool) bool {
	switch n.op {
	case "!_":
		inner := n.args[0]
		return len(inner.args) == 2 && inner.op != "_&&_" && inner.op != "_||_" && inner.op != "_==_" && plainBound(inner, literal)
	case "_&&_":
		return plainBound(n.args[0], literal) && plainBound(n.args[1], literal)
	case "_<_", "_<=_", "_>_", "_>=_", "_==_":
		right := n.args[1]
		if right.op == "range" {
			return n.args[0].op == opSelf
		}
		return n.args[0].op == opSelf && right.op != "within" && (right.op == opLiteral || !literal)
	}
	return false
}
