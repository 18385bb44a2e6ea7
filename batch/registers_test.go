package batch

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
	"pgregory.net/rapid"
)

// unit is where the batch is made, or is to be.
func (w *world) unit() string {
	if w.state != nil && w.state.Basis.Unit != "" {
		return w.state.Basis.Unit
	}
	return w.open.Unit
}

// permit has the site be allowed to make what the protocol makes, or does the
// first acts of it.
func (w *world) permit(unit string, now time.Time, most int) {
	w.tb.Helper()
	for i, act := range register.Permit(w.protocol, unit, "ward 4") {
		if i < most {
			w.keep(map[identity.Role]string{identity.QualityLead: "Quinn", identity.ControlSite: "Clara"}[act.Role], act.Command, now)
		}
	}
}

// tell gives a register a command; what it comes to is folded, a refusal too.
func (w *world) tell(who string, c register.Command, now time.Time) error {
	w.tb.Helper()
	person, ok := w.people[who]
	if !ok {
		w.tb.Fatalf("nobody here is called %q", who)
	}
	written, err := register.Decide(w.books, c, register.Facts{Person: person, Zone: time.UTC, Now: now, Deviation: w.aboutDeviation(c), Named: w.namedBy(c), Blank: w.aboutBlank()})
	var no interface{ Refused() (string, string) }
	if errors.As(err, &no) {
		code, sentence := no.Refused()
		written = register.Refused(w.books, c, &register.Refusal{Code: code, Sentence: sentence})
		err = &Refusal{Code: code, Sentence: sentence}
	} else if err != nil {
		w.tb.Fatal(err)
	}
	draft, failed := register.DraftOf(written, person.ID, now, func() [32]byte { return [32]byte{} })
	if failed != nil {
		w.tb.Fatal(failed)
	}
	e := audit.Entry{
		Stream: draft.Stream, Version: w.books.Version(draft.Stream) + 1, Kind: draft.Kind, KindVersion: draft.KindVersion,
		Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload,
	}
	if err == nil {
		meaning, roles := c.Signs()
		role, _, failed := identity.AuthorityFor(person, meaning, roles, "", 0, identity.NeedsNothing, now)
		if failed != nil {
			w.tb.Fatal(failed)
		}
		e.Signatures = []audit.Signature{{Signer: e.Actor, Name: person.Name, Role: string(role), Meaning: string(meaning)}}
	}
	if err == nil {
		if err := w.followed(who, written, now); err != nil {
			return err
		}
	}
	reaches, rules := register.OfDeviation(w.books, written)
	if failed := w.books.Apply(audit.Stored{Entry: e}, nil); failed != nil {
		w.tb.Fatal(failed)
	}
	if err != nil {
		return err
	}
	return w.beside(who, written, reaches, rules, now)
}

// keep gives a register a command that has to be allowed.
func (w *world) keep(who string, c register.Command, now time.Time) {
	w.tb.Helper()
	if err := w.tell(who, c, now); err != nil {
		w.tb.Fatalf("%s by %s: %v", c.Name(), who, err)
	}
}

// REG-01: remove any link between what is made and what allows it, and the
// start is blocked and logged.
func TestNoBatchIsOpenedOnceAnyLinkToLicenceMasterFileOrUnitIsRemoved(t *testing.T) {
	at := day().Add(9 * time.Hour)
	for _, row := range []struct {
		code string
		how  func(w *world)
	}{
		{"product_unlisted", func(w *world) { w.books = register.NewBooks() }},
		{"no_batch_record", func(w *world) {
			w.keep("Quinn", register.ListProduct{Product: "TEST-1", Title: "Test solution", Supply: "unlicensed special", Activity: register.Reconstitution}, at)
		}},
		{"not_designated", func(w *world) {
			w.keep("Quinn", register.EndDesignation{Product: "TEST-1", Reason: "withdrawn", Document: "LETTER-1"}, at)
		}},
		{"designation_mode", func(w *world) {
			w.keep("Quinn", register.DesignateProduct{Product: "TEST-1", Mode: register.Modular, Date: "2026-02-28", Reference: "DES-2", Indication: "another", Assumptions: []string{"a longer life"}}, at)
		}},
		{"form_ended", func(w *world) {
			w.keep("Quinn", register.EndForm{Product: "TEST-1", Form: "solution", Reason: "given up", Document: "LETTER-1"}, at)
		}},
		{"variation_needed", func(w *world) {
			w.keep("Quinn", register.EndForm{Product: "TEST-1", Form: "solution", Reason: "given up", Document: "LETTER-1"}, at)
			w.keep("Quinn", register.AddForm{Product: "TEST-1", Form: "solution", Licence: "MS 00000 (example)", Mode: register.PointOfCare}, at)
		}},
		{"licence_differs", func(w *world) { regrant(w, at, "MS 11111", register.PointOfCare) }},
		{"licence_mode", func(w *world) { regrant(w, at, "MS 00000 (example)", register.Modular) }},
		{"no_master_file", func(w *world) {
			w.keep("Quinn", register.WithdrawMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: "1", Reason: "an error"}, at)
		}},
		{"master_file_differs", func(w *world) {
			w.keep("Quinn", register.IssueMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: "2", Units: []string{"U-1"}, Changes: "next"}, at)
		}},
		{"unit_unknown", func(w *world) { w.open.Unit = "U-9" }},
		{"unit_unknown", func(w *world) { w.open.Unit = "" }},
		{"unit_not_active", func(w *world) {
			w.keep("Quinn", register.ListUnit{Unit: "U-2", Title: "trailer", Marking: "plate", Place: "yard", Mode: register.PointOfCare}, at)
			w.open.Unit = "U-2"
		}},
		{"unit_not_listed", func(w *world) {
			w.permit("U-2", at, 1+len(register.EvidenceWanted())+1)
			w.open.Unit = "U-2"
		}},
		{"unit_mode", func(w *world) {
			w.keep("Quinn", register.ListUnit{Unit: "U-1", Title: "clean room", Marking: "plate", Place: "ward 4", Relocatable: true, Mode: register.Modular}, at)
		}},
		{"unit_stopped", func(w *world) {
			w.keep("Quinn", register.PauseUnit{Unit: "U-1", Reason: "a leak", Effect: "each waits"}, at)
		}},
	} {
		w := newWorld(t, "short")
		row.how(w)
		var refusal *Refusal
		if err := w.do("Quinn", w.open, at); !errors.As(err, &refusal) || refusal.Code != row.code {
			t.Errorf("%s: %v", row.code, err)
			continue
		}
		if !Uncovered(refusal.Code) {
			t.Errorf("%s is not told apart as the registers'", row.code)
		}
		if len(w.state.Refusals) != 1 || w.state.Protocol != nil {
			t.Errorf("%s: %d refusals were recorded", row.code, len(w.state.Refusals))
		}
		w.holds()
	}
}

func regrant(w *world, at time.Time, licence string, mode register.Mode) {
	w.tb.Helper()
	w.keep("Quinn", register.EndForm{Product: "TEST-1", Form: "solution", Reason: "given up", Document: "LETTER-1"}, at)
	w.keep("Quinn", register.AddForm{Product: "TEST-1", Form: "solution", Licence: licence, Mode: mode}, at)
	w.keep("Quinn", register.GrantForm{Product: "TEST-1", Form: "solution", Variation: "VAR-2", Date: "2026-03-31"}, at)
}

// REG-02: an open question to the designation goes with the opening, in the
// sheet and in the record, and stops nothing.
func TestAnOpenQuestionToTheDesignationIsSignedWithTheOpening(t *testing.T) {
	w := newWorld(t, "short")
	at := day().Add(9 * time.Hour)
	w.keep("Quinn", register.LinkChange{Product: "TEST-1", Reference: "CR-1", Title: "a longer life", Touches: []int{1}}, at)
	w.must("Quinn", w.open, at)
	if len(w.state.Basis.Warnings) != 1 || len(w.state.Exceptions) != 1 || len(w.state.OpenExceptions()) != 0 {
		t.Fatalf("%+v %+v", w.state.Basis, w.state.Exceptions)
	}
	w.holds()
}

// whimAt draws any act on the register of units, or on the batch.
func whimAt(t *rapid.T) register.Command {
	return rapid.SampledFrom([]register.Command{
		register.PauseUnit{Unit: "U-1", Reason: "a leak", Effect: "each waits"},
		register.ResumeUnit{Unit: "U-1", Reason: "dry", Effect: "none"},
		register.StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: "each waits"},
		register.LiftStop{Unit: "U-1", Variation: "VAR-9", Date: "2026-11-01"},
		register.MoveUnit{Unit: "U-1", Place: rapid.SampledFrom([]string{"ward 5", "ward 6"}).Draw(t, "place"), Reason: "why not", Effect: "each waits"},
		register.ReturnUnit{Unit: "U-1", Document: "Q-2"},
	}).Draw(t, "act")
}

// CTL-07: whoever does whatever, no batch is opened while a stop stands, and
// in an open one nothing is signed between a stop and its decision.
func TestNoBatchBeginsAndNothingIsSignedWhileAStopStands(t *testing.T) {
	opened, waited := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		now := day().Add(9 * time.Hour)
		for range rapid.IntRange(1, 60).Draw(rt, "acts") {
			now = now.Add(time.Second)
			if rapid.IntRange(0, 4).Draw(rt, "register") == 0 {
				who := rapid.SampledFrom([]string{"Asha", "Pia", "Quinn", "Ada", "Clara"}).Draw(rt, "who")
				_ = w.tell(who, whimAt(rt), now) // done or refused: either is a fact
				continue
			}
			unit := w.books.UnitStanding("U-1")
			before := w.state
			var command Command
			switch {
			case before == nil || before.Protocol == nil:
				command = w.open
			case rapid.IntRange(0, 3).Draw(rt, "decide") == 0:
				command = AfterStop{rapid.SampledFrom([]string{Continue, Quarantine}).Draw(rt, "decision"), "QP by telephone", "because"}
			default:
				command = anything(rt, before)
			}
			err := w.do(somebody(rt, command), command, now)
			if err != nil {
				continue
			}
			switch command.(type) {
			case Open:
				opened++
				if !unit.May() {
					rt.Fatalf("a batch was opened while %s", unit.Why())
				}
			case Begin, Perform, Check, Review, Certify:
				if before.Waits(unit.Stops) || before.Status == Quarantined {
					rt.Fatalf("%s while %s", CommandName(command), unit.Why())
				}
			}
			if w.state.Protocol != nil && w.state.Waits(w.books.UnitStanding("U-1").Stops) {
				waited++
			}
		}
		w.holds()
	})
	t.Logf("%d batches were opened, and %d times one waited", opened, waited)
}

// registerCommand is what a story says is done to a register; nil when it says
// nothing of the kind.
func registerCommand(w *world, text string) (c register.Command) {
	if c = certifierCommand(w, text); c != nil {
		return c
	}
	product := w.protocol.Product
	unit, effect := "U-1", "each waits for a decision"
	choose(text, append(slices.Concat(deviationPatterns(&c), blankPatterns(&c)), []pattern{
		{`lists the unit (\S+)`, func(m []string) {
			w.open.Unit = m[1]
			c = register.ListUnit{Unit: m[1], Title: "trailer", Marking: "plate", Place: "yard", Relocatable: true, Mode: register.Mode(product.Mode)}
		}},
		{`adds to the evidence of (\S+) "(.*)"`, func(m []string) { c = register.AddEvidence{Unit: m[1], What: m[2], Document: "DOC-1"} }},
		{`makes the unit (\S+) active`, func(m []string) { c = register.InitiateUnit{Unit: m[1], Reason: "all is there"} }},
		{`pauses the unit because "(.*)"`, func(m []string) { c = register.PauseUnit{Unit: unit, Reason: m[1], Effect: effect} }},
		{`resumes the unit because "(.*)"`, func(m []string) { c = register.ResumeUnit{Unit: unit, Reason: m[1], Effect: effect} }},
		{`ceases the unit because "(.*)"`, func(m []string) { c = register.CeaseUnit{Unit: unit, Reason: m[1], Effect: effect} }},
		{`records that the regulator suspends the unit by "(.*)"`, func(m []string) {
			c = register.StopUnit{Unit: unit, Reference: m[1], Reason: "inspection", Effect: effect}
		}},
		{`records that variation "(.*)" lifts the stop`, func(m []string) { c = register.LiftStop{Unit: unit, Variation: m[1], Date: "2026-11-01"} }},
		{`moves the unit to "(.*)"`, func(m []string) {
			c = register.MoveUnit{Unit: unit, Place: m[1], Reason: "needed there", Effect: effect}
		}},
		{`returns the unit to service by "(.*)"`, func(m []string) { c = register.ReturnUnit{Unit: unit, Document: m[1]} }},
		{`withdraws the master file because "(.*)"`, func(m []string) {
			c = register.WithdrawMasterFile{Product: product.Code, Document: product.MasterFile, Version: product.MasterFileVersion, Reason: m[1]}
		}},
		{`issues version (\S+) of the master file for (\S+)`, func(m []string) {
			c = register.IssueMasterFile{Product: product.Code, Document: product.MasterFile, Version: m[1], Units: []string{m[2]}, Changes: "next"}
		}},
		{`ends the licence of the form because "(.*)"`, func(m []string) {
			c = register.EndForm{Product: product.Code, Form: product.Form, Reason: m[1], Document: "LETTER-1"}
		}},
		{`adds the form to the licence`, func([]string) {
			c = register.AddForm{Product: product.Code, Form: product.Form, Licence: product.Licence, Mode: register.Mode(product.Mode)}
		}},
		{`records that the form was granted by "(.*)"`, func(m []string) {
			c = register.GrantForm{Product: product.Code, Form: product.Form, Variation: m[1], Date: "2026-11-01"}
		}},
	}...))
	return c
}
