package register

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAGatewayNeedsNothingButOpenssl (EXE-13): key, interface and signature as
// docs/devices.md has them, by somebody else's program.
func TestAGatewayNeedsNothingButOpenssl(t *testing.T) {
	s := newShelf(t)
	g := &gateway{s: s}
	dir := t.TempDir()
	openssl := func(args ...string) []byte {
		t.Helper()
		command := exec.CommandContext(t.Context(), "openssl", args...)
		command.Dir = dir
		said, err := command.Output()
		if err != nil {
			t.Fatalf("openssl %v: %v", args, err)
		}
		return said
	}
	openssl("genpkey", "-algorithm", "ed25519", "-out", "gateway.key")
	s.must("Helen", ListEquipment{Kind: "balance", Title: "Balance 3", Code: "BAL-3", Firmware: "2.1"})
	s.must("Helen", AcceptInterface{
		Equipment: "BAL-3", Measures: []Measure{{"mass", "g"}}, Tolerance: "2 min", Document: "validation report 12",
		Key: string(openssl("pkey", "-in", "gateway.key", "-pubout")),
	})
	message := g.says(nil)
	if err := os.WriteFile(filepath.Join(dir, "message.json"), []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	signature := base64.StdEncoding.EncodeToString(openssl("pkeyutl", "-sign", "-rawin", "-inkey", "gateway.key", "-in", "message.json"))
	if got, err := g.send(message, signature); err != nil || got.Words() != "mass 12.31 g" {
		t.Fatalf("%+v, %v", got, err)
	}
}
