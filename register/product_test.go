package register

import (
	"testing"
	"time"
)

// activeUnit brings a unit to where batches may be made.
func activeUnit(s *shelf, id string, relocatable bool) {
	s.t.Helper()
	s.must("Helen", ListUnit{
		Unit: id, Title: "clean room on ward 4", Marking: "plate at the door", Place: "1 Example Road", Relocatable: relocatable, Mode: PointOfCare,
		Related: []Related{{"2 Example Road", "testing"}},
	})
	for _, what := range EvidenceWanted() {
		s.must("Helen", AddEvidence{Unit: id, What: what, Document: "DOC-1"})
	}
	s.must("Clara", InitiateUnit{Unit: id, Reason: "all is there"})
}

const effect = "each waits for a decision"

func listed() ListProduct {
	return ListProduct{Product: "TEST-1", Title: "Test solution", Supply: "unlicensed special", Activity: Manufacture}
}

func designated() DesignateProduct {
	return DesignateProduct{
		Product: "TEST-1", Mode: PointOfCare, Date: "2026-03-31", Reference: "DES-1", Indication: "one disease, children",
		Assumptions: []string{"it lives for four hours", " ", "it is made for one patient"},
	}
}

// licensedProduct brings a product to where batches of it may be made in a unit.
func licensedProduct(s *shelf, unit string) {
	s.t.Helper()
	s.must("Helen", listed())
	s.must("Helen", designated())
	s.must("Helen", AddForm{Product: "TEST-1", Form: "solution", Licence: "MS 00000 (example)", Mode: PointOfCare})
	s.must("Helen", GrantForm{Product: "TEST-1", Form: "solution", Variation: "VAR-1", Date: "2026-04-30"})
	s.must("Helen", IssueMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: "1", Units: []string{unit}, Changes: "first"})
}

// REG-03: a new product, and a new form of an old one, wait for a variation
// until its grant is recorded.
func TestAFormMayBeMadeOnceItsVariationIsRecordedAsGranted(t *testing.T) {
	s := newShelf(t)
	s.refused("no_such_product", "Helen", AddForm{Product: "TEST-1", Form: "solution", Licence: "MS 1", Mode: PointOfCare})
	s.refused("no_role", "Omar", listed())
	s.must("Helen", listed())
	form := AddForm{Product: "TEST-1", Form: "solution", Licence: "MS 00000 (example)", Mode: PointOfCare}
	s.must("Helen", form)
	s.refused("form_there", "Helen", form)
	if got := s.books.Standing("TEST-1", "Solution", "U-1", s.now).Product.Form; got != VariationNeeded {
		t.Fatalf("it is %q", got)
	}
	s.refused("no_document", "Helen", GrantForm{Product: "TEST-1", Form: "solution", Date: "2026-04-30"})
	s.refused("bad_date", "Helen", GrantForm{Product: "TEST-1", Form: "solution", Variation: "VAR-1", Date: "2027-04-30"})
	grant := GrantForm{Product: "TEST-1", Form: "solution", Variation: "VAR-1", Date: "2026-04-30"}
	s.must("Helen", grant)
	s.refused("no_variation_open", "Helen", grant)
	if got := s.books.Standing("TEST-1", "solution", "U-1", s.now).Product; got.Form != Granted || got.Licence != "MS 00000 (example)" {
		t.Fatalf("%+v", got)
	}
	s.must("Helen", EndForm{Product: "TEST-1", Form: "solution", Reason: "given up", Document: "LETTER-2"})
	if got := s.books.Standing("TEST-1", "solution", "U-1", s.now).Product.Form; got != ScopeGone {
		t.Fatalf("it is %q", got)
	}
	s.must("Helen", form)
	if got := s.books.Standing("TEST-1", "solution", "U-1", s.now).Product.Form; got != VariationNeeded {
		t.Fatalf("a form that comes back is %q without a new grant", got)
	}
}

// REG-02: a change that touches what the designation rests on warns; a
// significant one calls for a new designation.
func TestAChangeToWhatTheDesignationRestsOnWarnsUntilSomebodyHasAssessedIt(t *testing.T) {
	s := newShelf(t)
	s.must("Helen", listed())
	s.refused("no_assumptions", "Helen", LinkChange{Product: "TEST-1", Reference: "CR-1", Title: "another syringe", Touches: []int{1}})
	s.must("Helen", designated())
	questions := func() int { return len(s.books.Standing("TEST-1", "solution", "U-1", s.now).Product.Questions) }
	s.refused("no_assumptions", "Helen", LinkChange{Product: "TEST-1", Reference: "CR-1", Title: "another syringe", Touches: []int{3}})
	s.must("Helen", LinkChange{Product: "TEST-1", Reference: "CR-1", Title: "another syringe"})
	if questions() != 0 {
		t.Fatal("a change that touches nothing warns")
	}
	s.must("Helen", LinkChange{Product: "TEST-1", Reference: "CR-2", Title: "a longer life", Touches: []int{1}})
	if questions() != 1 {
		t.Fatal("a change that touches an assumption does not warn")
	}
	s.refused("no_such_change", "Helen", AssessChange{Product: "TEST-1", Reference: "CR-3", Reason: "none"})
	s.must("Helen", AssessChange{Product: "TEST-1", Reference: "CR-2", Reason: "it stays within what was shown"})
	if standing := s.books.Standing("TEST-1", "solution", "U-1", s.now).Product; questions() != 0 || standing.Undesignated != "" {
		t.Fatalf("%+v", standing)
	}
	s.must("Helen", LinkChange{Product: "TEST-1", Reference: "CR-4", Title: "for two patients", Touches: []int{2}})
	s.must("Helen", AssessChange{Product: "TEST-1", Reference: "CR-4", Significant: true, Reason: "it is another process"})
	if s.books.Standing("TEST-1", "solution", "U-1", s.now).Product.Undesignated == "" {
		t.Fatal("a significant change leaves the designation as it was")
	}
	s.must("Helen", designated())
	if s.books.Standing("TEST-1", "solution", "U-1", s.now).Product.Undesignated != "" {
		t.Fatal("a new designation does not count")
	}
}

// CTL-02, CTL-04: one version of the master file counts at a moment, and lists
// the units in which the product may be made.
func TestOfTheMasterFileTheVersionCountsThatBeganLast(t *testing.T) {
	s := newShelf(t)
	activeUnit(s, "U-1", false)
	licensedProduct(s, "U-1")
	issue := func(version string, from time.Time, units ...string) IssueMasterFile {
		return IssueMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: version, From: from, Units: units, Changes: "next"}
	}
	s.refused("version_there", "Helen", issue("1", time.Time{}, "U-1"))
	s.refused("no_such_unit", "Helen", issue("2", time.Time{}, "U-2"))
	s.refused("bad_order", "Helen", issue("2", s.now.AddDate(0, 0, -2), "U-1"))
	activeUnit(s, "U-2", false)
	later := s.now.AddDate(0, 0, 1)
	s.must("Helen", issue("2", later, "U-2"))
	at := func(now time.Time, unit string) ProductStanding {
		return s.books.Standing("TEST-1", "solution", unit, now).Product
	}
	if now := at(later.Add(-time.Second), "U-1"); now.FileIs != "1" || !now.Lists {
		t.Fatalf("before it begins: %+v", now)
	}
	if now := at(later, "U-1"); now.FileIs != "2" || now.Lists {
		t.Fatalf("once it began: %+v", now)
	}
	s.must("Helen", WithdrawMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: "2", Reason: "an error in it"})
	if now := at(later, "U-1"); now.FileIs != "1" {
		t.Fatalf("once it was withdrawn: %+v", now)
	}
	s.must("Helen", WithdrawMasterFile{Product: "TEST-1", Document: "DMMF-0001", Version: "1", Reason: "an error in it"})
	if now := at(later, "U-1"); now.File != "" {
		t.Fatalf("with none left: %+v", now)
	}
}

func TestARefusedOpeningStandsInItsProductsStreamListedOrNot(t *testing.T) {
	s := newShelf(t)
	s.write("Omar", RefusedOpening("TEST-9", OpeningRefused{Batch: "B-1", Protocol: "short", Version: 3, Unit: "U-1", Code: "product_unlisted", Sentence: "It is not listed."}))
	if blocked := s.books.Blocked("TEST-9"); len(blocked) != 1 || blocked[0].Code != "product_unlisted" {
		t.Fatalf("%+v", blocked)
	}
	if _, ok := s.books.Product("TEST-9"); ok {
		t.Fatal("an attempt lists a product")
	}
}
