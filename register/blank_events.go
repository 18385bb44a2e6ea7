package register

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
)

// BlankPrinted gives out a blank. All of a blank's entries are signed as
// verified.
type BlankPrinted struct {
	inBlank
	verified
	Protocol  string     `json:"protocol"`
	Version   int        `json:"version"`
	Digest    audit.Hash `json:"digest"`
	Pages     int        `json:"pages"`
	Reference string     `json:"reference"`
	Reason    string     `json:"reason"`
}

// BlankUsed says for which batch.
type BlankUsed struct {
	inBlank
	verified
	Batch string `json:"batch"`
}

// BlankFinished says that everything on it is entered, and names its scan.
type BlankFinished struct {
	inBlank
	verified
	ScanOf
}

// BlankCompared is the second person's.
type BlankCompared struct {
	inBlank
	verified
}

// BlankEnded accounts for one that nothing was transcribed from.
type BlankEnded struct {
	inBlank
	verified
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// BlankSeenDestroyed is the witness's.
type BlankSeenDestroyed struct {
	inBlank
	verified
}

type inBlank struct{}

func (inBlank) room() string { return "blank" }

// The written kinds of a blank.
const (
	KindBlankPrinted       audit.Kind = "blank.printed"
	KindBlankUsed          audit.Kind = "blank.used"
	KindBlankFinished      audit.Kind = "blank.finished"
	KindBlankCompared      audit.Kind = "blank.compared"
	KindBlankEnded         audit.Kind = "blank.ended"
	KindBlankSeenDestroyed audit.Kind = "blank.seen_destroyed"
)

// Kind is the written kind of the event's entry.
func (BlankPrinted) Kind() audit.Kind       { return KindBlankPrinted }
func (BlankUsed) Kind() audit.Kind          { return KindBlankUsed }
func (BlankFinished) Kind() audit.Kind      { return KindBlankFinished }
func (BlankCompared) Kind() audit.Kind      { return KindBlankCompared }
func (BlankEnded) Kind() audit.Kind         { return KindBlankEnded }
func (BlankSeenDestroyed) Kind() audit.Kind { return KindBlankSeenDestroyed }

// Words say what was printed and why.
func (e BlankPrinted) Words() string {
	words := fmt.Sprintf("Prints a blank of protocol %s, version %d, on %s", e.Protocol, e.Version, count(e.Pages, "page"))
	if e.Reference != "" {
		words += ", for the order " + e.Reference
	}
	return words + ": " + strings.TrimSuffix(e.Reason, ".")
}

// Words say for which batch.
func (e BlankUsed) Words() string { return "Uses the blank for batch " + e.Batch }

// Words say what the scan is.
func (e BlankFinished) Words() string {
	return "States that everything written on the blank is entered, and that this is the scan of its sheets: " + e.ScanOf.Words()
}

// Words say what was compared.
func (BlankCompared) Words() string {
	return "States that every entry agrees with the sheets, and that the scan is a true copy of them"
}

// Words say how it ended.
func (e BlankEnded) Words() string {
	if e.Outcome == BlankDestroyed {
		return "Destroyed the blank: " + strings.TrimSuffix(e.Reason, ".")
	}
	return "Returned the blank, on which nothing was recorded: " + strings.TrimSuffix(e.Reason, ".")
}

// Words say what was seen.
func (BlankSeenDestroyed) Words() string { return "States that the blank was destroyed in their sight" }

func (e BlankPrinted) check(b *Books, id string, _ Act) *Refusal {
	switch {
	case b.blanks[id] != nil:
		return refuse("blank_there", "Blank %s is there already.", id)
	case e.Protocol == "" || e.Version < 1 || e.Pages < 1:
		return refuse("no_such_protocol", "It does not say what the blank was printed from.")
	}
	return because(e.Reason)
}

func (e BlankPrinted) apply(b *Books, id string, act Act) {
	b.blanks[id] = &Blank{
		ID: id, Protocol: e.Protocol, Version: e.Version, Digest: e.Digest, Pages: e.Pages, Reference: e.Reference, Reason: e.Reason,
		Printed: act, History: []Act{act},
	}
}

// standing gives a blank that stands where an act on it asks.
func (b *Books) standing(id string, wanted ...string) (*Blank, *Refusal) {
	f := b.blanks[id]
	switch {
	case f == nil:
		return nil, refuse("no_such_blank", "There is no blank %s.", id)
	case !slices.Contains(wanted, f.Stands()):
		return nil, refuse("blank_stands", "Blank %s is %s. This cannot be done with it.", id, f.Stands())
	}
	return f, nil
}

func (e BlankUsed) check(b *Books, id string, _ Act) *Refusal {
	_, refusal := b.standing(id, BlankOut)
	if refusal == nil && e.Batch == "" {
		return refuse("no_such_batch", "Say for which batch the blank is used.")
	}
	return refusal
}

func (e BlankUsed) apply(b *Books, id string, act Act) {
	b.blanked(id, act, func(f *Blank) { f.Batch, f.Bound = e.Batch, &act })
}

// check: the scan holds as many pages as were printed, so that no sheet is left
// out of it.
func (e BlankFinished) check(b *Books, id string, _ Act) *Refusal {
	f, refusal := b.standing(id, BlankInUse)
	if refusal != nil {
		return refusal
	}
	raw, err := hex.DecodeString(e.SHA256)
	switch {
	case e.File == "" || e.Size < 1 || err != nil || len(raw) != 32:
		return refuse("no_scan", "Give the scan of the sheets: its file, how many bytes it has and its SHA-256.")
	case e.Pages < f.Pages:
		return refuse("scan_short", "The blank has %s and the scan %d. Every sheet is scanned, also one that nothing is written on.", count(f.Pages, "page"), e.Pages)
	}
	return nil
}

func (e BlankFinished) apply(b *Books, id string, act Act) {
	b.blanked(id, act, func(f *Blank) { f.Scan, f.Typed = e.ScanOf, &act })
}

func (BlankCompared) check(b *Books, id string, act Act) *Refusal {
	f, refusal := b.standing(id, BlankTranscribed)
	if refusal == nil && f.Typed.Person == act.Person {
		return refuse("same_person", "You entered what is on this blank. Another person compares it.")
	}
	return refusal
}

func (BlankCompared) apply(b *Books, id string, act Act) {
	b.blanked(id, act, func(f *Blank) { f.Checked = &act })
}

func (e BlankEnded) check(b *Books, id string, _ Act) *Refusal {
	if _, refusal := b.standing(id, BlankOut, BlankInUse); refusal != nil {
		return refusal
	}
	if !slices.Contains(BlankOutcomes(), e.Outcome) {
		return refuse("bad_outcome", "A blank is returned unused, or destroyed.")
	}
	return because(e.Reason)
}

func (e BlankEnded) apply(b *Books, id string, act Act) {
	b.blanked(id, act, func(f *Blank) { f.Outcome, f.Why, f.Ended = e.Outcome, e.Reason, &act })
}

func (BlankSeenDestroyed) check(b *Books, id string, act Act) *Refusal {
	f, refusal := b.standing(id, BlankUnwitnessed)
	if refusal == nil && f.Ended.Person == act.Person {
		return refuse("same_person", "You destroyed this blank. Another person says that they saw it.")
	}
	return refusal
}

func (BlankSeenDestroyed) apply(b *Books, id string, act Act) {
	b.blanked(id, act, func(f *Blank) { f.Witnessed = &act })
}
