// Package mail hands letters to a mail server (SMTP), and tries again when it
// does not take them.
//
// It promises that nobody's act ever waits for mail; that a password goes over
// TLS only; that what is not taken is tried again, later and later, as long as
// it is due; and that whoever looks sees what waits and why. What is due, and
// that a letter has gone, is the log's (package post): this package holds
// nothing that a restart would lose.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// How the connection is kept from being read.
const (
	StartTLS = "starttls" // begun in the clear, and TLS before anything is said
	TLS      = "tls"      // from the first byte
	None     = "none"     // on this machine only
)

// Server is the mail server that takes the site's letters.
type Server struct {
	Host     string
	Port     int
	Mode     string // StartTLS, TLS or None
	User     string // "" for no sign-in
	Password string
	From     string         // the address that letters come from
	Roots    *x509.CertPool // nil for the machine's own
	Hello    string         // the name that this machine gives itself; "" for localhost
}

// Message is one letter on its way.
type Message struct {
	ID, To, Subject, Text string
	At                    time.Time
}

// Refused is the server's no to one letter, as to an address that does not
// exist: others may go nevertheless.
type Refused struct{ Err error }

// Error is the server's word.
func (r *Refused) Error() string { return "the mail server refuses this letter: " + r.Err.Error() }

// Unwrap is the server's answer.
func (r *Refused) Unwrap() error { return r.Err }

// Patience is how long handing over one letter may take.
const Patience = 45 * time.Second

// Send hands one letter to the server. When it returns nil the server has it;
// any error says that it may have it or not.
func (s Server) Send(ctx context.Context, m Message) error {
	ctx, end := context.WithTimeout(ctx, Patience)
	defer end()
	conn, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	defer func() { _ = conn.Close() }()                         // closed twice is closed
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // whatever it is at, it ends
	defer stop()
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return fmt.Errorf("greet the mail server: %w", err)
	}
	defer func() { _ = client.Close() }() // as above
	if err := s.enter(client); err != nil {
		return err
	}
	if err := client.Mail(s.From); err != nil {
		return fmt.Errorf("say who writes: %w", err)
	}
	if err := client.Rcpt(m.To); err != nil {
		return refused(err)
	}
	w, err := client.Data()
	if err != nil {
		return refused(err)
	}
	if _, err := w.Write(s.text(m)); err != nil {
		return fmt.Errorf("hand over a letter: %w", err)
	}
	if err := w.Close(); err != nil {
		return refused(err)
	}
	_ = client.Quit() // it has the letter
	return nil
}

func (s Server) dial(ctx context.Context) (net.Conn, error) {
	at := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	if s.Mode == TLS {
		return (&tls.Dialer{Config: s.tls()}).DialContext(ctx, "tcp", at)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", at)
}

func (s Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// enter makes the connection private, and signs in.
func (s Server) enter(client *smtp.Client) error {
	hello := s.Hello
	if hello == "" {
		hello = "localhost"
	}
	if err := client.Hello(hello); err != nil {
		return fmt.Errorf("greet the mail server: %w", err)
	}
	if s.Mode == StartTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return errors.New("the mail server offers no TLS, and nothing is said in the clear")
		}
		if err := client.StartTLS(s.tls()); err != nil {
			return fmt.Errorf("begin TLS with the mail server: %w", err)
		}
	}
	if s.User == "" {
		return nil
	}
	if _, private := client.TLSConnectionState(); !private {
		return errors.New("a password is never sent in the clear")
	}
	if err := client.Auth(smtp.PlainAuth("", s.User, s.Password, s.Host)); err != nil {
		return fmt.Errorf("sign in at the mail server: %w", err)
	}
	return nil
}

// refused tells a no for good to this letter from a fault that may pass.
func refused(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 {
		return &Refused{Err: err}
	}
	return fmt.Errorf("hand over a letter: %w", err)
}

// text is the letter as it crosses the network: plain text, in base64, so that
// no server on the way changes a line of it.
func (s Server) text(m Message) []byte {
	var b strings.Builder
	for _, header := range [][2]string{
		{"From", "Countersign <" + s.From + ">"},
		{"To", "<" + m.To + ">"},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject)},
		{"Date", m.At.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + m.ID + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no answering machine answers
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "base64"},
	} {
		b.WriteString(header[0] + ": " + header[1] + "\r\n")
	}
	b.WriteString("\r\n")
	body := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(m.Text, "\n", "\r\n")))
	const width = 76
	for len(body) > width {
		b.WriteString(body[:width] + "\r\n")
		body = body[width:]
	}
	b.WriteString(body + "\r\n")
	return []byte(b.String())
}
