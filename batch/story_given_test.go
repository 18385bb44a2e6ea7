package batch

import (
	"strings"

	"countersign/identity"
	"countersign/register"
)

// given is what is so before a story begins.
func (s *story) given(text string) {
	s.Helper()
	matched := choose(text, s.originGiven()) || choose(text, s.matchGiven()) || choose(text, s.deviceGiven()) || choose(text, []pattern{
		{`the order of (.+) is (.+)`, func(m []string) { s.w.open.Order[m[1]] = m[2] }},
		{`the (.+) is not released`, func(m []string) { s.item(m[1]).Released = false }},
		{`the (.+) is not clean`, func(m []string) { s.item(m[1]).Clean = false }},
		{`the (.+) is labelled for nobody`, func(m []string) { s.item(m[1]).ForPatient = "" }},
		{`the (.+) is labelled for another patient`, func(m []string) { s.item(m[1]).ForPatient = "999 000 0026" }},
		{`the (.+) is labelled for the patient`, func(m []string) { s.item(m[1]).ForPatient = s.w.open.Patient.Number }},
		{`the (.+) is good until (\d\d:\d\d:\d\d)`, func(m []string) { s.item(m[1]).Expiry = s.moment("", m[2], "") }},
		{`the (.+) is not set out`, func(m []string) { s.item(m[1]).Name = "something else" }},
		{`the (.+) was taken in without a donation code`, func(m []string) { s.w.ungiven = append(s.w.ungiven, m[1]) }},
		{`the (.+) was taken in with its donation code`, func(m []string) { s.w.ungiven = nil }},
		{`the (.+) has no label`, func(m []string) { s.item(m[1]).Code = "" }},
		{`the (.+) has the label of the (.+)`, func(m []string) { s.item(m[1]).Code = s.item(m[2]).Code }},
		{`the (.+) has its label back`, func(m []string) { s.item(m[1]).Code = "CODE-" + m[1] }},
		{`batch (\S+) has used the (.+) since it was cleaned`, func(m []string) {
			s.w.stands(m[2], func(fit *register.Fitness) { fit.UsedBy = m[1] })
		}},
		{`batch (\S+) is using the (.+)`, func(m []string) { s.w.stands(m[2], func(fit *register.Fitness) { fit.Holder = m[1] }) }},
		{`the (.+) is out of service because "(.*)"`, func(m []string) {
			s.w.stands(m[1], func(fit *register.Fitness) { fit.Ended = fit.Number + " is out of service: " + m[2] })
		}},
		{`the (.+) stands as it did`, func(m []string) { s.w.stands(m[1], func(*register.Fitness) {}) }},
		{`the (.+) is clean again`, func(m []string) { s.item(m[1]).Clean = true }},
		{`the order says nothing of (.+)`, func(m []string) { delete(s.w.open.Order, m[1]) }},
		{`the patient's number is (.*)`, func(m []string) { s.w.open.Patient.Number = m[1] }},
		{`the wristband is (.*)`, func(m []string) { s.w.open.Patient.Wristband = strings.Replace(m[1], "missing", "", 1) }},
		{`the date of birth is (.*)`, func(m []string) { s.w.open.Patient.Born = m[1] }},
		{`version (\d+) of the protocol is asked for`, func(m []string) { s.w.open.Version = s.number(m[1]) }},
		{`the site has not set (.+)`, func(m []string) { s.w.unset(m[1]) }},
		{`the site sets (.+) to (.+)`, func(m []string) { s.w.set(m[1], m[2]) }},
		{`nobody who is a (.+) has acknowledged the protocol`, func(m []string) { s.w.unread = []identity.Role{identity.Role(m[1])} }},
		{`somebody of every role has acknowledged the protocol`, func([]string) { s.w.unread = nil }},
		{`(\w+) has not acknowledged the protocol`, func(m []string) { s.read(m[1], nil) }},
		{`(\w+) has acknowledged the protocol`, func(m []string) {
			s.read(m[1], []identity.Acknowledgement{{Protocol: s.w.protocol.Name, Version: s.w.protocol.Version, At: day()}})
		}},
		{`(\w+) has acknowledged the version before`, func(m []string) {
			s.read(m[1], []identity.Acknowledgement{{Protocol: s.w.protocol.Name, Version: s.w.protocol.Version - 1, At: day()}})
		}},
		{`batch (\S+) was opened for this order before and is (.+)`, func(m []string) {
			s.w.earlier = []Earlier{{Batch: m[1], Status: Status(m[2]), Ended: m[2] != string(InProgress)}}
		}},
		{`it is issued again because "(.*)"`, func(m []string) { s.w.open.Reissue = m[1] }},
		{`the clock is not synchronised`, func([]string) { s.w.clock = "the clock is not synchronised" }},
		{`the clock is sound again`, func([]string) { s.w.clock = "" }},
		{`(\w+) is suspended`, func(m []string) {
			person := s.w.people[m[1]]
			person.Active = false
			s.w.people[m[1]] = person
		}},
	})
	if !matched {
		s.wrong("this cannot be understood")
	}
}

func (s *story) read(who string, read []identity.Acknowledgement) {
	person := s.w.people[who]
	person.Read = read
	s.w.people[who] = person
}

func (s *story) item(name string) *Item {
	for i := range s.w.open.Items {
		if s.w.open.Items[i].Name == name {
			return &s.w.open.Items[i]
		}
	}
	s.wrong("there is no %s", name)
	return nil
}
