package register

import (
	"fmt"
	"strings"
	"time"
)

// Lines say what a product is, for who signs an act on it.
func (p *Product) Lines(zone *time.Location) []string {
	lines := []string{fmt.Sprintf("Product %s: %s, %s; %s.", p.Code, p.Name, p.Supply, p.Activity)}
	switch d := p.Designation; {
	case d == nil:
		lines = append(lines, "It has no designation.")
	case d.Ended != "":
		lines = append(lines, fmt.Sprintf("Its designation %s counts no longer: %s.", d.Reference, d.Ended))
	default:
		lines = append(lines, fmt.Sprintf("Designated as %s by %s of %s, for %s.", d.Mode, d.Reference, d.Date, d.Indication))
		for i, assumption := range d.Assumptions {
			lines = append(lines, fmt.Sprintf("It rests on (%d): %s.", i+1, assumption))
		}
	}
	for _, scope := range p.Scopes {
		lines = append(lines, fmt.Sprintf("%s, %s, licence %s: %s.", scope.Form, scope.Mode, scope.Licence, scope.Status))
	}
	for _, c := range p.Certifiers {
		lines = append(lines, fmt.Sprintf("Named on licence %s to certify: %s (%s), %s, registration %s, by %s.", c.Licence, c.Title, c.Username, c.Capacity, c.Registration, c.Document))
	}
	for _, file := range p.Files {
		line := fmt.Sprintf("Master file %s, version %s, from %s, for %s", file.Document, file.Version, shown(file.From, zone), unitsNamed(file.Units))
		if file.Gone != "" {
			line += "; withdrawn: " + file.Gone
		}
		lines = append(lines, line+".")
	}
	for _, change := range p.Questioned() {
		lines = append(lines, fmt.Sprintf("WARNING: change request %s (%s) touches %s and is not assessed.", change.Reference, change.Title, numbered(change.Touches)))
	}
	return lines
}

// Lines say what a unit is and how it stands, for who signs an act on it.
func (u *Unit) Lines(zone *time.Location) []string {
	lines := []string{fmt.Sprintf("Unit %s: %s, known by %s, at %s, %s; %s.", u.ID, u.Title, u.Marking, u.Place, u.Mode, u.Status)}
	for _, evidence := range u.Evidence {
		lines = append(lines, fmt.Sprintf("Evidence, %s: %s, entered by %s, %s.", evidence.What, evidence.Document, evidence.Name, shown(evidence.At, zone)))
	}
	for _, what := range u.Missing() {
		lines = append(lines, fmt.Sprintf("Evidence missing: %s.", what))
	}
	for _, stop := range u.Stops {
		if stop.Lifted == nil {
			lines = append(lines, fmt.Sprintf("It is %s since %s: %s. Open batches: %s.", stop.Kind, shown(stop.At, zone), stop.Reason, strings.TrimSuffix(stop.Effect, ".")))
		}
	}
	return lines
}
