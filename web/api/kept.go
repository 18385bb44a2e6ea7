package api

import (
	"time"

	"countersign/batch"
)

// KeptView is what a terminal kept while it could not reach the server, and has
// handed in. A program hands in with the command "handin", signs with
// "enterkept" and closes with "closekept".
type KeptView struct {
	Number     int       `json:"number"`
	Terminal   string    `json:"terminal"`
	Called     string    `json:"called"`
	Entry      int       `json:"entry" doc:"its number in the terminal's chain for this batch"`
	Digest     string    `json:"digest"`
	Before     string    `json:"before,omitempty" doc:"digest of the entry that the terminal kept before it"`
	Act        string    `json:"act"`
	Step       string    `json:"step,omitempty"`
	Field      string    `json:"field,omitempty"`
	Text       string    `json:"text,omitempty" doc:"left out of a scan"`
	Item       string    `json:"item,omitempty"`
	To         string    `json:"to,omitempty"`
	Person     string    `json:"person" doc:"who recorded it, and alone can sign it"`
	Name       string    `json:"name"`
	Recorded   string    `json:"recorded" doc:"by the terminal's clock"`
	Difference string    `json:"difference" doc:"by which that clock was behind the server's"`
	Done       time.Time `json:"done" doc:"when it was done, by the server's clock"`
	HandedIn   ActView   `json:"handed_in"`
	Signed     *ActView  `json:"signed,omitempty"`
	Closed     *ActView  `json:"closed,omitempty"`
	Why        string    `json:"closed_because,omitempty"`
}

// OfflineView is of an act that was done while there was no connection.
type OfflineView struct {
	Terminal   string `json:"terminal"`
	Called     string `json:"called"`
	Entry      int    `json:"entry" doc:"its number in the terminal's chain for this batch"`
	Digest     string `json:"digest"`
	Before     string `json:"before,omitempty"`
	Recorded   string `json:"recorded" doc:"by the terminal's clock"`
	Difference string `json:"difference" doc:"by which that clock was behind the server's"`
	Received   string `json:"received"`
}

func offlineView(o *batch.Offline) *OfflineView {
	if o == nil {
		return nil
	}
	return &OfflineView{o.Terminal, o.Called, o.Number, o.Digest, o.Before, o.Recorded, o.Difference, o.Received}
}

func keptViews(s *batch.State) (views []KeptView) {
	for _, k := range batch.MaskedKept(s.Kept) {
		n := k.Note
		view := KeptView{
			Number: k.Number, Terminal: k.Terminal, Called: k.Called, Entry: n.Number, Digest: n.Digest, Before: n.Before, Act: n.Act, Step: n.Step, Field: n.Field,
			Text: n.Text, Item: n.Item, To: n.To, Person: string(n.Person), Name: n.Name, Recorded: n.At, Difference: k.Difference.String(), Done: k.Done,
			HandedIn: actView(k.Act), Why: k.Why,
		}
		if k.Entered {
			view.Signed = maybe(k.Settled)
		} else {
			view.Closed = maybe(k.Settled)
		}
		views = append(views, view)
	}
	return views
}
