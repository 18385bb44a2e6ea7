package ledger_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/audit"
	"countersign/audit/ledger"
)

func TestACommandSentAgainGetsItsFirstAnswer(t *testing.T) {
	l, db, opts := site(t)
	r := keyed("form-1", "perform step 4", draft("batch/B-1", "one"), draft("batch/B-1", "two"))
	r.Conditions = []audit.Condition{at("batch/B-1", 0)}
	first := appended(t, l, r)
	again := appended(t, l, r) // its condition does not hold any more
	if first.Repeated || !again.Repeated || again.First != first.First || len(again.Entries) != 2 ||
		string(again.Entries[1].Bytes) != string(first.Entries[1].Bytes) {
		t.Errorf("the second answer is %v", again)
	}
	r.Conditions = nil
	if again = appended(t, l, r); !again.Repeated || l.Size() != 2 {
		t.Errorf("without a condition it was carried out twice: %d entries", l.Size())
	}
	shut(t, l)
	l = open(t, db.Runtime, opts)
	if again = appended(t, l, r); !again.Repeated || l.Size() != 2 {
		t.Errorf("after a restart it was carried out twice: %d entries", l.Size())
	}
	if found, there, err := l.Recall(t.Context(), "form-1"); err != nil || !there || found.First != 0 || len(found.Entries) != 2 {
		t.Errorf("recalled is %v, %v, %v", found, there, err)
	}
	if _, there, err := l.Recall(t.Context(), "form-2"); err != nil || there {
		t.Errorf("a key that was never used is recalled: %v, %v", there, err)
	}
}

func TestAKeyIsForOneCommand(t *testing.T) {
	l, _, _ := site(t)
	appended(t, l, keyed("form-1", "perform step 4", draft("batch/B-1", "one")))
	if _, err := l.Append(t.Context(), keyed("form-1", "perform step 5", draft("batch/B-1", "one"))); !errors.Is(err, ledger.ErrKeyReused) {
		t.Errorf("the answer is %v", err)
	}
	appended(t, l, keyed("form-2", "perform step 5", draft("batch/B-1", "two")))
	if l.Size() != 2 {
		t.Errorf("%d entries were written", l.Size())
	}
}

func TestADoubleClickIsOneCommandAlsoWithinOneGroup(t *testing.T) {
	l, _, _ := site(t)
	amira := newPerson(t)
	for round := range 10 {
		stream := number("batch/%d", round)
		signed := amira.sign(audit.Head{}, draft(stream, "performed"))
		var (
			wg    sync.WaitGroup
			first atomic.Int64
		)
		for range 16 {
			wg.Go(func() {
				got, err := l.Append(t.Context(), keyed(string(stream), "perform", signed))
				if err != nil {
					t.Error(err)
					return
				}
				if !got.Repeated {
					first.Add(1)
				}
				if got.First != int64(round) || len(got.Entries) != 1 {
					t.Errorf("round %d: the answer is %d", round, got.First)
				}
			})
		}
		wg.Wait()
		if first.Load() != 1 || l.Size() != int64(round)+1 {
			t.Fatalf("round %d: carried out %d times, %d entries", round, first.Load(), l.Size())
		}
	}
}

func TestAFailedCommandLeavesItsKeyFree(t *testing.T) {
	l, _, _ := site(t)
	r := keyed("form-1", "perform", draft("batch/B-1", "one"))
	r.Conditions = []audit.Condition{at("lot/9", 1)}
	var moved *ledger.Moved
	if _, err := l.Append(t.Context(), r); !errors.As(err, &moved) {
		t.Fatalf("the answer is %v", err)
	}
	appended(t, l, one(draft("lot/9", "received")))
	if got := appended(t, l, r); got.Repeated {
		t.Error("a command that was refused is remembered as carried out")
	}
}
