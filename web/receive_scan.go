package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"countersign/register"
	"countersign/register/scan"
)

// packLabel is what the code on a pack's label says of it. Blank is what it does
// not say.
type packLabel struct {
	product, lot, serial, donation string
	expiry                         scan.Moment
}

// readLabel reads the code of a pack (MAT-03). One that no standard claims says
// nothing, and is still the lot's code.
func (s *Server) readLabel(code string) (packLabel, error) {
	if strings.TrimSpace(code) == "" {
		return packLabel{}, nil
	}
	// A date without a day is read, so that a typed one can be compared with
	// it; it never stands for itself.
	settings := s.svc.ScanSettings()
	settings.DayZero = scan.DayZeroReviewed
	found, err := scan.Read(code, settings)
	if err != nil {
		return packLabel{}, err
	}
	switch found.Kind {
	case scan.Patient, scan.Staff, scan.Logistic, scan.Place, scan.Asset:
		return packLabel{}, &scan.Refusal{Code: "not_a_pack", Sentence: "This is the code of a " + string(found.Kind) + ", and not of a pack. Scan the code on the pack itself."}
	}
	says := packLabel{product: found.Item.GTIN, lot: found.Item.Lot, serial: found.Item.Serial, donation: found.Donation.Number, expiry: found.Item.Expiry}
	if says.lot == "" {
		says.lot = found.Donation.Lot
	}
	if says.donation == "" {
		says.donation = found.Donation.European
	}
	if says.expiry == (scan.Moment{}) {
		says.expiry = found.Donation.Expiry
	}
	return says, nil
}

// fields show what a label says.
func (l packLabel) fields() []field {
	var all []field
	for _, one := range []field{{"Item code", l.product}, {"Lot number", l.lot}, {"Serial number", l.serial}, {"Expiry", l.expiry.String()}, {"Donation", l.donation}} {
		if one.Value != "" {
			all = append(all, one)
		}
	}
	if l.expiry.DayZero {
		all = append(all, field{"Mark", "the code names a month and no day: read the day on the pack"})
	}
	return all
}

// fillDelivery fills what the code on the label says into what nobody has
// typed. It overwrites nothing; where the two differ, nothing goes on until
// somebody has looked at the pack (MAT-02, MAT-03).
func (s *Server) fillDelivery(r *http.Request, v visit, typed form) (form, *problem, error) {
	f, wrong := maps.Clone(typed), &problem{Title: "The code and what was typed do not go together"}
	says, err := s.readLabel(f["code"])
	var refused *scan.Refusal
	if errors.As(err, &refused) {
		return f, &problem{
			Title: "This code cannot be taken", To: "#code",
			Sentences: []string{refused.Sentence, "Where no code on a pack can be read, put a label of your own on it, scan that, and type the rest from the pack."},
		}, nil
	}
	if err != nil {
		return f, nil, err
	}
	same := func(name, title, says string) {
		switch was := strings.TrimSpace(f[name]); {
		case says == "" || was == says:
		case was == "":
			f[name] = says
		default:
			wrong.add("#"+name, "%s: the code says %s, and %s was typed. Look at the pack.", title, says, shortened(was))
		}
	}
	number := says.lot
	if number == "" && strings.TrimSpace(f["number"]) == "" {
		number = says.serial // a pack that is a lot of its own
	}
	same("number", "Lot number", number)
	same("serial", "Serial number", says.serial)
	same("donation", "Donation code", says.donation)
	s.fillExpiry(f, says, wrong)
	if err := s.fillMaterial(r, v, f, says, wrong); err != nil {
		return f, nil, err
	}
	if len(wrong.Sentences) > 0 {
		return f, wrong, nil
	}
	return f, nil, nil
}

// fillExpiry compares days: whoever types the day and whoever prints the hour
// mean the same pack, and the code's hour is the narrower.
func (s *Server) fillExpiry(f form, says packLabel, wrong *problem) {
	zone, typed := s.svc.Info().Location, strings.TrimSpace(f["expiry"])
	if says.expiry == (scan.Moment{}) {
		return
	}
	if typed == "" {
		if says.expiry.DayZero {
			if f["then"] == "sign" {
				wrong.add("#expiry", "Expiry: the code names a month and no day. Read the date on the pack and type it.")
			}
			return
		}
		f["expiry"] = says.expiry.String()
		return
	}
	at, sentence := readUntil(typed, zone)
	if sentence != "" {
		return // said when the form is read
	}
	local, code := at.In(zone), says.expiry
	agrees := local.Year() == code.Year && int(local.Month()) == code.Month && (code.DayZero || local.Day() == code.Day)
	if agrees && code.Timed {
		if strings.Contains(typed, " ") {
			agrees = local.Hour() == code.Hour && local.Minute() == code.Minute
		} else {
			f["expiry"] = code.String()
		}
	}
	if !agrees {
		wrong.add("#expiry", "Expiry: the code says %s, and %s was typed. Look at the pack.", code, shortened(typed))
	}
}

// fillMaterial finds the material whose packs carry the item code. A material
// that lists its item codes takes no other (MAT-02).
func (s *Server) fillMaterial(r *http.Request, v visit, f form, says packLabel, wrong *problem) error {
	if says.product == "" {
		return nil
	}
	return s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		carries := func(m register.Material) bool {
			return slices.ContainsFunc(m.Codes, func(code string) bool { return padded(code) == says.product })
		}
		all := b.Materials()
		at := slices.IndexFunc(all, carries)
		chosen, ok := b.Material(strings.TrimSpace(f["material"]))
		switch {
		case !ok && at >= 0:
			f["material"] = all[at].Name
		case !ok:
		case at >= 0 && all[at].Name != chosen.Name:
			wrong.add("#material", "Material: the code is that of %s, and %s was chosen. Look at the pack.", all[at].Title, chosen.Title)
		case at < 0 && len(chosen.Codes) > 0:
			wrong.add("#material", "Material: packs of %s carry the item codes %s, and this code says %s. It is another item, or a quality lead lists the code first.",
				chosen.Title, strings.Join(chosen.Codes, ", "), says.product)
		}
	})
}

// padded is an item code with fourteen digits, as scans give it.
func padded(code string) string {
	if len(code) < 14 {
		return strings.Repeat("0", 14-len(code)) + code
	}
	return code
}
