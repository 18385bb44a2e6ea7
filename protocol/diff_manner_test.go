package protocol

import (
	"slices"
	"strings"
	"testing"
)

// What a new version adds or takes away is told with when and how it is done,
// so that an approver need not look it up in the lines (MBR-03).
func TestWhatComesAndGoesIsToldWithItsConditionAndItsManner(t *testing.T) {
	const came = `      - step: rinse
        do: Rinse the line.
        when: order.dose above 5.0 mg
        between: 08:00 and 16:00
        uses: medium
`
	const section = `  - section: wash
    by: preparer
    alongside: yes
    when: order.dose above 5.0 mg
    repeat:
      until: wash.left below 1.0 mL
      at most: 4
    steps:
      - step: wash
        do: Wash.
        enter:
          left: {unit: mL, places: 1}

`
	before := full(t)
	for _, one := range []struct {
		name, at, put string
		come, gone    []string
	}{
		{
			"a step with a condition", "      - step: draw up\n", came,
			[]string{"The step rinse was added to the section fill, at its beginning; it is performed by preparer; only when “order.dose above 5.0 mg”; only between 08:00 and 16:00; held up by the conditions and time budgets of medium."},
			[]string{"The step rinse was removed from the section fill; it was performed by preparer; only when “order.dose above 5.0 mg”; only between 08:00 and 16:00; held up by the conditions and time budgets of medium."},
		},
		{
			"a step of a loop", "      - step: feed\n", "      - step: spin\n        do: Spin.\n",
			[]string{"The step spin was added to the section grow, after count; it is performed by preparer; the section is repeated until “count.cells at least 2.0 mL”, at most 3 times."},
			[]string{"The step spin was removed from the section grow; it was performed by preparer."},
		},
		{
			"a step of a section in any order", "      - step: patient\n", "      - step: tidy\n        do: Tidy.\n",
			[]string{"The step tidy was added to the section prepare, at its beginning; it is performed by preparer; the section has its steps in any order."},
			[]string{"The step tidy was removed from the section prepare; it was performed by preparer."},
		},
		{
			"a section", "  - section: grow\n", section,
			[]string{
				"The value left (informative) in the step wash was added: decimal in mL with 1 decimal place.",
				"The section wash was added; it runs alongside the section before it, is done only when “order.dose above 5.0 mg” and is repeated until “wash.left below 1.0 mL”, at most 4 times.",
				"The step wash was added to the section wash, at its beginning; it is performed by preparer.",
			},
			[]string{
				"The value left (informative) in the step wash was removed.",
				"The section wash was removed; it ran alongside the section before it, was done only when “order.dose above 5.0 mg” and was repeated until “wash.left below 1.0 mL”, at most 4 times.",
				"The step wash was removed from the section wash; it was performed by preparer.",
			},
		},
	} {
		after, problems := Parse("full.yaml", []byte(strings.Replace(string(before.Text), one.at, one.put+one.at, 1)))
		if len(problems) > 0 {
			t.Fatalf("%s: %s", one.name, problems.Error())
		}
		if got := sentences(Diff(before, after)); !slices.Equal(got, one.come) {
			t.Errorf("%s came, and it says\n%s", one.name, strings.Join(got, "\n"))
		}
		if got := sentences(Diff(after, before)); !slices.Equal(got, one.gone) {
			t.Errorf("%s went, and it says\n%s", one.name, strings.Join(got, "\n"))
		}
	}
}
