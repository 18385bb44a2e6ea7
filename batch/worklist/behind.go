package worklist

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
)

// warned is how long before a lot expires, or a proof of a machine ends, those
// who keep the stock are told; what lives shortly, in its last quarter.
const warned = 14 * 24 * time.Hour

// warning is when a lot that came at one moment and expires at another begins
// to be about to expire.
func warning(came, last time.Time) time.Time {
	return last.Add(-min(warned, max(0, last.Sub(came)/4)))
}

// ofBooks is what waits in the registers.
func ofBooks(s Site, now time.Time) []Item {
	var all []Item
	b := s.Books
	add := func(one Item, c register.Command) {
		if c != nil {
			_, one.Roles = c.Signs()
		}
		one.room = "registers"
		if one.may == nil {
			one.may = anyOf(one.Roles)
		}
		all = append(all, one)
	}
	for _, lot := range b.Lots() {
		stock(b, lot, now, add)
	}
	quarantined(s, now, add)
	for _, machine := range b.Machines() {
		proofs(machine, now, add)
	}
	for _, recall := range b.Recalls() {
		if recall.Closed != nil {
			continue
		}
		one := Item{Key: "recall/" + recall.ID, About: recall.ID, What: recall.Of.Words(), Since: recall.Opened.At, Place: "/recalls/" + url.PathEscape(recall.ID)}
		if left := recall.Untold(); len(left) > 0 {
			one.Kind, one.Holds = RecallToTell, true
			one.Key += fmt.Sprintf(" told of %d", len(recall.Supplied))
			one.Text = fmt.Sprintf("Recall %s: %d of %d supplied batches are still to be told of.", recall.ID, len(left), len(recall.Supplied))
			add(one, register.TellRecall{})
			continue
		}
		one.Kind, one.Text = RecallToClose, fmt.Sprintf("Everybody is told of recall %s. Close it, or say what is missing.", recall.ID)
		one.Key += " to close"
		add(one, register.CloseRecall{})
	}
	for _, d := range b.Deviations() {
		deviation(d, now, add)
	}
	for _, f := range b.Blanks() {
		blank(f, add)
	}
	samples(s, add)
	for _, one := range b.PauseProposals(now) {
		add(Item{
			Key: "unit/" + one.Unit + " pause because of " + strings.Join(one.Deviations, ", "), Kind: UnitToPause, About: one.Unit, What: "unit",
			Since: one.Since, Text: "The rules propose to pause unit " + one.Unit + ". " + one.Why, Place: "/units/" + url.PathEscape(one.Unit),
		}, register.KeepUnit{})
	}
	for _, unit := range b.Units() {
		if stop := unit.Standing(); stop != nil {
			add(Item{
				Key: fmt.Sprintf("unit/%s stop %d", unit.ID, stop.Number), Kind: UnitStopped, About: unit.ID, What: unit.Title, Since: stop.At,
				Text: fmt.Sprintf("Unit %s is %s: %s.", unit.ID, stop.Kind, strings.TrimSuffix(stop.Reason, ".")), Place: "/units/" + url.PathEscape(unit.ID),
				Roles: []identity.Role{identity.QualityLead, identity.ControlSite},
			}, nil)
		}
	}
	return all
}

// deviation: until the control site has said that it knows, its clock runs
// (DEV-02); beside that, whatever is the next thing to be done for its end.
func deviation(d *register.Deviation, now time.Time, add func(Item, register.Command)) {
	if d.Closed != nil {
		return
	}
	at := "deviation/" + d.ID
	one := Item{About: d.ID, What: string(d.Risk) + " deviation", Since: d.Opened.At, Place: "/deviations/" + url.PathEscape(d.ID)}
	if d.Told == nil {
		told := one
		told.Key, told.Kind, told.Due, told.Over = at+" acknowledgement", DeviationToKnow, d.Deadline(), d.Unacknowledged(now)
		told.Text = fmt.Sprintf("Deviation %s, %s: the control site has not acknowledged it.", d.ID, d.Risk)
		add(told, register.AcknowledgeDeviation{})
	}
	undecided := d.Undecided()
	for _, id := range undecided {
		rule := one
		rule.Key, rule.Kind = at+" ruling on "+id, DeviationToRule
		rule.Text = fmt.Sprintf("Deviation %s: decide what it means for batch %s.", d.ID, id)
		add(rule, register.RuleOnBatch{})
	}
	switch missing := d.Missing(); {
	case d.Conclude == nil:
		one.Key, one.Kind, one.Text = at+" investigation", DeviationToPursue, "Deviation "+d.ID+": "+strings.Join(missing, " ")
		add(one, register.InvestigateDeviation{})
	case len(missing) == 0:
		one.Key, one.Kind, one.Text = at+" closing", DeviationToFinish, "Everything of deviation "+d.ID+" is done. Close it."
		add(one, register.CloseDeviation{})
	case len(undecided) == 0 && d.Told != nil:
		one.Key, one.Kind, one.Text = at+" actions", DeviationToPursue, "Deviation "+d.ID+": "+strings.Join(missing, " ")
		add(one, register.FinishAction{})
	}
}

// untold is who is still to be told of a batch that was supplied out of
// specification, and until when (DEV-05).
func untold(s *batch.State, now time.Time) (all []Item) {
	roles := []identity.Role{identity.Pharmacist, identity.QualityLead}
	for _, whom := range s.Untold() {
		all = append(all, Item{
			Key: "batch/" + s.ID + " supply told to the " + whom, Kind: SupplyToTell, About: s.ID, What: s.Protocol.Title, Since: s.Supply.At,
			Text: "Tell the " + whom + " of the supply out of specification.", Due: s.TellBy(), Over: now.After(s.TellBy()), Roles: roles,
			Place: "/batches/" + url.PathEscape(s.ID) + "/review", room: "batch", may: anyOf(roles),
		})
	}
	return all
}

// stock: a lot that nobody has released yet, and one that is about to expire or
// has, while there is some of it left.
func stock(b *register.Books, lot *register.Lot, now time.Time, add func(Item, register.Command)) {
	one := Item{About: lot.ID, What: lot.Material, Since: lot.Received.At, Place: "/stock/" + url.PathEscape(lot.ID)}
	switch last := lot.Last(); {
	case lot.Spent() && (lot.Status != register.Unreleased || !b.Awaited(lot)):
	case lot.Status == register.Unreleased && b.WaitsFor(lot) != "": // who releases what it was made of is asked
	case lot.Status == register.Unreleased:
		one.Key, one.Kind = "lot/"+lot.ID+" release", LotToRelease
		one.Text = fmt.Sprintf("Lot %s of %s has come and is not released.", lot.ID, lot.Material)
		add(one, register.ReleaseLot{})
	case lot.Status == register.Released && !last.IsZero() && !now.Before(warning(lot.Received.At, last)):
		one.Key, one.Kind, one.Due, one.Over = "lot/"+lot.ID+" expiry", LotEnding, last, now.After(last)
		one.Since = warning(lot.Received.At, last)
		one.Text = fmt.Sprintf("Lot %s of %s: %s left, to be used before it expires.", lot.ID, lot.Material, lot.Left)
		if one.Over {
			one.Text = fmt.Sprintf("Lot %s of %s has expired with %s left.", lot.ID, lot.Material, lot.Left)
		}
		add(one, register.QuarantineLot{})
	}
}

// proofs: a machine whose qualification or calibration ends soon, or has ended.
func proofs(m *register.Equipment, now time.Time, add func(Item, register.Command)) {
	if m.Retired || m.Out != "" {
		return
	}
	for _, proof := range []struct {
		word  string
		until time.Time
	}{{"qualification", m.Qualified}, {"calibration", m.Calibrated}} {
		if proof.until.IsZero() || proof.until.Sub(now) > warned {
			continue
		}
		one := Item{
			Key: fmt.Sprintf("equipment/%s %s %s", m.ID, proof.word, proof.until.UTC().Format(time.RFC3339)), Kind: ProofEnding, About: m.ID, What: m.Title,
			Since: proof.until.Add(-warned), Due: proof.until, Over: now.After(proof.until), Place: "/equipment/" + url.PathEscape(m.ID),
			Text: fmt.Sprintf("The %s of %s (%s) ends soon.", proof.word, m.Title, m.ID),
		}
		if one.Over {
			one.Text = fmt.Sprintf("The %s of %s (%s) has ended.", proof.word, m.Title, m.ID)
		}
		add(one, register.ProveEquipment{})
	}
}

// ofLibrary is what waits for protocols: a reviewer, an approver, and readers
// of what is approved (MBR-01, CTL-14).
func ofLibrary(s Site, now time.Time) []Item {
	var all []Item
	for _, v := range s.Library.Versions() {
		p := v.Protocol
		id := p.ID()
		one := Item{About: id, What: p.Title, room: "library", Place: fmt.Sprintf("/protocols/%s/%d", url.PathEscape(p.Name), p.Version)}
		switch v.Status(now) {
		case library.Draft:
			one.Key, one.Kind, one.Since = "protocol/"+id+" review", ToReview, v.Drafted.At
			one.Text = fmt.Sprintf("Review %s, which %s wrote.", id, v.Drafted.Name)
			_, one.Roles, _ = library.Signs(library.Review{})
			one.may = others(one.Roles, v.Drafted.Person)
			all = append(all, one)
		case library.Reviewed:
			one.Key, one.Kind, one.Since = "protocol/"+id+" approval", ToApprove, v.Reviewed.At
			one.Text = fmt.Sprintf("Approve %s, which %s reviewed.", id, v.Reviewed.Name)
			_, one.Roles, _ = library.Signs(library.Approve{})
			one.may = others(one.Roles, v.Drafted.Person, v.Reviewed.Person)
			all = append(all, one)
		case library.Approved, library.Effective:
			all = append(all, readings(one, v, s.People)...)
		}
	}
	return all
}

// readings are one item for each person who has not acknowledged a version and
// whose role appears in it.
func readings(one Item, v *library.Version, people []identity.Person) []Item {
	var all []Item
	p := v.Protocol
	_, one.Roles, _ = library.Signs(library.Acknowledge{})
	for _, reader := range library.Readers(p, people) {
		if reader.Read != nil {
			continue
		}
		who := reader.Person
		item := one
		item.Key, item.Kind = fmt.Sprintf("protocol/%s reading by %s", p.ID(), who.ID), ToRead
		item.Text = fmt.Sprintf("%s has not acknowledged %s yet.", who.Name, p.ID())
		if item.Since = v.Approved.At; who.Since.After(item.Since) {
			item.Since = who.Since
		}
		item.Place = fmt.Sprintf("/protocols/read?protocol=%s&version=%d", url.QueryEscape(p.Name), p.Version)
		item.may = func(by identity.Person) bool { return by.Active && by.ID == who.ID }
		all = append(all, item)
	}
	return all
}

// others asks for one of some roles, and for none of some people.
func others(roles []identity.Role, but ...identity.PersonID) func(identity.Person) bool {
	held := anyOf(roles)
	return func(p identity.Person) bool {
		for _, one := range but {
			if p.ID == one {
				return false
			}
		}
		return held(p)
	}
}
