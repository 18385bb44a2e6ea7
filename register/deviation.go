package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Deviation is a departure that outlives the batch in which it was seen, and
// may concern several: what happened, what was done at once, what else it
// touches, why it happened, what follows from it, and, for each batch that it
// concerns, whether that batch may be certified (DEV-01 to DEV-03).
type Deviation struct {
	ID       string // "D-2026-0001"
	Arising  Arising
	Opened   Act
	Bodily   bool // somebody signed that it happened; otherwise the system raised it
	Risk     Risk
	Batches  []string // that it concerns, the one in which it arose first
	Impact   []Impact
	Findings []Finding // of the investigation; the last counts
	Conclude *Conclusion
	Actions  []FollowUp // number i+1 at index i
	Rulings  []Ruling   // on batches; the last on each counts
	Told     *Acknowledgement
	Closed   *Act
	Closing  string
	History  []Act
}

// Arising is how a deviation came about, as its first entry has it.
type Arising struct {
	Batch     string   `json:"batch"` // "" when it was seen in none
	Step      string   `json:"step"`
	Exception int      `json:"exception"` // of the batch; 0 when it came from none
	Unit      string   `json:"unit"`
	Risk      Risk     `json:"risk"`
	What      string   `json:"what"`
	Immediate string   `json:"immediate"` // what was done at once
	Involved  []string `json:"involved"`  // who caused it or took part, by id
	// AcknowledgeBy is until when the control site has said that it knows
	// (DEV-02), RFC 3339, UTC. It is told by the entry itself.
	AcknowledgeBy string `json:"acknowledge_by"`
}

// Risk is a deviation's class.
type Risk string

// The risk classes.
const (
	RiskMinor    Risk = "minor"
	RiskMajor    Risk = "major"
	RiskCritical Risk = "critical"
)

// Risks are the classes, the mildest first.
func Risks() []Risk { return []Risk{RiskMinor, RiskMajor, RiskCritical} }

// AcknowledgeWithin is how soon the control site says that it knows, until it
// sets its clock otherwise.
func AcknowledgeWithin(risk Risk) time.Duration {
	switch risk {
	case RiskCritical:
		return 4 * time.Hour
	case RiskMajor:
		return 24 * time.Hour
	}
	return 72 * time.Hour
}

// Shared is something by which other batches can be concerned too: a lot, a
// machine, a person.
type Shared struct {
	Kind string `json:"kind"` // one of RecallKinds
	Name string `json:"name"`
}

// Impact is one assessment of what a deviation touches, with the search that
// it rests on.
type Impact struct {
	Act
	Searched []Shared
	Found    []string // batches that share any of it
	Concerns []string // those of them that it concerns
	Words    string
}

// Causes are the root causes that an investigation can find.
func Causes() []string {
	return []string{
		"person", "method or instruction", "training", "equipment", "material", "supplier", "premises or environment", "measurement",
		"computer system", "starting material of the patient", "not found",
	}
}

// Finding is what an investigation found.
type Finding struct {
	Act
	Cause, Words string
}

// Conclusion ends an investigation.
type Conclusion struct {
	Act
	Words string
}

// FollowUp is something that is done so that it does not happen again.
type FollowUp struct {
	Act
	Number      int
	What, Owner string
	Due         string // "2026-12-31"
	Done        *Act
	Outcome     string
}

// Decision says what a deviation means for one batch.
type Decision string

// The decisions. While nobody has taken one, the batch is not certified; the
// first can be taken while the investigation goes on.
const (
	NoBearing Decision = "does not bear on this batch"
	Bears     Decision = "bears on this batch, which may be certified"
	Bars      Decision = "bars this batch from being certified"
)

// Decisions are all of them.
func Decisions() []Decision { return []Decision{NoBearing, Bears, Bars} }

// Ruling is a quality lead's signed decision on one batch.
type Ruling struct {
	Act
	Batch    string
	Decision Decision
	Reason   string
}

// Acknowledgement is the control site's word that it knows of a deviation.
type Acknowledgement struct {
	Act
	Note string
}

// DeviationStream is a deviation's stream.
func DeviationStream(id string) audit.StreamID { return audit.StreamID("deviation/" + id) }

// Deviation gives one deviation. It is not to be changed.
func (b *Books) Deviation(id string) (*Deviation, bool) {
	d, ok := b.deviations[id]
	return d, ok
}

// Deviations gives all deviations, by number.
func (b *Books) Deviations() []*Deviation {
	return sorted(b.deviations, func(d *Deviation) string { return d.ID })
}

// DeviationNumber is the number that the next deviation of a year gets.
func (b *Books) DeviationNumber(year int) string {
	prefix := fmt.Sprintf("D-%04d-", year)
	n := 1
	for id := range b.deviations {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return fmt.Sprintf("%s%04d", prefix, n)
}

// Ruling is the decision on a batch that counts; nil while there is none.
func (d *Deviation) Ruling(batch string) *Ruling {
	for i := len(d.Rulings) - 1; i >= 0; i-- {
		if d.Rulings[i].Batch == batch {
			return &d.Rulings[i]
		}
	}
	return nil
}

// Sentence is what stands in the record of a batch that it concerns.
func (d *Deviation) Sentence() string {
	return plain(fmt.Sprintf("Deviation %s (%s): %s.", d.ID, d.Risk, strings.TrimSuffix(d.Arising.What, ".")))
}

// Deadline is until when the control site acknowledges.
func (d *Deviation) Deadline() time.Time {
	at, _ := time.Parse(time.RFC3339, d.Arising.AcknowledgeBy) // written so
	return at
}

// Unacknowledged says that the control site has not said in time that it knows.
func (d *Deviation) Unacknowledged(now time.Time) bool {
	return d.Told == nil && now.After(d.Deadline())
}

// Undecided are the batches on which nobody has decided.
func (d *Deviation) Undecided() (batches []string) {
	for _, id := range d.Batches {
		if d.Ruling(id) == nil {
			batches = append(batches, id)
		}
	}
	return batches
}

// Missing says, a sentence each, what is still to be done before the deviation
// can be closed.
func (d *Deviation) Missing() (sentences []string) {
	if d.Told == nil {
		sentences = append(sentences, "The control site has not acknowledged it.")
	}
	if len(d.Impact) == 0 {
		sentences = append(sentences, "Nobody has assessed what else it touches.")
	}
	if len(d.Findings) == 0 {
		sentences = append(sentences, "Its cause is not investigated.")
	}
	if d.Conclude == nil {
		sentences = append(sentences, "The investigation has no conclusion.")
	}
	for _, id := range d.Undecided() {
		sentences = append(sentences, "Nobody has decided what it means for batch "+id+".")
	}
	for _, action := range d.Actions {
		if action.Done == nil {
			sentences = append(sentences, fmt.Sprintf("Follow-up action %d, of %s, is due %s and not done.", action.Number, action.Owner, action.Due))
		}
	}
	return sentences
}

// Stands says where the deviation stands.
func (d *Deviation) Stands() string {
	if d.Closed != nil {
		return "closed"
	}
	switch {
	case len(d.Undecided()) > 0:
		return "open: a decision is missing on " + strings.Join(d.Undecided(), ", ")
	case d.Conclude == nil:
		return "open: being investigated"
	case len(d.Missing()) > 0:
		return "open: " + strings.TrimSuffix(d.Missing()[0], ".")
	}
	return "open: ready to be closed"
}

// Lines say what a deviation is, for who signs an act on it and for the record
// of a batch.
func (d *Deviation) Lines() []string {
	lines := []string{d.Sentence()}
	if d.Arising.Batch != "" {
		where := "It arose in batch " + d.Arising.Batch
		if d.Arising.Step != "" {
			where += ", step " + d.Arising.Step
		}
		if d.Arising.Exception > 0 {
			where += fmt.Sprintf(", exception %d", d.Arising.Exception)
		}
		lines = append(lines, where+".")
	}
	lines = append(lines, "Done at once: "+full(d.Arising.Immediate))
	for _, impact := range d.Impact {
		lines = append(lines, fmt.Sprintf("Impact, by %s: %s", impact.Name, full(impact.Words)))
	}
	for _, finding := range d.Findings {
		lines = append(lines, fmt.Sprintf("Root cause, by %s: %s. %s", finding.Name, finding.Cause, full(finding.Words)))
	}
	if d.Conclude != nil {
		lines = append(lines, "Conclusion, by "+d.Conclude.Name+": "+full(d.Conclude.Words))
	}
	for _, action := range d.Actions {
		line := fmt.Sprintf("Follow-up %d: %s; %s, due %s", action.Number, strings.TrimSuffix(action.What, "."), action.Owner, action.Due)
		if action.Done != nil {
			line += "; done: " + strings.TrimSuffix(action.Outcome, ".")
		}
		lines = append(lines, line+".")
	}
	for _, id := range d.Batches {
		if ruling := d.Ruling(id); ruling != nil {
			lines = append(lines, fmt.Sprintf("Batch %s: the deviation %s, by %s: %s", id, ruling.Decision, ruling.Name, full(ruling.Reason)))
		} else {
			lines = append(lines, "Batch "+id+": not decided.")
		}
	}
	return lines
}

// full ends a text with a full stop; "none" when there is none.
func full(text string) string {
	text = plain(text)
	if text == "" {
		return "nothing is said."
	}
	return strings.TrimSuffix(text, ".") + "."
}

// had says that somebody caused a deviation, took part in it or raised it.
func (d *Deviation) had(person identity.PersonID) bool {
	return d.Opened.Person == person || slices.Contains(d.Arising.Involved, string(person))
}

// deviated changes a deviation as change does a lot.
func (b *Books) deviated(id string, act Act, how func(d *Deviation)) {
	d := *b.deviations[id]
	d.History = append(slices.Clip(d.History), act)
	d.Batches, d.Impact, d.Findings = slices.Clip(d.Batches), slices.Clip(d.Impact), slices.Clip(d.Findings)
	d.Actions, d.Rulings = slices.Clone(d.Actions), slices.Clip(d.Rulings)
	how(&d)
	b.deviations[id] = &d
}

// DeviationAfter is a deviation as it will be once something is written of it;
// ok is false for what is about none. What follows from it in batches is
// decided by this, in the same append.
func (b *Books) DeviationAfter(w Written, act Act) (after *Deviation, ok bool) {
	room, id, _ := strings.Cut(string(w.Stream), "/")
	if room != "deviation" {
		return nil, false
	}
	alone := NewBooks()
	if d := b.deviations[id]; d != nil {
		alone.deviations[id] = d
	}
	act.Words = w.Event.Words()
	w.Event.apply(alone, id, act)
	return alone.Deviation(id)
}
