package api

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// UPDATE=1 go test ./web/api writes the document anew.
func TestTheCommittedOpenAPIDocumentIsThisAPIs(t *testing.T) {
	const file = "../../docs/openapi.yaml"
	made, err := Description()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, made) {
		t.Error("docs/openapi.yaml is not the API's: run UPDATE=1 go test ./web/api")
	}
	for _, path := range []string{"/api/v1/batches/{id}/commands", "/api/v1/batches/{id}/signatures", "/api/v1/people", "/api/v1/protocols/signatures", "/api/v1/protocols/{name}/{version}/protocol.pdf", "/api/v1/log/verifications", "/api/v1/trace", "/api/v1/recalls/{id}"} {
		if !strings.Contains(string(made), path+":") {
			t.Errorf("the document has no %s", path)
		}
	}
}
