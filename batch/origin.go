package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// received is what came, byte for byte, for a code as a command has it, where
// that is not what the code was read as; "" where the two are the same (MAT-03).
// What a site has set of its scanners stands in no record. So both are held
// against each other alone: nothing may differ but what scanners put around a
// code and send between its elements.
func (d *decision) received(raw, code string) (string, *Refusal) {
	sent := d.came(raw, code)
	if sent != "" && (len(sent) > 4*maxCode || !register.SameCode(sent, code)) {
		return "", refuse("bad_value", "What was received and what it was read as are not the same code. Scan again.")
	}
	return sent, nil
}

func (d *decision) came(raw, code string) string {
	sent := d.f.Sent[raw]
	if sent == "" {
		sent = raw
	}
	if sent == code {
		return ""
	}
	return sent
}

// chainOf is the chain of identity identifier in a text that was scanned or
// typed for an order (COI-06).
func chainOf(text string, now time.Time) (string, *Refusal) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	chain := register.Chain(scanned(text), now)
	if chain == "" {
		chain = register.Chain("&/"+scanned(text), now)
	}
	if chain == "" {
		return "", refuse("bad_chain", "This is no chain of identity identifier of ISBT 128: it has 15 characters, as in CHA999926ABC123, and stands in a code behind “&/”.")
	}
	return chain, nil
}

// chain is the chain of identity that the batch belongs to: its order's, or that
// of the first thing set out that carries one; "" while none does.
func (s *State) chain() string {
	if s.Chain != "" {
		return s.Chain
	}
	for _, item := range s.Items {
		if item.Chain != "" {
			return item.Chain
		}
	}
	return ""
}

// otherChain says that something carries another chain of identity than the
// batch's: it belongs to another therapy, and so to another patient or to
// another course of this one's (COI-06).
func (s *State) otherChain(carries string) bool {
	return carries != "" && s.chain() != "" && carries != s.chain()
}

// misplaced says why a lot cannot be in this batch because of whose it is, or
// where it came from; "" when nothing is against it. What is another patient's
// is unfit whatever the protocol asks. An autologous product is made of the
// patient's own cells alone: donated ones that are not registered as this very
// patient's are refused (COI-06, COI-07).
func (s *State) misplaced(planned *protocol.Item, fit register.Fitness) string {
	switch {
	case fit.Personal && !s.Masked && !s.ofPatient(fit.ForPatient):
		return "lot " + fit.Number + " is another patient's"
	case s.otherChain(fit.Chain):
		return "lot " + fit.Number + " carries another chain of identity than this batch"
	case s.Protocol != nil && s.Protocol.Label.Autologous && !fit.Machine() && !fit.Personal &&
		(len(fit.Donations) > 0 || fit.Chain != "" || slices.Contains(planned.MustBe, "for this patient")):
		return "this product is autologous, and lot " + fit.Number + " is not registered as this patient's own"
	}
	return ""
}

// Donated are the codes of all donations in what was set out, unaltered and each
// once, in the order in which it was set out (COI-05).
func (s *State) Donated() (all []string) {
	for _, item := range s.Items {
		for _, code := range item.Donations {
			if !slices.Contains(all, code) {
				all = append(all, code)
			}
		}
	}
	return all
}

// donation is what a label says of donations: every code of what was set out,
// and what the protocol adds to them.
func (s *State) donation(planned string) string {
	codes := s.Donated()
	for i, code := range codes {
		codes[i] = register.Visible(code)
	}
	if planned != "" && !slices.Contains(codes, planned) {
		codes = append(codes, planned)
	}
	return strings.Join(codes, "; ")
}

// asSent puts back what came for the codes of an entry.
func (f Facts) asSent(ev Event) Facts {
	f.Sent, f.Unmarked = map[string]string{}, false
	put := func(code, sent string) {
		if sent != "" {
			f.Sent[code] = sent
		}
	}
	switch e := ev.(type) {
	case BatchOpened:
		put(e.Patient.Wristband, e.Patient.Sent)
		for _, item := range e.Items {
			put(item.Code, item.Sent)
		}
	case ItemSetOut:
		put(e.Item.Code, e.Item.Sent)
	case ScanAccepted:
		put(e.Raw, e.Sent)
	case ScanRefused:
		put(e.Raw, e.Sent)
	case LabelApplied:
		put(e.Raw, e.Sent)
	case CommandRefused:
		f.Unmarked = e.Code == "not_scanned"
	}
	return f
}

// OriginWords tell, in the trail, what is pinned of where an item came from; ""
// where nothing is.
func (e OpenedItem) OriginWords() string {
	words := ""
	if len(e.Donations) > 0 {
		words += ", donation " + register.Visible(strings.Join(e.Donations, "; "))
	}
	if e.Chain != "" {
		words += ", chain of identity " + e.Chain
	}
	return words
}
