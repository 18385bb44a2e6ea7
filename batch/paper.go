package batch

import (
	"fmt"
	"slices"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
)

// FollowBlank says in a batch's record where a blank stands that is used for
// it: that it is used, that everything on it is entered, that a second person
// compared it, or that it ended with nothing on it (EXE-15). It comes with the
// signed act in the blank's own stream, and never by itself.
type FollowBlank struct {
	Blank string `json:"blank"` // "F-2026-0001"
}

func (FollowBlank) command() {}

// BlankFollowed is that. Printed is from when on somebody could write on it.
type BlankFollowed struct {
	By      `json:"by"`
	Blank   string          `json:"blank"`
	Stands  string          `json:"stands"`
	Printed string          `json:"printed"` // RFC 3339, UTC
	Pages   int             `json:"pages"`
	Scan    register.ScanOf `json:"scan"`
}

const kindFollowed audit.Kind = "batch.blank_followed"

// Kind is the written kind of the event's entry.
func (BlankFollowed) Kind() audit.Kind { return kindFollowed }

// paperClass is the class of an exception over what was copied from paper.
const paperClass = "transcribed"

// PaperEntry is a blank as a batch keeps it.
type PaperEntry struct {
	Blank   string
	Stands  string // one of register's
	Printed time.Time
	Pages   int
	Scan    register.ScanOf
	History []Act // the first bound it to the batch; each with what it said, as Why
}

// Open says that the blank is still to be accounted for.
func (p *PaperEntry) Open() bool { return register.OpenBlank(p.Stands) }

// paper is a blank that stands in the record; nil when it does not.
func (s *State) paper(blank string) *PaperEntry {
	for i := range s.Papers {
		if s.Papers[i].Blank == blank {
			return &s.Papers[i]
		}
	}
	return nil
}

// FromPaper are the acts that were copied from a blank, in the order of the
// steps; of "" those of any.
func (s *State) FromPaper(blank string) []Act {
	var all []Act
	look := func(a Act) {
		if a.Manner != nil && a.Manner.Paper != "" && (blank == "" || a.Manner.Paper == blank) {
			all = append(all, a)
		}
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Begun != nil {
			look(*st.Begun)
		}
		for _, entries := range inputsOf(st) {
			for _, entry := range entries {
				look(entry.Act)
			}
		}
		for _, signed := range st.Performed {
			look(signed)
		}
	}
	for _, moved := range s.Moves {
		look(moved.Act)
	}
	return all
}

// followBlank: the blank's own stream says where it stands, and that it was
// printed from the very text that this batch is made by.
func (d *decision) followBlank(c FollowBlank) (Event, *Refusal) {
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	blank, known := d.f.Blanks[c.Blank]
	if !known || blank.Batch != d.s.ID {
		return nil, refuse("no_such_blank", "No blank %s is used for this batch.", c.Blank)
	}
	held, stands := d.s.paper(c.Blank), blank.Stands()
	if held != nil && held.Stands == stands {
		return nil, refuse("blank_known", "The record says already that blank %s is %s.", c.Blank, stands)
	}
	if refusal := d.fits(blank, held, stands); refusal != nil {
		return nil, refusal
	}
	return BlankFollowed{
		By: d.by, Blank: blank.ID, Stands: stands, Printed: blank.Printed.At.UTC().Format(time.RFC3339Nano), Pages: blank.Pages, Scan: blank.Scan,
	}, nil
}

// fits says whether what a blank's stream says of it agrees with what was
// entered in the batch from it.
func (d *decision) fits(blank register.Blank, held *PaperEntry, stands string) *Refusal {
	entered := d.s.FromPaper(blank.ID)
	switch stands {
	case register.BlankInUse:
		if refusal := d.alive(); refusal != nil {
			return refusal
		}
		if blank.Digest != d.s.Protocol.Digest {
			return refuse("other_text", "Blank %s was printed from version %d of %s. This batch is made by version %d of %s, which may say something else.",
				blank.ID, blank.Version, blank.Protocol, d.s.Protocol.Version, d.s.Protocol.Name)
		}
		if blank.Reference != "" && blank.Reference != d.s.Reference {
			return refuse("other_order", "Blank %s was printed for the order %s. This batch is for another.", blank.ID, blank.Reference)
		}
		return nil
	case register.BlankTranscribed:
		if len(entered) == 0 {
			return refuse("nothing_entered", "Nothing was entered from blank %s. If nothing is written on it, return it.", blank.ID)
		}
	case register.BlankChecked:
		if slices.ContainsFunc(entered, func(a Act) bool { return a.Person == d.f.Person.ID }) {
			return refuse("same_person", "You entered something from blank %s. Another person compares it.", blank.ID)
		}
	default:
		if len(entered) > 0 {
			return refuse("blank_written_on", "Something was entered from blank %s: it is a part of this record, and is kept.", blank.ID)
		}
	}
	if held == nil {
		return refuse("no_such_blank", "The record does not say that blank %s is used for this batch.", blank.ID)
	}
	return nil
}

// follow takes in where a blank stands. What was reviewed before one was used
// is reviewed anew (SIG-04).
func (s *growing) follow(e BlankFollowed, act Act) error {
	act.Why = e.Stands
	if held := s.paper(e.Blank); held != nil {
		s.Papers = slices.Clone(s.Papers)
		held = s.paper(e.Blank)
		held.Stands, held.Scan, held.History = e.Stands, e.Scan, append(slices.Clip(held.History), act)
		return nil
	}
	printed, err := time.Parse(time.RFC3339Nano, e.Printed)
	if err != nil {
		return fmt.Errorf("when blank %s was printed: %w", e.Blank, err)
	}
	s.Papers = append(s.Papers, PaperEntry{Blank: e.Blank, Stands: e.Stands, Printed: printed, Pages: e.Pages, Scan: e.Scan, History: []Act{act}})
	if s.released() == nil {
		s.unreview(act.Version, fmt.Sprintf("blank %s was used for it after it", e.Blank))
	}
	return nil
}

// onPaper: what is copied from paper stands on a blank that is used for this
// batch and that nobody has said is entered whole, with when it was written
// there.
func (d *decision) onPaper(c Tell) *Refusal {
	if c.Paper == "" {
		return nil
	}
	held := d.s.paper(c.Paper)
	switch {
	case held == nil:
		return refuse("no_such_blank", "No blank %s is used for this batch.", c.Paper)
	case held.Stands != register.BlankInUse:
		return refuse("blank_stands", "Blank %s is %s. Nothing more is entered from it.", c.Paper, held.Stands)
	case c.Done == "":
		return refuse("no_time", "Say when it was done, as the paper says.")
	}
	d.manner.Paper = c.Paper
	of := "Item " + c.Item
	if c.Step != "" {
		of = "Step " + c.Step
	}
	cause := "paper:" + c.Paper + ":" + c.Step + ":" + c.Item
	if d.s.raised(cause) {
		return nil
	}
	d.add = append(d.add, ExceptionRaised{
		Class: paperClass, Severity: "major", Blocks: BlocksRelease, Step: d.s.stepNamed(c.Step), Cause: cause, CausedBy: d.f.Person.ID,
		Text: of + ": what was done was written on blank " + c.Paper + ", and entered from it afterwards.",
	})
	return nil
}

// whyPaper is why something is told late, or typed for another, where nobody
// says more than that it stands on paper.
func (c Tell) whyPaper(said string) string {
	if said == "" && c.Paper != "" {
		return "Written on blank " + c.Paper + "."
	}
	return said
}

// papers: nobody reviews a batch while a blank of it is not accounted for
// (EXE-15).
func (d *decision) papers() *Refusal {
	if open := d.s.OpenPapers(); len(open) > 0 {
		return refuse("blanks_open", "%s", open[0])
	}
	return nil
}

// OpenPapers says, a sentence each, which blanks of a batch are still to be
// accounted for.
func (s *State) OpenPapers() (sentences []string) {
	for i := range s.Papers {
		if p := &s.Papers[i]; p.Open() {
			sentences = append(sentences, fmt.Sprintf("Blank %s is %s.", p.Blank, p.Stands))
		}
	}
	return sentences
}

// words tell it in one sentence.
func (e BlankFollowed) words() string {
	words := fmt.Sprintf("Blank %s: %s.", e.Blank, e.Stands)
	if e.Scan.File != "" {
		words += " Scan of its sheets: " + e.Scan.Words() + "."
	}
	return words
}

// paperLines say on a sheet which blanks were used, and how they ended.
func (sh *sheet) paperLines() {
	for i := range sh.s.Papers {
		p := &sh.s.Papers[i]
		sh.add("Blank %s: %s; %d entries were copied from it.", p.Blank, p.Stands, len(sh.s.FromPaper(p.Blank)))
	}
}
