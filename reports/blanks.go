package reports

import (
	"fmt"

	"countersign/register"
)

// blanks are those that the batch's entry may lean on, as their streams had
// them once the append was written that the entry stands in.
func (h *history) blanks() map[string]register.Blank {
	all := map[string]register.Blank{}
	for _, f := range h.books.Blanks() {
		all[f.ID] = *f
	}
	return all
}

// papers shows each numbered blank that was used for the batch: when it was
// printed, what was copied from it, the scan of its sheets, and who compared
// them with the record (EXE-15).
func (r *record) papers() {
	if len(r.State.Papers) == 0 {
		return
	}
	r.part("What was written on paper")
	r.introduce(small("Where nobody could record at a terminal, a numbered blank of the protocol was filled in by hand and copied afterwards. " +
		"Every entry that was copied says so where it stands. The scan of its sheets is attached as a true copy, and told by its SHA-256; the sheets are kept at the site."))
	for i := range r.State.Papers {
		p := &r.State.Papers[i]
		r.heading("Blank "+p.Blank, 4000)
		stands := p.Stands
		if p.Open() {
			stands = signOpen + " NOT ACCOUNTED FOR – " + stands
		}
		list := [][2]string{
			{"Status", stands},
			{"Printed", r.at(p.Printed)},
			{"Sheets", fmt.Sprint(p.Pages)},
			{"Entries copied from it", fmt.Sprint(len(r.State.FromPaper(p.Blank)))},
		}
		if p.Scan.File != "" {
			list = append(list, [2]string{"Scan", fmt.Sprintf("%s, %d bytes, %d pages", p.Scan.File, p.Scan.Size, p.Scan.Pages)}, [2]string{"SHA-256", p.Scan.SHA256}, [2]string{"Its file", r.scanWords(p.Scan.SHA256)})
		}
		r.pairs(list)
		t := newTable(column{"When", 26}, column{"Who", 30}, column{"From then on", 44})
		for _, act := range p.History {
			t.add(small(r.at(act.At)), small(who(act)), say(act.Why))
		}
		r.grid(t)
	}
}
