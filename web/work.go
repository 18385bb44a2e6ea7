package web

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/batch/worklist"
	"countersign/identity"
)

// workView is a list of what waits: for whoever looks, for everybody, or on the
// release desk.
type workView struct {
	Lists  []link // the lists there are, with how much waits on each
	List   table
	Page   string // which of them this is
	Urgent int
	Stops  []string // units where nothing begins
	AsOf   string
}

// workList is one choice of what waits. There is one list of everything
// (worklist.Items), and these are windows on it.
type workList struct {
	name, path, title, caption, empty string
	shows                             func(worklist.Item, identity.Person) bool
}

func workLists() []workList {
	return []workList{
		{
			"mine", "/work", "Work list", "What waits for you", "Nothing waits for you.",
			func(i worklist.Item, p identity.Person) bool { return i.For(p) },
		},
		{
			"desk", "/review", "Release desk", "What waits for a decision", "Nothing waits for a decision.",
			func(i worklist.Item, _ identity.Person) bool { return worklist.ClassOf(i.Kind).Desk },
		},
		{
			"all", "/work/all", "All that waits", "What waits for anybody", "Nothing waits for anybody.",
			func(worklist.Item, identity.Person) bool { return true },
		},
	}
}

// on is what stands on a list, for somebody.
func (l workList) on(items []worklist.Item, p identity.Person) []worklist.Item {
	var found []worklist.Item
	for _, item := range items {
		if l.shows(item, p) {
			found = append(found, item)
		}
	}
	return found
}

// stamp is how a list stands: the same while the same things wait, as urgent as
// they were. Pages compare it, and read nothing out of it.
func stamp(items []worklist.Item) string {
	sum := fnv.New64a()
	for _, item := range items {
		fmt.Fprintf(sum, "%q %t %t %t\n", item.Key, item.Over, item.Holds, item.Life.Over)
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

// workPage serves one of the lists.
func (s *Server) workPage(list workList) action {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		items, err := s.svc.Work(r.Context(), v.who)
		if err != nil {
			return err
		}
		now, zone := s.svc.Now(), s.svc.Info().Location
		here := list.on(items, v.who.Person)
		view := workView{Page: list.name, AsOf: when(now, zone), List: workTable(list, here, v.who.Person, now, zone), Urgent: urgent(here)}
		if view.Stops, err = s.stoppedUnits(r, v); err != nil {
			return err
		}
		view.List.arrange(r)
		if r.URL.Query().Get("as") == "csv" {
			return view.List.writeCSV(w, strings.ReplaceAll(strings.ToLower(list.title), " ", "-"))
		}
		for _, other := range workLists() {
			view.Lists = append(view.Lists, link{
				Text: fmt.Sprintf("%s (%d)", other.title, len(other.on(items, v.who.Person))), To: other.path, Here: other.name == list.name,
			})
		}
		return s.render(w, r, v, http.StatusOK, "work", page{
			Title: list.title, View: view, Events: "/events?list=" + list.name, Stamp: stamp(here), Refresh: 60,
		})
	}
}

func urgent(items []worklist.Item) int {
	n := 0
	for _, item := range items {
		if item.Over || item.Holds || item.Life.Over {
			n++
		}
	}
	return n
}

func workTable(list workList, items []worklist.Item, me identity.Person, now time.Time, zone *time.Location) table {
	t := table{
		Caption: list.caption, Empty: list.empty,
		Columns: titles("Urgent", "About", "What waits", "What is asked", "Waited", "To be done by", "Life left", "For whom"),
	}
	for i, item := range items {
		t.Rows = append(t.Rows, row{
			{Text: urgentWords(item), Sort: fmt.Sprintf("%06d", i)},
			{Text: item.About + ", " + item.What, To: item.Place},
			{Text: string(item.Kind)},
			{Text: item.Text},
			{Text: agoWords(now.Sub(item.Since)), Whole: when(item.Since, zone), Sort: fmt.Sprintf("%020d", max(0, now.Sub(item.Since).Milliseconds())), Line: true},
			{Text: when(item.Due, zone), Sort: sortable(item.Due)},
			{Text: lifeWords(item.Life, now), Sort: sortable(item.Life.Until)},
			{Text: forWhom(item, me)},
		})
	}
	return t
}

func urgentWords(item worklist.Item) string {
	switch {
	case item.Over || item.Life.Over:
		return "OVER TIME"
	case item.Holds:
		return "HOLDS UP ALL"
	}
	return ""
}

// agoWords say how long something has waited, as coarsely as one would say it.
func agoWords(waited time.Duration) string {
	switch minutes := int64(waited / time.Minute); {
	case minutes < 1:
		return "just now"
	case minutes < 120:
		return fmt.Sprintf("%d min", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("%d h", minutes/60)
	default:
		return fmt.Sprintf("%d days", minutes/60/24)
	}
}

func lifeWords(life worklist.Life, now time.Time) string {
	switch {
	case life.Name == "":
		return ""
	case life.Over:
		return fmt.Sprintf("over by %s: %s", clock(now.Sub(life.Until)), life.Name)
	}
	return fmt.Sprintf("%s left: %s", clock(life.Until.Sub(now)), life.Name)
}

func forWhom(item worklist.Item, me identity.Person) string {
	words := "a " + strings.ReplaceAll(roleWords(item.Roles), ", ", " or ")
	if item.For(me) {
		return "you: " + words
	}
	return words
}
