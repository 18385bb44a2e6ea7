package register

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Hours is how soon the control site says that it knows of a deviation, in whole
// hours for each class (DEV-02).
type Hours struct {
	Critical int `json:"critical"`
	Major    int `json:"major"`
	Minor    int `json:"minor"`
}

// AcknowledgementStream is the stream in which the control site sets its clock.
const AcknowledgementStream audit.StreamID = "setting/acknowledgement"

// longestClock is how long a clock can run: thirty days.
const longestClock = 30 * 24

// usualClock counts until the control site sets another.
func usualClock() Hours {
	hours := func(risk Risk) int { return int(AcknowledgeWithin(risk) / time.Hour) }
	return Hours{Critical: hours(RiskCritical), Major: hours(RiskMajor), Minor: hours(RiskMinor)}
}

// within is how soon a deviation of a class is acknowledged.
func (c Hours) within(risk Risk) time.Duration {
	hours := c.Minor
	switch risk {
	case RiskCritical:
		hours = c.Critical
	case RiskMajor:
		hours = c.Major
	}
	return time.Duration(hours) * time.Hour
}

// Words say how soon.
func (c Hours) Words() string {
	return fmt.Sprintf("critical within %s, major within %s, minor within %s", count(c.Critical, "hour"), count(c.Major, "hour"), count(c.Minor, "hour"))
}

// AcknowledgementClock is what counts now, and who set it; nil for what counts
// before anybody has.
func (b *Books) AcknowledgementClock() (Hours, *Act) {
	if b.clockSet == nil {
		return usualClock(), nil
	}
	return b.clock, b.clockSet
}

// deadline is until when the control site acknowledges what is opened now. The
// entry pins it, so a clock that is set later changes nothing that runs.
func (b *Books) deadline(risk Risk, now time.Time) string {
	clock, _ := b.AcknowledgementClock()
	return instant(now.Add(clock.within(risk)))
}

// SetAcknowledgement sets it for what is raised from now on. The control site does: its own
// duty is what the clock measures.
type SetAcknowledgement struct {
	Critical int    `json:"critical"`
	Major    int    `json:"major"`
	Minor    int    `json:"minor"`
	Reason   string `json:"reason"`
}

// Name is the written name of the command.
func (SetAcknowledgement) Name() string { return "set acknowledgement clock" }

// Signs says who may sign, as what.
func (SetAcknowledgement) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.ControlSite}
}

func (SetAcknowledgement) stream(*Books) audit.StreamID { return AcknowledgementStream }

func (c SetAcknowledgement) event(*Books, Facts) (Event, *Refusal) {
	return AcknowledgementSet{Hours: Hours{Critical: c.Critical, Major: c.Major, Minor: c.Minor}, Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

// AcknowledgementSet is the clock as it counts from then on. Signed as approved.
type AcknowledgementSet struct {
	inSetting
	approved
	Hours
	Reason string `json:"reason"`
}

type inSetting struct{}

func (inSetting) room() string { return "setting" }

// KindAcknowledgementSet is the written kind.
const KindAcknowledgementSet audit.Kind = "setting.acknowledgement_set"

// Kind is the written kind of the event's entry.
func (AcknowledgementSet) Kind() audit.Kind { return KindAcknowledgementSet }

// Words say how soon, and why.
func (e AcknowledgementSet) Words() string {
	return fmt.Sprintf("Sets how soon the control site acknowledges a deviation: %s. %s", e.Hours.Words(), strings.TrimSuffix(e.Reason, "."))
}

// details: who signs it reads what counts until then.
func (AcknowledgementSet) details(b *Books, _ *time.Location) []string {
	clock, _ := b.AcknowledgementClock()
	return []string{"Until now: " + clock.Words() + ".", "What was raised before keeps its time."}
}

// check: the graver, the sooner.
func (e AcknowledgementSet) check(_ *Books, id string, _ Act) *Refusal {
	switch {
	case SettingStream(id) != AcknowledgementStream:
		return refuse("no_such_setting", "There is no such setting.")
	case e.Critical < 1 || e.Minor > longestClock:
		return refuse("bad_value", "Give whole hours, from 1 to %d.", longestClock)
	case e.Critical > e.Major || e.Major > e.Minor:
		return refuse("bad_value", "The graver a deviation is, the sooner it is acknowledged.")
	}
	return because(e.Reason)
}

func (e AcknowledgementSet) apply(b *Books, _ string, act Act) { b.clock, b.clockSet = e.Hours, &act }

// SettingStream is the stream of a setting.
func SettingStream(id string) audit.StreamID { return audit.StreamID("setting/" + id) }
