package reports

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"math/bits"
)

// deflate compresses to a zlib stream (RFC 1950, RFC 1951) with a method that
// never changes: one block of fixed codes, matches from one hash table, no
// look-ahead. The standard library's compressor is better and free to change
// between releases; a record must come out in the same bytes for as long as
// records are kept (PDF-06). Change nothing here without a new layout number.
func deflate(data []byte) []byte {
	w := newBitWriter(len(data)/2 + 64)
	w.out = append(w.out, 0x78, 0x01)
	w.bits(1, 1) // last block
	w.bits(1, 2) // fixed codes
	var table [1 << hashBits]int32
	for i := range table {
		table[i] = -windowSize - 1
	}
	for i := 0; i < len(data); {
		length, distance := 0, 0
		if i+minMatch <= len(data) {
			word := binary.LittleEndian.Uint32(data[i:])
			slot := word * 0x9E3779B1 >> (32 - hashBits)
			from := int(table[slot])
			table[slot] = int32(i)
			if from >= 0 && i-from <= windowSize && binary.LittleEndian.Uint32(data[from:]) == word {
				length, distance = matchLength(data, from, i), i-from
			}
		}
		if length == 0 {
			w.literal(int(data[i]))
			i++
			continue
		}
		w.match(length, distance)
		for end := i + length; i < end; i++ {
			if i&3 == 0 && i+minMatch <= len(data) {
				table[binary.LittleEndian.Uint32(data[i:])*0x9E3779B1>>(32-hashBits)] = int32(i)
			}
		}
	}
	w.literal(256)
	w.flush()
	return binary.BigEndian.AppendUint32(w.out, adler32.Checksum(data))
}

const (
	hashBits   = 14
	windowSize = 32768
	minMatch   = 4
	maxMatch   = 258
)

func matchLength(data []byte, from, at int) int {
	n := minMatch
	for n < maxMatch && at+n < len(data) && data[from+n] == data[at+n] {
		n++
	}
	return n
}

// bitWriter packs codes as RFC 1951 wants them: numbers from their lowest bit,
// Huffman codes from their highest.
type bitWriter struct {
	out   []byte
	hold  uint64
	count uint
	fixed [288]fixedCode
}

// fixedCode is the code of a literal, the end of the block (256) or a length,
// with its bits already turned round.
type fixedCode struct {
	bits uint32
	n    uint
}

func newBitWriter(room int) *bitWriter {
	w := &bitWriter{out: make([]byte, 0, room)}
	for symbol := range w.fixed {
		var code uint32
		var n uint
		switch s := uint32(symbol); {
		case s < 144:
			code, n = 0x30+s, 8
		case s < 256:
			code, n = 0x190+s-144, 9
		case s < 280:
			code, n = s-256, 7
		default:
			code, n = 0xC0+s-280, 8
		}
		w.fixed[symbol] = fixedCode{bits.Reverse32(code) >> (32 - n), n}
	}
	return w
}

func (w *bitWriter) bits(value uint32, n uint) {
	w.hold |= uint64(value) << w.count
	if w.count += n; w.count >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.hold))
		w.hold >>= 32
		w.count -= 32
	}
}

func (w *bitWriter) code(value uint32, n uint) { w.bits(bits.Reverse32(value)>>(32-n), n) }

func (w *bitWriter) flush() {
	for ; w.count > 0; w.count -= min(w.count, 8) {
		w.out = append(w.out, byte(w.hold))
		w.hold >>= 8
	}
}

func (w *bitWriter) literal(symbol int) {
	c := &w.fixed[symbol]
	w.bits(c.bits, c.n)
}

// match writes a length from 4 to 258 and a distance from 1 to 32768.
func (w *bitWriter) match(length, distance int) {
	switch {
	case length == maxMatch:
		w.literal(285)
	case length < 11:
		w.literal(254 + length)
	default:
		l := uint32(length - 3)
		extra := uint(bits.Len32(l) - 3)
		w.literal(int(257 + 4*uint32(extra) + l>>extra))
		w.bits(l&(1<<extra-1), extra)
	}
	d := uint32(distance - 1)
	if d < 4 {
		w.code(d, 5)
		return
	}
	extra := uint(bits.Len32(d) - 2)
	w.code(2*uint32(extra)+d>>extra, 5)
	w.bits(d&(1<<extra-1), extra)
}

// inflate expands a zlib stream of at most limit bytes and refuses anything
// that follows it.
func inflate(data []byte, limit int64) ([]byte, error) {
	source := bytes.NewReader(data)
	reader, err := zlib.NewReader(source)
	if err != nil {
		return nil, fmt.Errorf("expand stream: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(reader, limit+1))
	if err != nil {
		return nil, fmt.Errorf("expand stream: %w", err)
	}
	if int64(len(out)) > limit {
		return nil, errors.New("expand stream: it is too large")
	}
	if source.Len() != 0 {
		return nil, errors.New("expand stream: something follows it")
	}
	return out, nil
}
