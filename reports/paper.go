package reports

import "fmt"

// paper is a sheet with numbered chapters, and a spare one.
type paper struct {
	*sheet
	spare  *sheet // on which a piece is set to see how high it is
	number int    // of the chapter
}

func newPaper() *paper { return &paper{sheet: newSheet(), spare: newSheet()} }

// part begins the next chapter.
func (p *paper) part(title string) {
	p.number++
	p.chapter(fmt.Sprintf("%d  %s", p.number, title))
}

// together sets a piece on one page, so that a signature stands on the page of
// what it signs (PDF-03). A piece higher than two thirds of a page is set from
// where it stands.
func (p *paper) together(piece func()) {
	whole, part := p.sheet, p.spare
	part.clear()
	p.sheet = part
	piece()
	p.sheet = whole
	used := part.y - bodyTop
	if len(part.pages) > 1 || used > bodyHeight*2/3 {
		piece()
		return
	}
	whole.gap(700)
	whole.need(used)
	for _, m := range part.page().marks {
		m.y += whole.y - bodyTop
		whole.page().marks = append(whole.page().marks, m)
	}
	whole.y += used
	whole.held.on = false
}
