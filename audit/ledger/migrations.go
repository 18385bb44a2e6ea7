package ledger

import (
	"embed"

	"countersign/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// grants give the runtime role INSERT and SELECT, and the reader SELECT (AUD-03, 21 CFR 11.10(e)). Nobody is given
// UPDATE, DELETE or TRUNCATE, and the triggers refuse them to the owner.
const grants = `
REVOKE ALL ON SCHEMA audit FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM PUBLIC, {{.Runtime}}, {{.Reader}};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC, {{.Runtime}}, {{.Reader}};
GRANT USAGE ON SCHEMA audit TO {{.Runtime}}, {{.Reader}};
GRANT SELECT, INSERT ON audit.site, audit.entries, audit.openings, audit.commands, audit.checkpoints, audit.files TO {{.Runtime}};
GRANT SELECT ON audit.site, audit.entries, audit.openings, audit.commands, audit.checkpoints, audit.files TO {{.Reader}};
`

// Migrations is what the ledger keeps in the database: schema audit, with all of its tables append-only.
func Migrations() postgres.MigrationSet {
	set := postgres.MigrationSet{Name: "audit", FS: files, Grants: grants}
	for _, table := range []string{"audit.site", "audit.entries", "audit.openings", "audit.commands", "audit.checkpoints", "audit.files"} {
		set.Tables = append(set.Tables, postgres.Table{
			Name: table, Runtime: []postgres.Privilege{postgres.Select, postgres.Insert}, AppendOnly: true,
		})
	}
	return set
}
