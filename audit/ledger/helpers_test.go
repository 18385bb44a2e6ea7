package ledger_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/postgres/pgtest"
)

const origin audit.Origin = "royal-example.countersign"

// epoch is when all tests happen.
func epoch() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 123456000, time.UTC) }

func options(t testing.TB) ledger.Options {
	t.Helper()
	key, err := audit.NewSiteKey(origin, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Options{Origin: origin, SiteKey: key, Now: epoch, Patience: 20 * time.Second}
}

// site founds a log in a fresh database and opens it.
func site(t testing.TB) (*ledger.Ledger, pgtest.DB, ledger.Options) {
	t.Helper()
	db, opts := pgtest.New(t, ledger.Migrations()), options(t)
	if err := ledger.Create(t.Context(), db.Runtime, opts); err != nil {
		t.Fatal(err)
	}
	return open(t, db.Runtime, opts), db, opts
}

func open(t testing.TB, db *sqlx.DB, opts ledger.Options) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), db, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, l) })
	return l
}

func shut(t testing.TB, l *ledger.Ledger) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := l.Close(ctx); err != nil {
		t.Error(err)
	}
}

// draft is an unsigned entry with something to say.
func draft(stream audit.StreamID, text string) audit.Draft {
	payload, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		panic(err) // a map of strings has an encoding
	}
	return audit.Draft{Stream: stream, Kind: "test.noted", KindVersion: 1, Time: epoch(), Actor: "person/p-1", Payload: payload}
}

// person signs.
type person struct {
	private ed25519.PrivateKey
}

func newPerson(t testing.TB) person {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return person{private}
}

// sign puts the person's signature on a draft that follows head.
func (p person) sign(head audit.Head, d audit.Draft) audit.Draft {
	s := audit.Signature{
		Signer: "p-1", Username: "amira", Name: "Amira Khan", Role: "technician", Training: "current", Meaning: "performed",
		Time: d.Time, Shown: []string{"Step 4: draw up the dose"}, Method: "password",
		Key: hex.EncodeToString(p.private.Public().(ed25519.PublicKey)),
	}
	_, _ = rand.Read(s.Nonce[:])
	value, err := audit.Sign(p.private, audit.NewStatement(origin, head, d, s))
	if err != nil {
		panic(err) // the statement is the test's own
	}
	s.Value = value
	d.Signatures = append(d.Signatures, s)
	return d
}

func appended(t testing.TB, l *ledger.Ledger, r ledger.Request) ledger.Receipt {
	t.Helper()
	receipt, err := l.Append(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func one(d audit.Draft) ledger.Request { return ledger.Request{Drafts: []audit.Draft{d}} }

func at(stream audit.StreamID, version int64) audit.Condition {
	return audit.Condition{Stream: stream, Version: version}
}

func keyed(key, asked string, d ...audit.Draft) ledger.Request {
	return ledger.Request{Key: key, Digest: audit.LeafHash([]byte(asked)), Drafts: d}
}

func number(format string, n int) audit.StreamID { return audit.StreamID(fmt.Sprintf(format, n)) }

func replaceRole(statement, role string) string {
	return strings.ReplaceAll(statement, "{runtime}", `"`+role+`"`)
}

// statementFor is the statement if it is about the table, and otherwise one that does nothing.
func statementFor(table, statement string) string {
	if strings.Contains(statement, "audit."+table) {
		return statement
	}
	return `SELECT 1`
}
