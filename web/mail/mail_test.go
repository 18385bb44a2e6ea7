package mail

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/web/mail/smtptest"
)

func letter() Message {
	return Message{
		ID: "0123456789abcdef0123456789abcdef@royal.example", To: "q.meyer@hospital.example", At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
		Subject: "B-2026-0001: certification", Text: "Ünal Example,\n\n.\nThe batch is reviewed – decide on its release.\n" + strings.Repeat("long ", 300) + "\n",
	}
}

func serverOf(s *smtptest.Server, mode string) Server {
	return Server{Host: "localhost", Port: s.Port, Mode: mode, Roots: s.Roots, From: "countersign@hospital.example"}
}

// REL-05: a real mail server takes a letter as it was written, over each kind
// of connection; as the test's own user, and as an ordinary one.
func TestARealMailServerTakesALetterAsItWasWritten(t *testing.T) {
	accounts := []uint32{0}
	if os.Getuid() == 0 {
		accounts = append(accounts, 65534)
	}
	for _, account := range accounts {
		for _, mode := range []string{StartTLS, TLS, None} {
			t.Run(fmt.Sprintf("%s, account %d", mode, account), func(t *testing.T) {
				options := smtptest.Options{Mode: mode, Account: account}
				if mode == StartTLS {
					options.User, options.Password = "countersign", "two red kites"
				}
				s := smtptest.Start(t, options)
				server := serverOf(s, mode)
				server.User, server.Password = options.User, options.Password
				if err := server.Send(t.Context(), letter()); err != nil {
					t.Fatal(err)
				}
				mails := s.Mails()
				if len(mails) != 1 {
					t.Fatalf("it has %d letters", len(mails))
				}
				for name, want := range map[string]string{
					"Message-Id": "<" + letter().ID + ">", "To": "<q.meyer@hospital.example>", "Subject": letter().Subject, "Auto-Submitted": "auto-generated",
					"Date": "Fri, 20 Nov 2026 09:00:00 +0000",
				} {
					if got := mails[0].Header.Get(name); got != want {
						t.Errorf("%s is %q", name, got)
					}
				}
				body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, mails[0].Body))
				if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != letter().Text {
					t.Errorf("it says %q: %v", body, err)
				}
			})
		}
	}
}

// Nothing goes to a server that is not the one, and no password in the clear.
func TestNothingIsSaidToAServerThatIsNotTheOne(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{Mode: StartTLS, User: "countersign", Password: "two red kites"})
	plain := smtptest.Start(t, smtptest.Options{Mode: None})
	for name, c := range map[string]struct {
		change func(*Server)
		want   string
	}{
		"another authority": {func(v *Server) { v.Roots = x509.NewCertPool() }, "begin TLS"},
		"another name":      {func(v *Server) { v.Host = "127.0.0.2" }, "reach the mail server"},
		"a wrong password":  {func(v *Server) { v.Password = "wrong" }, "sign in at the mail server"},
		"no password":       {func(v *Server) { v.User, v.Password = "", "" }, "say who writes"},
		"no TLS offered":    {func(v *Server) { v.Port = plain.Port }, "offers no TLS"},
		"in the clear":      {func(v *Server) { v.Port, v.Mode = plain.Port, None }, "never sent in the clear"},
	} {
		server := serverOf(s, StartTLS)
		server.User, server.Password = "countersign", "two red kites"
		c.change(&server)
		if err := server.Send(t.Context(), letter()); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "kites") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(s.Mails()) + len(plain.Mails()); n != 0 {
		t.Errorf("%d letters went", n)
	}
}

// A no to one letter is told from a fault that may pass.
func TestANoToOneLetterIsToldFromAFaultThatMayPass(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{Mode: None})
	server := serverOf(s, None)
	for to, final := range map[string]bool{"nobody@hospital.example": true, "later@hospital.example": false} {
		m := letter()
		m.To = to
		var no *Refused
		if err := server.Send(t.Context(), m); err == nil || errors.As(err, &no) != final {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// A server that hangs, lies or hangs up keeps nobody waiting for ever.
func TestAServerThatSaysNonsenseIsLeft(t *testing.T) {
	for _, says := range []string{"", "220 hello\r\n", "220-hello\r\n", strings.Repeat("x", 1<<16), "220 hello\r\n250 ok\r\n250 ok\r\n550 no\r\n", "\x00\xff\r\n"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			fmt.Fprint(conn, says)
			_, _ = bufio.NewReader(conn).ReadString('\n') // whatever it is told
		}()
		server := Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Mode: None, From: "countersign@hospital.example"} //nolint:forcetypeassert // it listens on TCP
		begun := time.Now()
		ctx, end := timeout(t)
		if err := server.Send(ctx, letter()); err == nil || time.Since(begun) > 10*time.Second {
			t.Errorf("%.20q: %v after %s", says, err, time.Since(begun))
		}
		end()
		listener.Close()
	}
}

func timeout(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 2*time.Second)
}
