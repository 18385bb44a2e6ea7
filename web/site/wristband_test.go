package site

import (
	"testing"

	"countersign/register"
)

// TestALiveSitePrintsNoWristband: one from here would pass for the hospital's
// (COI-03).
func TestALiveSitePrintsNoWristband(t *testing.T) {
	live := &Service{info: Info{Site: register.Site{Kind: register.Live}}}
	_, err := live.WristbandFile(t.Context(), Session{}, "B-2026-0007")
	if refusal, refused := AsRefusal(err); !refused || refusal.Code != "live_site" {
		t.Errorf("it answers %v", err)
	}
}
