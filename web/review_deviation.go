package web

import (
	"fmt"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// concernView is a deviation on the review page, and what it means for the
// batch.
type concernView struct {
	Text, To, Decision, Reason, By string
	Holds                          bool
}

// remarkView is a remark that a reviewer can make an exception of.
type remarkView struct {
	Version          int64
	Text, Step, Name string
	At, Key          string
	Promoted         bool
}

// routeView is the way to a supply out of specification (DEV-05).
type routeView struct {
	Failed         []string
	Stages         []stageView
	Next           string
	Now            string
	Blocks         []string // of the supply, once every stage is there
	Open, Supplied bool
	Untold         []string
	TellBy         string
	TellKey        string
	Told           []string
}

type stageView struct{ Stage, Whom, When, Document, Text, By string }

func concernsOf(s *batch.State, zone *time.Location) (all []concernView) {
	for i := range s.Deviations {
		e := &s.Deviations[i]
		one := concernView{Text: e.Text, To: deviationAddress(e.Deviation), Holds: e.Holds(), Decision: "Nobody has decided what it means for this batch."}
		if e.Ruled != nil {
			one.Decision, one.Reason, one.By = "It "+string(e.Decision)+".", e.Reason, e.Ruled.Name+", "+when(e.Ruled.At, zone)
		}
		all = append(all, one)
	}
	return all
}

func (s *Server) remarksOf(state *batch.State) (all []remarkView) {
	zone := s.svc.Info().Location
	for _, note := range state.Notes {
		one := remarkView{Version: note.Version, Text: note.Text, Step: note.Step, Name: note.Name, At: when(note.At, zone), Key: s.svc.NewKey()}
		for _, ex := range state.Exceptions {
			one.Promoted = one.Promoted || ex.Cause == fmt.Sprintf("note:%d", note.Version)
		}
		all = append(all, one)
	}
	return all
}

// routeOf is nil where nothing registered failed and nothing was supplied.
func (s *Server) routeOf(state *batch.State) *routeView {
	now, zone := s.svc.Now(), s.svc.Info().Location
	view := &routeView{Failed: state.FailedSpecifications(), Open: state.MaySupplyAnyway(), Supplied: state.Supply != nil}
	if len(view.Failed) == 0 && !view.Supplied {
		return nil
	}
	view.Now = now.In(zone).Format("2006-01-02 15:04")
	for _, stage := range state.Route {
		view.Stages = append(view.Stages, stageView{stage.Stage, stage.Whom, shownMoment(stage.When, zone), stage.Document, stage.Text, stage.Name + ", " + when(stage.At, zone)})
	}
	if view.Open {
		if view.Next = state.NextStage(); view.Next == "" {
			view.Blocks = state.SupplyBlocks(now)
		}
	}
	for _, notice := range state.SupplyTold {
		view.Told = append(view.Told, fmt.Sprintf("The %s, %s, was told on %s, %s, by %s.", notice.Whom, notice.Name, shownMoment(notice.When, zone), notice.How, notice.Document))
	}
	if view.Supplied {
		view.Untold, view.TellBy, view.TellKey = state.Untold(), when(state.TellBy(), zone), s.svc.NewKey()
	}
	return view
}

// toldClasses are the kinds of exception that a person tells.
func toldClasses(chosen string) (all []choice) {
	for _, class := range protocol.ExceptionClasses() {
		if !class.Told {
			continue
		}
		text := class.Arises
		if class.Name == "raised by hand" {
			text = "something else"
		}
		all = append(all, choice{Value: class.Name, Text: text, Chosen: class.Name == chosen})
	}
	return all
}

// moment is what was typed as a moment in site time, as entries have it.
func (f form) moment(name string, zone *time.Location) string {
	at, err := readMoment(f[name], zone)
	if err != nil || at.IsZero() {
		return f[name] // the rules say that it cannot be read
	}
	return at.UTC().Format(time.RFC3339)
}
