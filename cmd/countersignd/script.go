package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"countersign/batch"
	"countersign/register/label"
)

// script is one rehearsal: a whole batch as people would make it, with the
// site's clock, what each person does, and what the system has to answer.
type script struct {
	Rehearsal string            `yaml:"rehearsal"`
	Title     string            `yaml:"title"`
	Source    string            `yaml:"source"` // where the expected outcome is written
	Protocol  string            `yaml:"protocol"`
	Starts    time.Time         `yaml:"starts"`
	Order     map[string]string `yaml:"order"`
	Site      map[string]string `yaml:"site"` // what the site sets before the batch is opened
	Patient   scriptPatient     `yaml:"patient"`
	Trial     string            `yaml:"trial"`
	Taking    string            `yaml:"participant"` // who takes part in it, by their number
	Items     []scriptItem      `yaml:"items"`
	Acts      string            `yaml:"acts"`
	Expect    scriptExpectation `yaml:"expect"`
	lines     []scriptLine
}

type scriptPatient struct {
	Name       string `yaml:"name"`
	Born       string `yaml:"born"`
	Number     string `yaml:"number"`
	NumberType string `yaml:"number type"`
	Wristband  string `yaml:"wristband"`
}

type scriptItem struct {
	Name      string `yaml:"name"`
	Code      string `yaml:"code"`
	Lot       string `yaml:"lot"`
	Expiry    string `yaml:"expiry"`
	Clean     bool   `yaml:"clean"`
	Reference string `yaml:"reference"`
	Own       bool   `yaml:"for this patient"`
	Amount    string `yaml:"amount"`
	Donation  string `yaml:"donation"`
	Sends     string `yaml:"sends"` // of a machine whose data are accepted, as in "activity in MBq"
}

type scriptExpectation struct {
	Status     string   `yaml:"status"`
	Exceptions []string `yaml:"exceptions"` // classes, in order of number
	Shows      []string `yaml:"shows"`      // texts that the printed record holds
}

// scriptLine is one act: when, who, what, and the refusal that has to follow.
type scriptLine struct {
	number  int
	at      time.Duration // since the script starts
	who     string
	command batch.Command
	sent    *sentAct // of a machine, which is then who
	refused string   // code; "" when the act is to be accepted
}

// readScript reads a rehearsal. Every problem is a sentence with its line.
func readScript(name string, text []byte) (*script, error) {
	var s script
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var last time.Duration
	for i, line := range strings.Split(s.Acts, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "refused "):
			if len(s.lines) == 0 {
				return nil, fmt.Errorf("%s: act line %d: a refusal of nothing", name, i+1)
			}
			s.lines[len(s.lines)-1].refused = strings.TrimSpace(strings.TrimPrefix(line, "refused "))
			continue
		}
		act, err := readAct(line)
		if err != nil {
			return nil, fmt.Errorf("%s: act line %d: %w", name, i+1, err)
		}
		if act.at < last {
			return nil, fmt.Errorf("%s: act line %d: the clock only goes forward", name, i+1)
		}
		act.number, last = i+1, act.at
		s.lines = append(s.lines, act)
	}
	if s.Rehearsal == "" || s.Protocol == "" || s.Starts.IsZero() || len(s.lines) == 0 || s.Expect.Status == "" {
		return nil, fmt.Errorf("%s: a rehearsal needs its name, protocol, start, acts and expected status", name)
	}
	return &s, nil
}

// Act lines read "09:05:30 asha records drawn in draw up: 5.0", with
// "day 2 09:05" for later days.
var (
	actForm  = regexp.MustCompile(`^(?:day (\d+) )?(\d\d):(\d\d)(?::(\d\d))? (\S+) (.+)$`)
	actVerbs = []struct {
		form *regexp.Regexp
		make func(m []string) batch.Command
	}{
		{regexp.MustCompile(`^begins (.+)$`), func(m []string) batch.Command { return batch.Begin{Step: m[1]} }},
		{regexp.MustCompile(`^scans (.+?) in (.+?): (.+)$`), func(m []string) batch.Command { return batch.Scan{Step: m[2], Field: m[1], Raw: m[3]} }},
		{regexp.MustCompile(`^records the (physician's request|risk evaluation given to the physician|physician's acceptance|notice that it is supplied at the physician's request): (.+?), (.+?), (.+)$`), func(m []string) batch.Command {
			return batch.RecordRoute{Stage: m[1], Whom: m[2], Document: m[3], Text: m[4]}
		}},
		{regexp.MustCompile(`^supplies at (.+?): (.+)$`), func(m []string) batch.Command { return batch.Supply{Place: m[1], Statement: m[2]} }},
		{regexp.MustCompile(`^tells the (.+?) of the supply: (.+?), (.+?), (.+)$`), func(m []string) batch.Command {
			return batch.TellSupply{Whom: m[1], Name: m[2], How: m[3], Document: m[4]}
		}},
		{regexp.MustCompile(`^records (.+?) in (.+?): (.+)$`), func(m []string) batch.Command { return batch.Record{Step: m[2], Field: m[1], Text: m[3]} }},
		{regexp.MustCompile(`^corrects (.+?) in (.+?): (.+?) because (.+)$`), func(m []string) batch.Command {
			return batch.Correct{Step: m[2], Field: m[1], Text: m[3], Reason: m[4]}
		}},
		{regexp.MustCompile(`^signs correction (\d+) in (.+)$`), func(m []string) batch.Command {
			number, _ := strconv.Atoi(m[1])
			return batch.ConfirmCorrection{Step: m[2], Correction: number}
		}},
		{takesForm, func(m []string) batch.Command { return batch.TakeReading{Field: m[1], Step: m[2]} }},
		{answerForm, func(m []string) batch.Command { return batch.AnswerAlarm{Comment: m[1]} }},
		{regexp.MustCompile(`^takes out (.+)$`), func(m []string) batch.Command { return batch.Move{Item: m[1], To: "out"} }},
		{regexp.MustCompile(`^puts back (.+)$`), func(m []string) batch.Command { return batch.Move{Item: m[1], To: "back"} }},
		{regexp.MustCompile(`^performs (.+)$`), func(m []string) batch.Command { return batch.Perform{Step: m[1]} }},
		{regexp.MustCompile(`^checks (.+)$`), func(m []string) batch.Command { return batch.Check{Step: m[1]} }},
		{regexp.MustCompile(`^notes in (.+?): (.+)$`), func(m []string) batch.Command { return batch.Note{Step: m[1], Text: m[2]} }},
		{regexp.MustCompile(`^raises in (.+?): (.+)$`), func(m []string) batch.Command { return batch.Raise{Step: m[1], Text: m[2], Blocks: true} }},
		{regexp.MustCompile(`^(accepts|does not accept) exception (\d+) because (.+)$`), func(m []string) batch.Command {
			number, _ := strconv.Atoi(m[2])
			return batch.Resolve{Exception: number, Accept: m[1] == "accepts", Reason: m[3]}
		}},
		{regexp.MustCompile(`^prints (\d+) (pre-label|final label)s?(?: to be used by (.+))?$`), func(m []string) batch.Command {
			copies, _ := strconv.Atoi(m[1])
			return batch.PrintLabel{Label: label.Kind(strings.TrimSuffix(m[2], " label")), Copies: copies, Expiry: m[3]}
		}},
		{regexp.MustCompile(`^applies (label \d+)$`), func(m []string) batch.Command { return batch.ApplyLabel{Raw: m[1]} }},
		{regexp.MustCompile(`^destroys label (\d+) because (.+)$`), func(m []string) batch.Command {
			copied, _ := strconv.Atoi(m[1])
			return batch.DestroyLabel{Copy: copied, Reason: m[2]}
		}},
		{regexp.MustCompile(`^attaches label (\d+) because (.+)$`), func(m []string) batch.Command {
			copied, _ := strconv.Atoi(m[1])
			return batch.AttachLabel{Copy: copied, Reason: m[2]}
		}},
		{regexp.MustCompile(`^accounts for (.+?), lot (\S+): (\S.*?) used(?:, (\S.*?) returned)?(?:, (\S.*?) destroyed)?(?:, (\S.*?) sampled)?(?:, because (.+))?$`), func(m []string) batch.Command {
			return batch.Account{Item: m[1], Lot: m[2], Used: m[3], Returned: m[4], Destroyed: m[5], Sampled: m[6], Reason: m[7]}
		}},
		{regexp.MustCompile(`^reviews: (.+)$`), func(m []string) batch.Command { return batch.Review{Statement: m[1]} }},
		{regexp.MustCompile(`^certifies at (.+?): (.+)$`), func(m []string) batch.Command {
			return batch.Certify{Place: m[1], Statement: m[2], Where: batch.AtControlSite}
		}},
		{regexp.MustCompile(`^tells (.+?) of exception (\d+): (.+?), (.+?), (.+)$`), func(m []string) batch.Command {
			number, _ := strconv.Atoi(m[2])
			return batch.TellNews{Exception: number, Whom: m[1], Name: m[3], How: m[4], Document: m[5]}
		}},
		{regexp.MustCompile(`^rejects because (.+)$`), func(m []string) batch.Command { return batch.Reject{Reason: m[1]} }},
		{regexp.MustCompile(`^aborts because (.+)$`), func(m []string) batch.Command { return batch.Abort{Reason: m[1]} }},
	}
)

func readAct(line string) (scriptLine, error) {
	m := actForm.FindStringSubmatch(line)
	if m == nil {
		return scriptLine{}, fmt.Errorf("%q does not read like \"09:05:30 asha performs draw up\"", line)
	}
	number := func(s string) time.Duration {
		n, _ := strconv.Atoi(s) // the form lets only digits through; none is 0
		return time.Duration(n)
	}
	day := number(m[1])
	if day > 0 {
		day--
	}
	act := scriptLine{who: m[5], at: day*24*time.Hour + number(m[2])*time.Hour + number(m[3])*time.Minute + number(m[4])*time.Second}
	if act.sent = readSent(m[6]); act.sent != nil {
		return act, nil
	}
	for _, verb := range actVerbs {
		if found := verb.form.FindStringSubmatch(m[6]); found != nil {
			act.command = verb.make(found)
			return act, nil
		}
	}
	return scriptLine{}, fmt.Errorf("nobody knows how to do %q", m[6])
}
