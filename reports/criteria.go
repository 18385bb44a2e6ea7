package reports

import "countersign/batch"

// criterionResult writes the answer to a criterion of release.
func criterionResult(c batch.CriterionResult) cell {
	switch {
	case !c.Known && c.Later:
		return cell{{boldStyle, signOpen + " known only after release"}, {smallStyle, c.Sentence}}
	case !c.Known:
		return cell{{boldStyle, signOpen + " not known yet"}, {smallStyle, c.Sentence}}
	case !c.Holds:
		return cell{{boldStyle, signBroken + " does not hold"}, {smallStyle, c.Sentence}}
	}
	return cell{{plainStyle, signHolds + " holds"}, {smallStyle, c.Sentence}}
}
