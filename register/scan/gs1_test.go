package scan

import (
	"strings"
	"testing"
	"time"
)

// MAT-03: published examples, each with where it was published.
func TestPublishedGS1CodesReadAsTheyArePublished(t *testing.T) {
	for _, row := range []struct{ from, code, line string }{
		{
			"GS1 DataMatrix knowledge base of Morovia", "010345312000001117120508" + "10ABCD1234" + GS + "4109501101020917",
			"(01)03453120000011(17)120508(10)ABCD1234(410)9501101020917",
		},
		{
			"FDA, UDI formats by issuing agency, GS1", "0151022222233336" + "11141231" + "17150707" + "10A213B1" + GS + "211234",
			"(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234",
		},
		{
			"a Swiss medicine, wiesmann.codiferes.net", "0107680669330019" + "2110030376244896" + GS + "17251130" + "10A1",
			"(01)07680669330019(21)10030376244896(17)251130(10)A1",
		},
		{"GS1 DataBar Expanded sample of several encoders", "0109521234543213" + "3103000123", "(01)09521234543213(3103)000123"},
		{"GS1 General Specifications, global model number", "80131987654Ad4X4bL5ttr2310c2K", "(8013)1987654Ad4X4bL5ttr2310c2K"},
	} {
		for _, way := range []string{"]d2" + row.code, row.code, row.line} {
			all, err := Parse(way, sent())
			if err != nil || Line(all) != row.line {
				t.Errorf("%s: %q gave %s, %v", row.from, way, Line(all), err)
				continue
			}
			if code, err := Encode(all, today()); err != nil || code != row.code {
				t.Errorf("%s: encoded as %q, %v", row.from, code, err)
			}
		}
	}
}

// MAT-03, MAT-02: what a pack's code says, by each way it can arrive.
func TestAPacksCodeSaysProductLotExpiryAndSerial(t *testing.T) {
	want := Item{GTIN: "09501101530003", Lot: "1DE", Serial: "XYZ7", Expiry: Moment{Date: Date{2027, 11, 30}}}
	for _, raw := range []string{
		"]d201095011015300031727113010" + "1DE" + GS + "21XYZ7",
		"]d2" + GS + "01095011015300031727113010" + "1DE" + GS + "21XYZ7" + "\r\n",
		"01095011015300031727113010" + "1DE~21XYZ7",
		"01095011015300031727113010" + "1DE{GS}21XYZ7\t",
		"]C101095011015300031727113010" + "1DE<GS>21XYZ7",
		"]d201095011015300031727113010" + "1DE" + GS + GS + "21XYZ7" + GS,
		"(01)09501101530003(17)271130(10)1DE(21)XYZ7",
		"(17)271130 (10)1DE (21)XYZ7 (01)09501101530003",
	} {
		s := with(func(s *Settings) { s.Separators = []string{"~", "{GS}", "<GS>"} })
		got := mustRead(t, raw, s)
		if got.Kind != Pack || got.Item != want || got.Raw != raw || len(got.Elements) != 4 {
			t.Errorf("%q: %+v", raw, got)
		}
	}
}

// MAT-03: a string that can be read in two ways is refused, and the same
// string is read where the site has shown that separators come.
func TestACodeWithTwoReadingsIsRefused(t *testing.T) {
	for _, row := range []struct{ code, strict, sent string }{
		{"010950110153000310ABC17271130", "ambiguous", ""},           // lot ABC17271130, or lot ABC and an expiry
		{"010950110153000310ABC21XYZ", "ambiguous", ""},              // lot, or lot and serial number
		{"010950110153000310ABC17555555", "", ""},                    // there is no month 55
		{"010950110153000310ABC0109501101530003", "ambiguous", ""},   // the product number again, the same
		{"010950110153000310A10B", "", ""},                           // two lots that differ are no reading
		{"0109501101530003172711301" + "0ABC", "", ""},               // lot last
		{"010950110153000321" + "77" + GS + "10ABC17271130", "", ""}, // separators came, so none is missing
		{"800501234510" + strings.Repeat("2121", 40), "ambiguous", "length"},
	} {
		for s, want := range map[bool]string{false: row.strict, true: row.sent} {
			_, err := Parse("]d2"+row.code, with(func(settings *Settings) { settings.SeparatorsSent = s }))
			if code(err) != want {
				t.Errorf("%q with separators sent %v: %v", row.code, s, err)
			}
		}
	}
	_, err := Read("]d2010950110153000310ABC21XYZ", today())
	if err == nil || err.Error() != "This code can be read in two ways; scan the other code on the pack or type it with a reason." {
		t.Error(err)
	}
}

// MAT-03: what does not fit its standard is refused, and never plain text.
func TestACodeThatClaimsAStandardAndBreaksItIsRefused(t *testing.T) {
	for _, row := range []struct{ raw, code string }{
		{"]d20109501101530004", "check_digit"},
		{"0109501101530004", "check_digit"}, // without symbology identifier too
		{"(01)09501101530004", "check_digit"},
		{"01095011015300031727113110A", "date"},  // 31 November
		{"]d20109501101530003172702290", "date"}, // 2027 is no leap year
		{"]d2010950110153000317271", "length"},   // cut short
		{"]d20109501101530003" + "7003271130" + "2460", "date"},
		{"]d20109501101530003" + "10" + "A B", "characters"},
		{"]d20109501101530003" + "10" + "A\x1eB", "characters"},
		{"]d20109501101530003" + "10" + "é", "characters"},
		{"]d20109501101530003" + "10" + strings.Repeat("A", 21), "unknown_field"}, // a separator missing after twenty
		{"]d20109501101530003" + "10" + strings.Repeat("A", 21) + GS + "217", "length"},
		{"]d20109501101530003" + "10A" + GS + "10B", "twice"},
		{"]d20109501101530003" + "0103453120000011", "twice"},
		{"]d20109501101530003" + "47ABC", "unknown_field"},
		{"]d2ABC", "unknown_field"},
		{"]d2" + GS, "empty"},
		{"]d2", "empty"},
		{"(01)09501101530003(10)", "length"},
		{"(01)09501101530003" + GS + "10A", "form"},
		{"]d28018505089899900000183" + GS + "0109501101530003", "two_things"},
		{"]d28004" + "9501X" + GS + "0109501101530003", "two_things"},
		{"]d20109501101530003" + "0303453120000011", "two_things"},
		{"]d20109501101530003" + "17271130" + "70032711291200", "two_things"}, // two expiry dates
		{"]d20109501101530003" + "17271100", "day_zero"},
		{"]d28010" + "9501a", "characters"}, // set 39 has no small letters
		{"]d280041", "form"},
		{"]d2" + "8013" + "1987654Ad4X4bL5ttr2310c2L", "check_digit"},
		{"]d27258" + "2/1", "form"},
		{"]d27258" + "0/1", "form"},
		{"]d27258" + "1-2", "form"},
		{"]d28008" + "26113024", "date"},
		{"]d28008" + "2611301060", "date"},
		{"]d2725020190229", "date"},
		{"]d2725219", "unknown_field"},
		{"]d272523", "form"},
		{"]d243212", "form"},
		{"]d28006" + "09501101530003" + "0302", "form"},
		{"]d28006" + "09501101530003" + "0002", "form"},
		{"]d28003" + "19501101020917", "form"},
		{"]d28003" + "09501101020918", "check_digit"},
		{"]d28011" + "07", "form"},
		{"]d24331" + "000200" + "+", "form"},
		{"]d24300" + "%G1", "form"},
		{"]d24300" + "A%4", "form"},
		{"]d27007" + "2611302", "length"},
		{"]d27007" + "261130261131", "date"},
		{"]d28013" + "12", "check_digit"},
		{"]d2" + strings.Repeat("11270101", 70), "ambiguous"}, // more fields than any label has
		{"]d2" + strings.Repeat("91", 400), "ambiguous"},      // more readings than anybody waits for
		{"]E05060123456784", "check_digit"},
		{"]E0506012345678", "length"},
		{"", "empty"},
		{" \r\n", "empty"},
		{"\x02abc", "unreadable"},
		{"abc\xff", "unreadable"},
		{strings.Repeat("A", 4000), "too_long"},
	} {
		if got, err := Read(row.raw, today()); code(err) != row.code {
			t.Errorf("%q: %v, %+v", row.raw, err, got)
		}
	}
}

func TestKindsOfCode(t *testing.T) {
	for _, row := range []struct {
		raw  string
		kind Kind
		what string
	}{
		{"]E05060123456783", Pack, "05060123456783"},
		{"]E496385074", Pack, "00000096385074"},
		{"]I103453120000011", Pack, "03453120000011"},
		{"]I10345", Plain, "0345"},
		{"00106141412345678908", Logistic, "106141412345678908"},
		{"]C100106141412345678908" + "0203453120000011" + "3712", Logistic, "106141412345678908"},
		{"4149501101020917", Place, "9501101020917"},
		{"80049501PUMP-7", Asset, "9501PUMP-7"},
		{"]C18003" + "09501101020917" + "55", Asset, "950110102091755"},
		{"]d28017505089899900000183", Staff, ""},
		{"]d21727113010A7", PackPart, "A7"},
		{"]C1400PO-7", Coded, ""},
		{"B-2026-0007", Plain, "B-2026-0007"},
		{"1727113010A7", Plain, "1727113010A7"}, // claims nothing: a site's own code can look so
		{"21-0042", Plain, "21-0042"},
		{"(see label)", Plain, "(see label)"},
		{"]A0LOT 7", Plain, "LOT 7"},
	} {
		got := mustRead(t, row.raw, sent())
		said := got.Item.GTIN + got.Location + got.Asset + got.Text
		if got.Kind == Logistic {
			said = got.Unit
		}
		if got.Kind == PackPart {
			said = got.Item.Lot
		}
		if got.Kind != row.kind || said != row.what {
			t.Errorf("%q: %s %q", row.raw, got.Kind, said)
		}
	}
}

// A site's own codes are plain text whatever they look like.
func TestOwnCodesAreNeverTakenForAStandard(t *testing.T) {
	s := with(func(s *Settings) { s.Own = []string{"0123", "=X"} })
	for _, raw := range []string{"01234567890123456", "=X7"} {
		if got := mustRead(t, raw, s); got.Kind != Plain || got.Text != raw {
			t.Errorf("%q: %+v", raw, got)
		}
	}
}

// COI-01: a bare number is never taken for a patient's, but what it could be is said.
func TestABareNumberIsPlainAndSaysWhatItCouldBe(t *testing.T) {
	got := mustRead(t, "9434765919", today())
	if got.Kind != Plain || len(got.MayBe) != 1 || got.MayBe[0].Type != "NHS" || got.Wristband != (Wristband{}) {
		t.Errorf("%+v", got)
	}
}

// MAT-03: day 00 is refused, or reviewed where a rule is recorded.
func TestDayZeroIsRefusedOrReviewed(t *testing.T) {
	reviewed := with(func(s *Settings) { s.DayZero = DayZeroReviewed })
	for _, row := range []struct{ yymmdd, want string }{{"271100", "2027-11-30"}, {"280200", "2028-02-29"}, {"270200", "2027-02-28"}} {
		raw := "010950110153000317" + row.yymmdd
		if _, err := Read(raw, today()); code(err) != "day_zero" {
			t.Errorf("%s: %v", raw, err)
		}
		got := mustRead(t, raw, reviewed)
		if got.Item.Expiry.String() != row.want || !got.Item.Expiry.DayZero || noted(got) != "day_zero" {
			t.Errorf("%s: %+v", raw, got)
		}
	}
	// GS1 still allows it where no medicine is meant: best before.
	if got := mustRead(t, "010950110153000315271100", today()); got.Item.BestBefore.String() != "2027-11-30" {
		t.Errorf("%+v", got)
	}
}

// MAT-03: GS1's sliding window for two-digit years.
func TestTwoDigitYearsAreReadByTheSlidingWindow(t *testing.T) {
	for _, row := range []struct{ today, yy, want int }{
		{2026, 26, 2026},
		{2026, 76, 2076},
		{2026, 77, 1977},
		{2026, 0, 2000},
		{2026, 99, 1999},
		{2060, 10, 2110},
		{2060, 11, 2011},
		{2060, 9, 2109},
		{2051, 1, 2101},
		{2051, 2, 2002},
		{2099, 0, 2100},
		{2099, 49, 2149},
		{2099, 50, 2050},
		{2000, 50, 2050},
		{2000, 51, 1951},
	} {
		if got := year(row.yy, Date{row.today, 1, 1}); got != row.want {
			t.Errorf("in %d, %02d is %d, not %d", row.today, row.yy, got, row.want)
		}
	}
}

// ISBT 128 gives three digits of a year: it is the one nearest to today.
func TestThreeDigitYearsAreThoseNearestToToday(t *testing.T) {
	for _, row := range []struct {
		today int
		value string
		want  string
	}{
		{2026, "026001", "2026-01-01"},
		{2026, "526365", "2526-12-31"},
		{2026, "527001", "1527-01-01"},
		{2026, "999001", "1999-01-01"},
		{2999, "001001", "3001-01-01"},
		{2999, "499001", "3499-01-01"},
		{2999, "500001", "2500-01-01"},
		{2028, "028366", "2028-12-31"},
	} {
		if got, ok := julian(row.value, Date{row.today, 1, 1}); !ok || got.String() != row.want {
			t.Errorf("in %d, %s is %s, not %s", row.today, row.value, got, row.want)
		}
	}
}

// LAB-09: an expiry with its time has no zone; on two days of the year it can
// mean no instant or two.
func TestALocalTimeCanMeanOneInstantNoneOrTwo(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ value, want string }{
		{"2611301405", "2026-11-30T14:05:00Z"},
		{"2607011405", "2026-07-01T13:05:00Z"},
		{"2603290130", ""}, // spring skips it
		{"2610250130", "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z"},
		{"2610250030", "2026-10-24T23:30:00Z"},
		{"2610250200", "2026-10-25T02:00:00Z"},
	} {
		got := mustRead(t, "0109501101530003"+"7003"+row.value, today())
		var all []string
		for _, at := range got.Item.Expiry.Instants(london) {
			all = append(all, at.UTC().Format(time.RFC3339))
		}
		if strings.Join(all, " ") != row.want || !got.Item.Expiry.Timed {
			t.Errorf("%s is %v, not %s", row.value, all, row.want)
		}
	}
	if all := (Moment{Date: Date{2026, 11, 30}}).Instants(london); all != nil {
		t.Errorf("a day without a time is %v", all)
	}
}

// MAT-03: two codes of one pack add up; a blank never overwrites.
func TestASecondCodeOfAPackAddsAndNeverOverwrites(t *testing.T) {
	first := mustRead(t, "]C10109501101530003", today()).Item
	second := mustRead(t, "]C11727113010A7", sent()).Item
	both, err := first.With(second)
	if err != nil || both != (Item{GTIN: "09501101530003", Lot: "A7", Expiry: Moment{Date: Date{2027, 11, 30}}}) {
		t.Fatalf("%+v, %v", both, err)
	}
	if again, err := both.With(Item{}); err != nil || again != both {
		t.Errorf("a blank changed it: %+v, %v", again, err)
	}
	timed, err := both.With(Item{Expiry: Moment{Date: Date{2027, 11, 30}, Timed: true, Hour: 14}})
	if err != nil || timed.Expiry.String() != "2027-11-30 14:00" {
		t.Errorf("%+v, %v", timed, err)
	}
	for _, other := range []Item{{Lot: "A8"}, {GTIN: "03453120000011"}, {Expiry: Moment{Date: Date{2027, 12, 1}}}, {Made: Date{2026, 1, 1}}} {
		if _, err := (Item{Lot: "A7", GTIN: "09501101530003", Expiry: both.Expiry, Made: Date{2026, 1, 2}}).With(other); code(err) != "two_things" {
			t.Errorf("%+v: %v", other, err)
		}
	}
}

func TestSettingsThatWouldSplitFieldsAreNotTaken(t *testing.T) {
	for _, row := range []struct {
		s    Settings
		want string
	}{
		{Settings{}, "no day"},
		{with(func(s *Settings) { s.Separators = []string{","} }), "cannot stand for a separator"},
		{with(func(s *Settings) { s.Separators = []string{"10"} }), "cannot stand for a separator"},
		{with(func(s *Settings) { s.Separators = []string{""} }), "cannot stand for a separator"},
		{with(func(s *Settings) { s.Separators = []string{"\r"} }), "cannot stand for a separator"},
		{with(func(s *Settings) { s.DayZero = "guess" }), "no rule"},
		{with(func(s *Settings) { s.Own = []string{" "} }), "blank"},
		{with(func(s *Settings) { s.NHSPrefix = "12" }), "seven digits"},
	} {
		if _, err := Read("x", row.s); err == nil || !strings.Contains(err.Error(), row.want) || code(err) == "" {
			t.Errorf("%+v: %v", row.s, err)
		}
	}
}
