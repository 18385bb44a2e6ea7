package reports

import (
	"bytes"
	"fmt"

	"countersign/audit"
	"countersign/protocol/library"
)

// IssueProtocol prints a version of a protocol from a bundle that holds the
// streams that Streams names for the protocol's entries. By is who has it made.
// The same bundle, by and software give the same bytes; a bundle that does not
// hold is an error.
func IssueProtocol(b audit.Bundle, name string, version int, software, by string) ([]byte, error) {
	opened, err := audit.VerifyBundle(b, "")
	if err != nil {
		return nil, fmt.Errorf("print protocol: %w", err)
	}
	h, err := readProtocol(opened, name)
	if err != nil {
		return nil, fmt.Errorf("print protocol: %w", err)
	}
	in, err := h.master(version, b, opened.Checkpoint.Size)
	if err != nil {
		return nil, fmt.Errorf("print protocol: %w", err)
	}
	in.Software, in.GeneratedBy = software, by
	return masterRecord(in)
}

// master gathers what a version's pages are made from.
func (h *history) master(version int, b audit.Bundle, size int64) (masterInput, error) {
	v, ok := h.library.Find(h.protocol, version)
	if !ok {
		return masterInput{}, fmt.Errorf("the data hold no version %d of the protocol %s", version, h.protocol)
	}
	raw, err := b.Encode()
	if err != nil {
		return masterInput{}, err
	}
	in := masterInput{
		Protocol: v.Protocol, Version: v, Life: h.life, Site: h.site, Zone: h.zone, Bundle: raw, SiteKey: b.Verifier, Size: size,
	}
	in.Before, in.After = beforeAndAfter(h.library, v)
	return in, nil
}

// protocol checks the print of a protocol: its life, and its pages.
func (v *Verdict) protocol(pdf []byte, head companion, bundle audit.Bundle, opened audit.Opened) error {
	h, err := readProtocol(opened, head.Protocol)
	if err != nil {
		return err
	}
	v.Site = h.site
	v.pass("Each of the %d signatures was made with a key that was its signer's at that moment.", h.signed)
	in, err := h.master(head.Version, bundle, opened.Checkpoint.Size)
	if err != nil {
		return err
	}
	in.Software, in.GeneratedBy = head.Software, head.GeneratedBy
	v.Protocol, v.Product = in.Protocol.ID(), in.Protocol.Product.Name
	v.Mark = (&master{masterInput: in, clock: clock{in.Zone}}).mark()
	v.pass("The life of the protocol was gone through again: %d entries follow the rules, and the text is the one that was signed.", len(h.life))
	if head.Layout != masterLayout {
		v.Unchecked = append(v.Unchecked, fmt.Sprintf("Whether the pages say what the data say: they have layout %d, made by Countersign %s, and this program makes layout %d.", head.Layout, head.Software, masterLayout))
	} else {
		again, err := masterRecord(in)
		if err != nil {
			return err
		}
		if !bytes.Equal(again, pdf) {
			return fmt.Errorf("the file is not the print of its own data: it differs from byte %d on", differs(again, pdf))
		}
		v.pass("The pages say what the data say: made anew they are this file, byte for byte.")
	}
	last := h.life[len(h.life)-1]
	if status := in.Version.Status(last.Time); status != library.Effective {
		v.Notes = append(v.Notes, "No batch could be made from this version then: it was "+string(status)+".")
	}
	v.Notes = append(v.Notes,
		fmt.Sprintf("The print is as at %s. Whether the version was ended since then, only the site's log can tell.", clock{h.zone}.at(last.Time)),
		"That the signers are who they say, and who confirmed their keys, is what the site's log says of them.",
		"Who had it printed ("+orDash(head.GeneratedBy)+") and with which version of the software is what the site's program says; nobody signed it.")
	return nil
}
