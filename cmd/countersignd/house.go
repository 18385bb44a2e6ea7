package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/config"
	"countersign/identity"
	"countersign/identity/vault"
	"countersign/postgres"
	"countersign/register"
	"countersign/web"
	"countersign/web/api"
	"countersign/web/mail"
	"countersign/web/site"
)

// version of this program, as it stands in every record that it prints.
const version = "0.1.0"

// sets are what the rooms keep in the database.
func sets() []postgres.MigrationSet {
	return []postgres.MigrationSet{ledger.Migrations(), vault.Migrations()}
}

// database is where a site's log and vault are.
type database struct {
	private *postgres.Private // nil when the site brought its own server
	owner   string            // data source names
	runtime string
	roles   postgres.Roles
}

// openDatabase starts the private server, or takes the site's own.
func openDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) (*database, error) {
	if cfg.Database.DSN.Reveal() != "" {
		return &database{
			owner: cfg.Database.OwnerDSN.Reveal(), runtime: cfg.Database.DSN.Reveal(), roles: postgres.DefaultRoles(),
		}, nil
	}
	// The server's own account walks through this folder to its own.
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	private, err := postgres.StartPrivate(ctx, postgres.PrivateOptions{
		Dir: filepath.Join(cfg.DataDir, "postgres"), Binaries: cfg.Database.Binaries, User: cfg.Database.User, Log: log,
		Connections: cfg.Database.MaxConnections + 8,
	})
	if err != nil {
		return nil, fmt.Errorf("start the private database: %w", err)
	}
	return &database{
		private: private, owner: private.DSN(postgres.Owner), runtime: private.DSN(postgres.Runtime), roles: private.Roles(),
	}, nil
}

// stop ends a private server; nothing acknowledged is lost by it.
func (d *database) stop() {
	if d.private == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = d.private.Stop(ctx) // when it does not stop in time the kernel stops it with this process
}

// migrate brings the schema forward with the owner's rights.
func (d *database) migrate(ctx context.Context) error {
	if d.owner == "" {
		return errors.New("database.owner_dsn is missing: the owner role migrates, and nobody else can")
	}
	db, err := postgres.Open(ctx, d.owner, postgres.Options{StatementTimeout: -1, MaxConnections: 4})
	if err != nil {
		return fmt.Errorf("open the database as its owner: %w", err)
	}
	defer db.Close()
	return postgres.Migrate(ctx, db, d.roles, sets()...)
}

// house is a running site.
type house struct {
	db      *sqlx.DB
	ledger  *ledger.Ledger
	vault   *vault.Vault
	site    *site.Service
	courier *mail.Courier // nil where no mail is sent
	handler http.Handler
}

// wiring is what a house needs beside its configuration. Now is the clock.
type wiring struct {
	now     func() time.Time
	log     *slog.Logger
	durable bool
}

// openLog opens the log as the runtime role, after proving that the role can
// do what it needs and no more, and that the schema is this program's.
func openLog(ctx context.Context, cfg config.Config, d *database, w wiring) (*house, error) {
	db, err := postgres.Open(ctx, d.runtime, postgres.Options{
		MaxConnections: cfg.Database.MaxConnections, StatementTimeout: cfg.Database.StatementTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	h := &house{db: db}
	if err := postgres.Check(ctx, db, sets()...); err != nil {
		h.close()
		return nil, err
	}
	if err := postgres.Prove(ctx, db, postgres.Expect{Sets: sets(), Durable: w.durable}); err != nil {
		h.close()
		return nil, err
	}
	key, err := loadSiteKey(cfg.DataDir)
	if err != nil {
		h.close()
		return nil, err
	}
	h.ledger, err = ledger.Open(ctx, db, ledger.Options{
		Origin: audit.Origin(cfg.Site.Origin), SiteKey: key, Now: w.now, Log: w.log, Durable: w.durable,
	})
	if err != nil {
		h.close()
		return nil, err
	}
	h.vault = vault.New(db, vault.Options{
		Now: w.now, Random: rand.Reader, LockAfter: cfg.SignIn.LockAfter, LockFor: cfg.SignIn.LockFor,
		IdleLock: cfg.SignIn.IdleLock, SessionLife: cfg.SignIn.SessionLife,
	})
	return h, nil
}

// openHouse opens the whole site. It refuses a log that is absent, another
// site's, older, newer or not consistent.
func openHouse(ctx context.Context, cfg config.Config, d *database, w wiring) (*house, error) {
	h, err := openLog(ctx, cfg, d, w)
	if err != nil {
		return nil, err
	}
	h.site, err = site.New(ctx, site.Options{
		Ledger: h.ledger, Vault: h.vault, Now: w.now, Random: rand.Reader, Sound: clockSound, Software: version, Log: w.log,
		Scanners: scannersOf(cfg.Scanner),
	})
	if err != nil {
		h.close()
		return nil, err
	}
	if h.courier, err = openMail(cfg, h.site, w.now, w.log); err != nil {
		h.close()
		return nil, err
	}
	pages, err := web.New(h.site, web.Options{
		Secure: strings.HasPrefix(cfg.PublicURL, "https:"), Rate: cfg.SignIn.Rate, Log: w.log, Mail: h.courier,
	})
	if err != nil {
		h.close()
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", api.New(h.site, cfg.SignIn.Rate))
	mux.Handle("/", pages)
	h.handler = mux
	return h, nil
}

func (h *house) close() {
	if h.ledger != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.ledger.Close(ctx) // what was acknowledged is durable; the rest was answered with an error
	}
	_ = h.db.Close()
}

const (
	keyFile      = "site.key"
	verifierFile = "site.vkey"
)

func loadSiteKey(dir string) (audit.SiteKey, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return audit.SiteKey{}, fmt.Errorf("there is no %s in %s: was this site founded with \"countersignd init\"?", keyFile, dir)
	}
	if err != nil {
		return audit.SiteKey{}, fmt.Errorf("read the site's key: %w", err)
	}
	return audit.LoadSiteKey(string(text))
}

// makeSiteKey makes the site's key, or finds the one that an interrupted
// founding left.
func makeSiteKey(dir, origin string) (audit.SiteKey, error) {
	if key, err := loadSiteKey(dir); err == nil {
		return key, nil
	}
	key, err := audit.NewSiteKey(audit.Origin(origin), rand.Reader)
	if err != nil {
		return key, err
	}
	for name, text := range map[string]string{verifierFile: key.Verifier() + "\n", keyFile: key.Secret()} {
		mode := fs.FileMode(0o600)
		if name == verifierFile {
			mode = 0o644
		}
		if err := writeFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			return key, fmt.Errorf("keep the site's key: %w", err)
		}
	}
	return key, nil
}

// writeFile writes a whole file or none, durably.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// founder is one of the two people of the founding ceremony.
type founder struct{ username, name string }

// found creates a site's log: the schema, the site's key, the founding entry
// and the two founders, whose one-time passwords it returns by username.
// Interrupted, it can be run again; a site that is founded is refused.
func found(ctx context.Context, cfg config.Config, d *database, w wiring, administrator, lead founder) (map[string]string, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	if err := d.migrate(ctx); err != nil {
		return nil, err
	}
	key, err := makeSiteKey(cfg.DataDir, cfg.Site.Origin)
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, d.runtime, postgres.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	err = ledger.Create(ctx, db, ledger.Options{Origin: audit.Origin(cfg.Site.Origin), SiteKey: key, Now: w.now, Durable: w.durable})
	_ = db.Close()
	if err != nil && !errors.Is(err, ledger.ErrFounded) {
		return nil, err
	}
	h, err := openLog(ctx, cfg, d, w)
	if err != nil {
		return nil, err
	}
	defer h.close()
	if h.ledger.Size() > 0 {
		return nil, errors.New("this site was founded already: its log has entries. Start it with \"countersignd serve\"")
	}
	now := w.now().UTC().Truncate(time.Microsecond)
	first, err := register.FoundSite(siteOf(cfg), now)
	if err != nil {
		return nil, err
	}
	events, err := identity.Found(identity.NewDirectory(),
		identity.Registration{Username: administrator.username, Name: administrator.name, IdentityChecked: "present at the founding ceremony"},
		identity.Registration{Username: lead.username, Name: lead.name, IdentityChecked: "present at the founding ceremony"})
	if err != nil {
		return nil, err
	}
	drafts := []audit.Draft{first}
	passwords := map[string]string{}
	for _, event := range events {
		draft, err := event.Draft(now, "system")
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, draft)
		if passwords[event.Username], err = h.vault.Issue(ctx, event.Person, "ceremony"); err != nil {
			return nil, err
		}
	}
	_, err = h.ledger.Append(ctx, ledger.Request{Key: "founding", Conditions: []audit.Condition{{Stream: register.SiteStream}}, Drafts: drafts})
	if err != nil {
		return nil, fmt.Errorf("write the founding entries: %w", err)
	}
	return passwords, nil
}

func siteOf(cfg config.Config) register.Site {
	control := cfg.Site.ControlSite
	return register.Site{
		Origin: cfg.Site.Origin, Name: cfg.Site.Name, Unit: cfg.Site.Unit, Address: cfg.Site.Address,
		ControlSite: strings.TrimSuffix(control.Name+", "+control.Address, ", "), Licence: control.Licence,
		Kind: cfg.Site.Kind, Zone: cfg.Site.TimeZone.String(),
	}
}
