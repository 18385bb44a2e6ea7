package web

import (
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/web/mail"
	"countersign/web/mail/smtptest"
	"countersign/web/post"
)

// carries runs a courier until the returned stop, which waits for its end.
func (w *world) carries(server mail.Server) (courier *mail.Courier, stop func()) {
	info := w.svc.Info()
	courier = &mail.Courier{
		Office: w.svc, Server: server, Now: time.Now, Log: slog.New(slog.NewTextHandler(w.t.Output(), nil)), Pause: 200 * time.Millisecond,
		Sender: post.Sender{Origin: info.Origin, Site: info.Name, Unit: info.Unit, Kind: info.Kind, Address: "https://countersign.hospital.example", Zone: info.Location},
	}
	ctx, end := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		courier.Run(ctx)
	}()
	return courier, func() { end(); <-done }
}

// until waits for something that others bring about.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// REL-05, DEV-02: an exception that holds a batch up reaches the quality lead
// and the control site by mail, once, whatever the mail server and the daemon
// do in between; nobody waits for it, no patient stands in it, and the log says
// that they were told.
func TestWhatIsUrgentReachesPeopleByMailOnce(t *testing.T) {
	w := opened(t)
	lead, control, technician := w.browser().signIn("q.meyer"), w.browser().signIn("e.control"), w.browser().signIn("a.lee")
	for b, address := range map[*browser]string{lead: "q.meyer@hospital.example", control: "e.control@control.example", technician: "a.lee@hospital.example"} {
		me := b.me()
		if got := b.post(me+"/do", form{"act": "address", "key": w.svc.NewKey(), "address": address}); got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", address, got.status, got.text)
		}
		if page := b.get(me); !strings.Contains(page.text, address) {
			t.Error("the page does not say where mail goes")
		}
		if page := b.get(me + "/trail"); strings.Contains(page.text, address) {
			t.Error("the address stands in the person's own stream, which batch records carry")
		}
	}
	s := smtptest.Start(t, smtptest.Options{Mode: mail.StartTLS, User: "countersign", Password: "two red kites"})
	server := mail.Server{
		Host: "localhost", Port: s.Port, Mode: mail.StartTLS, Roots: s.Roots, User: "countersign", Password: "two red kites", From: "countersign@hospital.example",
	}
	s.Stop()
	courier, stop := w.carries(server)
	const secretText = "Glass on Robin's bench"
	begun := time.Now()
	w.done("a.lee", id, batch.Raise{Step: "clearance", Text: secretText, Blocks: true})
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the act waited %s for mail", took)
	}
	until(t, "the courier does not say that mail fails", func() bool { return !courier.Status().Failed.IsZero() && courier.Status().Waiting == 2 })
	stop() // the daemon is started anew; what was to go is in the log
	s = smtptest.Start(t, smtptest.Options{Mode: mail.StartTLS, User: "countersign", Password: "two red kites"})
	server.Port, server.Roots = s.Port, s.Roots
	courier, stop = w.carries(server)
	until(t, "the letters do not come", func() bool { return len(s.Mails()) == 2 })
	until(t, "the courier does not say that all have gone", func() bool { return courier.Status() == mail.Status{} })
	stop()
	_, stop = w.carries(server)
	defer stop()
	time.Sleep(time.Second)
	told := map[string]bool{}
	for _, m := range s.Mails() {
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
		must(t, err)
		told[m.Header.Get("To")] = true
		text := m.Header.Get("Subject") + "\n" + string(body)
		for _, want := range []string{"REHEARSAL", id, "An exception holds up every further step. Decide it.", "https://countersign.hospital.example/batches/" + id + "/review"} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %q:\n%s", want, text)
			}
		}
		for _, never := range []string{"EXAMPLE", "Robin", "999 000 0018", "9990000018", "2019-03-01"} {
			if strings.Contains(text, never) {
				t.Errorf("it says %q:\n%s", never, text)
			}
		}
	}
	if len(s.Mails()) != 2 || !told["<q.meyer@hospital.example>"] || !told["<e.control@control.example>"] {
		t.Errorf("it was told to %v in %d letters", told, len(s.Mails()))
	}
	if page := lead.get("/mails"); !strings.Contains(page.text, "Ellis Control") || !strings.Contains(page.text, "an exception to decide") {
		t.Errorf("the page does not say who was told\n%s", page.text)
	}
	trail, err := w.svc.Trail(t.Context(), w.session("q.meyer"), post.Stream("p-0002"))
	must(t, err)
	if last := trail[len(trail)-1]; last.Kind != string(post.KindSent) || !strings.Contains(last.Words, id) {
		t.Errorf("the log says %+v", last)
	}
}

// me is the address of the page of who is signed in.
func (b *browser) me() string {
	b.w.t.Helper()
	_, rest, _ := strings.Cut(b.get("/mails").text, `<a href="/people/`)
	who, _, _ := strings.Cut(rest, `"`)
	return "/people/" + who
}

// Nobody says where another person's mail goes but an administrator, and no
// address brings a line of its own into a letter.
func TestAnAddressIsOnesOwnAndNothingElse(t *testing.T) {
	w := opened(t)
	technician, administrator := w.browser().signIn("a.lee"), w.browser().signIn("o.adeyemi")
	if got := technician.post("/people/p-0002/do", form{"act": "address", "key": w.svc.NewKey(), "address": "a.lee@hospital.example"}); !strings.Contains(got.text, "People set their own address") {
		t.Errorf("%d\n%s", got.status, got.text)
	}
	for _, address := range []string{"nobody", "a@b", "A Lee <a@b.example>", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "ünal@b.example", "a@b.example>", strings.Repeat("a", 300) + "@b.example"} {
		if got := administrator.post("/people/p-0002/do", form{"act": "address", "key": w.svc.NewKey(), "address": address}); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", address, got.status)
		}
	}
	if got := administrator.post("/people/p-0002/do", form{"act": "address", "key": w.svc.NewKey(), "address": " q.meyer@hospital.example "}); got.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", got.status, got.text)
	}
	if page := technician.get("/people/p-0002"); strings.Contains(page.text, "q.meyer@hospital.example") {
		t.Error("a technician sees another person's address")
	}
	if got := administrator.post("/people/p-0002/do", form{"act": "address", "key": w.svc.NewKey(), "address": ""}); got.status != http.StatusSeeOther {
		t.Errorf("%d", got.status)
	}
}
