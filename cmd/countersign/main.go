// Countersign is the regulator's and the author's tool: it verifies a batch
// record or a printed protocol offline; it checks protocols, lays them out,
// runs and prints them, and says what changed between two versions of one. It links no database and needs no
// network.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"countersign/protocol"
	"countersign/reports"
)

const version = "0.1.0"

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes. A record that agrees with itself, but that nobody can vouch for
// from the file alone, is neither accepted nor refused.
const (
	exitHolds   = 0
	exitRefused = 1
	exitUsage   = 2
)

// exit ends the program with a code after everything was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// run is the whole program.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	root := &cobra.Command{
		Use: "countersign", Short: "Verify batch records, check and compare protocols, offline",
		SilenceUsage: true, SilenceErrors: true, Version: version, CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	root.AddCommand(verifyCommand(out), checkCommand(out), diffCommand(out), simulateCommand(out), printCommand(out), fmtCommand(out, errs), schemaCommand(out))
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return exitHolds
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintf(errs, "countersign: %v\n", err)
		return exitUsage
	}
}

func verifyCommand(out io.Writer) *cobra.Command {
	var key string
	var rehearsal bool
	c := &cobra.Command{
		Use: "verify RECORD.pdf", Short: "Verify a batch record or a printed protocol offline", Args: cobra.ExactArgs(1),
		Long: "Verifies a PDF batch record: the data inside it, every proof and signature, every decision anew,\n" +
			"and the pages against the data; or, in the same way, a protocol that a site printed. Give the site's key as the control site publishes it; without it\n" +
			"nobody can tell from the file alone whose record it is.\n\n" +
			"Exit 0: everything holds under the given key. 1: the record is refused. 2: wrong call.\n" +
			"3: everything agrees, but something could not be vouched for; it is named.",
		RunE: func(_ *cobra.Command, args []string) error {
			pdf, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			known, err := readKey(key)
			if err != nil {
				return err
			}
			var options []reports.Option
			if rehearsal {
				options = append(options, reports.AllowRehearsal())
			}
			verdict, _ := reports.Verify(pdf, known, options...) // the verdict says why
			if _, err := verdict.WriteTo(out); err != nil {
				return err
			}
			if code := verdict.Exit(); code != exitHolds {
				return exit(code)
			}
			return nil
		},
	}
	c.Flags().StringVar(&key, "site-key", "", "the site's verifier key, or a file that holds it")
	c.Flags().BoolVar(&rehearsal, "rehearsal", false, "accept the record of a rehearsal or training site as one")
	return c
}

// readKey takes the file of that name where there is one, or the text as the
// key itself.
func readKey(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	content, err := os.ReadFile(text)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(text, "+"):
		return text, nil
	case err != nil:
		return "", fmt.Errorf("read the site's key: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

func checkCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "check PROTOCOL.yaml…", Short: "Check protocols as a compiler would", Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			faults := 0
			for _, name := range files {
				text, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				checked, problems := protocol.Parse(name, text)
				for _, problem := range problems {
					fmt.Fprintln(out, problem)
				}
				if faults += len(problems); len(problems) == 0 {
					fmt.Fprintf(out, "%s: %s, no fault found, %s\n", name, checked.ID(), checked.WaysText())
				}
			}
			if faults > 0 {
				fmt.Fprintf(out, "%d faults\n", faults)
				return exit(exitRefused)
			}
			return nil
		},
	}
}
