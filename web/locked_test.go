package web

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/web/site"
)

// TestALockedAccountIsToldTheTimeOfTheSitesClock: whoever reads "locked until"
// looks at the clock on the page, which at a training site may be ahead of the
// server's.
func TestALockedAccountIsToldTheTimeOfTheSitesClock(t *testing.T) {
	w := reviewed(t)
	who, c := w.session("p.shah"), batch.Abort{Reason: "The order was withdrawn."}
	sheet, err := w.svc.Propose(t.Context(), who, id, c, "")
	must(t, err)
	var refusal *site.Refusal
	for range 12 {
		if _, err = w.svc.Sign(t.Context(), who, sheet.Nonce, id, c, "", "not the password"); errors.As(err, &refusal) && refusal.Code == "locked_out" {
			break
		}
	}
	if refusal == nil || refusal.Code != "locked_out" {
		t.Fatalf("nobody is locked out: %v", err)
	}
	_, words, _ := strings.Cut(refusal.Sentence, "locked until ")
	clock, _, _ := strings.Cut(words, ",")
	shown, err := time.Parse("15:04 MST", clock)
	must(t, err)
	now := w.svc.Now().In(w.svc.Info().Location)
	until := time.Date(now.Year(), now.Month(), now.Day(), shown.Hour(), shown.Minute(), 0, 0, now.Location())
	if until.Before(now.Add(-12 * time.Hour)) {
		until = until.AddDate(0, 0, 1) // past midnight
	}
	if rest := until.Sub(now); rest < 0 || rest > time.Hour {
		t.Errorf("it is %s, and the account is locked until %s", now, clock)
	}
}
