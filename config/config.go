package config

import (
	"log/slog"
	"time"
)

// Config of one site, checked and complete.
type Config struct {
	Site      Site
	Listen    string // address and port
	PublicURL string // as browsers write it; never empty after Load
	TLS       TLS
	DataDir   string // absolute
	Database  Database
	SignIn    SignIn
	Mail      Mail
	Scanner   Scanner
	Log       Log
}

// Site is who makes the medicine, and under whose licence.
type Site struct {
	Origin      string
	Name        string
	Address     string
	Unit        string
	ControlSite ControlSite
	Kind        string // live, training or rehearsal
	TimeZone    *time.Location
}

// ControlSite holds the licence under which the site works.
type ControlSite struct{ Name, Address, Licence string }

// TLS certificate and key files; both or neither.
type TLS struct{ Certificate, Key string }

// Database that holds the record.
type Database struct {
	DSN              Secret // of the runtime role; empty means a private server
	OwnerDSN         Secret
	Binaries         string
	User             string
	MaxConnections   int
	StatementTimeout time.Duration
}

// SignIn rules (SEC-04).
type SignIn struct {
	LockAfter   int // failures
	LockFor     time.Duration
	IdleLock    time.Duration
	SessionLife time.Duration
	Rate        int // attempts a minute from one address
}

// Mail that the site sends; an empty Host sends none.
type Mail struct {
	Host     string
	Port     int
	TLS      string // starttls, tls or none
	CA       string // file of certificates that the mail server's must come from; empty for the machine's own
	User     string
	Password Secret
	From     string
}

// Scanner says what this site's scanners send (MAT-03).
type Scanner struct {
	Separators     string // what stands for FNC1, divided by blanks
	SeparatorsSent string // yes or no
	Identifiers    string // always, never or unknown
}

// Log of operations; not the record.
type Log struct {
	Level  string
	Format string
}

// A Secret is text that must not be seen. Every way of printing it says only whether it is there.
type Secret string

const hidden = "(set, not shown)"

// Reveal is the secret itself. Call it where it is used and nowhere else.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString keeps %#v from showing the secret.
func (s Secret) GoString() string { return s.String() }

// MarshalText keeps JSON and YAML from showing the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue keeps slog from showing the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
