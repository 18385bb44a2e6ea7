package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"countersign/audit"
)

// companion is the head of the attached data: what the pages were made from
// beside the bundle.
type companion struct {
	Record      string `json:"record"` // companionKind or masterKind
	Layout      int    `json:"layout"`
	Software    string `json:"software"`
	Batch       string `json:"batch,omitempty"`
	Protocol    string `json:"protocol,omitempty"` // of the print of a protocol
	Version     int    `json:"version,omitempty"`
	GeneratedBy string `json:"generated_by"`
}

// The kinds of attached data.
const (
	companionKind = "countersign/record/v1"
	masterKind    = "countersign/protocol/v1"
)

// bundleMember leads over from the head to the bundle, whose bytes stand as
// audit wrote them.
const bundleMember = `,"bundle":`

// encode writes the attached data: one JSON object.
func (c companion) encode(bundle []byte) ([]byte, error) {
	head, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode data: %w", err)
	}
	out := bytes.NewBuffer(make([]byte, 0, len(head)+len(bundle)+16))
	out.Write(head[:len(head)-1])
	out.WriteString(bundleMember)
	out.Write(bundle)
	out.WriteString("}\n")
	return out.Bytes(), nil
}

// decodeCompanion reads what encode wrote, and nothing else.
func decodeCompanion(data []byte) (companion, audit.Bundle, error) {
	var whole struct {
		companion
		Bundle json.RawMessage `json:"bundle"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&whole); err != nil {
		return companion{}, audit.Bundle{}, errors.New("the attached data are not those of a batch record")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return companion{}, audit.Bundle{}, errors.New("something follows the attached data")
	}
	c := whole.companion
	switch {
	case c.Record != companionKind && c.Record != masterKind:
		return c, audit.Bundle{}, fmt.Errorf("attached data of the kind %q are not known here", c.Record)
	case (c.Record == companionKind) != (c.Batch != "") || (c.Record == masterKind) != (c.Protocol != ""):
		return c, audit.Bundle{}, errors.New("the attached data do not say what they are of")
	}
	// The decoder stops at the bundle's last brace; audit ends its line.
	bundle, err := audit.DecodeBundle(append(whole.Bundle, '\n'))
	if err != nil {
		return c, audit.Bundle{}, fmt.Errorf("the attached data: %w", err)
	}
	return c, bundle, nil
}
