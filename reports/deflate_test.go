package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatIsCompressedExpandsToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var data []byte
		for range rapid.IntRange(0, 40).Draw(t, "pieces") {
			piece := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "piece")
			data = append(data, bytes.Repeat(piece, rapid.IntRange(1, 60).Draw(t, "times"))...)
		}
		got, err := inflate(deflate(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Fatal("other bytes came back")
		}
	})
}

func TestEveryLengthAndDistanceComesBack(t *testing.T) {
	for n := range 700 {
		data := append(bytes.Repeat([]byte("ab"), n/2), bytes.Repeat([]byte{'c'}, n)...)
		data = append(data, bytes.Repeat([]byte("0123456789abcdef"), n*5)...)
		data = append(data, "abcc tail"...)
		if got, err := inflate(deflate(data), 1<<20); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d: %v", n, err)
		}
	}
}

// The compressor's bytes are pinned: records rendered by an older program must
// compare equal with those rendered by this one (PDF-06).
func TestTheCompressorNeverChanges(t *testing.T) {
	text := strings.Repeat("Draw up the volume shown. 12.0 mg / 2.4 mg/mL = 5.0 mL. ", 400)
	sum := sha256.Sum256(deflate([]byte(text)))
	const want = "0514c1209a16cd6fb8ec9f22027b0c56336b24e2e668cccc15293bcbbc6a8b7c"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the compressed bytes have become %s", got)
	}
}

func TestAStreamLargerThanItsLimitIsRefused(t *testing.T) {
	if _, err := inflate(deflate(make([]byte, 1001)), 1000); err == nil {
		t.Error("1001 bytes passed a limit of 1000")
	}
	if _, err := inflate(append(deflate([]byte("a")), 0), 1000); err == nil {
		t.Error("a byte after the stream passed")
	}
}
