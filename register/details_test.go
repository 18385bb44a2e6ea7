package register

import (
	"strings"
	"testing"
	"time"
)

// What is signed is what was read (SIG-01): a delivery's whole label, and
// nothing of whose it is, for a signature keeps its lines in clear (COI-09).
func TestWhoeverTakesADeliveryInReadsAllOfItsLabel(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", ListMaterial{Material: "vial", Title: "drug product", Unit: "mL", Codes: []string{"09506000134352"}, Opened: "30 min"})
	lines, err := Lines(s.books, ReceiveLot{
		Material: "vial", Code: "]d20109506000134352\x1d10A1", Number: "A1", Expiry: time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC), Quantity: "5 mL",
		Supplier: "Example Works", Document: "delivery note 7", ForPatient: "999 000 0018",
	}, Facts{Person: s.people["Omar"], Zone: time.UTC, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"5 mL of vial, lot A1, one patient's own", "label is 0109506000134352<GS>10A1.", "31 Jan 2027 23:59 UTC", "From Example Works, by delivery note 7."} {
		if !strings.Contains(all, want) {
			t.Errorf("the sheet does not say %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, "999") {
		t.Errorf("the sheet names the patient:\n%s", all)
	}
}

// One label is one code, whichever scanner read it (MAT-02).
func TestALabelIsFoundWhateverItsScannerSendsInFront(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", ListMaterial{Material: "vial", Title: "drug product"})
	s.must("Omar", ReceiveLot{Material: "vial", Code: "]C110A1 ", Number: "A1", Quantity: "5", Document: "note"})
	s.must("Helen", ListEquipment{Kind: "cabinet", Title: "cabinet", Code: "]d2CAB-1\n"})
	for _, code := range []string{"10A1", "CAB-1"} {
		if _, ok := s.books.Scanned(code, s.now); !ok {
			t.Errorf("%s is not found", code)
		}
	}
}

// An attempt is recorded, and can never stop the log: not by what it names.
func TestAnAttemptOnNothingIsRecordedUnderNoName(t *testing.T) {
	s := newShelf(t)
	for _, named := range []string{"", "a/b", "\x00", strings.Repeat("x", 500)} {
		if err := s.do("Helen", ReleaseLot{Lot: named, Document: "c"}); err == nil {
			t.Errorf("%.10q is released", named)
		}
		if err := s.do("Helen", ListMaterial{Material: named, Title: "x"}); err == nil {
			t.Errorf("%.10q is listed", named)
		}
	}
	if got := s.books.Version("lot/unnamed"); got != 4 {
		t.Errorf("%d attempts are recorded", got)
	}
}
