package register

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Material is what lots are lots of. Its name is the one that protocols use.
type Material struct {
	Name  string // "vial"
	Title string // "antisense drug product"
	// Codes are GTINs or other item codes that its packs carry; a lot with
	// another one is the wrong item (MAT-02).
	Codes []string
	Unit  string // that its lots are counted in, as in "mL"; "" for pieces
	// Opened and Thawed are how long a lot may be used once it was; 0 is no
	// limit but its expiry.
	Opened, Thawed time.Duration
	Storage        string
	History        []Act
}

// MaterialStream is a material's stream.
func MaterialStream(name string) audit.StreamID { return audit.StreamID("material/" + name) }

// MaterialOf is the stream of what a received lot is a lot of.
func MaterialOf(received Event) audit.StreamID {
	lot, _ := received.(LotReceived)
	return MaterialStream(lot.Material)
}

// MaterialListed says what a material is; said again, it says so anew. Signed
// as approved.
type MaterialListed struct {
	inMaterial
	approved
	Title   string   `json:"title"`
	Codes   []string `json:"codes"`
	Unit    string   `json:"unit"`
	Opened  string   `json:"opened"` // "30 min"; "" for no limit
	Thawed  string   `json:"thawed"`
	Storage string   `json:"storage"`
}

// KindMaterialListed is the written kind of MaterialListed.
const KindMaterialListed audit.Kind = "material.listed"

// Kind is "material.listed".
func (MaterialListed) Kind() audit.Kind { return KindMaterialListed }

// Words name the material.
func (e MaterialListed) Words() string { return "Lists the material " + e.Title }

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*( [A-Za-z][A-Za-z0-9_]*)*$`)

func (e MaterialListed) check(b *Books, id string, _ Act) *Refusal {
	if !nameForm.MatchString(id) {
		return refuse("bad_name", "A material's name is the one that protocols use: words of letters and digits, with single spaces between.")
	}
	if strings.TrimSpace(e.Title) == "" {
		return refuse("no_title", "Say what the material is called.")
	}
	if _, err := unitOf(e.Unit); err != nil {
		return refuse("bad_unit", "The unit cannot be read: %s.", err)
	}
	for _, text := range []string{e.Opened, e.Thawed} {
		if _, err := spanOf(text); err != nil {
			return refuse("bad_duration", "How long it may be used cannot be read: %s.", err)
		}
	}
	if was, ok := b.materials[id]; ok && was.Unit != e.Unit && b.lotsOf(id) > 0 {
		return refuse("unit_fixed", "There are lots of %s counted in %s, so its unit stays.", id, unitName(was.Unit))
	}
	for name, m := range b.materials {
		for _, code := range e.Codes {
			if name != id && slices.Contains(m.Codes, code) {
				return refuse("code_taken", "The item code %s is that of %s.", code, name)
			}
		}
	}
	return nil
}

func (e MaterialListed) apply(b *Books, id string, act Act) {
	m := Material{Name: id, Title: e.Title, Codes: e.Codes, Unit: e.Unit, Storage: e.Storage, History: b.materials[id].History}
	m.Opened, _ = spanOf(e.Opened) // check has read both
	m.Thawed, _ = spanOf(e.Thawed)
	m.History = append(m.History, act)
	b.materials[id] = m
}

// ListMaterial says what a material is. Signed as approved by a quality lead.
type ListMaterial struct {
	Material string   `json:"material"`
	Title    string   `json:"title"`
	Codes    []string `json:"codes"`
	Unit     string   `json:"unit"`
	Opened   string   `json:"opened"`
	Thawed   string   `json:"thawed"`
	Storage  string   `json:"storage"`
}

// Name is "list material".
func (ListMaterial) Name() string { return "list material" }

// Signs says who approves.
func (ListMaterial) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

func (c ListMaterial) stream(*Books) audit.StreamID { return MaterialStream(c.Material) }

func (c ListMaterial) event(*Books, Facts) (Event, *Refusal) {
	if len(c.Material) > mostName {
		return nil, refuse("bad_name", "A material's name has at most %d characters.", mostName)
	}
	codes := []string{}
	for _, code := range c.Codes {
		if code = strings.TrimSpace(code); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return MaterialListed{
		Title: strings.TrimSpace(c.Title), Codes: codes, Unit: strings.TrimSpace(c.Unit),
		Opened: strings.TrimSpace(c.Opened), Thawed: strings.TrimSpace(c.Thawed), Storage: strings.TrimSpace(c.Storage),
	}, readable(c.Title, c.Storage, strings.Join(c.Codes, " "))
}

const mostName = 64

// Material gives one material.
func (b *Books) Material(name string) (Material, bool) {
	m, ok := b.materials[name]
	return m, ok
}

// Materials gives all of them, by name.
func (b *Books) Materials() []Material {
	return sorted(b.materials, func(m Material) string { return m.Name })
}

func (b *Books) lotsOf(material string) (count int) {
	for _, lot := range b.lots {
		if lot.Material == material {
			count++
		}
	}
	return count
}

func unitOf(text string) (protocol.Unit, error) {
	if text == "" {
		return protocol.One(), nil
	}
	return protocol.ParseUnit(text)
}

func unitName(text string) string {
	if text == "" {
		return "pieces"
	}
	return text
}

func spanOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	span, err := protocol.ParseDuration(text)
	if err == nil && span <= 0 {
		return 0, fmt.Errorf("%q is no time at all", text)
	}
	return span, err
}
