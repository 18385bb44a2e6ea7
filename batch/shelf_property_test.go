package batch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/identity"
	"countersign/register"
	"countersign/register/label"
)

// Issue 4; COI-03, COI-07, EXE-03, MAT-01, MAT-02, MAT-05, LAB-10: whatever stands
// on a site's shelves, whoever scans what and whenever, no batch ever used a lot
// or a machine that was not fit at that instant, none took the wristband, the material or the label
// of another patient, and none printed a label that its scan-back contradicts. It is judged by
// somebody who reads the log alone and knows no rule.
func TestNoBatchUsesWhatIsNotFitOrCrossesTwoPatientsAsTheLogAloneShows(t *testing.T) {
	p := readProtocol(t, "shelf")
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		s := newShelf(t, p)
		stocked(rt, s)
		for range rapid.IntRange(40, 160).Draw(rt, "acts") {
			s.now = s.now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 1, 5, 5, 5, 60, 60, 60, 600, 600, 3600, 12 * 3600}).Draw(rt, "later")) * time.Second)
			shelfAct(rt, s)
		}
		o := newOnlooker()
		for i, e := range s.log {
			o.see(t, e, s.sealed[i])
		}
		if len(o.wrong) > 0 {
			rt.Fatal(strings.Join(o.wrong, "\n"))
		}
		for use, n := range o.uses {
			seen[use] += n
		}
	})
	for _, use := range []string{"set out", "patient", "vial", "cabinet", "draw up", "label printed", "label"} {
		if seen[use] == 0 {
			t.Errorf("nothing was looked at of: %s", use)
		}
	}
	t.Logf("looked at: %v", seen)
}

// The onlooker itself: told of what ought not to be, it says so.
func TestTheOnlookerSaysWhatOughtNotToBe(t *testing.T) {
	p := readProtocol(t, "shelf")
	for _, harm := range []struct {
		kind string
		how  func(o *onlooker)
		want string
	}{
		{"batch.scan_accepted", func(o *onlooker) { o.lots["L-0001"].released = false }, "not released"},
		{"batch.scan_accepted", func(o *onlooker) { o.lots["L-0001"].last = day() }, "out of date"},
		{"batch.scan_accepted", func(o *onlooker) { o.lots["L-0001"].forPatient = child(1).Number }, child(1).Number + "'s"},
		{"batch.scan_accepted", func(o *onlooker) { o.machines["E-0001"].clean = false }, "not clean"},
		{"batch.scan_accepted", func(o *onlooker) { o.machines["E-0001"].holder = "B-2" }, "taken by B-2"},
		{"batch.scan_accepted", func(o *onlooker) { o.machines["E-0001"].calibrated = day() }, "out of calibration"},
		{"batch.scan_accepted", func(o *onlooker) { o.batches["B-1"].number = child(1).Number }, "takes the wristband"},
		{"batch.step_performed", func(o *onlooker) { o.lots["L-0001"].released = false }, "draws up of nothing that is fit"},
		{"batch.label_printed", func(o *onlooker) { o.batches["B-1"].number = child(1).Number }, "the label of B-1 says"},
	} {
		s := newShelf(t, p)
		for _, code := range []string{vialCode(0), cabinetCode(0)} {
			furnishShelf(t, s, code, s.now.AddDate(0, 1, 0), 0)
		}
		s.must(s.do("Quinn", "B-1", orderOf(s, 0, vialCode(0), cabinetCode(0))))
		for range 30 {
			if who, c := nextOnShelf(s.batches["B-1"]); c != nil {
				s.must(s.do(who, "B-1", c))
			}
		}
		o := newOnlooker()
		for i, e := range s.log {
			if string(e.Kind) == harm.kind {
				harm.how(o)
			}
			o.see(t, e, s.sealed[i])
		}
		if !strings.Contains(strings.Join(o.wrong, "\n"), harm.want) {
			t.Errorf("%s is not seen: %q", harm.want, o.wrong)
		}
	}
}

// stocked draws a site's shelves: vials of three patients and two cabinets, some
// of them not released, soon out of date, dirty or not calibrated.
func stocked(t *rapid.T, s *shelf) {
	for n := range rapid.IntRange(3, 6).Draw(t, "vials") {
		until := s.now.Add(time.Duration(rapid.SampledFrom([]int{1, 6, 30, 24 * 60}).Draw(t, "hours")) * time.Hour)
		furnishShelf(s.tb, s, vialCode(n), until, n%3)
	}
	for n := range 2 {
		furnishShelf(s.tb, s, cabinetCode(n), s.now.Add(time.Duration(rapid.SampledFrom([]int{3, 48, 24 * 60}).Draw(t, "hours"))*time.Hour), 0)
	}
}

func furnishShelf(tb testing.TB, s *shelf, code string, until time.Time, whose int) {
	tb.Helper()
	name := map[bool]string{true: "vial", false: "cabinet"}[strings.HasPrefix(code, "VIAL")]
	f := register.Furnishing{Item: s.p.Item(name), Code: code, Number: "N-" + code, Document: "C-1", Until: until, Clean: true, Quantity: "2", Place: "room"}
	if name == "vial" {
		f.ForPatient = child(whose).Number
	}
	who := map[identity.Role]string{identity.QualityLead: "Quinn", identity.Pharmacist: "Pia", identity.Technician: "Asha"}
	for _, act := range register.Furnish(f) {
		if _, list := act.Command.(register.ListMaterial); list {
			if _, there := s.books.Material(s.p.Item(name).RegisteredAs); there {
				continue
			}
		}
		s.must(s.tell(who[act.Role], act.Command))
	}
}

func orderOf(s *shelf, whose int, vial, cabinet string) Open {
	return Open{
		Batch: "B-1", Protocol: s.p.Name, Version: s.p.Version, Digest: s.p.Digest, Patient: child(whose), Order: map[string]string{"dose": "10"},
		Reference: "RX-1", Prescriber: "Dr Example", Unit: "U-1", Items: []Item{{Name: "vial", Code: vial}, {Name: "cabinet", Code: cabinet}},
	}
}

// shelfAct draws one act of anybody: in a register, in the batch that goes on, or
// a scan of anything that can be scanned here.
func shelfAct(t *rapid.T, s *shelf) {
	code := func(what string) string { return rapid.SampledFrom(codesOnShelf(s)).Draw(t, what) }
	vial := func() string { return vialCode(rapid.IntRange(0, 5).Draw(t, "vial")) }
	cabinet := func() string { return cabinetCode(rapid.IntRange(0, 1).Draw(t, "cabinet")) }
	ids := s.ids()
	if len(ids) == 0 || len(ids) < 5 && rapid.IntRange(0, 11).Draw(t, "open") == 0 {
		whose := rapid.IntRange(0, 2).Draw(t, "patient")
		own := vialCode(whose)
		if rapid.IntRange(0, 3).Draw(t, "any vial") == 0 {
			own = vial()
		}
		c := orderOf(s, whose, own, cabinet())
		c.Batch = "B-" + string(rune('1'+len(ids)))
		c.Reference += c.Batch
		_ = s.do("Quinn", c.Batch, c)
		return
	}
	id := rapid.SampledFrom(ids).Draw(t, "batch")
	switch rapid.IntRange(0, 39).Draw(t, "act") {
	case 0:
		_ = s.tell("Asha", register.QuarantineLot{Lot: vial(), Reason: "leaks"})
	case 1:
		_ = s.tell("Quinn", register.ReleaseLot{Lot: vial(), Document: "C-2"})
	case 2:
		_ = s.tell("Asha", register.CleanEquipment{Equipment: cabinet(), Until: s.now.Add(time.Duration(rapid.IntRange(1, 9).Draw(t, "clean")) * time.Hour)})
	case 3:
		_ = s.tell("Asha", register.StopEquipment{Equipment: cabinet(), Reason: "alarm"})
	case 4:
		_ = s.tell("Pia", register.ReturnEquipment{Equipment: cabinet(), Document: "C-3"})
	case 5:
		_ = s.tell("Pia", register.ProveEquipment{Equipment: cabinet(), What: "calibrated", Until: s.now.Add(24 * time.Hour), Document: "C-4"})
	case 6:
		_ = s.do("Asha", id, SetOut{Item: Item{Name: rapid.SampledFrom([]string{"vial", "cabinet"}).Draw(t, "item"), Code: code("more")}, Reason: "another one"})
	case 7, 8, 9:
		step := rapid.SampledFrom([]string{"match", "draw up", "label", "give"}).Draw(t, "step")
		_ = s.do("Asha", id, Scan{step, rapid.SampledFrom([]string{"patient", "vial", "cabinet", "label"}).Draw(t, "field"), code("scanned")})
	case 10:
		_ = s.do("Asha", id, DestroyLabel{rapid.IntRange(1, 3).Draw(t, "copy"), "torn"})
	default:
		if who, c := nextOnShelf(s.batches[id]); c != nil {
			_ = s.do(who, id, c)
		}
	}
}

// codesOnShelf is everything here that has a code, and two that have none.
func codesOnShelf(s *shelf) []string {
	codes := []string{"B-9/L1", "VIAL-9", cabinetCode(0), cabinetCode(1)}
	for n := range 6 {
		codes = append(codes, vialCode(n))
	}
	for n := range 3 {
		codes = append(codes, child(n).Wristband)
	}
	for _, id := range s.ids() {
		codes = append(codes, id)
		for _, printing := range s.batches[id].Labellings {
			for _, one := range printing.Labels {
				codes = append(codes, one.Code.Text)
			}
		}
	}
	return slices.Compact(codes)
}

// nextOnShelf is what a batch waits for, done by somebody who may.
func nextOnShelf(s *State) (who string, c Command) {
	if s.Ended() {
		return "", nil
	}
	if open := s.OpenExceptions(); len(open) > 0 {
		by := "Queenie"
		if open[0].Class == identityClass {
			by = "Clara"
		}
		return by, Resolve{open[0].Number, true, "looked into"}
	}
	next := s.Next()
	switch {
	case next == nil && s.Status == Complete:
		return "Paul", Review{"All seen."}
	case next == nil:
		return "Quinn", Certify{Statement: "Good.", Place: "Here", Where: AtSite}
	case next.PerformedNow() != nil:
		return "Pia", Check{next.Step.Name}
	}
	for _, scan := range next.Step.Scans {
		if next.Matched(scan.Field) != nil {
			continue
		}
		raw := s.Patient.Wristband
		switch scan.Field {
		case labelField:
			if len(s.Labellings) == 0 {
				return "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}
			}
			raw = s.Labellings[0].Labels[0].Code.Text
		case "vial", "cabinet":
			for _, item := range s.Items {
				if item.Name == scan.Field {
					raw = item.Code
				}
			}
		}
		return "Asha", Scan{next.Step.Name, scan.Field, raw}
	}
	for _, in := range next.Step.Inputs {
		if next.Value(in.Name) == nil {
			return "Asha", Record{next.Step.Name, in.Name, "1.0"}
		}
	}
	return "Asha", Perform{next.Step.Name}
}
