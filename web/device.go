package web

import (
	"net/http"
	"strconv"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// senderView is a value that a machine sends, with the readings that wait (EXE-13).
type senderView struct {
	Field, Title, Unit string
	Machine, Equipment string // as people call it, and its number
	Scanned            bool
	Waiting            []waitingReading
	Key                string // for typing it all the same
	Text, Reason       string // what was typed of that
	Open               bool
	Batch, Step        string
	Seen               int64
	Again              string // the page, to look for readings again
}

// waitingReading is one button.
type waitingReading struct {
	Words, At, Clock string
	Interface        int
	Number           int64
	Key              string
}

// mostWaiting bounds how many readings are offered; the newest come first.
const mostWaiting = 6

// senders draws the values of a step that machines send, and takes their fields
// out of what is typed. Where a machine's data are not accepted the value is
// typed as any other.
func (s *Server) senders(r *http.Request, v visit, state *batch.State, view *stepView) error {
	st := state.Step(view.Step)
	if view.Ended != "" || !view.CanPerform {
		return nil
	}
	return s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		now, zone := s.svc.Now(), s.svc.Info().Location
		enters := false
		for i := range view.Inputs {
			one := &view.Inputs[i]
			in := st.Step.Input(one.Field)
			if one.Table != nil {
				enters = true
				continue
			}
			if in == nil || !one.Open {
				continue
			}
			machine, readings := state.Offered(view.Step, in.Name, b, now)
			if machine == "" {
				enters = true
				continue
			}
			one.Open, one.Sender = false, machine
			view.Senders = append(view.Senders, s.senderOf(b, view, v.form, st, in, machine, readings, zone))
		}
		view.Enters = enters
	})
}

func (s *Server) senderOf(b *register.Books, view *stepView, f form, st *batch.StepState, in *protocol.Input, machine string, readings []*register.Received, zone *time.Location) senderView {
	one := senderView{
		Field: in.Name, Title: titleOr(in.Title, in.Name), Unit: in.Unit.Display, Machine: machine, Equipment: machine,
		Scanned: st.Matched(in.SentBy.Equipment) != nil, Key: s.svc.NewKey(), Batch: view.Batch, Step: view.Step, Seen: view.Seen,
		Again: stepAddress(view.Batch, view.Step),
	}
	if m, ok := b.Machine(machine); ok {
		one.Machine = m.Title + " (" + machine + ")"
	}
	if f["act"] == "typeinstead" && f["field"] == in.Name {
		one.Text, one.Reason, one.Open = f["text"], f["reason"], true
	}
	for _, got := range readings[:min(len(readings), mostWaiting)] {
		sent, err := got.Measured()
		if err != nil {
			continue
		}
		one.Waiting = append(one.Waiting, waitingReading{
			Words: sent.String(), At: clockTime(got.At.At, zone), Clock: got.ClockWords(), Interface: got.Interface, Number: got.Number, Key: s.svc.NewKey(),
		})
	}
	return one
}

// clockTime is a time of this day, to the second.
func clockTime(at time.Time, zone *time.Location) string { return at.In(zone).Format("15:04:05") }

// reading is the act of the button under a reading.
func (f form) reading() (batch.Command, error) {
	face, err := strconv.Atoi(f["interface"])
	if err != nil {
		return nil, errForm
	}
	number, err := strconv.ParseInt(f["number"], 10, 64)
	if err != nil {
		return nil, errForm
	}
	return batch.TakeReading{Step: f["step"], Field: f["field"], Equipment: f["equipment"], Interface: face, Number: number}, nil
}
