package scan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// COI-05: published donation numbers and their check characters.
func TestPublishedDonationNumbersHaveTheirCheckCharacters(t *testing.T) {
	for _, row := range []struct{ from, typed, number, check string }{
		{"JPAC Red Book, annex 2", "G123 498 654 321 H", "G123498654321", "H"},
		{"ICCBBA ST-001 6.2.2, figure 2, with its flags", "A9999 21 123456 01 3", "A999921123456", "3"},
		{"the same without", "a9999 21 123456 3", "A999921123456", "3"},
	} {
		d, err := Donated(row.typed)
		if err != nil || d.Number != row.number || d.Check != row.check {
			t.Errorf("%s: %+v, %v", row.from, d, err)
		}
	}
	for _, row := range []struct{ typed, code string }{
		{"G123 498 654 321", "length"}, // without its check character there is nothing to find a slip by
		{"G123 498 654 312 H", "check_digit"},
		{"G123 498 654 321 I", "check_digit"},
		{"O123 498 654 321 H", "form"}, // O begins no facility
		{"G12X 498 654 321 H", "form"},
		{"%6200 0000 0000 H", "form"}, // another structure is no number
		{"", "length"},
	} {
		if _, err := Donated(row.typed); code(err) != row.code {
			t.Errorf("%q: %v", row.typed, err)
		}
	}
}

// COI-05: flags 60 to 96 are a check of the number (JPAC: 60 and 17 make 77).
func TestFlagsThatAreACheckAreVerified(t *testing.T) {
	got := mustRead(t, "=G12349865432177", today())
	want := Donation{Number: "G123498654321", Facility: "G1234", Year: "98", Sequence: "654321", Flags: "77", Check: "H"}
	if got.Kind != Given || got.Donation != want {
		t.Errorf("%+v", got)
	}
	if _, err := Read("=G12349865432178", today()); code(err) != "check_digit" {
		t.Error(err)
	}
	if got := mustRead(t, "=G12349865432100", today()); got.Donation.Flags != "00" {
		t.Errorf("%+v", got)
	}
}

// COI-05: a compound message, as the FDA publishes it for ICCBBA's UDI.
func TestAPublishedCompoundMessageIsReadWhole(t *testing.T) {
	parts := []string{"=/A9999XYZ100T0944", "=,000025", "=A99971312345600", "=>014032", "=}013032", "&,1000000000000XYZ123"}
	got := mustRead(t, "=+06000"+strings.Join(parts, ""), today())
	want := Donation{
		Number: "A999713123456", Facility: "A9997", Year: "13", Sequence: "123456", Flags: "00", Check: "S",
		Division: "000025", Processor: "A9999XYZ100T0944", Lot: "XYZ123",
		Expiry: Moment{Date: Date{2014, 2, 1}}, Made: Moment{Date: Date{2013, 2, 1}},
	}
	if got.Kind != Given || got.Donation != want || len(got.Structures) != 7 || noted(got) != "" {
		t.Errorf("%+v", got)
	}
	for i, part := range parts {
		if one := got.Structures[i+1]; one.Number == "001" && "="+one.Data != part || one.Number != "001" && one.Mark+one.Data != part {
			t.Errorf("%s came as %+v", part, one)
		}
	}
	// The same without the header, as a scanner joins neighbouring codes.
	if got := mustRead(t, strings.Join(parts, ""), today()); got.Donation != want {
		t.Errorf("%+v", got)
	}
	// A message of ICCBBA's numbered kind is read, with a note that its order was not verified.
	if got := mustRead(t, "=+06013"+strings.Join(parts, ""), today()); noted(got) != "order_not_verified" {
		t.Errorf("%+v", got)
	}
}

func TestIsbtStructures(t *testing.T) {
	for _, row := range []struct {
		raw  string
		kind Kind
		said func(Scan) string
		want string
	}{
		{"=%6200", Coded, func(c Scan) string { return c.Donation.BloodGroup }, "6200"}, // ST-001, 2.2: A, RhD positive
		{"=<S12954A0", Coded, func(c Scan) string { return c.Donation.Product }, "S12954A0"},
		{"=>026334", Coded, func(c Scan) string { return c.Donation.Expiry.String() }, "2026-11-30"},
		{"&>0263341405", Coded, func(c Scan) string { return c.Donation.Expiry.String() }, "2026-11-30 14:05"},
		{"&>0283662359", Coded, func(c Scan) string { return c.Donation.Expiry.String() }, "2028-12-31 23:59"},
		{"=*999365", Coded, func(c Scan) string { return c.Donation.Collected.String() }, "1999-12-31"},
		{"&*0263240930", Coded, func(c Scan) string { return c.Donation.Collected.String() }, "2026-11-20 09:30"},
		{"=A99992112345600=>026334&>0263341405", Given, func(c Scan) string { return c.Donation.Expiry.String() }, "2026-11-30 14:05"},
		{"&/CHA999921ABC123", Chain, func(c Scan) string { return c.Identity }, "CHA999921ABC123"}, // COI-06
		{"=+02000=A99992112345600&/CHA999921ABC123", Given, func(c Scan) string { return c.Identity + " " + c.Donation.Number }, "CHA999921ABC123 A999921123456"},
		{"&,4BE00A317A999921123456AS12950000100000000", Given, func(c Scan) string { return c.Donation.European }, "BE00A317A999921123456AS12950000100000000"},
		{"]C0=A99992112345600", Given, func(c Scan) string { return c.Donation.Number }, "A999921123456"},
		{"]d1=A99992112345600", Given, func(c Scan) string { return c.Donation.Number }, "A999921123456"},
		{"=-AZ0az19AZ9&-az09AZazAZ", Coded, func(c Scan) string { return c.Structures[0].Data + " " + c.Structures[1].Data }, "AZ0az19AZ9 az09AZazAZ"},
		{"&#0105A1234", Coded, func(c Scan) string { return c.Structures[0].Data }, "0105A1234"},
		{"&xlocal-7", Coded, func(c Scan) string { return c.Structures[0].Mark + c.Structures[0].Data }, "&xlocal-7"},
	} {
		got := mustRead(t, row.raw, today())
		if got.Kind != row.kind || row.said(got) != row.want {
			t.Errorf("%q: %s %q", row.raw, got.Kind, row.said(got))
		}
	}
	for _, row := range []struct{ raw, code string }{
		{"=", "form"},
		{"=A9999211234560", "form"}, // cut short
		{"=A99992112345600X", "form"},
		{"=a99992112345600", "unknown_field"},
		{"=A999921123456OI", "form"},
		{"=AO9992112345600", "form"}, // no O, which reads as 0
		{"=+03000=A99992112345600=%6200", "incomplete"},
		{"=%6200=+01000", "incomplete"},
		{"=>026366", "date"}, // 2026 has 365 days
		{"=>026000", "date"},
		{"&>0263342400", "date"},
		{"=>026334=>026335", "twice"},
		{"=>026334&>0263350000", "two_things"},
		{"=A99992112345600=A99992112345700", "twice"},
		{"&/CXA999921ABC123", "form"},
		{"&,4XX", "form"},
		{"&,40000A317A999921123456AS12950000100000000", "form"},
		{"&#0199A1", "form"},
		{"=A99992112345600&xlocal", "unknown_field"}, // never in company (ST-001, 2.5.1)
		{"&?7", "unknown_field"},
		{"&x\x02", "form"},
	} {
		if got, err := Read(row.raw, today()); code(err) != row.code {
			t.Errorf("%q: %v, %+v", row.raw, err, got)
		}
	}
}

// COI-05: the Single European Code is captured unaltered (Directive
// 2006/86/EC, Annex VII: 2 + 6 + 13, 1 + 7 + 3 + 8 characters).
func TestASingleEuropeanCodeIsCapturedUnaltered(t *testing.T) {
	for _, sec := range []string{"BE00A317A999921123456AS12950000120261130", "GB000123abcdefghijklmE000001200100000000"} {
		got := mustRead(t, sec, today())
		if got.Kind != Given || got.Donation.European != sec || got.Donation.Number != "" {
			t.Errorf("%q: %+v", sec, got)
		}
	}
	for _, text := range []string{
		"BE00A317A999921123456AS12950000120261131", // no such day
		"BE00A317A999921123456XS12950000120261130", // no such coding system
		"B100A317A999921123456AS12950000120261130",
		"BE00A317A999921123456AS129500001A0261130",
		"BE00A317A999921123456AS1295000012026113",
	} {
		if got := mustRead(t, text, today()); got.Kind != Plain {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// Every form is as long as ST-001 says.
func TestStructuresAreAsLongAsTheirStandardSays(t *testing.T) {
	lengths := map[string]int{
		"002": 4, "003": 8, "004": 6, "005": 10, "006": 6, "007": 10, "008": 6, "009": 10, "010": 5, "011": 18, "012": 18, "013": 18,
		"014": 18, "015": 18, "016": 18, "017": 10, "018": 10, "019": 21, "020": 11, "021": 10, "022": 10, "023": 5, "024": 10, "026": 6,
		"027": 18, "028": 16, "031": 16, "032": 6, "033": 11, "034": 16, "035": 18, "036": 18, "037": 19, "038": 40, "039": 19, "040": 15,
	}
	all := structures()
	if len(all) != len(lengths) {
		t.Errorf("%d structures, %d lengths", len(all), len(lengths))
	}
	for _, row := range all {
		if lengths[row[0]] != len(row[2]) {
			t.Errorf("%s has %d characters, not %d", row[0], len(row[2]), lengths[row[0]])
		}
	}
}

// COI-05: modulus 37-2 finds every wrong character and every exchange.
func TestTheCheckCharacterFindsEverySlipInADonationNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		din := rapid.StringMatching(`[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}`).Draw(t, "number")
		check, _ := check37(din)
		at := rapid.IntRange(0, 12).Draw(t, "at")
		other := rapid.SampledFrom([]byte(alphabet37[:36])).Draw(t, "character")
		slip := din[:at] + string(other) + din[at+1:]
		if got, _ := check37(slip); slip != din && got == check {
			t.Fatalf("%s and %s have the same check", din, slip)
		}
		if at < 12 {
			turned := din[:at] + din[at+1:at+2] + din[at:at+1] + din[at+2:]
			if got, _ := check37(turned); turned != din && got == check {
				t.Fatalf("%s and %s have the same check", din, turned)
			}
		}
	})
}
