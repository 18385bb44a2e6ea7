package protocol

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// edited is the intrathecal example with some of its words replaced; old and
// new stand in turn.
func edited(t *testing.T, words ...string) *Protocol {
	t.Helper()
	raw, err := fs.ReadFile(Examples(), "aso-intrathecal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(words); i += 2 {
		if !strings.Contains(text, words[i]) {
			t.Fatalf("the example does not say %q", words[i])
		}
		text = strings.ReplaceAll(text, words[i], words[i+1])
	}
	p, problems := Parse("edited.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return p
}

func sentences(changes []Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, c.Sentence)
	}
	return all
}

// Each edit of the example is told in exactly these words.
func TestAnApproverReadsWhatChanged(t *testing.T) {
	before := example(t, "aso-intrathecal.yaml")
	for _, one := range []struct {
		name  string
		edits []string // old and new words in turn
		want  []string
	}{
		{
			"a limit",
			[]string{"warn above: 0.20 g/L", "warn above: 0.30 g/L"},
			[]string{"The limit of protein (in-process control) in the step urine protein moved: warn above 0.20 g/L became warn above 0.30 g/L."},
		},
		{
			"a limit's decimal places alone",
			[]string{"accept: within 2 % of volume", "accept: within 2.0 % of volume"},
			[]string{"The limit of drawn (critical parameter) in the step draw up moved: accept within 2 % of volume became accept within 2.0 % of volume."},
		},
		{
			"a limit's level",
			[]string{"warn above: 0.20 g/L\n            then: repeat once", "action above: 0.20 g/L\n            otherwise: repeat once"},
			[]string{
				"The limit of protein (in-process control) in the step urine protein changed: warn above 0.20 g/L became action above 0.20 g/L.",
				"When the limit “action above 0.20 g/L” of protein (in-process control) in the step urine protein is not kept, what follows is now: an exception, and the value is measured once more; before: the value is measured once more.",
			},
		},
		{
			"a limit that went",
			[]string{"            warn above: 0.20 g/L\n            then: repeat once\n", ""},
			[]string{"A limit of protein (in-process control) in the step urine protein was removed: warn above 0.20 g/L."},
		},
		{
			"a limit that came",
			[]string{"            class: informative\n          PT:", "            class: informative\n            reject below: 100 10*9/L\n          PT:"},
			[]string{"A limit of platelets (informative) in the step blood tests was added: reject below 100 10*9/L; when it is broken: an exception, and nothing goes on until it is decided."},
		},
		{
			"one choice less that is rejected",
			[]string{"reject is: [cloudy, coloured, particles seen]", "reject is: [cloudy, particles seen]"},
			[]string{"The limit of appearance (quality attribute) in the step look moved: reject is cloudy or coloured or particles seen became reject is cloudy or particles seen."},
		},
		{
			"what follows a limit",
			[]string{"            accept: within 2 % of volume\n            otherwise: [exception, blocks]", "            accept: within 2 % of volume\n            otherwise: exception"},
			[]string{"When the limit “accept within 2 % of volume” of drawn (critical parameter) in the step draw up is not kept, what follows is now: an exception; before: an exception, and nothing goes on until it is decided."},
		},
		{
			"a repetition",
			[]string{"then: repeat once", "then: repeat twice"},
			[]string{"When the limit “warn above 0.20 g/L” of protein (in-process control) in the step urine protein is not kept, what follows is now: the value is measured twice more; before: the value is measured once more."},
		},
		{
			"a wait",
			[]string{"wait: at least 30 min", "wait: at least 45 min"},
			[]string{"The step warm now waits at least 45 min instead of 30 min."},
		},
		{
			"a wait that went",
			[]string{"        wait: at least 30 min\n", ""},
			[]string{"The step warm no longer waits; before, it waited at least 30 min."},
		},
		{
			"a wait with two ends",
			[]string{"wait: at least 30 min", "wait: 30 min to 2 h"},
			[]string{"The step warm now waits 30 min to 2 h instead of at least 30 min."},
		},
		{
			"a window",
			[]string{"allow: 1 min to 3 min", "allow: 1 min to 5 min"},
			[]string{"The window “bolus” now allows 1 min to 5 min instead of 1 min to 3 min."},
		},
		{
			"what a window begins with",
			[]string{"from: draw up done", "from: label syringe done"},
			[]string{"The window “in the syringe” now begins at “label syringe done” instead of “draw up done”."},
		},
		{
			"what follows a window",
			[]string{"    allow: at most 4 h\n    otherwise: stop", "    allow: at most 4 h\n    otherwise: exception"},
			[]string{"When the window “in the syringe” is not kept, what follows is now: an exception; before: an exception, and nothing goes on until it is decided, and the steps concerned cannot be performed."},
		},
		{
			"a window that went",
			[]string{"  bolus:\n    from: give started\n    to: give done\n    allow: 1 min to 3 min\n    otherwise: exception\n", ""},
			[]string{"The window “bolus” was removed: 1 min to 3 min from “give started” to “give done”, otherwise an exception."},
		},
		{
			"a budget",
			[]string{"at most: 30 h", "at most: 36 h"},
			[]string{"The time budget “out of the carton” now allows at most 36 h instead of 30 h."},
		},
		{
			"an order range",
			[]string{"allow: 3.5 to 42.0 mg", "allow: 3.5 to 40.0 mg"},
			[]string{"The approved range of the order value dose moved: 3.5 to 42.0 mg became 3.5 to 40.0 mg."},
		},
		{
			"a formula with its example",
			[]string{"formula: order.dose / order.strength\n            unit: mL\n            places: 1\n            example: 12.0 mg / 2.4 mg/mL = 5.0 mL", "formula: order.dose / order.strength + 0.1 mL\n            unit: mL\n            places: 1\n            example: 12.0 mg / 2.4 mg/mL + 0.1 mL = 5.1 mL"},
			[]string{
				"The formula of the calculation volume in the step draw up is now “order.dose / order.strength + 0.1 mL” instead of “order.dose / order.strength”.",
				"The worked example of the calculation volume in the step draw up is now “12.0 mg / 2.4 mg/mL + 0.1 mL = 5.1 mL” instead of “12.0 mg / 2.4 mg/mL = 5.0 mL”.",
			},
		},
		{
			"a rounding",
			[]string{"            places: 1\n            example: 12.0 mg / 2.4 mg/mL = 5.0 mL", "            places: 2\n            example: 12.0 mg / 2.4 mg/mL = 5.00 mL"},
			[]string{
				"The calculation volume in the step draw up is now rounded to 2 decimal places instead of 1 decimal place.",
				"The worked example of the calculation volume in the step draw up is now “12.0 mg / 2.4 mg/mL = 5.00 mL” instead of “12.0 mg / 2.4 mg/mL = 5.0 mL”.",
			},
		},
		{
			"an entry's decimal places",
			[]string{"            unit: s\n            places: 1\n            class: informative\n          aPTT", "            unit: s\n            places: 2\n            class: informative\n          aPTT"},
			[]string{"The value PT (informative) in the step blood tests now has 2 decimal places instead of 1."},
		},
		{
			"an entry's class",
			[]string{"            title: urine protein\n            unit: g/L\n            places: 2\n            class: in-process control", "            title: urine protein\n            unit: g/L\n            places: 2\n            class: informative"},
			[]string{"The value protein in the step urine protein is now classed as informative instead of in-process control."},
		},
		{
			"an entry that went",
			[]string{"          left:\n            title: volume left in the syringe\n            unit: mL\n            places: 1\n            class: informative\n", ""},
			[]string{"The value left (informative) in the step give was removed."},
		},
		{
			"a choice",
			[]string{"choices: [clear and colourless, cloudy, coloured, particles seen]", "choices: [clear and colourless, cloudy, coloured, particles seen, frozen]"},
			[]string{"“frozen” is a new choice of the value appearance (quality attribute) in the step look."},
		},
		{
			"an optional value",
			[]string{"          left:\n", "          left:\n            optional: yes\n"},
			[]string{"The value left (informative) in the step give may now be left out."},
		},
		{
			"a criterion that went",
			[]string{"  - every exception decided\n", ""},
			[]string{"The release criterion “every exception decided” was removed."},
		},
		{
			"a criterion's condition",
			[]string{"holds: draw up.drawn within 2 % of draw up.volume", "holds: draw up.drawn within 3 % of draw up.volume"},
			[]string{"The release criterion “The volume drawn up is within 2 % of the volume calculated.” now holds when “draw up.drawn within 3 % of draw up.volume” instead of when “draw up.drawn within 2 % of draw up.volume”."},
		},
		{
			"a criterion's sentence",
			[]string{"criterion: The solution is clear and colourless.", "criterion: The solution looks right."},
			[]string{"The release criterion “The solution is clear and colourless.” now reads “The solution looks right.”"},
		},
		{
			"a critical step",
			[]string{"do: Scan the patient's wristband.\n        checked by: checker\n        critical: yes", "do: Scan the patient's wristband.\n        checked by: checker"},
			[]string{"The step patient is no longer critical."},
		},
		{
			"nobody checks any more",
			[]string{"do: Enter today's quantitative urine protein. Above 0.20 g/L it is measured once more.\n        checked by: checker\n", "do: Enter today's quantitative urine protein. Above 0.20 g/L it is measured once more.\n"},
			[]string{"The step urine protein is no longer checked by a second person."},
		},
		{
			"somebody checks now",
			[]string{"        timed: yes\n        scan: vial\n", "        timed: yes\n        checked by: checker\n        scan: vial\n"},
			[]string{"The step warm is now checked by a second person (checker)."},
		},
		{
			"a witness for a check",
			[]string{"witnessed by: checker", "checked by: checker"},
			[]string{"The step give is now checked by checker instead of witnessed by checker."},
		},
		{
			"a role",
			[]string{"preparer: technician", "preparer: pharmacist"},
			[]string{"The preparer is now a pharmacist instead of a technician."},
		},
		{
			"two hats",
			[]string{"checker: pharmacist, not the preparer", "checker: pharmacist"},
			[]string{"The checker may now be the same person as the preparer in one step."},
		},
		{
			"the review",
			[]string{"status: example", "review by checker: yes\nstatus: example"},
			[]string{"The production review may now be done by somebody who checked a step."},
		},
		{
			"the product's storage",
			[]string{"not above 30 °C for up to 14 days in the carton", "not above 25 °C for up to 14 days in the carton"},
			[]string{"The product's storage is now “2 to 8 °C in the carton, never frozen; not above 25 °C for up to 14 days in the carton” instead of “2 to 8 °C in the carton, never frozen; not above 30 °C for up to 14 days in the carton”."},
		},
		{
			"the master file",
			[]string{"DMMF-0042, version 7", "DMMF-0042, version 8"},
			[]string{"The product's master file version is now “8” instead of “7”."},
		},
		{
			"an item's condition",
			[]string{"must be: [released, in date, for this patient]", "must be: [released, in date]"},
			[]string{"The material vial need no longer be for this patient."},
		},
		{
			"an item that went",
			[]string{"  syringe:\n    title: sterile 20 mL syringe\n    need: 1\n    must be: [released, in date]\n", "", "scan: [vial, syringe]", "scan: vial"},
			[]string{
				"The material syringe was removed.",
				"The step draw up no longer asks for a scan of syringe.",
			},
		},
		{
			"an item's number",
			[]string{"    title: sterile 20 mL syringe\n    need: 1", "    title: sterile 20 mL syringe\n    need: 2"},
			[]string{"Of the material syringe, 2 is now needed instead of 1."},
		},
		{
			"a scan that stops",
			[]string{"scan: patient, or stop\n", "scan: patient\n"},
			[]string{"A wrong scan of patient in the step patient no longer stops the batch; it is an exception only."},
		},
		{
			"a use",
			[]string{"        critical: yes\n        uses: vial\n        enter:\n          appearance", "        critical: yes\n        enter:\n          appearance"},
			[]string{"The step look no longer uses vial, whose conditions and time budgets no longer hold up the step."},
		},
		{
			"a step that went",
			[]string{"      - step: label syringe\n        do: Put the batch's label on the syringe and scan it.\n        checked by: checker\n        critical: yes\n        scan: label\n", ""},
			[]string{"The step label syringe was removed from the section prepare; it was critical, performed by preparer, checked by checker and done with a scan of label."},
		},
		{
			"a step that came",
			[]string{"      - step: label syringe\n", "      - step: rest\n        do: Let the syringe rest.\n        timed: yes\n        wait: at least 5 min\n\n      - step: label syringe\n"},
			[]string{"The step rest was added to the section prepare, after draw up; it is performed by preparer; with a start of its own; wait: at least 5 min."},
		},
		{
			"a renamed section",
			[]string{"section: before the dose", "section: get ready"},
			[]string{"The section before the dose is now called get ready."},
		},
		{
			"a start of its own",
			[]string{"        timed: yes\n        scan: vial\n", "        scan: vial\n"},
			[]string{"The step warm no longer has a start of its own."},
		},
		{
			"a step with hours",
			[]string{"        do: Scan the patient's wristband.\n", "        do: Scan the patient's wristband.\n        between: 08:00 and 16:00\n"},
			[]string{"The step patient may now be done only between 08:00 and 16:00; before, at any time of the day."},
		},
		{
			"any order",
			[]string{"  - section: before the dose\n", "  - section: before the dose\n    order: any\n"},
			[]string{"The steps of the section before the dose may now be done in any order."},
		},
		{
			"a title",
			[]string{"title: volume drawn up", "title: volume in the syringe"},
			[]string{"The title of the value drawn (critical parameter) in the step draw up is now “volume in the syringe” instead of “volume drawn up”."},
		},
		{
			"an instruction",
			[]string{"do: Scan the patient's wristband.", "do: Scan the wristband."},
			[]string{"The instruction of the step patient is now “Scan the wristband.” instead of “Scan the patient's wristband.”"},
		},
		{
			"the version",
			[]string{"version: 1\n", "version: 2\n"},
			[]string{"The version is now 2 instead of 1."},
		},
		{
			"the status",
			[]string{"status: example, not for use in patients", "status: draft"},
			[]string{"The status of the protocol is now “draft” instead of “example, not for use in patients”."},
		},
		{
			"a comment",
			[]string{"# An example.", "# Our example."},
			[]string{"Only comments or layout changed."},
		},
		{
			"a step that moved",
			[]string{"      - step: patient\n        do: Scan the patient's wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n\n", "", "      - step: clearance\n", "      - step: patient\n        do: Scan the patient's wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n\n" + "      - step: clearance\n"},
			[]string{"The step patient moved within the section before the dose: it is now done first; before, it was done after clearance."},
		},
		{
			"a step in another section",
			[]string{"      - step: patient\n        do: Scan the patient's wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n\n", "", "      - step: warm\n", "      - step: patient\n        do: Scan the patient's wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n\n" + "      - step: warm\n"},
			[]string{"The step patient moved from the section before the dose to the section prepare, at its beginning."},
		},
		{
			"a renamed step and what points at it",
			[]string{"step: draw up\n", "step: fill\n", "draw up.", "fill.", "draw up done", "fill done", "from: draw up\n", "from: fill\n", "final after: draw up\n", "final after: fill\n"},
			[]string{"The step draw up is now called fill."},
		},
		{
			"a renamed step with another limit",
			[]string{"step: look\n", "step: inspect\n", "look.", "inspect.", "from: look\n", "from: inspect\n", "reject is: [cloudy, coloured, particles seen]", "reject is: [cloudy, particles seen]"},
			[]string{
				"The limit of appearance (quality attribute) in the step inspect moved: reject is cloudy or coloured or particles seen became reject is cloudy or particles seen.",
				"The step look is now called inspect.",
			},
		},
		{
			"a step that went with its values",
			[]string{"      - step: urine protein\n        do: Enter today's quantitative urine protein. Above 0.20 g/L it is measured once more.\n        checked by: checker\n        enter:\n          protein:\n            title: urine protein\n            unit: g/L\n            places: 2\n            class: in-process control\n            warn above: 0.20 g/L\n            then: repeat once\n", ""},
			[]string{
				"The value protein (in-process control) in the step urine protein was removed, with the limit warn above 0.20 g/L.",
				"The step urine protein was removed from the section before the dose; it was performed by preparer and checked by checker.",
			},
		},
		{
			"a condition",
			[]string{"        do: Scan the patient's wristband.\n", "        do: Scan the patient's wristband.\n        when: order.dose above 5.0 mg\n"},
			[]string{"The step patient is now done only when “order.dose above 5.0 mg”; before, it was always done."},
		},
		{
			"several at once, the gravest first",
			[]string{"version: 1\n", "version: 2\n", "preparer: technician", "preparer: pharmacist", "at most: 30 h", "at most: 36 h", "code: ASO-IT", "code: ASO", "        wait: at least 30 min\n", "        when: order.dose above 5.0 mg\n        wait: at least 30 min\n"},
			[]string{
				"The time budget “out of the carton” now allows at most 36 h instead of 30 h.",
				"The preparer is now a pharmacist instead of a technician.",
				"The product's code is now “ASO” instead of “ASO-IT”.",
				"The step warm is now done only when “order.dose above 5.0 mg”; before, it was always done.",
				"The version is now 2 instead of 1.",
			},
		},
	} {
		t.Run(one.name, func(t *testing.T) {
			changes := Diff(before, edited(t, one.edits...))
			if got := sentences(changes); !slices.Equal(got, one.want) {
				t.Errorf("it says\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(one.want, "\n"))
			}
		})
	}
}
