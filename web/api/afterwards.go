package api

import (
	"time"

	"countersign/batch"
)

// AfterwardsView is what came after release: how the medicine was given, what
// became of the rest, what came to light and who was told.
type AfterwardsView struct {
	Completed *time.Time   `json:"completed,omitempty" doc:"when the batch was made"`
	Given     []string     `json:"given,omitempty" doc:"how it was given, in sentences"`
	Fates     []FateView   `json:"fates,omitempty" doc:"what became of what was not given"`
	Reports   []ReportView `json:"reports,omitempty" doc:"what came to light after release"`
	Told      []NoticeView `json:"told,omitempty"`
	ToTell    []ToTellView `json:"to_tell,omitempty" doc:"who is still to be told, of which exception"`
}

// FateView is what became of the rest, or of the whole batch.
type FateView struct {
	Number    int      `json:"number"`
	Of        string   `json:"of"`
	Fate      string   `json:"fate"`
	Amount    string   `json:"amount"`
	Place     string   `json:"place"`
	Document  string   `json:"document"`
	Reason    string   `json:"reason"`
	Recorded  ActView  `json:"recorded"`
	Witnessed *ActView `json:"witnessed,omitempty"`
}

// ReportView is something that came to light.
type ReportView struct {
	Number   int        `json:"number"`
	Class    string     `json:"class"`
	Known    time.Time  `json:"known"`
	Serious  bool       `json:"serious,omitempty"`
	Due      *time.Time `json:"regulator_told_before,omitempty"`
	Tell     []string   `json:"tell"`
	Text     string     `json:"text,omitempty" doc:"left out for those who need not know"`
	Onset    string     `json:"onset,omitempty" doc:"left out for those who need not know"`
	Outcome  string     `json:"outcome,omitempty" doc:"left out for those who need not know"`
	Reported ActView    `json:"reported"`
}

// NoticeView is somebody having been told.
type NoticeView struct {
	Exception int     `json:"exception"`
	Whom      string  `json:"whom"`
	Name      string  `json:"name"`
	How       string  `json:"how"`
	When      string  `json:"when"`
	Document  string  `json:"document"`
	Recorded  ActView `json:"recorded"`
}

// ToTellView is somebody who is still to be told.
type ToTellView struct {
	Exception int    `json:"exception"`
	Whom      string `json:"whom"`
}

func afterwardsView(s *batch.State) AfterwardsView {
	view := AfterwardsView{Given: s.GivenWords(time.UTC)}
	if at, made := s.Completed(); made {
		view.Completed = &at
	}
	for _, e := range s.Fates {
		one := FateView{Number: e.Number, Of: e.Of, Fate: e.Fate, Amount: e.Amount, Place: e.Place, Document: e.Document, Reason: e.Reason, Recorded: actView(e.Act)}
		if e.Witnessed != nil {
			one.Witnessed = maybe(e.Witnessed)
		}
		view.Fates = append(view.Fates, one)
	}
	for _, n := range s.News {
		one := ReportView{
			Number: n.Number, Class: n.Class, Known: n.Known, Serious: n.Serious, Tell: n.Tell, Text: n.Text, Onset: n.Onset, Outcome: n.Outcome, Reported: actView(n.Act),
		}
		if !n.Due.IsZero() {
			one.Due = &n.Due
		}
		view.Reports = append(view.Reports, one)
	}
	for _, n := range s.NewsTold {
		view.Told = append(view.Told, NoticeView{n.Exception, n.Whom, n.Name, n.How, n.When, n.Document, actView(n.Act)})
	}
	for _, ex := range s.Exceptions {
		for _, whom := range s.NotTold(ex) {
			view.ToTell = append(view.ToTell, ToTellView{ex.Number, whom})
		}
	}
	return view
}
