package ledger_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/postgres"
	"countersign/postgres/pgtest"
)

// payload makes an entry's bytes about 500 bytes without its signature.
func payload() []byte {
	return []byte(`{"text":"` + strings.Repeat("a measured value and its unit, ", 3) + `"}`)
}

// BenchmarkAppend measures durable signed appends beside plain single-row inserts into a table with a key, on the same
// server, which waits for its disk, at the same number of callers. Rounds of all series alternate, and the median counts,
// because disks and neighbours change from second to second.
//
// Each append carries one Ed25519 signature that its caller makes and the ledger verifies, a condition on its stream and
// an idempotency key; the unsigned series leaves the signature out, and so shows the log's own cost. A plain insert signs
// nothing, proves nothing, and carries 500 bytes: once as database/sql does it by default (the server parses each time),
// and once prepared.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 8, 32, 128} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) { compare(b, callers) })
	}
}

func compare(b *testing.B, callers int) {
	db := pgtest.NewDurable(b, ledger.Migrations())
	opts := options(b)
	if err := ledger.Create(b.Context(), db.Runtime, opts); err != nil {
		b.Fatal(err)
	}
	l := open(b, db.Runtime, opts)
	plain, err := postgres.Open(b.Context(), db.SuperDSN, postgres.Options{MaxConnections: callers})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = plain.Close() }()
	if _, err := plain.ExecContext(b.Context(), `CREATE TABLE plain (id bigserial PRIMARY KEY, stream text NOT NULL, bytes bytea NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	prepared, err := plain.PreparexContext(b.Context(), insertPlainRow)
	if err != nil {
		b.Fatal(err)
	}
	signers := make([]*signer, callers)
	for i := range signers {
		signers[i] = &signer{person: newPerson(b), stream: number("batch/B-%d", i), payload: payload()}
	}
	row := []byte(strings.Repeat("x", 500))

	var signed, unsigned, raw, rawPrepared measured
	const window = 400 * time.Millisecond
	round := 0
	for b.Loop() {
		round++
		signed.run(b, callers, window, func(ctx context.Context, caller int) error { return signers[caller].append(ctx, l) })
		unsigned.run(b, callers, window, func(ctx context.Context, caller int) error { return signers[caller].appendUnsigned(ctx, l) })
		raw.run(b, callers, window, func(ctx context.Context, caller int) error {
			_, err := plain.ExecContext(ctx, insertPlainRow, signers[caller].stream, row)
			return err
		})
		rawPrepared.run(b, callers, window, func(ctx context.Context, caller int) error {
			return insertPrepared(ctx, prepared, signers[caller].stream, row)
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(signed.rate(), "signed/s")
	b.ReportMetric(unsigned.rate(), "unsigned/s")
	b.ReportMetric(raw.rate(), "plain/s")
	b.ReportMetric(rawPrepared.rate(), "prepared/s")
	b.ReportMetric(signed.rate()/raw.rate(), "x-plain")
	b.ReportMetric(signed.rate()/rawPrepared.rate(), "x-prepared")
	b.ReportMetric(unsigned.rate()/raw.rate(), "unsigned-x-plain")
	b.ReportMetric(signed.quantile(0.50), "p50-ms")
	b.ReportMetric(signed.quantile(0.99), "p99-ms")
	b.ReportMetric(raw.quantile(0.50), "plain-p50-ms")
	b.ReportMetric(raw.quantile(0.99), "plain-p99-ms")
}

const insertPlainRow = `INSERT INTO plain (stream, bytes) VALUES ($1, $2)`

func insertPrepared(ctx context.Context, s *sqlx.Stmt, stream audit.StreamID, row []byte) error {
	_, err := s.ExecContext(ctx, stream, row)
	return err
}

// signer is one caller with a stream of its own.
type signer struct {
	person
	stream  audit.StreamID
	payload []byte
	head    audit.Head
}

func (s *signer) append(ctx context.Context, l *ledger.Ledger) error {
	return s.write(ctx, l, s.sign(s.head, s.draft()))
}

// appendUnsigned does the same without the two signature operations, some 85 µs: what is left is the log's own cost.
func (s *signer) appendUnsigned(ctx context.Context, l *ledger.Ledger) error {
	return s.write(ctx, l, s.draft())
}

func (s *signer) draft() audit.Draft {
	return audit.Draft{
		Stream: s.stream, Kind: "batch.step_performed", KindVersion: 1, Time: epoch(), Actor: "p-1", Payload: s.payload,
	}
}

func (s *signer) write(ctx context.Context, l *ledger.Ledger, d audit.Draft) error {
	var nonce audit.Nonce
	_, _ = rand.Read(nonce[:])
	got, err := l.Append(ctx, ledger.Request{
		Key: nonce.String(), Conditions: []audit.Condition{at(s.stream, s.head.Version)}, Drafts: []audit.Draft{d},
	})
	if err != nil {
		return err
	}
	s.head = audit.Head{Version: got.Entries[0].Version, Hash: audit.LeafHash(got.Entries[0].Bytes)}
	return nil
}

// measured gathers rounds of one kind of work.
type measured struct {
	rates []float64
	waits []time.Duration
}

func (m *measured) run(b *testing.B, callers int, window time.Duration, work func(ctx context.Context, caller int) error) {
	b.Helper()
	var (
		wg    sync.WaitGroup
		count atomic.Int64
		mu    sync.Mutex
	)
	start := time.Now()
	for caller := range callers {
		wg.Go(func() {
			var waits []time.Duration
			for time.Since(start) < window {
				begun := time.Now()
				if err := work(context.Background(), caller); err != nil {
					b.Error(err)
					return
				}
				waits = append(waits, time.Since(begun))
				count.Add(1)
			}
			mu.Lock()
			m.waits = append(m.waits, waits...)
			mu.Unlock()
		})
	}
	wg.Wait()
	m.rates = append(m.rates, float64(count.Load())/time.Since(start).Seconds())
}

func (m *measured) rate() float64 {
	slices.Sort(m.rates)
	return m.rates[len(m.rates)/2]
}

func (m *measured) quantile(q float64) float64 {
	slices.Sort(m.waits)
	return float64(m.waits[int(q*float64(len(m.waits)-1))].Microseconds()) / 1000
}

// BenchmarkVerify measures how fast the whole live log is verified: entries of 500 bytes with one signature each.
func BenchmarkVerify(b *testing.B) {
	const size = 8192
	db, opts := pgtest.New(b, ledger.Migrations()), options(b)
	if err := ledger.Create(b.Context(), db.Runtime, opts); err != nil {
		b.Fatal(err)
	}
	l := open(b, db.Runtime, opts)
	var wg sync.WaitGroup
	for i := range 64 {
		s := &signer{person: newPerson(b), stream: number("batch/B-%d", i), payload: payload()}
		wg.Go(func() {
			for range size / 64 {
				if err := s.append(b.Context(), l); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	start := time.Now()
	n := 0
	for b.Loop() {
		report, err := l.Verify(b.Context(), nil)
		if err != nil || report.First != nil || report.Entries != size || report.Signatures != size {
			b.Fatalf("%+v, %v", report, err)
		}
		n++
	}
	b.ReportMetric(float64(n)*size/time.Since(start).Seconds(), "entries/s")
}
