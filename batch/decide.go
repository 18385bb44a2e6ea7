package batch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Refusal is a command that a rule forbids. Code is for programs, Sentence for
// people; both are safe to show and name no patient.
type Refusal struct{ Code, Sentence string }

func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

func refuse(code, sentence string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(sentence, args...)}
}

// decision is one command being decided.
type decision struct {
	s   *State
	f   Facts
	now time.Time
	by  By
	due []ExceptionRaised // what time alone brought about
	// clock is among them what says that the site's clock was not known to be sound.
	clock []ExceptionRaised
	// alarms are those of machines that are not in the record yet.
	alarms []ExceptionRaised
	// Of an act that is told late or typed for somebody else:
	manner Manner
	done   time.Time // when it was done, as stated
	// offline is of an act that a terminal kept.
	offline *Offline
	add     []ExceptionRaised // what this act brings about
	// Of a value that a machine sends: it is taken, or typed, and why.
	taking  bool
	instead string
	// ahead is the state once the command's own event is written, where a rule had
	// to look at it already.
	ahead *State
}

// Decide says what a command comes to: the events to write, the command's own
// first and the exceptions that arise by themselves after it (DEV-01), or a
// *Refusal. s is nil, or not opened yet, for Open. Nothing is changed, nothing
// is read but the arguments, and the same arguments give the same answer.
// A masked batch takes no command: nobody could be matched in it.
func Decide(s *State, c Command, f Facts, now time.Time) ([]Event, error) {
	if s != nil && s.Masked {
		return nil, refuse("masked", "The patient of this batch is masked here. Nothing can be done in it.")
	}
	return decide(s, c, f, now)
}

// decide is Decide, for masked states too: Replay says what that leaves out.
func decide(s *State, c Command, f Facts, now time.Time) ([]Event, error) {
	if s == nil {
		s = &State{}
	}
	d := &decision{s: s, f: f, now: now.UTC().Truncate(time.Microsecond)}
	d.by = By{Name: f.Person.Name, Username: f.Person.Username}
	d.clock, d.alarms = s.unsound(f, stepOf(c)), s.sounding(f)
	d.due = append(s.overdue(d.now), d.clock...)
	main, err := d.command(c)
	if err != nil {
		return nil, err
	}
	after := d.ahead
	if after == nil {
		if after, err = d.after(main); err != nil {
			return nil, fmt.Errorf("decide %s: %w", CommandName(c), err)
		}
	}
	if refusal := d.afterwards(main, after); refusal != nil {
		return nil, refusal
	}
	if !d.done.IsZero() {
		d.due = d.dueLate(after)
	}
	if _, opens := main.(BatchOpened); opens {
		d.due = append(d.due, after.unsound(f, "")...)
	}
	events := []Event{main}
	raised := slices.Concat(d.due, d.alarms, d.add, d.breaches(after))
	for i, ex := range raised {
		ex.By, ex.Number = d.by, len(after.Exceptions)+i+1
		events = append(events, after.ruled(ex))
	}
	return events, nil
}

// after is the state once the command's own event is written.
func (d *decision) after(main Event) (*State, error) {
	act := Act{
		Version: d.s.Version + 1, At: d.now, Person: d.f.Person.ID,
		Name: d.by.Name, Username: d.by.Username, Role: d.by.Role, Training: d.by.Training, Meaning: meanings(main),
	}
	if d.offline != nil {
		act.Manner = &Manner{Done: d.offline.Done, Offline: d.offline}
	}
	return d.s.with(main, act, d.f.Protocol)
}

// command applies a command's own rules.
func (d *decision) command(c Command) (Event, error) {
	if opening, ok := c.(Open); ok {
		return answer(d.open(opening))
	}
	if d.s.Protocol == nil {
		return nil, refuse("not_opened", "There is no such batch.")
	}
	d.f.Protocol = d.s.Protocol
	if own, ok := c.(acting); ok {
		return answer(own.decide(d))
	}
	switch c := c.(type) {
	case Begin:
		return answer(d.begin(c))
	case Scan:
		return answer(d.scan(c))
	case TypeCode:
		return answer(d.typeCode(c))
	case WitnessCode:
		return answer(d.witnessCode(c))
	case Record:
		return answer(d.record(c))
	case Tell:
		return d.tell(c)
	case PutOnHold:
		return answer(d.putOnHold(c))
	case LiftHold:
		return answer(d.liftHold(c))
	case HandOverShift:
		return answer(d.handOver(c))
	case TakeOverShift:
		return answer(d.takeOverShift(c))
	case ConfirmTyped:
		return answer(d.confirmTyped(c))
	case SetOut:
		return answer(d.setOutMore(c))
	case Move:
		return answer(d.move(c))
	case Perform:
		return answer(d.perform(c))
	case Check:
		return answer(d.check(c))
	case Correct:
		return answer(d.correct(c))
	case ConfirmCorrection:
		return answer(d.confirmCorrection(c))
	case DropCorrection:
		return answer(d.dropCorrection(c))
	case Note:
		return answer(d.note(c))
	case Raise:
		return answer(d.raise(c))
	case Resolve:
		return answer(d.resolve(c))
	case DecideTogether:
		return answer(d.decideTogether(c))
	case AfterStop:
		return answer(d.afterStop(c))
	case Abort:
		return answer(d.abort(c))
	case Review:
		return answer(d.review(c))
	case Reject:
		return answer(d.reject(c))
	case Recall:
		return answer(d.recall(c))
	case Promote:
		return answer(d.promote(c))
	case AttachDeviation:
		return answer(d.attachDeviation(c))
	case ProposeRedline:
		return answer(d.proposeRedline(c))
	case ApproveRedline:
		return answer(d.approveRedline(c))
	case DropRedline:
		return answer(d.dropRedline(c))
	case ReadRedline:
		return answer(d.readRedline(c))
	case FollowBlank:
		return answer(d.followBlank(c))
	case RuleDeviation:
		return answer(d.ruleDeviation(c))
	case RecordRoute:
		return answer(d.recordRoute(c))
	case Supply:
		return answer(d.supply(c))
	case TellSupply:
		return answer(d.tellSupply(c))
	case TakeOver:
		return answer(d.takeOver(c))
	case LinkNumber:
		return answer(d.linkNumber(c))
	case ConfirmNumber:
		return answer(d.confirmNumber(c))
	case PrintLabel:
		return answer(d.print(c))
	case Reprint:
		return answer(d.reprint(c))
	case ApplyLabel:
		return answer(d.apply(c))
	case DestroyLabel:
		return answer(d.destroy(c))
	case AttachLabel:
		return answer(d.attach(c))
	case ImmediateUse:
		return answer(d.confirmImmediateUse(c))
	case Account:
		return answer(d.accountFor(c))
	}
	return nil, refuse("unknown_command", "There is no such command.")
}

// answer keeps a nil *Refusal from becoming an error.
func answer(ev Event, refusal *Refusal) (Event, error) {
	if refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

// afterwards applies the rules that look at what the act would leave behind:
// every calculation of a step that is signed is there (EXE-07), unless what it
// leans on was found not applicable, with a reason; and no stop
// that the step's own figures give stands in the way.
func (d *decision) afterwards(main Event, after *State) *Refusal {
	performed, ok := within(main).(StepPerformed)
	if !ok {
		return nil
	}
	st := after.Step(performed.Step)
	for _, calc := range st.Step.Calcs {
		if _, ok := st.Results[calc.Name]; ok {
			continue
		}
		_, err := calc.Compute(after.Env())
		var missing *protocol.Missing
		if errors.As(err, &missing) {
			if len(missing.Names) == 0 {
				continue // what it leans on is not applicable, and neither is it
			}
			return refuse("incomplete", "%s cannot be calculated: %s.", titled(calc.Title, calc.Name), err)
		}
		return refuse("incomplete", "%s cannot be calculated.", titled(calc.Title, calc.Name))
	}
	return nil
}

// maxAttempt bounds, in bytes, how much of a refused command is kept. A longer
// one is nobody's honest work: that it was refused, and why, is kept.
const maxAttempt = 16 << 10

// Refused gives what is written when Decide refused a command: the attempt
// itself, first, and the exceptions that had come due. It goes into the log
// before the person is answered (design: refusals are facts too).
func Refused(s *State, c Command, r *Refusal, f Facts, now time.Time) ([]Event, error) {
	if s == nil {
		s = &State{}
	}
	raw, err := MarshalCommand(pinned(c, f))
	if err != nil {
		return nil, err
	}
	// Read back and written once more, so that bytes that are no text stand in
	// the record as Replay will write them.
	if c, err = UnmarshalCommand(raw); err != nil {
		return nil, err
	}
	if raw, err = MarshalCommand(c); err != nil {
		return nil, err
	}
	by := By{Name: f.Person.Name, Username: f.Person.Username}
	attempt := CommandRefused{
		By: by, Attempt: CommandName(c), Step: stepOf(c), Code: r.Code, Sentence: r.Sentence, Command: string(raw),
	}
	if len(raw) > maxAttempt {
		attempt.Step, attempt.Command = "", ""
	}
	events := []Event{attempt}
	due := append(s.overdue(now.UTC().Truncate(time.Microsecond)), s.unsound(f, attempt.Step)...)
	tell, _ := c.(Tell)
	if ofKept(c) || tell.Done != "" && attempt.Command != "" {
		// What is being told may have been done in time: the next act says what is due.
		due = untimed(due)
	}
	for i, ex := range append(due, s.sounding(f)...) {
		ex.By, ex.Number = by, len(s.Exceptions)+i+1
		events = append(events, ex)
	}
	return events, nil
}

// stepOf is the step that a command names; "" when it names none.
func stepOf(c Command) string {
	switch c := c.(type) {
	case Begin:
		return c.Step
	case Scan:
		return c.Step
	case TypeCode:
		return c.Step
	case WitnessCode:
		return c.Step
	case Record:
		return c.Step
	case TakeReading:
		return c.Step
	case TypeInstead:
		return c.Step
	case Perform:
		return c.Step
	case Check:
		return c.Step
	case Tell:
		return c.Step
	case ConfirmTyped:
		return c.Step
	case Correct:
		return c.Step
	case ConfirmCorrection:
		return c.Step
	case DropCorrection:
		return c.Step
	case Note:
		return c.Step
	case Raise:
		return c.Step
	}
	return ""
}

// titled is a title, or the name where there is none.
func titled(title, name string) string {
	if title != "" {
		return title
	}
	return name
}

// roleOf gives the role that a part of the protocol asks for.
func roleOf(p *protocol.Protocol, part string) identity.Role {
	for _, held := range p.Parts {
		if held.Name == part {
			return identity.Role(held.Role)
		}
	}
	return ""
}
