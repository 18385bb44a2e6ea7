package trace

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// years writes the history of a busy site into feed: ten thousand batches of a
// hundred entries each, two thousand lots, sixty machines, eighty people and
// five thousand patients. One donation in five is pooled into a lot that was
// made here; one delivery in ten is split and pooled with others.
func years(tb testing.TB, feed func(e audit.Stored, openings map[string]string)) (entries int64) {
	const batches, each = 10_000, 100
	w := newWorld(tb)
	w.feed = feed
	lots := 0
	lot := func(number, donation string) {
		lots++
		w.lot(fmt.Sprintf("L-%04d", lots), number, donation, fmt.Sprintf("CODE-%d", lots))
	}
	for range 10 {
		lot("first", "=A0")
	}
	for i := range batches {
		id := fmt.Sprintf("B-2026-%05d", i)
		if i%5 == 0 {
			number := fmt.Sprintf("N-%d", i/20)
			if i%25 == 0 && i > 0 {
				number = fmt.Sprintf("B-2026-%05d", i-1)
			}
			lot(number, fmt.Sprintf("=A%d", i/10))
			if i%50 == 0 { // a split, and a pool of the part with others
				from := []register.Source{{Lot: fmt.Sprintf("L-%04d", lots+1), Amount: "1"}}
				for k := range 4 {
					from = append(from, register.Source{Lot: fmt.Sprintf("L-%04d", lots-k), Amount: "1"})
				}
				w.part(from[0].Lot, fmt.Sprintf("L-%04d", lots))
				pooled := register.LotPooled{Material: "vial", Code: "POOL-" + id, Number: "POOL-" + id, Quantity: "5", Donations: []string{}, From: from}
				for _, source := range from[1:] {
					pooled.Donations = append(pooled.Donations, w.donations[source.Lot]...)
				}
				lots += 2
				w.donations[fmt.Sprintf("L-%04d", lots)], w.numbers[fmt.Sprintf("L-%04d", lots)] = pooled.Donations, pooled.Number
				w.note(register.LotStream(fmt.Sprintf("L-%04d", lots)), pooled)
			}
		}
		uses := []string{fmt.Sprintf("equipment/E-%04d", i%60), fmt.Sprintf("equipment/E-%04d", (i+7)%60)}
		for k := range 6 {
			uses = append(uses, fmt.Sprintf("lot/L-%04d", lots-k))
		}
		w.open(id, fmt.Sprintf("p-%d", i%80), fmt.Sprintf("%010d", i%5000), uses...)
		for k := range 6 {
			w.note(register.StockStream(fmt.Sprintf("L-%04d", lots-k)), register.StockTaken{Batch: id, Item: "vial", Amount: "1"})
		}
		w.note(register.LogbookStream(fmt.Sprintf("E-%04d", i%60)), register.EquipmentTaken{Batch: id, Item: "cabinet"})
		for k := range each - 10 {
			person := fmt.Sprintf("p-%d", (i+k%6)%80)
			switch k % 4 {
			case 0:
				w.entry(batch.Stream(id), "batch.step_performed", 1, person, "performed", nil, nil)
			case 1:
				w.entry(batch.Stream(id), "batch.step_checked", 1, person, "verified", nil, nil)
			default:
				w.entry(batch.Stream(id), "batch.value_recorded", 1, person, "", nil, nil)
			}
		}
		w.note(register.LogbookStream(fmt.Sprintf("E-%04d", i%60)), register.EquipmentFreed{Batch: id, Item: "cabinet"})
		w.entry(batch.Stream(id), "batch.certified", 1, fmt.Sprintf("p-%d", (i+9)%80), "certified", nil, nil)
	}
	return w.index
}

// BenchmarkTraceOverAMillionEntries measures a question, both ways, over ten
// thousand batches and a million entries (issue: in under a second), and what
// the index takes to build and to hold.
func BenchmarkTraceOverAMillionEntries(b *testing.B) {
	var before, after runtime.MemStats
	x := New()
	var building time.Duration
	runtime.GC()
	runtime.ReadMemStats(&before)
	entries := years(b, func(e audit.Stored, openings map[string]string) {
		start := time.Now()
		if err := x.Add(e, openings); err != nil {
			b.Fatal(err)
		}
		building += time.Since(start)
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	for _, c := range []struct {
		name string
		ask  func() int
	}{
		{"lot", func() int { return len(x.Where(Ref{Lot, "L-0500"}, Span{}).Uses) }},
		{"first donation, through everything made of it", func() int { return len(x.Where(Ref{Donation, "=A0"}, Span{}).Uses) }},
		{"maker's number", func() int { return len(x.Where(Ref{Number, "N-100"}, Span{}).Uses) }},
		{"person", func() int { return len(x.Where(Ref{Person, "p-7"}, Span{}).Uses) }},
		{"machine", func() int { return len(x.Where(Ref{Equipment, "E-0007"}, Span{}).Uses) }},
		{"patient", func() int { return len(x.Where(Ref{Patient, "0000000007"}, Span{}).Uses) }},
		{"site", func() int { return len(x.Where(Ref{Site, "The Royal, unit 1"}, Span{}).Uses) }},
		{"batch, back to everything", func() int { return len(x.From("B-2026-09999")) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			uses := 0
			for b.Loop() {
				uses = c.ask()
			}
			if per := b.Elapsed() / time.Duration(b.N); per > time.Second {
				b.Errorf("it takes %s, and a second is allowed", per)
			}
			b.ReportMetric(float64(uses), "uses")
			b.ReportMetric(float64(entries), "entries")
			b.ReportMetric(float64(building.Nanoseconds())/float64(entries), "ns/entry-built")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		})
	}
	runtime.KeepAlive(x)
}
