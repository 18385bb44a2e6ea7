package batch

import (
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// What stories say of the certificate and of what comes after it.

// namedBy is whom a command on a register names.
func (w *world) namedBy(c register.Command) identity.Person {
	if named, is := c.(register.NameCertifier); is {
		for _, person := range w.people {
			if person.Username == named.Username {
				return person
			}
		}
	}
	return identity.Person{}
}

// certifierCommand is what a story says of whom the licence names.
func certifierCommand(w *world, text string) (c register.Command) {
	product := w.protocol.Product
	choose(text, []pattern{
		{`names (\w+) on the licence as (.+)`, func(m []string) {
			c = register.NameCertifier{
				Product: product.Code, Licence: product.Licence, Username: strings.ToLower(m[1]), Capacity: register.Capacity(m[2]),
				Registration: "GPhC 2000001 (example)", Document: "LETTER-7",
			}
		}},
		{`takes (\w+) off the licence`, func(m []string) {
			c = register.EndCertifier{Product: product.Code, Licence: product.Licence, Username: strings.ToLower(m[1]), Reason: "They left.", Document: "LETTER-8"}
		}},
	})
	return c
}

func (s *story) afterwardsActs(do func(Command)) []pattern {
	return []pattern{
		{`certifies remotely, from "(.*)", (.*), UTC(.*)`, func(m []string) {
			do(Certify{Place: m[1], Where: Remotely, Country: m[2], Offset: m[3]})
		}},
		{`certifies, adding "(.*)"`, func(m []string) { do(Certify{Statement: m[1], Place: "Release desk", Where: AtControlSite}) }},
		{`reports a (serious )?reaction known at (?:day (\d+) )?(\d\d:\d\d(?::\d\d)?), begun on (\S+), (.+): "(.*)"`, func(m []string) {
			do(ReportNews{
				Class: AdverseReaction, Known: s.moment(m[2], m[3], "").Format(time.RFC3339), Text: m[6], Serious: m[1] != "", Onset: m[4], Outcome: m[5],
			})
		}},
		{`reports an? (.+) of which (.+) is to be told: "(.*)"`, func(m []string) {
			do(ReportNews{Class: m[1], Known: s.at.Format(time.RFC3339), Text: m[3], Tell: m[2]})
		}},
		{`tells (.+) of exception (\d+)`, func(m []string) {
			do(TellNews{s.number(m[2]), m[1], "Somebody", "by telephone", s.at.Format(time.RFC3339), "NOTE-1"})
		}},
		{`records that (what is left|the whole batch) was (\w+)`, func(m []string) {
			do(RecordFate{m[1], m[2], "0.3 mL", "the ward's clinical waste", "WASTE-12", "It is not needed."})
		}},
		{`witnesses record (\d+)`, func(m []string) { do(WitnessFate{s.number(m[1])}) }},
		{`withholds the batch by "(.*)" until (\S+)`, func(m []string) {
			do(SetApart{As: Withheld, Reference: m[1], Until: m[2], Reason: "The regulator looks into a defect."})
		}},
		{`sets the batch apart`, func([]string) { do(SetApart{As: Quarantined, Reason: "A count is looked at again."}) }},
		{`certifies without saying where`, func([]string) { do(Certify{Place: "The Royal"}) }},
	}
}

func (s *story) afterwardsThen(same func(got any, want string)) []pattern {
	state := s.w.state
	return []pattern{
		{`the certificate says "(.*)"`, func(m []string) {
			all := strings.Join(state.Certification.Lines, "\n") + "\n" + state.Certification.Statement + "\n" + state.Certification.Place
			if !strings.Contains(all, m[1]) {
				s.wrong("it says\n%s", all)
			}
		}},
		{`the criterion of exceptions was met at release, and since then "(.*)"`, func(m []string) {
			released, shown := state.CriteriaShown()
			for i, c := range state.Protocol.Criteria {
				if c.Record == protocol.RecordExceptionsDecided && (released != state.Certification || !shown[i].Holds || shown[i].Since != m[1]) {
					s.wrong("it is %+v", shown[i])
				}
			}
		}},
		{`exception (\d+) is said to be: (.+)`, func(m []string) { same(state.HoldsUp(state.Exceptions[s.number(m[1])-1]), m[2]) }},
		{`there are (\d+) close calls, of which (\d+) stopped the batch`, func(m []string) {
			stopped := 0
			for _, call := range state.CloseCalls() {
				if call.Stopped {
					stopped++
				}
			}
			same(len(state.CloseCalls()), m[1])
			same(stopped, m[2])
			months := state.codesOf(time.UTC)
			same(months[0].Wrong, m[1])
			same(months[0].Identity, m[2])
		}},
		{`report (\d+) is due by (\S+)`, func(m []string) {
			if got := state.News[s.number(m[1])-1].Due.Format(time.RFC3339); got != m[2] {
				s.wrong("it is due by %s", got)
			}
		}},
		{`the record in the open does not say "(.*)"`, func(m []string) {
			for _, e := range s.w.log {
				if strings.Contains(string(e.Bytes), m[1]) {
					s.wrong("entry %d says %s", e.Index, e.Bytes)
				}
			}
		}},
		{`the account of the giving says "(.*)"`, func(m []string) {
			if all := strings.Join(state.GivenWords(time.UTC), "\n"); !strings.Contains(all, m[1]) {
				s.wrong("it says\n%s", all)
			}
		}},
		{`the certificate leaves "(.*)" to come by (\S+), and tells (.+)`, func(m []string) {
			for _, late := range state.Certification.Later {
				if late.Name == m[1] && late.Due == m[2] && late.Tell == m[3] {
					return
				}
			}
			s.wrong("it leaves %+v", state.Certification.Later)
		}},
	}
}
