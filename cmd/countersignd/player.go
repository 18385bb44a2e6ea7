package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
	"countersign/web/api"
)

// player carries a script out at a site, through its API.
type player struct {
	company *company
	script  *script
	p       *protocol.Protocol
	batch   string
	// gateways are those of machines that send their data, by item.
	gateways map[string]*gateway
	zone     *time.Location
	start    time.Time // midnight of the script's first day, at this site
	tell     func(string)
	between  func(ctx context.Context, line int) error // called before each act; nil for nothing
}

// newPlayer prepares a script for a site whose clock stands at or before the
// script's start. Where the site's clock is beyond it, the whole script is
// played as many days later as it takes.
func newPlayer(ctx context.Context, c *company, s *script, p *protocol.Protocol, batchID string, tell func(string)) (*player, error) {
	now, zone, err := siteClock(ctx, c.base)
	if err != nil {
		return nil, err
	}
	first := s.Starts.In(zone)
	pl := &player{gateways: map[string]*gateway{}, company: c, script: s, p: p, batch: batchID, zone: zone, tell: tell}
	pl.start = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone)
	for pl.start.Add(s.lines[0].at).Before(now) {
		pl.start = pl.start.AddDate(0, 0, 1)
	}
	return pl, nil
}

// errUnexpected says where a rehearsal went another way than its script.
var errUnexpected = errors.New("the rehearsal went another way than its script")

// play opens the batch and does every act in turn. It ends at the first
// answer that is not the script's.
func (pl *player) play(ctx context.Context) (api.BatchView, error) {
	if err := pl.until(ctx, pl.script.lines[0].at); err != nil {
		return api.BatchView{}, err
	}
	view, err := pl.open(ctx)
	if err != nil {
		return view, err
	}
	for _, line := range pl.script.lines {
		if err := pl.until(ctx, line.at); err != nil {
			return view, err
		}
		if pl.between != nil {
			if err := pl.between(ctx, line.number); err != nil {
				return view, err
			}
		}
		shown, err := pl.act(ctx, line)
		if err != nil {
			return view, err
		}
		if shown.ID != "" {
			view = shown
		}
	}
	return pl.ends(ctx)
}

// ends gives the batch as it stands.
func (pl *player) ends(ctx context.Context) (view api.BatchView, err error) {
	err = pl.company.members["priya"].call(ctx, http.MethodGet, "/batches/"+url.PathEscape(pl.batch), nil, &view)
	return view, err
}

// until brings the site's clock to a time of the script. A training site's
// clock runs on by itself, and may be a little further already.
func (pl *player) until(ctx context.Context, at time.Duration) error {
	now, _, err := siteClock(ctx, pl.company.base)
	if err != nil {
		return err
	}
	by := pl.start.Add(at).Sub(now)
	if by <= 0 {
		return nil
	}
	err = pl.company.members["priya"].call(ctx, http.MethodPost, "/clock", map[string]any{"key": key(), "microseconds": by.Microseconds()}, nil)
	if err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	return nil
}

// at says when an act of the script happens.
func (pl *player) at(line scriptLine) string { return pl.start.Add(line.at).Format("02 Jan 15:04:05") }

// opening is the command that opens the script's batch.
func (pl *player) opening() batch.Open {
	s := pl.script
	command := batch.Open{
		Batch: pl.batch, Protocol: pl.p.Name, Version: pl.p.Version, Digest: pl.p.Digest,
		Patient: batch.Patient{
			Name: s.Patient.Name, Born: s.Patient.Born, Number: s.Patient.Number,
			NumberType: s.Patient.NumberType, Wristband: s.Patient.Wristband,
		},
		Order: s.Order, Reference: "RX-" + pl.batch, Prescriber: "Dr Ana Costa", Unit: theUnit, Trial: s.Trial, Participant: s.Taking,
	}
	for _, item := range s.Items {
		command.Items = append(command.Items, batch.Item{Name: item.Name, Code: item.Code, Amount: item.Amount})
	}
	return command
}

// furnish brings what the script sets out into the registers: lots are listed,
// taken in and released, machines listed, calibrated and cleaned. What an
// earlier batch has brought there is there already.
func (pl *player) furnish(ctx context.Context) error {
	there := map[string]bool{"code_taken": true, "released_already": true}
	for _, item := range pl.script.Items {
		planned := pl.p.Item(item.Name)
		if planned == nil {
			return fmt.Errorf("the protocol names no item %q", item.Name)
		}
		f := register.Furnishing{
			Item: planned, Code: item.Code, Number: item.Lot, Document: item.Reference, Clean: item.Clean, Place: "room 4", Quantity: item.Amount, Donation: item.Donation,
		}
		if item.Own {
			f.ForPatient = pl.script.Patient.Number
		} else if item.Amount == "1" {
			f.Quantity = "20"
		}
		if item.Expiry != "" {
			expiry, err := time.ParseInLocation("2006-01-02", item.Expiry, pl.zone)
			if err != nil {
				return fmt.Errorf("item %s: expiry %q is not a date like 2027-01-31", item.Name, item.Expiry)
			}
			f.Until = expiry.AddDate(0, 0, 1).Add(-time.Second).UTC()
		}
		who := map[identity.Role]string{identity.QualityLead: "priya", identity.Pharmacist: "helen", identity.Technician: "asha"}
		for _, act := range register.Furnish(f) {
			err := pl.company.members[who[act.Role]].signRegister(ctx, act.Command)
			var problem *api.Problem
			if err != nil && (!errors.As(err, &problem) || !there[problem.Code]) {
				return fmt.Errorf("%s of %s: %w", act.Command.Name(), item.Name, err)
			}
		}
		if item.Sends != "" {
			if err := pl.connect(ctx, item); err != nil {
				return fmt.Errorf("accept the data of %s: %w", item.Name, err)
			}
		}
	}
	return nil
}

func (pl *player) open(ctx context.Context) (api.BatchView, error) {
	if err := pl.furnish(ctx); err != nil {
		return api.BatchView{}, fmt.Errorf("furnish the registers: %w", err)
	}
	view, err := pl.company.members["omar"].do(ctx, pl.batch, pl.opening(), nil)
	if err != nil {
		return view, fmt.Errorf("open the batch: %w", err)
	}
	pl.tell(fmt.Sprintf("%s  omar opens %s for %s", pl.at(pl.script.lines[0]), pl.batch, pl.p.ID()))
	return view, nil
}

// act does one line and holds the answer against the script.
func (pl *player) act(ctx context.Context, line scriptLine) (api.BatchView, error) {
	if line.sent != nil {
		return api.BatchView{}, pl.sends(ctx, line)
	}
	person, ok := pl.company.members[line.who]
	if !ok {
		return api.BatchView{}, fmt.Errorf("act line %d: nobody called %q works here", line.number, line.who)
	}
	at, second := person, (*client)(nil)
	switch line.command.(type) {
	case batch.Check, batch.ConfirmCorrection:
		// The second person signs at the first one's terminal, who stays signed in.
		at, second = pl.company.members["asha"], person
		if person == at {
			at, second = person, nil
		}
	}
	view, err := at.do(ctx, pl.batch, pl.placed(line), second)
	told := fmt.Sprintf("%s  %s %s", pl.at(line), line.who, words(line.command))
	var problem *api.Problem
	switch {
	case errors.As(err, &problem):
		pl.tell(told + "\n                    refused (" + problem.Code + "): " + problem.Title)
		if problem.Code != line.refused {
			return view, fmt.Errorf("%w: act line %d (%s %s) was refused as %s: %s", errUnexpected, line.number, line.who, words(line.command), problem.Code, problem.Title)
		}
		return api.BatchView{}, nil
	case err != nil:
		return view, err
	case line.refused != "":
		return view, fmt.Errorf("%w: act line %d (%s %s) was accepted and should be refused as %s", errUnexpected, line.number, line.who, words(line.command), line.refused)
	}
	pl.tell(told)
	return view, nil
}

// placed fills in what only this run knows: "label 1", scanned, is the code that
// was printed on the batch's first label, and who is told is told now.
func (pl *player) placed(line scriptLine) batch.Command {
	read := func(raw string) string {
		var n int
		if _, err := fmt.Sscanf(raw, "label %d", &n); err != nil {
			return raw
		}
		return label.Plainly(pl.batch, n)
	}
	when := pl.start.Add(line.at).UTC().Format(time.RFC3339)
	switch c := line.command.(type) {
	case batch.Scan:
		c.Raw = read(c.Raw)
		return c
	case batch.ApplyLabel:
		c.Raw = read(c.Raw)
		return c
	case batch.TakeReading, batch.AnswerAlarm:
		return pl.ofLast(c)
	case batch.TellNews:
		c.When = when
		return c
	case batch.RecordRoute:
		c.When = when
		return c
	case batch.TellSupply:
		c.When = when
		return c
	}
	return line.command
}

// words says a command as a person would.
func words(c batch.Command) string {
	switch c := c.(type) {
	case batch.Begin:
		return "begins " + c.Step
	case batch.Scan:
		return "scans the " + c.Field + " in " + c.Step
	case batch.TakeReading:
		return "takes the reading as " + c.Field + " in " + c.Step
	case batch.AnswerAlarm:
		return "signs: acknowledges the alarm, " + c.Comment
	case batch.Record:
		return "records " + c.Field + " in " + c.Step + ": " + c.Text
	case batch.Correct:
		return "corrects " + c.Field + " in " + c.Step + " to " + c.Text + ", because " + c.Reason
	case batch.ConfirmCorrection:
		return fmt.Sprintf("signs: correction %d in %s", c.Correction, c.Step)
	case batch.Move:
		if c.To == "out" {
			return "takes out the " + c.Item
		}
		return "puts back the " + c.Item
	case batch.Perform:
		return "signs: performed " + c.Step
	case batch.Check:
		return "signs: checked " + c.Step
	case batch.Resolve:
		if c.Accept {
			return fmt.Sprintf("signs: accepts exception %d, because %s", c.Exception, c.Reason)
		}
		return fmt.Sprintf("signs: does not accept exception %d, because %s", c.Exception, c.Reason)
	case batch.Note:
		return "notes: " + c.Text
	case batch.Raise:
		return "raises an exception: " + c.Text
	case batch.PrintLabel:
		return fmt.Sprintf("prints %d of the labels (%s)", c.Copies, c.Label)
	case batch.ApplyLabel:
		return "puts on and scans " + c.Raw
	case batch.DestroyLabel:
		return fmt.Sprintf("destroys label %d, because %s", c.Copy, c.Reason)
	case batch.AttachLabel:
		return fmt.Sprintf("attaches label %d to a paper, because %s", c.Copy, c.Reason)
	case batch.Account:
		return fmt.Sprintf("accounts for %s, lot %s", c.Item, c.Lot)
	case batch.Review:
		return "signs: reviewed"
	case batch.Certify:
		return "signs: certified"
	case batch.TellNews:
		return fmt.Sprintf("has told %s of exception %d", c.Whom, c.Exception)
	case batch.RecordRoute:
		return "signs: " + c.Stage
	case batch.Supply:
		return "signs: supplied out of specification"
	case batch.TellSupply:
		return "has told the " + c.Whom + " of the supply"
	case batch.Reject:
		return "signs: rejected, because " + c.Reason
	case batch.Abort:
		return "signs: aborted, because " + c.Reason
	}
	return batch.CommandName(c)
}

func asError(f *audit.Finding) error {
	if f == nil {
		return nil
	}
	return f
}

// judge holds the finished batch against what the script expects.
func (pl *player) judge(view api.BatchView) error {
	if view.Status != pl.script.Expect.Status {
		return fmt.Errorf("%w: the batch is %q, expected %q", errUnexpected, view.Status, pl.script.Expect.Status)
	}
	var classes []string
	for _, exception := range view.Exceptions {
		classes = append(classes, exception.Class)
	}
	if got, want := strings.Join(classes, ", "), strings.Join(pl.script.Expect.Exceptions, ", "); got != want {
		return fmt.Errorf("%w: exceptions [%s], expected [%s]", errUnexpected, got, want)
	}
	return nil
}
