package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"countersign/config"
	"countersign/protocol"
)

//go:embed demo/*.yaml
var demoScripts embed.FS

// Files of the demo's folder, beside the site's own.
const (
	readyFile  = "ready"
	peopleFile = "people.txt"
)

func (p *program) demoCommand() *cobra.Command {
	var dir, listen string
	var reset bool
	c := &cobra.Command{
		Use: "demo", Short: "Prepare and serve an example site with people, protocols and two batches", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.demo(c.Context(), dir, listen, reset) },
	}
	c.Flags().StringVar(&dir, "dir", "demo", "folder of the example site")
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8440", "address to serve at")
	c.Flags().BoolVar(&reset, "reset", false, "throw the example site away and start afresh")
	return c
}

func (p *program) demo(ctx context.Context, dir, listen string, reset bool) error {
	dir, err := demoFolder(dir)
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(dir, readyFile))
	switch unfinished := errors.Is(err, fs.ErrNotExist); {
	case err != nil && !unfinished:
		return err
	case reset || unfinished:
		// Only what this command made is removed, and never a ready site unasked.
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("clear %s: %w", dir, err)
		}
		reset = true
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cfg, err := pretendConfig(dir, "training", "Example Hospital", "Day ward 4")
	if err != nil {
		return err
	}
	cfg.Listen, cfg.PublicURL = listen, "http://"+listen
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("the address %s cannot be served at: %w. Is another demo running? Choose another address: make demo LISTEN=127.0.0.1:8441, or --listen", listen, err)
	}
	defer listener.Close()
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	fmt.Fprintln(p.out, "Starting a private PostgreSQL in "+dir)
	d, err := openDatabase(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer d.stop()
	w := wiring{now: time.Now, log: log, durable: true}
	var founders map[string]string
	if reset {
		if founders, err = found(ctx, cfg, d, w, founder{"ruth", "Ruth Adeyemi"}, founder{"priya", "Priya Nair"}); err != nil {
			return err
		}
	}
	h, err := openHouse(ctx, cfg, d, w)
	if err != nil {
		return err
	}
	defer h.close()
	serving, end := context.WithCancel(ctx)
	defer end()
	served := make(chan error, 1)
	go func() { served <- serve(serving, listener, h.handler, cfg, log) }()
	if reset {
		err := prepareDemo(ctx, h, dir, cfg, founders, func(line string) { fmt.Fprintln(p.out, "  "+line) })
		if err != nil {
			end()
			return errors.Join(<-served, fmt.Errorf("prepare the example site: %w", err))
		}
	}
	people, err := os.ReadFile(filepath.Join(dir, peopleFile))
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nThe example site is open at %s\n\n%s\nStop it with Ctrl-C; start it again with the same command and it goes on where it was.\n", cfg.PublicURL, people)
	return <-served
}

// demoFolder gives a folder that a private PostgreSQL can live in. A daemon
// that runs as root hands its server to another account, which cannot walk
// into root's home.
func demoFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil || os.Geteuid() != 0 {
		return dir, err
	}
	for at := filepath.Dir(dir); at != filepath.Dir(at); at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && info.Mode().Perm()&0o001 == 0 {
			return "/var/lib/countersign-demo", nil
		}
	}
	return dir, nil
}

// prepareDemo brings in people and protocols, makes one batch whole and
// another half, and hands the people over with one-time passwords.
func prepareDemo(ctx context.Context, h *house, dir string, cfg config.Config, founders map[string]string, tell func(string)) error {
	passwords := map[string]string{}
	company, err := assemble(ctx, cfg.PublicURL, founders, func(username string) string {
		passwords[username] = key() // known to nobody, and replaced below
		return passwords[username]
	}, tell)
	if err != nil {
		return err
	}
	effective := map[string]*protocol.Protocol{}
	for _, name := range []string{"redcell-tc99m", "aso-intrathecal"} {
		p, err := company.adoptExample(ctx, name, h.site.Now())
		if err != nil {
			return err
		}
		if err := company.set(ctx, p, demoSite(name)); err != nil {
			return err
		}
		effective[name] = p
		tell(p.ID() + " is reviewed, approved by a third person, effective, and acknowledged by everybody in it")
	}
	for i, name := range demoBatches() {
		text, err := fs.ReadFile(demoScripts, "demo/"+name+".yaml")
		if err != nil {
			return err
		}
		s, err := readScript(name, text)
		if err != nil {
			return err
		}
		if err := demoBatch(ctx, h, company, s, effective[s.Protocol], demoID(h, i), tell); err != nil {
			return err
		}
	}
	var list strings.Builder
	table := tabwriter.NewWriter(&list, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "Sign in as\tone-time password\twho it is")
	for _, m := range cast() {
		oneTime, err := h.site.RetirePassword(ctx, m.username, passwords[m.username])
		if err != nil {
			return fmt.Errorf("hand over %s: %w", m.username, err)
		}
		fmt.Fprintf(table, "%s\t%s\t%s, %s\n", m.username, oneTime, m.name, m.roles[0])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(&list, "\nThe wristbands and labels to scan, to be printed or shown on another screen:")
	for i := range demoBatches() {
		id := demoID(h, i)
		fmt.Fprintf(&list, "  %[1]s/batches/%[2]s/wristband.pdf\n  %[1]s/batches/%[2]s/labels\n", cfg.PublicURL, id)
	}
	fmt.Fprintf(&list, "\nEach password works once, to choose your own. This is a training site: its clock runs %s ahead, and can be moved.\n",
		protocol.ShowDuration(time.Until(h.site.Now()).Round(time.Minute)))
	if err := writeFile(filepath.Join(dir, peopleFile), []byte(list.String()), 0o600); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, readyFile), []byte("prepared by countersignd "+version+"\n"), 0o644)
}

// demoBatches are the scripts of the example site's batches, and demoID the
// number that each has.
func demoBatches() []string { return []string{"given", "running"} }

func demoID(h *house, i int) string { return fmt.Sprintf("B-%d-%04d", h.site.Now().Year(), i+1) }

// demoSite is what the example site sets for a protocol that leaves it
// something to set.
func demoSite(name string) map[string]string {
	if name == "redcell-tc99m" {
		return map[string]string{"transfer": "2", "duty call": "020 7946 0077"}
	}
	return nil
}

// demoBatch plays a script from this moment on.
func demoBatch(ctx context.Context, h *house, c *company, s *script, p *protocol.Protocol, id string, tell func(string)) error {
	pl, err := newPlayer(ctx, c, s, p, id, func(string) {})
	if err != nil {
		return err
	}
	pl.start = h.site.Now().Add(time.Second - s.lines[0].at)
	view, err := pl.play(ctx)
	if err != nil {
		return err
	}
	if err := pl.judge(view); err != nil {
		return err
	}
	tell(fmt.Sprintf("batch %s of %s is %s", id, s.Protocol, view.Status))
	return nil
}
