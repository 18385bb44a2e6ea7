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

// asScanned writes every code in a command so.
func (s *Service) asScanned(c batch.Command) batch.Command {
	switch c := c.(type) {
	case batch.Scan:
		c.Raw = s.written(c.Raw)
		return c
	case batch.ApplyLabel:
		c.Raw = s.written(c.Raw)
		return c
	case batch.SetOut:
		c.Item.Code = s.written(c.Item.Code)
		return c
	case batch.Open:
		c.Patient.Wristband = s.written(c.Patient.Wristband)
		items := make([]batch.Item, len(c.Items))
		for i, item := range c.Items {
			item.Code = s.written(item.Code)
			items[i] = item
		}
		c.Items = items
		return c
	}
	return c
}

// registerAsScanned does so for an act on a register.
func (s *Service) registerAsScanned(c register.Command) register.Command {
	switch c := c.(type) {
	case register.ReceiveLot:
		c.Code = s.written(c.Code)
		return c
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

// byHand refuses a scan that no scanner of this site can have sent: where each
// puts its identifier in front of every code, one without was typed. Where the
// site does not know that of its scanners, nothing is asked.
func (s *Service) byHand(c batch.Command) *Refusal {
	scanned, ok := c.(batch.Scan)
	if !ok || !s.scanners.Identified || scanned.Raw == "" || scan.Identified(scanned.Raw) {
		return nil
	}
	return &Refusal{
		Code:     "not_scanned",
		Sentence: "This came without the mark that every scanner here puts in front of a code, so it was typed, or the scanner is set up otherwise. Scan again; if the code cannot be scanned, use “I cannot scan it”.",
	}
}
