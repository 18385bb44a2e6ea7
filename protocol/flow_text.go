package protocol

import "strings"

// textWidth is how wide a text may get. Where Arial is missing a wider face
// stands in for it, so the widths are those of DejaVu Sans, the widest in
// common use; letters that are not Latin count as wide ones.
func textWidth(text string, size int, bold bool) int {
	total := 0
	for _, r := range text {
		total += letterWidth(r)
	}
	if bold {
		total += total / 8
	}
	return (total*size + 999) / 1000
}

// letterWidth is in thousandths of the letter's size.
func letterWidth(r rune) int {
	switch {
	case strings.ContainsRune("ijlIJ' .,", r):
		return 318
	case strings.ContainsRune("ftr-/:;()[]|\\!", r):
		return 405
	case strings.ContainsRune("ckLsvxyz\"*^`_?FT", r):
		return 590
	case strings.ContainsRune("CDGHKNOQUVXYZARw&+<=>~#", r):
		return 800
	case strings.ContainsRune("mMW%@", r) || r >= 0x250:
		return 1015
	}
	return 640 // digits and most small letters
}

// wrapped breaks a text into lines of a width, at spaces as far as it can, and
// shortens what would need more lines than most.
func wrapped(text string, width, size int, bold bool, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for _, piece := range pieces(word, width, size, bold) {
			switch {
			case line == "":
				line = piece
			case textWidth(line+" "+piece, size, bold) <= width:
				line += " " + piece
			default:
				lines = append(lines, line)
				line = piece
			}
		}
	}
	if lines = append(lines, line); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = shortened(lines[most-1], width, size, bold)
	}
	return lines
}

// pieces breaks a word that is wider than a line.
func pieces(word string, width, size int, bold bool) []string {
	if textWidth(word, size, bold) <= width {
		return []string{word}
	}
	var all []string
	piece := ""
	for _, r := range word {
		if piece != "" && textWidth(piece+string(r), size, bold) > width {
			all = append(all, piece)
			piece = ""
		}
		piece += string(r)
	}
	return append(all, piece)
}

// shortened ends a line with "…", within the width.
func shortened(line string, width, size int, bold bool) string {
	letters := []rune(line)
	for len(letters) > 0 && textWidth(string(letters)+"…", size, bold) > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ") + "…"
}
