package protocol

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// SiteValue is what a site may set for itself, within what the protocol
// approves; everything else of a protocol only the control site changes, by a
// new version (MBR-05).
type SiteValue struct {
	Name    string
	Title   string
	Type    InputType // TypeDecimal, TypeChoice or TypeText
	Low     Quantity  // of a figure: its approved range, which fixes unit and places
	High    Quantity
	Choices []string // of a choice
	Pos     Pos
}

// maxSiteText bounds a text that a site sets, in characters: it stands within
// an instruction.
const maxSiteText = 200

// SiteValue finds what a site may set by its name; nil when there is none.
func (p *Protocol) SiteValue(name string) *SiteValue {
	for i := range p.SiteValues {
		if p.SiteValues[i].Name == name {
			return &p.SiteValues[i]
		}
	}
	return nil
}

// Input is how the value is entered.
func (v *SiteValue) Input() Input {
	return Input{
		Name: v.Name, Title: v.Title, Type: v.Type, Unit: v.High.Unit, Places: v.High.Places(), Choices: v.Choices, Pos: v.Pos,
	}
}

// Read reads what a site enters, and refuses what the protocol does not
// approve (MBR-05). The error is a sentence that is safe to show.
func (v *SiteValue) Read(text string) (Value, error) {
	value, err := v.Input().Parse(text, time.UTC)
	if err != nil {
		return Value{}, err
	}
	switch v.Type {
	case TypeDecimal:
		low, errLow := value.Quantity.Cmp(v.Low)
		high, errHigh := value.Quantity.Cmp(v.High)
		if err := errors.Join(errLow, errHigh); err != nil {
			return Value{}, err
		}
		if low < 0 || high > 0 {
			return Value{}, fmt.Errorf("%s is outside what the protocol approves: %s", value, v.Approved())
		}
	case TypeText:
		if strings.Contains(value.Text, "\n") || len([]rune(value.Text)) > maxSiteText {
			return Value{}, fmt.Errorf("write it in one line of no more than %d characters", maxSiteText)
		}
	}
	return value, nil
}

// Approved says what a site may set, as in "350 to 450 mL", "a or b" or
// "one line of text".
func (v *SiteValue) Approved() string {
	switch v.Type {
	case TypeChoice:
		return strings.Join(v.Choices, " or ")
	case TypeText:
		return "one line of text"
	}
	if v.Low.Unit == v.High.Unit {
		return v.Low.Number + " to " + v.High.String()
	}
	return v.Low.String() + " to " + v.High.String()
}

// Samples are what a simulated site may set: both ends of a range, every
// choice.
func (v *SiteValue) Samples() []string {
	switch v.Type {
	case TypeChoice:
		return v.Choices
	case TypeText:
		return []string{"simulated"}
	}
	return []string{v.Low.Number, v.High.Number}
}

// The marks around a site's value in an instruction, as in
// "Ring {site.duty call}."
const (
	siteMark = "{site."
	siteEnd  = "}"
)

// Told is an instruction with the site's values in their places. A value that
// set does not know stands with its title, as what each site sets; set may be
// nil, for a protocol that is read apart from any site.
func (p *Protocol) Told(text string, set func(name string) (Value, bool)) string {
	if len(p.SiteValues) == 0 || !strings.Contains(text, siteMark) {
		return text
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, siteMark)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, siteEnd)
		v := p.SiteValue(name)
		if !closed || v == nil {
			out.WriteString(siteMark)
			text = rest
			continue
		}
		text = after
		if set != nil {
			if value, ok := set(name); ok {
				out.WriteString(value.String())
				continue
			}
		}
		out.WriteString("[" + v.Title + ", which each site sets]")
	}
}

// Figured is a limit or a formula as written, with the site's figure behind
// each of its names: "at most site.residue (0.3 mL)".
func (p *Protocol) Figured(text string, set func(name string) (Value, bool)) string {
	if len(p.SiteValues) == 0 || set == nil {
		return text
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "site.")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString("site.")
		name := p.siteName(rest)
		out.WriteString(name)
		if value, ok := set(name); ok && name != "" {
			out.WriteString(" (" + value.String() + ")")
		}
		text = rest[len(name):]
	}
}

// siteName is the longest name of a site's value with which a text begins; ""
// when it begins with none.
func (p *Protocol) siteName(text string) string {
	longest := ""
	for i := range p.SiteValues {
		name := p.SiteValues[i].Name
		rest, ok := strings.CutPrefix(text, name)
		ends := rest == "" || !letter(rest[0]) && !digit(rest[0]) && rest[0] != '_'
		if ok && ends && len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}
