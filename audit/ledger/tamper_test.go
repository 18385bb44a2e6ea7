package ledger_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/postgres/pgtest"
)

// story writes ten entries about two batches and a lot: signed ones, sealed ones, a command with two entries, and a
// checkpoint after the 4th, the 8th and the 10th.
func story(t *testing.T) (*ledger.Ledger, pgtest.DB, ledger.Options) {
	t.Helper()
	db, opts := pgtest.New(t, ledger.Migrations()), options(t)
	opts.CheckpointEvery = time.Hour
	if err := ledger.Create(t.Context(), db.Runtime, opts); err != nil {
		t.Fatal(err)
	}
	l := open(t, db.Runtime, opts)
	amira := newPerson(t)
	signed := func(stream audit.StreamID, text string) audit.Draft {
		head, err := l.StreamHead(t.Context(), stream)
		if err != nil {
			t.Fatal(err)
		}
		return amira.sign(head, draft(stream, text))
	}
	sealed := func(d audit.Draft, members ...audit.SealedMember) audit.Draft {
		d.Sealed = members
		return d
	}
	check := func() {
		if _, err := l.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	appended(t, l, keyed("k0", "0", sealed(draft("batch/B-1", "opened"), member("given", "Ada"), member("number", "943 476 5919"))))
	appended(t, l, keyed("k1", "1", signed("batch/B-1", "5.0 mL")))
	appended(t, l, one(draft("lot/9", "received")))
	appended(t, l, keyed("k3", "3", signed("batch/B-1", "6.0 mL")))
	check()
	appended(t, l, keyed("k4", "4", draft("batch/B-2", "opened"), draft("lot/9", "used")))
	appended(t, l, keyed("k6", "6", draft("batch/B-1", "closed")))
	appended(t, l, keyed("k7", "7", sealed(draft("batch/B-2", "patient"), member("given", "Grace"))))
	check()
	appended(t, l, keyed("k8", "8", draft("lot/9", "empty")))
	appended(t, l, keyed("k9", "9", draft("batch/B-2", "closed")))
	check()
	return l, db, opts
}

func member(name, value string) audit.SealedMember {
	m := audit.SealedMember{Name: name, Value: value}
	copy(m.Salt[:], name+" salt of thirty-two bytes or so.")
	return m
}

// intruder is a superuser who switched the triggers and constraints off.
type intruder struct {
	*testing.T
	*sqlx.DB
	opts ledger.Options
}

func (i intruder) do(statement string, args ...any) {
	i.Helper()
	if _, err := i.Exec(statement, args...); err != nil {
		i.Fatalf("%s: %v", statement, err)
	}
}

// rewrite alters an entry's bytes and puts its leaf hash and columns right.
func (i intruder) rewrite(index int64, alter func(e *audit.Entry)) {
	i.Helper()
	var raw []byte
	if err := i.Get(&raw, `SELECT bytes FROM audit.entries WHERE index = $1`, index); err != nil {
		i.Fatal(err)
	}
	e, err := audit.Decode(raw)
	if err != nil {
		i.Fatal(err)
	}
	alter(&e)
	if raw, err = audit.Encode(e); err != nil {
		i.Fatal(err)
	}
	leaf := audit.LeafHash(raw)
	i.do(`UPDATE audit.entries SET bytes = $2, leaf = $3, stream = $4, version = $5, previous = $6, kind = $7, time = $8 WHERE index = $1`,
		index, raw, leaf[:], string(e.Stream), e.Version, e.Previous[:], string(e.Kind), e.Time)
}

// note puts another note in the last checkpoint's row, with columns to match if it opens.
func (i intruder) note(key audit.SiteKey, alter func(c *audit.Checkpoint)) {
	i.Helper()
	var raw []byte
	if err := i.Get(&raw, `SELECT note FROM audit.checkpoints ORDER BY number DESC LIMIT 1`); err != nil {
		i.Fatal(err)
	}
	c, err := audit.OpenCheckpoint(raw, i.opts.SiteKey.Verifier())
	if err != nil {
		i.Fatal(err)
	}
	alter(&c)
	if raw, err = audit.SignCheckpoint(key, c); err != nil {
		i.Fatal(err)
	}
	i.do(`UPDATE audit.checkpoints SET note = $1, size = $2, root = $3, time = $4 WHERE number = (SELECT max(number) FROM audit.checkpoints)`,
		raw, c.Size, c.Root[:], c.Time)
}

const lastNumber = `(SELECT max(number) FROM audit.checkpoints)`

// tamperings are what somebody with every right does to the log (AUD-02, 21 CFR 11.10(c)), and what verification must
// name first: the check, and the index (-1 where it is about no one entry).
func tamperings() []struct {
	name  string
	how   func(i intruder)
	check string
	index int64
} {
	return []struct {
		name  string
		how   func(i intruder)
		check string
		index int64
	}{
		{"a value is edited in an entry's bytes", func(i intruder) {
			i.do(`UPDATE audit.entries SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '5.0 mL', '5.1 mL'), 'UTF8') WHERE index = 1`)
		}, "leaf", 1},
		{"a signed value is edited and its hash put right", func(i intruder) {
			i.rewrite(1, func(e *audit.Entry) { e.Payload = []byte(`{"text":"5.1 mL"}`) })
		}, "signature", 1},
		{"an unsigned value is edited and its hash put right", func(i intruder) {
			i.rewrite(9, func(e *audit.Entry) { e.Payload = []byte(`{"text":"never closed"}`) })
		}, "node", 9},
		{"an unsigned value is edited and every hash of the tree put right", func(i intruder) {
			i.rewrite(9, func(e *audit.Entry) { e.Payload = []byte(`{"text":"never closed"}`) })
			i.do(`UPDATE audit.entries SET nodes = sha256('\x01'::bytea || (SELECT leaf FROM audit.entries WHERE index = 8) || leaf) WHERE index = 9`)
		}, "tree", 9},
		{"an unsigned value in the middle is edited and its hash put right", func(i intruder) {
			i.rewrite(5, func(e *audit.Entry) { e.Payload = []byte(`{"text":"not used"}`) })
		}, "node", 5},
		{"a signature is taken off", func(i intruder) {
			i.rewrite(1, func(e *audit.Entry) { e.Signatures = nil })
		}, "node", 1},
		{"an entry is given another time", func(i intruder) {
			i.do(`UPDATE audit.entries SET time = time - interval '1 hour' WHERE index = 4`)
		}, "column", 4},
		{"an entry is filed under another stream", func(i intruder) {
			i.do(`UPDATE audit.entries SET stream = 'batch/B-3' WHERE index = 6`)
		}, "column", 6},
		{"an entry's version column is edited", func(i intruder) {
			i.do(`UPDATE audit.entries SET version = 40 WHERE index = 6`)
		}, "column", 6},
		{"an entry's kind column is edited", func(i intruder) {
			i.do(`UPDATE audit.entries SET kind = 'test.other' WHERE index = 6`)
		}, "column", 6},
		{"an entry's previous hash column is edited", func(i intruder) {
			i.do(`UPDATE audit.entries SET previous = sha256('x') WHERE index = 6`)
		}, "column", 6},
		{"an entry's leaf hash is edited", func(i intruder) {
			i.do(`UPDATE audit.entries SET leaf = sha256('x') WHERE index = 2`)
		}, "leaf", 2},
		{"an entry's bytes are emptied", func(i intruder) {
			i.do(`UPDATE audit.entries SET bytes = '' WHERE index = 3`)
		}, "leaf", 3},
		{"an entry is written otherwise, with the same meaning", func(i intruder) {
			i.do(`UPDATE audit.entries SET bytes = bytes || '\x20', leaf = sha256('\x00'::bytea || bytes || '\x20') WHERE index = 3`)
		}, "entry", 3},
		{"an entry from the middle is deleted", func(i intruder) {
			i.do(`DELETE FROM audit.entries WHERE index = 4`)
		}, "entry", 4},
		{"the first entry is deleted", func(i intruder) {
			i.do(`DELETE FROM audit.entries WHERE index = 0`)
		}, "entry", 0},
		{"an entry is deleted and the later ones moved up", func(i intruder) {
			i.do(`DELETE FROM audit.entries WHERE index = 4`)
			for at := 5; at <= 9; at++ {
				i.do(`UPDATE audit.entries SET index = index - 1 WHERE index = $1`, at)
			}
		}, "entry", 4},
		{"the last entry is deleted", func(i intruder) {
			i.do(`DELETE FROM audit.entries WHERE index = 9`)
		}, "entry", 9},
		{"the last entries, their commands and their checkpoints are deleted", func(i intruder) {
			i.do(`DELETE FROM audit.entries WHERE index >= 8`)
			i.do(`DELETE FROM audit.commands WHERE first >= 8`)
			i.do(`DELETE FROM audit.checkpoints WHERE size > 8`)
		}, "entry", 8},
		{"the whole log is truncated", func(i intruder) {
			i.do(`TRUNCATE audit.entries, audit.openings, audit.commands`)
		}, "entry", 0},
		{"an entry is put in at the end", func(i intruder) {
			i.do(`INSERT INTO audit.entries SELECT 10, stream, version + 1, leaf, sha256('x'), kind, time, bytes, nodes FROM audit.entries WHERE index = 9`)
		}, "leaf", 10},
		{"a well-made entry is put in at the end", func(i intruder) {
			i.do(`INSERT INTO audit.entries SELECT 10, stream, version + 1, leaf, leaf, kind, time, bytes, nodes FROM audit.entries WHERE index = 9`)
			i.do(`UPDATE audit.entries SET previous = (SELECT leaf FROM audit.entries WHERE index = 9) WHERE index = 10`)
			i.rewrite(10, func(e *audit.Entry) {
				e.Index, e.Version = 10, e.Version+1
			})
		}, "stream", 10},
		{"two entries change places", func(i intruder) {
			i.do(`UPDATE audit.entries SET index = CASE index WHEN 102 THEN 6 ELSE index + 100 END WHERE index IN (2, 6)`)
			i.do(`UPDATE audit.entries SET index = CASE index WHEN 102 THEN 6 ELSE 2 END WHERE index IN (102, 106)`)
		}, "entry", 2},
		{"two entries change places and say so", func(i intruder) {
			i.do(`UPDATE audit.entries SET index = index + 100, version = version + 100 WHERE index IN (8, 9)`)
			i.do(`UPDATE audit.entries SET index = CASE index WHEN 108 THEN 9 ELSE 8 END, version = version - 100 WHERE index IN (108, 109)`)
			i.rewrite(8, func(e *audit.Entry) { e.Index = 8 })
			i.rewrite(9, func(e *audit.Entry) { e.Index = 9 })
		}, "node", 8},
		{"a node of the tree is edited", func(i intruder) {
			i.do(`UPDATE audit.entries SET nodes = sha256('x') || substring(nodes FROM 33) WHERE index = 3`)
		}, "node", 3},
		{"the nodes of the tree are removed", func(i intruder) {
			i.do(`UPDATE audit.entries SET nodes = '' WHERE index = 7`)
		}, "node", 7},
		{"a node is added where none belongs", func(i intruder) {
			i.do(`UPDATE audit.entries SET nodes = sha256('x') WHERE index = 4`)
		}, "node", 4},
		{"an opening's value is edited", func(i intruder) {
			i.do(`UPDATE audit.openings SET value = 'Eve' WHERE index = 0 AND name = 'given'`)
		}, "opening", 0},
		{"an opening's salt is edited", func(i intruder) {
			i.do(`UPDATE audit.openings SET salt = sha256('x') WHERE index = 7`)
		}, "opening", 7},
		{"an opening is deleted", func(i intruder) {
			i.do(`DELETE FROM audit.openings WHERE index = 0 AND name = 'number'`)
		}, "opening", 0},
		{"all openings are truncated", func(i intruder) { i.do(`TRUNCATE audit.openings`) }, "opening", 0},
		{"an opening is moved to another entry", func(i intruder) {
			i.do(`UPDATE audit.openings SET index = 6 WHERE index = 7`)
		}, "opening", 6},
		{"an opening is put in", func(i intruder) {
			i.do(`INSERT INTO audit.openings VALUES (2, 'patient', sha256('x'), 'Eve')`)
		}, "opening", 2},
		{"an opening is put in for an entry that is not there", func(i intruder) {
			i.do(`INSERT INTO audit.openings VALUES (77, 'patient', sha256('x'), 'Eve')`)
		}, "opening", 77},
		{"a checkpoint's root is edited", func(i intruder) {
			i.do(`UPDATE audit.checkpoints SET root = sha256('x') WHERE number = 2`)
		}, "checkpoint", -1},
		{"a checkpoint's note is edited", func(i intruder) {
			i.do(`UPDATE audit.checkpoints SET note = convert_to(replace(convert_from(note, 'UTF8'), '2026', '2025'), 'UTF8') WHERE number = ` + lastNumber)
		}, "checkpoint", -1},
		{"a checkpoint is signed by another key", func(i intruder) {
			i.note(options(i.T).SiteKey, func(*audit.Checkpoint) {})
		}, "checkpoint", -1},
		{"a checkpoint is signed over another root with the stolen site key", func(i intruder) {
			i.note(i.opts.SiteKey, func(c *audit.Checkpoint) { c.Root[0] ^= 1 })
		}, "checkpoint", -1},
		{"a checkpoint is deleted", func(i intruder) { i.do(`DELETE FROM audit.checkpoints WHERE number = 2`) }, "checkpoint", -1},
		{"the last checkpoint is deleted", func(i intruder) {
			i.do(`DELETE FROM audit.checkpoints WHERE number = ` + lastNumber)
		}, "checkpoint", -1},
		{"all checkpoints are truncated", func(i intruder) { i.do(`TRUNCATE audit.checkpoints`) }, "checkpoint", -1},
		{"two checkpoints change places", func(i intruder) {
			i.do(`UPDATE audit.checkpoints SET number = number + 100`)
			i.do(`UPDATE audit.checkpoints SET number = CASE number WHEN 102 THEN 3 WHEN 103 THEN 2 ELSE number - 100 END`)
		}, "checkpoint", -1},
		{"a command is deleted", func(i intruder) { i.do(`DELETE FROM audit.commands WHERE first = 4`) }, "command", 4},
		{"a command is given more entries", func(i intruder) { i.do(`UPDATE audit.commands SET count = 2 WHERE first = 2`) }, "command", 3},
		{"a command is put in", func(i intruder) {
			i.do(`INSERT INTO audit.commands VALUES (10, 1, 'forged', sha256('x'))`)
		}, "command", 10},
		{"all commands are truncated", func(i intruder) { i.do(`TRUNCATE audit.commands`) }, "command", 0},
		{"the log is put under another site's name", func(i intruder) { i.do(`UPDATE audit.site SET origin = 'other.countersign'`) }, "site", -1},
	}
}

func TestVerificationNamesTheFirstThingThatDoesNotHold(t *testing.T) {
	for _, c := range tamperings() {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			l, db, opts := story(t)
			if report, err := l.Verify(t.Context(), nil); err != nil || report.First != nil {
				t.Fatalf("before: %v, %v", report.First, err)
			}
			i := intruder{t, db.Super, opts}
			for _, table := range []string{"site", "entries", "openings", "commands", "checkpoints"} {
				i.do(`ALTER TABLE audit.` + table + ` DISABLE TRIGGER ALL`)
			}
			c.how(i)
			report, err := l.Verify(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if report.First == nil || report.First.Check != c.check || report.First.Index != c.index {
				t.Errorf("named first: %+v", report.First)
			}
		})
	}
}

func TestALogThatNobodyTouchedHolds(t *testing.T) {
	l, db, opts := story(t)
	var last, total int64
	report, err := l.Verify(t.Context(), func(done, of int64) { last, total = done, of })
	if err != nil || report.First != nil {
		t.Fatalf("%v, %v", report.First, err)
	}
	if report.Entries != 10 || report.Signatures != 2 || report.Openings != 3 || report.Checkpoint.Size != 10 || last != 10 || total != 10 {
		t.Errorf("the report is %+v, the progress %d of %d", report, last, total)
	}
	report, err = ledger.NewReader(db.Reader, opts.Origin, opts.SiteKey.Verifier()).Verify(t.Context(), nil)
	if err != nil || report.First != nil || report.Entries != 10 {
		t.Errorf("the reader finds %+v, %v", report, err)
	}
}

func TestTheTriggersRefuseEvenTheOwnerAndTheSuperuser(t *testing.T) {
	_, db, _ := story(t)
	for _, who := range []*sqlx.DB{db.Owner, db.Super, db.Runtime, db.Reader} {
		for _, table := range []string{"site", "entries", "openings", "commands", "checkpoints"} {
			for _, statement := range []string{`DELETE FROM audit.` + table, `TRUNCATE audit.` + table, `UPDATE audit.` + table + ` SET ctid = ctid`} {
				if strings.HasPrefix(statement, "UPDATE") {
					column := map[string]string{"site": "origin", "entries": "kind", "openings": "value", "commands": "key", "checkpoints": "size"}[table]
					statement = `UPDATE audit.` + table + ` SET ` + column + ` = ` + column
				}
				if _, err := who.Exec(statement); err == nil {
					t.Errorf("%s was carried out", statement)
				}
			}
		}
	}
	if _, err := db.Super.Exec(`SET session_replication_role = replica; DELETE FROM audit.entries`); err == nil {
		t.Error("a session that calls itself a replica deletes entries")
	}
}

func TestABundleVerifiesOnItsOwn(t *testing.T) {
	l, _, opts := story(t)
	b, err := l.Bundle(t.Context(), []audit.StreamID{"batch/B-1", "lot/9"}, true)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := audit.VerifyBundle(b, opts.SiteKey.Verifier())
	if err != nil || len(opened.Entries) != 7 || opened.Openings != 2 || opened.Signatures != 2 {
		t.Errorf("opened are %d entries, %v", len(opened.Entries), err)
	}
	masked, err := l.Bundle(t.Context(), []audit.StreamID{"batch/B-1"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err = audit.VerifyBundle(masked, opts.SiteKey.Verifier()); err != nil || opened.Openings != 0 || len(masked.Openings) != 0 {
		t.Errorf("the masked bundle: %v", err)
	}
	masked.Entries[1].Bytes = bytes.Replace(masked.Entries[1].Bytes, []byte("5.0 mL"), []byte("5.1 mL"), 1)
	if _, err := audit.VerifyBundle(masked, opts.SiteKey.Verifier()); err == nil {
		t.Error("an edited bundle verifies")
	}
	if _, err := l.Bundle(t.Context(), []audit.StreamID{"batch/B-9"}, false); err == nil {
		t.Error("there is a bundle of a stream that does not exist")
	}
}

func TestCheckpointsAreOfOneGrowingLog(t *testing.T) {
	l, db, opts := story(t)
	var notes [][]byte
	if err := db.Reader.Select(&notes, `SELECT note FROM audit.checkpoints ORDER BY number`); err != nil {
		t.Fatal(err)
	}
	var all []audit.Checkpoint
	for _, n := range notes {
		c, err := audit.OpenCheckpoint(n, opts.SiteKey.Verifier())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	for i := range all {
		for j := i; j < len(all); j++ {
			proof, err := l.ProveConsistency(t.Context(), all[i].Size, all[j].Size)
			if err != nil {
				t.Fatal(err)
			}
			if err := audit.VerifyConsistency(all[i], all[j], proof); err != nil {
				t.Errorf("%d and %d: %v", all[i].Size, all[j].Size, err)
			}
		}
	}
}
