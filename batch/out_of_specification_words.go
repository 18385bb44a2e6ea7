package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
)

// route writes what whoever signs a stage, or the supply, reads.
func (sh *sheet) route() {
	for _, failed := range sh.s.FailedSpecifications() {
		sh.add("Registered specification failed: %s", failed)
	}
	for _, stage := range sh.s.stagesDone() {
		sh.add("%s: %s, %s, %s; recorded by %s: %s", sentenceCase(stage.Stage), stage.Whom, sh.moment(stage.When), stage.Document, stage.Name, stage.Text)
	}
}

// moment is a moment of an entry in site time.
func (sh *sheet) moment(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return sh.at(at)
}

func (sh *sheet) supply(c Supply) {
	sh.record()
	sh.route()
	sh.add("The batch is supplied out of specification at the physician's request. It is NOT certified.")
	for _, whom := range sh.s.Protocol.OutOfSpecification.Notify {
		sh.add("To be told within %s: the %s.", protocol.ShowDuration(sh.s.Protocol.OutOfSpecification.Within), whom)
	}
	sh.add("Statement: %s", strings.TrimSpace(c.Statement))
	sh.add("Place: %s", strings.TrimSpace(c.Place))
}

// RouteWords tell what the entries of the way out of specification did, and
// those of deviations; "" for any other.
func RouteWords(ev Event) string {
	switch e := ev.(type) {
	case DeviationAttached:
		return "Concerned by a deviation. " + e.Text
	case DeviationRuled:
		return fmt.Sprintf("Deviation %s %s: %s", e.Deviation, e.Decision, e.Reason)
	case RouteRecorded:
		return fmt.Sprintf("Recorded on the way to a supply out of specification: %s, %s, %s, by %s: %s", e.Stage, e.Whom, e.When, e.Document, e.Text)
	case BatchSupplied:
		return fmt.Sprintf("Supplied the batch of %d entries out of specification, at the physician's request and not certified, at %s: %s", e.Entries, e.Place, e.Statement)
	case SupplyTold:
		return fmt.Sprintf("Told the %s, %s, of the supply out of specification, %s, %s, by %s.", e.Whom, e.Name, e.When, e.How, e.Document)
	}
	return ""
}
