package reports

import (
	"encoding/hex"
	"fmt"
	"strings"

	"countersign/batch"
)

// redlines show how the protocol was changed for this batch alone: what it
// departs from, what changes in words, who approved it and who has read it, and
// the whole text that the batch was made by from there on (MBR-03).
func (r *record) redlines() {
	if len(r.State.Redlines) == 0 {
		return
	}
	r.part("The protocol was changed for this batch")
	r.introduce(small("A redline is another text of the protocol for this one batch. What was done before its approval was done by the text before it; nothing that was done is changed by it."))
	for i := range r.State.Redlines {
		red := &r.State.Redlines[i]
		stands := signOpen + " waits for its approval"
		switch {
		case red.Approved != nil:
			stands = "approved by " + who(*red.Approved) + ", " + r.at(red.Approved.At) + fmt.Sprintf(", entry %d of the batch; the batch goes on by it from there", red.Approved.Version)
		case red.Dropped != nil:
			stands = "given up by " + who(*red.Dropped) + ", " + r.at(red.Dropped.At) + ", because: " + red.Why
		}
		r.heading(fmt.Sprintf("Redline %d", red.Number), 4000)
		r.pairs([][2]string{
			{"Proposed", who(red.Act) + ", " + r.at(red.At)},
			{"Status", stands},
			{"Why", red.Reason},
			{"Read by", r.readers(red.Read)},
		})
		r.write(cell{
			{smallStyle, "Text that it departs from (SHA-256)"},
			{codeStyle, hex.EncodeToString(red.Base[:])},
			{smallStyle, "Text of the redline (SHA-256)"},
			{codeStyle, hex.EncodeToString(red.Digest[:])},
		})
		t := newTable(column{"What changes", 100})
		for _, change := range red.Changes {
			t.add(say(change))
		}
		r.grid(t)
		r.heading("Its whole text", 3000)
		r.write(code(red.Text))
	}
}

func (r *record) readers(read []batch.Act) string {
	var names []string
	for _, act := range read {
		names = append(names, who(act)+", "+r.at(act.At))
	}
	return orDash(strings.Join(names, "; "))
}

// madeBy names the text that the batch was opened by, and the one that it is
// made by where a redline changed it.
func (r *record) madeBy() {
	base, red := r.State.Protocol.Digest, r.State.Redline()
	if red != nil {
		for i := range r.State.Redlines {
			if r.State.Redlines[i].Approved != nil {
				base = r.State.Redlines[i].Base
				break
			}
		}
	}
	r.write(cell{{smallStyle, "Digest of the protocol's text (SHA-256)"}, {codeStyle, hex.EncodeToString(base[:])}})
	if red != nil {
		r.write(cell{
			{boldStyle, fmt.Sprintf("For this batch it was changed: the batch is made by redline %d, whose text has the SHA-256", red.Number)},
			{codeStyle, hex.EncodeToString(red.Digest[:])},
		})
	}
}
