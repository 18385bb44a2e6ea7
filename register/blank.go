package register

import (
	"fmt"
	"strings"

	"countersign/audit"
)

// Blank is a protocol printed as a form with a number of its own, for the time
// when nobody can record at a terminal: which text it was printed from, which
// batch it is used for, the scan of what was written on it, who compared the
// transcription with it, or how it ended unused (EXE-15).
type Blank struct {
	ID        string // "F-2026-0001"
	Protocol  string
	Version   int
	Digest    audit.Hash
	Pages     int
	Reference string // of the order it is meant for; "" for any
	Reason    string
	Printed   Act
	Batch     string // "" while it is used for none
	Bound     *Act
	Scan      ScanOf // the true copy of the sheets
	Typed     *Act   // by whom everything on it was entered, and the scan made
	Checked   *Act   // by the second person
	Outcome   string // one of BlankOutcomes, or ""
	Why       string
	Ended     *Act
	Witnessed *Act // of a blank that was destroyed
	History   []Act
}

// ScanOf is a scan of the sheets, by which anybody can tell the file again. The
// file itself is kept beside the sheets, not in the log: it shows handwriting
// and perhaps the patient, and nothing could ever be taken out of the log.
type ScanOf struct {
	File   string `json:"file"`
	Size   int    `json:"size"` // bytes
	SHA256 string `json:"sha256"`
	Pages  int    `json:"pages"`
}

// How a blank can end that nothing was transcribed from.
const (
	BlankReturned  = "returned unused"
	BlankDestroyed = "destroyed"
)

// BlankOutcomes are all of them.
func BlankOutcomes() []string { return []string{BlankReturned, BlankDestroyed} }

// Where a blank can stand.
const (
	BlankOut         = "printed, not accounted for"
	BlankInUse       = "used for a batch"
	BlankTranscribed = "transcribed, to be checked"
	BlankChecked     = "transcribed and checked"
	BlankUnwitnessed = "destroyed, to be witnessed"
)

// Stands says where a blank stands.
func (f *Blank) Stands() string {
	switch {
	case f.Checked != nil:
		return BlankChecked
	case f.Outcome == BlankDestroyed && f.Witnessed == nil:
		return BlankUnwitnessed
	case f.Outcome != "":
		return f.Outcome
	case f.Typed != nil:
		return BlankTranscribed
	case f.Batch != "":
		return BlankInUse
	}
	return BlankOut
}

// Open says that the blank is still to be accounted for.
func (f *Blank) Open() bool { return OpenBlank(f.Stands()) }

// OpenBlank says the same of where one stands.
func OpenBlank(stands string) bool {
	switch stands {
	case BlankChecked, BlankReturned, BlankDestroyed:
		return false
	}
	return true
}

// Lines say what a blank is, for who signs an act on it.
func (f *Blank) Lines() []string {
	lines := []string{fmt.Sprintf("Blank %s: protocol %s, version %d, %s; %s.", f.ID, f.Protocol, f.Version, count(f.Pages, "page"), f.Stands())}
	if f.Reference != "" {
		lines = append(lines, "Printed for the order "+f.Reference+".")
	}
	if f.Batch != "" {
		lines = append(lines, "Used for batch "+f.Batch+".")
	}
	if f.Typed != nil {
		lines = append(lines, fmt.Sprintf("Scan of its sheets: %s, by %s.", f.Scan.Words(), f.Typed.Name))
	}
	return lines
}

// Words name a scan so that the file can be told again.
func (s ScanOf) Words() string {
	return fmt.Sprintf("%s, %d bytes, %s, SHA-256 %s", s.File, s.Size, count(s.Pages, "page"), s.SHA256)
}

// BlankStream is a blank's stream.
func BlankStream(id string) audit.StreamID { return audit.StreamID("blank/" + id) }

// Blank gives one blank. It is not to be changed.
func (b *Books) Blank(id string) (*Blank, bool) {
	f, ok := b.blanks[id]
	return f, ok
}

// Blanks gives all blanks, by number.
func (b *Books) Blanks() []*Blank {
	return sorted(b.blanks, func(f *Blank) string { return f.ID })
}

// BlankNumber is the number that the next blank of a year gets. The numbers of
// a site run without a gap, so that one that is missing shows.
func (b *Books) BlankNumber(year int) string {
	prefix := fmt.Sprintf("F-%04d-", year)
	n := 1
	for id := range b.blanks {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return fmt.Sprintf("%s%04d", prefix, n)
}

// blanked changes a blank as change does a lot.
func (b *Books) blanked(id string, act Act, how func(f *Blank)) {
	f := *b.blanks[id]
	f.History = append(append([]Act{}, f.History...), act)
	how(&f)
	b.blanks[id] = &f
}

// BlankAfter is a blank as it will be once something is written of it; ok is
// false for what is about none. What follows from it in its batch is decided by
// this, in the same append.
func (b *Books) BlankAfter(w Written, act Act) (after *Blank, ok bool) {
	room, id, _ := strings.Cut(string(w.Stream), "/")
	if _, refused := w.Event.(CommandRefused); room != "blank" || refused {
		return nil, false
	}
	alone := NewBooks()
	if f := b.blanks[id]; f != nil {
		alone.blanks[id] = f
	}
	act.Words = w.Event.Words()
	w.Event.apply(alone, id, act)
	return alone.Blank(id)
}
