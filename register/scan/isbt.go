package scan

import (
	"strings"
	"time"
)

// Structure is one ISBT 128 data structure.
type Structure struct {
	Number string // "001", "" for one that ICCBBA did not define
	Name   string // "donation identification number"
	Mark   string // the data identifier, "=<"
	Data   string // what follows it; for 001 with the identifier's second character
}

// Donation is what the label of a donation says (COI-05). Blank is what it
// does not say. Numbers and codes are kept unaltered.
type Donation struct {
	Number   string // 13 characters: facility, year, sequence; globally unique
	Facility string // FIN, of whoever gave the number: "A9999"
	Year     string // two digits, nominal
	Sequence string
	Flags    string // "00" where none are used; never part of the number
	Check    string // the eye-readable check character, from the number

	Product    string // product code with collection type and division: "S12954A0"
	Division   string // data structure 032
	BloodGroup string // data structure 002, raw: it takes ICCBBA's table to read
	Processor  string // data structure 034
	Lot        string // data structure 035, without its filling zeros
	European   string // Single European Code, 40 characters, as captured

	Collected Moment
	Made      Moment
	Expiry    Moment
}

// isbt reads ISBT 128 data structures: one, several joined by the scanner, or
// a compound message, which counts what follows it.
func (c Scan) isbt(code string, s Settings) (Scan, error) {
	rest := code
	for rest != "" {
		one, after, err := structure(rest)
		if err != nil {
			return Scan{}, err
		}
		if one.Number == "" && (len(c.Structures) > 0 || after != "") {
			return Scan{}, unknownStructure()
		}
		c.Structures = append(c.Structures, one)
		rest = after
	}
	if err := counted(c.Structures); err != nil {
		return Scan{}, err
	}
	for i, one := range c.Structures {
		for _, before := range c.Structures[:i] {
			if before.Mark == one.Mark && before.Number == one.Number && before.Number != "" && before.Data != one.Data {
				return Scan{}, refuse("twice", "The %s stands in this code twice and does not agree with itself. Scan the label's codes one by one.", one.Name)
			}
		}
		if err := c.structured(one, s); err != nil {
			return Scan{}, err
		}
	}
	switch {
	case c.Donation.Number != "", c.Donation.European != "":
		c.Kind = Given
	case c.Identity != "":
		c.Kind = Chain
	default:
		c.Kind = Coded
	}
	return c, nil
}

// counted verifies a compound message: it stands first, once, and the number
// in it is that of the structures after it (ST-001, 2.4.23). Which structures
// a numbered message holds is in a table of ICCBBA's that needs its licence.
func counted(all []Structure) error {
	for i, one := range all {
		if one.Number != "023" {
			continue
		}
		if i > 0 || number(one.Data[:2]) != len(all)-1 {
			return refuse("incomplete", "This code says that it holds %d parts, and another number came: it was cut short. Scan it again.", number(one.Data[:2]))
		}
	}
	return nil
}

// structured reads what one structure says.
func (c *Scan) structured(one Structure, s Settings) error {
	d := &c.Donation
	switch one.Number {
	case "001":
		return d.numbered(one.Data)
	case "002":
		d.BloodGroup = one.Data
	case "003":
		d.Product = one.Data
	case "004", "005":
		return moment(&d.Expiry, one, s)
	case "006", "007":
		return moment(&d.Collected, one, s)
	case "008", "009":
		return moment(&d.Made, one, s)
	case "023":
		if one.Data[2:] != "000" {
			c.Notes = append(c.Notes, Note{"order_not_verified", "The order of this code's parts follows a table of ICCBBA's and was not verified; each part was."})
		}
	case "032":
		d.Division = one.Data
	case "034":
		d.Processor = one.Data
	case "035":
		d.Lot = strings.TrimLeft(one.Data, "0")
	case "038":
		if !european(one.Data) {
			return refuse("form", "The Single European Code in this code does not have its form: the code was misread. Scan it again.")
		}
		d.European = one.Data
	case "040":
		c.Identity = one.Data
	}
	return nil
}

// numbered reads a donation number with its flags. Flags 60 to 96 are 60 more
// than the check value of the number, and find a misread one.
func (d *Donation) numbered(data string) error {
	din, flags := data[:13], data[13:]
	check, ok := check37(din)
	if !ok {
		return misread()
	}
	if digits(flags) {
		if n := number(flags); n >= 60 && n <= 96 && n != 60+check {
			return refuse("check_digit", "This donation number fails its check: the code was misread or misprinted. Scan it again.")
		}
	}
	d.Number, d.Facility, d.Year, d.Sequence, d.Flags = din, din[:5], din[5:7], din[7:], flags
	d.Check = alphabet37[check : check+1]
	return nil
}

// moment reads CYYJJJ or CYYJJJHHMM. A date and a date with time of the same
// thing agree if the day does.
func moment(into *Moment, one Structure, s Settings) error {
	day, ok := julian(one.Data[:6], s.Today)
	read := Moment{Date: day}
	if len(one.Data) == 10 && ok {
		read.Timed = true
		read.Hour, read.Minute, ok = clock(one.Data[6:])
	}
	if !ok {
		return refuse("date", "The %s is no real date or time. Read it on the label and type it with a reason.", one.Name)
	}
	whole, err := Item{Expiry: *into}.expires(read)
	if err != nil {
		return refuse("two_things", "This code gives two different dates for the same thing. Read the label and type the date with a reason.")
	}
	*into = whole.Expiry
	return nil
}

// Donated reads a donation number that a person typed from a label: the
// thirteen characters, in any grouping, the two flags if they were typed too,
// and the check character in its box, which finds a slip (ST-001, 7.5). A
// number without its check character is refused.
func Donated(typed string) (Donation, error) {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(strings.Trim(typed, " \t\r\n")))
	if len(code) != 14 && len(code) != 16 {
		return Donation{}, refuse("length", "A donation number has thirteen characters, and behind them the check character in its box. Type both.")
	}
	din, flags, box := code[:13], code[13:len(code)-1], code[len(code)-1:]
	if flags == "" {
		flags = "00"
	}
	one, _, err := structure("=" + din + flags)
	if err != nil || one.Number != "001" {
		return Donation{}, refuse("form", "This is no donation number: it is a facility of five characters, a year of two digits and a sequence of six.")
	}
	var d Donation
	if err := d.numbered(one.Data); err != nil {
		return Donation{}, err
	}
	if d.Check != box {
		return Donation{}, refuse("check_digit", "This donation number does not fit its check character: there is a slip in it. Type it again.")
	}
	return d, nil
}

// european says whether a text has the form of a Single European Code:
// country, establishment, donation number, coding system, product, split,
// expiry or zeros (Directive 2006/86/EC, Annex VII). It is captured, not
// interpreted (COI-05).
func european(code string) bool {
	if len(code) != 40 {
		return false
	}
	for i := range len(code) {
		c := code[i]
		letter := c >= 'A' && c <= 'Z'
		switch {
		case i < 2 || i == 21:
			if !letter {
				return false
			}
		case i >= 32:
			if !ofClass('N', c) {
				return false
			}
		case !letter && !ofClass('N', c) && (c < 'a' || c > 'z'):
			return false
		}
	}
	if strings.IndexByte("ABE", code[21]) < 0 {
		return false // ISBT 128, Eurocode, EUTC: there is no other system
	}
	_, err := time.Parse("20060102", code[32:])
	return err == nil || code[32:] == "00000000"
}
