package label

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Figures writes the numbers of a label's text as doses are written: a leading
// zero, no trailing zero, commas for thousands (NUM-07; NHS CUI). A number of
// GMP keeps its zeros, which carry its precision; that is another formatter
// (protocol.Quantity), and this one is for labels alone. What is not a decimal
// number by itself, as in "10*9", "1.2.3" or "CD3-50", stays as it is.
func Figures(text string) string {
	number := regexp.MustCompile(`\.?[0-9](?:[0-9.,]*[0-9])?`)
	var out strings.Builder
	done := 0
	for _, at := range number.FindAllStringIndex(text, -1) {
		out.WriteString(text[done:at[0]])
		if joined(text[:at[0]], text[at[1]:]) {
			out.WriteString(text[at[0]:at[1]])
		} else {
			out.WriteString(figure(text[at[0]:at[1]]))
		}
		done = at[1]
	}
	return out.String() + text[done:]
}

// joined says that a number is part of something longer, which is left alone:
// a power, or a name such as CD3 or HA-1.
func joined(before, after string) bool {
	last, size := utf8.DecodeLastRuneInString(before)
	if unicode.IsLetter(last) || strings.ContainsRune("*^_", last) {
		return true
	}
	if last == '-' {
		if letter, _ := utf8.DecodeLastRuneInString(before[:len(before)-size]); unicode.IsLetter(letter) {
			return true
		}
	}
	return strings.HasPrefix(after, "*") || strings.HasPrefix(after, "^") || strings.HasPrefix(after, "_")
}

// figure writes one number; what has two points or odd commas stays.
func figure(number string) string {
	if !regexp.MustCompile(`^([0-9]*|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$`).MatchString(number) {
		return number
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(number, ",", ""), ".")
	part = strings.TrimRight(part, "0")
	if whole == "" {
		whole = "0"
	}
	if len(whole) > 3 && whole[0] != '0' {
		whole = grouped(whole)
	}
	if part == "" {
		return whole
	}
	return whole + "." + part
}

func grouped(whole string) string {
	var out strings.Builder
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteByte(whole[i])
	}
	return out.String()
}
