package register

import (
	"fmt"
	"strings"
	"time"
)

// detailed is an event that says more than its words hold: whoever signs it
// reads all of it. What is sealed is not among it, for a signature keeps its
// lines in clear.
type detailed interface {
	details(b *Books, zone *time.Location) []string
}

func (e LotReceived) details(b *Books, zone *time.Location) []string {
	until := "It has no expiry."
	if at, err := time.Parse(time.RFC3339, e.Expiry); err == nil {
		until = fmt.Sprintf("May be used until %s.", shown(at, zone))
	}
	lines := []string{
		fmt.Sprintf("%s: the code of its label is %s.", b.materials[e.Material].Title, Visible(e.Code)), until,
		fmt.Sprintf("From %s, by %s.", said(e.Supplier), e.Document),
	}
	if e.Serial != "" {
		lines = append(lines, "Serial number: "+e.Serial+".")
	}
	if e.Donation != "" {
		lines = append(lines, "Donation: "+Visible(e.Donation)+".")
	}
	return lines
}

func (e MaterialListed) details(*Books, *time.Location) []string {
	limit := func(span string) string {
		if span == "" {
			return "its expiry only"
		}
		return "its expiry, and no more than " + span
	}
	return []string{
		fmt.Sprintf("It is counted in %s; its packs carry the item codes: %s.", unitName(e.Unit), said(strings.Join(e.Codes, ", "))),
		fmt.Sprintf("Once opened it may be used until %s; once thawed until %s.", limit(e.Opened), limit(e.Thawed)),
		"Storage: " + said(e.Storage) + ".",
	}
}

func (e EquipmentListed) details(*Books, *time.Location) []string {
	return []string{
		fmt.Sprintf("The code of its label is %s.", Visible(e.Code)),
		fmt.Sprintf("Model %s, serial number %s, software %s, at %s.", said(e.Model), said(e.Serial), said(e.Firmware), said(e.Place)),
	}
}

func (e EquipmentCleaned) details(*Books, *time.Location) []string {
	return []string{"By: " + said(e.Document) + "."}
}

// Visible writes a code so that every character of it can be seen: a separator
// of GS1 is not.
func Visible(code string) string {
	return strings.ReplaceAll(code, string(rune(groupSeparator)), "<GS>")
}

// Label is a scanned code as the registers hold it and batches ask for it:
// without blanks around it and without the symbology identifier that some
// scanners send in front (ISO/IEC 15424), so that one label is one code.
func Label(raw string) string {
	code := strings.TrimSpace(raw)
	if len(code) > 3 && code[0] == ']' {
		code = code[3:]
	}
	return code
}
