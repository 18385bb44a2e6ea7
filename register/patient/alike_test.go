package patient

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// COI-11: names alike enough to alert, and names that are not.
func TestPatientsWhoCanBeTakenForEachOther(t *testing.T) {
	for _, row := range []struct{ a, b, want string }{
		// Surname, Given | born | number
		{"SMITH, Anna||", "Smith, Robert||", "same_family"},
		{"SMITH, Anna||", "SMYTH, Robert||", "similar_family"},
		{"SMITH, Anna||", "SMTIH, Robert||", "similar_family"}, // neighbours exchanged
		{"SMITH, Anna||", "SMITHS, Robert||", "similar_family"},
		{"SMITH, Anna||", "JONES, Robert||", ""},
		{"MÜLLER, Anna||", "Muller, Robert||", "same_family"},
		{"ŻÓŁĆ, Anna||", "Zolc, Robert||", "same_family"},
		{"SØRENSEN, Anna||", "Sorensen, Robert||", "same_family"},
		{"ÆSIR, Anna||", "Aesir, Robert||", "same_family"},
		{"ŒUVRE, Anna||", "Oeuvre, Robert||", "same_family"},
		{"ÞÓRSDÓTTIR, Anna||", "Thorsdottir, Robert||", "same_family"},
		{"ĐOKIĆ, Anna||", "Dokic, Robert||", "same_family"},
		{"IŞIK, Anna||", "Işık, Robert||", "same_family"},
		{"ĦABER, Anna||", "Haber, Robert||", "same_family"},
		{"ADEYEMI, Anna|2019|", "OKAFOR, Robert|2020|", ""},
		{"GROß, Anna||", "Gross, Robert||", "same_family"},
		{"O'BRIEN, Anna||", "OBrien, Robert||", "same_family"},
		{"SMITH-JONES, Anna||", "Smith Jones, Robert||", "same_family"},
		{"SMITH-JONES, Anna||", "JONES, Robert||", "shared_family"},
		{"SMITH-JONES, Anna||", "SMYTH, Robert||", "shared_family"},
		{"DE LA CRUZ, Anna||", "DE LA TOUR, Robert||", ""}, // particles are no likeness
		{"MACDONALD, Anna||", "MCDONALD, Robert||", "similar_family"},
		{"RAMANATHAN, Anna||", "RAMANADHEN, Robert||", "similar_family"}, // two slips in eight letters and more
		{"RAMAN, Anna||", "RAWEN, Robert||", ""},                         // but not in five
		{"LI, Anna||", "LE, Robert||", "similar_family"},
		{"LI, Anna||", "WU, Robert||", ""},
		{"ADEYEMI, A||", "OKAFOR, B||", ""}, // initials are no likeness
		{"ADEYEMI, Anna||", "OKAFOR, Anne||", "similar_given"},
		{"ADEYEMI, Anna||", "OKAFOR, Ana||", "similar_given"},
		{"ADEYEMI, Anna Maria||", "OKAFOR, Maria||", "shared_given"},
		{"ADEYEMI, Robin||", "OKAFOR, robin||", "same_given"},
		{"THOMAS, George||", "GEORGE, Thomas||", "swapped"},
		{"THOMAS, George||", "GEORGES, Tomas||", "swapped"},
		{"ADEYEMI, Anna|2019-03-01|", "OKAFOR, Robert|2019-03-01|", "same_birth"},
		{"ADEYEMI, Anna|2019-03-01|", "OKAFOR, Robert|2019-01-03|", "exchanged_birth"},
		{"ADEYEMI, Anna|2019-03-01|", "OKAFOR, Robert|2019-03-02|", ""},
		{"ADEYEMI, Anna||A12345", "OKAFOR, Robert||A12354", "near_number"},
		{"ADEYEMI, Anna||A12345", "OKAFOR, Robert||A12346", "near_number"},
		{"ADEYEMI, Anna||999 000 0018", "OKAFOR, Robert||9990000018", "same_number"},
		{"ADEYEMI, Anna||A12345", "OKAFOR, Robert||A54321", ""},
		{"SMITH, John|2019-03-01|1", "SMITH, Jon|2019-03-01|9", "same_family similar_given same_birth near_number"},
		{"||", "||", ""}, // what is blank is like nothing
	} {
		a, b := person(row.a), person(row.b)
		if got := codes(Alike(a, b)); got != row.want {
			t.Errorf("%s and %s: %q, not %q", row.a, row.b, got, row.want)
		}
		if got := codes(Alike(b, a)); got != row.want {
			t.Errorf("%s and %s the other way round: %q, not %q", row.b, row.a, got, row.want)
		}
	}
}

// COI-09, COI-11: the alert's sentences name nobody.
func TestNoSentenceOfLikenessNamesAnybody(t *testing.T) {
	a := Person{"Testpatient", "Robin", "2019-03-01", "999 000 0018"}
	for _, likeness := range Alike(a, a) {
		for _, secret := range []string{a.Family, a.Given, a.Born, a.Number} {
			if strings.Contains(likeness.Sentence, secret) {
				t.Errorf("%q holds %q", likeness.Sentence, secret)
			}
		}
	}
}

// COI-11: the order of the two never matters, and one slip in a name is always found.
func TestLikenessIsMutualAndFindsEverySlip(t *testing.T) {
	letter := rapid.SampledFrom([]rune("abcdefghijklmnopqrstuvwxyz"))
	name := rapid.StringOfN(letter, 3, 14, -1)
	rapid.Check(t, func(t *rapid.T) {
		a := Person{Family: name.Draw(t, "family"), Given: name.Draw(t, "given")}
		b := Person{Family: name.Draw(t, "other family"), Given: name.Draw(t, "other given")}
		if codes(Alike(a, b)) != codes(Alike(b, a)) {
			t.Fatalf("%v and %v are not alike both ways", a, b)
		}
		word := []rune(a.Family)
		at := rapid.IntRange(0, len(word)-1).Draw(t, "at")
		other := letter.Draw(t, "letter")
		slips := []string{
			string(slices.Insert(slices.Clone(word), at, other)),
			string(slices.Delete(slices.Clone(word), at, at+1)),
			string(word[:at]) + string(other) + string(word[at+1:]),
		}
		if at > 0 {
			slips = append(slips, string(word[:at-1])+string(word[at])+string(word[at-1])+string(word[at+1:]))
		}
		for _, slip := range slips {
			if len(Alike(a, Person{Family: slip})) == 0 {
				t.Fatalf("%s and %s are not alike", a.Family, slip)
			}
		}
	})
}

func person(row string) Person {
	fields := strings.Split(row, "|")
	return Named(fields[0], fields[1], fields[2])
}

func codes(all []Likeness) string {
	var codes []string
	for _, likeness := range all {
		codes = append(codes, likeness.Code)
	}
	return strings.Join(codes, " ")
}
