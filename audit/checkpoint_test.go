package audit

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

func TestACheckpointOpensWithItsSitesKeyAlone(t *testing.T) {
	key, err := NewSiteKey("ward.countersign", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err = LoadSiteKey(key.Secret())
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSiteKey("ward.countersign", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	want := Checkpoint{Origin: "ward.countersign", Size: 12, Root: Hash{7}, Time: time.Date(2026, 11, 20, 9, 0, 0, 5000, time.UTC)}
	signed, err := SignCheckpoint(key, want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCheckpoint(signed, key.Verifier()); err != nil || got != want {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := OpenCheckpoint(signed, other.Verifier()); err == nil {
		t.Error("another key of the same name opened it")
	}
	changed := strings.Replace(string(signed), "\n12\n", "\n13\n", 1)
	if _, err := OpenCheckpoint([]byte(changed), key.Verifier()); err == nil {
		t.Error("a changed size was taken")
	}
	if _, err := SignCheckpoint(key, Checkpoint{Origin: "elsewhere", Time: want.Time}); err == nil {
		t.Error("the key signed for another log")
	}
	if _, err := LoadSiteKey(strings.Split(key.Secret(), "\n")[0] + "\n" + other.Verifier()); err == nil {
		t.Error("halves of two keys were taken for one")
	}
}
