package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"countersign/audit"
	"countersign/audit/ledger"
)

func TestAnEntryGetsTheNextPlaceInTheLogAndInItsStream(t *testing.T) {
	l, _, _ := site(t)
	first := appended(t, l, one(draft("batch/B-1", "one")))
	second := appended(t, l, ledger.Request{Drafts: []audit.Draft{draft("lot/9", "two"), draft("batch/B-1", "three")}})
	if first.First != 0 || second.First != 1 || len(second.Entries) != 2 {
		t.Fatalf("places are %d, %d and %d entries", first.First, second.First, len(second.Entries))
	}
	last := second.Entries[1]
	if last.Index != 2 || last.Version != 2 || last.Previous != audit.LeafHash(first.Entries[0].Bytes) {
		t.Errorf("the third entry is %d, version %d", last.Index, last.Version)
	}
	stream, err := l.Stream(t.Context(), "batch/B-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(stream) != 2 || string(stream[1].Bytes) != string(last.Bytes) {
		t.Errorf("the stream has %d entries, or its second is not the one acknowledged", len(stream))
	}
	if head, err := l.StreamHead(t.Context(), "batch/B-1"); err != nil || head.Version != 2 || head.Hash != audit.LeafHash(last.Bytes) {
		t.Errorf("the stream stands at %v, %v", head, err)
	}
	if size, err := l.Head(t.Context()); err != nil || size != 3 {
		t.Errorf("the log has %d entries, %v", size, err)
	}
}

func TestAllConditionsHoldOrNothingIsWritten(t *testing.T) {
	l, _, _ := site(t)
	appended(t, l, one(draft("lot/9", "received")))
	r := one(draft("batch/B-1", "used"))
	r.Conditions = []audit.Condition{at("batch/B-1", 0), at("lot/9", 3), at("equipment/2", 1)}
	_, err := l.Append(t.Context(), r)
	var moved *ledger.Moved
	if !errors.As(err, &moved) {
		t.Fatalf("the answer is %v", err)
	}
	want := []audit.Condition{at("lot/9", 1), at("equipment/2", 0)}
	if len(moved.Streams) != 2 || moved.Streams[0] != want[0] || moved.Streams[1] != want[1] {
		t.Errorf("moved are %v", moved.Streams)
	}
	if l.Size() != 1 {
		t.Errorf("%d entries were written", l.Size())
	}
	r.Conditions = []audit.Condition{at("batch/B-1", 0), at("lot/9", 1)}
	appended(t, l, r)
}

func TestOfTwoPeopleAtOnceOneIsAcceptedAndTheOtherHears(t *testing.T) {
	l, _, _ := site(t)
	amira, ben := newPerson(t), newPerson(t)
	for round := range 20 {
		stream := number("batch/%d", round)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []person{amira, ben} {
			d := who.sign(audit.Head{}, draft(stream, "performed"))
			wg.Go(func() {
				_, errs[i] = l.Append(t.Context(), ledger.Request{Drafts: []audit.Draft{d}, Conditions: []audit.Condition{at(stream, 0)}})
			})
		}
		wg.Wait()
		var moved *ledger.Moved
		switch {
		case errs[0] == nil && errors.As(errs[1], &moved), errs[1] == nil && errors.As(errs[0], &moved):
			if moved.Streams[0] != at(stream, 1) {
				t.Errorf("the slower one is told %v", moved)
			}
		default:
			t.Fatalf("the answers are %v and %v", errs[0], errs[1])
		}
	}
}

func TestASignatureThatDoesNotHoldIsRefused(t *testing.T) {
	l, _, _ := site(t)
	amira := newPerson(t)
	good := amira.sign(audit.Head{}, draft("batch/B-1", "5 mL"))
	bad := good
	bad.Payload = []byte(`{"text":"6 mL"}`)
	var refused *ledger.Invalid
	if _, err := l.Append(t.Context(), one(bad)); !errors.As(err, &refused) || refused.Code != "signature-does-not-hold" {
		t.Errorf("an altered payload is answered with %v", err)
	}
	appended(t, l, one(good))
	if _, err := l.Append(t.Context(), one(good)); !errors.As(err, &refused) || refused.Code != "signature-does-not-hold" {
		t.Errorf("a signature given for another place is answered with %v", err)
	}
	later := amira.sign(audit.Head{}, draft("batch/B-2", "x"))
	if _, err := l.Append(t.Context(), ledger.Request{Drafts: []audit.Draft{draft("batch/B-2", "y"), later}}); !errors.As(err, &refused) || refused.Code != "signature-not-first" {
		t.Errorf("a signature on a stream's second entry is answered with %v", err)
	}
}

func TestWhatTheLogCannotHoldIsRefusedAndDisturbsNobody(t *testing.T) {
	l, _, _ := site(t)
	nul, latin, long := draft("batch/B-1", "x"), draft("batch/B-1", "x"), draft("batch/B-1", "x")
	nul.Stream = "batch/\x00"
	latin.Kind = "kind\xff"
	long.Stream = audit.StreamID(strings.Repeat("a", ledger.MaxName+1))
	notJSON, sealedTwice, sealedNUL := draft("batch/B-1", "x"), draft("batch/B-1", "x"), draft("batch/B-1", "x")
	notJSON.Payload = []byte(`{"a":`)
	sealedTwice.Sealed = []audit.SealedMember{{Name: "patient", Value: "a"}, {Name: "patient", Value: "b"}}
	sealedNUL.Sealed = []audit.SealedMember{{Name: "patient", Value: "a\x00"}}
	var wg sync.WaitGroup
	for _, d := range []audit.Draft{nul, latin, long, notJSON, sealedTwice, sealedNUL} {
		wg.Go(func() {
			var refused *ledger.Invalid
			if _, err := l.Append(t.Context(), one(d)); !errors.As(err, &refused) {
				t.Errorf("%q: the answer is %v", d.Stream, err)
			}
		})
		wg.Go(func() { appended(t, l, one(draft("batch/B-2", "fine"))) })
	}
	wg.Wait()
	if _, err := l.Append(t.Context(), ledger.Request{}); err == nil {
		t.Error("a request without entries was accepted")
	}
	if l.Size() != 6 {
		t.Errorf("%d entries were written", l.Size())
	}
}

func TestSubscribersHearTheLatestSize(t *testing.T) {
	l, _, _ := site(t)
	sizes, cancel := l.Subscribe()
	for range 5 {
		appended(t, l, one(draft("batch/B-1", "x")))
	}
	for size := range sizes {
		if size == 5 {
			break
		}
	}
	cancel()
	if _, open := <-sizes; open {
		t.Error("the channel stays open after the cancellation")
	}
	appended(t, l, one(draft("batch/B-1", "x")))
}
