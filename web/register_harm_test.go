package web

import (
	"strings"
	"testing"

	"countersign/register"
	"countersign/web/site"
)

// An act on a register that names nothing there is, or names it in a way that
// no subject of the log can be named, is refused like any other, and the site
// goes on.
func TestARefusedActOnARegisterHarmsNobodyElse(t *testing.T) {
	w := newWorld(t).staffed()
	lead := w.session("q.meyer")
	for _, hostile := range []string{"", " ", "a/b", "<script>", "\x00", "café", strings.Repeat("x", 5000), "..", "-"} {
		for _, c := range []register.Command{
			register.ListMaterial{Material: hostile, Title: "x"},
			register.ReleaseLot{Lot: hostile, Document: "d"},
			register.AdjustStock{Lot: hostile, Left: "1", Reason: "r"},
			register.StopEquipment{Equipment: hostile, Reason: "r"},
			register.ListEquipment{Equipment: hostile, Kind: "room", Code: ""},
		} {
			_, err := w.svc.ProposeRegister(t.Context(), lead, c)
			if _, ok := site.AsRefusal(err); !ok {
				t.Errorf("%s of %.20q: %v", c.Name(), hostile, err)
			}
			must(t, w.svc.Registers(t.Context(), lead, func(*register.Books) {}))
		}
	}
}
