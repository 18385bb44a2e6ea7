package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/config"
	"countersign/postgres"
	"countersign/protocol"
	"countersign/reports"
	"countersign/web/api"
)

//go:embed rehearsals/*.yaml
var rehearsals embed.FS

func (p *program) rehearseCommand() *cobra.Command {
	var out string
	var all, quiet bool
	c := &cobra.Command{
		Use: "rehearse NAME…", Short: "Make a whole batch at a throwaway site, print its record and verify it",
		Long: "Founds a throwaway site with a private database, plays a scripted batch through its JSON API,\n" +
			"prints the batch record, verifies it, and says what happened. NAME is one of the rehearsals that\n" +
			"this program brings, or a file of your own. The site and its records are marked as a rehearsal.",
		RunE: func(c *cobra.Command, names []string) error {
			if all {
				names = rehearsalNames()
			}
			if len(names) == 0 {
				return &usageError{"name a rehearsal, or say --all. There are: " + strings.Join(rehearsalNames(), ", ")}
			}
			return p.rehearse(c.Context(), names, out, quiet || all)
		},
	}
	c.Flags().StringVar(&out, "out", "rehearsals", "folder for the records")
	c.Flags().BoolVar(&all, "all", false, "every rehearsal, a line each")
	c.Flags().BoolVar(&quiet, "quiet", false, "a line a rehearsal, not a line an act")
	return c
}

func rehearsalNames() []string {
	files, err := fs.Glob(rehearsals, "rehearsals/*.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(filepath.Base(file), ".yaml")
	}
	return names
}

func findScript(name string) (*script, error) {
	if text, err := fs.ReadFile(rehearsals, "rehearsals/"+name+".yaml"); err == nil {
		return readScript(name, text)
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no rehearsal %q. There are: %s", name, strings.Join(rehearsalNames(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return readScript(name, text)
}

func (p *program) rehearse(ctx context.Context, names []string, out string, quiet bool) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	ground, err := openGround(ctx)
	if err != nil {
		return err
	}
	defer ground.close()
	failed := 0
	for _, name := range names {
		s, err := findScript(name)
		if err != nil {
			return err
		}
		tell := func(line string) { fmt.Fprintln(p.out, "  "+line) }
		if quiet {
			tell = func(string) {}
		} else {
			fmt.Fprintf(p.out, "%s: %s\n", s.Rehearsal, s.Title)
		}
		result, err := ground.rehearse(ctx, s, out, tell)
		if err != nil {
			failed++
			fmt.Fprintf(p.out, "FAILED  %-28s %v\n", s.Rehearsal, err)
			continue
		}
		fmt.Fprintf(p.out, "ok      %-28s %-22s %2d exceptions, %3d entries, %s\n", s.Rehearsal, result.status, result.exceptions, result.entries, result.record)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d rehearsals went another way than their scripts", failed, len(names))
	}
	return nil
}

// ground is a private database server in a temporary folder, with room for one
// throwaway site after another.
type ground struct {
	dir     string
	private *postgres.Private
	sites   int
}

func openGround(ctx context.Context) (*ground, error) {
	dir, err := os.MkdirTemp("", "countersign-rehearsal-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server's own account walks through
		return nil, err
	}
	private, err := postgres.StartPrivate(ctx, postgres.PrivateOptions{Dir: filepath.Join(dir, "postgres")})
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("start a throwaway database: %w", err)
	}
	return &ground{dir: dir, private: private}, nil
}

func (g *ground) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = g.private.Stop(ctx) // throwaway: a kill does no harm
	_ = os.RemoveAll(g.dir)
}

// database makes an empty database for the next site.
func (g *ground) database(ctx context.Context) (*database, string, error) {
	g.sites++
	name := fmt.Sprintf("rehearsal_%d", g.sites)
	super, err := postgres.Open(ctx, g.private.DSN(postgres.Administrator), postgres.Options{MaxConnections: 2})
	if err != nil {
		return nil, "", err
	}
	defer super.Close()
	if err := postgres.EnsureDatabase(ctx, super, name, g.private.Roles()); err != nil {
		return nil, "", err
	}
	dir := filepath.Join(g.dir, name)
	return &database{
		owner: g.private.DSNFor(postgres.Owner, name), runtime: g.private.DSNFor(postgres.Runtime, name), roles: g.private.Roles(),
	}, dir, os.MkdirAll(dir, 0o700)
}

// rehearsalConfig is a site that can never be taken for a real one.
func rehearsalConfig(dir string) (config.Config, error) {
	return pretendConfig(dir, "rehearsal", "Rehearsal Hospital", "Theatre 4, rehearsal")
}

func pretendConfig(dir, kind, name, unit string) (config.Config, error) {
	return config.Load(config.Source{Environ: []string{
		"COUNTERSIGN_SITE_ORIGIN=example." + kind, "COUNTERSIGN_SITE_KIND=" + kind,
		"COUNTERSIGN_SITE_NAME=" + name, "COUNTERSIGN_SITE_UNIT=" + unit,
		"COUNTERSIGN_SITE_ADDRESS=1 Example Road, Exampleton EX1 1EX",
		"COUNTERSIGN_SITE_CONTROL_SITE_NAME=Example Control Site",
		"COUNTERSIGN_SITE_CONTROL_SITE_ADDRESS=2 Example Road, Exampleton EX1 1EX",
		"COUNTERSIGN_SITE_CONTROL_SITE_LICENCE=MS 00000 (example)",
		"COUNTERSIGN_SIGN_IN_RATE=600",
		"COUNTERSIGN_DATA_DIR=" + dir,
	}})
}

// stage is a throwaway site with its people and one effective protocol.
type stage struct {
	house   *house
	company *company
	p       *protocol.Protocol
	server  net.Listener
	end     context.CancelFunc
	base    string
	key     string // verifier key of the site
}

// rehearsalPassword is what a rehearsal's people use; they guard nothing.
func rehearsalPassword(username string) string {
	return fmt.Sprintf("for rehearsals only, %x", username)
}

// set founds the site, opens it, and brings its people in.
func (g *ground) set(ctx context.Context, s *script, tell func(string)) (*stage, error) {
	d, dir, err := g.database(ctx)
	if err != nil {
		return nil, err
	}
	cfg, err := rehearsalConfig(dir)
	if err != nil {
		return nil, err
	}
	start := s.Starts.UTC()
	w := wiring{now: time.Now, log: slog.New(slog.DiscardHandler), durable: true}
	founding := w
	founding.now = func() time.Time { return start }
	founders, err := found(ctx, cfg, d, founding, founder{"ruth", "Ruth Adeyemi"}, founder{"priya", "Priya Nair"})
	if err != nil {
		return nil, fmt.Errorf("found the site: %w", err)
	}
	h, err := openHouse(ctx, cfg, d, w)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		h.close()
		return nil, err
	}
	serving, end := context.WithCancel(ctx)
	go func() { _ = serve(serving, listener, h.handler, cfg, w.log) }()
	st := &stage{house: h, server: listener, end: end, base: "http://" + listener.Addr().String()}
	if st.company, err = assemble(ctx, st.base, founders, rehearsalPassword, tell); err == nil {
		st.p, err = st.company.adoptExample(ctx, s.Protocol, start)
	}
	if err == nil {
		err = st.company.set(ctx, st.p, s.Site)
	}
	if err != nil {
		st.close()
		return nil, err
	}
	st.key = h.ledger.Verifier()
	return st, nil
}

func (st *stage) close() {
	st.end()
	st.house.close()
}

// adoptExample makes one of the example protocols effective.
func (c *company) adoptExample(ctx context.Context, name string, now time.Time) (*protocol.Protocol, error) {
	text, err := fs.ReadFile(protocol.Examples(), name+".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no example protocol %q", name)
	}
	return c.adopt(ctx, text, now)
}

// siteClock reads a site's clock, and the zone that its scripts are in.
func siteClock(ctx context.Context, base string) (time.Time, *time.Location, error) {
	var view api.SiteView
	if err := newClient(base, "", "").call(ctx, http.MethodGet, "/site", nil, &view); err != nil {
		return time.Time{}, nil, err
	}
	zone, err := time.LoadLocation(view.Zone)
	return view.Now, zone, err
}

type rehearsed struct {
	status     string
	exceptions int
	entries    int64
	record     string // file
}

// rehearse plays one script at a site of its own and judges what comes out.
func (g *ground) rehearse(ctx context.Context, s *script, out string, tell func(string)) (rehearsed, error) {
	st, err := g.set(ctx, s, tell)
	if err != nil {
		return rehearsed{}, err
	}
	defer st.close()
	pl, err := newPlayer(ctx, st.company, s, st.p, "R-2026-0001", tell)
	if err != nil {
		return rehearsed{}, err
	}
	view, err := pl.play(ctx)
	if err != nil {
		return rehearsed{}, err
	}
	if err := pl.judge(view); err != nil {
		return rehearsed{}, err
	}
	result := rehearsed{
		status: view.Status, exceptions: len(view.Exceptions), entries: view.Version,
		record: filepath.Join(out, s.Rehearsal+".pdf"),
	}
	var pdf []byte
	if err := st.company.members["priya"].call(ctx, http.MethodGet, "/batches/"+url.PathEscape(pl.batch)+"/record.pdf", nil, &pdf); err != nil {
		return result, fmt.Errorf("print the record: %w", err)
	}
	if err := writeFile(result.record, pdf, 0o644); err != nil {
		return result, err
	}
	if err := writeFile(filepath.Join(out, s.Rehearsal+".vkey"), []byte(st.key+"\n"), 0o644); err != nil {
		return result, err
	}
	verdict, err := reports.Verify(pdf, st.key, reports.AllowRehearsal())
	if err != nil {
		return result, fmt.Errorf("the record does not verify: %w", err)
	}
	if verdict.Exit() != 0 {
		return result, fmt.Errorf("the record verifies with a doubt: %s", strings.Join(verdict.Unchecked, "; "))
	}
	if strict, _ := reports.Verify(pdf, st.key); strict.Exit() == 0 {
		return result, errors.New("the rehearsal's record passes for a real one")
	}
	report, err := st.house.ledger.Verify(ctx, func(int64, int64) {})
	if err != nil || report.First != nil {
		return result, fmt.Errorf("the log does not verify: %w", errors.Join(err, asError(report.First)))
	}
	tell("The record verifies under the site's key, and the whole log holds.")
	return result, nil
}
