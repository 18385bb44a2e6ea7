package label

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/register/scan"
)

// Code is what a label's DataMatrix holds.
type Code struct {
	Text string `json:"text"` // as a scanner sends it: GS between fields, no symbology identifier
	GS1  bool   `json:"gs1"`  // it begins with FNC1
	Line string `json:"line"` // as it stands beside the code, for people
}

// code is the element string of a product with a number: (01), the expiry with
// its time as (7003), (10) the batch and (21) the copy (LAB-09). A day alone
// (17) would promise more or less than the label, whose expiry has a time. A
// product without a number has a plain code: the batch's number and the
// copy's, which no reader takes for GS1.
func (d Data) code() (Code, error) {
	if d.GTIN == "" {
		text := Plainly(d.Batch, d.Copy)
		return Code{Text: text, Line: text}, nil
	}
	all := []scan.Element{{AI: "01", Value: d.GTIN}}
	if d.Kind == Final {
		all = append(all, scan.Element{AI: "7003", Value: d.Expiry.In(d.Zone).Format("0601021504")})
	}
	all = append(all, scan.Element{AI: "10", Value: d.Batch}, scan.Element{AI: "21", Value: d.serial()})
	today := d.Expiry
	if today.IsZero() {
		today = d.Made
	}
	text, line, err := scan.Label(all, scan.Settings{Today: scan.Date{Year: max(today.Year(), 1), Month: int(today.Month()), Day: today.Day()}})
	if err != nil {
		return Code{}, fmt.Errorf("write the label's code: %w", err)
	}
	return Code{Text: text, GS1: true, Line: line}, nil
}

// serial is the copy's number. A pre-label's is told apart from a final one's.
func (d Data) serial() string { return "L" + strconv.Itoa(d.Copy) }

// instants are the moments that the code's local time can mean (LAB-09).
func (d Data) instants() []time.Time {
	at := d.Expiry.In(d.Zone)
	local := scan.Moment{
		Date:  scan.Date{Year: at.Year(), Month: int(at.Month()), Day: at.Day()},
		Timed: true, Hour: at.Hour(), Minute: at.Minute(),
	}
	return local.Instants(d.Zone)
}

// Plainly is the code of a copy whose product has no number.
func Plainly(batch string, number int) string { return batch + "/L" + strconv.Itoa(number) }

// Names says what a scanned code says of a batch: whether it names this one,
// and which copy; 0 where it names none. It reads our own codes only, and what
// a scanner may put in front of them.
func Names(code, batch string) (number int, ok bool) {
	if code == batch {
		return 0, true
	}
	if rest, found := strings.CutPrefix(code, batch+"/L"); found {
		return counted(rest)
	}
	// The century of the code's expiry is not asked for, so that any day does.
	elements, err := scan.Parse(code, scan.Settings{Today: scan.Date{Year: 2000, Month: 1, Day: 1}})
	if err != nil {
		return 0, false
	}
	named := false
	for _, e := range elements {
		switch {
		case e.AI == "10" && e.Value == batch:
			named = true
		case e.AI == "10":
			return 0, false
		case e.AI == "21":
			rest, found := strings.CutPrefix(e.Value, "L")
			if !found {
				return 0, false
			}
			if number, ok = counted(rest); !ok {
				return 0, false
			}
		}
	}
	return number, named
}

// Batches gives the batch numbers that stand in a code as GS1 writes them.
func Batches(code string) (batches []string) {
	elements, err := scan.Parse(code, scan.Settings{Today: scan.Date{Year: 2000, Month: 1, Day: 1}})
	if err != nil {
		return nil
	}
	for _, e := range elements {
		if e.AI == "10" {
			batches = append(batches, e.Value)
		}
	}
	return batches
}

// counted reads a copy's number strictly, so that one copy has one code.
func counted(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}
