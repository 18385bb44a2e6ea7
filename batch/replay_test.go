package batch

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/audit"
)

type change struct {
	name string
	do   func(log []audit.Stored, place int) ([]audit.Stored, bool)
}

// changes are ways to falsify a history. Each keeps its bytes and hashes in
// step, so that only the rules can tell.
func changes() []change {
	edit := func(how func(e *audit.Entry) bool) func([]audit.Stored, int) ([]audit.Stored, bool) {
		return func(log []audit.Stored, place int) ([]audit.Stored, bool) {
			entry := log[place].Entry
			entry.Signatures = slices.Clone(entry.Signatures)
			if !how(&entry) {
				return nil, false
			}
			changed := slices.Clone(log)
			changed[place].Entry = entry
			return rehashed(changed)
		}
	}
	return []change{
		{"leaving out", func(log []audit.Stored, place int) ([]audit.Stored, bool) {
			// A remark, a refused attempt, the last act or a move that led to nothing can be left out
			// without the rules noticing; the log's own chain sees to those.
			if kind := log[place].Kind; kind != kindOpened && kind != kindPerformed && kind != kindScan || led(log, place) {
				return nil, false
			}
			return rehashed(slices.Delete(slices.Clone(log), place, place+1))
		}},
		{"another actor", edit(func(e *audit.Entry) bool { e.Actor = "p-77"; return true })},
		{"another kind", edit(func(e *audit.Entry) bool {
			e.Kind = map[audit.Kind]audit.Kind{kindScan: kindWrongScan, kindRejected: kindAborted, kindAborted: kindRejected}[e.Kind]
			return e.Kind != ""
		})},
		{"another signer's name", edit(func(e *audit.Entry) bool {
			if len(e.Signatures) == 0 {
				return false
			}
			e.Signatures[0].Name = "Somebody Else"
			return true
		})},
		{"something else shown", edit(func(e *audit.Entry) bool {
			if len(e.Signatures) == 0 {
				return false
			}
			e.Signatures[0].Shown = append(slices.Clone(e.Signatures[0].Shown), "And more.")
			return true
		})},
		{"no signature", edit(func(e *audit.Entry) bool {
			had := len(e.Signatures) > 0
			e.Signatures = nil
			return had
		})},
		{"a value without its exception", func(log []audit.Stored, place int) ([]audit.Stored, bool) {
			if log[place].Kind != kindRaised || bytes.Contains(log[place].Payload, []byte("raised by hand")) {
				return nil, false
			}
			if bytes.Contains(log[place].Payload, []byte(`"class":"`+clockClass+`"`)) {
				return nil, false // how the clock was is told by nothing else in a record
			}
			return rehashed(slices.Delete(slices.Clone(log), place, place+1))
		}},
		{"a step that does not exist", edit(func(e *audit.Entry) bool {
			changed := bytes.Replace(e.Payload, []byte(`"step":"m`), []byte(`"step":"n`), 1)
			same := bytes.Equal(changed, e.Payload)
			e.Payload = changed
			return !same && e.Kind != kindRefused
		})},
		{"a verdict that was not", edit(func(e *audit.Entry) bool {
			changed := bytes.Replace(e.Payload, []byte(`"level":"action"`), []byte(`"level":""`), 1)
			same := bytes.Equal(changed, e.Payload)
			e.Payload = changed
			return !same
		})},
		{"a refusal for another reason", edit(func(e *audit.Entry) bool {
			changed := bytes.Replace(e.Payload, []byte(`"code":"`), []byte(`"code":"not_`), 1)
			e.Payload = changed
			return e.Kind == kindRefused
		})},
	}
}

// led says that nothing after an entry leans on it: it is the last of its step.
func led(log []audit.Stored, place int) bool { return place > 0 && place > len(log)-6 }

// rehashed numbers the entries anew and brings bytes and chain into step.
func rehashed(log []audit.Stored) ([]audit.Stored, bool) {
	for i := range log {
		entry := log[i].Entry
		entry.Version, entry.Previous = int64(i+1), audit.Hash{}
		if i > 0 {
			entry.Previous = audit.LeafHash(log[i-1].Bytes)
		}
		raw, err := audit.Encode(entry)
		if err != nil {
			return nil, false
		}
		log[i] = audit.Stored{Entry: entry, Bytes: raw}
	}
	return log, true
}

// TestAMaskedRecordReplaysAndSaysWhatItCannotTell (PDF-09, design: sealed
// members).
func TestAMaskedRecordReplaysAndSaysWhatItCannotTell(t *testing.T) {
	w := newWorld(t, "short")
	at := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
	w.must("Asha", Perform{"clearance"}, at)
	w.must("Asha", Scan{"match", "patient", "9990000026"}, at)
	replayed, err := Replay(w.log, w.witnesses(true))
	if err != nil {
		t.Fatal(err)
	}
	if !replayed.State.Masked || replayed.State.Patient.Name != "" || len(replayed.Unchecked) != 2 {
		t.Errorf("masked %v, name %q, unchecked %q", replayed.State.Masked, replayed.State.Patient.Name, replayed.Unchecked)
	}
}

// TestNoEntryShowsThePatient: what identifies the patient is nowhere in the
// bytes of an entry, not in a refusal, a scan or what a signer was shown.
func TestNoEntryShowsThePatient(t *testing.T) {
	w := newWorld(t, "short")
	at := day().Add(9 * time.Hour)
	if err := w.do("Asha", w.open, at); err == nil {
		t.Fatal("a technician opened a batch")
	}
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
	w.must("Asha", Perform{"clearance"}, at)
	if err := w.do("Asha", Scan{"mix", "patient", "9990000018"}, at); err == nil {
		t.Fatal("a scan out of order was taken")
	}
	w.must("Asha", Scan{"match", "patient", "9990000018"}, at)
	w.must("Asha", Perform{"match"}, at)
	for _, stored := range w.log {
		for _, secret := range []string{"EXAMPLE", "Robin", "2019-03-01", "999 000 0018", "9990000018"} {
			if strings.Contains(string(stored.Bytes), secret) {
				t.Errorf("entry %d (%s) shows %q", stored.Index, stored.Kind, secret)
			}
		}
	}
}

// TestReplayNoticesEveryChangedMember changes each member of each payload of a
// whole batch, one at a time, with all hashes brought into step. Where a person
// was free to say it, as in a note, the next signature gives it away: its sheet
// showed the hash of the entry before.
func TestReplayNoticesEveryChangedMember(t *testing.T) {
	w := newWorld(t, "short")
	at := day().Add(9 * time.Hour)
	minute := func() time.Time { at = at.Add(time.Minute); return at }
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-vial"}, minute())
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, minute())
	w.must("Asha", Perform{"clearance"}, minute())
	if err := w.do("Asha", Perform{"mix"}, minute()); err == nil {
		t.Fatal("a step was done out of order")
	}
	w.must("Asha", Scan{"match", "patient", "9990000018"}, minute())
	w.must("Asha", Perform{"match"}, minute())
	w.must("Pia", Check{"match"}, minute())
	w.must("Asha", Move{"vial", "out"}, minute())
	w.must("Asha", Scan{"mix", "vial", "CODE-vial"}, minute())
	w.must("Asha", Begin{"mix"}, minute())
	at = at.Add(5 * time.Minute)
	w.must("Asha", Perform{"mix"}, at)
	w.must("Asha", Record{"test", "pH", "5.5"}, minute())
	w.must("Asha", Record{"test", "protein", "0.10"}, minute())
	w.must("Asha", Record{"test", "colour", "clear"}, minute())
	w.must("Asha", Note{"test", "The meter was warmed up."}, minute())
	w.must("Asha", Correct{"test", "pH", "5.6", "Read from the wrong line."}, minute())
	w.must("Pia", ConfirmCorrection{"test", 1}, minute())
	w.must("Asha", Raise{Step: "test", Text: "The meter beeped.", Blocks: false}, minute())
	w.must("Asha", Perform{"test"}, minute())
	w.must("Pia", Check{"test"}, minute())
	for _, ex := range w.state.OpenExceptions() {
		w.must("Quinn", Resolve{ex.Number, true, "Explained."}, minute())
	}
	w.must("Asha", Record{"draw up", "drawn", "1.5"}, minute())
	w.must("Asha", Perform{"draw up"}, minute())
	w.must("Pia", Check{"draw up"}, minute())
	w.must("Asha", Record{"rest", "density", "1.00"}, minute())
	w.must("Asha", Perform{"rest"}, minute())
	w.must("Paul", Review{"All seen."}, minute())
	w.must("Quinn", Certify{Statement: "It meets its specification.", Place: "The Royal", Where: AtSite}, minute())
	w.holds()
	tried := 0
	for place, stored := range w.log {
		var payload map[string]any
		if err := json.Unmarshal(stored.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		each(payload, "", func(name string) {
			tried++
			raw, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			entry := stored.Entry
			if entry.Payload, err = audit.CanonicalJSON(raw); err != nil {
				t.Fatal(err)
			}
			history := slices.Clone(w.log)
			history[place].Entry = entry
			history, ok := rehashed(history)
			if !ok {
				return
			}
			if _, err = Replay(history, w.witnesses(false)); err == nil {
				t.Errorf("entry %d: another %s in %s went unnoticed", place, name, stored.Kind)
			}
		})
	}
	if tried < 200 {
		t.Errorf("only %d members were changed", tried)
	}
}

// each changes every leaf of a JSON value in turn, and puts it back.
func each(value any, name string, try func(name string)) {
	visit := func(key string, old any, set func(any)) {
		switch old := old.(type) {
		case string:
			set(old + "x")
		case float64:
			set(old + 1)
		case bool:
			set(!old)
		default:
			each(old, strings.TrimSpace(name+" "+key), try)
			return
		}
		try(strings.TrimSpace(name + " " + key))
		set(old)
	}
	switch value := value.(type) {
	case map[string]any:
		for key, old := range value {
			visit(key, old, func(changed any) { value[key] = changed })
		}
	case []any:
		for i, old := range value {
			visit("", old, func(changed any) { value[i] = changed })
		}
	}
}
