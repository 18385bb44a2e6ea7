package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Defaults of [Options].
const (
	DefaultStatementTimeout = 15 * time.Second
	DefaultConnectTimeout   = 10 * time.Second
	DefaultMaxConnections   = 16

	// readMargin is how much longer than the statement timeout the client waits for an answer: the server is given the
	// chance to say "timed out" itself, and only a connection that leads nowhere is cut.
	readMargin = 5 * time.Second
)

// Options of a pool. The zero value is what the daemon uses.
type Options struct {
	// MaxConnections bounds the pool. Zero means DefaultMaxConnections.
	MaxConnections int
	// StatementTimeout ends a statement on the server; the client gives up ReadMargin later. Zero means
	// DefaultStatementTimeout; negative means no limit at either end, which is for migrations only.
	StatementTimeout time.Duration
	// ReadMargin is added to StatementTimeout to get the longest silence tolerated. Zero means five seconds.
	ReadMargin time.Duration
	// ConnectTimeout bounds the making of one connection, including its sign-in. Zero means DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// Application is shown to the database's administrator. Empty means "countersign".
	Application string
}

func (o Options) withDefaults() Options {
	if o.MaxConnections <= 0 {
		o.MaxConnections = DefaultMaxConnections
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = DefaultStatementTimeout
	}
	if o.ReadMargin <= 0 {
		o.ReadMargin = readMargin
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = DefaultConnectTimeout
	}
	if o.Application == "" {
		o.Application = "countersign"
	}
	return o
}

// silence is the longest that a read may take; zero means for ever.
func (o Options) silence() time.Duration {
	if o.StatementTimeout < 0 {
		return 0
	}
	return o.StatementTimeout + o.ReadMargin
}

// Open makes a pool for dsn and asks the server one question, so that a wrong address or password is found here.
//
// Sessions speak UTC and commit synchronously whatever the server's or the role's own setting says: an acknowledged
// commit is on disk. An error never repeats dsn, which may hold a password.
func Open(ctx context.Context, dsn string, opts Options) (*sqlx.DB, error) {
	opts = opts.withDefaults()
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		// The parser's own message may quote the text it could not read.
		return nil, errors.New("open database: the data source name cannot be read")
	}
	cfg.ConnectTimeout = opts.ConnectTimeout
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = opts.Application
	}
	runtime := map[string]string{"synchronous_commit": "on"}
	for k, v := range cfg.Runtime {
		runtime[k] = v
	}
	if sc := runtime["synchronous_commit"]; sc != "on" && sc != "remote_apply" {
		return nil, fmt.Errorf("open database: synchronous_commit = %s would acknowledge what is not yet on disk", sc)
	}
	runtime["timezone"] = "UTC"
	if opts.StatementTimeout > 0 {
		runtime["statement_timeout"] = strconv.FormatInt(opts.StatementTimeout.Milliseconds(), 10)
	}
	cfg.Runtime = runtime

	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	connector.Dialer(impatient{silence: opts.silence()})

	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(opts.MaxConnections)
	db.SetMaxIdleConns(opts.MaxConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(time.Hour)

	// One statement and not only a ping: pq signs in on dialling, and this also shows that the session is usable.
	var one int
	if err := db.GetContext(ctx, &one, `SELECT 1`); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// impatient dials connections that do not wait for ever. A context's deadline does not free a connection whose packets
// vanish: the driver sends its cancellation to the same black hole and goes on reading.
type impatient struct{ silence time.Duration }

var (
	_ pq.Dialer        = impatient{}
	_ pq.DialerContext = impatient{}
)

func (d impatient) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d impatient) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d impatient) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &impatientConn{Conn: c, silence: d.silence}, nil
}

// impatientConn sets a deadline before every read and write. The driver's own deadline, which bounds the sign-in, is
// kept when it is the earlier one. A connection that lies idle in the pool is not being read and costs nothing.
type impatientConn struct {
	net.Conn
	silence time.Duration

	mu    sync.Mutex
	outer time.Time
}

func (c *impatientConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	c.outer = t
	c.mu.Unlock()
	return c.Conn.SetDeadline(t)
}

func (c *impatientConn) deadline() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silence <= 0 {
		return c.outer
	}
	t := time.Now().Add(c.silence)
	if !c.outer.IsZero() && c.outer.Before(t) {
		return c.outer
	}
	return t
}

func (c *impatientConn) Read(b []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *impatientConn) Write(b []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
