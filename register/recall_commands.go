package register

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// OpenRecall recalls what something went into, or what a machine or somebody
// had a part in within a span of time.
type OpenRecall struct {
	Kind     string    `json:"kind"`
	Of       string    `json:"name"`
	Material string    `json:"material"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason"`
	Document string    `json:"document"`
}

// ExtendRecall takes in what a recall concerns and has not reached.
type ExtendRecall struct {
	Recall string `json:"recall"`
}

// TellRecall says that somebody was told of batches that were supplied.
type TellRecall struct {
	Recall  string    `json:"recall"`
	Batches []string  `json:"batches"`
	Whom    string    `json:"whom"`
	How     string    `json:"how"`
	When    time.Time `json:"when"`
}

// CloseRecall ends a recall.
type CloseRecall struct {
	Recall    string `json:"recall"`
	Statement string `json:"statement"`
}

// Name is the written name of the command.
func (OpenRecall) Name() string   { return "open recall" }
func (ExtendRecall) Name() string { return "extend recall" }
func (TellRecall) Name() string   { return "tell recall" }
func (CloseRecall) Name() string  { return "close recall" }

// Signs says who may sign, as what.
func (OpenRecall) Signs() (identity.Meaning, []identity.Role) {
	return identity.Rejected, []identity.Role{identity.QualityLead}
}

// Signs says who may sign, as what.
func (ExtendRecall) Signs() (identity.Meaning, []identity.Role) {
	return identity.Rejected, []identity.Role{identity.QualityLead}
}

// Signs says who may sign, as what.
func (TellRecall) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (CloseRecall) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

// stream: a new recall gets the site's next number.
func (OpenRecall) stream(b *Books) audit.StreamID {
	return RecallStream(fmt.Sprintf("R-%04d", len(b.recalls)+1))
}
func (c ExtendRecall) stream(*Books) audit.StreamID { return RecallStream(c.Recall) }
func (c TellRecall) stream(*Books) audit.StreamID   { return RecallStream(c.Recall) }
func (c CloseRecall) stream(*Books) audit.StreamID  { return RecallStream(c.Recall) }

// What says what the command recalls, as it will stand in the log.
func (c OpenRecall) What(b *Books) RecallOf {
	of := RecallOf{Kind: c.Kind, Name: strings.TrimSpace(c.Of), From: instant(c.From), Until: instant(c.Until)}
	switch c.Kind {
	case OfLot:
		of.Name = b.lotNumber(of.Name)
	case OfEquipment:
		of.Name = b.machineNumber(of.Name)
	case OfNumber:
		of.Material = strings.TrimSpace(c.Material)
	case OfDonation:
		of.Name = c.Of // unaltered (COI-05)
	}
	return of
}

func (c OpenRecall) event(b *Books, f Facts) (Event, *Refusal) {
	if f.Reach == nil {
		return nil, refuse("no_reach", "What this recall reaches is not known here.")
	}
	if c.Until.After(f.Now) {
		return nil, refuse("recall_span", "The end of the span is still to come. Recall until now, and extend the recall later.")
	}
	of := c.What(b)
	// The sentence goes into every batch's record, where it has to be readable.
	sentence := (&Recall{ID: "R-0000", Of: of, Reason: c.Reason}).Sentence()
	if _, err := (protocol.Input{Type: protocol.TypeText}).Parse(sentence, time.UTC); err != nil {
		return nil, refuse("bad_text", "What is recalled, or the reason, cannot stand in a batch's record: %s.", err)
	}
	return RecallOpened{
		Of: of, Reason: strings.TrimSpace(c.Reason), Document: strings.TrimSpace(c.Document),
		Lots: f.Reach.Lots, Stopped: f.Reach.Stopped, Supplied: f.Reach.Supplied,
	}, readable(c.Of, c.Material, c.Reason, c.Document)
}

func (c ExtendRecall) event(b *Books, f Facts) (Event, *Refusal) {
	r := b.recalls[c.Recall]
	if r == nil {
		return nil, noSuchRecall(c.Recall)
	}
	if f.Reach == nil {
		return nil, refuse("no_reach", "What this recall reaches is not known here.")
	}
	more := r.Beyond(*f.Reach)
	return RecallExtended{Lots: more.Lots, Stopped: more.Stopped, Supplied: more.Supplied}, nil
}

func (c TellRecall) event(*Books, Facts) (Event, *Refusal) {
	return RecallTold{
		Batches: c.Batches, Whom: strings.TrimSpace(c.Whom), How: strings.TrimSpace(c.How), When: instant(c.When),
	}, readable(c.Whom, c.How)
}

func (c CloseRecall) event(*Books, Facts) (Event, *Refusal) {
	return RecallClosed{Statement: strings.TrimSpace(c.Statement)}, readable(c.Statement)
}

// Reached is what an event of a recall reaches; ok is false for any other.
func Reached(ev Event) (reach Reach, ok bool) {
	switch e := ev.(type) {
	case RecallOpened:
		return Reach{Lots: e.Lots, Stopped: e.Stopped, Supplied: e.Supplied}, true
	case RecallExtended:
		return Reach{Lots: e.Lots, Stopped: e.Stopped, Supplied: e.Supplied}, true
	}
	return Reach{}, false
}

// lines say to whoever signs what a recall stops, and who is to be told.
func (r Reach) lines() []string {
	names := func(list []string) string {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	supplied := make([]string, len(r.Supplied))
	for i, s := range r.Supplied {
		supplied[i] = s.Batch
	}
	return []string{
		"Lots that end for good: " + names(r.Lots) + ".",
		"Batches that stop until a quality lead has decided: " + names(r.Stopped) + ".",
		"Batches of which something may have reached a patient, and of which somebody is to be told: " + names(supplied) + ".",
	}
}
