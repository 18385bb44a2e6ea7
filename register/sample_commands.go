package register

import (
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// samplers are who samples audit trails: the quality unit.
func samplers() []identity.Role { return []identity.Role{identity.QualityLead, identity.ControlSite} }

// DrawSample draws a sample of audit trails. Year is that of its number, in site
// time.
type DrawSample struct {
	Year      int    `json:"year"`
	Basis     string `json:"basis"`
	Of        string `json:"of"`
	From      string `json:"from"`
	To        string `json:"to"`
	Product   string `json:"product"`
	Unit      string `json:"unit"`
	Person    string `json:"person"`
	Machine   string `json:"machine"`
	EntryKind string `json:"entry_kind"`
	Size      int    `json:"size"`
	Reason    string `json:"reason"`
}

// LookAtTrail says what somebody found in a trail that was drawn.
type LookAtTrail struct {
	Sample string `json:"sample"`
	Trail  string `json:"trail"`
	Result string `json:"result"` // one of TrailResults
	Text   string `json:"text"`
}

// FollowFinding links a finding to the deviation that was raised from it, or says
// why none is.
type FollowFinding struct {
	Sample    string `json:"sample"`
	Trail     string `json:"trail"`
	Deviation string `json:"deviation_raised"`
	Reason    string `json:"reason"`
}

// What a look can come to.
const (
	NothingFound   = "nothing found"
	SomethingFound = "something found"
)

// TrailResults are both.
func TrailResults() []string { return []string{NothingFound, SomethingFound} }

// Name is the written name of the command.
func (DrawSample) Name() string    { return "draw sample" }
func (LookAtTrail) Name() string   { return "look at trail" }
func (FollowFinding) Name() string { return "follow finding" }

// Signs says who may sign, as what.
func (DrawSample) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, samplers() }

// Signs says who may sign, as what.
func (LookAtTrail) Signs() (identity.Meaning, []identity.Role) { return identity.Reviewed, samplers() }

// Signs says who may sign, as what.
func (FollowFinding) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, samplers()
}

func (c DrawSample) stream(b *Books) audit.StreamID  { return SampleStream(b.SampleNumber(c.Year)) }
func (c LookAtTrail) stream(*Books) audit.StreamID   { return SampleStream(c.Sample) }
func (c FollowFinding) stream(*Books) audit.StreamID { return SampleStream(c.Sample) }

// Asked is what the command asks for, without the blanks around it.
func (c DrawSample) Asked() Draw {
	trim := strings.TrimSpace
	return Draw{
		Basis: c.Basis, Of: c.Of, From: trim(c.From), To: trim(c.To), Product: trim(c.Product), Unit: trim(c.Unit), Person: trim(c.Person),
		Machine: trim(c.Machine), EntryKind: trim(c.EntryKind), Size: c.Size, Reason: trim(c.Reason),
	}
}

func (c DrawSample) event(_ *Books, f Facts) (Event, *Refusal) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	asked := c.Asked()
	from, _, refusal := asked.period(zone)
	switch {
	case refusal != nil:
		return nil, refusal
	case from.After(f.Now):
		return nil, refuse("bad_period", "The period has not begun yet.")
	case c.Year != f.Now.In(zone).Year():
		return nil, refuse("sample_year", "The year of the number is over. Open the page again.")
	case asked.Person != "" && asked.Person == f.Person.Username:
		return nil, refuse("not_independent", "Nobody samples their own acts. Another quality lead, or the control site's, draws this sample.")
	case f.Sample == nil || len(f.Sample.Frame) == 0:
		return nil, refuse("no_trail", "No audit trail fits what you ask for.")
	case len(f.Sample.Frame) > mostInFrame:
		return nil, refuse("too_many", "%d trails fit. Give a shorter period, or ask for less: one draw chooses from %d at the most.", len(f.Sample.Frame), mostInFrame)
	}
	return SampleDrawn{Draw: asked, Frame: f.Sample.Frame, Rule: DrawRule}, readable(c.Product, c.Unit, c.Person, c.Machine, c.EntryKind, c.Reason)
}

func (c LookAtTrail) event(_ *Books, f Facts) (Event, *Refusal) {
	if f.Sample == nil {
		return nil, refuse("no_trail", "The log has no trail of that name.")
	}
	text := strings.TrimSpace(c.Text)
	switch c.Result {
	case NothingFound, SomethingFound:
	default:
		return nil, refuse("bad_value", "Say whether you found something.")
	}
	return TrailLookedAt{
		Trail: c.Trail, Entries: f.Sample.Entries, Head: f.Sample.Head, Actors: sortedPeople(f.Sample.Actors), Found: c.Result == SomethingFound, Text: text,
	}, readable(c.Text)
}

func (c FollowFinding) event(*Books, Facts) (Event, *Refusal) {
	return FindingFollowed{Trail: c.Trail, Deviation: strings.TrimSpace(c.Deviation), Reason: strings.TrimSpace(c.Reason)}, readable(c.Deviation, c.Reason)
}
