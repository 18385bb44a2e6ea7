package web

import (
	"fmt"
	"strings"

	"countersign/protocol"
)

func secondWords(step *protocol.Step) string {
	switch {
	case step.Witness:
		return "Sign: I saw this done"
	case step.HandsOver != "":
		return "Sign: I received this"
	}
	return "Sign: I checked this"
}

// thenWords says what follows the performer's signature.
func thenWords(p *protocol.Protocol, step *protocol.Step) string {
	if step.CheckedBy == "" {
		return ""
	}
	verb := "checked"
	switch {
	case step.Witness:
		verb = "witnessed, at the time,"
	case step.HandsOver != "":
		verb = "received"
	}
	return fmt.Sprintf("Then call %s, not yourself: it is %s here, with their own name and password, while you stay signed in.", partWords(p, step.CheckedBy), verb)
}

// partWords names a part with its role: "a pharmacist (checker)".
func partWords(p *protocol.Protocol, name string) string {
	for _, part := range p.Parts {
		if part.Name == name {
			return article(part.Role) + " " + part.Role
		}
	}
	return name
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an"
	}
	return "a"
}
