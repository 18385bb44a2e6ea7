package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"countersign/batch"
	"countersign/protocol"
)

// The names of the fields in which exceptions are decided, each followed by an
// exception's number.
const (
	decideField = "decide-"
	reasonField = "reason-"
)

// What the choices of a decision say. One that is offered with its reason is
// "yes", a space, and the reason.
const (
	acceptValue = "yes"
	refuseValue = "no"
)

// offeredReasons are the reasons that a quality lead can choose for accepting
// an exception of a class, in place of writing them. None is offered for what is critical: that is
// thought through in words of one's own.
func offeredReasons(e batch.Exception) []string {
	if e.Severity == protocol.SeverityCritical {
		return nil
	}
	const untouched = "Looked into with whoever reported it: the product is not affected."
	switch e.Class {
	case "out of limit", "late result":
		return []string{"Assessed with the values beside it: quality, safety and effect are not affected.", "Cause found and mended; the value that stands was read by two people."}
	case "timing":
		return []string{"The product stayed within its validated time and conditions.", "The delay was in the record, not in the work: the work was done in time."}
	case "correction", "transcribed", "manual entry":
		return []string{"Compared with its source: the value that stands is right.", untouched}
	case "typed code", "wrong scan":
		return []string{"The code was read by two people and is the right one.", untouched}
	case "late witness":
		return []string{"The witness was there at the time and signed late."}
	case "clock":
		return []string{"Compared with another clock: the order and the lengths of time are right."}
	case "offline":
		return []string{"Compared with the paper, line by line: the record agrees."}
	case "alarm", "override":
		return []string{"The cause is known and mended; the product stayed within its limits.", untouched}
	}
	return []string{untouched}
}

// offersOf are the choices of one exception's decision, as they were left.
func offersOf(e batch.Exception, typed form) []choice {
	number := fmt.Sprint(e.Number)
	chosen, own := typed[decideField+number], typed[reasonField+number]
	var all []choice
	found := false
	for _, reason := range offeredReasons(e) {
		one := choice{Value: acceptValue + " " + reason, Text: "Accept. " + reason}
		one.Chosen = chosen == one.Value || chosen == acceptValue && own == reason
		found = found || one.Chosen
		all = append(all, one)
	}
	return append(all,
		choice{Value: acceptValue, Text: "Accept, for the reason that I write", Chosen: chosen == acceptValue && !found},
		choice{Value: refuseValue, Text: "Do not accept, for the reason that I write: the batch may not be released", Chosen: chosen == refuseValue})
}

// decisions reads what was decided of exceptions on the review page: one, or
// several together. What was left open is left out.
func (f form) decisions() (batch.Command, error) {
	var all []batch.Resolve
	for _, name := range slices.Sorted(maps.Keys(f)) {
		number, is := strings.CutPrefix(name, decideField)
		if !is || f[name] == "" {
			continue
		}
		exception, err := readNumber(number)
		if err != nil {
			return nil, errForm
		}
		one := batch.Resolve{Exception: int(exception), Reason: strings.TrimSpace(f[reasonField+number])}
		how, reason, offered := strings.Cut(f[name], " ")
		switch one.Accept = how == acceptValue; {
		case how != acceptValue && how != refuseValue:
			return nil, errForm
		case offered:
			one.Reason = strings.TrimSpace(reason)
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b batch.Resolve) int { return a.Exception - b.Exception })
	if len(all) == 1 {
		return all[0], nil
	}
	return batch.DecideTogether{Decisions: all}, nil
}

// undecided says what is missing before a sheet can be drawn; nil for nothing.
func undecided(c batch.Command) *problem {
	decisions := decisionsIn(c)
	if _, together := c.(batch.DecideTogether); together && len(decisions) == 0 {
		return &problem{Title: "Nothing is decided yet", Sentences: []string{"Choose a decision for at least one exception."}, To: "#exceptions"}
	}
	for _, one := range decisions {
		if one.Reason == "" {
			return &problem{
				Title:     "A reason is missing",
				Sentences: []string{fmt.Sprintf("Write why exception %d is decided so. What you chose for the others is kept.", one.Exception)},
				To:        fmt.Sprintf("#%s%d", reasonField, one.Exception),
			}
		}
	}
	return nil
}

// decisionsIn are the decisions that a command takes on exceptions.
func decisionsIn(c batch.Command) []batch.Resolve {
	switch c := c.(type) {
	case batch.Resolve:
		return []batch.Resolve{c}
	case batch.DecideTogether:
		return c.Decisions
	}
	return nil
}

// decisionForm is the form that leads to such a command.
func decisionForm(all []batch.Resolve) form {
	f := form{"act": "decide"}
	for _, one := range all {
		number := fmt.Sprint(one.Exception)
		f[decideField+number], f[reasonField+number] = refuseValue, one.Reason
		if one.Accept {
			f[decideField+number] = acceptValue
		}
	}
	return f
}

// decides is what the review page's form of decisions leads to: the sheet, or the
// page again with what is missing.
func (s *Server) decides(w http.ResponseWriter, r *http.Request, v visit) (done bool, err error) {
	c, err := v.form.signed()
	if err != nil {
		return false, err
	}
	p := undecided(c)
	if v.form["act"] != "decide" || p == nil {
		return false, nil
	}
	state, err := s.svc.Batch(r.Context(), v.who, r.PathValue("id"))
	if err != nil {
		return false, err
	}
	return true, s.showReview(w, r, v, http.StatusUnprocessableEntity, state, v.form, p)
}

// nextOf says what the page waits for, with the way there.
func nextOf(v *reviewView) (next []link) {
	open := 0
	for _, e := range v.Exceptions {
		if e.Open {
			open++
		}
	}
	switch {
	case v.Ended != "" || !v.MayDecide:
		return nil
	case open == 1:
		next = append(next, link{Text: "1 exception waits for a decision", To: "#exceptions"})
	case open > 1:
		next = append(next, link{Text: fmt.Sprintf("%d exceptions wait for a decision", open), To: "#exceptions"})
	}
	if n := slices.IndexFunc(v.Concerns, func(c concernView) bool { return c.Holds }); n >= 0 {
		next = append(next, link{Text: "A deviation holds up the release", To: "#deviations"})
	}
	switch {
	case v.ToLook:
		next = append(next, link{Text: "Full review was demanded: look at each part of the record", To: "#full-review"})
	case v.MayReview:
		next = append(next, link{Text: "The production review waits", To: "#decision"})
	case len(v.Blocks) == 0 && v.MayCertify:
		next = append(next, link{Text: "Nothing stands in the way: certify", To: "#decision"})
	case len(v.Blocks) > 0:
		next = append(next, link{Text: fmt.Sprintf("What stands between the batch and certification (%d)", len(v.Blocks)), To: "#decision"})
	}
	return next
}
