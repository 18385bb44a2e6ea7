package batch

import (
	"fmt"
	"regexp"
	"strings"
)

// code is what the right label of a field says.
func (s *story) code(field string) string {
	switch field {
	case patientField:
		return s.w.open.Patient.Wristband
	case labelField:
		if printed := s.w.state.Labellings; len(printed) > 0 {
			return printed[len(printed)-1].Labels[0].Code.Text
		}
		return batchID
	}
	return "CODE-" + field
}

// complete does all of a step at once: its scans, its values, its signatures.
func (s *story) complete(who, second, step, values string) error {
	st := s.w.state.Step(step)
	if st == nil {
		s.wrong("there is no step %q", step)
	}
	for _, scan := range st.Step.Scans {
		if err := s.w.do(who, Scan{step, scan.Field, s.code(scan.Field)}, s.at); err != nil {
			return err
		}
	}
	if st.Step.Timed && st.Begun == nil {
		if err := s.w.do(who, Begin{step}, s.at); err != nil {
			return err
		}
	}
	if values != "" {
		for _, pair := range strings.Split(values, ", ") {
			field, text, _ := strings.Cut(pair, " = ")
			if err := s.w.do(who, Record{step, field, text}, s.at); err != nil {
				return err
			}
		}
	}
	if err := s.w.do(who, Perform{step}, s.at); err != nil {
		return err
	}
	if second == "" {
		return nil
	}
	return s.w.do(second, Check{step}, s.at)
}

// clock shows a running timer: what is left, or what is spent of a budget.
func (s *story) clock(name string) string {
	for _, timer := range s.w.state.Timers(s.at) {
		switch {
		case timer.Name != name:
		case timer.Most > 0:
			return fmt.Sprintf("%s of %s", timer.Spent, timer.Most)
		case timer.Over:
			return "over"
		case !timer.Until.IsZero():
			return timer.Until.Sub(s.at).String() + " left"
		default:
			return timer.From.Sub(s.at).String() + " to wait"
		}
	}
	return "nothing"
}

// together reads `accepts 1 because "…"; does not accept 2 because "…"`.
func (s *story) together(text string) DecideTogether {
	c := DecideTogether{}
	form := regexp.MustCompile(`^(accepts|does not accept) (\d+) because "(.*)"$`)
	for _, part := range strings.Split(text, "; ") {
		m := form.FindStringSubmatch(part)
		if m == nil {
			s.wrong("nobody decides %q", part)
		}
		c.Decisions = append(c.Decisions, Resolve{s.number(m[2]), m[1] == "accepts", m[3]})
	}
	return c
}
