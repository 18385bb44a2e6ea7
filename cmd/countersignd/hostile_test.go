package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"countersign/batch"
	"countersign/web/api"
)

// stageWithBatch is a throwaway site with one opened batch.
func stageWithBatch(t *testing.T) (*stage, *player) {
	t.Helper()
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ground.close)
	_, st, pl := staged(t, ground, "aso-certified-and-given")
	t.Cleanup(st.close)
	if _, err := pl.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st, pl
}

// Bad input in every form gets a clear refusal, never an echo, and nothing is
// stored beyond the refusal.
func TestBadInputToTheAPIIsRefusedWithASentence(t *testing.T) {
	st, pl := stageWithBatch(t)
	token := st.company.members["asha"].token
	path := "/batches/" + pl.batch + "/commands"
	act := func(command string) string { return `{"key":"` + key() + `","command":` + command + `}` }
	for name, body := range map[string]string{
		"no JSON":           "<xml/>",
		"half a JSON":       `{"key":"`,
		"fifty megabytes":   act(`{"command":"note","step":"","text":"` + strings.Repeat("x", 50<<20) + `"}`),
		"invalid UTF-8":     act("{\"command\":\"record\",\"step\":\"clearance\",\"field\":\"clear\",\"text\":\"\xff\"}"),
		"an unknown act":    act(`{"command":"destroy"}`),
		"an unknown member": act(`{"command":"begin","step":"warm","force":true}`),
		"a million digits":  act(`{"command":"record","step":"blood tests","field":"platelets","text":"` + strings.Repeat("7", 1_000_000) + `"}`),
		"SQL":               act(`{"command":"record","step":"'; DROP TABLE audit.entries; --","field":"x","text":"1"}`),
		"a number too many": act(`{"command":"resolve","exception":1e99,"accept":true,"reason":"x"}`),
		"a forged key":      `{"key":"mine","command":{"command":"begin","step":"warm"}}`,
		"a forged version":  `{"key":"` + key() + `","seen":-4,"command":{"command":"begin","step":"warm"}}`,
		"a deep nest":       act(strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000)),
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, st.base+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			continue // the server hung up on fifty megabytes
		}
		said, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		var problem api.Problem
		if err != nil || json.Unmarshal(said, &problem) != nil || problem.Title == "" || answer.StatusCode < 400 || answer.StatusCode >= 500 {
			t.Errorf("%s: %d %.300s", name, answer.StatusCode, said)
		}
		if bytes.Contains(said, []byte("DROP TABLE")) || bytes.Contains(said, []byte("7777777777")) {
			t.Errorf("%s: the answer repeats what was sent: %.300s", name, said)
		}
	}
	report, err := st.house.ledger.Verify(t.Context(), func(int64, int64) {})
	if err != nil || report.First != nil {
		t.Errorf("the log: %v, %v", report.First, err)
	}
}

// Two people act on the same step: one is accepted, the other is told.
func TestOfTwoPeopleAtOnceOneIsAcceptedAndTheOtherIsTold(t *testing.T) {
	st, pl := stageWithBatch(t)
	command := batch.Record{Step: "clearance", Field: "clear", Text: "yes"}
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"asha", "tom"} {
		both.Go(func() { _, errs[i] = st.company.members[who].do(t.Context(), pl.batch, command, nil) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("asha: %v, tom: %v", errs[0], errs[1])
	}
}

// SEC-02, SIG-06, COI-09: an administrator signs nothing and sees no patient; a
// wrong password signs nothing; a sheet is its session's alone.
func TestNobodySignsWithoutTheRightAndThePassword(t *testing.T) {
	st, pl := stageWithBatch(t)
	ctx, people := t.Context(), st.company.members
	var shown api.BatchView
	if err := people["ruth"].call(ctx, http.MethodGet, "/batches/"+pl.batch, nil, &shown); err != nil || shown.Patient != "" {
		t.Errorf("the administrator sees %q, %v", shown.Patient, err)
	}
	abort := batch.Abort{Reason: "no"}
	if _, err := people["ruth"].do(ctx, pl.batch, abort, nil); err == nil {
		t.Error("the administrator aborted a batch")
	}
	raw, err := batch.MarshalCommand(abort)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := people["omar"].propose(ctx, pl.batch, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people["helen"].sign(ctx, pl.batch, raw, sheet.Nonce, nil); err == nil {
		t.Error("somebody signed a sheet that was shown to another")
	}
	right := people["omar"].password
	people["omar"].password = "not this one, surely"
	if _, err := people["omar"].sign(ctx, pl.batch, raw, sheet.Nonce, nil); err == nil {
		t.Error("a wrong password signed")
	}
	people["omar"].password = right
	for range 2 {
		if view, err := people["omar"].sign(ctx, pl.batch, raw, sheet.Nonce, nil); err != nil || view.Status != string(batch.Aborted) {
			t.Errorf("the right one did not, or not twice alike: %v", err)
		}
	}
}
