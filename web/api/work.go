package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch/worklist"
)

// WorkItem is one thing that waits. It names no patient.
type WorkItem struct {
	Key     string     `json:"key" doc:"names this wait for good"`
	Kind    string     `json:"kind" doc:"what waits"`
	About   string     `json:"about" doc:"the number or name of what it is about"`
	What    string     `json:"what" doc:"product, material or title"`
	Text    string     `json:"text" doc:"what is asked, one sentence"`
	Class   string     `json:"class,omitempty" doc:"of an exception"`
	Since   time.Time  `json:"since"`
	Due     *time.Time `json:"due,omitempty" doc:"by when"`
	Over    bool       `json:"over" doc:"the time is past"`
	Holds   bool       `json:"holds" doc:"nothing goes on until it is done"`
	Desk    bool       `json:"desk" doc:"it stands on the release desk"`
	Mine    bool       `json:"mine" doc:"it waits for who asks"`
	Roles   []string   `json:"roles" doc:"whose it is"`
	Lives   *time.Time `json:"lives_until,omitempty" doc:"how long the product still lives"`
	LivesBy string     `json:"lives_by,omitempty" doc:"the clock that ends first"`
	Place   string     `json:"place" doc:"the page on which it is done"`
}

type workOutput struct {
	Body struct {
		Now   time.Time  `json:"now" doc:"the site's clock"`
		Items []WorkItem `json:"items" doc:"the most urgent first"`
	}
}

type workInput struct {
	Credentials
	Mine bool `query:"mine" doc:"only what waits for who asks"`
}

func (a *api) work(to huma.API) {
	offer(to, http.MethodGet, "/work", "What waits, for whom, and how long the product still lives", func(ctx context.Context, in *workInput) (*workOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		items, err := a.site.Work(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &workOutput{}
		out.Body.Now, out.Body.Items = a.site.Now(), []WorkItem{}
		for _, item := range items {
			if mine := item.For(who.Person); mine || !in.Mine {
				out.Body.Items = append(out.Body.Items, workItem(item, mine))
			}
		}
		return out, nil
	})
}

func workItem(i worklist.Item, mine bool) WorkItem {
	view := WorkItem{
		Key: i.Key, Kind: string(i.Kind), About: i.About, What: i.What, Text: i.Text, Class: i.Class, Since: i.Since, Due: moment(i.Due), Over: i.Over,
		Holds: i.Holds, Desk: worklist.ClassOf(i.Kind).Desk, Mine: mine, Lives: moment(i.Life.Until), LivesBy: i.Life.Name, Place: i.Place,
	}
	for _, role := range i.Roles {
		view.Roles = append(view.Roles, string(role))
	}
	return view
}
