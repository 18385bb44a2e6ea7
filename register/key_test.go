package register

import "testing"

// MAT-03: what was received and what it was read as are held against each other
// without knowing what a site has set of its scanners.
func TestNothingDiffersBetweenWhatWasReceivedAndWhatItWasReadAsButSeparators(t *testing.T) {
	const code = "0109506000134352" + "10A77\x1d" + "17270131\x1d21S5"
	for sent, same := range map[string]bool{
		"]d2" + code: true,
		" ]d20109506000134352" + "10A77~17270131~21S5\r\n": true,
		"0109506000134352" + "10A77{GS}17270131~21S5":      true,
		"0109506000134353" + "10A77~17270131~21S5":         false,
		"0109506000134352" + "10A7717270131~21S5":          false,
		"0109506000134352" + "10A77~17270131~21S5X":        false,
		"": false,
	} {
		if SameCode(sent, code) != same {
			t.Errorf("%q: %t", sent, !same)
		}
	}
	if !SameCode("VIAL-1", "VIAL-1") || !SameCode("~x", "\x1dx") {
		t.Error("a plain code is not itself")
	}
}
