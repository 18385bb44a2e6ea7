package main

import (
	"cmp"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"countersign/protocol"
)

// exitChanged is what diff answers for two versions that differ, as diff(1) does.
const exitChanged = 1

func diffCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "diff OLD.yaml NEW.yaml", Short: "Say in words what changed between two versions of a protocol", Args: cobra.ExactArgs(2),
		Long: "Says what changed between two versions of a protocol: first in words, limits before people, people\n" +
			"before materials, then the lines of the texts.\n\n" +
			"Exit 0: nothing changed. 1: something changed. 2: wrong call, or a file that is no sound protocol;\n" +
			"its problems are shown.",
		RunE: func(_ *cobra.Command, files []string) error {
			old, errOld := readProtocol(out, files[0])
			changed, errNew := readProtocol(out, files[1])
			if err := cmp.Or(errOld, errNew); err != nil {
				return err
			}
			changes := protocol.Diff(old, changed)
			protocol.WriteDiff(out, changes)
			if len(changes) == 0 {
				return nil
			}
			if old.ID() == changed.ID() {
				fmt.Fprintf(out, "\nBoth texts call themselves %s. A changed text needs a new version.\n", changed.ID())
			}
			fmt.Fprintln(out, "\nThe lines of the texts")
			protocol.WriteLines(out, files[0], files[1], old.Text, changed.Text)
			return exit(exitChanged)
		},
	}
}

// readProtocol reads a protocol that is sound; otherwise it says what is wrong
// with it.
func readProtocol(out io.Writer, name string) (*protocol.Protocol, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	checked, problems := protocol.Parse(name, text)
	if len(problems) == 0 {
		return checked, nil
	}
	for _, problem := range problems {
		fmt.Fprintln(out, problem)
	}
	return nil, exit(exitUsage)
}
