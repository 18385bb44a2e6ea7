package site

import (
	"slices"

	"countersign/batch"
	"countersign/register"
	"countersign/register/scan"
)

// Scanners are what a site's scanners send (MAT-03).
type Scanners struct {
	Separators     []string // for FNC1, besides GS
	SeparatorsSent bool     // wherever a code holds one
	Identified     bool     // a symbology identifier stands in front of every code
	Unidentified   bool     // none ever does
}

// scanSettings are these for reading a code now.
func (s *Service) scanSettings() scan.Settings {
	year, month, day := s.now().UTC().Date()
	return scan.Settings{
		Today:      scan.Date{Year: year, Month: int(month), Day: day},
		Separators: s.scanners.Separators, SeparatorsSent: s.scanners.SeparatorsSent,
	}
}

// ScanSettings are the settings under which every code that is scanned at this
// site is read, by the site's own day.
func (s *Service) ScanSettings() scan.Settings {
	settings := s.scanSettings()
	year, month, day := s.Now().In(s.info.Location).Date()
	settings.Today = scan.Date{Year: year, Month: int(month), Day: day}
	return settings
}

// Scanners says what the site's scanners send.
func (s *Service) Scanners() Scanners { return s.scanners }

// written is a code with FNC1 as such. What a scanner sends in its place is a
// setting of the scanner and not of the label: the record holds the label's
// code, so that it can be read and decided again without the site's settings.
func (s *Service) written(raw string) string { return scan.Written(raw, s.ScanSettings()) }

// arrival is what came from the scanners with a command, beside what it was read
// as.
type arrival struct {
	sent     map[string]string // by the code that it was read as
	unmarked bool
}

// facts puts what came among what deciding needs.
func (a arrival) facts(f batch.Facts) batch.Facts {
	f.Sent, f.Unmarked = a.sent, a.unmarked
	return f
}

// asScanned writes every code in a command so, and keeps what came.
func (s *Service) asScanned(c batch.Command) (batch.Command, arrival) {
	came := arrival{sent: map[string]string{}}
	read := func(raw string) string {
		code := s.written(raw)
		came.sent[code] = raw
		return code
	}
	switch c := c.(type) {
	case batch.Scan:
		came.unmarked = s.byHand(c.Raw)
		c.Raw = read(c.Raw)
		return c, came
	case batch.EnterKept:
		if c.Code != "" {
			came.unmarked = s.byHand(c.Code)
			c.Code = read(c.Code)
		}
		return c, came
	case batch.ApplyLabel:
		c.Raw = read(c.Raw)
		return c, came
	case batch.SetOut:
		c.Item.Code = read(c.Item.Code)
		return c, came
	case batch.Open:
		c.Patient.Wristband = read(c.Patient.Wristband)
		items := make([]batch.Item, len(c.Items))
		for i, item := range c.Items {
			item.Code = read(item.Code)
			items[i] = item
		}
		c.Items = items
		return c, came
	}
	return c, came
}

// registerAsScanned does so for an act on a register, and keeps what came with a
// delivery's label.
func (s *Service) registerAsScanned(c register.Command) (register.Command, arrival) {
	came := arrival{sent: map[string]string{}}
	if delivery, ok := c.(register.ReceiveLot); ok {
		raw := delivery.Code
		delivery.Code = s.written(raw)
		came.sent[delivery.Code] = raw
		return delivery, came
	}
	return s.namedAsScanned(c), came
}

// namedAsScanned writes every code in an act on what is in a register so.
func (s *Service) namedAsScanned(c register.Command) register.Command {
	switch c := c.(type) {
	case register.PoolLots:
		c.Code, c.From = s.written(c.Code), slices.Clone(c.From)
		for i := range c.From {
			c.From[i].Lot = s.written(c.From[i].Lot)
		}
		return c
	case register.SplitLot:
		c.Lot, c.Parts = s.written(c.Lot), slices.Clone(c.Parts)
		for i := range c.Parts {
			c.Parts[i].Code = s.written(c.Parts[i].Code)
		}
		return c
	case register.ReleaseLot:
		c.Lot = s.written(c.Lot)
		return c
	case register.QuarantineLot:
		c.Lot = s.written(c.Lot)
		return c
	case register.RejectLot:
		c.Lot = s.written(c.Lot)
		return c
	case register.OpenLot:
		c.Lot = s.written(c.Lot)
		return c
	case register.ThawLot:
		c.Lot = s.written(c.Lot)
		return c
	case register.AdjustStock:
		c.Lot = s.written(c.Lot)
		return c
	case register.ListEquipment:
		c.Code = s.written(c.Code)
		return c
	}
	return c
}

// byHand says that no scanner of this site can have sent a code: where each puts
// its identifier in front of every code, one without was typed. Where the site
// does not know that of its scanners, nothing is asked. The rules refuse it, so
// that the refusal stands in the log like any other (MAT-03).
func (s *Service) byHand(raw string) bool {
	return s.scanners.Identified && raw != "" && !scan.Identified(raw)
}
