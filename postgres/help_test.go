package postgres_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// hole is a connection to the server through which packets can be made to vanish.
type hole struct {
	dsn      string
	up, down atomic.Bool // what still passes, towards the server and back
}

func (h *hole) swallow() { h.up.Store(false); h.down.Store(false) }
func (h *hole) mute()    { h.down.Store(false) }

// holeTo listens on TCP and passes everything on to the server behind dsn.
func holeTo(t *testing.T, dsn string) *hole {
	t.Helper()
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	h := &hole{dsn: fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=%s sslmode=disable",
		l.Addr().(*net.TCPAddr).Port, cfg.User, cfg.Database)}
	h.up.Store(true)
	h.down.Store(true)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", fmt.Sprintf("%s/.s.PGSQL.%d", cfg.Host, cfg.Port))
			if err != nil {
				_ = client.Close()
				continue
			}
			t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
			go pass(server, client, &h.up)
			go pass(client, server, &h.down)
		}
	}()
	return h
}

func pass(to io.Writer, from io.Reader, open *atomic.Bool) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if !open.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// warm opens n connections of the pool and gives them back.
func warm(t *testing.T, db *sqlx.DB, n int) {
	t.Helper()
	conns := make([]*sqlx.Conn, 0, n)
	for range n {
		c, err := db.Connx(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	for _, c := range conns {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func containsSecret(s string) bool { return strings.Contains(s, "hunter2") }
