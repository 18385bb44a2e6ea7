package main

import (
	"strings"

	"countersign/config"
	"countersign/web/site"
)

// scannersOf says what the site's scanners send, as it is configured.
func scannersOf(c config.Scanner) site.Scanners {
	return site.Scanners{
		Separators: strings.Fields(c.Separators), SeparatorsSent: c.SeparatorsSent == "yes",
		Identified: c.Identifiers == "always", Unidentified: c.Identifiers == "never",
	}
}
