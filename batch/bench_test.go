package batch

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/protocol"
)

// BenchmarkCheckAt300Steps is the whole checker over the long protocol.
func BenchmarkCheckAt300Steps(b *testing.B) {
	text := longProtocol(b).Text
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := protocol.Parse("long.yaml", text); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

// longProtocol has three hundred steps, each with nine values that have limits;
// every tenth is critical and checked.
func longProtocol(tb testing.TB) *protocol.Protocol {
	tb.Helper()
	head, _, _ := strings.Cut(readText(tb, "short"), "\nsections:")
	var text strings.Builder
	text.WriteString(strings.Replace(head, "protocol: short", "protocol: long", 1))
	text.WriteString("\nsections:\n  - section: make\n    by: preparer\n    steps:\n")
	text.WriteString("      - step: match\n        do: Scan the patient, the vial and the cabinet.\n        checked by: checker\n        critical: yes\n        scan: [patient, vial, cabinet]\n")
	for i := range 299 {
		fmt.Fprintf(&text, "      - step: s%d\n        do: Weigh the parts.\n        enter:\n", i)
		for part := range 9 {
			fmt.Fprintf(&text, "          m%dp%d:\n            unit: g\n            places: 1\n            action outside: 1.0 to 9.0 g\n            otherwise: exception\n", i, part)
		}
		if i%10 == 0 {
			text.WriteString("        checked by: checker\n        critical: yes\n")
		}
	}
	text.WriteString("\nrelease:\n  - every critical step checked by another person\n")
	p, problems := protocol.Parse("long.yaml", []byte(text.String()))
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	return p
}

// longWorld makes a batch of the long protocol, of about three thousand
// entries, up to its last step.
func longWorld(tb testing.TB) *world {
	tb.Helper()
	w := newWorldOf(tb, longProtocol(tb))
	at := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, at)
	for i := range w.state.Steps[:len(w.state.Steps)-1] {
		st := w.state.Steps[i].Step
		for _, scan := range st.Scans {
			raw := "CODE-" + scan.Field
			if scan.Field == patientField {
				raw = w.open.Patient.Wristband
			}
			w.must("Asha", Scan{st.Name, scan.Field, raw}, at)
		}
		for _, in := range st.Inputs {
			w.must("Asha", Record{st.Name, in.Name, "5.0"}, at)
		}
		w.must("Asha", Perform{st.Name}, at)
		if st.CheckedBy != "" {
			w.must("Pia", Check{st.Name}, at)
		}
	}
	return w
}

func BenchmarkDecideAt300Steps(b *testing.B) {
	w := longWorld(b)
	f, at := w.factsOf("Asha"), day().Add(10*time.Hour)
	c := Record{"s298", "m298p0", "5.0"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decide(w.state, c, f, at); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFold3000Entries folds a long batch as a site's start does, as a site
// that keeps every state on the way would, and, to compare, only reads the
// payloads with the standard library, which is neither strict nor a fold.
func BenchmarkFold3000Entries(b *testing.B) {
	w := longWorld(b)
	b.Run("at once", func(b *testing.B) {
		measure(b, len(w.log), func() {
			folding := NewFolder(w.find).Resume(nil)
			for _, stored := range w.log {
				if err := folding.Add(stored, w.openings[stored.Index]); err != nil {
					b.Fatal(err)
				}
			}
			folding.State()
		})
	})
	b.Run("one by one", func(b *testing.B) {
		measure(b, len(w.log), func() {
			folding := NewFolder(w.find).Resume(nil)
			for _, stored := range w.log {
				if err := folding.Add(stored, w.openings[stored.Index]); err != nil {
					b.Fatal(err)
				}
				folding.State()
			}
		})
	})
	b.Run("unmarshal", func(b *testing.B) {
		types := map[audit.Kind]reflect.Type{}
		for _, zero := range events() {
			types[zero.Kind()] = reflect.TypeOf(zero)
		}
		measure(b, len(w.log), func() {
			for _, stored := range w.log {
				if err := json.Unmarshal(stored.Payload, reflect.New(types[stored.Kind]).Interface()); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// measure times something done to so many entries.
func measure(b *testing.B, entries int, do func()) {
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*entries), "ns/entry")
}

func BenchmarkReplay3000Entries(b *testing.B) {
	w := longWorld(b)
	measure(b, len(w.log), func() {
		if _, err := Replay(w.log, w.witnesses(false)); err != nil {
			b.Fatal(err)
		}
	})
}
