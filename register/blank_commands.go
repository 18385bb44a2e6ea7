package register

import (
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// BlankFacts is what stands beside an act on a blank: the text that it is
// printed from and how many pages that takes, and whether the scan that its end
// names is kept.
type BlankFacts struct {
	Digest    audit.Hash
	Effective bool
	Pages     int
	Kept      bool
}

// PrintBlank prints a numbered blank from the effective version of a protocol.
// Year is that of its number, in site time.
type PrintBlank struct {
	Year      int    `json:"year"`
	Protocol  string `json:"protocol"`
	Version   int    `json:"version"`
	Reference string `json:"reference"`
	Reason    string `json:"reason"`
}

// BindBlank says for which batch a blank is used.
type BindBlank struct {
	Blank string `json:"blank"`
	Batch string `json:"batch"`
}

// FinishBlank says that everything on a blank is entered, and names the scan of
// its sheets.
type FinishBlank struct {
	Blank  string `json:"blank"`
	File   string `json:"file"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	Pages  int    `json:"pages"`
}

// CheckBlank says that a second person compared every entry with the sheets and
// the scan with them.
type CheckBlank struct {
	Blank string `json:"blank"`
}

// EndBlank accounts for a blank that nothing was transcribed from.
type EndBlank struct {
	Blank   string `json:"blank"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// WitnessBlank says that somebody else saw a blank destroyed.
type WitnessBlank struct {
	Blank string `json:"blank"`
}

// Name is the written name of the command.
func (PrintBlank) Name() string   { return "print blank" }
func (BindBlank) Name() string    { return "use blank" }
func (FinishBlank) Name() string  { return "finish blank" }
func (CheckBlank) Name() string   { return "check blank" }
func (EndBlank) Name() string     { return "end blank" }
func (WitnessBlank) Name() string { return "witness blank" }

// Signs says who may sign, as what.
func (PrintBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// Signs says who may sign, as what.
func (BindBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// Signs says who may sign, as what.
func (FinishBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// Signs says who may sign, as what.
func (CheckBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// Signs says who may sign, as what.
func (EndBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// Signs says who may sign, as what.
func (WitnessBlank) Signs() (identity.Meaning, []identity.Role) { return identity.Verified, handlers() }

// stream: a new blank gets the site's next number.
func (c PrintBlank) stream(b *Books) audit.StreamID { return BlankStream(b.BlankNumber(c.Year)) }
func (c BindBlank) stream(*Books) audit.StreamID    { return BlankStream(c.Blank) }
func (c FinishBlank) stream(*Books) audit.StreamID  { return BlankStream(c.Blank) }
func (c CheckBlank) stream(*Books) audit.StreamID   { return BlankStream(c.Blank) }
func (c EndBlank) stream(*Books) audit.StreamID     { return BlankStream(c.Blank) }
func (c WitnessBlank) stream(*Books) audit.StreamID { return BlankStream(c.Blank) }

func (c PrintBlank) event(_ *Books, f Facts) (Event, *Refusal) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	switch {
	case f.Blank == nil:
		return nil, refuse("no_such_protocol", "There is no protocol %s, version %d, here.", c.Protocol, c.Version)
	case !f.Blank.Effective:
		return nil, refuse("not_effective", "Version %d of %s is not the effective one. A blank is printed from the effective version alone.", c.Version, c.Protocol)
	case c.Year != f.Now.In(zone).Year():
		return nil, refuse("blank_year", "The year of the number is over. Open the page again.")
	}
	return BlankPrinted{
		Protocol: c.Protocol, Version: c.Version, Digest: f.Blank.Digest, Pages: f.Blank.Pages,
		Reference: strings.TrimSpace(c.Reference), Reason: strings.TrimSpace(c.Reason),
	}, readable(c.Reference, c.Reason)
}

func (c BindBlank) event(*Books, Facts) (Event, *Refusal) {
	return BlankUsed{Batch: strings.TrimSpace(c.Batch)}, readable(c.Batch)
}

// event: a scan of which only the name was signed could be lost; so the file is
// kept first (EXE-15).
func (c FinishBlank) event(_ *Books, f Facts) (Event, *Refusal) {
	if f.Blank == nil || !f.Blank.Kept {
		return nil, refuse("no_scan", "Give the scan of the sheets: no file with this SHA-256 is kept here.")
	}
	return BlankFinished{ScanOf: ScanOf{File: strings.TrimSpace(c.File), Size: c.Size, SHA256: strings.ToLower(strings.TrimSpace(c.SHA256)), Pages: c.Pages}}, readable(c.File)
}

func (c CheckBlank) event(*Books, Facts) (Event, *Refusal) { return BlankCompared{}, nil }

func (c EndBlank) event(*Books, Facts) (Event, *Refusal) {
	return BlankEnded{Outcome: c.Outcome, Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c WitnessBlank) event(*Books, Facts) (Event, *Refusal) { return BlankSeenDestroyed{}, nil }
