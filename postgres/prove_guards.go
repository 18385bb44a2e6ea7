package postgres

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Bits of pg_trigger.tgtype (trigger.h).
const (
	triggerBefore   = 1 << 1
	triggerDelete   = 1 << 3
	triggerUpdate   = 1 << 4
	triggerTruncate = 1 << 5
)

// guards looks at the triggers and rules of every declared table. The triggers of an append-only table must stand
// before UPDATE, DELETE and TRUNCATE, and none of any table may be switched off or be left to replicas.
func (p *prover) guards(ctx context.Context, tx *sqlx.Tx) error {
	for _, s := range p.want.Sets {
		for _, t := range s.Tables {
			if err := p.tableGuards(ctx, tx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *prover) tableGuards(ctx context.Context, tx *sqlx.Tx, t Table) error {
	oid, err := oidOf(ctx, tx, t.Name)
	if err != nil || oid == 0 { // a missing table was named already
		return err
	}
	var rules []string
	err = tx.SelectContext(ctx, &rules, `
		SELECT rulename FROM pg_catalog.pg_rewrite WHERE ev_class = $1::bigint::oid AND rulename <> '_RETURN' ORDER BY 1`, oid)
	if err != nil {
		return err
	}
	for _, r := range rules {
		p.say("The rule %s on %s rewrites statements before they are carried out; drop it.", r, t.Name)
	}
	var triggers []struct {
		Name    string `db:"name"`
		Enabled string `db:"enabled"`
		Kind    int    `db:"kind"`
		// Narrow is set if the trigger looks at some columns or some rows only.
		Narrow bool `db:"narrow"`
	}
	err = tx.SelectContext(ctx, &triggers, `
		SELECT tgname AS name, tgenabled::text AS enabled, tgtype::int AS kind,
		       (tgqual IS NOT NULL OR tgattr::text <> '') AS narrow
		FROM pg_catalog.pg_trigger WHERE tgrelid = $1::bigint::oid AND NOT tgisinternal ORDER BY 1`, oid)
	if err != nil {
		return err
	}
	guarded := 0
	for _, g := range triggers {
		switch g.Enabled {
		case "D":
			p.say("The trigger %s on %s is switched off; switch it on.", g.Name, t.Name)
			continue
		case "R":
			p.say("The trigger %s on %s fires on replicas only; enable it always.", g.Name, t.Name)
			continue
		case "O":
			if t.AppendOnly {
				p.say("The trigger %s on %s can be stepped around by a session that calls itself a replica; enable it always.", g.Name, t.Name)
			}
		}
		if g.Kind&triggerBefore != 0 && !g.Narrow {
			guarded |= g.Kind
		}
	}
	if !t.AppendOnly {
		return nil
	}
	for _, need := range []struct {
		bit  int
		word string
	}{{triggerUpdate, "UPDATE"}, {triggerDelete, "DELETE"}, {triggerTruncate, "TRUNCATE"}} {
		if guarded&need.bit == 0 {
			p.say("No trigger refuses %s on %s, so its owner could rewrite it.", need.word, t.Name)
		}
	}
	return nil
}
