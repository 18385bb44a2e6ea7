package register

import (
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/register/scan"
)

// labelled holds a delivery against what the code on its label says, whoever
// took it in and by whichever way (MAT-02, MAT-03): the item code is one of the
// material's, and lot, serial number and day of expiry are the code's. What
// the code leaves out says nothing. It is asked when a delivery is decided, and
// not of those that the log holds already.
func (e LotReceived) labelled(b *Books, f Facts) (LotReceived, *Refusal) {
	read, err := scan.Read(e.Code, scan.Settings{Today: dayOf(f.Now), DayZero: scan.DayZeroReviewed})
	var unread *scan.Refusal
	if errors.As(err, &unread) {
		return e, refuse("bad_code", "The code of its label cannot be taken. %s", unread.Sentence)
	}
	switch read.Kind {
	case scan.Patient, scan.Staff, scan.Logistic, scan.Place, scan.Asset:
		return e, refuse("not_a_pack", "This is the code of a %s, and not of a pack.", read.Kind)
	}
	if refusal := e.itemCode(b, read.Item.GTIN); refusal != nil {
		return e, refusal
	}
	if lot := read.Item.Lot; lot != "" && e.Number != "" && lot != e.Number {
		return e, refuse("other_lot", "The code says lot %s, and %s was given. Look at the pack.", lot, e.Number)
	}
	if serial := read.Item.Serial; serial != "" {
		if e.Serial != "" && e.Serial != serial {
			return e, refuse("other_serial", "The code says serial number %s, and %s was given. Look at the pack.", serial, e.Serial)
		}
		e.Serial = serial
	}
	return e, e.expires(read.Item.Expiry, f)
}

// itemCode: a material that lists its item codes takes no other, and none takes
// another's.
func (e LotReceived) itemCode(b *Books, gtin string) *Refusal {
	if gtin == "" {
		return nil
	}
	carries := func(m Material) bool {
		return slices.ContainsFunc(m.Codes, func(code string) bool { return strings.Repeat("0", max(0, 14-len(code)))+code == gtin })
	}
	m, ok := b.materials[e.Material]
	if !ok || carries(m) {
		return nil
	}
	if len(m.Codes) > 0 {
		return refuse("other_item", "Packs of %s carry the item codes %s, and this code says %s. It is another item, or a quality lead lists the code first.", m.Title, strings.Join(m.Codes, ", "), gtin)
	}
	for _, other := range b.Materials() {
		if carries(other) {
			return refuse("other_item", "The code is that of %s, and not of %s. Look at the pack.", other.Title, m.Title)
		}
	}
	return nil
}

// expires: the code's day is the delivery's. A code that names a month alone
// leaves the day to whoever reads the pack.
func (e LotReceived) expires(says scan.Moment, f Facts) *Refusal {
	at, err := time.Parse(time.RFC3339, e.Expiry)
	if says == (scan.Moment{}) || err != nil && says.DayZero {
		return nil
	}
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	if err == nil && local.Year() == says.Year && int(local.Month()) == says.Month && (says.DayZero || local.Day() == says.Day) {
		return nil
	}
	return refuse("other_expiry", "The code says that it expires %s, and something else was given. Look at the pack.", says)
}
