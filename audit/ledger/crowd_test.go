package ledger_test

import (
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"countersign/audit"
	"countersign/audit/ledger"
)

// attempt is a request and how it went.
type attempt struct {
	ledger.Request
	receipt ledger.Receipt
	err     error
}

// TestWhateverManyAskAtOnceTheLogIsAsIfTheyHadQueued lets callers with random conditions, streams and keys loose, and
// then replays the log: every place is taken once, every accepted request's conditions held at its place, and every
// refused one was refused for a reason (AUD-01).
func TestWhateverManyAskAtOnceTheLogIsAsIfTheyHadQueued(t *testing.T) {
	l, _, _ := site(t)
	streams := []audit.StreamID{"batch/B-1", "batch/B-2", "lot/9", "equipment/2"}
	rapid.Check(t, func(r *rapid.T) {
		base := l.Size()
		heads := map[audit.StreamID]int64{}
		for _, s := range streams {
			head, err := l.StreamHead(t.Context(), s)
			if err != nil {
				r.Fatal(err)
			}
			heads[s] = head.Version
		}
		stream := rapid.SampledFrom(streams)
		attempts := make([]*attempt, rapid.IntRange(2, 24).Draw(r, "attempts"))
		for i := range attempts {
			a := &attempt{}
			for range rapid.IntRange(1, 3).Draw(r, "entries") {
				a.Drafts = append(a.Drafts, draft(stream.Draw(r, "stream"), "x"))
			}
			for range rapid.IntRange(0, 2).Draw(r, "conditions") {
				on := stream.Draw(r, "on")
				a.Conditions = append(a.Conditions, at(on, heads[on]+rapid.Int64Range(0, 3).Draw(r, "ahead")))
			}
			attempts[i] = a
		}
		var wg sync.WaitGroup
		for _, a := range attempts {
			wg.Go(func() { a.receipt, a.err = l.Append(t.Context(), a.Request) })
		}
		wg.Wait()
		replay(r, l.Size(), base, heads, attempts)
	})
	if report, err := l.Verify(t.Context(), nil); err != nil || report.First != nil {
		t.Errorf("%v, %v", report.First, err)
	}
}

func replay(r *rapid.T, size, base int64, heads map[audit.StreamID]int64, attempts []*attempt) {
	accepted := map[int64]*attempt{}
	for _, a := range attempts {
		var moved *ledger.Moved
		switch {
		case a.err == nil:
			if accepted[a.receipt.First] != nil {
				r.Fatalf("place %d was given twice", a.receipt.First)
			}
			accepted[a.receipt.First] = a
		case !errors.As(a.err, &moved) || len(a.Conditions) == 0:
			r.Fatalf("refused without a reason: %v", a.err)
		}
	}
	for place := base; place < size; {
		a := accepted[place]
		if a == nil {
			r.Fatalf("place %d is nobody's", place)
		}
		for _, c := range a.Conditions {
			if heads[c.Stream] != c.Version {
				r.Fatalf("accepted at %d with %s at %d where %d was asked for", place, c.Stream, heads[c.Stream], c.Version)
			}
		}
		for _, e := range a.receipt.Entries {
			if e.Index != place || e.Version != heads[e.Stream]+1 {
				r.Fatalf("the entry at %d says %d, version %d", place, e.Index, e.Version)
			}
			heads[e.Stream]++
			place++
		}
	}
}
