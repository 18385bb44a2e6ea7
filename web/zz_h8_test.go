package web
import ("testing";"os";"time";"countersign/batch")
func TestH8Serve(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro","","B-2026-0001", w.opening("B-2026-0001"))
	id:="B-2026-0001"
	w.clock.forward(2*time.Minute)
	w.done("a.lee", id, batch.Scan{Step:"clearance",Field:"cabinet",Raw:"CAB-1"})
	w.done("a.lee", id, batch.Record{Step:"clearance",Field:"clear",Text:"yes"})
	w.signed("a.lee","",id,batch.Perform{Step:"clearance"})
	w.signed("a.lee","b.okoro",id,batch.Check{Step:"clearance"})
	w.clock.forward(3*time.Minute)
	w.svc.Do(t.Context(), w.session("a.lee"), w.svc.NewKey(), id, 0, batch.Scan{Step:"patient",Field:"patient",Raw:"WB-1"})
	os.WriteFile("/tmp/h8/address", []byte(w.address), 0o644)
	for { if _, err := os.Stat("/tmp/h8/stop"); err == nil { break }; time.Sleep(time.Second) }
}
