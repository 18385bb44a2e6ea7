package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"countersign/register/scan"
	"countersign/web/site"
)

// scannerView shows what a scan was read as: every byte, every field in words,
// and what somebody should look at (MAT-03). Nothing of it is kept.
type scannerView struct {
	Tried    bool
	Raw      string // every byte made visible
	Kind     string // what the code names, in words
	Symbol   string
	Elements []field
	Facts    []field
	Refused  string
	Warnings []string
	Sent     []field // what the site has set
}

// scannerPage tries a scanner. A code comes by POST, so that a wristband stands
// in no address and no log; nothing is done, so the page answers itself.
func (s *Server) scannerPage(w http.ResponseWriter, r *http.Request, v visit) error {
	view := scannerView{Sent: sentWords(s.svc.Scanners())}
	if raw := v.form["raw"]; r.Method == http.MethodPost {
		view.try(raw, s.svc.ScanSettings(), s.svc.Scanners())
	}
	return s.render(w, r, v, http.StatusOK, "scanner", page{Title: "Try a scanner", View: view, Back: &link{Text: "Equipment", To: "/equipment"}})
}

// try reads a code as the bedside would.
func (v *scannerView) try(raw string, settings scan.Settings, scanners site.Scanners) {
	v.Tried, v.Raw = true, scan.Spelled(raw)
	settings.NamesAsTyped = true
	found, err := scan.Read(raw, settings)
	var refused *scan.Refusal
	switch {
	case errors.As(err, &refused):
		v.Refused = refused.Sentence
	case err != nil:
		v.Refused = "The settings of this site's scanners do not hold together. The administrator looks at the configuration."
	default:
		v.read(found)
	}
	if len(found.Elements) == 0 {
		for _, candidate := range scan.Suspects(raw, settings) {
			v.Warnings = append(v.Warnings, fmt.Sprintf("It would read whole if “%s” stood for FNC1, the separator. If this scanner sends that for it, the administrator sets scanner.separators, or sets the scanner to send GS.", candidate))
		}
	}
	identified := scan.Identified(raw)
	if scanners.Identified && !identified {
		v.Warnings = append(v.Warnings, "No symbology identifier, such as ]d2, stands in front, and the site has recorded that every scanner sends one: this was typed, or this scanner is set up otherwise. The bedside would refuse it.")
	}
	if scanners.Unidentified && identified {
		v.Warnings = append(v.Warnings, "A symbology identifier stands in front, and the site has recorded that no scanner sends one.")
	}
	if strings.ContainsAny(raw, "\t") {
		v.Warnings = append(v.Warnings, "The scanner sends a tab. It should end a code with Enter.")
	}
}

// read tells what was read.
func (v *scannerView) read(found scan.Scan) {
	v.Kind, v.Symbol = string(found.Kind), scan.Symbol(found.Symbology)
	personal := found.Kind == scan.Patient || found.Kind == scan.Staff
	for _, e := range found.Elements {
		value := e.Value
		if personal {
			value = fmt.Sprintf("%d characters, not shown: they are somebody's", len(value))
		}
		v.Elements = append(v.Elements, field{fmt.Sprintf("(%s) %s", e.AI, scan.Named(e.AI)), value})
	}
	for i, s := range found.Structures {
		v.Elements = append(v.Elements, field{fmt.Sprintf("ISBT 128 structure %d", i+1), fmt.Sprint(s)})
	}
	v.Facts = readWords(found)
	for _, note := range found.Notes {
		v.Warnings = append(v.Warnings, note.Sentence)
	}
	if found.Kind == scan.Plain && len(found.MayBe) > 0 {
		v.Warnings = append(v.Warnings, "It is a plain code that could be a patient's number. By chance, so is one in eleven of all numbers of ten digits.")
	}
}

// readWords say what a code means, without anybody's particulars.
func readWords(found scan.Scan) []field {
	all := []field{
		{"Product", found.Item.GTIN},
		{"Lot", found.Item.Lot},
		{"Serial number", found.Item.Serial},
		{"Made", found.Item.Made.String()},
		{"Expiry", found.Item.Expiry.String()},
		{"Donation", found.Donation.Number},
		{"Chain of identity", found.Identity},
		{"Equipment", found.Asset},
		{"Logistic unit", found.Unit},
		{"Location", found.Location},
		{"Plain code", found.Text},
	}
	if found.Kind == scan.Patient {
		all = append(all, field{"Patient's number", "none that is an NHS number"})
		if found.Wristband.Number.Digits != "" {
			all[len(all)-1].Value = "an NHS number, its check digits hold"
		}
		for _, part := range []struct{ name, value string }{
			{"Names", found.Wristband.Family + found.Wristband.FullName},
			{"Date of birth", found.Wristband.Born.String()},
			{"Hospital's own identifier", found.Wristband.LocalID},
		} {
			if part.value != "" {
				all = append(all, field{part.name, "read"})
			}
		}
	}
	if found.Kind == scan.Plain && len(found.MayBe) > 0 {
		for i := range all {
			if all[i].Name == "Plain code" {
				all[i].Value = "not shown: it could be a patient's number"
			}
		}
	}
	kept := all[:0]
	for _, one := range all {
		if one.Value != "" {
			kept = append(kept, one)
		}
	}
	return kept
}

// sentWords tell what the site has set of its scanners.
func sentWords(s site.Scanners) []field {
	separators := "GS only"
	if len(s.Separators) > 0 {
		separators = "GS, and " + strings.Join(s.Separators, " and ")
	}
	shown := "not shown of every scanner: a code that could have lost a separator is refused"
	if s.SeparatorsSent {
		shown = "shown of every scanner: a field runs to the next separator"
	}
	identifiers := "not known: nothing is asked"
	switch {
	case s.Identified:
		identifiers = "always: a bedside scan without one is refused as typed"
	case s.Unidentified:
		identifiers = "never"
	}
	return []field{{"FNC1 is sent as", separators}, {"Separators are sent", shown}, {"Symbology identifiers are sent", identifiers}}
}
