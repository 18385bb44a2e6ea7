package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"countersign/reports"
)

func printCommand(out io.Writer) *cobra.Command {
	var into string
	c := &cobra.Command{
		Use: "print PROTOCOL.yaml -o PROTOCOL.pdf", Short: "Print a protocol's text as a PDF, marked as not approved", Args: cobra.ExactArgs(1),
		Long: "Prints a protocol as its site will: everything in words, the flow picture, and the exact text, attached too. A file\n" +
			"knows nothing of signatures, so that every page says that the text is not approved; a site prints it with them.\n" +
			"The same text gives the same bytes.\n\n" +
			"Exit 0: it was printed. 2: wrong call, or the protocol has faults.",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := readProtocol(out, args[0])
			if err != nil {
				return err
			}
			pdf, err := reports.PrintProtocol(p, version)
			if err != nil {
				return err
			}
			if err := os.WriteFile(into, pdf, 0o644); err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "%s: %s, %s\n", into, p.ID(), p.Title)
			return err
		},
	}
	c.Flags().StringVarP(&into, "output", "o", "", "the PDF file to write")
	if err := c.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag stands a line above
	}
	return c
}
