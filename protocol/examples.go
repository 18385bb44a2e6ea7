package protocol

import (
	"embed"
	"io/fs"
)

//go:embed examples/*.yaml
var examples embed.FS

// Examples gives the example protocols, as in "aso-intrathecal.yaml". Each
// is marked as not for use in patients.
func Examples() fs.FS {
	sub, err := fs.Sub(examples, "examples")
	if err != nil {
		return examples // the folder is embedded, so this cannot be
	}
	return sub
}
