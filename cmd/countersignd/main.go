// Countersignd runs a site: it founds it, serves the bedside terminal, the
// release desk and the JSON API, and rehearses whole batches. It is the only
// reader of the clock.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"countersign/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// program is what every command of countersignd works with.
type program struct {
	environ  []string
	out, err io.Writer
	file     string // the configuration file
}

// run is the whole program: 0 when all went well, 1 when not, 2 when it was
// called wrongly.
func run(ctx context.Context, args, environ []string, out, errs io.Writer) int {
	p := &program{environ: environ, out: out, err: errs}
	root := &cobra.Command{
		Use: "countersignd", Short: "Run a point-of-care manufacturing site",
		SilenceUsage: true, SilenceErrors: true, Version: version, CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	root.AddCommand(p.initCommand(), p.serveCommand(), p.configCommand(), p.migrateCommand(), p.verifyCommand(),
		p.rehearseCommand(), p.demoCommand())
	err := root.ExecuteContext(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown "):
		fmt.Fprintf(errs, "countersignd: %v\n", err)
		return 2
	default:
		fmt.Fprintf(errs, "countersignd: %v\n", err)
		return 1
	}
}

// usageError is a call that nobody can carry out.
type usageError struct{ sentence string }

func (u *usageError) Error() string { return u.sentence }

// configured adds the configuration's flags to a command that needs it.
func (p *program) configured(c *cobra.Command, do func(ctx context.Context, cfg config.Config) error) *cobra.Command {
	c.Flags().StringVar(&p.file, "config", "", "configuration file (YAML)")
	config.AddFlags(c.Flags())
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := config.Load(config.Source{File: p.file, Environ: p.environ, Flags: c.Flags()})
		if err != nil {
			return err
		}
		return do(c.Context(), cfg)
	}
	return c
}

// logger writes operational events; nothing about a patient is ever in them.
func (p *program) logger(cfg config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(p.err, options))
	}
	return slog.New(slog.NewTextHandler(p.err, options))
}

func (p *program) configCommand() *cobra.Command {
	var example bool
	c := p.configured(&cobra.Command{Use: "config", Short: "Print the configuration in force, without its secrets"},
		func(_ context.Context, cfg config.Config) error {
			fmt.Fprint(p.out, cfg.Redacted())
			return nil
		})
	load := c.RunE
	c.Flags().BoolVar(&example, "example", false, "print an example file with every field and its meaning")
	c.RunE = func(c *cobra.Command, args []string) error {
		if example {
			fmt.Fprint(p.out, config.Example())
			return nil
		}
		return load(c, args)
	}
	return c
}

func (p *program) migrateCommand() *cobra.Command {
	return p.configured(&cobra.Command{Use: "migrate", Short: "Bring the database's schema forward"},
		func(ctx context.Context, cfg config.Config) error {
			d, err := openDatabase(ctx, cfg, p.logger(cfg))
			if err != nil {
				return err
			}
			defer d.stop()
			if err := d.migrate(ctx); err != nil {
				return err
			}
			fmt.Fprintln(p.out, "The schema is the one that this program works with.")
			return nil
		})
}

func (p *program) initCommand() *cobra.Command {
	var administrator, lead string
	c := p.configured(&cobra.Command{
		Use: "init", Short: "Found a site: its log, its key and its first two people",
		Long: "Founds a site, once. The first administrator and the first quality lead are both present:\n" +
			"each gets a one-time password, chooses their own, and neither can do the other's work.",
	}, func(ctx context.Context, cfg config.Config) error {
		first, err := readFounder("administrator", administrator)
		if err != nil {
			return err
		}
		second, err := readFounder("quality-lead", lead)
		if err != nil {
			return err
		}
		if err := siteOf(cfg).Check(); err != nil {
			return err
		}
		d, err := openDatabase(ctx, cfg, p.logger(cfg))
		if err != nil {
			return err
		}
		defer d.stop()
		passwords, err := found(ctx, cfg, d, wiring{now: time.Now, log: p.logger(cfg), durable: true}, first, second)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s is founded. Its log is %s.\n\n", cfg.Site.Name, cfg.Site.Origin)
		for _, f := range []founder{first, second} {
			fmt.Fprintf(p.out, "  %-24s sign in as %-12s one-time password %s\n", f.name, f.username, passwords[f.username])
		}
		fmt.Fprintf(p.out, "\nThe site's public key is in %s: give it to whoever is to check records.\n", filepath.Join(cfg.DataDir, verifierFile))
		fmt.Fprintln(p.out, "Next: countersignd serve")
		return nil
	})
	c.Flags().StringVar(&administrator, "administrator", "", `first site administrator, as "username:Printed Name"`)
	c.Flags().StringVar(&lead, "quality-lead", "", `first quality lead, as "username:Printed Name"`)
	return c
}

func readFounder(flag, text string) (founder, error) {
	username, name, ok := strings.Cut(text, ":")
	if !ok || strings.TrimSpace(username) == "" || strings.TrimSpace(name) == "" {
		return founder{}, &usageError{fmt.Sprintf("--%s is needed, as \"username:Printed Name\": a site is founded by two people", flag)}
	}
	return founder{strings.TrimSpace(username), strings.TrimSpace(name)}, nil
}

func (p *program) verifyCommand() *cobra.Command {
	return p.configured(&cobra.Command{Use: "verify-log", Short: "Check the whole log: every entry, hash, signature, opening and checkpoint"},
		func(ctx context.Context, cfg config.Config) error {
			d, err := openDatabase(ctx, cfg, p.logger(cfg))
			if err != nil {
				return err
			}
			defer d.stop()
			h, err := openLog(ctx, cfg, d, wiring{now: time.Now, log: p.logger(cfg), durable: true})
			if err != nil {
				return err
			}
			defer h.close()
			report, err := h.ledger.Verify(ctx, func(done, total int64) {
				fmt.Fprintf(p.err, "\r%d of %d entries", done, total)
			})
			fmt.Fprintln(p.err)
			if report.First != nil {
				return fmt.Errorf("the log does not hold: %w", report.First)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "The log holds: %d entries, %d signatures, %d openings.\n", report.Entries, report.Signatures, report.Openings)
			return nil
		})
}
