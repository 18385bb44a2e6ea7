package web

import (
	"fmt"
	"hash/fnv"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// patientBar says whose medicine this is, on every page of a batch.
type patientBar struct {
	Name, Born, Number, NumberType string
	Batch, To, Protocol, Status    string
	Masked                         bool
	Participant                    string // "SPIRAL-2, 014-0007", of a trial (COI-08)
	Mark                           mark
}

// mark is one colour and pattern a patient, with the words for it: two
// patients side by side are told apart before anything is read, also without
// colour. It identifies nobody: eight marks serve everyone.
type mark struct {
	Class int
	Words string
}

var markWords = [...]string{
	"blue slanted stripes", "green lying stripes", "plum standing stripes", "red dots",
	"violet chequers", "plain blue", "white disc on green", "plum corner",
}

func markOf(p batch.Patient) mark {
	sum := fnv.New32a()
	if _, err := sum.Write([]byte(p.NumberType + "\n" + p.Number + "\n" + p.Born)); err != nil {
		return mark{}
	}
	class := int(sum.Sum32() % uint32(len(markWords)))
	return mark{Class: class, Words: markWords[class]}
}

func patientOf(s *batch.State) *patientBar {
	participant := ""
	if s.Trial != "" {
		participant = s.Trial + ", " + s.Participant
	}
	return &patientBar{
		Participant: participant,
		Name:        s.Patient.Name, Born: bornWords(s.Patient.Born), Number: s.Patient.Number, NumberType: s.Patient.NumberType,
		Batch: s.ID, To: batchAddress(s.ID), Protocol: protocolWords(s.Protocol), Status: string(s.Status),
		Masked: s.Masked, Mark: markOf(s.Patient),
	}
}

// productWords is a product as a list names it, with its protocol.
func productWords(p *protocol.Protocol) string {
	if p == nil {
		return ""
	}
	return p.Product.Name + " (" + protocolWords(p) + ")"
}

func protocolWords(p *protocol.Protocol) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s v%d", p.Name, p.Version)
}

// bornWords writes a birth date as it cannot be misread: "1 Mar 2019".
func bornWords(iso string) string {
	t, err := time.Parse("2006-01-02", iso)
	if err != nil {
		return iso
	}
	return t.Format("2 Jan 2006")
}

// signedBy is one act for the eye: who, as what, when.
type signedBy struct {
	Name, Username, Role, Meaning, Training, At string
	Index                                       int64
	Invalidated                                 bool
	Why                                         string
	Manner                                      string // told late, or typed for somebody else
}

func actWords(a batch.Act, zone *time.Location) signedBy {
	return signedBy{
		Name: a.Name, Username: a.Username, Role: a.Role, Meaning: string(a.Meaning), Training: a.Training,
		At: when(a.At, zone), Index: a.Index, Invalidated: a.Invalidated != 0, Why: a.Why,
		Manner: mannerWords(a, zone),
	}
}

func actsWords(acts []batch.Act, zone *time.Location) []signedBy {
	words := make([]signedBy, len(acts))
	for i, a := range acts {
		words[i] = actWords(a, zone)
	}
	return words
}

// timerView is a running clock. The text is right at the moment the page was
// made; script keeps it so from the same figures.
type timerView struct {
	Name, Step, Text, Words string
	Over                    bool
	Since, From, Until      int64 // milliseconds since 1970; 0 for none
}

func timersOf(s *batch.State, now time.Time, zone *time.Location) []timerView {
	var all []timerView
	for _, t := range s.Timers(now) {
		all = append(all, timerOf(t, now, zone))
	}
	return all
}

func timerOf(t batch.Timer, now time.Time, zone *time.Location) timerView {
	view := timerView{
		Name: t.Name, Step: t.Step, Over: t.Over, Text: timerText(t, now),
		Since: millis(t.Since), From: millis(t.From), Until: millis(t.Until),
	}
	switch {
	case t.Most > 0 && t.Until.IsZero():
		view.Words = fmt.Sprintf("%s of %s spent; not running now", clock(t.Spent), clock(t.Most))
	case t.Most > 0:
		view.Words = fmt.Sprintf("%s of %s spent; ends %s", clock(t.Spent), clock(t.Most), when(t.Until, zone))
	case !t.Until.IsZero() && !t.From.IsZero():
		view.Words = fmt.Sprintf("from %s to %s", when(t.From, zone), when(t.Until, zone))
	case !t.Until.IsZero():
		view.Words = "ends " + when(t.Until, zone)
	case !t.From.IsZero():
		view.Words = "not before " + when(t.From, zone)
	default:
		view.Words = "since " + when(t.Since, zone)
	}
	return view
}

// timerText says what matters of a clock now.
func timerText(t batch.Timer, now time.Time) string {
	switch {
	case t.Over && !t.Until.IsZero():
		return "over by " + clock(now.Sub(t.Until))
	case t.Over:
		return "over by " + clock(t.Spent-t.Most)
	case t.Most > 0 && t.Until.IsZero():
		return clock(t.Most-t.Spent) + " left, not running"
	case !t.From.IsZero() && now.Before(t.From):
		return "wait " + clock(t.From.Sub(now)) + " more"
	case !t.Until.IsZero():
		return clock(t.Until.Sub(now)) + " left"
	case !t.From.IsZero():
		return "long enough"
	}
	return clock(now.Sub(t.Since)) + " so far"
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// clock writes a time as h:mm:ss, whole seconds begun; nothing below zero.
func clock(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	seconds := int64((d + time.Second - 1) / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
