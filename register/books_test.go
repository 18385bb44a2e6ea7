package register

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// shelf is a site's registers in memory: acts are decided, written and folded
// as at a real one.
type shelf struct {
	t      testing.TB
	books  *Books
	people map[string]identity.Person
	now    time.Time
	index  int64
	log    []audit.Stored
	opened map[int64]map[string]string
}

func newShelf(t testing.TB) *shelf {
	s := &shelf{
		t: t, books: NewBooks(), people: map[string]identity.Person{}, opened: map[int64]map[string]string{},
		now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC),
	}
	for i, who := range []struct {
		name  string
		roles []identity.Role
	}{
		{"Asha", []identity.Role{identity.Technician}},
		{"Omar", []identity.Role{identity.Pharmacist}},
		{"Helen", []identity.Role{identity.QualityLead}},
		{"Ada", []identity.Role{identity.Administrator}},
		{"Clara", []identity.Role{identity.ControlSite}},
	} {
		s.people[who.name] = identity.Person{
			ID: identity.PersonID("p-000" + string(rune('1'+i))), Username: strings.ToLower(who.name), Name: who.name, Roles: who.roles, Active: true,
			Keys: []identity.Key{{Public: strings.Repeat("ab", 32), From: 1, Attested: true}},
		}
	}
	return s
}

// do gives a command; what it comes to is written and folded.
func (s *shelf) do(who string, c Command) error {
	s.t.Helper()
	w, err := Decide(s.books, c, Facts{Person: s.people[who], Zone: time.UTC, Now: s.now})
	if err != nil {
		var refusal *Refusal
		if errors.As(err, &refusal) {
			s.write(who, Refused(s.books, c, refusal))
		}
		return err
	}
	beside := Beside(s.books, w)
	s.write(who, w)
	for _, one := range beside {
		s.write(who, one)
	}
	return nil
}

func (s *shelf) write(who string, w Written) {
	s.t.Helper()
	draft, err := DraftOf(w, s.people[who].ID, s.now, func() [32]byte { return [32]byte{1} })
	if err != nil {
		s.t.Fatal(err)
	}
	e := audit.Entry{
		Origin: "royal.example", Index: s.index, Stream: draft.Stream, Version: s.books.Version(draft.Stream) + 1, Kind: draft.Kind,
		KindVersion: draft.KindVersion, Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload, Sealed: draft.Commitments(),
	}
	if meaning := w.Event.meaning(); meaning != "" {
		p := s.people[who]
		e.Signatures = []audit.Signature{{Signer: string(p.ID), Name: p.Name, Role: string(p.Roles[0]), Meaning: string(meaning)}}
	}
	s.opened[s.index] = map[string]string{}
	if sealing, ok := w.Event.(sealer); ok {
		s.opened[s.index] = sealing.sealed()
	}
	raw, err := audit.Canonical(e) // stands for the entry's bytes: what is drawn follows from them
	if err != nil {
		s.t.Fatal(err)
	}
	stored := audit.Stored{Entry: e, Bytes: raw}
	if err := s.books.Apply(stored, s.opened[s.index]); err != nil {
		s.t.Fatal(err)
	}
	s.log = append(s.log, stored)
	s.index++
	s.now = s.now.Add(time.Minute)
}

func (s *shelf) must(who string, c Command) {
	s.t.Helper()
	if err := s.do(who, c); err != nil {
		s.t.Fatalf("%s by %s: %v", c.Name(), who, err)
	}
}

// refused gives a command that has to be refused under a code.
func (s *shelf) refused(code, who string, c Command) {
	s.t.Helper()
	err := s.do(who, c)
	var no interface{ Refused() (string, string) }
	if !errors.As(err, &no) {
		s.t.Fatalf("%s by %s: %v, not %s", c.Name(), who, err, code)
	}
	if got, sentence := no.Refused(); got != code {
		s.t.Fatalf("%s by %s: %s (%s), not %s", c.Name(), who, got, sentence, code)
	}
}

func vials() ListMaterial {
	return ListMaterial{Material: "vial", Title: "antisense drug product", Codes: []string{"09501101530003"}, Unit: "mL", Opened: "6 h"}
}

func delivery(s *shelf) ReceiveLot {
	return ReceiveLot{
		Material: "vial", Code: "VIAL-1", Number: "ASO-7", Expiry: s.now.AddDate(0, 6, 0), Quantity: "5.0 mL",
		Supplier: "Example Works", Document: "delivery note 4",
	}
}

func TestALotIsReleasedBySomebodyWhoDidNotTakeItInAndNeverComesBackOnceRejected(t *testing.T) {
	s := newShelf(t)
	s.refused("no_such_material", "Omar", delivery(s))
	s.refused("no_role", "Omar", vials())
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.refused("code_taken", "Omar", delivery(s))
	s.refused("not_independent", "Omar", ReleaseLot{Lot: "L-0001", Document: "COA-7"})
	s.refused("no_role", "Asha", ReleaseLot{Lot: "L-0001", Document: "COA-7"})
	if fit, ok := s.books.Scanned("VIAL-1", s.now); !ok || fit.Released {
		t.Fatalf("%+v", fit)
	}
	s.must("Helen", ReleaseLot{Lot: "L-0001", Document: "COA-7"})
	s.must("Asha", QuarantineLot{Lot: "L-0001", Reason: "a cracked vial in the box"})
	if fit, _ := s.books.Scanned("VIAL-1", s.now); fit.Ended == "" || fit.Released {
		t.Fatalf("a quarantined lot may be used: %+v", fit)
	}
	s.must("Helen", ReleaseLot{Lot: "L-0001", Document: "COA-7, and inspected"})
	s.must("Helen", RejectLot{Lot: "L-0001", Reason: "more of them are cracked"})
	s.refused("lot_ended", "Helen", ReleaseLot{Lot: "L-0001", Document: "COA-7"})
	s.refused("lot_ended", "Omar", OpenLot{Lot: "L-0001"})
}

func TestAnOpenedLotHasLessTimeAndAnExpiredOneIsNotReleased(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.must("Asha", OpenLot{Lot: "L-0001"})
	opened := s.now.Add(-time.Minute)
	fit, _ := s.books.Scanned("VIAL-1", s.now)
	if want := opened.Add(6 * time.Hour); !fit.Until.Equal(want) {
		t.Fatalf("may be used until %s, not %s", fit.Until, want)
	}
	s.refused("opened_already", "Asha", OpenLot{Lot: "L-0001"})
	s.now = opened.Add(6*time.Hour + time.Second)
	s.refused("out_of_date", "Helen", ReleaseLot{Lot: "L-0001", Document: "COA-7"})
}

func TestALotGivesNoMoreThanItHoldsAndTakesBackNoMoreThanItGave(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	s.must("Omar", delivery(s))
	s.write("Asha", Written{StockStream("L-0001"), StockTaken{Batch: "B-1", Item: "vial", Amount: "3.0 mL"}})
	lot, _ := s.books.Lot("L-0001")
	if lot.Left.String() != "2 mL" {
		t.Fatalf("%s is left", lot.Left)
	}
	taken := StockTaken{Batch: "B-2", Item: "vial", Amount: "2001 uL"}
	if refusal := taken.check(s.books, "L-0001", Act{}); refusal == nil || refusal.Code != "not_enough" {
		t.Fatalf("%+v", refusal)
	}
	back := StockReturned{Batch: "B-2", Item: "vial", Amount: "1 mL"}
	if refusal := back.check(s.books, "L-0001", Act{}); refusal == nil || refusal.Code != "not_taken" {
		t.Fatalf("%+v", refusal)
	}
	s.write("Asha", Written{StockStream("L-0001"), StockReturned{Batch: "B-1", Item: "vial", Amount: "1 mL"}})
	s.refused("nothing_changed", "Asha", AdjustStock{Lot: "L-0001", Left: "3.00 mL", Reason: "counted"})
	s.refused("more_than_came", "Asha", AdjustStock{Lot: "L-0001", Left: "5.1 mL", Reason: "counted"})
	s.must("Asha", AdjustStock{Lot: "L-0001", Left: "2.5 mL", Reason: "spilt while counting"})
	if lot, _ = s.books.Lot("L-0001"); lot.Left.String() != "2.5 mL" || len(lot.Uses) != 3 {
		t.Fatalf("%s is left, %d rows", lot.Left, len(lot.Uses))
	}
}

func TestAMachineIsTakenByOneBatchAtATimeAndIsNotCleanAfterwards(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", ListEquipment{Kind: "cabinet", Title: "safety cabinet 2", Code: "CAB-2", Model: "SC-900", Serial: "77", Place: "room 4"})
	s.refused("out_of_date", "Omar", ProveEquipment{Equipment: "E-0001", What: "qualified", Until: s.now, Document: "Q-1"})
	s.must("Omar", ProveEquipment{Equipment: "E-0001", What: "qualified", Until: s.now.AddDate(1, 0, 0), Document: "Q-1"})
	s.must("Asha", CleanEquipment{Equipment: "E-0001"})
	s.write("Asha", Written{LogbookStream("E-0001"), EquipmentTaken{Batch: "B-1", Item: "cabinet"}})
	taken := EquipmentTaken{Batch: "B-2", Item: "cabinet"}
	if refusal := taken.check(s.books, "E-0001", Act{}); refusal == nil || refusal.Code != "in_use" {
		t.Fatalf("%+v", refusal)
	}
	s.refused("in_use", "Asha", CleanEquipment{Equipment: "E-0001"})
	s.write("Asha", Written{LogbookStream("E-0001"), EquipmentFreed{Batch: "B-1", Item: "cabinet"}})
	if fit, _ := s.books.Scanned("CAB-2", s.now); fit.Holder != "" || fit.UsedBy != "B-1" {
		t.Fatalf("%+v", fit)
	}
	s.must("Asha", CleanEquipment{Equipment: "E-0001"})
	if fit, _ := s.books.Scanned("CAB-2", s.now); fit.UsedBy != "" || !fit.Clean {
		t.Fatalf("%+v", fit)
	}
	s.must("Asha", StopEquipment{Equipment: "E-0001", Reason: "its alarm sounds"})
	if fit, _ := s.books.Scanned("CAB-2", s.now); fit.Ended == "" {
		t.Fatalf("%+v", fit)
	}
	s.refused("no_role", "Asha", ReturnEquipment{Equipment: "E-0001", Document: "repair 3"})
	s.must("Omar", ReturnEquipment{Equipment: "E-0001", Document: "repair 3"})
	s.must("Helen", ListEquipment{Equipment: "E-0001", Kind: "cabinet", Title: "safety cabinet 2", Code: "CAB-2", Place: "room 5"})
	if fit, _ := s.books.Scanned("CAB-2", s.now); !fit.Qualified.IsZero() {
		t.Fatal("a machine that was moved counts as qualified")
	}
}

func TestAPatientsNumberIsSealedAndTheRestStands(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", vials())
	c := delivery(s)
	c.ForPatient = "999 000 0018"
	s.must("Omar", c)
	entry := s.log[len(s.log)-1]
	if strings.Contains(string(entry.Payload), "0018") || len(entry.Sealed) != 1 {
		t.Fatalf("%s", entry.Payload)
	}
	masked := NewBooks()
	for _, e := range s.log {
		if err := masked.Apply(e, nil); err != nil {
			t.Fatal(err)
		}
	}
	if fit, _ := masked.Scanned("VIAL-1", s.now); !fit.Personal || fit.ForPatient != "" {
		t.Fatalf("%+v", fit)
	}
	if fit, _ := s.books.Scanned("VIAL-1", s.now); fit.ForPatient != "999 000 0018" {
		t.Fatalf("%+v", fit)
	}
}
