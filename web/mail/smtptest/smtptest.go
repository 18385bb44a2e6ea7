// Package smtptest gives a test a mail server of its own: Debian's aiosmtpd, a
// program of others, on a loopback port, with a certificate made for the test.
// It holds what it takes in a folder of the test, and ends with it.
package smtptest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"math/big"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

//go:embed server.py
var script string

// Options say what the server asks of whoever sends.
type Options struct {
	Mode           string // "starttls", "tls" or "none"
	User, Password string // "" takes mail from anybody
	Port           int    // 0 for any
	Account        uint32 // the user it runs as, where the test is root; 0 for the test's own
}

// Server is a mail server that runs.
type Server struct {
	Port  int
	Roots *x509.CertPool // its certificate comes from these
	CA    string         // file that holds them
	dir   string
	t     testing.TB
	end   func()
}

// python is Debian's own, which has Debian's modules.
const python = "/usr/bin/python3"

// Start starts a server and waits until it listens.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "smtp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{dir: filepath.Join(dir, "mail"), t: t, CA: filepath.Join(dir, "cert.pem")}
	s.Roots = certify(t, s.CA, filepath.Join(dir, "key.pem"))
	program := filepath.Join(dir, "server.py")
	must(t, os.WriteFile(program, []byte(script), 0o644))
	c := exec.CommandContext(context.Background(), python, program, s.dir, o.Mode, s.CA, filepath.Join(dir, "key.pem"), o.User, o.Password, strconv.Itoa(o.Port))
	c.Stderr = t.Output()
	if o.Account != 0 {
		must(t, filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			return os.Chown(path, int(o.Account), int(o.Account))
		}))
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: o.Account, Gid: o.Account}}
	}
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	stopped := false
	s.end = func() {
		if !stopped {
			stopped = true
			_ = in.Close()
			_ = c.Process.Kill() // it holds nothing that is needed
			_ = c.Wait()
		}
	}
	t.Cleanup(s.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the mail server does not start (tools/install.sh test brings it): %v", err)
	}
	s.Port, err = strconv.Atoi(strings.TrimSpace(line))
	must(t, err)
	return s
}

// Stop ends the server before the test does.
func (s *Server) Stop() { s.end() }

// Mails gives what the server has taken.
func (s *Server) Mails() []*mail.Message {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "new", "*"))
	must(s.t, err)
	var all []*mail.Message
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(s.t, err)
		one, err := mail.ReadMessage(strings.NewReader(string(text)))
		must(s.t, err)
		all = append(all, one)
	}
	return all
}

// certify makes a certificate for this machine, which is its own authority.
func certify(t testing.TB, certificate, key string) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a mail server for a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})
	must(t, os.WriteFile(certificate, text, 0o644))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return roots
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
