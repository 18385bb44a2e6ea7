package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"countersign/batch"
	"countersign/register/label"
)

// labels lists every printing with what stood on it, what became of every copy,
// and the reconciliation (LAB-10; 21 CFR 211.188(b)(8)); or the immediate use
// with its confirmations, its clock and what was given and left (LAB-02, LAB-03).
func (r *record) labels() {
	account := r.State.ImmediateAccount(r.zone)
	if len(r.State.Labellings) == 0 && len(account) == 0 {
		return
	}
	r.part("Labels")
	if len(account) > 0 {
		r.write(strong("Immediate use without a final label"))
		for _, line := range account {
			r.write(say(line))
		}
	}
	if len(r.State.Labellings) == 0 {
		return
	}
	prints := newTable(column{"Printed", 26}, column{"Texts", 50}, column{"Codes", 24})
	for _, printing := range r.State.Labellings {
		head := cell{{boldStyle, string(printing.Kind)}}
		if printing.Of > 0 {
			head = append(head, text{plainStyle, fmt.Sprintf("in the place of label %d: %s", printing.Of, printing.Reason)})
		} else if printing.Reason != "" {
			head = append(head, text{plainStyle, "once manufacture had started: " + printing.Reason})
		}
		head = append(head, r.whoWhen(printing.Act)...)
		head = append(head, text{smallStyle, fmt.Sprintf("%d × %d mm, image SHA-256 %s", printing.Width, printing.Height, r.personal(printing.Image))})
		var texts, codes cell
		for _, line := range printing.Labels[0].Lines {
			if line.Personal {
				line.Text = r.personal(line.Text)
			}
			texts = append(texts, text{plainStyle, line.Text})
		}
		for i, one := range printing.Labels {
			codes = append(codes, text{plainStyle, fmt.Sprintf("label %d", printing.Numbers[i])}, text{codeStyle, one.Code.Line})
		}
		prints.add(head, texts, codes)
	}
	r.grid(prints)
	copies := newTable(column{"Label", 12}, column{"Kind", 18}, column{"What became of it", 40}, column{"Who, when", 30})
	for _, c := range r.State.LabelCopies {
		what, act := c.Standing(), c.Printed
		switch {
		case c.Ended != nil:
			what, act = what+": "+c.Reason, *c.Ended
			if c.Applied != nil {
				what += " (it had been applied)"
			}
		case c.Applied != nil:
			act = *c.Applied
			if c.Step != "" {
				what += " in step " + c.Step
			}
		}
		copies.add(say(fmt.Sprint(c.Number)), say(string(c.Kind)), say(what), r.whoWhen(act))
	}
	r.grid(copies)
	for _, counted := range r.State.Reconciled() {
		r.write(strong(counted.Sentence()))
	}
}

// LabelImage draws a printing and gives its hash, as the entry keeps it.
func LabelImage(size LabelSize, labels []label.Label) (pdf []byte, hash string, err error) {
	return labelImage(size, withLinear, labels)
}

func labelImage(size LabelSize, drawing LabelDrawing, labels []label.Label) (pdf []byte, hash string, err error) {
	pdf, err = labelPDF(size, drawing, labels)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(pdf)
	return pdf, hex.EncodeToString(sum[:]), nil
}

// LabelAgain draws a printing as it was drawn, by this program or an earlier
// one, and says how that was. It is an error where none of them drew what the
// entry keeps the hash of.
func LabelAgain(held batch.Labelling) (pdf []byte, drawing LabelDrawing, err error) {
	for _, drawing := range []LabelDrawing{withLinear, squareOnly} {
		pdf, hash, err := labelImage(LabelSize{held.Width, held.Height}, drawing, held.Labels)
		if err != nil {
			return nil, 0, err
		}
		if strings.EqualFold(hash, held.Image) {
			return pdf, drawing, nil
		}
	}
	return nil, 0, errors.New("the label drawn again is not the one whose image was kept")
}

// images draws every label of a batch again and compares it with the hash in its
// entry. In a masked record nobody can.
func (v *Verdict) images(state *batch.State) error {
	for _, printing := range state.Labellings {
		if state.Masked || printing.Image == "" {
			v.Unchecked = append(v.Unchecked, fmt.Sprintf("Whether the label of entry %d looked as it says: the patient is masked.", printing.Index))
			continue
		}
		if _, _, err := LabelAgain(printing); err != nil {
			return fmt.Errorf("entry %d: %w", printing.Index, err)
		}
	}
	if len(state.Labellings) > 0 && !state.Masked {
		v.pass("%d printings of labels were drawn again and are what was kept.", len(state.Labellings))
	}
	return nil
}
