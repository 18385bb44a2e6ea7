package register

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
	"pgregory.net/rapid"
)

// CTL-05: no evidence, no control site's signature, no active unit.
func TestAUnitBecomesActiveWithItsEvidenceAndTheControlSitesSignature(t *testing.T) {
	s := newShelf(t)
	unit := ListUnit{Unit: "U-1", Title: "clean room", Marking: "plate at the door", Place: "1 Example Road", Mode: PointOfCare}
	s.refused("no_role", "Asha", unit)
	s.must("Helen", unit)
	s.refused("evidence_missing", "Clara", InitiateUnit{Unit: "U-1", Reason: "we are in a hurry"})
	for _, what := range EvidenceWanted() {
		s.refused("evidence_missing", "Clara", InitiateUnit{Unit: "U-1", Reason: "we are in a hurry"})
		s.refused("no_document", "Helen", AddEvidence{Unit: "U-1", What: what})
		s.must("Helen", AddEvidence{Unit: "U-1", What: what, Document: "DOC-1"})
	}
	s.refused("bad_value", "Helen", AddEvidence{Unit: "U-1", What: "a good feeling", Document: "DOC-1"})
	s.refused("no_role", "Helen", InitiateUnit{Unit: "U-1", Reason: "all is there"})
	if s.books.UnitStanding("U-1").May() {
		t.Fatal("active without the control site's signature")
	}
	s.must("Clara", InitiateUnit{Unit: "U-1", Reason: "all is there"})
	s.refused("initiated_already", "Clara", InitiateUnit{Unit: "U-1", Reason: "again"})
	if !s.books.UnitStanding("U-1").May() {
		t.Fatal(s.books.UnitStanding("U-1").Why())
	}
}

// CTL-05, CTL-07: an entry that says so, signed under another role, does not
// fold either.
func TestAControlSitesActSignedUnderALocalRoleIsNoActOfIts(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", false)
	s.must("Helen", StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: effect})
	ev := UnitStopLifted{Variation: "VAR-9", Date: "2026-11-01"}
	draft, err := DraftOf(Written{UnitStream("U-1"), ev}, "p-0003", s.now, func() [32]byte { return [32]byte{} })
	if err != nil {
		t.Fatal(err)
	}
	e := audit.Entry{
		Stream: draft.Stream, Version: s.books.Version(draft.Stream) + 1, Kind: draft.Kind, KindVersion: 1, Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload,
		Signatures: []audit.Signature{{Signer: "p-0003", Role: string(identity.QualityLead), Meaning: string(identity.Approved)}},
	}
	if err := s.books.Apply(audit.Stored{Entry: e}, nil); err == nil {
		t.Fatal("a local quality lead lifted the regulator's stop")
	}
	e.Signatures[0].Role = string(identity.ControlSite)
	if err := s.books.Apply(audit.Stored{Entry: e}, nil); err != nil {
		t.Fatal(err)
	}
}

// CTL-06: each transition is its own signed act with reason and effect.
func TestAUnitIsPausedResumedAndCeasedWithReasonAndEffect(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", false)
	s.refused("no_effect", "Helen", PauseUnit{Unit: "U-1", Reason: "a leak"})
	s.refused("no_reason", "Helen", PauseUnit{Unit: "U-1", Effect: effect})
	s.must("Helen", PauseUnit{Unit: "U-1", Reason: "a leak", Effect: effect})
	s.refused("not_active", "Helen", PauseUnit{Unit: "U-1", Reason: "a leak", Effect: effect})
	if standing := s.books.UnitStanding("U-1"); standing.May() || standing.Stops != 1 || standing.Stop.Kind != StopPause {
		t.Fatalf("%+v", standing)
	}
	s.refused("no_role", "Helen", ResumeUnit{Unit: "U-1", Reason: "dry", Effect: effect})
	s.must("Clara", ResumeUnit{Unit: "U-1", Reason: "dry", Effect: effect})
	if standing := s.books.UnitStanding("U-1"); !standing.May() || standing.Stops != 1 {
		t.Fatalf("%+v", standing)
	}
	s.refused("no_role", "Helen", CeaseUnit{Unit: "U-1", Reason: "the ward closes", Effect: effect})
	s.must("Clara", CeaseUnit{Unit: "U-1", Reason: "the ward closes", Effect: effect})
	s.refused("unit_ceased", "Clara", ResumeUnit{Unit: "U-1", Reason: "it opens", Effect: effect})
	if len(s.books.Units()[0].History) < 10 {
		t.Fatal("the history is not whole")
	}
}

// CTL-07: a pause that ends leaves the regulator's stop where it is.
func TestTheRegulatorsStopIsNoPauseAndOutlivesOne(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", true)
	s.must("Helen", PauseUnit{Unit: "U-1", Reason: "a leak", Effect: effect})
	s.must("Helen", StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: effect})
	s.refused("stopped_already", "Helen", StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: effect})
	s.must("Clara", ResumeUnit{Unit: "U-1", Reason: "dry", Effect: effect})
	if standing := s.books.UnitStanding("U-1"); standing.May() || standing.Stop.Kind != StopSuspension {
		t.Fatalf("%+v", standing)
	}
	s.must("Helen", StopUnit{Unit: "U-1", Revoked: true, Reference: "MHRA-8", Reason: "inspection", Effect: effect})
	s.must("Helen", MoveUnit{Unit: "U-1", Place: "3 Example Road", Reason: "another ward", Effect: effect})
	s.must("Helen", ReturnUnit{Unit: "U-1", Document: "Q-2"})
	if standing := s.books.UnitStanding("U-1"); standing.May() || standing.Stop.Kind != StopRevocation {
		t.Fatalf("%+v", standing)
	}
	s.refused("no_role", "Helen", LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"})
	s.refused("no_document", "Clara", LiftStop{Unit: "U-1", Date: "2026-11-01"})
	s.refused("bad_date", "Clara", LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-12-01"})
	s.must("Clara", LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"})
	s.refused("not_stopped", "Clara", LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"})
	if standing := s.books.UnitStanding("U-1"); !standing.May() || standing.Stops != 4 {
		t.Fatalf("%+v", standing)
	}
}

// CTL-09: a unit that was moved is qualified again, and its places are kept.
func TestAUnitThatWasMovedWaitsForItsReturnToService(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", false)
	s.refused("not_relocatable", "Helen", MoveUnit{Unit: "U-1", Place: "3 Example Road", Reason: "another ward", Effect: effect})
	activeUnit(s, "U-2", true)
	elsewhere := ListUnit{Unit: "U-2", Title: "trailer", Marking: "plate", Place: "3 Example Road", Relocatable: true, Mode: Modular}
	s.refused("moved", "Helen", elsewhere)
	s.refused("nothing_changed", "Helen", MoveUnit{Unit: "U-2", Place: "1 example  road", Reason: "another ward", Effect: effect})
	s.must("Helen", MoveUnit{Unit: "U-2", Place: "3 Example Road", Reason: "another ward", Effect: effect})
	if standing := s.books.UnitStanding("U-2"); standing.May() || standing.Stop.Kind != StopMove || standing.Place != "3 Example Road" {
		t.Fatalf("%+v", standing)
	}
	s.refused("no_role", "Omar", ReturnUnit{Unit: "U-2", Document: "Q-2"})
	s.must("Helen", ReturnUnit{Unit: "U-2", Document: "Q-2"})
	s.refused("in_service", "Helen", ReturnUnit{Unit: "U-2", Document: "Q-2"})
	unit, _ := s.books.Unit("U-2")
	if !s.books.UnitStanding("U-2").May() || len(unit.Places) != 2 || unit.Places[0].Place != "1 Example Road" {
		t.Fatalf("%+v", unit.Places)
	}
}

// whim draws any act on a unit.
func whim(t *rapid.T) Command {
	return rapid.SampledFrom([]Command{
		ListUnit{Unit: "U-1", Title: "trailer", Marking: "plate", Place: "1 Example Road", Relocatable: true, Mode: PointOfCare},
		AddEvidence{Unit: "U-1", What: "people trained", Document: "DOC-2"},
		InitiateUnit{Unit: "U-1", Reason: "so be it"},
		PauseUnit{Unit: "U-1", Reason: "a leak", Effect: effect},
		ResumeUnit{Unit: "U-1", Reason: "dry", Effect: effect},
		StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: effect},
		StopUnit{Unit: "U-1", Revoked: true, Reference: "MHRA-8", Reason: "inspection", Effect: effect},
		LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"},
		LiftStop{Unit: "U-1", Date: "2026-11-01"},
		MoveUnit{Unit: "U-1", Place: rapid.SampledFrom([]string{"3 Example Road", "4 Example Road"}).Draw(t, "place"), Reason: "why not", Effect: effect},
		ReturnUnit{Unit: "U-1", Document: "Q-2"},
		CeaseUnit{Unit: "U-1", Reason: "the end", Effect: effect},
	}).Draw(t, "act")
}

// CTL-07: whoever does whatever, nothing but the control site's record of a
// granted variation lifts the regulator's stop, and no batch may begin while
// any stop stands.
func TestNobodyButTheControlSitesVariationLiftsTheRegulatorsStop(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newShelf(t)
		activeUnit(s, "U-1", true)
		stopped := false
		for range rapid.IntRange(1, 40).Draw(rt, "acts") {
			who := rapid.SampledFrom([]string{"Asha", "Omar", "Helen", "Ada", "Clara"}).Draw(rt, "who")
			command := whim(rt)
			err := s.do(who, command)
			var no interface{ Refused() (string, string) }
			if err != nil && !errors.As(err, &no) {
				rt.Fatalf("neither done nor refused: %v", err)
			}
			switch c := command.(type) {
			case StopUnit:
				stopped = stopped || err == nil
			case LiftStop:
				if err == nil && (who != "Clara" || c.Variation == "") {
					rt.Fatalf("%s lifted the stop by %q", who, c.Variation)
				}
				stopped = stopped && err != nil
			}
			unit, _ := s.books.Unit("U-1")
			if standing := s.books.UnitStanding("U-1"); stopped != (unit.Regulator != nil) || standing.May() && (stopped || unit.Requalify || unit.Status != Active) {
				rt.Fatalf("after %s by %s: %+v", command.Name(), who, standing)
			}
		}
		again := NewBooks()
		for i, e := range s.log {
			if err := again.Apply(e, s.opened[int64(i)]); err != nil {
				rt.Fatal(err)
			}
		}
		if a, b := again.UnitStanding("U-1"), s.books.UnitStanding("U-1"); a.Stops != b.Stops || a.Status != b.Status || a.May() != b.May() {
			rt.Fatalf("folded again: %+v, not %+v", a, b)
		}
	})
}

func TestAStopIsSaidInWords(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", true)
	for _, want := range []struct {
		why string
		how func()
	}{
		{"", func() {}},
		{"unit U-1 is paused by the control site: a leak", func() { s.must("Helen", PauseUnit{Unit: "U-1", Reason: "a leak", Effect: effect}) }},
		{"unit U-1 is suspended by the regulator: inspection (MHRA-7)", func() {
			s.must("Helen", StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: effect})
		}},
	} {
		want.how()
		if got := s.books.UnitStanding("U-1").Why(); got != want.why {
			t.Errorf("%q, not %q", got, want.why)
		}
	}
	if got := s.books.UnitStanding("U-9").Why(); got != "unit U-9 is not in the register" {
		t.Error(got)
	}
	s.now = s.now.Add(time.Hour)
	lines, err := Lines(s.books, LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"}, Facts{Person: s.people["Clara"], Zone: time.UTC, Now: s.now})
	if err != nil || len(lines) < 5 {
		t.Fatalf("%q, %v", lines, err)
	}
}

// Whatever is typed as a name, the refusal can be written and read again.
func TestARefusalOfSomethingThatHasNoNameStandsInTheLog(t *testing.T) {
	s := newShelf(t)
	for _, name := range []string{"", "/", "\x00", strings.Repeat("long ", 40), "a/b"} {
		s.refused("bad_name", "Helen", ListUnit{Unit: name, Title: "x", Marking: "x", Place: "x", Mode: PointOfCare})
		s.refused("bad_name", "Helen", ListProduct{Product: name, Title: "x", Supply: "x", Activity: Manufacture})
		s.refused("no_such_unit", "Helen", AddEvidence{Unit: name, What: "people trained", Document: "D"})
	}
}
