package vault_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/identity/vault"
	"countersign/postgres/pgtest"
)

const lasting = "four quiet green boats"

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func open(t *testing.T) (*vault.Vault, *clock, pgtest.DB) {
	t.Helper()
	db := pgtest.New(t, vault.Migrations())
	c := &clock{time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	return vault.New(db.Runtime, vault.Options{Now: c.now, Random: rand.Reader}), c, db
}

func enrol(t *testing.T, v *vault.Vault, id identity.PersonID) vault.Enrolment {
	t.Helper()
	oneTime, err := v.Issue(context.Background(), id, "p-admin")
	if err != nil {
		t.Fatal(err)
	}
	e, err := v.Choose(context.Background(), id, "asha", oneTime, lasting)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func statement(public string) (audit.Statement, audit.Entry) {
	e := audit.Entry{
		Origin: "ward.countersign", Stream: "batch/B-1", Version: 1, Kind: "batch.noted", KindVersion: 1, Actor: "p-1",
		Time: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Payload: []byte(`{}`),
	}
	e.Signatures = []audit.Signature{{Signer: "p-1", Meaning: "performed", Time: e.Time, Method: "password", Key: public}}
	return audit.StatementOf(e, e.Signatures[0]), e
}

// SIG-08: a one-time password works once, signs nothing, and ends.
func TestAOneTimePasswordOnlyLetsItsPersonChooseAnother(t *testing.T) {
	ctx := context.Background()
	v, c, _ := open(t)
	oneTime, err := v.Issue(ctx, "p-1", "p-admin")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := statement("")
	if _, err := v.Sign(ctx, "p-1", oneTime, s); !errors.Is(err, vault.ErrMustChange) {
		t.Errorf("a one-time password signed: %v", err)
	}
	c.at = c.at.Add(72 * time.Hour)
	if _, err := v.Choose(ctx, "p-1", "asha", oneTime, lasting); !errors.Is(err, vault.ErrExpired) {
		t.Errorf("an old one-time password was taken: %v", err)
	}
	e := enrol(t, v, "p-1")
	if !e.New || e.Issuer != "p-admin" {
		t.Errorf("got %+v", e)
	}
	if _, err := v.Check(ctx, "p-1", oneTime); !errors.Is(err, vault.ErrWrong) {
		t.Errorf("the one-time password works still: %v", err)
	}
}

func TestTheSameKeySignsAfterThePasswordChangesAndAnotherAfterAReset(t *testing.T) {
	ctx := context.Background()
	v, _, _ := open(t)
	first := enrol(t, v, "p-1")
	changed, err := v.Choose(ctx, "p-1", "asha", lasting, "another set of words")
	if err != nil || changed.New || changed.Public != first.Public {
		t.Fatalf("got %+v, %v", changed, err)
	}
	s, e := statement(first.Public)
	value, err := v.Sign(ctx, "p-1", "another set of words", s)
	if err != nil {
		t.Fatal(err)
	}
	e.Signatures[0].Value = value
	if err := audit.VerifySignature(e, e.Signatures[0]); err != nil {
		t.Error(err)
	}
	oneTime, err := v.Retire(ctx, "p-1", "another set of words")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Sign(ctx, "p-1", oneTime, s); !errors.Is(err, vault.ErrMustChange) {
		t.Errorf("a retired password signed: %v", err)
	}
	if back, err := v.Choose(ctx, "p-1", "asha", oneTime, lasting); err != nil || back.New || back.Public != first.Public {
		t.Errorf("got %+v, %v", back, err)
	}
	if reset := enrol(t, v, "p-1"); !reset.New || reset.Public == first.Public {
		t.Error("the old key came back after a reset")
	}
}

// SEC-04: tries are counted before they are looked at, so many at once are not all first tries.
func TestManyWrongPasswordsAtOnceLockTheAccount(t *testing.T) {
	ctx := context.Background()
	v, c, _ := open(t)
	enrol(t, v, "p-1")
	var wrong, locked int
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, err := v.Check(ctx, "p-1", "not this one, surely")
			mu.Lock()
			defer mu.Unlock()
			var l *vault.ErrLocked
			switch {
			case errors.Is(err, vault.ErrWrong):
				wrong++
			case errors.As(err, &l):
				locked++
			default:
				t.Errorf("answered %v", err)
			}
		})
	}
	group.Wait()
	if wrong != 5 || locked != 15 {
		t.Errorf("%d were looked at and %d locked out", wrong, locked)
	}
	if _, err := v.Check(ctx, "p-1", lasting); err == nil {
		t.Error("the right password opened a locked account")
	}
	c.at = c.at.Add(15*time.Minute + time.Second)
	if _, err := v.Check(ctx, "p-1", lasting); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

func TestAWeakPasswordIsRefusedWithAReason(t *testing.T) {
	v, _, _ := open(t)
	oneTime, err := v.Issue(context.Background(), "p-1", "p-admin")
	if err != nil {
		t.Fatal(err)
	}
	for _, weak := range []string{"short", strings.Repeat("a", 20), "asha likes long words", "Password123456", strings.Repeat("x y ", 80), "\xff\xfe and some more of it", oneTime} {
		_, err := v.Choose(context.Background(), "p-1", "asha", oneTime, weak)
		var refusal *identity.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%q: %v", weak, err)
		}
	}
}

func TestASessionLocksWhenIdleAndEndsWithItsLife(t *testing.T) {
	ctx := context.Background()
	v, c, db := open(t)
	token, begun, err := v.Begin(ctx, "p-1", "bench 2")
	if err != nil {
		t.Fatal(err)
	}
	var plain int
	if err := db.Super.Get(&plain, `SELECT count(*) FROM vault.sessions WHERE position($1::bytea in token) > 0`, []byte(token)); err != nil || plain != 0 {
		t.Errorf("the token lies in the table: %d, %v", plain, err)
	}
	c.at = c.at.Add(9 * time.Minute)
	if s, err := v.Resume(ctx, token); err != nil || s.Locked || s.ID != begun.ID {
		t.Fatalf("got %+v, %v", s, err)
	}
	c.at = c.at.Add(11 * time.Minute)
	if s, err := v.Resume(ctx, token); err != nil || !s.Locked {
		t.Fatalf("an idle session is open: %+v, %v", s, err)
	}
	next, err := v.Reopen(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Resume(ctx, token); !errors.Is(err, vault.ErrNoSession) {
		t.Error("the old token opens the session still")
	}
	if s, err := v.Resume(ctx, next); err != nil || s.Locked || s.ID != begun.ID {
		t.Fatalf("got %+v, %v", s, err)
	}
	c.at = c.at.Add(12 * time.Hour)
	if _, err := v.Resume(ctx, next); !errors.Is(err, vault.ErrNoSession) {
		t.Error("a session outlived its life")
	}
}

func TestTheReaderSeesNoSecret(t *testing.T) {
	_, _, db := open(t)
	var n int
	if err := db.Reader.Get(&n, `SELECT count(*) FROM vault.credentials`); err == nil {
		t.Error("the reader can read the vault")
	}
}
