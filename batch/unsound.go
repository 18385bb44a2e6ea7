package batch

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/protocol"
)

// unsoundCause begins the cause of exceptions that say that the site's clock was
// not known to be sound.
const unsoundCause = "unsound:"

// What an exception says around why the clock was not known to be sound, so that
// the fact can be read from the record again.
const (
	unsoundBefore = "The site's clock was not known to be sound when this was done ("
	unsoundAfter  = "): what leans on its times is to be looked at."
)

// unsound marks what is done while the site's clock is not known to be sound
// (NUM-09, REL-07): once for each step, and once for what is done in no step, so
// that a clock that stays so holds nothing up for ever.
func (s *State) unsound(f Facts, step string) []ExceptionRaised {
	if f.Unsound == "" || s.Protocol == nil || s.ended() {
		return nil
	}
	if s.Step(step) == nil {
		step = "" // of a step that there is not
	}
	cause := unsoundCause + step
	if s.raised(cause) {
		return nil
	}
	class := protocol.ExceptionClassNamed(clockClass)
	return []ExceptionRaised{s.ruled(ExceptionRaised{
		Class: clockClass, Severity: class.Severity, Blocks: Blocks(class.Blocks), Step: step, Cause: cause, Text: unsoundBefore + f.Unsound + unsoundAfter,
	})}
}

// unsoundIn reads from what was written beside an act why the clock was not known
// to be sound; "" when nothing says so. The clock stands in no stream: what its
// state was is pinned in the exception.
func (r *replaying) unsoundIn(entries []audit.Stored, w Witnesses) (string, error) {
	for _, e := range entries[1:] {
		if e.Kind != kindRaised {
			break
		}
		ev, err := r.folding.reader.event(e.Entry, w.opened(e.Index))
		if err != nil {
			return "", fmt.Errorf("read entry %d: %w", e.Index, err)
		}
		raised, ok := ev.(ExceptionRaised)
		if !ok || actOfItsOwn(raised) {
			break
		}
		if why, found := strings.CutPrefix(raised.Text, unsoundBefore); found && strings.HasPrefix(raised.Cause, unsoundCause) {
			return strings.TrimSuffix(why, unsoundAfter), nil
		}
	}
	return "", nil
}

// actOfItsOwn says that an exception is somebody's act, and follows from no other.
func actOfItsOwn(e ExceptionRaised) bool {
	return e.Class == recallClass || e.Class == promoted || strings.HasPrefix(e.Cause, handCause)
}
