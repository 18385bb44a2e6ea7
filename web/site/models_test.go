package site

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
)

// MBR-03: two records with one number are no log that this program wrote, and
// it does not go on with it.
func TestALogInWhichAnIssueNumberStandsTwiceIsRefused(t *testing.T) {
	text, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	now, m := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), newModels(nil, 0)
	author := identity.Person{ID: "p-0003", Active: true, Roles: []identity.Role{identity.ProtocolAuthor}}
	draft, err := library.Decide(m.library, library.Submit{Text: string(text)}, author, now)
	if err != nil {
		t.Fatal(err)
	}
	entry := func(d audit.Draft) audit.Stored {
		return audit.Stored{Entry: audit.Entry{
			Stream: d.Stream, Version: 1, Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Actor: d.Actor, Payload: d.Payload,
			Signatures: []audit.Signature{{Signer: d.Actor, Meaning: string(identity.Approved)}},
		}}
	}
	if err := m.fold([]audit.Stored{entry(draft)}, nil, nil); err != nil {
		t.Fatal(err)
	}
	p, _ := m.library.Find("aso-intrathecal", 1)
	open := func(id, issue string) error {
		draft, err := batch.DraftOf(batch.BatchOpened{
			Batch: id, Protocol: "aso-intrathecal", Version: 1, Digest: p.Protocol.Digest, Issue: issue,
			Order: map[string]string{"dose": "12.0", "strength": "2.4"}, Values: map[string]string{"dose": "12.0 mg", "strength": "2.4 mg/mL"},
			Items: []batch.OpenedItem{},
		}, id, "p-0004", now, func() [32]byte { return [32]byte{} })
		if err != nil {
			t.Fatal(err)
		}
		entries := []audit.Stored{entry(draft)}
		ahead, err := m.resume(t.Context(), entries)
		if err != nil {
			t.Fatal(err)
		}
		return m.fold(entries, map[int64]map[string]string{0: {"name": "EXAMPLE, Robin", "wristband": "W"}}, ahead)
	}
	for _, one := range []struct{ id, issue, why string }{
		{"B-1", "royal.example/aso-intrathecal/1/0001", ""},
		{"B-2", "", ""}, // of an older program
		{"B-3", "", ""},
		{"B-4", "royal.example/aso-intrathecal/1/0001", "that of batch B-1 already"},
		{"B-5", "royal.example/aso-intrathecal/1/0002", ""},
	} {
		if err := open(one.id, one.issue); (one.why == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), one.why) {
			t.Errorf("%s: %v", one.id, err)
		}
	}
}
