package protocol

import "time"

// ShowMoment is a moment in site time with its zone, as in "25 Oct 2026
// 03:00:00 GMT". In the hour that comes twice when the clocks go back, the
// offset stands behind it, as in "01:30:00 BST (+01:00)" (NUM-08).
func ShowMoment(t time.Time, zone *time.Location) string {
	const layout = "02 Jan 2006 15:04:05"
	at := t.In(zone)
	text := at.Format(layout)
	for _, near := range []time.Duration{-time.Hour, time.Hour} {
		if at.Add(near).Format(layout) == text {
			return at.Format(layout + " MST (-07:00)")
		}
	}
	return at.Format(layout + " MST")
}
