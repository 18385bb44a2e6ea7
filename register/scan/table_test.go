package scan

import (
	"slices"
	"strings"
	"testing"
)

// The table is in order, every format can be read, an identifier is as long as
// its first two digits say, and GS1's fixed list of predefined lengths is kept.
func TestTheTableKeepsGS1sOwnRules(t *testing.T) {
	all := identifiers()
	if !slices.IsSortedFunc(all, func(a, b identifier) int { return strings.Compare(tabled(a.ai), tabled(b.ai)) }) {
		t.Error("the table is out of order")
	}
	lengths := map[string]int{ // AI and field, from the General Specifications' list of predefined lengths
		"00": 20, "01": 16, "02": 16, "03": 16, "11": 8, "12": 8, "13": 8, "15": 8, "16": 8, "17": 8, "20": 4,
		"31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
	}
	known := newTable()
	seen := map[string]bool{}
	for _, row := range all {
		ai := strings.NewReplacer("[0-5]", "0", "[0-9]", "0", "[0-3]", "0", "[1-9]", "1").Replace(row.ai)
		if seen[row.ai] {
			t.Errorf("%s stands there twice", row.ai)
		}
		seen[row.ai] = true
		got, d, found := known.at(ai)
		if !found || got != ai || d.ai != row.ai || d.name == "" {
			t.Errorf("%s is found as %s, %v", ai, got, found)
			continue
		}
		want, fixed := lengths[ai[:2]]
		if predefined(ai) != fixed || fixed && (d.least != d.most || len(ai)+d.most != want) {
			t.Errorf("%s: predefined %v, %d to %d characters", ai, predefined(ai), d.least, d.most)
		}
		for i, p := range d.parts {
			if !strings.ContainsRune("NXYZ", rune(p.class)) || p.most < 1 || p.most > 90 || i < len(d.parts)-1 && p.least != p.most {
				t.Errorf("%s: %+v", ai, p)
			}
		}
		for _, name := range strings.FieldsFunc(row.with+" "+row.not, func(r rune) bool { return r == ' ' || r == '|' }) {
			if _, _, found := known.at(name); !found {
				t.Errorf("%s names %s, which is not there", ai, name)
			}
		}
	}
	for ai, want := range map[string]bool{"3105": true, "3106": false, "3943": true, "3944": false, "99": true, "04": false, "7039": true, "7239": true, "26": false, "18": false} {
		if _, _, found := known.at(ai); found != want {
			t.Errorf("%s is found: %v", ai, found)
		}
	}
}

// tabled sorts a family before what follows it.
func tabled(ai string) string { return strings.ReplaceAll(ai, "[", "0") }

// GS1 General Specifications, check digit calculations; the check pairs are
// the published examples of global model numbers.
func TestCheckDigitsAndPairs(t *testing.T) {
	for _, key := range []string{"09501101530003", "5060123456783", "96385074", "106141412345678908", "9501101020917", "03453120000011"} {
		if !checkDigit(key) {
			t.Errorf("%s fails", key)
		}
	}
	for _, key := range []string{"", "7", "12A", "09501101530004"} {
		if checkDigit(key) {
			t.Errorf("%q passes", key)
		}
	}
	for _, key := range []string{"1987654Ad4X4bL5ttr2310c2K", "12345678901234567890123NT", "7907665Bm8v2AB", "225803106GSpEF"} {
		if !checkPair(key) {
			t.Errorf("%s fails", key)
		}
	}
	for _, key := range []string{"", "AB", "1987654Ad4X4bL5ttr2310cK2", "1987654Ad4X4bL5ttr2310c2k", "19 7654Ad4X4bL5ttr2310c2K"} {
		if checkPair(key) {
			t.Errorf("%q passes", key)
		}
	}
}

// LAB-09: a label's fields come with what they belong to.
func TestALabelIsRefusedWithoutWhatItsFieldsNeed(t *testing.T) {
	gtin, lot := Element{"01", "09501101530003"}, Element{"10", "B-2026-0007"}
	for _, row := range []struct {
		fields     []Element
		code, line string
		refused    string
	}{
		{[]Element{gtin, {"7003", "2611301405"}, lot}, "0109501101530003" + "70032611301405" + GS + "10B-2026-0007", "(01)09501101530003(7003)2611301405(10)B-2026-0007", ""},
		{[]Element{gtin, lot, {"21", "7"}}, "0109501101530003" + "10B-2026-0007" + GS + "217", "(01)09501101530003(10)B-2026-0007(21)7", ""},
		{[]Element{gtin, {"17", "261130"}, {"3103", "000123"}}, "0109501101530003" + "17261130" + "3103000123", "(01)09501101530003(17)261130(3103)000123", ""},
		{[]Element{{"7003", "2611301405"}}, "", "", "incomplete"},
		{[]Element{lot}, "", "", "incomplete"},
		{[]Element{gtin, {"250", "7"}}, "", "", "incomplete"}, // needs 21 as well
		{[]Element{gtin, {"02", "03453120000011"}, {"37", "2"}, {"00", "106141412345678908"}}, "", "", "together"},
		{[]Element{gtin, gtin}, "", "", "twice"},
		{[]Element{gtin, {"10", "A"}, {"10", "B"}}, "", "", "twice"},
		{[]Element{gtin, {"10", "A(21)B"}}, "", "", "brackets"},
		{[]Element{gtin, {"10", "A B"}}, "", "", "characters"},
		{[]Element{gtin, {"10", ""}}, "", "", "length"},
		{[]Element{gtin, {"1", "A"}}, "", "", "unknown_field"},
		{[]Element{gtin, {"47", "A"}}, "", "", "unknown_field"},
		{[]Element{gtin, {"100", "A"}}, "", "", "unknown_field"},
		{nil, "", "", "empty"},
	} {
		got, line, err := Label(row.fields, today())
		if got != row.code || line != row.line || code(err) != row.refused {
			t.Errorf("%v: %q, %q, %v", row.fields, got, line, err)
		}
	}
}
