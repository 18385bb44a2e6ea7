package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/identity/vault"
	"countersign/register"
)

// Info is what every page and record says of the site.
type Info struct {
	register.Site
	Location *time.Location // of Site.Zone
	Software string         // version of the program
}

// Options wire a Service. Now is the daemon's only clock; Random gives nonces
// and salts.
type Options struct {
	Ledger   *ledger.Ledger
	Vault    *vault.Vault
	Now      func() time.Time
	Random   io.Reader
	Sound    func() (bool, string) // whether the clock is synchronised, and a word on it
	Software string
	Log      *slog.Logger
	// Beside bounds how many entries are written beside a recall's signed one
	// in one append; 0 for 200.
	Beside int
	// Resting is how many batches that have ended are kept whole in memory; 0 for
	// 64. The others are folded again from the log when they are asked for.
	Resting int
	// Scanners are what this site's scanners send; Today is filled in.
	Scanners Scanners
}

// Service is the running site.
type Service struct {
	ledger   *ledger.Ledger
	vault    *vault.Vault
	now      func() time.Time
	random   io.Reader
	randomMu sync.Mutex
	sound    func() (bool, string)
	log      *slog.Logger
	together int
	info     Info
	founded  time.Time
	moved    atomic.Int64 // of models, for a clock that waits for nobody
	models   *models
	staff    sync.Mutex // acts on people and protocols go one after the other
	opening  sync.Mutex // batches are opened one after the other
	scanners Scanners
}

// New loads the site from its log. It refuses a log that no site has founded.
func New(ctx context.Context, o Options) (*Service, error) {
	s := &Service{
		ledger: o.Ledger, vault: o.Vault, now: o.Now, random: o.Random,
		sound: o.Sound, log: o.Log, together: o.Beside, models: newModels(o.Ledger, o.Resting), scanners: o.Scanners,
	}
	if err := s.scanSettings().Check(); err != nil {
		return nil, fmt.Errorf("what the site's scanners send: %w", err)
	}
	if s.together <= 0 {
		s.together = besideAtMost
	}
	if err := s.models.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("rebuild what pages read from the log: %w", err)
	}
	if s.models.site.Origin == "" {
		return nil, fmt.Errorf("the log does not begin with a site's founding entry")
	}
	s.founded = s.models.founded
	s.moved.Store(int64(s.models.moved))
	s.info = Info{Site: s.models.site, Location: s.models.batches.zone, Software: o.Software}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if err := s.carry(ctx, ""); err != nil { // each batch asks again before anything is done in it
		s.log.Error("a recall has not reached every batch yet", "error", err)
	}
	return s, nil
}

// begin writes down which program goes on with the log, if another one wrote
// its end.
func (s *Service) begin(ctx context.Context) error {
	mine := register.Software{Version: s.info.Software, Edition: batch.Edition}
	if s.models.software == mine {
		return nil
	}
	draft, err := register.ChangeSoftware(mine, s.Now())
	if err != nil {
		return err
	}
	if _, err := s.ledger.Append(ctx, ledger.Request{Drafts: []audit.Draft{draft}}); err != nil {
		return fmt.Errorf("write down which program goes on with the log: %w", err)
	}
	return nil
}

// Info says which site this is.
func (s *Service) Info() Info { return s.info }

// Now is the site's time: UTC, cut to microseconds, as it stands in entries.
// A training site's clock may have been moved forward; a rehearsal's stands
// still between its moves.
func (s *Service) Now() time.Time {
	moved := time.Duration(s.moved.Load())
	if s.info.Kind == register.Rehearsal {
		return s.founded.Add(moved)
	}
	return s.wall().Add(moved)
}

// wall is the daemon's own clock, which nobody moves: sessions and sheets live
// by it.
func (s *Service) wall() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// MoveClock moves a training or rehearsal site's clock forward.
func (s *Service) MoveClock(ctx context.Context, who Session, key string, by time.Duration) error {
	if err := requireFit(who); err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return err
	}
	draft, err := register.MoveClock(s.info.Site, by, string(who.Person.ID), s.Now())
	if err != nil {
		return &Refusal{Code: "clock", Sentence: "That cannot be done: " + err.Error() + "."}
	}
	return s.write(ctx, key, "move the clock", nil, []audit.Draft{draft})
}

// unsound says why the clock of a live site is not known to be sound; "" when it
// is. That of a training or rehearsal site is moved as its lessons need it.
func (s *Service) unsound() string {
	if s.info.Kind != register.Live || s.sound == nil {
		return ""
	}
	if sound, why := s.sound(); !sound {
		return strings.TrimSuffix(why, ".")
	}
	return ""
}

// ClockSound says whether the clock is synchronised, with a word on it.
func (s *Service) ClockSound() (bool, string) { return s.sound() }

// read runs show over models that have folded everything in the log.
func (s *Service) read(ctx context.Context, show func(m *models) error) error {
	s.models.mu.Lock()
	defer s.models.mu.Unlock()
	if err := s.models.catchUp(ctx); err != nil {
		return s.broken("read the log", err)
	}
	s.moved.Store(int64(s.models.moved))
	return show(s.models)
}

// NewKey gives a form its idempotency key: 32 hexadecimal digits.
func (s *Service) NewKey() string {
	nonce := s.nonce()
	return hex.EncodeToString(nonce[:])
}

func (s *Service) nonce() (n audit.Nonce) {
	s.fill(n[:])
	return n
}

func (s *Service) salt() (salt [32]byte) {
	s.fill(salt[:])
	return salt
}

func (s *Service) fill(into []byte) {
	s.randomMu.Lock()
	defer s.randomMu.Unlock()
	if _, err := io.ReadFull(s.random, into); err != nil {
		panic(fmt.Sprintf("no randomness to be had: %v", err))
	}
}

// broken gives a fault its reference and tells the operator.
func (s *Service) broken(doing string, err error) error {
	if _, ok := AsRefusal(err); ok {
		return err
	}
	key := s.NewKey()[:8]
	if errors.Is(err, context.Canceled) {
		return &Broken{Reference: key, Err: fmt.Errorf("%s: %w", doing, err)} // whoever asked has gone
	}
	s.log.Error("broken", "reference", key, "doing", doing, "error", err)
	return &Broken{Reference: key, Err: fmt.Errorf("%s: %w", doing, err)}
}

// digestOf ties an idempotency key to what was asked under it.
func digestOf(parts ...[]byte) audit.Hash {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:", len(part))
		sum.Write(part)
	}
	return audit.Hash(sum.Sum(nil))
}

// Watch tells of changes: the channel gives the log's size after each group
// of entries, newest only. The caller stops it.
func (s *Service) Watch() (changes <-chan int64, stop func()) { return s.ledger.Subscribe() }

// requireFit refuses a session that may not act: a person who still has a
// one-time password, or a locked terminal.
func requireFit(who Session) error {
	switch {
	case who.MustChange:
		return &Refusal{Code: "must_set_password", Sentence: "Choose your own password first: the one you signed in with works only once."}
	case who.Locked:
		return &Refusal{Code: "locked", Sentence: "This terminal is locked. Enter your password to go on; nothing that was recorded is lost."}
	case !who.Person.Active:
		return &Refusal{Code: "suspended", Sentence: "Your account is suspended. Ask the site administrator."}
	}
	return nil
}

// seesPatients says whether somebody may see who a medicine is for (COI-09).
func seesPatients(p identity.Person) bool {
	return p.Has(identity.Technician) || p.Has(identity.Pharmacist) || p.Has(identity.QualityLead) || p.Has(identity.Inspector)
}
