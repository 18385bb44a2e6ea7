package ledger

import (
	"bytes"
	"context"
	"fmt"

	"countersign/audit"
)

// entry takes the next entry of the log, in order.
func (v *verification) entry(ctx context.Context, r *entryRow, l looked) error {
	at := v.tree.size
	if r.Index != at {
		return finding("entry", at, "", "it is missing: the next entry that is there is %d", r.Index)
	}
	if l.fault != nil {
		return l.fault
	}
	if err := audit.Follows(v.heads[r.Stream], l.entry); err != nil {
		return finding("stream", at, r.Stream, "%v", err)
	}
	if l.sign != nil {
		return l.sign
	}
	if nodes := v.tree.add(l.leaf); !bytes.Equal(nodes, r.Nodes) {
		return finding("node", at, r.Stream, "the hashes of the tree that it completes are not those that are stored")
	}
	v.heads[r.Stream] = audit.Head{Version: l.entry.Version, Hash: l.leaf}
	if err := v.opened(ctx, &l.entry); err != nil {
		return err
	}
	if err := v.command(ctx, at); err != nil {
		return err
	}
	v.report.Entries++
	v.report.Signatures += int64(len(l.entry.Signatures))
	if v.acknowledged != nil && v.acknowledged.size == v.tree.size && v.acknowledged.root() != v.tree.root() {
		return finding("tree", at, r.Stream, "up to here the log is not the one that was acknowledged")
	}
	return v.checkpointsHere(ctx)
}

// opened checks that each commitment of an entry has its opening, and no other is there.
func (v *verification) opened(ctx context.Context, e *audit.Entry) error {
	seen := make(map[string]bool, len(e.Sealed))
	for {
		o, err := v.openings.peek(ctx)
		if err != nil {
			return err
		}
		if o == nil || o.Index > e.Index {
			break
		}
		if o.Index < e.Index {
			return finding("opening", o.Index, "", "there is an opening of %q and no such entry", o.Name)
		}
		one, err := opening(o.Index, o.Name, o.Salt, o.Value)
		if err == nil {
			err = audit.CheckOpening(*e, one.SealedMember)
		}
		if err != nil {
			return finding("opening", e.Index, e.Stream, "%v", err)
		}
		seen[o.Name] = true
		v.report.Openings++
		v.openings.take()
	}
	if len(seen) != len(e.Sealed) {
		return finding("opening", e.Index, e.Stream, "%d of its %d sealed members have no opening", len(e.Sealed)-len(seen), len(e.Sealed))
	}
	return nil
}

// command checks that commands tile the log: an entry is where the last one ended, or within it.
func (v *verification) command(ctx context.Context, at int64) error {
	c, err := v.commands.peek(ctx)
	if err != nil {
		return err
	}
	if c != nil && c.First < v.commanded {
		return finding("command", c.First, "", "two commands claim the same entry")
	}
	if at < v.commanded {
		return nil
	}
	if c == nil || c.First != at {
		return finding("command", at, "", "no command wrote it")
	}
	v.commanded = c.First + c.Count
	v.commands.take()
	return nil
}

// checkpointsHere checks the checkpoint over the entries so far, if there is one.
func (v *verification) checkpointsHere(ctx context.Context) error {
	for {
		c, err := v.checkpoints.peek(ctx)
		if err != nil {
			return err
		}
		if c == nil || (c.Number == v.number+1 && c.Size > v.tree.size) {
			return nil
		}
		fault := func(format string, args ...any) error {
			return finding("checkpoint", -1, "", "number %d: %s", c.Number, fmt.Sprintf(format, args...))
		}
		signed, err := audit.OpenCheckpoint(c.Note, v.verifier)
		switch {
		case c.Number != v.number+1:
			return fault("number %d, which comes before it, is missing", v.number+1)
		case err != nil:
			return fault("%v", err)
		case signed.Origin != v.origin:
			return fault("it is another site's")
		case signed.Size != c.Size || !bytes.Equal(signed.Root[:], c.Root) || !signed.Time.Equal(c.Time):
			return fault("its columns do not say what was signed")
		case c.Size < v.tree.size:
			return fault("it is over %d entries and comes after one over more", c.Size)
		case signed.Root != v.tree.root():
			return fault("the first %d entries are not those that were signed", c.Size)
		}
		v.number, v.lastNote, v.report.Checkpoint = c.Number, c.Note, signed
		v.checkpoints.take()
	}
}

// end looks at what is left over when there are no more entries.
func (v *verification) end(ctx context.Context) error {
	c, err := v.checkpoints.peek(ctx)
	if err != nil {
		return err
	}
	if c != nil {
		// A note that does not open is that checkpoint's own fault; one that does was signed over more than there is.
		if signed, err := audit.OpenCheckpoint(c.Note, v.verifier); err != nil {
			return finding("checkpoint", -1, "", "number %d: %v", c.Number, err)
		} else if signed.Size != c.Size {
			return finding("checkpoint", -1, "", "number %d: its columns do not say what was signed", c.Number)
		}
		return finding("entry", v.tree.size, "", "it is missing: checkpoint %d was signed over %d entries and %d are there", c.Number, c.Size, v.tree.size)
	}
	if v.acknowledged != nil && v.tree.size < v.acknowledged.size {
		return finding("entry", v.tree.size, "", "it is missing: %d entries were acknowledged and %d are there", v.acknowledged.size, v.tree.size)
	}
	if v.commanded > v.tree.size {
		return finding("command", v.tree.size, "", "a command claims an entry that is not there")
	}
	cmd, err := v.commands.peek(ctx)
	if err != nil {
		return err
	}
	if cmd != nil {
		return finding("command", cmd.First, "", "a command claims an entry that is not there or that another command wrote")
	}
	o, err := v.openings.peek(ctx)
	if err != nil {
		return err
	}
	if o != nil {
		return finding("opening", o.Index, "", "there is an opening of %q and no such entry", o.Name)
	}
	if v.last != nil && (v.number < v.last.Number || v.number == v.last.Number && !bytes.Equal(v.lastNote, v.last.Note)) {
		return finding("checkpoint", -1, "", "number %d, which this daemon signed, is missing", v.last.Number)
	}
	return nil
}
