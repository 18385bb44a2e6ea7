package web

import (
	"net/http"
	"strconv"
	"strings"

	"countersign/batch"
	"countersign/register"
)

// alarmView is an alarm that a machine gave while a batch had it (EXE-13).
type alarmView struct {
	Batch, Equipment, ID, Words, At, Clock string
	To                                     string // the machine's page
	Interface                              int
	Number                                 int64
	Answer                                 string // who acknowledged it, and what they said; "" while nobody has
	Comment                                string // that was begun
}

// alarmsOf are a batch's alarms, those that nobody has acknowledged first.
func (s *Server) alarmsOf(r *http.Request, v visit, state *batch.State) (open, answered []alarmView, err error) {
	zone := s.svc.Info().Location
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		for _, item := range state.Items {
			id, _ := strings.CutPrefix(item.Register, "equipment/")
			for _, got := range b.AlarmsIn(id, state.ID) {
				one := alarmView{
					Batch: state.ID, Equipment: id, ID: got.ID(), Words: got.Words(), At: when(got.At.At, zone), Clock: got.ClockWords(),
					To: machineAddress(id), Interface: got.Interface, Number: got.Number,
				}
				for _, entry := range state.Alarms {
					if entry.Equipment == id && entry.Message.Interface == got.Interface && entry.Message.Number == got.Number {
						one.Answer = entry.Act.Name + ", " + when(entry.At, zone) + ": " + entry.Comment
					}
				}
				if one.Answer != "" {
					answered = append(answered, one)
					continue
				}
				if v.form["act"] == "answeralarm" && v.form["number"] == strconv.FormatInt(one.Number, 10) {
					one.Comment = v.form["comment"]
				}
				open = append(open, one)
			}
		}
	})
	return open, answered, err
}

// alarms is what pages of a batch show of them.
type alarms struct{ Open, Answered []alarmView }

func (s *Server) alarmsShown(r *http.Request, v visit, state *batch.State) (alarms, error) {
	open, answered, err := s.alarmsOf(r, v, state)
	return alarms{open, answered}, err
}

// answerAlarm is the act of the form under an alarm.
func (f form) answerAlarm() (batch.Command, error) {
	face, err := readNumber(f["interface"])
	if err != nil {
		return nil, err
	}
	number, err := readNumber(f["number"])
	return batch.AnswerAlarm{Equipment: f["equipment"], Interface: int(face), Number: number, Comment: strings.TrimSpace(f["comment"])}, err
}
