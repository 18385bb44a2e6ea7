package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// LookAt signs that somebody has looked at one part of a record with every
// value in it: a section, or what stands beside the steps. It is asked for where
// full review was demanded (REL-06). One signature a part, in the record's
// order, is the least that is still honest: its sheet shows each value, and
// stands in the signature for good.
type LookAt struct {
	Part string `json:"part"`
}

func (LookAt) command() {}

// PartLookedAt is that signature. Digest is the SHA-256 of what was shown, in
// universal time and without the exceptions, which are decided apart: while the
// record still gives the same, the look stands.
type PartLookedAt struct {
	By      `json:"by"`
	Part    string `json:"part"`
	Values  int    `json:"values"`
	Results int    `json:"results"`
	Scans   int    `json:"scans"`
	Digest  string `json:"digest"`
}

const kindLookedAt audit.Kind = "batch.part_looked_at"

// Kind is the written kind of the event's entry.
func (PartLookedAt) Kind() audit.Kind { return kindLookedAt }

// LookEntry is a look as a batch keeps it.
type LookEntry struct {
	Act
	Part   string
	Digest string
}

// Beside is the part of a record that is no section: what was ordered, set out,
// labelled, accounted for and noted.
const Beside = "order, materials, labels and notes"

// Parts are what a full review looks at, in order: each section before release,
// and what stands beside the steps.
func (s *State) Parts() []string {
	var parts []string
	for i := range s.Steps {
		if section := s.Steps[i].Section; !section.AfterRelease && !slices.Contains(parts, section.Name) {
			parts = append(parts, section.Name)
		}
	}
	return append(parts, Beside)
}

// PartSteps are a part's steps; none for what stands beside them.
func (s *State) PartSteps(part string) []*StepState {
	var steps []*StepState
	for i := range s.Steps {
		if st := &s.Steps[i]; !st.Section.AfterRelease && st.Section.Name == part && part != Beside {
			steps = append(steps, st)
		}
	}
	return steps
}

// ready says that nothing is missing in a part that somebody could look at.
func (s *State) ready(part string) bool {
	if part == Beside {
		return s.signed(false)
	}
	return !slices.ContainsFunc(s.PartSteps(part), func(st *StepState) bool { return !st.Signed() })
}

// seen writes all of a part but its exceptions.
func (sh *sheet) seen(part string) {
	if part == Beside {
		sh.beside()
		return
	}
	for _, st := range sh.s.PartSteps(part) {
		if st.Skipped {
			sh.add("Step %s is not part of this batch: %s.", st.Step.Name, WhySkipped(st))
			continue
		}
		sh.stepSeen(st)
		for _, act := range []*Act{st.PerformedNow(), st.CheckedNow()} {
			if act != nil {
				sh.add("Signed as %s by %s (%s), %s%s.", act.Meaning, act.Name, act.Role, sh.at(act.At), sh.mannered(*act))
			}
		}
	}
}

// beside writes what is no step's: nothing of it names the patient.
func (sh *sheet) beside() {
	s := sh.s
	for planned, entry := range inOrder(s) {
		sh.add("Ordered %s: %s.", titled(planned.Title, planned.Name), planned.Input.Show(entry.Value, sh.zone))
	}
	for _, set := range s.SiteValues {
		sh.add("Set by the site, %s: %s.", titled(set.Of.Title, set.Of.Name), set.Read.Show(sh.zone))
	}
	for _, item := range s.Items {
		line := fmt.Sprintf("Set out: %s, %s", s.itemTitle(item.Name), item.Lot)
		if item.Amount != "" {
			line += ", " + shownAmount(item.Amount)
		}
		if !item.Expiry.IsZero() {
			line += ", good until " + sh.at(item.Expiry)
		}
		if item.Reference != "" {
			line += ", " + item.Reference
		}
		sh.add("%s.", line)
	}
	for _, moved := range s.Moves {
		sh.add("%s: %s by %s, %s%s.", sentenceCase(s.itemTitle(moved.Item)), moved.To, moved.Name, sh.at(moved.At), sh.mannered(moved.Act))
	}
	for _, c := range s.LabelCopies {
		sh.add("Label %d (%s): %s.", c.Number, c.Kind, c.Standing())
	}
	for _, account := range s.Accounts {
		sh.add("%s By %s, %s.", sentence(account.words()), account.Name, sh.at(account.At))
	}
	sh.paperLines()
	sh.alarmLines()
	for _, note := range s.Notes {
		sh.add("Noted by %s, %s: %s", note.Name, sh.at(note.At), note.Text)
	}
}

// digestOf is the digest of what a look at a part would show now.
func (s *State) digestOf(part string) string {
	sh := &sheet{s: s, zone: time.UTC}
	sh.seen(part)
	sum := sha256.Sum256([]byte(strings.Join(sh.lines, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

// PartSeen is how a part of the record stands in a full review.
type PartSeen struct {
	Part    string
	Ready   bool  // nothing is missing in it
	By      []Act // who has looked at it as it is now
	Changed []Act // who looked at it before it changed
}

// SeenBy says whether somebody has looked at the part as it is now.
func (p PartSeen) SeenBy(who identity.PersonID) bool {
	return slices.ContainsFunc(p.By, func(act Act) bool { return act.Person == who })
}

// Seen says of each part who has looked at it as it is now. Whatever changes in
// a part, be it by a correction, takes its look away: nobody has to say so.
func (s *State) Seen() []PartSeen {
	if s.Protocol == nil {
		return nil
	}
	var all []PartSeen
	for _, part := range s.Parts() {
		one := PartSeen{Part: part, Ready: s.ready(part)}
		digest := ""
		for _, look := range s.Looks {
			if look.Part != part {
				continue
			}
			if digest == "" {
				digest = s.digestOf(part)
			}
			if look.Digest == digest {
				one.By = append(one.By, look.Act)
			} else {
				one.Changed = append(one.Changed, look.Act)
			}
		}
		all = append(all, one)
	}
	return all
}

// unseen names the parts that somebody has not looked at as they are now.
func (s *State) unseen(who identity.PersonID) []string {
	var parts []string
	for _, p := range s.Seen() {
		if !p.SeenBy(who) {
			parts = append(parts, p.Part)
		}
	}
	return parts
}

// MayLook says whether somebody may look at a part now, for a full review.
func (s *State) MayLook(part PartSeen, p identity.Person) bool {
	if len(s.Demanded()) == 0 || s.released() != nil || s.ended() || last(s.Reviews) != nil {
		return false
	}
	missing := s.unseen(p.ID)
	return part.Ready && s.MayReview(p) && len(missing) > 0 && missing[0] == part.Part
}

// decide takes a look in: of a complete part, in the record's order, by
// somebody who may review the batch (REL-06, REL-11).
func (c LookAt) decide(d *decision) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified, d.sure, d.nothingNew} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.Reviewed, reviewers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if refusal := d.independent(); refusal != nil {
		return nil, refusal
	}
	switch {
	case len(d.s.Demanded()) == 0:
		return nil, refuse("not_demanded", "Nobody has demanded full review of this batch.")
	case !slices.Contains(d.s.Parts(), c.Part):
		return nil, refuse("unknown_part", "The record has no such part.")
	case last(d.s.Reviews) != nil:
		return nil, refuse("already_reviewed", "This batch is reviewed already.")
	case !d.s.ready(c.Part):
		return nil, refuse("not_complete", "A signature is still missing in this part of the record.")
	}
	missing := d.s.unseen(d.f.Person.ID)
	if !slices.Contains(missing, c.Part) {
		return nil, refuse("already_looked_at", "You have looked at this part, and nothing in it has changed since.")
	}
	if missing[0] != c.Part {
		return nil, refuse("out_of_order", "Look at %s first.", missing[0])
	}
	ev := PartLookedAt{By: d.by, Part: c.Part, Digest: d.s.digestOf(c.Part)}
	ev.Values, ev.Results, ev.Scans = d.s.figuresOf(c.Part)
	return ev, nil
}

// figuresOf counts what stands in a part.
func (s *State) figuresOf(part string) (values, results, scans int) {
	if part == Beside {
		return len(s.Order) + len(s.SiteValues) + len(s.Items), 0, 0
	}
	for _, st := range s.PartSteps(part) {
		for _, entries := range st.Values {
			values += len(entries)
		}
		results += len(st.Results)
		for _, all := range st.Scans {
			scans += len(all)
		}
	}
	return values, results, scans
}

func figureWords(values, results, scans int) string {
	return fmt.Sprintf("%s, %s and %s", counted(values, "value"), counted(results, "result"), counted(scans, "scan"))
}

// counted is a number with what it counts.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (LookAt) signs(*State) (identity.Meaning, []identity.Role) {
	return identity.Reviewed, reviewers()
}

func (c LookAt) sheet(sh *sheet, _ Facts) error {
	if !slices.Contains(sh.s.Parts(), c.Part) {
		return refuse("unknown_part", "The record has no such part.")
	}
	sh.add("Part of the record: %s. I have looked at every line of it:", c.Part)
	sh.seen(c.Part)
	for _, st := range sh.s.PartSteps(c.Part) {
		for _, ex := range sh.s.Exceptions {
			if ex.Step == st.Step.Name {
				sh.exception(ex)
			}
		}
	}
	return nil
}

func (PartLookedAt) meaning() identity.Meaning { return identity.Reviewed }

func (e PartLookedAt) words() string {
	return fmt.Sprintf("Looked at all of %s, for the full review: %s.", e.Part, figureWords(e.Values, e.Results, e.Scans))
}

func (e PartLookedAt) again(bool) Command { return LookAt{Part: e.Part} }

func (e PartLookedAt) fold(s *growing, act Act) error {
	if !slices.Contains(s.Parts(), e.Part) {
		return fmt.Errorf("the record has no part %q", e.Part)
	}
	s.Looks = append(s.Looks, LookEntry{Act: act, Part: e.Part, Digest: e.Digest})
	return nil
}

// lookedThrough: where full review was demanded, whoever signs the review has
// looked at each part of the record as it is now (REL-06).
func (d *decision) lookedThrough() *Refusal {
	demands := d.s.Demanded()
	if len(demands) == 0 {
		return nil
	}
	if missing := d.s.unseen(d.f.Person.ID); len(missing) > 0 {
		return refuse("not_looked_at", "%s You have still to look at: %s.", demands[0].Sentence(), strings.Join(missing, ", "))
	}
	return nil
}

// reviewWaits: the review, or where full review was demanded first the looks at
// each part, by those who have not looked at all of it.
func (s *State) reviewWaits(since time.Time, version int64) []Wait {
	review := Wait{
		Kind: WaitsReview, Cause: fmt.Sprintf("review@%d", version), Since: since, Roles: reviewers(), may: s.MayReview,
		Text: "Every step is signed: review how the batch was made.",
	}
	demands := s.Demanded()
	if len(demands) == 0 {
		return []Wait{review}
	}
	parts := s.Seen()
	through := func(p identity.Person) bool {
		return !slices.ContainsFunc(parts, func(part PartSeen) bool { return !part.SeenBy(p.ID) })
	}
	names := throughAll(parts)
	review.Text = fmt.Sprintf("Every part of the record was looked at by %s: sign the full review.", strings.Join(names, ", "))
	review.may = func(p identity.Person) bool { return s.MayReview(p) && through(p) }
	look := Wait{
		Kind: WaitsLook, Cause: fmt.Sprintf("full review@%d", version), Since: since, Roles: reviewers(),
		may:  func(p identity.Person) bool { return s.MayReview(p) && !through(p) },
		Text: "Look at each part of the record and sign that you have, then review the batch. " + demands[0].Sentence(),
	}
	if len(names) == 0 {
		return []Wait{look} // nobody has looked at everything: there is no review to sign yet
	}
	return []Wait{look, review}
}

// throughAll names those who have looked at every part as it is now.
func throughAll(parts []PartSeen) []string {
	var names []string
	if len(parts) == 0 {
		return nil
	}
	for _, act := range parts[0].By {
		missing := slices.ContainsFunc(parts, func(part PartSeen) bool { return !part.SeenBy(act.Person) })
		if !missing && !slices.Contains(names, act.Name) {
			names = append(names, act.Name)
		}
	}
	return names
}
