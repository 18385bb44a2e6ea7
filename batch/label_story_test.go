package batch

import (
	"strings"

	"countersign/register/label"
)

// labelActs understands what is done with labels in a story.
func (s *story) labelActs(text string, do func(Command)) bool {
	s.Helper()
	return choose(text, []pattern{
		{`confirms immediate use`, func([]string) { do(ImmediateUse{true, true, true}) }},
		{`confirms immediate use, but not that it is made at the point of care`, func([]string) { do(ImmediateUse{false, true, true}) }},
		{`confirms immediate use, but not that it is given entirely`, func([]string) { do(ImmediateUse{true, false, true}) }},
		{`confirms immediate use, but not that nothing is kept`, func([]string) { do(ImmediateUse{true, true, false}) }},
		{`prints (\d+) pre-labels?`, func(m []string) {
			do(PrintLabel{Label: label.PreLabel, Copies: s.number(m[1]), Expiry: "", Drawn: drawnAs()})
		}},
		{`prints (\d+) pre-labels? because "(.*)"`, func(m []string) {
			do(PrintLabel{Label: label.PreLabel, Copies: s.number(m[1]), Reason: m[2], Drawn: drawnAs()})
		}},
		{`prints (\d+) final labels?`, func(m []string) {
			do(PrintLabel{Label: label.Final, Copies: s.number(m[1]), Expiry: "", Drawn: drawnAs()})
		}},
		{`applies label (\d+)`, func(m []string) { do(ApplyLabel{s.labelCode(m[1])}) }},
		{`destroys label (\d+) because "(.*)"`, func(m []string) { do(DestroyLabel{s.number(m[1]), m[2]}) }},
		{`scans label (\d+) in (.+)`, func(m []string) { do(Scan{m[2], "label", s.labelCode(m[1])}) }},
	})
}

// labelThen understands what must stand on the newest label.
func (s *story) labelThen() []pattern {
	return []pattern{{`the label says "(.*)"`, func(m []string) {
		printed := s.w.state.Labellings
		if len(printed) == 0 {
			s.wrong("none was printed")
		}
		if text := strings.Join(printed[len(printed)-1].Labels[0].Texts(false), "\n"); !strings.Contains(text, m[1]) {
			s.wrong("it says\n%s", text)
		}
	}}}
}

// labelCode is the code of a label that was printed.
func (s *story) labelCode(number string) string {
	for _, p := range s.w.state.Labellings {
		for i, n := range p.Numbers {
			if n == s.number(number) {
				return p.Labels[i].Code.Text
			}
		}
	}
	s.wrong("no label %s was printed", number)
	return ""
}
