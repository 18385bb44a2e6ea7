package protocol

import (
	"fmt"
	"slices"
	"strings"
)

// duties says in a few words what a step asks for and when it is done, as in
// "critical, performed by preparer and checked by checker; only when “order.dose
// above 5.0 mg”".
func (s *Step) duties() string {
	var words []string
	if s.Critical {
		words = append(words, "critical")
	}
	words = append(words, "performed by "+orNobody(s.By))
	if s.second() != "" {
		words = append(words, s.second())
	}
	if s.Decision {
		words = append(words, "a decision")
	}
	if len(s.Scans) > 0 {
		words = append(words, "done with a scan of "+listed(namesOf(s.Scans, func(c *Scan) string { return c.Field })))
	}
	parts := []string{listed(words)}
	if s.When != nil {
		parts = append(parts, "only when “"+s.When.Text+"”")
	}
	if (s.Hours != Hours{}) {
		parts = append(parts, "only between "+s.Hours.String())
	}
	if s.Timed {
		parts = append(parts, "with a start of its own")
	}
	if text := s.Wait.written(); text != "" {
		parts = append(parts, "wait: "+text)
	}
	if text := s.Custody(); text != "" {
		parts = append(parts, text)
	}
	if len(s.Uses) > 0 {
		parts = append(parts, "held up by the conditions and time budgets of "+listed(s.Uses))
	}
	return strings.Join(parts, "; ")
}

// manners says how a section follows the one before it and its steps each
// other, as in "is done only when “…”"; of a section that went, as it was. What
// every section does goes unsaid.
func (s *Section) manners(gone bool) []string {
	var words []string
	say := func(holds bool, is, was, rest string) {
		if gone {
			is = was
		}
		if holds {
			words = append(words, is+" "+rest)
		}
	}
	say(s.AfterRelease, "opens", "opened", "only after release")
	say(s.Alongside, "runs", "ran", "alongside the section before it")
	say(s.AnyOrder, "has", "had", "its steps in any order")
	if s.When != nil {
		say(true, "is", "was", "done only when “"+s.When.Text+"”")
	}
	if s.Loop != nil {
		say(true, "is", "was", fmt.Sprintf("repeated until “%s”, at most %d times", s.Loop.Until.Text, s.Loop.Most))
	}
	return words
}

// manner is "; it is done only when “…”", or "" for a section like any other.
func (s *Section) manner(gone bool) string {
	words := s.manners(gone)
	if len(words) == 0 {
		return ""
	}
	return "; it " + listed(words)
}

// known says how the section of a step that came to it is done, since that is
// now how the step is; a section that came too has told it already.
func (p *plan) known(s *Section) string {
	words := s.manners(false)
	if len(words) == 0 || slices.Contains(p.sections.added, s) {
		return ""
	}
	return "; the section " + listed(words)
}
