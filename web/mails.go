package web

import (
	"fmt"
	"net/http"
	"time"

	"countersign/identity"
	"countersign/web/post"
)

// mailsView is what the site tells its people by mail: what has gone, what
// waits, and why.
type mailsView struct {
	Sends  bool   // a mail server is configured
	Failed string // when a letter was last not taken; "" when nothing waits after that
	Why    string // for a site administrator
	Next   string
	Mine   string // where I say where my mail goes
	Due    list
	Gone   table
}

func (s *Server) mailsPage(w http.ResponseWriter, r *http.Request, v visit) error {
	gone, due, names, err := s.svc.Mails(r.Context(), v.who)
	if err != nil {
		return err
	}
	now, zone := s.svc.Now(), s.svc.Info().Location
	view := mailsView{Sends: s.options.Mail != nil, Mine: personAddress(v.who.Person.ID), Due: list{table: dueMails(due, now)}, Gone: goneMails(gone, names, zone)}
	if view.Sends {
		status := s.options.Mail.Status()
		view.Failed, view.Next = when(status.Failed, zone), when(status.Next, zone)
		if v.who.Person.Has(identity.Administrator) {
			view.Why = status.Why
		}
	}
	view.Gone.arrange(r)
	if r.URL.Query().Get("as") == "csv" {
		return view.Gone.writeCSV(w, "mails")
	}
	return s.render(w, r, v, http.StatusOK, "mails", page{Title: "Mails", View: view})
}

func dueMails(due []post.Letter, now time.Time) table {
	t := table{Caption: "Waiting to go", Empty: "No mail waits to go.", Columns: titles("To", "About", "What", "Waits since"), All: len(due)}
	for _, l := range due {
		item := l.Item()
		t.Rows = append(t.Rows, row{{Text: l.Name, To: personAddress(l.Person)}, {Text: item.About, To: item.Place}, {Text: string(item.Kind)}, {Text: agoWords(now.Sub(l.Since))}})
	}
	return t
}

func goneMails(gone []post.Gone, names map[identity.PersonID]string, zone *time.Location) table {
	t := table{Caption: "Taken by the mail server", Empty: "No mail was sent yet.", Columns: titles("When", "To", "About", "What", "Number", "Entry")}
	for _, g := range gone {
		t.Rows = append(t.Rows, row{
			{Text: when(g.At, zone), Sort: g.At.UTC().Format(time.RFC3339Nano)},
			{Text: names[g.Person], To: personAddress(g.Person)},
			{Text: g.About},
			{Text: g.Kind},
			{Text: g.Number, Mono: true},
			{Text: fmt.Sprint(g.Index)},
		})
	}
	return t
}
