package protocol

import (
	"errors"
	"strings"
)

// The words of a point.
func momentsOfStep() []string { return []string{"started", "scanned", "done", "checked"} }
func momentsOfItem() []string { return []string{"out", "back", "opened", "thawed"} }

// cutPoint splits "draw up done" into the name and the moment.
func cutPoint(text string) (Point, bool) {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return Point{}, false
	}
	p := Point{Step: text[:at], At: text[at+1:]}
	for _, known := range append(momentsOfStep(), momentsOfItem()...) {
		if p.At == known {
			return p, true
		}
	}
	return Point{}, false
}

// parseSpan reads "at least 5 min", "at most 4 h" or "1 min to 3 min".
func parseSpan(text string) (Span, error) {
	if rest, ok := strings.CutPrefix(text, "at least "); ok {
		d, err := ParseDuration(rest)
		return Span{Min: d}, positive(d, err)
	}
	if rest, ok := strings.CutPrefix(text, "at most "); ok {
		d, err := ParseDuration(rest)
		return Span{Max: d}, positive(d, err)
	}
	low, high, ok := strings.Cut(text, " to ")
	if !ok {
		return Span{}, errors.New("a time between two bounds reads at least 5 min, at most 4 h or 1 min to 3 min")
	}
	from, err := ParseDuration(low)
	if err != nil {
		return Span{}, err
	}
	to, err := ParseDuration(high)
	if err != nil {
		return Span{}, err
	}
	if from > to {
		return Span{}, errors.New("no time lies from " + low + " to " + high + ": the smaller comes first")
	}
	return Span{Min: from, Max: to}, positive(to, nil)
}

func positive[T ~int64](d T, err error) error {
	if err == nil && d == 0 {
		return errors.New("a bound of no time at all bounds nothing")
	}
	return err
}

// validName says whether a name can be told apart in a formula.
func validName(name string) (string, bool) {
	const hint = "a name is words of letters, digits and underscores, each beginning with a letter, with single spaces between"
	if name == "" || len(name) > 60 {
		return "a name has at most 60 letters", false
	}
	for _, word := range strings.Split(name, " ") {
		if word == "" || !letter(word[0]) {
			return hint, false
		}
		for i := 0; i < len(word); i++ {
			if !letter(word[i]) && !digit(word[i]) && word[i] != '_' {
				return hint, false
			}
		}
		if _, reserved := operatorWord(word); reserved {
			return "the word " + word + " has a meaning in formulas", false
		}
	}
	return "", true
}
