package batch

import (
	"strings"
)

// What stories say of donations, chains of identity and of what scanners send.

// visible writes a separator into a code of a story.
func visible(code string) string { return strings.ReplaceAll(code, "<GS>", "\x1d") }

func (s *story) originGiven() []pattern {
	return []pattern{
		{`the (.+) holds the donations? "(.*?)"(?: and "(.*)")?`, func(m []string) {
			s.item(m[1]).Donations = []string{m[2]}
			if m[3] != "" {
				s.item(m[1]).Donations = append(s.item(m[1]).Donations, m[3])
			}
		}},
		{`the (.+) holds no donation`, func(m []string) { s.item(m[1]).Donations = nil }},
		{`the (.+) carries the chain of identity "(.*)"`, func(m []string) { s.item(m[1]).Chain = m[2] }},
		{`the order's chain of identity is "(.*)"`, func(m []string) { s.w.open.Chain = m[1] }},
		{`the (.+)'s code is "(.*)"`, func(m []string) { s.item(m[1]).Code = visible(m[2]) }},
	}
}

func (s *story) originActs(do func(Command)) []pattern {
	return []pattern{
		{`scans "(.*)", sent as "(.*)", as (.+) in (.+)`, func(m []string) {
			s.w.sent = map[string]string{visible(m[1]): m[2]}
			do(Scan{m[4], m[3], visible(m[1])})
			s.w.sent = nil
		}},
		{`gives "(.*)" without a mark as (.+) in (.+)`, func(m []string) {
			s.w.unmarked = true
			do(Scan{m[3], m[2], visible(m[1])})
			s.w.unmarked = false
		}},
	}
}

func (s *story) originThen(same func(got any, want string)) []pattern {
	state := s.w.state
	return []pattern{
		{`the record pins of the (.+) "(.*)"`, func(m []string) {
			for _, item := range s.opened().Items {
				if item.Name == m[1] && !strings.Contains(item.OriginWords(), m[2]) {
					s.wrong("it pins %q", item.OriginWords())
				}
			}
		}},
		{`the newest label says "(.*)"`, func(m []string) {
			newest := state.Labellings[len(state.Labellings)-1]
			if text := strings.Join(newest.Labels[0].Texts(false), "\n"); !strings.Contains(text, m[1]) {
				s.wrong("it says\n%s", text)
			}
		}},
		{`"(.*)" was received for (.+) in (.+)`, func(m []string) {
			scans := state.Step(m[3]).Scans[m[2]]
			same(scans[len(scans)-1].Sent, m[1])
		}},
	}
}

// opened is the entry that opened the batch.
func (s *story) opened() BatchOpened {
	ev, err := DecodeEvent(s.w.log[0].Entry, s.w.openings[s.w.log[0].Index])
	if err != nil {
		s.wrong("%v", err)
	}
	opened, _ := ev.(BatchOpened)
	return opened
}
