package register

import (
	"maps"
	"strings"
	"time"
)

func (e EquipmentListed) check(b *Books, id string, act Act) *Refusal {
	if !nameForm.MatchString(e.Item) {
		return refuse("bad_name", "What kind of equipment it is has the name that protocols use: words of letters and digits, with single spaces between.")
	}
	if e.Title == "" || e.Code == "" {
		return refuse("no_title", "Say what it is called, and scan the code of its label.")
	}
	if was := b.equipment[id]; was != nil && was.Retired {
		return refuse("retired", "%s is retired for good.", id)
	}
	if lot := b.byCode(e.Code, act.At); lot != nil {
		return refuse("code_taken", "The code of this label is that of lot %s.", lot.ID)
	}
	for _, other := range b.equipment {
		if other.ID != id && Key(other.Code, act.At) == Key(e.Code, act.At) && !other.Retired {
			return refuse("code_taken", "The code of this label is that of %s, %s.", other.ID, other.Title)
		}
	}
	return nil
}

func (e EquipmentListed) apply(b *Books, id string, act Act) {
	was := b.equipment[id]
	if was == nil {
		was = &Equipment{ID: id, Listed: act, Documents: map[string]string{}}
		b.equipment[id] = was
	}
	b.alter(id, act, func(m *Equipment) {
		if was.Firmware != e.Firmware {
			m.endInterface(act, "its software was changed from "+said(was.Firmware)+" to "+said(e.Firmware)) // an interface is validated for one version (MAT-05)
		}
		m.Kind, m.Title, m.Code, m.Model, m.Serial, m.Firmware, m.Place = e.Item, e.Title, e.Code, e.Model, e.Serial, e.Firmware, e.Place
		if was.Place != "" && was.Place != e.Place {
			m.Qualified = time.Time{} // what moved is qualified anew (Annex 15)
		}
	})
}

// serves: the machine is there and not retired.
func (b *Books) serves(id string) (*Equipment, *Refusal) {
	m := b.equipment[id]
	if m == nil {
		return nil, refuse("no_such_equipment", "There is no equipment %s in the register.", id)
	}
	if m.Retired {
		return nil, refuse("retired", "%s is retired for good.", id)
	}
	return m, nil
}

func (e EquipmentProven) check(b *Books, id string, act Act) *Refusal {
	if _, refusal := b.serves(id); refusal != nil {
		return refusal
	}
	until, err := time.Parse(time.RFC3339, e.Until)
	switch {
	case e.What != "qualified" && e.What != "calibrated":
		return refuse("bad_value", "Equipment is qualified or calibrated.")
	case err != nil || !until.After(act.At):
		return refuse("out_of_date", "Give the last day on which it counts, and one that is still to come.")
	case e.Document == "":
		return refuse("no_document", "Name the certificate.")
	}
	return nil
}

func (e EquipmentProven) apply(b *Books, id string, act Act) {
	until, _ := time.Parse(time.RFC3339, e.Until) // check has read it
	b.alter(id, act, func(m *Equipment) {
		if m.Documents[e.What] = e.Document; e.What == "qualified" {
			m.Qualified = until
		} else {
			m.Calibrated = until
		}
	})
}

func (e EquipmentCleaned) check(b *Books, id string, act Act) *Refusal {
	m, refusal := b.serves(id)
	if refusal != nil {
		return refusal
	}
	if m.Holder != "" {
		return refuse("in_use", "Batch %s is using it.", m.Holder)
	}
	if until, err := time.Parse(time.RFC3339, e.Until); e.Until != "" && (err != nil || !until.After(act.At)) {
		return refuse("out_of_date", "Until when it stays clean is still to come, or left empty.")
	}
	return nil
}

func (e EquipmentCleaned) apply(b *Books, id string, act Act) {
	until, _ := time.Parse(time.RFC3339, e.Until) // zero when it has none
	b.alter(id, act, func(m *Equipment) {
		m.Cleaned, m.CleanUntil, m.UsedBy, m.Documents["cleaned"] = act.At, until, "", e.Document
	})
}

func (e EquipmentStopped) check(b *Books, id string, _ Act) *Refusal {
	m, refusal := b.serves(id)
	if refusal != nil {
		return refusal
	}
	if m.Out != "" {
		return refuse("out_already", "%s is out of service already.", id)
	}
	return because(e.Reason)
}

func (e EquipmentStopped) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) { m.Out = e.Reason })
}

func (e EquipmentReturned) check(b *Books, id string, _ Act) *Refusal {
	m, refusal := b.serves(id)
	switch {
	case refusal != nil:
		return refusal
	case m.Out == "":
		return refuse("in_service", "%s is in service.", id)
	case e.Document == "":
		return refuse("no_document", "Name the repair or the check after which it may serve again.")
	}
	return nil
}

func (e EquipmentReturned) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) { m.Out, m.Documents["returned"] = "", e.Document })
}

func (e EquipmentRetired) check(b *Books, id string, _ Act) *Refusal {
	if _, refusal := b.serves(id); refusal != nil {
		return refusal
	}
	return because(e.Reason)
}

func (e EquipmentRetired) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) { m.Retired, m.Out = true, e.Reason })
}

// check: one batch has a machine at a time.
func (e EquipmentTaken) check(b *Books, id string, _ Act) *Refusal {
	m, refusal := b.serves(id)
	if refusal != nil {
		return refusal
	}
	if m.Holder != "" {
		return refuse("in_use", "Batch %s is using %s.", m.Holder, m.Title)
	}
	return nil
}

// apply: what a batch has used is clean again only when somebody has said so.
func (e EquipmentTaken) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) {
		m.Holder = e.Batch
		m.Uses = append(m.Uses, Use{Act: act, Batch: e.Batch, Item: e.Item})
	})
}

func (e EquipmentFreed) check(b *Books, id string, _ Act) *Refusal {
	if m := b.equipment[id]; m == nil || m.Holder != e.Batch {
		return refuse("not_held", "Batch %s does not have it.", e.Batch)
	}
	return nil
}

func (e EquipmentFreed) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) { m.Holder, m.UsedBy = "", e.Batch })
}

// alter puts a changed machine in the old one's place, which somebody may hold.
func (b *Books) alter(id string, act Act, how func(m *Equipment)) {
	m := *b.equipment[id]
	m.Documents = maps.Clone(m.Documents)
	m.History = append(m.History, act)
	how(&m)
	b.equipment[id] = &m
}

// readable: what was typed freely holds nothing hidden and is no book.
func readable(texts ...string) *Refusal {
	for _, text := range texts {
		if len(text) > mostText {
			return refuse("bad_text", "One of the fields holds more than %d characters.", mostText)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != groupSeparator || r == 0xFFFD }) {
			return refuse("bad_text", "One of the fields holds characters that cannot be read.")
		}
	}
	return nil
}

const (
	mostText = 2000
	// groupSeparator stands between the elements of a scanned code.
	groupSeparator = 0x1D
)
