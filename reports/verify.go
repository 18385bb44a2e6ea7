package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// Verdict is what was found out about a record.
type Verdict struct {
	Batch     string
	Protocol  string // of the print of a protocol, which has no batch
	Product   string
	Status    batch.Status
	Mark      string // the mark on every page
	Site      register.Site
	SiteKey   string // the key that the record names
	SiteKnown bool   // it was given from outside, and is that one
	Pretend   bool   // a rehearsal's or training record, and not asked for
	Checked   []string
	Unchecked []string // what nobody could vouch for from this file
	Notes     []string // how far a record reaches, whoever checks it
	Refused   string   // the first thing that does not hold; "" when all does
}

// Option changes what Verify asks for.
type Option func(*options)

type options struct{ rehearsal bool }

// AllowRehearsal lets the record of a rehearsal or training site pass.
func AllowRehearsal() Option { return func(o *options) { o.rehearsal = true } }

// Verify checks a PDF batch record, or the print of a protocol, offline: the attached data with every proof
// and signature, whose keys those were, every decision anew, and the pages
// byte by byte against pages made from the data. knownSiteKey is the site's
// verifier key as learnt from a trusted source, "" when there is none. The
// error is the verdict's Refused, or nil; the verdict is filled as far as the
// checks went.
func Verify(pdf []byte, knownSiteKey string, more ...Option) (Verdict, error) {
	var asked options
	for _, option := range more {
		option(&asked)
	}
	var v Verdict
	if err := v.check(pdf, strings.TrimSpace(knownSiteKey)); err != nil {
		v.Refused = gate(err.Error())
		return v, fmt.Errorf("the record is refused: %w", err)
	}
	v.Pretend = v.Site.Kind != register.Live && !asked.rehearsal
	if !v.SiteKnown {
		v.Unchecked = append(v.Unchecked, "Whether the site is who it says: its key was not given.")
	}
	if v.Pretend {
		v.Unchecked = append(v.Unchecked, "This is the record of a "+v.Site.Kind+" site, and that was not asked for.")
	}
	return v, nil
}

func (v *Verdict) check(pdf []byte, knownSiteKey string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the file broke the reader: %v", fault)
		}
	}()
	held, err := carries(pdf)
	if err != nil {
		return err
	}
	data, err := held.data()
	if err != nil {
		return err
	}
	head, bundle, err := decodeCompanion(data)
	if err != nil {
		return err
	}
	v.Batch, v.SiteKey = head.Batch, bundle.Verifier
	v.pass("The attached data can be read: %d entries, Countersign %s.", len(bundle.Entries), head.Software)

	opened, err := audit.VerifyBundle(bundle, knownSiteKey)
	if err != nil {
		return err
	}
	v.SiteKnown = opened.SiteKnown
	v.pass("The checkpoint over %d entries is signed with the site's key.", opened.Checkpoint.Size)
	v.pass("%d entries stand in that log, each stream from its first entry without a gap.", opened.Report.Entries)
	v.pass("%d signatures verify; %d sealed values are what was sealed.", opened.Signatures, opened.Openings)

	if head.Record == masterKind {
		return v.protocol(pdf, head, bundle, opened)
	}
	h, err := read(opened, head.Batch)
	if err != nil {
		return err
	}
	v.Site = h.site
	v.pass("Each of the %d signatures was made with a key that was its signer's at that moment.", h.signed)
	replayed, err := h.replay()
	if err != nil {
		return err
	}
	state := replayed.State
	if state == nil || state.Protocol == nil {
		return errors.New("the batch was never opened")
	}
	v.Product, v.Status = state.Protocol.Product.Name, state.Status
	v.Unchecked = append(v.Unchecked, replayed.Unchecked...)
	if replayed.Entries > 0 {
		v.pass("The batch was decided again: %d entries are what the protocol %s and the rules would have written.", replayed.Entries, state.Protocol.ID())
	}
	if err := v.images(state); err != nil {
		return err
	}
	in := h.input(state, opened)
	if in.Scans, err = held.scans(); err != nil {
		return err
	}
	v.scans(state, in.Scans)
	if err := v.pages(pdf, head, bundle, in); err != nil {
		return err
	}
	v.Mark = (&record{Input: Input{State: state, Site: h.site}}).mark()
	last := h.trail[len(h.trail)-1]
	v.Notes = []string{
		fmt.Sprintf("The record is as at %s. Whether the site entered more for this batch since then, only its log can tell.", clock{h.zone}.at(last.Time)),
		"That the signers are who they say, and who confirmed their keys, is what the site's log says of them.",
		"Who had the record made (" + orDash(head.GeneratedBy) + ") and with which version of the software is what the site's program says; nobody signed it.",
	}
	return nil
}

// pages compares the file with the pages that its data give. Pages of another
// layout than this program's cannot be made here.
func (v *Verdict) pages(pdf []byte, head companion, bundle audit.Bundle, in Input) error {
	if head.Layout != layout {
		v.Unchecked = append(v.Unchecked, fmt.Sprintf("Whether the pages say what the data say: they have layout %d, made by Countersign %s, and this program makes layout %d.", head.Layout, head.Software, layout))
		return nil
	}
	again, err := issue(in, bundle, head.Software, head.GeneratedBy)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, pdf) {
		return fmt.Errorf("the file is not the record of its own data: it differs from byte %d on", differs(again, pdf))
	}
	v.pass("The pages say what the data say: made anew they are this file, byte for byte.")
	return nil
}

func differs(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func (v *Verdict) pass(form string, args ...any) {
	v.Checked = append(v.Checked, fmt.Sprintf(form, args...))
}

// Exit is the exit code of a program that verifies: 0 when everything held
// under the site's given key, 1 when the record is refused, 3 when everything
// agrees but something could not be vouched for.
func (v Verdict) Exit() int {
	switch {
	case v.Refused != "":
		return 1
	case len(v.Unchecked) > 0:
		return 3
	}
	return 0
}

// WriteTo writes the verdict for a terminal.
func (v Verdict) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	if v.Batch+v.Protocol != "" {
		if v.Protocol != "" {
			fmt.Fprintf(&b, "Protocol %s", gate(v.Protocol))
		} else {
			fmt.Fprintf(&b, "Batch record %s", gate(v.Batch))
		}
		if v.Product != "" {
			fmt.Fprintf(&b, ", %s: %s", gate(v.Product), gate(v.Mark))
		}
		b.WriteString("\n")
	}
	if v.Site.Name != "" {
		fmt.Fprintf(&b, "Site %s, %s (%s)\n", gate(v.Site.Name), gate(v.Site.Unit), gate(v.Site.Origin))
	}
	for _, list := range []struct {
		sign  string
		lines []string
	}{{"holds      ", v.Checked}, {"not checked", v.Unchecked}, {"note       ", v.Notes}} {
		for _, line := range list.lines {
			fmt.Fprintf(&b, "  %s  %s\n", list.sign, gate(line))
		}
	}
	switch v.Exit() {
	case 0:
		b.WriteString("VERIFIED: everything holds, under the key that you gave.\n")
	case 3:
		b.WriteString("NOT VOUCHED FOR: everything in the file agrees, but see what was not checked.\n")
		if !v.SiteKnown {
			fmt.Fprintf(&b, "Compare this key with the site's, learnt elsewhere, and give it with --site-key: %s\n", gate(v.SiteKey))
		}
	default:
		fmt.Fprintf(&b, "  refused      %s\nREFUSED: this file is not to be relied on.\n", v.Refused)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
