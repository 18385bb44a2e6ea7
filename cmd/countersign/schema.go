package main

import (
	"io"

	"github.com/spf13/cobra"

	"countersign/protocol"
)

// schemaCommand prints what docs/protocol.schema.json holds, so that an author
// who has the program alone can set up an editor.
func schemaCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the protocol language's JSON Schema, for editors", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := out.Write(protocol.Schema())
			return err
		},
	}
}
