package web

import (
	"strings"

	"countersign/batch"
)

// certifyView is what a certifier reads before the sheet, and says: where they
// are (REL-03, REL-08).
type certifyView struct {
	Lines []string
	Where []choice
}

func certifyOf(lines []string, f form) *certifyView {
	if f["act"] != "certify" {
		f = form{}
	}
	v := &certifyView{Lines: lines}
	for _, where := range batch.Wheres() {
		v.Where = append(v.Where, choice{Value: string(where), Text: string(where), Chosen: f["where"] == string(where)})
	}
	return v
}

// certify reads the form of a certificate.
func (f form) certify() batch.Certify {
	c := batch.Certify{Statement: strings.TrimSpace(f["statement"]), Place: strings.TrimSpace(f["place"]), Where: batch.Where(f["where"])}
	if c.Where == batch.Remotely { // what is beside the choice counts for it alone
		c.Country, c.Offset = strings.TrimSpace(f["country"]), strings.TrimSpace(f["offset"])
	}
	return c
}

// certifyForm gives back what was typed.
func certifyForm(c batch.Certify) form {
	return form{"act": "certify", "statement": c.Statement, "place": c.Place, "where": string(c.Where), "country": c.Country, "offset": c.Offset}
}
