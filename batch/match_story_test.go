package batch

import (
	"strings"

	"countersign/audit"
	"countersign/register"
)

// What stories say of identity and custody.

func (s *story) matchGiven() []pattern {
	return []pattern{
		{`lot (\S+) with the code "(.+)" is another patient's`, func(m []string) {
			s.w.elsewhere = map[string]register.Fitness{m[2]: {
				Stream: audit.StreamID("lot/" + m[1]), Name: "vial", Number: m[1], Code: m[2], Personal: true, ForPatient: "999 000 0026",
			}}
		}},
		{`batch (\S+) for "(.+)", born (\S+), is open in unit (\S+)`, func(m []string) { s.w.neighbour(m[1], m[4], m[2], m[3]) }},
		{`the participant is "(.*)" of the trial "(.*)"`, func(m []string) { s.w.open.Participant, s.w.open.Trial = m[1], m[2] }},
	}
}

func (s *story) matchActs(do func(Command)) []pattern {
	return []pattern{
		{`takes over the (.+) "(.*)" at "(.*)" because "(.*)"`, func(m []string) { do(TakeOver{m[1], m[2], m[3], m[4]}) }},
		{`links the number "(.*)" of the wristband "(.*)", (.+), because "(.*)"`, func(m []string) {
			do(LinkNumber{Number: m[1], NumberType: "NHS", Wristband: m[2], Found: m[3], Reason: m[4]})
		}},
		{`confirms link (\d+)`, func(m []string) { do(ConfirmNumber{s.number(m[1])}) }},
	}
}

func (s *story) matchThen(same func(got any, want string)) []pattern {
	state := s.w.state
	return []pattern{
		{`(\w+) holds the (.+)`, func(m []string) {
			holder := state.Holder(m[2])
			if holder == nil {
				holder = &Act{Name: "nobody"}
			}
			same(holder.Name, m[1])
		}},
		{`(\d+) hand-overs are recorded`, func(m []string) { same(len(state.Custody()), m[1]) }},
		{`(\w+) was shown "(.*)"`, func(m []string) {
			shown := ""
			for _, e := range s.w.log {
				for _, signature := range e.Signatures {
					if m[1] == "nobody" || signature.Name == m[1] {
						shown += strings.Join(signature.Shown, "\n")
					}
				}
			}
			if strings.Contains(shown, m[2]) == (m[1] == "nobody") {
				s.wrong("the sheets say %s", shown)
			}
		}},
	}
}
