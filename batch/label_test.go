package batch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/protocol"
	"countersign/register/label"
)

const plannedLabel = `
label:
  product number: 09501101530003
  actives: example {order.dose}
  contents: "{drawn}"
  excipients: none
  route: For injection
  shelf life: 4 h
  final after: draw up
`

// labelWorld is the short protocol with a label; its batch is open.
func labelWorld(t *testing.T, plan string) (*world, *story) {
	t.Helper()
	return labelWorldOf(t, plan, "")
}

// labelWorldOf is the same at a site that practises.
func labelWorldOf(t *testing.T, plan, practises string) (*world, *story) {
	t.Helper()
	p, problems := protocol.Parse("labelled.yaml", []byte(strings.Replace(readText(t, "short"), "\norder:", plan+"\norder:", 1)))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	w := newWorldOf(t, p)
	w.practises = practises
	s := &story{w: w, at: day().Add(9 * time.Hour), T: t}
	w.must("Quinn", w.open, s.at)
	return w, s
}

// drawnAs is what a page fills in once it has drawn the label.
func drawnAs() Drawn { return Drawn{Image: strings.Repeat("ab", 32), Width: 100, Height: 90} }

// made brings the batch to the end of "draw up".
func made(t *testing.T, s *story) {
	t.Helper()
	for _, one := range [][4]string{
		{"Asha", "", "clearance", ""}, {"Asha", "Pia", "match", ""},
	} {
		s.must(s.complete(one[0], one[1], one[2], one[3]))
	}
	s.w.must("Asha", Scan{"mix", "vial", "CODE-vial"}, s.at)
	s.w.must("Asha", Begin{"mix"}, s.at)
	s.at = s.at.Add(5 * time.Minute)
	s.w.must("Asha", Perform{"mix"}, s.at)
	s.must(s.complete("Asha", "Pia", "test", "pH = 7.0, protein = 0.10, colour = clear"))
	s.must(s.complete("Asha", "Pia", "draw up", "drawn = 1.5"))
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// refused says that a command is refused for a reason and with some words.
func refused(t *testing.T, w *world, who string, c Command, at time.Time, code, words string) {
	t.Helper()
	err := w.do(who, c, at)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != code || !strings.Contains(refusal.Sentence, words) {
		t.Fatalf("%s: %v, and should be refused as %s: %s", CommandName(c), err, code, words)
	}
}

// TestAFinalLabelWaitsForItsGate: for the step that the protocol names, or else
// for certification (design: label gates; LAB-01, LAB-10).
func TestAFinalLabelWaitsForItsGate(t *testing.T) {
	w, s := labelWorld(t, plannedLabel)
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "label_gate", "waits for step draw up")
	w.must("Asha", PrintLabel{Label: label.PreLabel, Copies: 2, Expiry: "", Drawn: drawnAs()}, s.at)
	made(t, s)
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "2026-11-20 20:00", Drawn: drawnAs()}, s.at, "bad_expiry", "4 h after completion")
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 0, Expiry: "", Drawn: drawnAs()}, s.at, "bad_copies", "1 to 20")
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: Drawn{}}, s.at, "not_drawn", "")
	refused(t, w, "Tim", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "not_trained", "")
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at.Add(5*time.Hour), "expired", "")
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 2, Expiry: "", Drawn: drawnAs()}, s.at)
	printing := w.state.Labellings[1]
	texts := strings.Join(printing.Labels[0].Texts(false), "\n")
	for _, words := range []string{"EXAMPLE, Robin", "999 000 0018", batchID, "Contents: 1.5 mL", "Use by 20 Nov 2026 13:05, UTC"} {
		if !strings.Contains(texts, words) {
			t.Errorf("it does not say %q:\n%s", words, texts)
		}
	}
	if code := printing.Labels[1].Code; code.Line != "(01)09501101530003(7003)2611201305(10)"+batchID+"(21)L4" || !code.GS1 {
		t.Errorf("its code is %+v", code)
	}
	w.holds()

	w, s = labelWorld(t, strings.Replace(plannedLabel, "  final after: draw up\n", "", 1))
	made(t, s)
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "label_gate", "waits for certification")
	w.holds()
}

// TestALabelThatLacksWhatItsSupplyStatusDemandsIsRefused by name (LAB-06, LAB-07).
func TestALabelThatLacksWhatItsSupplyStatusDemandsIsRefused(t *testing.T) {
	w, s := labelWorld(t, "\nlabel:\n  contents: \"{given}\"\n  final after: draw up\n")
	made(t, s)
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "no_expiry", "")
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "2026-11-20 20:00", Drawn: drawnAs()}, s.at, "label_incomplete", "the contents; the route and method of giving it; what acts in it")
	w.holds()

	w, s = labelWorld(t, "\n")
	refused(t, w, "Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "no_label", "")
}

// TestEveryLabelIsAccountedForBeforeReview: printed is applied, destroyed and
// attached together; each scan finds a copy that is there (LAB-10).
func TestEveryLabelIsAccountedForBeforeReview(t *testing.T) {
	w, s := labelWorld(t, plannedLabel)
	w.must("Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
	made(t, s)
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 3, Expiry: "", Drawn: drawnAs()}, s.at)
	refused(t, w, "Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "already_printed", "say why")
	refused(t, w, "Asha", Reprint{3, " ", drawnAs()}, s.at, "no_reason", "")
	refused(t, w, "Asha", Reprint{9, "smeared", drawnAs()}, s.at, "unknown_label", "")
	w.must("Asha", Reprint{3, "smeared", drawnAs()}, s.at)
	if ex := w.state.Exceptions[len(w.state.Exceptions)-1]; ex.Class != "reprint" || !strings.Contains(ex.Text, "in the place of label 3: smeared") {
		t.Errorf("the reprint is exception %+v", ex)
	}
	s.must(s.complete("Asha", "", "rest", "density = 1.00"))
	refused(t, w, "Paul", Review{"Seen."}, s.at, "labels_open", "Labels (final): 4 printed, 0 applied, 0 destroyed, 0 attached, 4 not accounted for")
	code := func(n int) string {
		for _, p := range w.state.Labellings {
			for i, number := range p.Numbers {
				if number == n {
					return p.Labels[i].Code.Text
				}
			}
		}
		return ""
	}
	refused(t, w, "Asha", ApplyLabel{batchID}, s.at, "wrong_label", "none of the labels")
	refused(t, w, "Asha", ApplyLabel{strings.Replace(code(2), batchID, "B-2026-0002", 1)}, s.at, "wrong_label", "not the label of this batch")
	refused(t, w, "Asha", ApplyLabel{strings.Replace(code(2), "L2", "L9", 1)}, s.at, "wrong_label", "no such label")
	refused(t, w, "Asha", ApplyLabel{code(1)}, s.at, "wrong_label", "pre-label")
	w.must("Asha", ApplyLabel{"]d2" + code(2)}, s.at)
	refused(t, w, "Asha", ApplyLabel{code(2)}, s.at, "already_applied", "")
	refused(t, w, "Asha", AttachLabel{2, "kept"}, s.at, "already_applied", "")
	refused(t, w, "Asha", DestroyLabel{3, ""}, s.at, "no_reason", "")
	w.must("Asha", DestroyLabel{3, "smeared"}, s.at)
	refused(t, w, "Asha", ApplyLabel{code(3)}, s.at, "wrong_label", "was destroyed")
	refused(t, w, "Asha", DestroyLabel{3, "again"}, s.at, "already_ended", "")
	w.must("Asha", AttachLabel{4, "batch folder"}, s.at)
	w.must("Asha", DestroyLabel{1, "not needed"}, s.at)
	refused(t, w, "Paul", Review{"Seen."}, s.at, "labels_open", "4 printed, 1 applied, 1 destroyed, 1 attached, 1 not accounted for")
	w.must("Asha", DestroyLabel{5, "not needed"}, s.at)
	if got := fmt.Sprint(w.state.Reconciled()); got != "[{pre-label 1 0 1 0 0} {final 4 1 2 1 0}]" {
		t.Errorf("reconciled: %s", got)
	}
	w.must("Paul", Review{"Seen."}, s.at)
	w.must("Asha", Reprint{2, "torn", drawnAs()}, s.at)
	refused(t, w, "Quinn", Certify{Statement: "Good.", Place: "Here", Where: AtSite}, s.at, "not_ready", "not accounted for")
	w.must("Asha", DestroyLabel{6, "not needed"}, s.at)
	w.must("Quinn", Certify{Statement: "Good.", Place: "Here", Where: AtSite}, s.at)
	// At the bedside the label that is on the syringe is found there again.
	w.must("Asha", Scan{"give", "label", code(3)}, s.at)
	if last := w.state.Exceptions[len(w.state.Exceptions)-1]; last.Class != "wrong scan" || !strings.Contains(last.Text, "was destroyed") {
		t.Errorf("a destroyed label's scan is %+v", last)
	}
	w.must("Asha", Scan{"give", "label", code(2)}, s.at)
	if w.state.Step("give").Matched("label") == nil {
		t.Error("the label on the syringe was refused")
	}
	w.holds()
}

// TestAStepThatScansTheLabelApplies it: nobody scans twice for one thing (LAB-10).
func TestAStepThatScansTheLabelApplies(t *testing.T) {
	w, s := labelWorld(t, plannedLabel)
	made(t, s)
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
	w.must("Asha", DestroyLabel{1, "spoilt"}, s.at)
	w.must("Asha", Reprint{1, "spoilt", drawnAs()}, s.at)
	s.must(s.complete("Asha", "", "rest", "density = 1.00"))
	w.must("Asha", ApplyLabel{w.state.Labellings[1].Labels[0].Code.Text}, s.at)
	w.must("Asha", DestroyLabel{2, "came off"}, s.at)
	w.must("Paul", Review{"Seen."}, s.at)
	w.must("Quinn", Certify{Statement: "Good.", Place: "Here", Where: AtSite}, s.at)
	w.must("Asha", Reprint{2, "came off", drawnAs()}, s.at)
	w.must("Asha", Scan{"give", "label", w.state.Labellings[2].Labels[0].Code.Text}, s.at)
	if held := w.state.LabelCopies[2]; held.Applied == nil || held.Step != "give" || held.Open() {
		t.Errorf("the scan left %+v", held)
	}
	w.holds()
}

// TestAPrintingNamesNobodyInTheOpen: the patient's lines and the image's hash,
// with which a guess could be made sure of, are sealed; so is a wristband that
// was scanned for a label (SEC-01).
func TestAPrintingNamesNobodyInTheOpen(t *testing.T) {
	w, s := labelWorld(t, plannedLabel)
	w.must("Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
	refused(t, w, "Asha", ApplyLabel{w.open.Patient.Wristband}, s.at, "wrong_label", "")
	refused(t, w, "Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "already_printed", "")
	for _, e := range w.log[1:] {
		for _, personal := range []string{"EXAMPLE, Robin", "999", "2019", drawnAs().Image} {
			if strings.Contains(string(e.Payload), personal) {
				t.Errorf("%s says %q in the open: %s", e.Kind, personal, e.Payload)
			}
		}
	}
	if _, err := Replay(w.log, w.witnesses(true)); err != nil {
		t.Error(err)
	}
}

// TestALabelThatIsOutdatedHoldsUpTheReview: a value that was corrected after the
// label was printed stands on another label (AUD-02, LAB-10); and a pre-label
// is none once there is a final one.
func TestALabelThatIsOutdatedHoldsUpTheReview(t *testing.T) {
	w, s := labelWorld(t, plannedLabel)
	made(t, s)
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
	refused(t, w, "Asha", PrintLabel{Label: label.PreLabel, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at, "final_printed", "")
	w.must("Asha", ApplyLabel{w.state.Labellings[0].Labels[0].Code.Text}, s.at)
	w.must("Asha", Correct{"draw up", "drawn", "1.6", "misread"}, s.at)
	refused(t, w, "Asha", Reprint{1, "corrected", drawnAs()}, s.at, "correction_waits", "")
	w.must("Pia", ConfirmCorrection{"draw up", 1}, s.at)
	refused(t, w, "Asha", Reprint{1, "corrected", drawnAs()}, s.at, "blocked", "")
	for _, ex := range w.state.OpenExceptions() {
		w.must("Quinn", Resolve{ex.Number, true, "seen"}, s.at)
	}
	refused(t, w, "Asha", Reprint{1, "corrected", drawnAs()}, s.at, "label_gate", "not signed")
	w.must("Asha", Perform{"draw up"}, s.at)
	w.must("Pia", Check{"draw up"}, s.at)
	s.must(s.complete("Asha", "", "rest", "density = 1.00"))
	refused(t, w, "Paul", Review{"Seen."}, s.at, "label_outdated", "Print it again")
	w.must("Asha", Reprint{1, "corrected", drawnAs()}, s.at)
	w.must("Asha", DestroyLabel{1, "corrected"}, s.at)
	w.must("Asha", ApplyLabel{w.state.Labellings[1].Labels[0].Code.Text}, s.at)
	w.must("Paul", Review{"Seen."}, s.at)
	w.holds()
}
