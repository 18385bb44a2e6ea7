package register

import "strings"

// rules are the words by which a sentence of Failing, of Ended or of who has a
// machine is known, with the rule that it names in as few.
func rules() [][2]string {
	return [][2]string{
		{" is not stated to be clean", "not clean"},
		{" since it was cleaned", "not clean"},
		{" is out of calibration", "not calibrated"},
		{" is not qualified", "not qualified"},
		{" is out of service", "out of service"},
		{" is out of date", "out of date"},
		{" is not released", "not released"},
		{" is quarantined", "quarantined"},
		{" is rejected", "rejected"},
		{" is recalled", "recalled"},
		{" is using ", "in use"},
	}
}

// RuleOf is the rule that a sentence names which says why a lot or a machine is
// not fit, as in "not clean"; "" for any other sentence. The first counts: what
// somebody wrote as a reason stands at the end.
func RuleOf(why string) string {
	rule, first := "", len(why)
	for _, known := range rules() {
		if at := strings.Index(why, known[0]); at >= 0 && at < first {
			rule, first = known[1], at
		}
	}
	return rule
}
