package register

import (
	"strings"
	"testing"
	"time"

	"countersign/audit"
)

func example() Site {
	return Site{
		Origin: "example-hospital.countersign", Name: "Example Hospital", Unit: "Day ward 4", Address: "1 Example Road, Exampleton",
		ControlSite: "Example Control Site, 2 Example Road, Exampleton", Licence: "MS 00000", Kind: Live, Zone: "Europe/London",
	}
}

func TestASiteComesBackFromItsFirstEntry(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	draft, err := FoundSite(example(), now)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadSite(audit.Entry{Origin: "example-hospital.countersign", Stream: draft.Stream, Kind: draft.Kind, KindVersion: 1, Payload: draft.Payload})
	if err != nil || got != example() {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := ReadSite(audit.Entry{Origin: "elsewhere", Stream: draft.Stream, Kind: draft.Kind, KindVersion: 1, Payload: draft.Payload}); err == nil {
		t.Error("a site's entry was read in another site's log")
	}
}

// MBR-07: a rehearsal can never be taken for a real site, nor the other way round.
func TestARehearsalSiteSaysSoInItsOrigin(t *testing.T) {
	for _, row := range []struct{ origin, kind, want string }{
		{"ward.countersign", Rehearsal, "ends in"},
		{"ward.rehearsal", Live, "cannot be a live one"},
		{"ward.training", Rehearsal, "ends in"},
		{"ward.countersign", "pretend", "live, training or rehearsal"},
		{"ward.rehearsal", Rehearsal, ""},
		{"ward.training", Training, ""},
	} {
		site := example()
		site.Origin, site.Kind = row.origin, row.kind
		err := site.Check()
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s as %s: %v", row.origin, row.kind, err)
		}
	}
}
