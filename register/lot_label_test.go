package register

import (
	"testing"
	"time"

	"countersign/audit"
)

// MAT-02, MAT-03: a delivery says what its label says, by whichever way it
// comes in: the API's is refused as the page's is.
func TestADeliveryThatDisagreesWithItsOwnLabelIsNotTakenIn(t *testing.T) {
	s := newShelf(t)
	listed := vials()
	listed.Codes = []string{"9506000134352"}
	s.must("Helen", listed)
	other := vials()
	other.Material, other.Title, other.Codes = "buffer", "buffer", nil
	s.must("Helen", other)
	good := ReceiveLot{
		Material: listed.Material, Code: "]d2010950600013435210A77\x1d21S5\x1d17270131", Number: "A77", Expiry: time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC),
		Quantity: "10.0 mL", Document: "note 1",
	}
	for code, change := range map[string]func(c *ReceiveLot){
		"other_lot":    func(c *ReceiveLot) { c.Number = "A78" },
		"other_serial": func(c *ReceiveLot) { c.Serial = "S6" },
		"other_expiry": func(c *ReceiveLot) { c.Expiry = c.Expiry.AddDate(0, 0, 1) },
		"other_item":   func(c *ReceiveLot) { c.Material = "buffer" },
		"bad_code":     func(c *ReceiveLot) { c.Code = "]d2010950600013435310A77" },
		"not_a_pack":   func(c *ReceiveLot) { c.Code = "(8018)505089899900000183" },
	} {
		c := good
		change(&c)
		s.refused(code, "Asha", c)
	}
	strange := good
	strange.Code = "(01)09501101530003(10)A77(17)270131"
	s.refused("other_item", "Asha", strange)
	none := good
	none.Expiry = time.Time{}
	s.refused("other_expiry", "Asha", none)
	s.must("Asha", good)
	lot := s.books.Lots()[0]
	if lot.Serial != "S5" || lot.Number != "A77" || lot.Sent != good.Code || lot.Code == good.Code {
		t.Errorf("taken in as %+v", lot)
	}
	s.must("Helen", ReleaseLot{Lot: good.Code, Document: "C-1"})
}

// A log of before there were serial numbers reads as it did.
func TestADeliveryOfTheFirstVersionIsStillRead(t *testing.T) {
	const payload = `{"code":"c","document":"d","donation":"","expiry":"","lot":"A1","material":"vial","personal":true,"quantity":"3","supplier":"s"}`
	ev, err := DecodeEvent(audit.Entry{Kind: KindLotReceived, KindVersion: 1, Payload: []byte(payload)}, map[string]string{"for_patient": "999"})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := ev.(LotReceived); !ok || got.Number != "A1" || got.ForPatient != "999" || got.Serial != "" {
		t.Errorf("%#v", ev)
	}
	for version, text := range map[int]string{2: payload, 3: payload, 4: payload, 1: `{"code":"c","serial":"x"}`} {
		if _, err := DecodeEvent(audit.Entry{Kind: KindLotReceived, KindVersion: version, Payload: []byte(text)}, nil); err == nil {
			t.Errorf("version %d was read from %s", version, text)
		}
	}
}
